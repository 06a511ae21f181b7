"""What a corrected share gives back or bills (負担割合の更正; DOMAIN 3.2, 高確法67・68条).

A correction downward is refunded, one upward is billed (不当利得: the insured person paid too
little). Reckoned before 高額療養費: the month's limit is then applied anew with the corrected
class (``benefits.monthly_benefit``). From which day a correction holds says ``copay_days``.
Amounts are whole yen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.rules.copay.facts import CopayError
from app.rules.money import share_in_tens


@dataclass(frozen=True, slots=True)
class Care:
    """One treatment (診療): neutral key, day, total ``cost`` (医療費) and what was ``paid``."""

    key: str
    treated_on: date
    cost: int
    paid: int


@dataclass(frozen=True, slots=True)
class SettledCare:
    """A treatment with what was ``owed`` under the corrected share."""

    care: Care
    owed: int

    @property
    def difference(self) -> int:
        """What is still to be paid; negative: what comes back."""
        return self.owed - self.care.paid


@dataclass(frozen=True, slots=True)
class ShareCorrection:
    """The treatments concerned, by day; ``refund`` and ``bill`` are never set off here."""

    settled: tuple[SettledCare, ...]
    refund: int
    bill: int


def correct_share(
    ratio: int, from_on: date, until_on: date | None, cares: Iterable[Care], *, person: str
) -> ShareCorrection:
    """Settle what ``person`` paid from ``from_on`` to ``until_on`` (None: no end) at ``ratio``
    tenths (割, 1 to 3), each payment rounded to 10 yen (68条). Treatments outside are left as
    they are.

    Raises CopayError: ratio_impossible, care_impossible (paid more than the cost, or less than
    nothing), care_twice.
    """
    if ratio not in (1, 2, 3):
        raise CopayError(
            "ratio_impossible",
            f"負担割合は1割・2割・3割のどれかです（{ratio}割になっています）。",
            "広域連合の決定を確かめてください。",
            person=person,
            missing="ratio",
        )
    concerned = [
        care
        for care in cares
        if from_on <= care.treated_on and (until_on is None or care.treated_on <= until_on)
    ]
    _check(concerned, person)
    settled = tuple(
        SettledCare(care, share_in_tens(care.cost, ratio))
        for care in sorted(concerned, key=lambda care: (care.treated_on, care.key))
    )
    return ShareCorrection(
        settled,
        sum(max(0, -each.difference) for each in settled),
        sum(max(0, each.difference) for each in settled),
    )


def _check(cares: list[Care], person: str) -> None:
    if len({care.key for care in cares}) != len(cares):
        raise CopayError(
            "care_twice",
            "同じ診療が2回入っています。",
            "診療の一覧を確かめ、重なりを除いてください。",
            person=person,
            missing="cares",
        )
    for care in cares:
        if not 0 <= care.paid <= care.cost:
            raise CopayError(
                "care_impossible",
                f"{care.treated_on:%Y-%m-%d} の一部負担金が医療費を超えているか、マイナスです。",
                "診療の金額を確かめてください。",
                person=person,
                missing="paid",
            )
