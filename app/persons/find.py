"""One search box (検索): what was typed is recognised, searched, and shown with what tells
people apart (SEC-06, SEC-07, SEC-09; DOMAIN 6.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.core.errors import UserError
from app.core.tables import Tables
from app.core.text import digits, is_kana, to_katakana
from app.persons.show import PersonLine, person_lines
from app.rules import identifiers
from app.rules.calendar.wareki import Eras, on_paper
from app.rules.calendar.wareki_input import parse_day
from app.security.gate.gate import Gate, Subject
from app.security.gate.work import ViewWork
from app.security.staff.session import Session
from db import search as index
from db.search import Hit, Hits

NUMBER_FUNCTION = "persons.search_by_number"
_DATED = re.compile(r"[0-9０-９]{4}[-－‐−ー][0-9０-９]{1,2}[-－‐−ー][0-9０-９]{1,2}")
_LIST = Subject("list", "search")
_INSURED_WIDTH = 8
_MY_NUMBER_WIDTH = 12
_ATENA_MOST = 15
_PHONE_WIDTHS = (10, 11)


class QueryKind(StrEnum):
    """What a typed text is taken for; the journal keeps this, never the text."""

    INSURED = "insured_number"
    ATENA = "atena_number"
    MY_NUMBER = "my_number"
    KANA = "kana"
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
    QueryKind.NAME: "氏名",
    QueryKind.BIRTH: "生年月日",
    QueryKind.PHONE: "電話番号",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One reading of the typed text. ``birth`` (YYYY-MM-DD) narrows a name or kana."""

    kind: QueryKind
    value: str
    birth: str = ""


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
    text = typed.strip()
    eras = Eras(tables["eras"])
    plain = digits(text)
    only_digits = bool(plain) and all(c.isdecimal() or c in "-－‐−ー() （）　" for c in text)
    if only_digits and not _DATED.fullmatch(text):
        return _numbers(plain, _day(text, eras, today))
    birth = _day(text, eras, today)
    if birth:
        return (Query(QueryKind.BIRTH, birth),)
    words = text.replace("　", " ").split(" ")
    narrowed = _day(words[-1], eras, today) if len(words) > 1 else ""
    name = " ".join(words[:-1]) if narrowed else text
    if is_kana(name):
        return (Query(QueryKind.KANA, name, narrowed), Query(QueryKind.NAME, name, narrowed))
    return (Query(QueryKind.NAME, name, narrowed),) if name else ()


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
        hits, used = _first_found(work, queries)
        lines = person_lines(hits.persons, tables, today)
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
        lines = person_lines(index.by_ids(work, owners), tables, today)
        work.note(
            shown=tuple(line.person_id for line in lines), query_kind="my_number", numbers=False
        )
    return Results(lines, "→ 個人番号", False, by_number=True, searched=True)


def _numbers(plain: str, birth: str) -> tuple[Query, ...]:
    found: list[Query] = []
    if len(plain) == _MY_NUMBER_WIDTH and _is_my_number(plain):
        found.append(Query(QueryKind.MY_NUMBER, plain))
    if len(plain) in _PHONE_WIDTHS and plain.startswith("0"):
        found.append(Query(QueryKind.PHONE, plain))
    if len(plain) == _INSURED_WIDTH:
        found.append(Query(QueryKind.INSURED, plain))
    if birth:
        found.append(Query(QueryKind.BIRTH, birth))
    if len(plain) <= _ATENA_MOST:
        found.append(Query(QueryKind.ATENA, plain))
    return tuple(found)


def _is_my_number(plain: str) -> bool:
    try:
        identifiers.my_number(plain)
    except UserError:
        return False
    return True


def _day(text: str, eras: Eras, today: date) -> str:
    try:
        day = parse_day(text, eras)
    except UserError:
        return ""
    return day.isoformat() if day <= today else ""


def _first_found(work: ViewWork, queries: Sequence[Query]) -> tuple[Hits, Query]:
    """The first reading that finds somebody, else the first."""
    for query in queries:
        hits = _SEARCHES[query.kind](work, query)
        if hits.persons:
            return hits, query
    return Hits((), False), queries[0]


def _atena(work: ViewWork, query: Query) -> Hits:
    # Sites keep their numbers with and without leading zeros (DOMAIN 1.1).
    found: dict[str, Hit] = {}
    plain = query.value.lstrip("0")
    for number in dict.fromkeys((query.value, plain, query.value.zfill(_ATENA_MOST))):
        for hit in index.by_atena_number(work, number).persons:
            found[hit.person_id] = hit
    return Hits(tuple(found.values()), False)


_SEARCHES: Mapping[QueryKind, Callable[[ViewWork, Query], Hits]] = {
    QueryKind.INSURED: lambda work, query: index.by_insured_number(work, query.value),
    QueryKind.ATENA: _atena,
    QueryKind.KANA: lambda work, query: index.by_kana(work, query.value, query.birth),
    QueryKind.NAME: lambda work, query: index.by_name(work, query.value, query.birth),
    QueryKind.BIRTH: lambda work, query: index.by_birth(work, query.value),
    QueryKind.PHONE: lambda work, query: index.by_phone(work, query.value),
}


def _said(query: Query, tables: Tables) -> str:
    eras = Eras(tables["eras"])
    if query.kind is QueryKind.BIRTH:
        return f"→ 生年月日 {on_paper(date.fromisoformat(query.value), eras)}"
    if query.kind is QueryKind.KANA:
        text = f"→ カナ {to_katakana(query.value)}"
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
    if query.kind is QueryKind.NAME:
        filled["name"] = query.value
    birth = query.value if query.kind is QueryKind.BIRTH else query.birth
    if birth:
        filled["birth_written"] = birth
    return filled
