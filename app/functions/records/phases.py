"""受付の件数と時間: how many cases a day and of which kind, and how long the parts of a visit take.

Sums for the supervisor and never anybody's own (SEC-62): a part of fewer than ``LEAST`` visits is
not told, no staff and no person stands in what is given out, and nothing leads from a number to a
case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from app.security.gate.gate import Gate, Subject
from app.security.journal.line import Line, State
from app.security.staff.session import Session
from db.tables.cases import case_file, decision
from db.tables.certificates import certificate, sheet
from db.tables.exchange import outbox

SHOW = "records.show_phases"
READS = (
    *("case_file.id", "case_file.kind", "case_file.opened_at", "case_file.compared_at"),
    *("case_file.outbox_id", "case_file.decision_id", "outbox.id", "outbox.prepared_at"),
    *("decision.id", "decision.received_at", "certificate.decision_id", "certificate.number"),
    *("sheet.certificate_number", "sheet.settled_at"),
)
DAYS = 30
LEAST = 5
"""So many visits at least: fewer would tell of one clerk or one visitor."""

_ONE_VISIT = timedelta(hours=2)
"""What took longer did not happen in one visit."""

_LOOKING = timedelta(minutes=30)
_LOOKS = frozenset(("persons.search", "persons.search_by_number", "persons.open"))


@dataclass(frozen=True, slots=True)
class Phase:
    """One part of a visit: in how many visits it was seen, and its seconds in all of them together
    (None below ``LEAST`` visits)."""

    label: str
    visits: int
    seconds: int | None

    @property
    def mean(self) -> int | None:
        """Seconds of one visit on the average."""
        return None if self.seconds is None else round(self.seconds / self.visits)


@dataclass(frozen=True, slots=True)
class Sums:
    """Cases by day (every day of the period), by kind (code, the most first), and the phases."""

    days: tuple[tuple[date, int], ...]
    kinds: tuple[tuple[str, int], ...]
    phases: tuple[Phase, ...]


def show(gate: Gate, session: Session, journal: Iterable[Line], openings: frozenset[str]) -> Sums:
    """The sums of the last ``DAYS`` days. ``journal`` are its lines, the newest first;
    ``openings`` the functions that open a case."""
    with gate.view(SHOW, session, subject=Subject("list", "phases")) as work:
        today = work.at.date()
        since = today - timedelta(days=DAYS - 1)
        rows = work.all(_CASES, {"since": since.isoformat()})
    looked = identifying(lines_since(journal, since), openings)
    return sums(rows, looked, since, today)


def lines_since(newest_first: Iterable[Line], since: date) -> list[Line]:
    """The journal's lines from that day on, the oldest first."""
    found = []
    for line in newest_first:
        if line.at[:10] < since.isoformat():
            break
        found.append(line)
    return found[::-1]


def identifying(lines: Iterable[Line], openings: frozenset[str]) -> list[timedelta]:
    """How long each visitor was looked for before a case was opened: from the first search or
    opened person since the same clerk's act before."""
    first: dict[str, datetime] = {}
    found = []
    for line in lines:
        entry, at = line.entry, datetime.fromisoformat(line.at)
        if entry.state is State.VIEW and entry.function_id in _LOOKS:
            first.setdefault(entry.staff_id, at)
        elif entry.state is State.BEGUN:
            since = first.pop(entry.staff_id, None)
            if entry.function_id in openings and since is not None and at - since <= _LOOKING:
                found.append(at - since)
    return found


def sums(rows: Sequence[Any], looked: Sequence[timedelta], since: date, today: date) -> Sums:
    """What is told of the cases of these days: rows of ``_CASES``."""
    by_day = Counter(row.opened_at[:10] for row in rows)
    days = [since + timedelta(days=at) for at in range((today - since).days + 1)]
    phases = [_phase("本人の確認", looked)]
    phases += [_phase(label, _spans(rows, part)) for label, part in _PARTS]
    return Sums(
        tuple((day, by_day[day.isoformat()]) for day in days),
        tuple(Counter(row.kind for row in rows).most_common()),
        tuple(phases),
    )


_PARTS: tuple[tuple[str, Callable[[Any], tuple[str, str]]], ...] = (
    ("入力", lambda row: (row.opened_at, row.prepared_at or "")),
    ("決定を待つ", lambda row: (row.prepared_at or "", row.received_at or "")),
    ("見比べと説明", lambda row: (row.received_at or "", row.compared_at or "")),
    ("作成と手渡し", lambda row: (row.compared_at or "", row.settled_at or "")),
)


def _spans(rows: Iterable[Any], part: Callable[[Any], tuple[str, str]]) -> list[timedelta]:
    found = []
    for begun, ended in map(part, rows):
        if begun and ended:
            took = datetime.fromisoformat(ended) - datetime.fromisoformat(begun)
            if timedelta() <= took <= _ONE_VISIT:
                found.append(took)
    return found


def _phase(label: str, spans: Sequence[timedelta]) -> Phase:
    told = len(spans) >= LEAST
    seconds = round(sum(spans, timedelta()).total_seconds()) if told else None
    return Phase(label, len(spans), seconds)


_SETTLED = (
    select(certificate.c.decision_id, func.max(sheet.c.settled_at).label("settled_at"))
    .join(sheet, sheet.c.certificate_number == certificate.c.number)
    .group_by(certificate.c.decision_id)
    .subquery()
)
_CASES = (
    select(
        case_file.c.kind,
        case_file.c.opened_at,
        case_file.c.compared_at,
        outbox.c.prepared_at,
        decision.c.received_at,
        _SETTLED.c.settled_at,
    )
    .select_from(
        case_file.outerjoin(outbox, outbox.c.id == case_file.c.outbox_id)
        .outerjoin(decision, decision.c.id == case_file.c.decision_id)
        .outerjoin(_SETTLED, _SETTLED.c.decision_id == case_file.c.decision_id)
    )
    .where(case_file.c.opened_at >= bindparam("since"))
)
