"""外国人: does a stay in Japan found eligibility? (則9条, DOMAIN 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.tables import Table, Unconfirmed
from app.rules.eligibility.reasons import EligibilityError

_DAYS_OF_THREE_MONTHS = 92  # three calendar months are never longer


@dataclass(frozen=True, slots=True)
class Stay:
    """What the residence card says.

    ``status``: 在留資格, a code of ``residence_statuses``. ``months`` and ``days``: 在留期間
    (「3月」 = 3, 0; 「90日」 = 0, 90); ``unlimited``: 永住者, 特別永住者. ``registered``: on the
    resident register. ``proved_longer``: papers show that the stay will exceed three months; a
    stay of three months or less is not registered, so with them nobody asks for registration.
    ``medical_or_leisure``: 特定活動 for treatment, its company, or leisure.
    """

    status: str
    months: int = 0
    days: int = 0
    unlimited: bool = False
    registered: bool = True
    proved_longer: bool = False
    medical_or_leisure: bool = False

    @property
    def over_three_months(self) -> bool:
        """Longer than three months; exactly three months is not enough."""
        if self.unlimited:
            return True
        if self.months == 0:
            return self.days > _DAYS_OF_THREE_MONTHS
        return (self.months, self.days) > (3, 0)


@dataclass(frozen=True, slots=True)
class StayFinding:
    """The stay founds eligibility: by its length, or by a proof that it will be longer."""

    by_proof: bool
    unconfirmed: tuple[Unconfirmed, ...] = ()


def require_stay(stay: Stay, statuses: Table, day: date, *, person: str) -> StayFinding:
    """Pass when the stay founds eligibility on ``day``; else EligibilityError: stay_not_registered,
    stay_excluded, stay_too_short (remedy: which proof would help).

    Registration is asked for only where no longer stay is proved, and never of 公用.
    """
    row = statuses.at(day, code=stay.status)
    if stay.medical_or_leisure and row.flag("may_be_leisure"):
        raise EligibilityError(
            "stay_excluded",
            "医療を受けるため、または観光・保養のための特定活動の方は、被保険者になりません。",
            "在留カードと指定書を確かめてください。",
            person=person,
            missing="stay",
        )
    if not stay.over_three_months and stay.proved_longer and row.flag("may_prove_longer"):
        return StayFinding(True, row.unconfirmed)
    if not stay.registered and row.flag("needs_registration"):
        raise EligibilityError(
            "stay_not_registered",
            "住民登録がないため、被保険者になりません。",
            "住民登録を先に済ませるか、3か月を超えて在留することが分かる書類を確かめてください。"
            if row.flag("may_prove_longer")
            else "住民登録を先に済ませてください。",
            person=person,
            missing="stay",
        )
    if stay.over_three_months:
        return StayFinding(False, row.unconfirmed)
    if row.flag("may_prove_longer"):
        remedy = "3か月を超えて在留することが分かる書類（契約書など）を出していただいてください。"
    else:
        remedy = "在留期間が3か月を超えて更新されてから、届出を受け付けてください。"
    raise EligibilityError(
        "stay_too_short",
        "在留期間が3か月以下のため、被保険者になりません。",
        remedy,
        person=person,
        missing="stay",
    )
