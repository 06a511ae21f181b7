"""Finding persons, and keeping the index by which they are found (SEC-06, DOMAIN 6.7).

Persons enter and leave the store through this module alone, so that no search key and no
entry of the name index is ever forgotten. Names are found by their characters and pairs of
neighbouring characters: one character answers as well as five.

Every search gives at most ``SHOWN`` persons and says whether there are more. The order is the
same on every call. Rows of a batch above the watermark are not seen (DESIGN 6).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
    update,
)

from app.core.text import bigrams, search_key
from app.rules.values.numbers import phone_key
from db.tables.exchange import watermark
from db.tables.history import fact
from db.tables.persons import address, atena, insured, person, restriction
from db.work import ReadRows, Rows

SHOWN = 50
"""How many persons one result shows; one more is looked for, to say that there are more."""

READS = ("person", "address", "atena", "insured", "restriction", "watermark")
"""What a function that searches declares under ``reads``."""

WRITES = ("person", "fact")
"""What a function that writes persons declares under ``writes``."""

WATERMARK = "person"
"""The watermark's subject for persons and their eligibility."""

_SEPARATOR = "|"
_LAST = "\U0010ffff"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST_WORDS = 6
_GRAM_FIELDS = ("name", "alias")
_KEYED_FIELDS = frozenset(("name", "alias", "kana", "alias_kana", "phone"))
_REKEYED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found. A ``restricted`` person (取扱注意) comes with name, kana and birth date
    only: address and numbers are empty (DOMAIN 7.3)."""

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
        work.insert_rows(person, _COLUMNS, [tuple(map(row.get, _COLUMNS)) for row in made])
        grams = [(row["row_number"], _grams(row["name_key"])) for row in made]
        work.insert_rows(_NAME_GRAMS, ("rowid", "grams"), grams)
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
    """Erase a person with their history and their entries in the name index (消去, SEC-157);
    other rows that point at the person must be gone before. False when there is no such
    person."""
    found = select(person.c.row_number, person.c.name_key).where(person.c.id == person_id)
    known = work.first(found)
    if known is None:
        return False
    work.run(_DROP_GRAMS, _grams_row(known.row_number, known.name_key))
    work.run(delete(person).where(person.c.id == person_id))
    work.run(delete(fact).where(fact.c.person_id == person_id))
    return True


def rebuild_keys(connection: Connection) -> int:
    """For a migration: make every search key and the name index anew, by the present way of
    folding names; gives how many persons."""
    connection.execute(text("INSERT INTO name_grams(name_grams) VALUES ('delete-all')"))
    count, last = 0, 0
    while rows := connection.execute(_NEXT_PERSONS, {"last": last}).all():
        keys = [{"of": row.row_number, **_keys(dict(row._mapping))} for row in rows]
        connection.execute(_REKEY, keys)
        grams = [_grams_row(key["of"], key["name_key"]) for key in keys]
        connection.execute(_ADD_GRAMS, grams)
        count, last = count + len(rows), rows[-1].row_number
    return count


def by_ids(work: ReadRows, ids: Sequence[str], *, opened: Collection[str] = ()) -> tuple[Hit, ...]:
    """The persons of these ids of ours, in the order in which they came into the store. Those of
    ``opened`` come whole though they are restricted (一時解除)."""
    rows = work.all(_BY_IDS, {"ids": list(ids)})
    return tuple(_hit(tuple(row), opened) for row in rows)


def by_insured_number(work: ReadRows, number: str) -> Hits:
    """By 被保険者番号, whole; every period of eligibility counts. In order of id."""
    return _owners(work, _BY_INSURED_NUMBER, {"number": number})


def by_atena_number(work: ReadRows, number: str, municipality_code: str = "") -> Hits:
    """By 宛名番号, whole; without a municipality every one's (DATA-01: it is unique only
    together with its municipality). In order of id."""
    if municipality_code:
        params = {"number": number, "municipality_code": municipality_code}
        return _owners(work, _BY_ATENA_NUMBER_THERE, params)
    return _owners(work, _BY_ATENA_NUMBER, {"number": number})


def by_kana(work: ReadRows, typed: str, birth: str = "") -> Hits:
    """By the beginning of the kana of the name or of the alias (通称), in any kana; ``birth``
    (YYYY-MM-DD) narrows. In order of kana, then birth date; those found by the alias after
    those found by the name."""
    key = search_key(typed)
    if not key:
        return _NOBODY
    params = {"first": key, "last": key + _LAST}
    if birth:
        params |= {"birth": birth}
    by_name, by_alias = (
        (_BY_KANA_AND_BIRTH, _BY_ALIAS_KANA_AND_BIRTH) if birth else (_BY_KANA, _BY_ALIAS_KANA)
    )
    rows = [*work.all(by_name, params), *work.all(by_alias, params)]
    hits = tuple({row[0]: _hit(tuple(row)) for row in rows}.values())
    return Hits(hits[:SHOWN], len(hits) > SHOWN)


def by_birth(work: ReadRows, birth: str, until: str = "") -> Hits:
    """By birth date (YYYY-MM-DD, the working day of an unknown one), in order of kana; with
    ``until`` everybody born from the one to the other."""
    if until:
        return _found(work, _BORN_BETWEEN, {"birth": birth, "until": until})
    return _found(work, _BY_BIRTH, {"birth": birth})


def namesakes(work: ReadRows, words: Sequence[str], kana: str, first: str, last: str) -> Hits:
    """Everybody of the same kana, and everybody whose name or alias holds the ``words`` of the
    name, who may have been born from ``first`` to ``last`` (YYYY-MM-DD): on a known day between,
    or on one of which a part is not known (whether that one can be the same day, its
    ``birth_written`` says). Those of the same kana first."""
    params = {"first": first, "last": last}
    rows: list[Any] = []
    if key := search_key(kana):
        rows += work.all(_SAME_KANA, {**params, "key": key})
    if keys := _keys_of_words(words):
        statement = _words_statement(len(keys), _Born.MAY_BE_BETWEEN)
        rows += work.all(statement, {**params, **_words_params(keys)})
    hits = tuple({row[0]: _hit(tuple(row)) for row in rows}.values())
    return Hits(hits[:SHOWN], len(hits) > SHOWN)


def by_phone(work: ReadRows, typed: str) -> Hits:
    """By telephone number, whole, however it is grouped."""
    key = phone_key(typed)
    return _found(work, _BY_PHONE, {"key": key}) if key else _NOBODY


def by_name(work: ReadRows, typed: str, birth: str = "") -> Hits:
    """By any part of the name or alias (通称), one character or more, in any variant;
    ``birth`` (YYYY-MM-DD) narrows. In the order in which persons came into the store."""
    key = search_key(typed)
    if not key:
        return _NOBODY
    params = {"grams": _query(key), "key": key}
    if birth:
        return _found(work, _BY_NAME_AND_BIRTH, {**params, "birth": birth})
    return _found(work, _BY_NAME, params)


def by_words(work: ReadRows, words: Iterable[str], birth: str = "") -> Hits:
    """By the words of a name, each in any place and order (JOHN SMITH, SMITH JOHN PAUL); else
    like ``by_name``."""
    keys = _keys_of_words(words)
    if not keys:
        return _NOBODY
    params = _words_params(keys)
    if birth:
        statement = _words_statement(len(keys), _Born.MAY_BE_ON)
        return _found(work, statement, {**params, "birth": birth})
    return _found(work, _words_statement(len(keys), _Born.ANY), params)


def _keys_of_words(words: Iterable[str]) -> list[str]:
    return [key for word in words if (key := search_key(word))][:_MOST_WORDS]


def _words_params(keys: Sequence[str]) -> dict[str, str]:
    named = {f"key{number}": key for number, key in enumerate(keys)}
    return {**named, "grams": " AND ".join(map(_query, keys))}


def _owners(work: ReadRows, statement: Select[Any], params: Mapping[str, Any]) -> Hits:
    # sorted here: a number has a few owners, and a sorter in the engine costs more than that
    rows = {row[0]: _hit(tuple(row)) for row in work.all(statement, params)}
    hits = [rows[person_id] for person_id in sorted(rows)]
    return Hits(tuple(hits[:SHOWN]), len(hits) > SHOWN)


def _found(work: ReadRows, statement: Select[Any], params: Mapping[str, Any]) -> Hits:
    rows = work.all(statement, params)
    return Hits(tuple(_hit(tuple(row)) for row in rows[:SHOWN]), len(rows) > SHOWN)


def _hit(row: tuple[Any, ...], opened: Collection[str] = ()) -> Hit:
    if row[0] in opened:
        row = (*row[:-1], False)
    if row[-1]:
        row = (*row[:-4], "", "", "", True)
    return Hit(*row)


def _keys(row: Mapping[str, Any]) -> dict[str, str]:
    parts = [search_key(row[name]) if row.get(name) else "" for name in _GRAM_FIELDS]
    alias_kana = row.get("alias_kana")
    return {
        "name_key": _SEPARATOR.join(part for part in parts if part),
        "kana_key": search_key(row["kana"]),
        "alias_kana_key": search_key(alias_kana) if alias_kana else "",
        "phone_key": phone_key(row.get("phone") or ""),
    }


def _grams_row(row_number: int, name_key: str) -> dict[str, Any]:
    return {"row_number": row_number, "grams": _grams(name_key)}


def _grams(name_key: str) -> str:
    tokens: list[str] = []
    for part in name_key.split(_SEPARATOR):
        codes = list(map(_code, part))
        tokens += codes
        tokens += map(add, codes, codes[1:])
    return " ".join(dict.fromkeys(tokens))


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


def _watermark() -> ColumnElement[int]:
    seen = select(watermark.c.batch).where(watermark.c.subject == WATERMARK).scalar_subquery()
    return func.coalesce(seen, 0)


def _detail(statement: Select[Any]) -> ColumnElement[str]:
    return func.coalesce(statement.limit(1).scalar_subquery(), "")


# A number in the statement itself: of a bound one the engine would know the value only when it
# runs, and compile the statement anew for each.
_MORE_THAN_SHOWN: ColumnElement[int] = literal_column(str(SHOWN + 1))

# names of their own, because a search by number joins the same tables
_LATEST = insured.alias("latest")
_CURRENT = atena.alias("current_atena")
_HIT_COLUMNS: tuple[ColumnElement[Any], ...] = (
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
    _detail(
        select(address.c.written + address.c.building).where(
            address.c.person_id == person.c.id, address.c.kind == "current"
        )
    ),
    _detail(
        select(_LATEST.c.insured_number)
        .where(_LATEST.c.person_id == person.c.id, _LATEST.c.batch <= _watermark())
        .order_by(_LATEST.c.acquired_on.desc())
    ),
    _detail(
        select(_CURRENT.c.atena_number)
        .where(_CURRENT.c.person_id == person.c.id)
        .order_by(_CURRENT.c.current.desc())
    ),
    exists().where(restriction.c.person_id == person.c.id, restriction.c.lifted_at == ""),
)


def _visible(*conditions: ColumnElement[bool]) -> Select[Any]:
    rows = select(*_HIT_COLUMNS).where(*conditions, person.c.batch <= _watermark())
    return rows.limit(_MORE_THAN_SHOWN)


def _in_store_order(*conditions: ColumnElement[bool]) -> Select[Any]:
    return _visible(*conditions).order_by(person.c.row_number)


def _in_kana_order(*conditions: ColumnElement[bool]) -> Select[Any]:
    order = (person.c.kana_key, person.c.birth_sort, person.c.row_number)
    return _visible(*conditions).order_by(*order)


def _in_alias_order(*conditions: ColumnElement[bool]) -> Select[Any]:
    order = (person.c.alias_kana_key, person.c.birth_sort, person.c.row_number)
    return _visible(*conditions).order_by(*order)


def _by_name(*conditions: ColumnElement[bool]) -> Select[Any]:
    # joined and not IN (…): the index gives its rows in order, and 51 of them are enough
    matching = text("name_grams MATCH :grams")
    both = _NAME_GRAMS.join(person, person.c.row_number == _NAME_GRAMS.c.rowid)
    found = _visible(*conditions).select_from(both).where(matching)
    return found.order_by(_NAME_GRAMS.c.rowid)


# The statements are built once: building costs several times what answering them does.
_NAME_GRAMS = table("name_grams", column("rowid"), column("grams"))
_BORN_ON = person.c.birth_sort == bindparam("birth")
_NOT_SURE = person.c.birth_precision != "day"
# Beside a name, somebody counts whose day is known in part and may be that one: the working day
# of an uncertain date is the earliest that it may be, or of the same month.
_IN_ITS_MONTH = func.substr(bindparam("birth"), 1, 7) + "-31"
_BORN = or_(_BORN_ON, and_(_NOT_SURE, person.c.birth_sort <= _IN_ITS_MONTH))
# a range and not LIKE, which SQLite does not answer from the index (TECH 0.9)
_KANA_BEGINS = person.c.kana_key.between(bindparam("first"), bindparam("last"))
_NAME_HOLDS = func.instr(person.c.name_key, bindparam("key")) > 0
_OWNS_ATENA = (atena.c.person_id == person.c.id, atena.c.atena_number == bindparam("number"))
_BY_INSURED_NUMBER = _visible(
    insured.c.person_id == person.c.id,
    insured.c.insured_number == bindparam("number"),
    insured.c.batch <= _watermark(),
)
_BY_ATENA_NUMBER = _visible(*_OWNS_ATENA)
_BY_ATENA_NUMBER_THERE = _visible(
    *_OWNS_ATENA, atena.c.municipality_code == bindparam("municipality_code")
)
_BY_KANA = _in_kana_order(_KANA_BEGINS)
_BY_KANA_AND_BIRTH = _in_kana_order(_KANA_BEGINS, _BORN)
# The condition is the partial index's own, literally: few have an alias.
_ALIAS_BEGINS = (
    person.c.alias_kana_key != literal_column("''"),
    person.c.alias_kana_key.between(bindparam("first"), bindparam("last")),
)
_BY_ALIAS_KANA = _in_alias_order(*_ALIAS_BEGINS)
_BY_ALIAS_KANA_AND_BIRTH = _in_alias_order(*_ALIAS_BEGINS, _BORN)
_BY_BIRTH = _in_kana_order(_BORN_ON)
_BORN_BETWEEN = _in_kana_order(person.c.birth_sort.between(bindparam("birth"), bindparam("until")))
_MAY_BE_BORN = and_(
    person.c.birth_sort <= bindparam("last"),
    or_(_NOT_SURE, person.c.birth_sort >= bindparam("first")),
)
_SAME_KANA = _in_kana_order(person.c.kana_key == bindparam("key"), _MAY_BE_BORN)
_BY_PHONE = _in_store_order(person.c.phone_key == bindparam("key"))
_BY_IDS = (
    select(*_HIT_COLUMNS)
    .where(person.c.id.in_(bindparam("ids", expanding=True)), person.c.batch <= _watermark())
    .order_by(person.c.row_number)
)
_BY_NAME = _by_name(_NAME_HOLDS)
_BY_NAME_AND_BIRTH = _by_name(_NAME_HOLDS, _BORN)


class _Born(Enum):
    """How a birth date narrows a search by the words of a name."""

    ANY = "any"
    MAY_BE_ON = "may_be_on"
    MAY_BE_BETWEEN = "may_be_between"


@cache
def _words_statement(words: int, born: _Born) -> Select[Any]:
    held = [func.instr(person.c.name_key, bindparam(f"key{number}")) > 0 for number in range(words)]
    narrowed = {_Born.ANY: (), _Born.MAY_BE_ON: (_BORN,), _Born.MAY_BE_BETWEEN: (_MAY_BE_BORN,)}
    return _by_name(*held, *narrowed[born])


_DEFAULTS: Mapping[str, Any] = {
    "alias": "",
    "alias_kana": "",
    "origin": 0,
    "phone": "",
    "state_on": "",
    "batch": 0,
    "version": 1,
}
_COLUMNS = tuple(column.name for column in person.columns)
_NEXT_PERSONS = (
    select(person.c.row_number, *(person.c[name] for name in sorted(_KEYED_FIELDS)))
    .where(person.c.row_number > bindparam("last"))
    .order_by(person.c.row_number)
    .limit(_REKEYED_AT_ONCE)
)
_REKEY = (
    update(person)
    .where(person.c.row_number == bindparam("of"))
    .values(
        name_key=bindparam("name_key"),
        kana_key=bindparam("kana_key"),
        alias_kana_key=bindparam("alias_kana_key"),
        phone_key=bindparam("phone_key"),
    )
)
_ADD_GRAMS = text("INSERT INTO name_grams(rowid, grams) VALUES (:row_number, :grams)")
_DROP_GRAMS = text(
    "INSERT INTO name_grams(name_grams, rowid, grams) VALUES ('delete', :row_number, :grams)"
)
