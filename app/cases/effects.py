"""What an accepted decision changes here: the verbs that a kind of case declares as its effect.

Each verb is written once, over the one writer of persons (``app.persons.effects``), which writes
on both time axes and lists what contradicts; a kind says only with what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select

from app.persons import effects
from app.persons.effects import Outcome
from app.persons.writing import Writer
from app.rules.calendar.wareki import Eras
from app.security.gate.gate import ActWork
from db.tables.cases import decision


@dataclass(frozen=True, slots=True)
class Received:
    """An accepted decision with its case: ``person_id`` is whom the case is about ("" for a
    newcomer), ``keyed`` what was keyed."""

    work: ActWork
    writer: Writer
    record: Any
    case_id: str
    person_id: str
    keyed: Mapping[str, str]
    eras: Eras


class Effect(Protocol):
    """One verb with what a kind says of it."""

    @property
    def words(self) -> str:
        """What it changes, for docs/cases.md."""
        ...

    def carry_out(self, received: Received) -> Outcome:
        """Change what the decision means, or list why not."""
        ...


@dataclass(frozen=True, slots=True)
class Acquires:
    """取得: the person is known and insured from the decision's day; an earlier decision on the
    same case that this one takes back goes."""

    words: str = "資格を取得する（宛名・世帯・住所・資格・負担割合・限度区分）"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        return effects.acquires(
            received.writer,
            effects.said_by(record, received.keyed, received.eras),
            since=record.acquired_on,
            case_id=received.case_id,
            replaced=period_of(received.work, record.supersedes),
        )


def period_of(work: ActWork, decision_id: str) -> tuple[str, str] | None:
    """Insured number and day of acquisition of a decision that is taken back."""
    text = work.scalar(select(decision.c.record).where(decision.c.id == decision_id))
    if text is None:
        return None
    earlier = json.loads(text)
    if not earlier.get("acquired_on"):  # it was pending: there is nothing to take back
        return None
    return earlier["insured_number"], earlier["acquired_on"]
