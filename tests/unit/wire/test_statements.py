"""Bodies and signed statements: one encoding, one kind, one key."""

from __future__ import annotations

from dataclasses import replace

import cbor2
import pytest

from app.wire import protocol
from app.wire.heads import Head, LineDigest, countersign, follow, is_countersigned
from app.wire.keys import fingerprint, signing_keys
from app.wire.protocol import DownItem, DownList, Refusal
from app.wire.statements import (
    Acknowledgement,
    Contact,
    EnrolmentRequest,
    PeerTime,
    Receipt,
    Settlement,
    StatementRefused,
    open_self_signed,
    open_signed,
    sign,
)
from app.wire.strict_cbor import MalformedBody, decode, encode
from tests.support.parties import MUNICIPALITY, Party

UNION, STRANGER = Party("U99"), Party("X")
RECEIPT = Receipt(
    id="T01-1-000001",
    digest="0" * 64,
    content="1" * 64,
    sender="T01",
    receiver="U99",
    stream="file-01",
    epoch=1,
    sequence=1,
    settlement=Settlement.ACCEPTED,
    cause="",
    message="",
    at="2026-11-20T09:00:00+09:00",
)
ITEM = DownItem("U-1", "FILE-16", "file-16", 1, 1, 10, "0" * 64, "2026-11-20T09:00:00+09:00")


def test_bodies_come_back_as_they_were():
    body = DownList(items=(ITEM, replace(ITEM, id="U-2")))
    assert decode(DownList, encode(body)) == body
    again = decode(Receipt, encode(RECEIPT))
    assert again == RECEIPT
    assert again.settlement is Settlement.ACCEPTED


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        encode(ITEM) + b"\0",
        encode(ITEM)[:-1],
        cbor2.dumps([]),
        cbor2.dumps({"id": "U-1"}, canonical=True),
        cbor2.dumps({**cbor2.loads(encode(ITEM)), "extra": 1}, canonical=True),
        cbor2.dumps({**cbor2.loads(encode(ITEM)), "size": "10"}, canonical=True),
        cbor2.dumps({**cbor2.loads(encode(ITEM)), "size": True}, canonical=True),
        cbor2.dumps(dict(reversed(cbor2.loads(encode(ITEM)).items()))),
    ],
)
def test_anything_but_the_declared_body_is_refused(data):
    with pytest.raises(MalformedBody):
        decode(DownItem, data)


def test_an_unknown_word_is_refused():
    raw = cbor2.loads(encode(RECEIPT))
    with pytest.raises(MalformedBody):
        decode(Receipt, cbor2.dumps({**raw, "settlement": "perhaps"}, canonical=True))


def test_a_statement_counts_only_with_its_key_kind_and_bytes():
    keys = signing_keys(UNION.public)
    data = sign(RECEIPT, UNION.signing)
    assert open_signed(Receipt, data, keys) == RECEIPT
    for kind, bytes_, known, cause in (
        (Acknowledgement, data, keys, "statement.kind"),
        (Receipt, data, signing_keys(STRANGER.public), "statement.key"),
        (Receipt, data, {}, "statement.key"),
    ):
        with pytest.raises(StatementRefused) as refused:
            open_signed(kind, bytes_, known)
        assert refused.value.code == cause


@pytest.mark.parametrize("field", ["body", "signature", "kind"])
def test_a_changed_statement_is_refused(field):
    raw = cbor2.loads(sign(RECEIPT, UNION.signing))
    value = raw[field]
    changed = bytes((value[-1] ^ 1,)) if isinstance(value, bytes) else "x"
    raw[field] = value[:-1] + changed
    with pytest.raises(StatementRefused) as refused:
        open_signed(Receipt, cbor2.dumps(raw, canonical=True), signing_keys(UNION.public))
    assert refused.value.code in {"statement.signature", "statement.kind"}


def test_a_signature_does_not_move_to_another_kind():
    """Two kinds with the same fields would still not be taken for each other."""
    time = PeerTime(b"n" * 32, "2026-11-20T09:00:00+09:00")
    raw = cbor2.loads(sign(time, UNION.signing))
    raw["kind"] = "Receipt"
    with pytest.raises(StatementRefused) as refused:
        open_signed(Receipt, cbor2.dumps(raw, canonical=True), signing_keys(UNION.public))
    assert refused.value.code == "statement.signature"


def test_an_enrolment_request_is_signed_by_the_key_it_names():
    request = EnrolmentRequest(
        municipality=MUNICIPALITY,
        terminal_name="1番窓口",
        profile="counter",
        csr=b"csr",
        signing=UNION.public,
        receiving=UNION.recipient,
        replaces="",
        at="2026-11-20T09:00:00+09:00",
    )
    assert open_self_signed(sign(request, UNION.signing)) == request
    with pytest.raises(StatementRefused):
        open_self_signed(sign(replace(request, signing=STRANGER.public), UNION.signing))
    with pytest.raises(StatementRefused) as refused:
        open_self_signed(sign(replace(request, signing=b"short"), UNION.signing))
    assert refused.value.code == "statement.key"


def test_a_fingerprint_is_digits_in_groups_and_tells_keys_apart():
    text = fingerprint(UNION.public, b"tls")
    assert len(text.split(" ")) == 10
    assert text.replace(" ", "").isdigit()
    assert text != fingerprint(STRANGER.public, b"tls")
    assert fingerprint(b"ab", b"c") != fingerprint(b"a", b"bc")


def test_paths_and_ids():
    assert protocol.upload_path("T01-1-000001") == "/v1/up/T01-1-000001"
    assert protocol.is_id("T01-1-000001")
    for bad in ("", "../head", "a/b", "a b", "-x", "x" * 81):
        assert not protocol.is_id(bad)


def test_every_refusal_has_a_status():
    assert set(protocol.STATUS) == set(protocol.Cause)
    body = Refusal(protocol.Cause.FORK, "記録がつながりません。", "連絡してください。")
    assert decode(Refusal, encode(body)) == body


def test_a_contact_and_its_answer_carry_heads():
    since = Head(3, b"h" * 32)
    lines = tuple(LineDigest(number, bytes([number]) * 32) for number in (4, 5))
    contact = Contact(
        municipality=MUNICIPALITY,
        terminal="T01",
        store="s",
        epoch=1,
        nonce=b"n" * 32,
        since=since,
        lines=lines,
        control=0,
        at="2026-11-20T09:00:00+09:00",
    )
    got = open_signed(Contact, sign(contact, UNION.signing), signing_keys(UNION.public))
    head = countersign(UNION.signing, got.store, got.terminal, follow(got.since, got.lines), "t")
    time = sign(PeerTime(got.nonce, "t"), UNION.signing)
    answer = protocol.ContactAnswer(head, time, (protocol.ControlRow(1, b"row"),))
    again = decode(protocol.ContactAnswer, encode(answer))
    assert again == answer
    assert is_countersigned(UNION.signing.public_key(), again.head)
