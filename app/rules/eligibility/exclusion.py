"""適用除外 (高確法51条): who is not insured although old enough (DOMAIN 2.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ExclusionKind(StrEnum):
    """51条1号 (生活保護) and 2号 (省令: 則9条)."""

    WELFARE = "welfare"
    ORDINANCE = "ordinance"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One exclusion from ``from_on`` to ``until_on`` (the last exempt day; None: still).

    ``suspended``: periods (first, last day; None: still) in which welfare was 停止中: the person
    is insured in them.
    """

    kind: ExclusionKind
    from_on: date
    until_on: date | None = None
    suspended: tuple[tuple[date, date | None], ...] = ()

    def holds_on(self, day: date) -> bool:
        """True when the person is exempt on ``day``."""
        if day < self.from_on or (self.until_on is not None and day > self.until_on):
            return False
        return not any(
            first <= day and (last is None or day <= last) for first, last in self.suspended
        )


def exclusion_on(exclusions: Iterable[Exclusion], day: date) -> Exclusion | None:
    """The exclusion that holds on ``day``, or None: then age and address decide."""
    return next((exclusion for exclusion in exclusions if exclusion.holds_on(day)), None)
