"""徴収猶予: a premium need not be paid for some months (高確法111条, the union's ordinance;
DOMAIN 4.8).

The union decides; the municipality stops demands while it holds. Limitation stands still as the
table ``limitation_acts`` says, the late charge as ``charge_relief`` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.tables import Unconfirmed
from app.rules.calendar.periods import last_day_of
from app.rules.errors import RuleError


@dataclass(frozen=True, slots=True)
class DeferralRule:
    """A row of ``deferrals``: for this cause at most ``months``, with ``longer`` months more when
    the cause goes on (延長)."""

    cause: str
    months: int
    longer: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class Deferral:
    """The premium due in the period need not be paid until ``end``."""

    cause: str
    start: date
    end: date
    unconfirmed: tuple[Unconfirmed, ...] = ()

    def holds_on(self, day: date) -> bool:
        """True when nothing may be demanded on ``day``."""
        return self.start <= day <= self.end


def defer(
    rule: DeferralRule, start: date, months: int, *, extended: bool = False, person: str = ""
) -> Deferral:
    """``months`` of deferral from ``start`` (the day the union decides from).

    ``extended``: the months are those of the first time and of the prolongation together. Raises
    RuleError ``deferral.months`` outside what the ordinance allows.
    """
    most = rule.months + (rule.longer if extended else 0)
    if not 1 <= months <= most:
        raise RuleError(
            "deferral.months",
            f"徴収猶予は{most}か月までです（{months}か月になっています）。",
            "猶予の月数を条例で確かめてください。",
            person=person,
            missing="months",
        )
    return Deferral(rule.cause, start, last_day_of(start, months), rule.unconfirmed)
