"""What a case of the same visit will have made of the person (同じ来庁のほかの届出).

Who reports a death claims the funeral benefit and names the heir in the same visit, before the
union has decided anything. A kind that changes what may begin next declares what the person will
be (``CaseKind.becomes``); its draft says so with the day, and a case that is begun after it in the
same sitting is checked and filled as if it were so. It is sent after it, never before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from app.cases.state import CaseState
from app.cases.whom import Whom
from app.core.errors import UserError
from app.persons.eligibility_state import DEAD
from app.rules.values.reader import Reader
from app.security.gate.work import GateWork
from db.tables.cases import case_file

if TYPE_CHECKING:
    from app.cases.kind import CaseKind

BECOMES = "becomes"
"""In the values of an entry: the state that it makes, and since when, as ``note`` writes it."""


@dataclass(frozen=True, slots=True)
class Becomes:
    """The state (of ``app.persons.eligibility_state``) that an accepted case leaves the person in,
    and the field of the day."""

    state: str
    day: str


def note(kind: CaseKind, values: Mapping[str, str], reader: Reader) -> dict[str, str]:
    """The values with what they will make of the person; nothing while the day cannot be read."""
    said = {name: text for name, text in values.items() if name != BECOMES}
    if kind.becomes is None:
        return said
    field = kind.fields[kind.becomes.day]
    try:
        day = reader.take(field.kind, values.get(field.name, ""), field.asked).normal
    except UserError:
        return said
    return {**said, BECOMES: f"{kind.becomes.state} {day}"}


def expected(work: GateWork, whom: Whom, sitting: str, case_id: str = "") -> Whom:
    """The person as she will be once the cases of ``sitting`` that came before ``case_id`` are
    accepted. ``expected_by`` is the one of them that is not sent yet."""
    if not sitting:
        return whom
    rows = work.all(
        select(case_file.c.id, case_file.c.state, case_file.c.draft)
        .where(
            or_(case_file.c.id == sitting, case_file.c.sitting == sitting),
            case_file.c.person_id == whom.person_id,
            case_file.c.id != case_id,
            case_file.c.state.in_((CaseState.DRAFT, CaseState.WAITING)),
        )
        .order_by(case_file.c.opened_at, case_file.c.id)
    )
    for row in rows:
        state, _, day = json.loads(row.draft).get(BECOMES, "").partition(" ")
        if state and state != whom.eligibility_state:
            whom = replace(
                whom,
                eligibility_state=state,
                died_on=day if state == DEAD else whom.died_on,
                expected_by=row.id if row.state == CaseState.DRAFT else "",
            )
    return whom
