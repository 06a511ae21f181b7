"""延滞金の減免: days on which the late charge is not, or only in part, reckoned (by ordinance, as
in 地方税法15条の9; DOMAIN 4.9). All amounts are whole yen, shares thousandths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.core.tables import Unconfirmed, joined
from app.rules.calendar.days import ONE_DAY
from app.rules.collection.charges import Charge, ChargeRule, ChargeSegment, finish_charge
from app.rules.money import PERMILLE, RATE_BASE


@dataclass(frozen=True, slots=True)
class ReliefRule:
    """A row of ``late_charge_reliefs``: how much is not reckoned for this cause."""

    cause: str
    permille: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class Relief:
    """The days of one cause (災害, 徴収猶予 …), first and last."""

    rule: ReliefRule
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class RelievedCharge:
    """The charge as it was and as it is, and how much was forgiven of it."""

    before: Charge
    after: Charge
    forgiven: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def relieve(rule: ChargeRule, charge: Charge, reliefs: Iterable[Relief]) -> RelievedCharge:
    """The late charge without the relieved days; where two causes hold, the greater relief.

    Each piece is cut to 1 yen and the sum rounded as any late charge. The charge never grows.
    """
    wanted = tuple(reliefs)
    segments = [piece for segment in charge.segments for piece in _pieces(rule, segment, wanted)]
    after = finish_charge(rule, segments, charge.unconfirmed) if segments else charge
    used = joined(charge.unconfirmed, *(relief.rule.unconfirmed for relief in wanted))
    return RelievedCharge(charge, after, charge.amount - after.amount, used)


def _pieces(
    rule: ChargeRule, segment: ChargeSegment, reliefs: tuple[Relief, ...]
) -> Iterable[ChargeSegment]:
    """The segment cut wherever a relief begins or ends; relieved pieces carry what is left."""
    borders = {segment.start, segment.end + ONE_DAY}
    for relief in reliefs:
        for border in (relief.start, relief.end + ONE_DAY):
            if segment.start < border <= segment.end:
                borders.add(border)
    whole = segment.base * segment.rate
    for start, after in pairwise(sorted(borders)):
        days = (after - start).days
        relieved = max(
            (each.rule.permille for each in reliefs if each.start <= start <= each.end), default=0
        )
        amount = whole * days * (PERMILLE - relieved) // (RATE_BASE * rule.days_of_year * PERMILLE)
        yield ChargeSegment(start, after - ONE_DAY, days, segment.base, segment.rate, amount)
