"""What an accepted decision changes here: the verbs that a kind of case declares as its effect.

Each verb is written once, over the one writer of persons (``app.persons.effects``), which writes
on both time axes and lists what contradicts; a kind says only with what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import select

from app.cases import paper_years
from app.persons import effects, restrictions
from app.persons.effects import Outcome
from app.persons.judging import Contradiction
from app.persons.writing import Writer
from app.rules.calendar.days import day_after, day_before
from app.rules.calendar.wareki import Eras
from app.security.gate.gate import ActWork
from db.tables.cases import decision
from db.tables.persons import household_member

_LIVING = "1"
HEAD = "世帯主"
"""続柄 of the head of a household."""
_IN_HOUSEHOLD = (
    ("household_number", "new_household_number"),
    ("relation", "relation"),
    ("is_head", "is_head"),
)


@dataclass(frozen=True, slots=True)
class Received:
    """An accepted decision with its case: ``person_id`` is whom the case is about ("" for a
    newcomer), ``keyed`` what was keyed, ``member_id`` the member of the household whose turn it
    is (``OfMembers``)."""

    work: ActWork
    writer: Writer
    record: Any
    case_id: str
    person_id: str
    keyed: Mapping[str, str]
    eras: Eras
    member_id: str = ""


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
    once. Where no period ends and the loss is only listed, no paper is void: somebody looks
    first. ``ends``: what was recognised and holds no longer (障害認定 withdrawn)."""

    stops_mail: bool = False
    voids_for: str = ""
    ends: tuple[str, ...] = ()
    words: str = "資格を喪失する（資格・住民状態）"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        loss = effects.Loss(
            record.lost_on, record.loss_reason, record.state, record.event_on, self.stops_mail
        )
        outcome = effects.loses(received.writer, received.person_id, loss, case_id=received.case_id)
        if not outcome.taken:
            return outcome
        for fact in self.ends:
            effects.ends(
                received.writer, received.person_id, fact, last_day=day_before(record.lost_on)
            )
        if self.voids_for:
            effects.voids(received.writer, received.person_id, self.voids_for)
        return outcome


@dataclass(frozen=True, slots=True)
class TakesLossBack:
    """喪失の取消し: the last period goes on as if it had never ended, the person lives here, what
    was stopped with the loss is not, and what it had ended of ``restores`` (recognitions) holds
    over the days that it had."""

    restores: tuple[str, ...] = ()
    words: str = "資格の喪失を取り消す（資格・住民状態・郵便・認定）"

    def carry_out(self, received: Received) -> Outcome:
        record, writer, person_id = received.record, received.writer, received.person_id
        since = record.acquired_on
        back = effects.Loss("", "", _LIVING, since)
        effects.restores(writer, person_id, self.restores)
        outcome = effects.loses(writer, person_id, back, case_id=received.case_id)
        if not outcome.taken:
            return outcome
        effects.changes(writer, person_id, "mail", {}, since=since)
        return Acquires().carry_out(received)


@dataclass(frozen=True, slots=True)
class Reissues:
    """再交付: nothing of the person changes; the papers of that year issued before are void, and
    another copy of the one decided may follow. The other year's paper stays good."""

    voids_for: str
    words: str = "同じ年度の前の書類を無効にし、同じ書類をもう一度交付する"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        person_id, writer = received.person_id, received.writer
        other = paper_years.other_years(received.work, person_id, record)
        effects.voids(writer, person_id, self.voids_for, apart_from=other)
        return effects.issues(
            writer,
            person_id,
            record.paper,
            on=record.issue_on,
            ref=received.case_id,
            reason=record.reissue_reason,
            copy=int(record.reissue_count),
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """変更: one fact (``app.persons.facts``) is what the decision says; ``items`` maps its items
    to the decision's. ``since`` names the decision's day; a decision without one counts from the
    day of the event. The decision's ``until`` (終わる日) is the last day on which it holds.
    ``subject`` is the item that tells one fact from another. A decision that something ends
    (``ending``) is one that ``Ends``."""

    fact: str
    items: tuple[tuple[str, str], ...]
    words: str
    subject: str = ""
    since: str = "since"

    def carry_out(self, received: Received) -> Outcome:
        record, keyed = received.record, received.keyed
        if getattr(record, "ending", "") == "end":
            return Ends(self.fact, self.words, self.subject).carry_out(received)
        value = {item: getattr(record, said) for item, said in self.items}
        since = getattr(record, self.since, "") or keyed.get("event_on", "")
        until = getattr(record, "until", "")
        return effects.changes(
            received.writer,
            received.person_id,
            self.fact,
            value,
            since=since or record.decided_at[:10],
            until=day_after(until) if until else "",
            subject=_subject(self, received),
        )


@dataclass(frozen=True, slots=True)
class Ends:
    """終わり: what holds of one fact holds through the decision's ``until`` (終わる日) and no
    longer; what it took the place of for a time holds again from the next day."""

    fact: str
    words: str
    subject: str = ""

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        # a decision made before ends had a last day says from which day nothing holds
        last_day = record.until or day_before(record.since)
        return effects.ends(
            received.writer,
            received.person_id,
            self.fact,
            last_day=last_day,
            subject=_subject(self, received),
        )


@dataclass(frozen=True, slots=True)
class Recognises:
    """認定: 障害認定 or 特定疾病 holds from the decision's ``since``, with what the decision says
    of it. A decision that says nothing of it recognises nothing."""

    fact: str
    items: tuple[tuple[str, str], ...]
    since: str
    words: str

    def carry_out(self, received: Received) -> Outcome:
        record, person_id = received.record, received.person_id
        value = {item: getattr(record, said, "") for item, said in self.items}
        since = getattr(record, self.since, "")
        if not since or not any(value.values()):
            return Outcome(person_id)
        return effects.recognises(received.writer, person_id, self.fact, value, since=since)


def _subject(change: Changes | Ends, received: Received) -> str:
    if change.fact == "household":
        return str(received.record.municipality_code)
    if change.fact == "address":
        return "current"
    return str(getattr(received.record, change.subject)) if change.subject else ""


def same(*names: str) -> tuple[tuple[str, str], ...]:
    """Items of a fact that the decision calls by the same names."""
    return tuple((name, name) for name in names)


@dataclass(frozen=True, slots=True)
class Together:
    """Several changes by one decision, each in turn; what cannot be taken in ends the row, so that
    no paper is void for a change that was only listed."""

    parts: tuple[Effect, ...]

    @property
    def words(self) -> str:
        return "、".join(part.words for part in self.parts)

    def carry_out(self, received: Received) -> Outcome:
        for part in self.parts:
            outcome = part.carry_out(received)
            if not outcome.taken:
                return outcome
        return Outcome(received.person_id)


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
class OfMembers:
    """世帯の全員: the same for everybody of the household that the decision names, in turn; for
    whoever of it is known here. The person of the case comes first. A decision of an earlier
    version that names no household is about that person alone."""

    part: Effect

    @property
    def words(self) -> str:
        return f"世帯の全員について、{self.part.words}"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        if not hasattr(record, "household_number"):
            return self.part.carry_out(replace(received, member_id=received.person_id))
        home = select(household_member.c.person_id).where(
            household_member.c.municipality_code == record.municipality_code,
            household_member.c.household_number == record.household_number,
        )
        found = sorted(
            (row.person_id for row in received.work.all(home)),
            key=lambda one: (one != received.person_id, one),
        )
        listed: tuple[Contradiction, ...] = ()
        for person_id in found:
            outcome = self.part.carry_out(replace(received, member_id=person_id))
            listed += outcome.contradictions
        return Outcome(received.person_id, listed)


@dataclass(frozen=True, slots=True)
class StandsToHead:
    """世帯主の変更 for one member: the person of the case is the head from the decision's day, who
    was it until then stands to her as the decision says, and the others as before. A decision of
    the first version says of one person how that person stands to the new head."""

    words: str = "世帯主と続柄を変える"

    def carry_out(self, received: Received) -> Outcome:
        record, member = received.record, received.member_id
        mine = (
            household_member.c.person_id == member,
            household_member.c.municipality_code == record.municipality_code,
        )
        row = received.work.first(select(household_member).where(*mine))
        if row is None:  # of an earlier version, about somebody whose household is not here
            return Outcome(member)
        is_new_head = member == received.person_id
        if not is_new_head and not row.is_head:
            return Outcome(member)
        if hasattr(record, "is_head"):
            stands = {"relation": record.relation, "is_head": record.is_head}
        elif is_new_head:
            stands = {"relation": HEAD, "is_head": "1"}
        else:
            stands = {"relation": record.former_relation, "is_head": "0"}
        home = {"household_number": row.household_number, **stands}
        return effects.changes(
            received.writer,
            member,
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
class Restricts:
    """支援措置: the person is under the measure that was decided, without a moment in between.
    What was set here at once becomes decided and longer by it, and never shorter."""

    words: str = "取扱注意（支援措置）を付け、期間を改める"

    def carry_out(self, received: Received) -> Outcome:
        record = received.record
        restrictions.decided(
            received.work, received.person_id, record.measure, record.since, record.until_on
        )
        return Outcome(received.person_id)


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


@dataclass(frozen=True, slots=True)
class KeepsAccount:
    """The account into which the person herself is paid is hers from now on (支給口座)."""

    words: str = "支給口座を記録する（本人が受け取るとき）"

    def carry_out(self, received: Received) -> Outcome:
        items = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana")
        value = {item: getattr(received.record, item) for item in items}
        if received.keyed.get("payee", "") != "self" or not value["account_number"]:
            return Outcome(received.person_id)
        since = received.record.decided_on
        return effects.changes(received.writer, received.person_id, "account", value, since=since)


def period_of(work: ActWork, decision_id: str) -> tuple[str, str] | None:
    """Insured number and day of acquisition of a decision that is taken back."""
    text = work.scalar(select(decision.c.record).where(decision.c.id == decision_id))
    if text is None:
        return None
    earlier = json.loads(text)
    if not earlier.get("acquired_on"):  # it was pending: there is nothing to take back
        return None
    return earlier["insured_number"], earlier["acquired_on"]
