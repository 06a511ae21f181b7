"""Showing one person's individual number (個人番号の表示): an act of its own with a purpose and
a touch, on a screen of its own (SEC-10, SEC-52, SEC-53)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from app.core.errors import UserError
from app.persons.restrictions import is_restricted, unknown_person
from app.security.acts.approval import Approval
from app.security.gate.gate import Gate, PreparedAct, Subject
from app.security.staff.session import Session
from db.tables.persons import person

FUNCTION = "persons.show_my_number"


@dataclass(frozen=True, slots=True)
class ShowNumber:
    """Whose number is shown."""

    person_id: str


@dataclass(frozen=True, slots=True)
class NumberShown:
    """The number beside what tells the person (SEC-07); for the screen alone, kept nowhere."""

    person_id: str
    name: str
    birth_written: str
    number: str = field(repr=False)


def prepare_show_number(gate: Gate, session: Session, person_id: str, purpose: str) -> PreparedAct:
    """What the clerk touches the key for. ``purpose``: a code of ``purposes``."""
    return gate.prepare(
        FUNCTION,
        session,
        subject=Subject("person", person_id),
        purpose=purpose,
        content=ShowNumber(person_id),
        sentence="この方の個人番号を表示します。目的と、表示した人が記録されます。",
    )


def perform_show_number(
    gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]
) -> NumberShown:
    """The number. Raises UserError ``persons.unknown``, ``persons.care`` for a person under
    support measures, ``persons.no_number`` when none is kept here."""
    with gate.act(prepared, approvals) as work:
        content: ShowNumber = work.content
        row = work.first(select(person).where(person.c.id == content.person_id))
        if row is None:
            raise unknown_person()
        if is_restricted(work, content.person_id):
            raise UserError(
                "persons.care",
                "取扱注意の方の個人番号は表示できません。",
                "責任者に引き継いでください。",
            )
        number = work.my_number.show("person", content.person_id)
        if number is None:
            raise UserError(
                "persons.no_number",
                "この方の個人番号は、この端末にありません。",
                "番号の分かる書類で確かめてください。",
            )
        return NumberShown(content.person_id, row.name, row.birth_written, number)
