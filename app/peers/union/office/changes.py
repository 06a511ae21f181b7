"""What changes of a person or is recognised, on the union's side.

``Stating`` kinds are answered by what they said, from when and until when it holds; ``Papered``
kinds also by the paper as it stands from now on. A kind says who it may be about, what stands
against it, and what it writes in the books.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from app.peers.union.office import history
from app.peers.union.office.case import (
    Answer,
    Case,
    Checked,
    Office,
    OfficeKind,
    RefusalReason,
    find_whom,
)
from app.peers.union.office.checks import DATES, DEAD, INSURED, four_dates, insured_person
from app.peers.union.office.paper_held import coverage_values, same_paper
from app.peers.union.office.persons import (
    PersonRow,
    change_person,
    get_person,
    open_coverage,
    touch,
)
from app.peers.union.office.rejudging import rejudge_others
from app.rules.calendar.axes import Span
from app.rules.calendar.days import day_after
from app.rules.eligibility.papers import PaperDecision
from app.wire.bodies import DECISIONS, NOTIFICATIONS
from app.wire.layout import BodyLayout, columns
from app.wire.records import DecisionHead

_HEAD = frozenset(column.name for column in columns(DecisionHead))


class Whom(StrEnum):
    """Whom a kind may be about."""

    INSURED = "insured"
    KNOWN = "known"
    DEAD = "dead"


_WHOM = {
    Whom.INSURED: INSURED,
    Whom.KNOWN: ("unknown_person", "already_dead"),
    Whom.DEAD: ("unknown_person", "not_dead"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A case with whom it is about: her row and her coverage, None for one who has none."""

    office: Office
    case: Case
    row: PersonRow
    current: Row[Any] | None

    @property
    def record(self) -> Any:
        """What was notified."""
        return self.case.record

    @property
    def event(self) -> date:
        """異動日."""
        return date.fromisoformat(self.record.event_on)


def nothing(held: Held) -> list[RefusalReason]:
    """Nothing stands against it."""
    return []


def _from_event(held: Held) -> tuple[str, str]:
    return held.record.event_on, ""


def changes_nothing(held: Held, since: str, until: str) -> None:
    """For what is only taken in."""


def same_paper_of(held: Held) -> PaperDecision | None:
    """The paper that she holds, as it stands now."""
    assert held.current is not None, "insured"
    return same_paper(held.office, held.row.id, held.current)


def no_paper(held: Held) -> PaperDecision | None:
    """Nothing is printed anew."""
    return None


@dataclass(frozen=True, slots=True)
class Stating:
    """``change`` writes what holds from the first day of ``days`` through the second (終わる日, the
    last day on which it holds; "" for no end), and is called with the day after it, as the books
    count; ``whom``: it is about somebody insured, about anybody
    known who lives, or about somebody who died;
    ``refusals`` beside those that all have."""

    code: str
    words: str
    change: Callable[[Held, str, str], None] = changes_nothing
    against: Callable[[Held], list[RefusalReason]] = nothing
    days: Callable[[Held], tuple[str, str]] = _from_event
    refusals: tuple[str, ...] = ()
    whom: Whom = Whom.INSURED

    def check(self, office: Office, case: Case) -> Checked:
        """Whether she is whom such a case may be about, and what stands against it."""
        row, current, findings = self._whom(office, case)
        if row is None or findings:
            return Checked(refused=tuple(findings))
        held = Held(office, case, row, current)
        findings = four_dates(office, case, row.birth_sort) or self.against(held)
        if findings:
            return Checked(refused=tuple(findings))
        return Checked(person=row, facts=held)

    def _whom(
        self, office: Office, case: Case
    ) -> tuple[PersonRow | None, Row[Any] | None, list[RefusalReason]]:
        if self.whom is Whom.INSURED:
            return insured_person(office, case)
        row = find_whom(office, case)
        if row is None:
            return None, None, [RefusalReason("unknown_person")]
        dead = row.state == DEAD
        if self.whom is Whom.DEAD:
            return row, None, [] if dead else [RefusalReason("not_dead")]
        current = open_coverage(office.connection, row.id)
        return row, current, [RefusalReason("already_dead")] if dead else []

    def decide(self, office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
        """What was said, and from when until when it holds."""
        since, until = self.days(checked.facts)
        self.change(checked.facts, since, day_after(until) if until else "")
        touch(office.connection, person_id)
        layout = _answer_to(case.record, self.code)
        own = {column.name for column in columns(layout.record)} - _HEAD - {"since", "until"}
        # of an earlier version what the newest one adds is empty
        values = {name: getattr(case.record, name, "") for name in own}
        until_words = f"{until} まで" if until else ""
        values |= {
            "since": since,
            "until": until,
            "insured_number": _number(checked.facts.current),
            "grounds_clerk": f"{self.words}（{since} から{until_words}）",
        }
        return Answer(person_id, layout, values)

    @property
    def kind(self) -> OfficeKind:
        """As the registry has it."""
        refusals = (*_WHOM[self.whom], *DATES, *self.refusals)
        return OfficeKind(self.code, self.check, self.decide, refusals=refusals)


@dataclass(frozen=True, slots=True)
class Papered:
    """``change`` writes what changes and gives the marks of the paper that change; ``paper``
    gives the paper that follows."""

    code: str
    words: str
    change: Callable[[Held], Mapping[str, str]]
    against: Callable[[Held], list[RefusalReason]] = nothing
    paper: Callable[[Held], PaperDecision | None] = same_paper_of
    refusals: tuple[str, ...] = ()

    def check(self, office: Office, case: Case) -> Checked:
        """Whether she is insured here, and what stands against it."""
        return Stating(self.code, self.words, against=self.against).check(office, case)

    def decide(self, office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
        """The paper as it stands after the change."""
        held: Held = checked.facts
        assert held.current is not None, "insured"
        marks = self.change(held)
        touch(office.connection, person_id)
        paper = self.paper(held)
        values = coverage_values(office, person_id, held.current, paper, marks)
        values["delivery"] = getattr(case.record, "delivery", "post")
        values["grounds_clerk"] = self.words
        return Answer(person_id, DECISIONS[self.code][-1], values)

    @property
    def kind(self) -> OfficeKind:
        """As the registry has it."""
        return OfficeKind(
            self.code, self.check, self.decide, refusals=(*INSURED, *DATES, *self.refusals)
        )


def _answer_to(record: Any, code: str) -> BodyLayout:
    """The decision's layout of the same version as what was notified: an older terminal is
    answered in its own words."""
    asked, answers = NOTIFICATIONS[code], DECISIONS[code]
    at = next((at for at, one in enumerate(asked) if type(record) is one.record), -1)
    return answers[at if len(asked) == len(answers) else -1]


def _number(current: Row[Any] | None) -> str:
    return "" if current is None else str(current.insured_number)


# -- verbs over the books ----------------------------------------------------------------------


def rewrites(**columns_: str) -> Callable[[Held, str, str], None]:
    """Columns of ``person`` become those items of the record (column=item)."""

    def change(held: Held, since: str, until: str) -> None:
        values: dict[str, object] = {
            column: getattr(held.record, item) for column, item in columns_.items()
        }
        if "is_head" in values:
            values["is_head"] = int(values["is_head"] == "1")
        change_person(
            held.office.connection, held.row.id, values, since=since, reason=held.record.kind
        )

    return change


def states(fact: str, *items: str, subject: str = "") -> Callable[[Held, str, str], None]:
    """A fact of its own holds: the items of the record; ``subject`` is the item that tells one
    from another."""

    def change(held: Held, since: str, until: str) -> None:
        value = {name: getattr(held.record, name) for name in items}
        line = (fact, getattr(held.record, subject) if subject else "")
        history.say(
            held.office.connection, held.row.id, line, value, since=since, until=until,
            reason=held.record.kind,
        )  # fmt: skip

    return change


@dataclass(frozen=True, slots=True)
class Lasting:
    """A fact that is set by a kind and ended by the same kind (``ending``) or by another: 異動日 of
    what ends is the last day on which it holds, and what does not hold cannot end. ``ends_on`` is
    the item of a last day that is said at once, ``subject`` the one that tells one from another."""

    fact: str
    items: tuple[str, ...] = ()
    subject: str = ""
    ends_on: str = ""

    def change(self, held: Held, since: str, until: str) -> None:
        """Write it from ``since``, or end it with the day before ``until``."""
        if not self._is_end(held):
            states(self.fact, *self.items, subject=self.subject)(held, since, until)
            return
        record = held.record
        history.ends(
            held.office.connection, held.row.id, self._line(held), record.event_on, record.kind
        )

    def against(self, held: Held) -> list[RefusalReason]:
        """Only what holds on the last day ends with it."""
        if self._is_end(held) and self._now(held) is None:
            return [RefusalReason("nothing_to_end")]
        return []

    def days(self, held: Held) -> tuple[str, str]:
        """From when and until when, both days included: of what ends, since it began."""
        event = held.record.event_on
        if not self._is_end(held):
            return event, getattr(held.record, self.ends_on) if self.ends_on else ""
        now = self._now(held)
        return (now.true_from if now is not None else "") or event, event

    def _is_end(self, held: Held) -> bool:
        return not self.items or getattr(held.record, "ending", "") == "end"

    def _line(self, held: Held) -> tuple[str, str]:
        return self.fact, getattr(held.record, self.subject) if self.subject else ""

    def _now(self, held: Held) -> Span | None:
        return history.held_on(
            held.office.connection, held.row.id, self._line(held), held.record.event_on
        )

    def stating(self, code: str, words: str, whom: Whom = Whom.INSURED) -> Stating:
        """The kind that sets it, ends it, or both."""
        may_end = not self.items or "ending" in {
            one.name for one in columns(NOTIFICATIONS[code][-1].record)
        }
        refusals = ("nothing_to_end",) if may_end else ()
        return Stating(code, words, self.change, self.against, self.days, refusals, whom)


def rejudges(then: Callable[[Held, str, str], None]) -> Callable[[Held, str, str], None]:
    """After the change both households are judged anew (世帯異動, DOMAIN 3.2)."""

    def change(held: Held, since: str, until: str) -> None:
        system, connection, row = held.office.system, held.office.connection, held.row
        then(held, since, until)
        now = get_person(connection, row.id)
        homes = {(one.municipality_code, one.household_number) for one in (row, now)}
        for place in sorted(homes):
            rejudge_others(system, connection, *place, held.event, 0)

    return change
