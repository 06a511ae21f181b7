"""Why somebody becomes or ceases to be insured (取得事由, 喪失事由; DOMAIN 2.3, 2.4, 2.7)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.core.tables import Tables
from app.rules.errors import RuleError

SYSTEM_START = date(2008, 4, 1)
"""制度発足: nobody is insured before (高確法附則1条)."""


class AcquisitionReason(StrEnum):
    """取得事由; the code table ``acquisition_reasons``."""

    AGE = "ACQ_AGE"
    MOVE_IN = "ACQ_IN"
    FROM_ABROAD = "ACQ_ABROAD"
    DISABILITY = "ACQ_DIS"
    WELFARE_END = "ACQ_WELF_END"
    EXCLUSION_END = "ACQ_EXEMPT_END"
    ADDRESS_EXCEPTION = "ACQ_SPADDR"
    EX_OFFICIO = "ACQ_EXOFF"
    OTHER = "ACQ_OTHER"


class LossReason(StrEnum):
    """喪失事由; the code table ``loss_reasons``."""

    DEATH = "LOS_DEATH"
    MOVE_OUT = "LOS_OUT"
    ABROAD = "LOS_ABROAD"
    WELFARE = "LOS_WELF"
    DISABILITY_END = "LOS_DIS"
    DISABILITY_WITHDRAWN = "LOS_DIS_WD"
    EXCLUSION = "LOS_EXEMPT"
    EX_OFFICIO = "LOS_EXOFF"
    ADDRESS_EXCEPTION_END = "LOS_SPADDR"
    OTHER = "LOS_OTHER"


class EligibilityError(RuleError):
    """Facts on which no eligibility can be decided; code ``eligibility.<cause>``."""

    def __init__(
        self, cause: str, message: str, remedy: str, *, person: str, missing: str = ""
    ) -> None:
        super().__init__(f"eligibility.{cause}", message, remedy, person=person, missing=missing)
        self.cause = cause


def event_needed(day: date | None, person: str, field: str, title: str) -> date:
    """``day``, or the refusal that says which date is missing and for whom."""
    if day is None:
        raise EligibilityError(
            "event_missing",
            f"{title}が入力されていません。",
            f"{title}を書類で確かめて入力してください。",
            person=person,
            missing=field,
        )
    return day


def union_code(
    tables: Tables, union: str, reason: AcquisitionReason | LossReason, day: date
) -> str:
    """The code (3 digits) that ``union``'s own system uses for ``reason``.

    Raises NoRowError for a union whose mapping is not known: the values are not public (N1).
    """
    return tables["reason_codes"].at(day, union=union, reason=reason.value).text("code")
