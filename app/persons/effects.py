"""What an accepted decision changes here: the verbs that a kind of case declares as its effect.

The one interface for cases. A kind declares one of the verbs below as its ``effect``;
the receiver of FILE-16 makes the ``Writer`` of the decision and calls it with what the decision
says::

    writer = writer_of_decision(work, record.decision_id, eras)
    done = acquires(writer, said_by(record, keyed, eras), since=record.acquired_on, ...)
    done = loses(writer, person_id, Loss(record.lost_on, record.loss_reason, state="3"))

Every verb writes the current tables and the history on both axes (since when true, since when
known, what brought it) in the caller's unit of work, or nothing of it and an entry on the check
list, which ``Outcome.contradictions`` repeats. None of them raises for what a decision may say;
a person id that is not here is our own mistake (``Bug`` ``persons.unknown_id``).

Days are ``YYYY-MM-DD``; "" as a day means no end. A function whose act writes persons declares
``app.persons.writing.READS`` and ``WRITES``. Verbs:

============  ==============================================================================
acquires      取得: makes the person known and insured, or a known person insured again; with
              ``replaced`` it takes a period back that an earlier decision gave
loses         喪失: ends the period that holds on the day; state (死亡, 転出) and mail with it
changes       one fact of ``facts.KINDS`` from a day, or over some past days (訂正)
ends          what holds of one fact ends with a day (終わる日)
restores      what the person's last loss ended holds again, when that loss is taken back
recognises    障害認定 or 特定疾病 over some days
issues        a paper that may follow, with reason and copy (再交付)
voids         issued papers of the person are void; gives their numbers
pays          an amount that was decided
notes         words on a person, true from a day
stands_for    who stands for a person in a role (喪主, 相続人代表 …)
============  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select, update

from app.core.errors import Bug, UserError
from app.persons import current, facts, known, stopping
from app.persons.judging import Change, Contradiction, Word
from app.persons.memory import Memory, Source, held_of
from app.persons.roles import Named
from app.persons.writing import Writer
from app.rules.calendar.axes import Span, whole
from app.rules.calendar.days import day_after
from app.rules.calendar.knowing import ENDED, unsaid
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import parse_date
from app.wire.records import InsuredRecord
from db.tables.certificates import certificate
from db.tables.history import fact
from forms.catalog import FORMS

DECISION = "決定"
"""What a decision is called in the check list."""

KEYED_ONLY = ("household_number", "relation", "is_head", "alias", "alias_kana", "phone")
"""What the union does not send back of a person: only what was keyed can say it."""

_LIVING = "1"
_ATTESTING = tuple(form.id for form in FORMS if form.attests)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an effect came to. ``person_id`` is "" when it contradicts who that is."""

    person_id: str
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def taken(self) -> bool:
        """Whether all of it was written."""
        return not self.contradictions


@dataclass(frozen=True, slots=True)
class Loss:
    """資格喪失: from which day, why (``loss_reasons``), and what of the person changes with it:
    住民状態 (``resident_states``, "" unchanged) from ``event_on``, and whether mail stops at
    once."""

    lost_on: str
    reason: str
    state: str = ""
    event_on: str = ""
    stops_mail: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """An amount that was decided: what for, yen, to whom, and on which day."""

    benefit: str
    amount: int
    payee: str
    decided_on: str
    ref: str


def writer_of_decision(work: Any, decision_id: str, eras: Eras, reason: str = "") -> Writer:
    """The writer of what a decision says; ``work`` is the unit of work that receives it, and
    ``reason`` says why past days are corrected (訂正), where they are."""
    source = Source("decision", decision_id, work.staff_id, work.at.isoformat(), reason)
    return Writer(Memory(work, source), eras)


def writer_of_act(work: Any, eras: Eras, reason: str = "") -> Writer:
    """The writer of what a member of staff does in an act, who is named in the history."""
    source = Source("act", str(work.line), work.staff_id, work.at.isoformat(), reason)
    return Writer(Memory(work, source), eras)


def said_by(record: Any, keyed: Mapping[str, str], eras: Eras) -> InsuredRecord:
    """What a decision says of the person, with what the union does not send back and the
    counter keyed: household, 通称 with its kana, telephone. ``record`` has the items of FILE-16
    under their names; an item that its kind does not have is not said."""
    said = {
        item.name: getattr(record, item.name)
        for item in fields(InsuredRecord)
        if hasattr(record, item.name)
    }
    for name in KEYED_ONLY:
        said[name] = said.get(name) or keyed.get(name, "").strip()
    said["is_head"] = "1" if said["is_head"] == "1" else "0"
    said["state"] = said.get("state") or _LIVING
    said.setdefault("support_measure", "0")
    said["birth_precision"] = said.get("birth_precision") or precision_of(record, eras)
    return InsuredRecord(**said)


def precision_of(record: Any, eras: Eras) -> str:
    """How exactly the birth date of a decision is known (``birth_precisions``)."""
    try:
        return parse_date(record.birth_written, eras, uncertain=True).precision.value
    except UserError:
        return "day"


def acquires(
    writer: Writer,
    said: InsuredRecord,
    *,
    since: str,
    case_id: str = "",
    replaced: tuple[str, str] | None = None,
) -> Outcome:
    """取得. ``since``: from which day address and household are true for somebody new here.
    ``replaced``: insured number and day of acquisition of the period that is taken back.

    Nothing is written when the atena number belongs here to somebody of another birth or sex,
    the insured number to somebody else, or the period shares a day with another one. What the
    register says of a known person stays; where the decision differs, that is listed and the
    rest is written (SEC-108, SEC-110).
    """
    word = Word(DECISION, since, is_register=False, case_id=case_id, replaced=replaced)
    (taken,) = writer.take([(0, said)], word)
    return Outcome(taken.person_id, taken.contradictions)


def loses(writer: Writer, person_id: str, loss: Loss, *, case_id: str = "") -> Outcome:
    """喪失, and with ``lost_on`` "" the taking back of a loss. Listed as ``not_insured`` when no
    period holds on the day, as ``no_loss`` when none was lost; what else is said is written all the
    same."""
    found = known.load(writer.work, (), (person_id,))
    _require(found, person_id)
    word = Word(DECISION, loss.event_on or loss.lost_on, is_register=False, case_id=case_id)
    judged = writer.judge(found, word)
    listed: tuple[Contradiction, ...] = ()
    if not judged.lose(person_id, loss.lost_on, loss.reason):
        listed = (judged.contradict("not_insured" if loss.lost_on else "no_loss", person_id),)
    if loss.state:
        judged.set_state(person_id, loss.state, loss.event_on or loss.lost_on)
    writer.write(judged, case_id)
    if loss.stops_mail:
        stopped = {"stopped": loss.reason}
        changes(writer, person_id, "mail", stopped, since=loss.event_on or loss.lost_on)
    return Outcome(person_id, listed)


def changes(
    writer: Writer,
    person_id: str,
    kind: str,
    value: Mapping[str, str],
    *,
    since: str,
    until: str = "",
    subject: str = "",
) -> Outcome:
    """One fact, of any kind but eligibility, is ``value`` (empty: nothing holds) from ``since``
    ("" since ever) up to the day before ``until``: a change, or the correction (訂正) of past
    days; the writer's source names why. What is known now follows when the change reaches the
    present end of the line. Raises Bug ``persons.unknown_item`` for an item that the kind does
    not have."""
    _check_items(kind, value)
    before = current.line_of(writer.work, person_id, kind, subject)
    if before is None:
        raise _unknown(person_id)
    said = (Span(facts.text_of(value), since, until),)
    change = Change(person_id, (kind, subject), before, said)
    writer.memory.remember([change])
    if facts.KINDS[kind].in_store and not until:
        current.put(writer.work, person_id, kind, subject, value, since)
    if not until:
        stopping.pull_changed(writer.work, person_id, kind, value)
    return Outcome(person_id)


def ends(writer: Writer, person_id: str, kind: str, *, last_day: str, subject: str = "") -> Outcome:
    """What holds of one fact ends: ``last_day`` (終わる日) is the last day on which it holds. What
    it took the place of for a time holds again from the next day. For kinds of fact that stand in
    the history alone."""
    assert not facts.KINDS[kind].in_store, "what stands in a current table is changed, not ended"
    before = current.line_of(writer.work, person_id, kind, subject)
    if before is None:
        raise _unknown(person_id)
    said = (Span(ENDED, day_after(last_day)),)
    writer.memory.remember([Change(person_id, (kind, subject), before, said)])
    return Outcome(person_id)


def restores(writer: Writer, person_id: str, kinds: Iterable[str]) -> Outcome:
    """What the person's last loss said of facts of these kinds, which stand in the history alone,
    was never so: what held before it holds again, over the days that it had. To be called before
    the loss itself is taken back (``loses``)."""
    rows = writer.work.all(
        select(fact)
        .where(fact.c.person_id == person_id, fact.c.kind.in_(("eligibility", *kinds)))
        .order_by(fact.c.number)
    )
    periods = [row for row in rows if row.kind == "eligibility" and not row.known_until]
    last = max(periods, key=lambda row: row.true_from, default=None)
    if last is None or "loss_reason" not in facts.value_of(last.value):
        return Outcome(person_id)
    lines: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        if row.kind != "eligibility":
            lines.setdefault((row.kind, row.subject), []).append(row)
    for line, mine in lines.items():
        now = {row.number for row in mine if not row.known_until}
        said = unsaid([held_of(row) for row in mine], now, last.origin)
        writer.memory.remember([Change(person_id, line, whole(()), said)] if said else [])
    return Outcome(person_id)


def recognises(
    writer: Writer,
    person_id: str,
    kind: str,
    value: Mapping[str, str],
    *,
    since: str,
    until: str = "",
) -> Outcome:
    """障害認定 (kind ``disability``) or 特定疾病 (``disease``) from a day, up to the day before
    ``until``."""
    return changes(writer, person_id, kind, value, since=since, until=until)


def issues(
    writer: Writer,
    person_id: str,
    paper: str,
    *,
    on: str,
    ref: str,
    reason: str = "",
    copy: int = 1,
) -> Outcome:
    """A paper (``papers``) may follow: which copy of it, and why (再交付). ``ref`` names the
    decision or case that orders it."""
    value = {"paper": paper, "reason": reason, "copy": str(copy), "case_id": ref}
    return changes(writer, person_id, "paper", value, since=on, subject=ref)


def voids(
    writer: Writer, person_id: str, cause: str, *, apart_from: Iterable[str] = ()
) -> tuple[str, ...]:
    """Issued and reserved papers of the person are void for ``cause``; gives their numbers. A
    number is never used again. A certificate of what was so on its day (``Form.attests``) stays
    good, and the letter with it goes out."""
    kept = frozenset(apart_from)
    rows = writer.work.all(
        select(certificate.c.number)
        .where(
            certificate.c.person_id == person_id,
            certificate.c.state != "void",
            certificate.c.form_id.not_in(_ATTESTING),
        )
        .order_by(certificate.c.number)
    )
    numbers = tuple(row.number for row in rows if row.number not in kept)
    for number in numbers:
        writer.work.run(
            update(certificate)
            .where(certificate.c.number == number)
            .values(state="void", cause=cause, version=certificate.c.version + 1)
        )
    stopping.stop_letters(writer.work, numbers)
    return numbers


def pays(writer: Writer, person_id: str, payment: Payment) -> Outcome:
    """An amount that was decided stands in the person's history. ``payee`` is who receives it,
    in the words of the decision; no account."""
    value = {
        "benefit": payment.benefit,
        "amount": str(payment.amount),
        "payee": payment.payee,
        "case_id": payment.ref,
    }
    since, subject = payment.decided_on, payment.ref
    return changes(writer, person_id, "payment", value, since=since, subject=subject)


def notes(writer: Writer, person_id: str, text: str, *, on: str, ref: str) -> Outcome:
    """Words on a person, true from a day; ``ref`` tells one note from another."""
    return changes(writer, person_id, "note", {"text": text}, since=on, subject=ref)


def stands_for(writer: Writer, person_id: str, named: Named, *, since: str) -> Outcome:
    """Somebody stands for the person in a role from a day. One a role: another one takes the
    place."""
    return changes(writer, person_id, "role", named.value, since=since, subject=named.role)


def _require(found: known.Known, person_id: str) -> None:
    if person_id not in found.persons:
        raise _unknown(person_id)


def _check_items(kind: str, value: Mapping[str, str]) -> None:
    if kind == "eligibility" or not value.keys() <= facts.KINDS[kind].items.keys():
        raise Bug(
            "persons.unknown_item",
            f"事項 {kind} に、宣言されていない項目を書こうとしました。",
            "表示された番号を添えてシステム管理者に連絡してください。",
        )


def _unknown(person_id: str) -> Bug:
    return Bug(
        "persons.unknown_id",
        f"この端末にない方（{person_id}）を書き換えようとしました。",
        "表示された番号を添えてシステム管理者に連絡してください。",
    )
