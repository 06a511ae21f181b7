"""Ruling out a namesake (同姓同名の確認): who here has the same kana or name and a birth
date that may be the same day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.cases.about import Newcomer
from app.cases.entry import Values
from app.cases.kind import CaseKind
from app.core.errors import UserError
from app.core.tables import Tables
from app.core.text import name_words, search_key
from app.persons import show
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import may_be_same_day, parse_date
from app.rules.values.days import kept_birth
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from db.search import Hit, namesakes


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody who must be told apart. No address for persons under support measures."""

    person_id: str
    name: str
    birth: str
    address: str


def find(
    gate: Gate, session: Session, kind: CaseKind, values: Values, tables: Tables, today: date
) -> tuple[Namesake, ...]:
    """Persons of this store with the same kana or the same name, its words in any order, whose
    birth date is or may be the one of the entry: of an uncertain date a part is not known.
    Nobody for a kind about somebody who is known."""
    about = kind.about
    if not isinstance(about, Newcomer):
        return ()
    eras = Eras(tables["eras"])
    try:
        birth = parse_date(values.get(about.birth, ""), eras, uncertain=True)
    except UserError:
        return ()
    name, kana = values.get(about.name, ""), values.get(about.kana, "")
    if not (search_key(name) or search_key(kana)):
        return ()
    # Whole months: a day that is only about right may be any of its month.
    first, last = birth.sort_date.isoformat()[:7], birth.latest.isoformat()[:7]
    with gate.view(
        kind.function("find_namesakes"), session, subject=Subject("list", "namesakes")
    ) as work:
        hits = namesakes(work, name_words(name), kana, f"{first}-01", f"{last}-31").persons
        same = [
            hit
            for hit in hits
            if _has_name(hit, name, kana)
            and may_be_same_day(birth, kept_birth(hit.birth_written, hit.birth_sort, eras))
        ]
        lines = show.person_lines(same, tables, today)
        work.note(shown=tuple(x.person_id for x in lines), query_kind="namesake", numbers=False)
    return tuple(Namesake(x.person_id, x.name, x.birth, x.address) for x in lines)


def _has_name(hit: Hit, name: str, kana: str) -> bool:
    if kana and search_key(hit.kana) == search_key(kana):
        return True
    asked = sorted(map(search_key, name_words(name)))
    names = [known for known in (hit.name, hit.alias) if known]
    return any(
        search_key(known) == search_key(name) or sorted(map(search_key, name_words(known))) == asked
        for known in names
    )
