"""Ruling out a namesake (同姓同名の確認): who here has the same kana and birth date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.cases.entry import Values
from app.core.errors import UserError
from app.core.tables import Tables
from app.core.text import search_key
from app.persons import show
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import parse_date
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from db.search import by_kana


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody who must be told apart. No address for persons under support measures."""

    person_id: str
    name: str
    birth: str
    address: str


def find(
    gate: Gate, session: Session, values: Values, tables: Tables, today: date
) -> tuple[Namesake, ...]:
    """Persons of this store with the same kana and birth date as the entry."""
    eras = Eras(tables["eras"])
    try:
        birth = parse_date(values.get("birth_written", ""), eras, uncertain=True)
    except UserError:
        return ()
    kana = search_key(values.get("kana", ""))
    if not kana:
        return ()
    with gate.view(
        "eligibility.find_namesakes", session, subject=Subject("list", "namesakes")
    ) as work:
        hits = by_kana(work, kana, birth.sort_date.isoformat()).persons
        same = [hit for hit in hits if search_key(hit.kana) == kana]
        lines = show.person_lines(same, tables, today)
        work.note(shown=tuple(x.person_id for x in lines), query_kind="namesake", numbers=False)
    return tuple(Namesake(x.person_id, x.name, x.birth, x.address) for x in lines)
