"""The bytes under a signature have one form, and everything that matters changes them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import cbor2
import pytest

from app.core.clock import JST
from app.security.acts.approval import Role, SignedAct, Subject, challenge_of, read_signed
from app.security.acts.content import encode, salted_digest
from app.security.journal.line import Entry, State, decode_line, encode_line

ACT = SignedAct(
    store_id="S-1",
    terminal="T01",
    epoch=1,
    nonce=b"n" * 16,
    head_number=7,
    head_hash=b"h" * 32,
    function_id="eligibility.issue_certificate",
    registry="0123456789abcdef",
    staff_id="S101",
    role=Role.ACTOR,
    subject=Subject("case", "T01-1-000001"),
    purpose="notification",
    content_digest=b"c" * 32,
    sentence_digest=b"s" * 32,
    document_digest=b"d" * 32,
    grant_id="T01-1-000002",
    at="2026-11-16T10:00:00+09:00",
)
OTHER: dict[str, object] = {
    "store_id": "S-2",
    "terminal": "T02",
    "epoch": 2,
    "nonce": b"m" * 16,
    "head_number": 8,
    "head_hash": b"g" * 32,
    "function_id": "eligibility.void_certificate",
    "registry": "f" * 16,
    "staff_id": "S102",
    "role": Role.SUPERVISOR,
    "subject": Subject("case", "T01-1-000009"),
    "purpose": "audit",
    "content_digest": b"x" * 32,
    "sentence_digest": b"y" * 32,
    "document_digest": b"z" * 32,
    "grant_id": "T01-1-000003",
    "at": "2026-11-16T10:00:01+09:00",
}


def test_what_is_kept_reads_back_as_what_was_signed() -> None:
    assert read_signed(ACT.to_bytes()) == ACT
    assert challenge_of(ACT.to_bytes()) == ACT.challenge
    assert len(ACT.challenge) == 32


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(SignedAct)])
def test_every_field_is_under_the_signature(name: str) -> None:
    changed = dataclasses.replace(ACT, **{name: OTHER[name]})  # type: ignore[arg-type]
    assert changed.challenge != ACT.challenge


@pytest.mark.parametrize(
    "signed", [b"", b"\xff", cbor2.dumps([2, 3]), cbor2.dumps("text"), cbor2.dumps([1, 2])]
)
def test_other_bytes_are_not_a_signed_act(signed: bytes) -> None:
    with pytest.raises(ValueError):
        read_signed(signed)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    day: date
    rate: Decimal


@dataclass(frozen=True)
class Content:
    name: str
    inner: Inner
    colours: tuple[Colour, ...] = ()


@dataclass(frozen=True)
class Twin:
    name: str
    inner: Inner
    colours: tuple[Colour, ...] = ()


@dataclass
class Loose:
    name: str


INNER = Inner(date(2026, 11, 16), Decimal("0.10"))


def test_content_has_one_form_whatever_the_order_of_a_mapping() -> None:
    assert encode({"a": 1, "b": 2}) == encode({"b": 2, "a": 1})
    assert encode(Content("葛󠄂", INNER)) != encode(Content("葛", INNER))
    assert encode(Content("a", INNER)) != encode(Twin("a", INNER))
    assert encode(Inner(INNER.day, Decimal("0.1"))) != encode(INNER)
    assert encode(date(2026, 11, 16)) != encode("2026-11-16")


@pytest.mark.parametrize(
    "value",
    [0.5, {1: "a"}, {"a": {1, 2}}, Loose("a"), object(), datetime(2026, 11, 16), Content],  # noqa: DTZ001
)
def test_what_has_no_single_form_is_not_signed(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)


def test_the_salt_hides_equal_content() -> None:
    one, two = (salted_digest(salt, Content("a", INNER)) for salt in (b"1" * 16, b"2" * 16))
    assert one != two


def test_a_line_reads_back_as_written() -> None:
    entry = Entry(
        State.VIEW,
        "persons.open",
        "S101",
        session="s1",
        subject=Subject("person", "T01-1-000001"),
        shown=("T01-1-000001",),
        query_kind="kana",
        numbers=True,
    )
    at = datetime(2026, 11, 16, 10, 0, tzinfo=JST).isoformat()
    line = decode_line(5, encode_line(at, "T01", 1, entry))
    assert (line.number, line.at, line.terminal, line.epoch, line.entry) == (5, at, "T01", 1, entry)


@pytest.mark.parametrize(
    "entry",
    [
        Entry(State.VIEW, "persons.open", "山田"),
        Entry(State.VIEW, "persons.open", subject=Subject("person", "123456789018")),
        Entry(State.VIEW, "persons.open", shown=("ヤマダ タロウ",)),
        Entry(State.VIEW, "persons.open", query_kind="やまだ"),
        Entry(State.VIEW, "persons.open", purpose="問合せ"),
        Entry(State.REFUSED, "persons.open", cause="x" * 65),
    ],
)
def test_a_line_takes_no_name_and_no_number(entry: Entry) -> None:
    with pytest.raises(ValueError, match="ids only"):
        encode_line("2026-11-16T10:00:00+09:00", "T01", 1, entry)


@pytest.mark.parametrize("body", [b"", b"\xff", cbor2.dumps([9] * 21), cbor2.dumps(["a"])])
def test_other_bytes_are_no_line(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode_line(1, body)
