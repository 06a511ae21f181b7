"""Every kind of case through the window against the real union: how a row is written and played.

A row is written by hand from its source, and is played once refused and once, mended, accepted.
The families of ``tests/functional/every_kind`` hold the rows; a person who lost her eligibility in
one row gets it back in another, so the rows of a family are played in their order by one clerk on
one day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app.cases import decisions
from app.cases.decisions import DecisionView
from app.cases.kind import Look
from app.catalog import CASES
from app.persons import history
from db.tables.cases import case_file
from db.tables.persons import household_member, insured, person
from tests.support.kind_entries import KEYED
from tests.support.stories import Desk, Story
from tests.support.window import CaseWindow

BROUGHT = {"channel": "counter", "notifier": "household", "identity_check": "photo_one"}
ENTERS = {"card_use": "not_registered", "delivery": "counter"}


@dataclass(frozen=True)
class Row:
    """``whom``: "insured", "young" (65 to 74, never insured), "wife" (insured, of a head),
    "newcomer", or the code of a row
    played before. ``wrong`` is keyed first and refused for ``reason``, ``keyed`` then mends it.
    ``decided`` are items of the decision, ``period`` what the store says of the last period,
    ``value`` what it says of the ``fact`` (of several facts, of the case's own, ``subject``) as of
    the day ``on``."""

    code: str
    whom: str
    keyed: Mapping[str, str]
    wrong: Mapping[str, str]
    reason: str
    decided: Mapping[str, str]
    period: Mapping[str, str] = field(default_factory=dict)
    state: str = "1"
    fact: str = ""
    value: Mapping[str, str] = field(default_factory=dict)
    subject: bool = False
    on: date = date(2026, 12, 1)


DEAD = "already_dead"
"""As ``reason``: the union learned meanwhile that she is dead, and learns that she is not."""
NO_LOSS = "no_loss"
"""As ``reason``: in the union's books the loss was taken back already."""
ALIVE = "not_dead"
"""As ``reason``: the union has not heard of her death."""
OTHERWISE = {
    DEAD: (
        "SELECT state, id FROM person WHERE atena_number = ?",
        "UPDATE person SET state = ? WHERE id = ?",
        "3",
    ),
    ALIVE: (
        "SELECT state, id FROM person WHERE atena_number = ?",
        "UPDATE person SET state = ? WHERE id = ?",
        "1",
    ),
    NO_LOSS: (
        "SELECT lost_on, coverage.id FROM coverage JOIN person ON person.id = person_id"
        " WHERE atena_number = ? ORDER BY acquired_on DESC LIMIT 1",
        "UPDATE coverage SET lost_on = ? WHERE id = ?",
        "",
    ),
}
SUBJECTS = {"address": "current", "household": "152994", "delivery": "certificates"}
"""Facts of which a person has several, by which one a row means."""
NOTHING: Mapping[str, str] = {}
PAPER = {"paper_return": "later"}
OF_THE_PERSON = {
    "birth_correction": {"new_birth_written": "{birth_written}"},
    "number_change": {"my_number": "{free_number}"},
}
"""What is keyed of the very person (``Counter.worded``)."""
SINCE = {"since": "2026-11-10", "until": ""}


def states(
    code: str, fact: str, value: Mapping[str, str], whom: str = "insured", **more: Any
) -> Row:
    """A kind that is answered by what it said; ``fact`` then holds here and at the union."""
    keyed = {"event_on": "R8.11.10", **KEYED[code], **OF_THE_PERSON.get(code, {})}
    row = Row(code, whom, keyed, NOTHING, DEAD, SINCE, fact=fact, value=value)
    return replace(row, **more)


def papers(
    code: str, fact: str, value: Mapping[str, str], whom: str = "insured", **more: Any
) -> Row:
    """A kind whose decision orders the paper as it stands."""
    row = states(code, fact, value, whom, decided={"paper": "eligibility_certificate"})
    return replace(row, **more)


def taken_in(code: str, words: str) -> Row:
    """A kind that is noted and handed on."""
    return states(code, "note", {"text": words}, subject=True)


@dataclass
class Counter:
    """The clerk, the window, and who has been taken already."""

    story: Story
    desk: Desk
    window: CaseWindow
    taken: dict[str, str] = field(default_factory=dict)

    def whom(self, row: Row) -> str:
        if row.whom in CASES:
            return self.taken[row.whom]
        for one in self.desk.rows(person):
            if one.id not in self.taken.values() and self._fits(row.whom, one):
                return str(one.id)
        raise AssertionError(f"nobody is {row.whom}")

    def _fits(self, whom: str, one: Any) -> bool:
        periods = [row for row in self.desk.rows(insured) if row.person_id == one.id]
        if whom == "dead":
            return one.state == "3" and bool(periods)
        if one.state != "1" or one.kind != "1":
            return False
        if whom == "young":
            birth = date.fromisoformat(one.birth_sort)
            return not periods and date(1952, 1, 1) < birth < date(1960, 1, 1)
        if whom == "wife":
            mine = [row for row in self.desk.rows(household_member) if row.person_id == one.id]
            return bool(periods) and any(row.relation == "妻" for row in mine)
        open_ones = [row for row in periods if not row.lost_on]
        wanted = {"low2": ("limit_class", "low2"), "three": ("copay_ratio", "3")}
        if whom in wanted:
            name, value = wanted[whom]
            return any(getattr(row, name) == value for row in open_ones)
        return bool(open_ones)

    @contextmanager
    def told_otherwise(self, person_id: str, reason: str) -> Iterator[None]:
        """What the union was told by mistake, and learns to be wrong."""
        if reason not in OTHERWISE:
            yield
            return
        read, change, wrong = OTHERWISE[reason]
        atena = self.desk.atena_of(person_id)
        ((before, key),) = self.story.union_rows(read, atena)
        self.story.change_union(change, wrong, key)
        yield
        self.story.change_union(change, before, key)

    def holds(self, row: Row, view: DecisionView, person_id: str) -> bool:
        """Whether the fact of the row holds as of its day, as known now."""
        with self.desk.store.view(history.READS) as work:
            seen = history.as_of(work, person_id, row.on, date(2026, 12, 1))
        assert seen is not None
        subject = view.case_id if row.subject else SUBJECTS.get(row.fact, "")
        value = seen.value(row.fact, subject)
        if not row.value:
            return not value
        assert {name: value.get(name) for name in row.value} == dict(row.value)
        return True

    def worded(self, keyed: Mapping[str, str], person_id: str) -> dict[str, str]:
        """What is keyed, with what only this person or this town has."""
        (one,) = [row for row in self.desk.rows(person) if row.id == person_id]
        ((others,),) = self.story.union_rows(
            "SELECT my_number FROM number JOIN person ON person.id = person_id"
            " WHERE atena_number != ? ORDER BY person_id LIMIT 1",
            self.desk.atena_of(person_id),
        )
        words = {
            "birth_written": one.birth_written,
            "free_number": self.story.stranger(70).person.my_number,
            "others_number": others,
        }
        return {name: value.format_map(words) for name, value in keyed.items()}

    def play(self, row: Row, keyed: Mapping[str, str], person_id: str) -> DecisionView:
        kind = CASES[row.code]
        self.window.begin(kind, person_id)
        self.window.key_in({**BROUGHT, **ENTERS, **keyed})
        if kind.second_look.look is Look.BEFORE:
            (case,) = [one for one in self.desk.rows(case_file) if one.state == "draft"]
            self.desk.look(case.id, kind=kind)
            self.window.go(kind.opening, case_id=case.id)
            self.window.take_up(kind)
            self.window.until(lambda: self.window.screen.step == len(kind.pages))
        view = self.window.send()
        self.window.leave()
        return view


def played(counter: Counter, row: Row) -> None:
    """Refused, mended, accepted; and what the store says then."""
    person_id = counter.taken[row.code] = counter.whom(row)
    keyed, wrong = counter.worded(row.keyed, person_id), counter.worded(row.wrong, person_id)
    with counter.told_otherwise(person_id, row.reason):
        refused = counter.play(row, {**keyed, **wrong}, person_id)
    assert refused.record is not None and refused.record.reasons.split() == [row.reason]
    view = counter.play(row, keyed, person_id)
    assert view.record is not None and view.record.outcome == "accepted", view.record
    lines = decisions.compare(view, counter.desk.tables, counter.desk.today)
    assert [line.label for line in lines if not line.agrees] == [], "nothing was keyed wrong"
    said = {name: getattr(view.record, name) for name in row.decided}
    assert said == dict(row.decided)
    periods = [one for one in counter.desk.rows(insured) if one.person_id == person_id]
    if row.period:
        last = max(periods, key=lambda one: one.acquired_on)
        assert {name: getattr(last, name) for name in row.period} == dict(row.period)
    if row.whom != "dead":
        (now,) = [one for one in counter.desk.rows(person) if one.id == person_id]
        assert now.state == row.state
    if row.fact:
        assert counter.holds(row, view, person_id)


def played_all(story: Story, qtbot: Any, rows: Iterable[Row]) -> None:
    """The rows of a family, by one clerk."""
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        for row in rows:
            played(counter, row)
        counter.window.close()
