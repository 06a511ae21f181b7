"""連絡・対応の記録 of a person and of the household, as the person's page shows them.

They are written in a ledger (``app.functions.records.ledgers.counter``); its ids and items that
this page reads are named here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.rules.calendar.wareki import Eras, on_screen
from db.tables.persons import household_member, person
from db.tables.records import ledger_entry
from db.work import ReadRows

LEDGER, RESERVED = "contacts", "reserved_contacts"
"""The notes that every clerk sees, and those of the supervisors."""

WITH, SAID, WHOSE, WHOSE_HOME = "contact_with", "contact_said", "whose", "home"
"""Items of a note: with whom, what was said, and whether it is the whole household's."""

CONSENT = "consent"
CONSENTS = (
    ("present", "同じ世帯の方が同席し、説明してよいと言った"),
    ("agreed", "同じ世帯の方の同意を確かめた（電話・書面）"),
)
"""An item of a note: others of the household agreed that what counts of them is explained."""

READS = ("ledger_entry", "household_member", "person")
SHOWN = 5
"""So many are shown; the ledger has all."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note as shown: the day, with whom, what was said, and of whose page it comes. Whoever
    may not ``shows`` (a function) its ledger does not see it."""

    day: str
    said: str
    shows: str


def notes_of(work: ReadRows, persons: Sequence[str], eras: Eras) -> tuple[Note, ...]:
    """The notes of this person (under all her numbers) and those of the household that are
    everybody's there, the newest first."""
    home = _home(work, persons)
    rows = work.all(
        select(ledger_entry)
        .where(
            ledger_entry.c.ledger.in_((LEDGER, RESERVED)),
            ledger_entry.c.person_id.in_((*persons, *home)),
        )
        .order_by(ledger_entry.c.at.desc(), ledger_entry.c.line.desc())
    )
    corrected = {row.corrects for row in rows}
    found = []
    for row in rows:
        cells = json.loads(row.cells)
        theirs = row.person_id in persons or cells.get(WHOSE) == WHOSE_HOME
        if row.id in corrected or not cells or not theirs:
            continue
        with_whom = f"{cells[WITH]}　" if cells.get(WITH) else ""
        said = cells.get(SAID) or cells.get("followed_said", "")
        mark = "【責任者限り】" if row.ledger == RESERVED else ""
        mark += "" if row.person_id in persons else f"（{home[row.person_id]} 様の記録）"
        day = on_screen(date.fromisoformat(row.at[:10]), eras)
        found.append(Note(day, f"{mark}{with_whom}{said}", f"records.show_{row.ledger}"))
    return tuple(found)


def consent_of(work: ReadRows, person_id: str, today: date) -> str:
    """The consent of that day that others of the household gave, in words; "" for none."""
    rows = work.all(
        select(ledger_entry)
        .where(ledger_entry.c.ledger == LEDGER, ledger_entry.c.person_id == person_id)
        .order_by(ledger_entry.c.at.desc(), ledger_entry.c.line.desc())
    )
    corrected = {row.corrects for row in rows}
    words = dict(CONSENTS)
    for row in rows:
        cells = json.loads(row.cells)
        if row.id in corrected or row.at[:10] != today.isoformat():
            continue
        if cells.get(CONSENT) in words:
            said = words[cells[CONSENT]]
            return f"{said}（{cells.get(WITH, '')}、{row.at[11:16]}、職員 {row.written_by}）"
    return ""


def shown_to(notes: Sequence[Note], permitted: Collection[str]) -> tuple[Note, ...]:
    """What somebody with these rights sees of them on the page."""
    return tuple(one for one in notes if one.shows in permitted)[:SHOWN]


def _home(work: ReadRows, persons: Sequence[str]) -> dict[str, str]:
    """Who lives in the same households: id and name."""
    mine = select(household_member.c.household_number).where(
        household_member.c.person_id.in_(persons)
    )
    rows = work.all(
        select(person.c.id, person.c.name)
        .join(household_member, household_member.c.person_id == person.c.id)
        .where(household_member.c.household_number.in_(mine), person.c.id.not_in(list(persons)))
    )
    return {row.id: row.name for row in rows}
