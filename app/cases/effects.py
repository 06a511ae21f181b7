"""What an accepted decision changes here: the verbs that a kind of case declares as its effect.

Each verb is written once, over the one writer of persons (``app.persons.effects``), which writes
on both time axes and lists what contradicts; a kind says only with what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select

from app.persons import effects
from app.persons.effects import Outcome
from app.persons.writing import Writer
from app.rules.calendar.days import ONE_DAY
from app.rules.calendar.wareki import Eras
from app.security.gate.gate import ActWork
from db.tables.cases import decision
from db.tables.persons import household_member

_LIVING = "1"
_IN_HOUSEHOLD = (
    ("household_number", "new_household_number"),
    ("relation", "relation"),
    ("is_head", "is_head"),
)


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
class Changes:
    """変更: one fact (``app.persons.facts``) is what the decision says; ``items`` maps its items
    to the decision's. ``since`` and ``until`` name the decision's days; a decision without them
    counts from the day of the event. ``subject`` is the item that tells one fact from another."""

    fact: str
    items: tuple[tuple[str, str], ...]
    words: str
    subject: str = ""
    since: str = "since"

    def carry_out(self, received: Received) -> Outcome:
        record, keyed = received.record, received.keyed
        value = {item: getattr(record, said) for item, said in self.items}
        if getattr(record, "ending", "") == "end":
            value = {}
        since = getattr(record, self.since, "") or keyed.get("event_on", "")
        until = getattr(record, "until", "")
        return effects.changes(
            received.writer,
            received.person_id,
            self.fact,
            value,
            since=since or record.decided_at[:10],
            until=_day_after(until) if until else "",
            subject=_subject(self, received),
        )


def _subject(change: Changes, received: Received) -> str:
    if change.fact == "household":
        return str(received.record.municipality_code)
    if change.fact == "address":
        return "current"
    return str(getattr(received.record, change.subject)) if change.subject else ""


def _day_after(text: str) -> str:
    return (date.fromisoformat(text) + ONE_DAY).isoformat()


def same(*names: str) -> tuple[tuple[str, str], ...]:
    """Items of a fact that the decision calls by the same names."""
    return tuple((name, name) for name in names)


@dataclass(frozen=True, slots=True)
class Together:
    """Several changes by one decision, each in turn."""

    parts: tuple[Effect, ...]

    @property
    def words(self) -> str:
        return "、".join(part.words for part in self.parts)

    def carry_out(self, received: Received) -> Outcome:
        outcomes = [part.carry_out(received) for part in self.parts]
        listed = tuple(one for outcome in outcomes for one in outcome.contradictions)
        return Outcome(received.person_id, listed)


@dataclass(frozen=True, slots=True)
class NewPaper:
    """書類の差替え: where the decision orders a paper, the ones issued before are void."""

    voids_for: str
    words: str = "決定に書類があれば、前の書類を無効にして交付する"

    def carry_out(self, received: Received) -> Outcome:
        record, writer, person_id = received.record, received.writer, received.person_id
        if record.paper in ("", "none"):
            return Outcome(person_id)
        effects.voids(writer, person_id, self.voids_for)
        return effects.issues(
            writer, person_id, record.paper, on=record.issue_on, ref=received.case_id
        )


@dataclass(frozen=True, slots=True)
class MovesWithin:
    """転居: another address, and the household that was keyed (the decision does not repeat it)."""

    words: str = "住所と世帯を変える"

    def carry_out(self, received: Received) -> Outcome:
        record, keyed = received.record, received.keyed
        since = keyed.get("event_on", "") or record.decided_at[:10]
        person_id, writer = received.person_id, received.writer
        lives = {
            "municipality_code": record.municipality_code,
            "postal_code": record.postal_code,
            "written": record.address,
            "building": record.building,
        }
        outcome = effects.changes(
            writer, person_id, "address", lives, since=since, subject="current"
        )
        if keyed.get("new_household_number", ""):
            home = {name: keyed.get(said, "") for name, said in _IN_HOUSEHOLD}
            place = record.municipality_code
            effects.changes(writer, person_id, "household", home, since=since, subject=place)
        return outcome


@dataclass(frozen=True, slots=True)
class ChangesHead:
    """世帯主の変更: the household stays, how the person stands in it does not."""

    words: str = "世帯主との続柄を変える"

    def carry_out(self, received: Received) -> Outcome:
        record, work = received.record, received.work
        mine = household_member.c.person_id == received.person_id
        number = work.scalar(select(household_member.c.household_number).where(mine))
        if number is None:
            return Outcome(received.person_id)
        home = {
            "household_number": number,
            "relation": record.relation,
            "is_head": record.is_head,
        }
        return effects.changes(
            received.writer,
            received.person_id,
            "household",
            home,
            since=record.since,
            subject=record.municipality_code,
        )


@dataclass(frozen=True, slots=True)
class CorrectsBirth:
    """生年月日・性別の訂正: so ever since."""

    words: str = "生年月日・性別を訂正する"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        names = ("birth_written", "birth_sort", "sex", "person_kind")
        value = {name: getattr(record, name) for name in names}
        value["birth_precision"] = effects.precision_of(record, received.eras)
        return effects.changes(received.writer, received.person_id, "birth", value, since="")


@dataclass(frozen=True, slots=True)
class Knows:
    """登録: somebody is known here from now on, insured or not."""

    words: str = "この方を登録する（宛名・世帯・住所）"

    def carry_out(self, received: Received) -> Outcome:
        said = effects.said_by(received.record, received.keyed, received.eras)
        return effects.acquires(
            received.writer, said, since=received.record.since, case_id=received.case_id
        )


@dataclass(frozen=True, slots=True)
class Leaves:
    """登録の終了: 住民状態 is ``state`` (``resident_states``) from the decision's day."""

    state: str
    words: str = "登録を終える（住民状態）"

    def carry_out(self, received: Received) -> Outcome:
        since = received.record.since
        return effects.changes(
            received.writer, received.person_id, "state", {"state": self.state}, since=since
        )


@dataclass(frozen=True, slots=True)
class OrdersPaper:
    """証明書: a paper may follow, nothing else changes and no other paper is void."""

    words: str = "決定の書類を交付する"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        return effects.issues(
            received.writer,
            received.person_id,
            record.paper,
            on=record.issue_on,
            ref=received.case_id,
        )


@dataclass(frozen=True, slots=True)
class Notes:
    """受付の記録: that it was taken in stands in the person's history."""

    text: str
    words: str = "受け付けたことを記録する"

    def carry_out(self, received: Received) -> Outcome:
        on = received.keyed.get("event_on", "") or received.record.decided_at[:10]
        return effects.notes(
            received.writer, received.person_id, self.text, on=on, ref=received.case_id
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
