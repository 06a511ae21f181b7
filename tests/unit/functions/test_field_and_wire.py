"""What the field takes, the wire and the union take; else the field says why beside itself
(DESIGN 1.11). Over every field of every page and every column of the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases import checks
from app.cases.entry import EntryField, FieldKind, Finding
from app.cases.sending import SendNotification, to_record
from app.catalog import CASES
from app.core.errors import UserError
from app.core.signs import DASHES, SPACES, UNSEEN, WAVES
from app.core.tables import load_tables, shipped_tables
from app.core.text import lookalikes
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.rules.calendar.wareki_input import parse_date
from app.rules.values.reader import Reader
from app.wire.codec import FileRefused, decode_file
from app.wire.files import FILES, sent_in
from app.wire.layout import Column, Kind, columns
from app.wire.values import check_of, code_sets
from tests.support.framed import encode_file
from tests.support.soak import tries
from tests.unit.functions.test_notification_checks import GOOD

TODAY = date(2026, 11, 20)
TABLES = load_tables(shipped_tables())
READER = Reader.of(TABLES, TODAY)
CODES = code_sets(TABLES, TODAY)
SPEC = FILES["FILE-01"]
FIELDS = MOVE_IN.fields
COLUMNS = {column.name: column for column in columns(SPEC.newest("move_in").record)}
SENT = sorted(
    name
    for name, field in FIELDS.items()
    if not field.kept_here and field.kind is not FieldKind.MY_NUMBER
)
# Everything of every page is shown: a foreign resident with an alias and all papers.
SHOWN = GOOD | {
    "municipality_code": "152994",
    "person_kind": "2",
    "alias": "見本　真理",
    "alias_kana": "ミホン　マリ",
    "phone": "0250-00-1234",
    "building": "メゾン見本",
    "facility_code": "F001",
    "disability_paper": "1",
    "disability_on": "R7.4.1",
    "disability_until": "R9.3.31",
    "disease_paper": "1",
    "disease_kind": "1",
    "disease_on": "R7.4.1",
    "dependant_paper": "1",
    "dependant_until": "R7.4.1",
    "copay_class": "general2",
}

ONLY_WITH = {
    "my_number_absent": {"number_check": "none", "my_number_absent": "forgotten"},
    "proxy_basis": {"notifier": "proxy", "proxy_basis": "mandate"},
}
"""What must be keyed for a field to be shown at all."""


def keyed(name: str, typed: str) -> dict[str, str]:
    """An entry in which everything is right but perhaps ``name``."""
    return SHOWN | ONLY_WITH.get(name, {}) | {name: typed}


WIRE_OF = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.NAME: Kind.TEXT,
    FieldKind.ADDRESS: Kind.TEXT,
    FieldKind.KANA: Kind.KANA,
    FieldKind.BIRTH: Kind.TEXT,
    FieldKind.DAY: Kind.DAY,
    FieldKind.DIGITS: Kind.DIGITS,
    FieldKind.MONEY: Kind.YEN,
    FieldKind.COUNT: Kind.NUMBER,
    FieldKind.CHOICE: Kind.CODE,
    FieldKind.FLAG: Kind.FLAG,
    FieldKind.MY_NUMBER: Kind.DIGITS,
    FieldKind.ATENA: Kind.RESIDENT,
    FieldKind.HOUSEHOLD: Kind.RESIDENT,
    FieldKind.INSURED: Kind.DIGITS,
    FieldKind.FACILITY: Kind.FACILITY,
    FieldKind.PAPER: Kind.PAPER,
    FieldKind.PHONE: Kind.PHONE,
    FieldKind.POSTAL: Kind.DIGITS,
    FieldKind.MUNICIPALITY: Kind.MUNICIPALITY,
    FieldKind.BANK: Kind.DIGITS,
    FieldKind.BRANCH: Kind.DIGITS,
    FieldKind.ACCOUNT_NUMBER: Kind.DIGITS,
}

_LETTERS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("山田花子髙々ゝゞヽヾアｱｶﾞ゛\u3099\U000e0100・ー　 Aé1２"),
        st.sampled_from("".join(lookalikes())),
        st.sampled_from(SPACES + UNSEEN),
    ),
    max_size=40,
)
_NUMBERS = st.text(
    st.sampled_from("0123456789０１２３４,，、.円¥+()〒ABf" + DASHES + WAVES + SPACES + UNSEEN),
    max_size=22,
)
_DATES = st.text(
    st.sampled_from("昭和大正平成SHR元年月日頃不詳推定から上旬生0123456789.-/〜" + SPACES),
    max_size=20,
)
_LONG = st.integers(90, 210).map(lambda length: "花\U000e0100" * length)


def typed_into(field: EntryField) -> st.SearchStrategy[str]:
    """Texts that come near to a value of the field, and some that do not."""
    anything = st.one_of(_LETTERS, _NUMBERS, _DATES, _LONG)
    if field.kind is FieldKind.CHOICE:
        known = [str(code) for code in TABLES[field.codes].codes(TODAY)]
        return st.one_of(st.sampled_from(known), anything)
    if field.kind in (FieldKind.BIRTH, FieldKind.DAY):
        days = st.dates(date(1873, 1, 1), date(2030, 1, 1))
        return st.one_of(days.map(date.isoformat), anything)
    return anything


def _errors(values: dict[str, str]) -> list[Finding]:
    found = checks.check_all(MOVE_IN, checks.as_entered(MOVE_IN, values, TABLES, TODAY))
    return [finding for finding in found if finding.level == "error"]


def _record(values: dict[str, str]) -> Any:
    content = SendNotification("T01-1-000042", "move_in", "", json.dumps(values), True, ())
    return to_record(MOVE_IN, content, "123456789018", READER)


@pytest.mark.req("SEC-11", "SEC-112")
@pytest.mark.parametrize("name", SENT)
@settings(max_examples=tries(30, 2_000))
@given(data=st.data())
def test_what_the_field_takes_the_wire_and_the_union_take(name: str, data: st.DataObject) -> None:
    values = keyed(name, data.draw(typed_into(FIELDS[name])))
    errors = _errors(values)
    if errors:
        assert all(e.message and e.remedy and e.field in FIELDS for e in errors)
        return
    record = _record(values)
    try:
        (read,) = decode_file(SPEC, encode_file(SPEC, [record], CODES), CODES)
    except FileRefused as refused:
        pytest.fail(f"no finding, and the file is refused: {refused.column} {refused.reason}")
    assert read == record
    birth = parse_date(read.birth_written, READER.eras, uncertain=True)
    assert birth.sort_date.isoformat() == read.birth_sort
    assert birth.precision.value == read.birth_precision


@pytest.mark.parametrize("name", SENT)
@settings(max_examples=tries(30, 2_000))
@given(data=st.data())
def test_what_the_wire_refuses_is_told_beside_its_own_field(name: str, data: st.DataObject) -> None:
    typed = data.draw(typed_into(FIELDS[name]))
    column = COLUMNS[name]
    reason = check_of(column, CODES)(typed) if typed.strip() else ""
    own = [f for f in _errors(keyed(name, typed)) if f.field == name]
    if reason and not own:  # then it is another spelling, and it is sent in the one that passes
        sent = checks.normal_form(FIELDS[name], typed, READER)
        assert not sent or check_of(column, CODES)(sent) == ""


def _whole(field: EntryField, column: Column) -> tuple[Any, ...]:
    """Two pairs that are the same declaration."""
    return field, column


def _value(field: EntryField, column: Column) -> tuple[Any, ...]:
    """Two pairs whose values are checked and kept by the same rules."""
    kept = (field.kind, field.width, field.codes)
    return *kept, column.kind, column.width, column.codes, column.my_number


def _pairs(alike: Callable[[EntryField, Column], tuple[Any, ...]] = _whole) -> list[Any]:
    """Every field of every page of every kind of case that is sent, with its column; what is
    ``alike`` stands once, under the first of them."""
    found: dict[tuple[Any, ...], Any] = {}
    for kind in CASES.values():
        declared = {c.name: c for c in columns(sent_in(kind.code).newest(kind.code).record)}
        for name, field in kind.fields.items():
            if name in declared and not field.kept_here:
                pair = (field, declared[name])
                param = pytest.param(*pair, id=f"{kind.code}-{name}")
                found.setdefault(alike(*pair), param)
    return list(found.values())


@pytest.mark.parametrize(("field", "column"), _pairs())
def test_field_and_column_are_of_one_kind(field: EntryField, column: Column) -> None:
    assert column.kind is WIRE_OF[field.kind]
    assert field.codes == column.codes
    if column.kind in (Kind.TEXT, Kind.KANA, Kind.YEN, Kind.DIGITS):
        assert field.width <= column.width
    if column.required and field.kind is not FieldKind.FLAG:
        assert field.required or field.needed is not None


@pytest.mark.parametrize(("field", "column"), _pairs(_value))
@settings(max_examples=tries(40, 2_000))
@given(data=st.data())
def test_what_any_field_stores_its_column_takes(
    field: EntryField, column: Column, data: st.DataObject
) -> None:
    typed = data.draw(typed_into(field))
    try:
        kept = checks.normal_form(field, typed, READER)
    except UserError as refused:
        assert field.asked.label in refused.message and refused.remedy
        return
    assert not kept or check_of(column, CODES)(kept) == ""


@pytest.mark.parametrize("name", SENT)
def test_the_entry_of_these_tests_is_right_and_shows_every_field(name: str) -> None:
    values = keyed(name, (SHOWN | ONLY_WITH.get(name, {}))[name])
    assert FIELDS[name].shown(values)
    assert _errors(values) == []


def test_every_kind_of_value_has_its_kind_on_the_wire() -> None:
    assert set(WIRE_OF) == set(FieldKind)


def _columns() -> list[Any]:
    """Every column of every file; what is checked alike stands once, under the first such."""
    found: dict[tuple[Any, ...], Any] = {}
    for spec in FILES.values():
        for column in spec.all_columns:
            alike = (column.kind, column.width, column.codes, column.required, column.my_number)
            found.setdefault(alike, pytest.param(column, id=f"{spec.id}-{column.name}"))
    return list(found.values())


@pytest.mark.parametrize("column", _columns())
@settings(max_examples=tries(30, 2_000))
@given(text=st.one_of(_LETTERS, _NUMBERS, _DATES))
def test_a_column_takes_only_what_can_be_written_and_seen(column: Column, text: str) -> None:
    if check_of(column, CODES)(text) == "" and text:
        text.encode("utf-8")
        assert not set(text) & set("\0\x1a\x1b")
        if column.kind not in (Kind.TEXT, Kind.JSON, Kind.CODE):
            assert not set(text) & set(UNSEEN + DASHES.replace("-", "").replace("ー", ""))
