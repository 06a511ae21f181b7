"""Finding persons, and keeping the index by which they are found (SEC-06, DOMAIN 6.7).

Persons enter and leave the store through this module alone, so that no search key and no
entry of the name index is ever forgotten. Names are found by their characters and pairs of
neighbouring characters: one character answers as well as five.

Every search gives at most ``SHOWN`` persons and says whether there are more. The order is the
same on every call. Rows of a batch above the watermark are not seen (DESIGN 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)

from app.core.text import bigrams, digits, search_key
from db.tables.exchange import watermark
from db.tables.persons import address, atena, insured, person, restriction
from db.work import ReadRows, Rows

SHOWN = 50
"""How many persons one result shows; one more is looked for, to say that there are more."""

READS = ("person", "address", "atena", "insured", "restriction", "watermark")
"""What a function that searches declares under ``reads``."""

WRITES = ("person",)
"""What a function that writes persons declares under ``writes``."""

WATERMARK = "person"
"""The watermark's subject for persons and their eligibility."""

_SEPARATOR = "|"
_LAST = "\U0010ffff"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_GRAM_FIELDS = ("name", "alias")
_KEYED_FIELDS = frozenset(("name", "alias", "kana", "phone"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found. A ``restricted`` person (取扱注意) comes with name, kana and birth date
    only: address and numbers are empty and do not leave the store (DOMAIN 7.3)."""

    person_id: str
    person_kind: str
    name: str
    kana: str
    alias: str
    birth_written: str
    birth_sort: str
    birth_precision: str
    sex: str
    state: str
    address: str
    insured_number: str
    atena_number: str
    restricted: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """A result in stable order; ``more`` when persons beyond ``SHOWN`` exist."""

    persons: tuple[Hit, ...]
    more: bool


_NOBODY = Hits((), False)


def insert_persons(work: Rows, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert persons, each a mapping of ``person`` columns without search keys; gives how
    many. Rows need not fill the same optional columns. Raises as ``Work.run``."""
    first = int(work.scalar(select(func.coalesce(func.max(person.c.row_number), 0)))) + 1
    made = [
        {**_DEFAULTS, **row, **_keys(row), "row_number": number}
        for number, row in enumerate(rows, start=first)
    ]
    if made:
        work.run(insert(person), made)
        work.run(_ADD_GRAMS, [_grams_row(row["row_number"], row["name_key"]) for row in made])
    return len(made)


def update_person(work: Rows, person_id: str, changed: Mapping[str, Any]) -> bool:
    """Change columns of a person and count their version up; search keys follow. False when
    there is no such person."""
    known = work.first(select(person).where(person.c.id == person_id))
    if known is None:
        return False
    values = dict(changed)
    if _KEYED_FIELDS & values.keys():
        values |= _keys({**known._mapping, **values})
    name_key = values.get("name_key", known.name_key)
    if name_key != known.name_key:
        work.run(_DROP_GRAMS, _grams_row(known.row_number, known.name_key))
        work.run(_ADD_GRAMS, _grams_row(known.row_number, name_key))
    statement = update(person).where(person.c.id == person_id)
    work.run(statement.values(**values, version=person.c.version + 1))
    return True


def delete_person(work: Rows, person_id: str) -> bool:
    """Erase a person and their entries in the name index (消去, SEC-157); rows that point at
    the person must be gone before. False when there is no such person."""
    found = select(person.c.row_number, person.c.name_key).where(person.c.id == person_id)
    known = work.first(found)
    if known is None:
        return False
    work.run(_DROP_GRAMS, _grams_row(known.row_number, known.name_key))
    work.run(delete(person).where(person.c.id == person_id))
    return True


def by_ids(work: ReadRows, ids: Sequence[str]) -> tuple[Hit, ...]:
    """The persons of these ids of ours, in the order in which they came into the store."""
    return tuple(Hit(*tuple(row)) for row in work.all(_ordered(person.c.id.in_(ids))))


def by_insured_number(work: ReadRows, number: str) -> Hits:
    """By 被保険者番号, whole; every period of eligibility counts."""
    owners = select(insured.c.person_id).where(insured.c.insured_number == number)
    owners = owners.where(insured.c.batch <= _watermark())
    return _found(work, _ordered(person.c.id.in_(owners)))


def by_atena_number(work: ReadRows, number: str, municipality_code: str = "") -> Hits:
    """By 宛名番号, whole; without a municipality every one's (DATA-01: it is unique only
    together with its municipality)."""
    owners = select(atena.c.person_id).where(atena.c.atena_number == number)
    if municipality_code:
        owners = owners.where(atena.c.municipality_code == municipality_code)
    return _found(work, _ordered(person.c.id.in_(owners)))


def by_kana(work: ReadRows, typed: str, birth: str = "") -> Hits:
    """By the beginning of the kana name, in any kana; ``birth`` (YYYY-MM-DD) narrows.
    In order of kana, then birth date."""
    key = search_key(typed)
    if not key:
        return _NOBODY
    wanted = _begins(person.c.kana_key, key)
    if birth:
        return _found(work, _by_kana_order(wanted, person.c.birth_sort == birth))
    return _found(work, _by_kana_order(wanted))


def by_birth(work: ReadRows, birth: str) -> Hits:
    """By birth date (YYYY-MM-DD, the working day of an unknown one), in order of kana."""
    return _found(work, _by_kana_order(person.c.birth_sort == birth))


def by_phone(work: ReadRows, typed: str) -> Hits:
    """By telephone number, whole, however it is grouped."""
    key = digits(typed)
    if not key:
        return _NOBODY
    return _found(work, _ordered(person.c.phone_key == key))


def by_name(work: ReadRows, typed: str, birth: str = "") -> Hits:
    """By any part of the name or alias (通称), one character or more, in any variant;
    ``birth`` (YYYY-MM-DD) narrows. In the order in which persons came into the store."""
    key = search_key(typed)
    if not key:
        return _NOBODY
    conditions: list[ColumnElement[bool]] = [func.instr(person.c.name_key, key) > 0]
    if birth:
        conditions.append(person.c.birth_sort == birth)
    statement = _visible(*conditions).where(person.c.row_number.in_(_MATCHING))
    return _found(work, statement.order_by(person.c.row_number), {"grams": _query(key)})


def _found(work: ReadRows, statement: Select[Any], params: Mapping[str, Any] | None = None) -> Hits:
    rows = work.all(statement.limit(SHOWN + 1), params)
    return Hits(tuple(Hit(*tuple(row)) for row in rows[:SHOWN]), len(rows) > SHOWN)


def _visible(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(*_HIT_COLUMNS).where(*conditions, person.c.batch <= _watermark())


def _ordered(*conditions: ColumnElement[bool]) -> Select[Any]:
    return _visible(*conditions).order_by(person.c.row_number)


def _by_kana_order(*conditions: ColumnElement[bool]) -> Select[Any]:
    order = (person.c.kana_key, person.c.birth_sort, person.c.row_number)
    return _visible(*conditions).order_by(*order)


def _watermark() -> ColumnElement[int]:
    seen = select(watermark.c.batch).where(watermark.c.subject == WATERMARK).scalar_subquery()
    return func.coalesce(seen, 0)


def _begins(column: ColumnElement[str], key: str) -> ColumnElement[bool]:
    # a range and not LIKE, which SQLite does not answer from the index (TECH 0.9)
    return column.between(key, key + _LAST)


def _keys(row: Mapping[str, Any]) -> dict[str, str]:
    parts = [search_key(row.get(name) or "") for name in _GRAM_FIELDS]
    return {
        "name_key": _SEPARATOR.join(part for part in parts if part),
        "kana_key": search_key(row["kana"]),
        "phone_key": digits(row.get("phone") or ""),
    }


def _grams_row(row_number: int, name_key: str) -> dict[str, Any]:
    grams: dict[str, None] = {}
    for part in name_key.split(_SEPARATOR):
        grams.update(dict.fromkeys(part))
        grams.update(dict.fromkeys(bigrams(part)))
    return {"row_number": row_number, "grams": " ".join(_token(gram) for gram in grams)}


def _query(key: str) -> str:
    """The pairs of a fragment, all of which must be there; of one character, itself."""
    return " AND ".join(_token(gram) for gram in (bigrams(key) or (key,)))


def _token(gram: str) -> str:
    return "".join(_code(character) for character in gram)


@cache
def _code(character: str) -> str:
    # four base-36 digits a character: the index's tokenizer then needs no table of Unicode,
    # which would be older than the characters that names are written with
    rest, code = ord(character), ""
    for _ in range(4):
        rest, digit = divmod(rest, 36)
        code = _DIGITS[digit] + code
    return code


_RESTRICTED = exists().where(restriction.c.person_id == person.c.id, restriction.c.lifted_at == "")
_ADDRESS = (
    select(address.c.written + address.c.building)
    .where(address.c.person_id == person.c.id, address.c.kind == "current")
    .scalar_subquery()
)
_INSURED_NUMBER = (
    select(insured.c.insured_number)
    .where(insured.c.person_id == person.c.id, insured.c.batch <= _watermark())
    .order_by(insured.c.acquired_on.desc())
    .limit(1)
    .scalar_subquery()
)
_ATENA_NUMBER = (
    select(atena.c.atena_number)
    .where(atena.c.person_id == person.c.id)
    .order_by(atena.c.current.desc(), atena.c.municipality_code)
    .limit(1)
    .scalar_subquery()
)


def _unless_restricted(column: ColumnElement[str]) -> ColumnElement[str]:
    return case((_RESTRICTED, ""), else_=func.coalesce(column, ""))


_HIT_COLUMNS = (
    person.c.id,
    person.c.kind,
    person.c.name,
    person.c.kana,
    person.c.alias,
    person.c.birth_written,
    person.c.birth_sort,
    person.c.birth_precision,
    person.c.sex,
    person.c.state,
    _unless_restricted(_ADDRESS),
    _unless_restricted(_INSURED_NUMBER),
    _unless_restricted(_ATENA_NUMBER),
    _RESTRICTED,
)
_DEFAULTS: Mapping[str, Any] = {
    "alias": "",
    "phone": "",
    "state_on": "",
    "batch": 0,
    "version": 1,
}
_MATCHING = text("SELECT rowid FROM name_grams WHERE name_grams MATCH :grams")
_ADD_GRAMS = text("INSERT INTO name_grams(rowid, grams) VALUES (:row_number, :grams)")
_DROP_GRAMS = text(
    "INSERT INTO name_grams(name_grams, rowid, grams) VALUES ('delete', :row_number, :grams)"
)
