"""One person's premium of one year, put together from what the files said (保険料の台帳).

Nothing is reckoned but sums: the amount is the decision's, the instalments are the municipality's,
paid is what its records of collection add up to (FILE-20, 07, 08, 09).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from app.wire.files import FILES
from app.wire.records import ArrearsRecord, CollectionRecord, InstalmentRecord, PremiumRecord

PREMIUM, INSTALMENT, COLLECTION, ARREARS = "FILE-20", "FILE-07", "FILE-08", "FILE-09"
LEDGER_FILES = (PREMIUM, INSTALMENT, COLLECTION, ARREARS)
KEPT, CONTRADICTS = "kept", "contradicts"

_EFFECT: Mapping[str, int] = {
    "payment": 1,
    "appropriated_in": 1,
    "refund": -1,
    "appropriated_out": -1,
    "cancelled": -1,
    "transfer": -1,  # it goes on to the period that the record names
}
"""What a record of collection does to the period it stands in (``collection_kinds``)."""


class State(StrEnum):
    """How an instalment stands on a day."""

    PAID = "paid"
    OVERPAID = "overpaid"
    OPEN = "open"
    NEXT = "next"
    LATE = "late"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Said:
    """One record as a file said it, with where it came from."""

    file_id: str
    record: Any
    standing: str
    number: int
    batch: int
    line: int
    arrived_at: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of the premium; ``record`` holds its own figures."""

    record: PremiumRecord
    arrived_at: str

    @property
    def amount(self) -> int:
        """保険料額 of the year, yen."""
        return int(self.record.amount)


@dataclass(frozen=True, slots=True)
class Period:
    """One instalment (期) with what was paid on it, yen; ``charges`` is 延滞金 paid with it."""

    record: InstalmentRecord
    paid: int
    charges: int
    payments: tuple[CollectionRecord, ...]
    arrears: ArrearsRecord | None

    @property
    def amount(self) -> int:
        """期割額, yen."""
        return int(self.record.amount)

    @property
    def open(self) -> int:
        """What is still to be paid, yen."""
        return max(0, self.amount - self.paid)

    @property
    def due(self) -> date:
        """納期限."""
        return date.fromisoformat(self.record.due_on)


@dataclass(frozen=True, slots=True)
class Account:
    """One 相当年度 of a person. ``decisions`` oldest first, the last counts; ``stray`` are
    records of collection whose period no instalment names, ``contradicting`` what counts for
    nothing until somebody has looked."""

    year: str
    decisions: tuple[Decision, ...]
    periods: tuple[Period, ...]
    stray: tuple[CollectionRecord, ...]
    contradicting: tuple[Said, ...]

    @property
    def decision(self) -> Decision | None:
        """The decision that counts."""
        return self.decisions[-1] if self.decisions else None

    @property
    def billed(self) -> int:
        """The sum of all instalments, yen."""
        return sum(period.amount for period in self.periods)

    @property
    def paid(self) -> int:
        """What was paid so far, as the municipal files tell, yen."""
        return sum(period.paid for period in self.periods) + sum(map(_effect, self.stray))

    @property
    def left(self) -> int:
        """What is still to be paid by the instalments, yen."""
        return sum(period.open for period in self.periods)

    @property
    def collected(self) -> Mapping[str, CollectionRecord]:
        """Every record of collection of the year by its number."""
        of_periods = (one for period in self.periods for one in period.payments)
        return {one.entry_id: one for one in (*of_periods, *self.stray)}

    @property
    def is_spread(self) -> bool:
        """Whether the instalments are those of the decision: not only 暫定 ones, and fixed on its
        day or later."""
        if self.decision is None or not self.periods:
            return False
        main = [one for one in self.periods if one.record.provisional == "0"]
        fixed = max((one.record.fixed_on for one in main), default="")
        return bool(main) and fixed >= self.decision.record.decided_on

    @property
    def sum_differs(self) -> bool:
        """Whether the instalments that follow from the decision do not add up to its amount."""
        decision = self.decision
        return decision is not None and self.is_spread and self.billed != decision.amount

    def next_period(self, today: date) -> Period | None:
        """The instalment that falls due next."""
        ahead = (one for one in self.periods if one.open and one.due >= today)
        return min(ahead, key=lambda one: one.due, default=None)

    def state(self, period: Period, today: date) -> State:
        """How an instalment stands today."""
        if period.paid > period.amount:
            return State.OVERPAID
        if not period.open:
            return State.PAID if period.amount else State.NOTHING
        if period.due < today:
            return State.LATE
        return State.NEXT if period is self.next_period(today) else State.OPEN


def said(row: Row[Any]) -> Said:
    """A row of ``premium_record``."""
    record = FILES[row.file_id].record(**json.loads(row.record))
    return Said(row.file_id, record, row.standing, row.number, row.batch, row.line, row.arrived_at)


def accounts(words: Iterable[Said]) -> dict[str, Account]:
    """A person's accounts by 相当年度, the newest first."""
    by_year: dict[str, list[Said]] = defaultdict(list)
    for one in words:
        by_year[one.record.equivalent_year].append(one)
    return {year: _account(year, by_year[year]) for year in sorted(by_year, reverse=True)}


def _account(year: str, words: list[Said]) -> Account:
    kept: dict[str, list[Said]] = defaultdict(list)
    for one in words:
        if one.standing == KEPT:
            kept[one.file_id].append(one)
    decided = sorted(
        kept[PREMIUM], key=lambda one: (one.record.decided_on, one.batch, one.line, one.number)
    )
    payments: dict[tuple[str, str], list[CollectionRecord]] = defaultdict(list)
    collected = sorted(kept[COLLECTION], key=lambda one: (one.record.credited_on, one.batch))
    for one in collected:
        for place in places(one.record):
            payments[place].append(one.record)
    instalments = _newest(kept[INSTALMENT], "fixed_on")
    behind = _newest(kept[ARREARS], "as_of")
    periods = tuple(
        _period(record, place, payments.pop(place, []), behind.get(place))
        for place, record in sorted(
            instalments.items(), key=lambda pair: (pair[1].due_on, pair[1].month, pair[0])
        )
    )
    stray = {one.entry_id: one for group in payments.values() for one in group}
    return Account(
        year,
        tuple(Decision(one.record, one.arrived_at) for one in decided),
        tuple(one for one in periods if one.amount or one.paid),
        tuple(stray.values()),
        tuple(one for one in words if one.standing != KEPT),
    )


def places(record: CollectionRecord) -> tuple[tuple[str, str], ...]:
    """The periods (notice number, period) that a record of collection says something of."""
    here = (record.notice_number, str(int(record.period)))
    if record.kind == "transfer" and record.to_notice_number:
        return (here, (record.to_notice_number, str(int(record.to_period or "0"))))
    return (here,)


def _newest(words: Iterable[Said], by: str) -> dict[tuple[str, str], Any]:
    """The newest word of each period."""
    found: dict[tuple[str, str], tuple[tuple[str, int], Any]] = {}
    for one in words:
        place = (one.record.notice_number, str(int(one.record.period)))
        rank = (getattr(one.record, by), one.number)
        if place not in found or rank > found[place][0]:
            found[place] = (rank, one.record)
    return {place: record for place, (_, record) in found.items()}


def _period(
    record: InstalmentRecord,
    place: tuple[str, str],
    payments: list[CollectionRecord],
    arrears: ArrearsRecord | None,
) -> Period:
    paid = sum(_effect(one, place) for one in payments)
    charges = sum(int(one.late_charge or 0) * (1 if one.kind == "payment" else 0)
                  for one in payments)  # fmt: skip
    return Period(record, paid, charges, tuple(payments), arrears)


def _effect(record: CollectionRecord, place: tuple[str, str] | None = None) -> int:
    """What a record adds to what was paid on ``place``, its own period where none is named."""
    amount = int(record.amount)
    if record.kind == "transfer":
        if not record.to_notice_number:
            return 0
        if place is not None and place != places(record)[0]:
            return amount
    return amount * _EFFECT[record.kind]
