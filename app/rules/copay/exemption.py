"""一部負担金の減免と徴収猶予: whoever cannot pay the share at the hospital (高確法69条,
同施行規則33条; the union's 取扱要綱). What the union grants for a cause is a row of
``copay_exemptions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Tables, Unconfirmed
from app.rules.calendar.periods import last_day_of
from app.rules.copay.facts import CopayError
from app.rules.money import PERMILLE, share_in_tens


class CopayCause(StrEnum):
    """則33条の特別の事情."""

    DISASTER = "disaster"
    """震災・風水害・火災などで住宅や家財に著しい損害."""
    CROP = "crop"
    """干ばつ・冷害などの不作、不漁で収入が著しく減少."""
    BUSINESS = "business"
    """事業の休廃止・失業で収入が著しく減少."""
    ILLNESS = "illness"
    """世帯主が死亡、心身に重大な障害、長期の入院."""


@dataclass(frozen=True, slots=True)
class CopayExemptionRule:
    """What a union may grant: ``permille`` of the share is not taken (1000: 免除; 0: only
    徴収猶予), for ``months`` at most."""

    cause: str
    permille: int
    months: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class CopayExemption:
    """A grant from ``start`` to ``end``."""

    rule: CopayExemptionRule
    start: date
    end: date

    def holds_on(self, day: date) -> bool:
        """True for treatment on ``day``."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class ExemptedShare:
    """``share`` of the cost, how much is ``exempted`` and how much is paid, yen."""

    share: int
    exempted: int
    payable: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def copay_exemption_rule(
    tables: Tables, union: str, cause: CopayCause, day: date
) -> CopayExemptionRule:
    """What ``union`` grants for ``cause``; NoRowError where nothing is registered."""
    table = tables["copay_exemptions"]
    return table.at(day, union=union, cause=cause.value).into(CopayExemptionRule)


def grant(
    rule: CopayExemptionRule, start: date, months: int, *, person: str = ""
) -> CopayExemption:
    """A grant of ``months`` from ``start``. Raises CopayError exemption_months."""
    if not 1 <= months <= rule.months:
        raise CopayError(
            "exemption_months",
            f"一部負担金の減免は{rule.months}か月までです（{months}か月になっています）。",
            "減免の月数を広域連合の要綱で確かめてください。",
            person=person,
            missing="months",
        )
    return CopayExemption(rule, start, last_day_of(start, months))


def exempted_share(
    granted: CopayExemption, cost: int, ratio: int, treated_on: date
) -> ExemptedShare:
    """What is paid of the share (``ratio`` tenths of ``cost``) for treatment on ``treated_on``;
    what is paid is rounded to 10 yen as any share (68条)."""
    share = share_in_tens(cost, ratio)
    used = granted.rule.unconfirmed
    if not granted.holds_on(treated_on):
        return ExemptedShare(share, 0, share, used)
    left = share * (PERMILLE - granted.rule.permille)
    payable = (left + 5 * PERMILLE) // (10 * PERMILLE) * 10
    return ExemptedShare(share, share - payable, payable, used)
