"""BEYOND: every file between the union and the intermediary goes there and back, and no terminal
knows one of them."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import UserError
from app.wire import parcels
from app.wire.beyond import BEYOND
from app.wire.cards import BodyCard, open_body_card, open_card
from app.wire.codec import decode_file, encode_file
from app.wire.container import ContainerPlace, first_place
from app.wire.files import FILES
from app.wire.layout import Kind, columns, values_of
from app.wire.refusals import ContainerRefused
from app.wire.spec import FileSpec, Route
from app.wire.statements import StatementRefused, sign

OF_KIND = {
    Kind.ID: "U15-1-000001",
    Kind.TEXT: "見本　花子",
    Kind.KANA: "ミホン　ハナコ",
    Kind.DAY: "2026-11-20",
    Kind.MOMENT: "2026-11-20T10:00:00+09:00",
    Kind.JSON: '{"item":"medical"}',
    Kind.HEX: "0" * 64,
}
CODES: dict[str, frozenset[str]] = {
    column.codes: frozenset({"1"})
    for spec in BEYOND.values()
    for column in spec.columns
    if column.codes
}


def example(spec: FileSpec) -> Any:
    """A record with every value filled."""
    values = {}
    for column in columns(spec.record):
        if column.kind is Kind.CODE:
            values[column.name] = "1"
        elif column.kind is Kind.DIGITS:
            values[column.name] = "1" * column.width
        else:
            values[column.name] = OF_KIND[column.kind]
    return spec.record(**values)


@pytest.mark.req("FILE-31", "FILE-32", "FILE-33", "FILE-34", "FILE-35", "FILE-36", "FILE-41")
@pytest.mark.req("FILE-53")
@pytest.mark.parametrize("spec", BEYOND.values(), ids=BEYOND)
def test_a_file_is_read_as_it_was_written(spec: FileSpec) -> None:
    records = (example(spec), example(spec))
    assert decode_file(spec, encode_file(spec, records, CODES), CODES) == records


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_values_of_any_number_of_columns_are_a_tuple(count: int) -> None:
    record = BEYOND["FILE-33"].record(request_id="a")
    names = ["request_id"] * count
    assert values_of(names)(record) == ("a",) * count


@pytest.mark.req("SEC-121")
def test_no_terminal_knows_one_of_them() -> None:
    assert not set(BEYOND) & set(FILES)
    assert {spec.route for spec in BEYOND.values()} == {Route.BEYOND}
    assert Route.BEYOND not in {spec.route for spec in FILES.values()}


def own(name: str) -> parcels.Own:
    import pyrage

    return parcels.Own(name, Ed25519PrivateKey.generate(), str(pyrage.x25519.Identity.generate()))


def card_of(who: parcels.Own) -> BodyCard:
    public = who.signing.public_key().public_bytes_raw()
    return BodyCard(who.name, who.name, "", public, who.recipient, b"", "")


class TestParcels:
    def packed(self, place: ContainerPlace | None = None) -> tuple[bytes, parcels.Own, BodyCard]:
        sender, receiver = own("U15"), own("C01")
        data = parcels.pack(
            sender,
            card_of(receiver),
            "FILE-33",
            [BEYOND["FILE-33"].record(request_id="a")],
            CODES,
            place or first_place(1),
            "2026-11-20T10:00:00+09:00",
        )
        return data, receiver, card_of(sender)

    def test_the_addressee_reads_what_was_packed(self) -> None:
        data, receiver, sender = self.packed()
        came = parcels.open_parcel(receiver, sender, data, CODES)
        assert [one.request_id for one in came.records] == ["a"]
        assert came.digest == parcels.digest_of(data)

    def test_every_flipped_byte_and_every_cut_is_refused(self) -> None:
        data, receiver, sender = self.packed()
        for at in range(0, len(data), 7):
            spoilt = bytearray(data)
            spoilt[at] ^= 1
            with pytest.raises((ContainerRefused, UserError)):
                parcels.open_parcel(receiver, sender, bytes(spoilt), CODES)
            with pytest.raises(ContainerRefused):
                parcels.open_parcel(receiver, sender, data[:at], CODES)

    def test_another_receiver_or_sender_is_refused(self) -> None:
        data, receiver, sender = self.packed()
        with pytest.raises(ContainerRefused):
            parcels.open_parcel(own("C02"), sender, data, CODES)
        with pytest.raises(ContainerRefused):
            parcels.open_parcel(receiver, card_of(own("U15")), data, CODES)


def test_a_card_is_taken_only_with_its_own_key_and_for_what_it_is() -> None:
    who = own("U15")
    good = sign(card_of(who), who.signing)
    assert open_body_card(good).name == "U15"
    with pytest.raises(StatementRefused):
        open_body_card(sign(card_of(who), Ed25519PrivateKey.generate()))
    with pytest.raises(StatementRefused):
        open_card(good)
