"""Decisions that the union made, forgot, and got back from a terminal: they go on standing.

The case comes again and is worked through again, so that persons, numbers and shares are here
once more. Where that leads to what was decided before, the earlier decision is the decision:
it was told, and perhaps stands on a paper. Where it does not, an official hears of it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, select, update

from app.peers.union.office.case import Case, Office
from app.peers.union.tables import returned

_OF_THE_TELLING = frozenset(
    {"decision_id", "decided_at", "issue_on", "supersedes", "reason_text", "grounds_clerk"}
    | {"grounds_aloud", "grounds"}
)
"""Fields that say when and in which words it was told, not what was decided."""


def number_given(office: Office, case: Case) -> str:
    """The insured number that a decision given back has for this case, "" without one."""
    found = (
        select(returned.c.insured_number)
        .where(returned.c.notification_id == case.id, returned.c.insured_number != "")
        .order_by(returned.c.position.desc())
    )
    return str(office.connection.execute(found).scalar() or "")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A decision given back for a case: its row, and whether the present one says the ``same``."""

    row: Row[Any]
    same: bool


def earlier(office: Office, case: Case, record: Any) -> Earlier | None:
    """The next decision given back for the case that ``record`` decides now; it is used up. One
    that says something else is marked for the officials, and ``record`` corrects it."""
    row = office.connection.execute(
        select(returned)
        .where(returned.c.notification_id == case.id, returned.c.standing == "open")
        .order_by(returned.c.position)
    ).first()
    if row is None:
        return None
    same = row.outcome == record.outcome and _same(row, record)
    office.connection.execute(
        update(returned)
        .where(returned.c.decision_id == row.decision_id)
        .values(standing="taken" if same else "differs")
    )
    return Earlier(row, same)


def _same(row: Row[Any], record: Any) -> bool:
    if not row.record:  # a refusal: nothing of the applicant is kept (SEC-130)
        return True
    before, now = json.loads(row.record), asdict(record)
    return all(
        before.get(name) == value for name, value in now.items() if name not in _OF_THE_TELLING
    )
