"""One search box (検索): what was typed is recognised, searched, and shown with what tells
people apart (SEC-06, SEC-07, SEC-09; DOMAIN 6.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import permutations

from app.core.errors import UserError
from app.core.romaji import to_kana
from app.core.signs import plain, spaced
from app.core.tables import Tables
from app.core.text import digits, is_kana, name_words, to_katakana
from app.persons import same
from app.persons.show import PersonLine, person_lines
from app.rules import identifiers
from app.rules.calendar.wareki import Eras, Precision, from_day, on_paper
from app.rules.calendar.wareki_input import may_be_same_day, parse_date, parse_day
from app.rules.values.days import kept_birth
from app.rules.values.numbers import RESIDENT, phone
from app.security.gate.gate import Gate, Subject
from app.security.gate.work import ViewWork
from app.security.staff.session import Session
from db import search as index
from db.search import Hit, Hits

NUMBER_FUNCTION = "persons.search_by_number"
_DATED = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_ONLY_NUMBER = re.compile(r"\+?[-0-9 ().]*[0-9][-0-9 ().]*")
_LIST = Subject("list", "search")
_INSURED_WIDTH = 8
_MY_NUMBER_WIDTH = 12
_ATENA_MOST = 15
_MOST_ORDERED = 3
"""Words of a name that are looked for in any order; more of them are searched as typed."""


class QueryKind(StrEnum):
    """What a typed text is taken for; the journal keeps this, never the text."""

    INSURED = "insured_number"
    ATENA = "atena_number"
    MY_NUMBER = "my_number"
    KANA = "kana"
    ROMAJI = "romaji"
    NAME = "name"
    BIRTH = "birth"
    PHONE = "phone"


NUMBERS = frozenset({QueryKind.INSURED, QueryKind.ATENA, QueryKind.MY_NUMBER, QueryKind.PHONE})
"""Kinds that alone choose nobody (SEC-06)."""

_WORDS = {
    QueryKind.INSURED: "被保険者番号",
    QueryKind.ATENA: "宛名番号",
    QueryKind.MY_NUMBER: "個人番号",
    QueryKind.KANA: "カナ",
    QueryKind.ROMAJI: "ローマ字",
    QueryKind.NAME: "氏名",
    QueryKind.BIRTH: "生年月日",
    QueryKind.PHONE: "電話番号",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One reading of the typed text. ``birth`` (YYYY-MM-DD) narrows a name or kana; for a birth
    date of which a part is not known, ``until`` is the last day it may be."""

    kind: QueryKind
    value: str
    birth: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """What the list shows. ``by_number``: found by a number alone, so that name and birth date
    must be compared before anybody is opened. ``needs_purpose``: the text is an individual
    number and waits for a purpose. ``prefill``: what a notification may take over."""

    lines: tuple[PersonLine, ...]
    understood: str
    more: bool
    by_number: bool
    searched: bool
    needs_purpose: bool = False
    prefill: Mapping[str, str] = field(default_factory=dict)


def recognise(typed: str, tables: Tables, today: date) -> tuple[Query, ...]:
    """Every reading of ``typed``, the likeliest first; empty for too little to search by."""
    text, read = spaced(typed), plain(typed)
    eras = Eras(tables["eras"])
    if _ONLY_NUMBER.fullmatch(read) and not _DATED.fullmatch(read):
        return _numbers(read, _day(text, eras, today))
    if birth := _birth(text, eras, today):
        return (birth,)
    if not any(sign.isalnum() for sign in text):
        return ()
    name, narrowed = _parted(text.split(), eras, today)
    if is_kana(name):
        return (Query(QueryKind.KANA, name, narrowed), Query(QueryKind.NAME, name, narrowed))
    kind = QueryKind.ROMAJI if to_kana(name) else QueryKind.NAME
    found: tuple[Query, ...] = (Query(kind, name, narrowed),)
    number = identifiers.digits_of(text).upper()
    if not narrowed and RESIDENT.fullmatch(number):
        found += (Query(QueryKind.ATENA, number),)  # from before the standard: with letters
    return found


def _parted(words: list[str], eras: Eras, today: date) -> tuple[str, str]:
    """The name and, where one stands before or behind it, the birth date (YYYY-MM-DD)."""
    for at in range(1, len(words)):
        for name, rest in ((words[:at], words[at:]), (words[at:], words[:at])):
            if day := _day(" ".join(rest), eras, today):
                return " ".join(name), day
    return " ".join(words), ""


def search(
    gate: Gate,
    session: Session,
    typed: str,
    tables: Tables,
    today: date,
    *,
    purpose: str = "",
) -> Results:
    """Search by whatever was typed. An individual number is searched only with the right and
    a purpose (SEC-52, SEC-53); without the right it is not even recognised."""
    queries = recognise(typed, tables, today)
    asks = bool(queries) and queries[0].kind is QueryKind.MY_NUMBER
    if asks:
        permitted = NUMBER_FUNCTION in gate.permitted(session)
        if permitted and purpose:
            found = _by_my_number(gate, session, queries[0].value, tables, today, purpose)
            if found.lines:
                return found
        # Twelve digits may be an atena number as well: the other readings remain.
        asks = permitted and not purpose
        queries = queries[1:]
    if not queries:
        return Results((), "", False, False, False)
    with gate.view("persons.search", session, subject=_LIST) as work:
        hits, used = _first_found(work, queries, Eras(tables["eras"]))
        lines = _lines(work, hits.persons, tables, today)
        work.note(
            shown=tuple(line.person_id for line in lines), query_kind=used.kind.value, numbers=False
        )
    return Results(
        lines,
        "個人番号として探すには、目的を選んでください。" if asks else _said(used, tables),
        hits.more,
        used.kind in NUMBERS,
        searched=not asks,
        needs_purpose=asks,
        prefill=_prefill(used),
    )


def _by_my_number(
    gate: Gate, session: Session, number: str, tables: Tables, today: date, purpose: str
) -> Results:
    with gate.view(NUMBER_FUNCTION, session, subject=_LIST, purpose=purpose) as work:
        owners = [owner.id for owner in work.my_number.find(number) if owner.kind == "person"]
        lines = _lines(work, index.by_ids(work, owners), tables, today)
        work.note(
            shown=tuple(line.person_id for line in lines), query_kind="my_number", numbers=False
        )
    return Results(lines, "→ 個人番号", False, by_number=True, searched=True)


def _lines(
    work: ViewWork, hits: Sequence[Hit], tables: Tables, today: date
) -> tuple[PersonLine, ...]:
    marks = same.marks(work, [hit.person_id for hit in hits])
    return person_lines(hits, tables, today, marks)


def _numbers(read: str, birth: str) -> tuple[Query, ...]:
    found: list[Query] = []
    number = digits(read)
    if len(number) == _MY_NUMBER_WIDTH and _is_my_number(number):
        found.append(Query(QueryKind.MY_NUMBER, number))
    if call := _phone(read):
        found.append(Query(QueryKind.PHONE, call))
    if read.startswith("+"):
        return tuple(found)
    if len(number) == _INSURED_WIDTH:
        found.append(Query(QueryKind.INSURED, number))
    if birth:
        found.append(Query(QueryKind.BIRTH, birth))
    if len(number) <= _ATENA_MOST:
        found.append(Query(QueryKind.ATENA, number))
    return tuple(found)


def _phone(read: str) -> str:
    try:
        return phone(read, "").normal
    except UserError:
        return ""


def _is_my_number(number: str) -> bool:
    try:
        identifiers.my_number(number)
    except UserError:
        return False
    return True


def _day(text: str, eras: Eras, today: date) -> str:
    try:
        day = parse_day(text, eras)
    except UserError:
        return ""
    return day.isoformat() if day <= today else ""


def _birth(text: str, eras: Eras, today: date) -> Query | None:
    """A birth date, also one of which the year or the month is known alone."""
    try:
        found = parse_date(text, eras, uncertain=True)
    except UserError:
        return None
    if found.sort_date > today or found.precision is Precision.UNKNOWN:
        return None
    until = "" if found.exact else found.latest.isoformat()
    return Query(QueryKind.BIRTH, found.sort_date.isoformat(), until=until)


def _first_found(work: ViewWork, queries: Sequence[Query], eras: Eras) -> tuple[Hits, Query]:
    """The first reading that finds somebody, else the first."""
    for query in queries:
        hits = _may_be_born(_SEARCHES[query.kind](work, query), query, eras)
        if hits.persons:
            return hits, query
    return Hits((), False), queries[0]


def _may_be_born(hits: Hits, query: Query, eras: Eras) -> Hits:
    """Those of ``hits`` whose birth date, known in part, may be the one typed beside the name."""
    if not query.birth:
        return hits
    typed = from_day(date.fromisoformat(query.birth), eras)
    kept = tuple(
        hit
        for hit in hits.persons
        if may_be_same_day(typed, kept_birth(hit.birth_written, hit.birth_sort, eras))
    )
    return Hits(kept, hits.more)


def _atena(work: ViewWork, query: Query) -> Hits:
    # Sites keep their numbers with and without leading zeros (DOMAIN 1.1).
    found: dict[str, Hit] = {}
    bare = query.value.lstrip("0")
    for number in dict.fromkeys((query.value, bare, query.value.zfill(_ATENA_MOST))):
        for hit in index.by_atena_number(work, number).persons:
            found[hit.person_id] = hit
    return Hits(tuple(found.values()), False)


def _kana(work: ViewWork, query: Query) -> Hits:
    """By the beginning of the kana, 姓 and 名 in either order: foreign residents are recorded in
    the one and say the other. Then by names and aliases that are written in kana themselves:
    their bearers may have no kana beside them."""
    words = name_words(query.value)
    orders = permutations(words) if 1 < len(words) <= _MOST_ORDERED else (words,)
    by_kana = [index.by_kana(work, " ".join(order), query.birth) for order in orders]
    return _together((*by_kana, _name(work, query)))


def _romaji(work: ViewWork, query: Query) -> Hits:
    """In Latin letters: by the names that are written so, and by the kana that is meant."""
    kana = replace(query, value=to_kana(query.value))
    return _together((_name(work, query), _kana(work, kana)))


def _name(work: ViewWork, query: Query) -> Hits:
    as_typed = index.by_name(work, query.value, query.birth)
    words = name_words(query.value)
    if len(words) == 1:
        return as_typed
    return _together((as_typed, index.by_words(work, words, query.birth)))


def _together(results: Iterable[Hits]) -> Hits:
    """Several results as one, nobody twice, in their order."""
    found: dict[str, Hit] = {}
    more = False
    for hits in results:
        more |= hits.more
        for hit in hits.persons:
            found.setdefault(hit.person_id, hit)
    shown = tuple(found.values())[: index.SHOWN]
    return Hits(shown, more or len(found) > index.SHOWN)


_SEARCHES: Mapping[QueryKind, Callable[[ViewWork, Query], Hits]] = {
    QueryKind.INSURED: lambda work, query: index.by_insured_number(work, query.value),
    QueryKind.ATENA: _atena,
    QueryKind.KANA: _kana,
    QueryKind.ROMAJI: _romaji,
    QueryKind.NAME: _name,
    QueryKind.BIRTH: lambda work, query: index.by_birth(work, query.value, query.until),
    QueryKind.PHONE: lambda work, query: index.by_phone(work, query.value),
}


def _said(query: Query, tables: Tables) -> str:
    eras = Eras(tables["eras"])
    if query.kind is QueryKind.BIRTH:
        until = f"〜{on_paper(date.fromisoformat(query.until), eras)}" if query.until else ""
        return f"→ 生年月日 {on_paper(date.fromisoformat(query.value), eras)}{until}"
    if query.kind is QueryKind.KANA:
        text = f"→ カナ {to_katakana(query.value)}"
    elif query.kind is QueryKind.ROMAJI:
        text = f"→ ローマ字 {query.value}（{to_kana(query.value)}）"
    elif query.kind is QueryKind.NAME:
        text = f"→ 氏名に「{query.value}」を含む"
    else:
        text = f"→ {_WORDS[query.kind]} {query.value}"
    if query.birth:
        text += f"、生年月日 {on_paper(date.fromisoformat(query.birth), eras)}"
    return text


def _prefill(query: Query) -> dict[str, str]:
    filled = {}
    if query.kind is QueryKind.KANA:
        filled["kana"] = to_katakana(query.value)
    if query.kind is QueryKind.ROMAJI:
        filled["kana"] = to_kana(query.value)
    if query.kind is QueryKind.NAME:
        filled["name"] = query.value
    birth = query.value if query.kind is QueryKind.BIRTH else query.birth
    if birth and not query.until:
        filled["birth_written"] = birth
    return filled
