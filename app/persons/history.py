"""What was true on a day, as it was known on a day (二つの時間軸): of a person, of the register.

A fact has rows in the history from its first change on, all of them; until then its row in the
current tables is its whole history, known since the person's origin. Both are read here as one,
so that nobody else has to know which of the two it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from app.persons import facts
from app.persons.facts import KINDS
from app.rules.calendar.axes import Span, whole
from db.tables.history import fact, origin
from db.tables.persons import address, household_member, insured, person, restriction
from db.work import ReadRows

READS = (
    "fact",
    "origin",
    "person",
    "address",
    "household_member",
    "insured",
    "restriction",
)
"""What a function that looks into the past declares."""

Line = tuple[str, str]
"""A kind of fact and its subject: which one, where a person has several (the municipality of
a household, the number of a payment), else ""."""

_AT_ONCE = 500
_MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class Origin:
    """What brought a piece of knowledge. ``kind``: file, decision, act, earlier (before the
    store kept history). ``ref``: batch of the file, decision number, journal line."""

    kind: str
    ref: str
    staff_id: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """One span of one fact: what is true from when to when, known from when to when.

    ``replaces`` are numbers of spans of the same fact. ``carried``: it only goes on saying,
    on fewer days, what the span it replaces said.
    """

    kind: str
    subject: str
    number: int
    span: Span
    known_from: str
    known_until: str
    origin: Origin
    line: int
    replaces: tuple[int, ...]
    carried: bool
    reason: str

    @property
    def value(self) -> dict[str, str]:
        """The items of the value, empty when nothing holds."""
        return facts.value_of(self.span.value)

    def is_known(self, moment: str) -> bool:
        """Whether it was known so just before ``moment``."""
        return self.known_from < moment and not (self.known_until and self.known_until < moment)


@dataclass(frozen=True, slots=True)
class AsOf:
    """What was true of a person on ``day``, as known at the end of ``known_on``: by line the
    span that holds; a line of which nothing was known is absent."""

    person_id: str
    day: date
    known_on: date
    facts: Mapping[Line, Known]

    def value(self, kind: str, subject: str = "") -> dict[str, str]:
        """The value of a fact, empty when nothing holds or nothing was known."""
        found = self.facts.get((kind, subject))
        return found.value if found else {}

    def values(self, kind: str) -> dict[str, dict[str, str]]:
        """The values of a kind by subject, those that hold."""
        held = ((line, known) for line, known in self.facts.items() if line[0] == kind)
        return {subject: known.value for (_, subject), known in held if known.span.value}

    @property
    def is_insured(self) -> bool:
        """Whether the person was insured."""
        return "insured_number" in self.value("eligibility")


def as_of(work: ReadRows, person_id: str, day: date, known_on: date) -> AsOf | None:
    """A person as of ``day``, as known at the end of ``known_on``; None for somebody who is not
    here or was not known here then."""
    lines = lines_of(work, (person_id,)).get(person_id)
    return None if lines is None else seen(person_id, lines, day, known_on)


def seen(
    person_id: str, lines: Mapping[Line, Sequence[Known]], day: date, known_on: date
) -> AsOf | None:
    """As ``as_of``, from lines that were read before: one reading serves any two days."""
    moment = end_of(known_on)
    found = {line: _held(rows, day.isoformat(), moment) for line, rows in lines.items()}
    held = {line: known for line, known in found.items() if known is not None}
    return AsOf(person_id, day, known_on, held) if held else None


def register_as_of(
    work: ReadRows, kind: str, day: date, known_on: date
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The register as of ``day``, as known at the end of ``known_on``: person id, subject and
    value of every fact of a kind that held, persons in the order of their ids. Memory stays
    flat however many there are."""
    moment, text = end_of(known_on), day.isoformat()
    last = ""
    while ids := [str(row.id) for row in work.all(_next_persons(last))]:
        last = ids[-1]
        found = lines_of(work, ids, kinds=(kind,))
        for person_id in ids:
            for (_, subject), rows in sorted(found[person_id].items()):
                known = _held(rows, text, moment)
                if known is not None and known.span.value:
                    yield person_id, subject, known.value


def history(work: ReadRows, person_id: str) -> tuple[Known, ...]:
    """Everything that was ever known of a person, newest knowledge first; what only goes on
    being known on fewer days is left out."""
    lines = lines_of(work, (person_id,)).get(person_id, {})
    rows = [known for line in lines.values() for known in line if not known.carried]
    rows.sort(key=lambda known: (known.known_from, known.span.true_from), reverse=True)
    return tuple(rows[:_MOST_SHOWN])


def end_of(day: date) -> str:
    """The moment before which what is known on ``day`` became known."""
    return (day + timedelta(days=1)).isoformat()


def lines_of(
    work: ReadRows, person_ids: Collection[str], *, kinds: Iterable[str] = tuple(KINDS)
) -> dict[str, dict[Line, list[Known]]]:
    """Every line of these persons with all its spans, by person; only of these kinds."""
    wanted = frozenset(kinds)
    persons = {
        str(row.id): row for row in work.all(select(person).where(person.c.id.in_(person_ids)))
    }
    found: dict[str, dict[Line, list[Known]]] = {key: defaultdict(list) for key in persons}
    rows = work.all(
        select(fact)
        .where(fact.c.person_id.in_(list(persons)), fact.c.kind.in_(sorted(wanted)))
        .order_by(fact.c.person_id, fact.c.kind, fact.c.subject, fact.c.number)
    )
    origins = _origins(work, [row.origin for row in (*rows, *persons.values())])
    for row in rows:
        found[row.person_id][(row.kind, row.subject)].append(_known(row, origins))
    for person_id, lines in current_lines(work, persons, wanted).items():
        since = origins[persons[person_id].origin]
        for line, spans in lines.items():
            if line not in found[person_id]:
                found[person_id][line] = _first(line, spans, since)
    return {key: dict(lines) for key, lines in found.items()}


def current_lines(
    work: ReadRows, persons: Mapping[str, Row[Any]], kinds: frozenset[str]
) -> dict[str, dict[Line, tuple[Span, ...]]]:
    """By person what the current tables state, each line whole."""
    said: dict[str, dict[Line, list[Span]]] = {key: defaultdict(list) for key in persons}
    for key, row in persons.items():
        for kind, spans in facts.spans_of_person(dict(row._mapping)).items():
            said[key][(kind, "")] += spans
    ids = list(persons)
    if "address" in kinds:
        for row in work.all(select(address).where(address.c.person_id.in_(ids))):
            said[row.person_id][("address", row.kind)] += facts.spans_of_address(dict(row._mapping))
    if "household" in kinds:
        mine = household_member.c.person_id.in_(ids)
        for row in work.all(select(household_member).where(mine)):
            line = ("household", row.municipality_code)
            said[row.person_id][line] += facts.spans_of_member(dict(row._mapping))
    if not kinds.isdisjoint(("eligibility", "copay", "limit")):
        _add_periods(work, ids, said)
    if "restriction" in kinds:
        for row in work.all(select(restriction).where(restriction.c.person_id.in_(ids))):
            line = ("restriction", row.id)
            said[row.person_id][line] += facts.spans_of_restriction(dict(row._mapping))
    return {
        key: {line: whole(spans) for line, spans in lines.items() if line[0] in kinds}
        for key, lines in said.items()
    }


def _add_periods(
    work: ReadRows, ids: Collection[str], said: Mapping[str, dict[Line, list[Span]]]
) -> None:
    periods: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    mine = select(insured).where(insured.c.person_id.in_(ids))
    for row in work.all(mine.order_by(insured.c.person_id, insured.c.acquired_on)):
        periods[row.person_id].append(dict(row._mapping))
    for key, rows in periods.items():
        for kind, spans in lines_of_periods(rows).items():
            said[key][(kind, "")] += spans


def lines_of_periods(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Span]]:
    """By kind what all of a person's periods together state."""
    ordered = sorted(rows, key=lambda row: row["acquired_on"])
    said: dict[str, list[Span]] = {
        "eligibility": facts.spans_of_periods(ordered),
        "copay": [],
        "limit": [],
    }
    for at, row in enumerate(ordered):
        following = ordered[at + 1]["acquired_on"] if at + 1 < len(ordered) else ""
        for kind, spans in facts.spans_of_share(row, following).items():
            said[kind] += spans
    return said


_UNKNOWN = Origin("earlier", "", "", "", "")
"""What no row tells is known since ever."""


def _origins(work: ReadRows, numbers: Iterable[int]) -> dict[int, Origin]:
    wanted = sorted(set(numbers))
    rows = work.all(select(origin).where(origin.c.id.in_(wanted)))
    found = {row.id: Origin(row.kind, row.ref, row.staff_id, row.at, row.reason) for row in rows}
    return dict.fromkeys(wanted, _UNKNOWN) | found


def _next_persons(last: str) -> Any:
    return select(person.c.id).where(person.c.id > last).order_by(person.c.id).limit(_AT_ONCE)


def _held(rows: Iterable[Known], day: str, moment: str) -> Known | None:
    held = (known for known in rows if known.span.holds_on(day) and known.is_known(moment))
    return next(held, None)


def _known(row: Row[Any], origins: Mapping[int, Origin]) -> Known:
    return Known(
        row.kind,
        row.subject,
        row.number,
        Span(row.value, row.true_from, row.true_until),
        row.known_from,
        row.known_until,
        origins[row.origin],
        row.line,
        tuple(int(number) for number in row.replaces.split()),
        bool(row.carried),
        row.reason,
    )


def _first(line: Line, spans: Iterable[Span], since: Origin) -> list[Known]:
    kind, subject = line
    return [
        Known(kind, subject, number, span, since.at, "", since, 0, (), False, "")
        for number, span in enumerate(spans, start=1)
    ]
