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

_LIVING = "1"


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


@dataclass(frozen=True, slots=True)
class Loses:
    """喪失: the period ends on the decision's day, the person's state changes; mail may stop at
    once, and the papers issued are void."""

    stops_mail: bool = False
    voids_for: str = ""
    words: str = "資格を喪失する（資格・住民状態）"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        loss = effects.Loss(
            record.lost_on, record.loss_reason, record.state, record.event_on, self.stops_mail
        )
        outcome = effects.loses(received.writer, received.person_id, loss, case_id=received.case_id)
        if self.voids_for:
            effects.voids(received.writer, received.person_id, self.voids_for)
        return outcome


@dataclass(frozen=True, slots=True)
class TakesLossBack:
    """喪失の取消し: the last period goes on as if it had never ended, the person lives here, and
    what was stopped with the loss is not."""

    words: str = "資格の喪失を取り消す（資格・住民状態・郵便）"

    def carry_out(self, received: Received) -> Outcome:
        record, writer, person_id = received.record, received.writer, received.person_id
        since = record.acquired_on
        back = effects.Loss("", "", _LIVING, since)
        outcome = effects.loses(writer, person_id, back, case_id=received.case_id)
        effects.changes(writer, person_id, "mail", {}, since=since)
        if not outcome.taken:
            return outcome
        return Acquires().carry_out(received)


@dataclass(frozen=True, slots=True)
class Reissues:
    """再交付: nothing of the person changes; the papers issued before are void, and another copy
    of the one decided may follow."""

    voids_for: str
    words: str = "前の書類を無効にし、同じ書類をもう一度交付する"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        effects.voids(received.writer, received.person_id, self.voids_for)
        return effects.issues(
            received.writer,
            received.person_id,
            record.paper,
            on=record.issue_on,
            ref=received.case_id,
            reason=record.reissue_reason,
            copy=int(record.reissue_count),
        )


@dataclass(frozen=True, slots=True)
class Pays:
    """支給: the amount that was decided stands in the person's history; no account does."""

    words: str = "支給決定を記録する（給付の種類・金額・受取人）"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        payment = effects.Payment(
            record.benefit,
            int(record.amount),
            record.payee_name,
            record.decided_on,
            received.case_id,
        )
        return effects.pays(received.writer, received.person_id, payment)


def period_of(work: ActWork, decision_id: str) -> tuple[str, str] | None:
    """Insured number and day of acquisition of a decision that is taken back."""
    text = work.scalar(select(decision.c.record).where(decision.c.id == decision_id))
    if text is None:
        return None
    earlier = json.loads(text)
    if not earlier.get("acquired_on"):  # it was pending: there is nothing to take back
        return None
    return earlier["insured_number"], earlier["acquired_on"]
