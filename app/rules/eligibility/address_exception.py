"""住所地特例 (高確法55条, 55条の2): which union insures somebody who lives in a facility.

Who moves into a facility of the table in another prefecture stays with the union of the area
before; each further move between facilities keeps that first union (DOMAIN 2.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from app.core.tables import Row, Table, Unconfirmed, unconfirmed_among
from app.rules.eligibility.acquisition import CARRIED_OVER_FROM
from app.rules.eligibility.reasons import EligibilityError


class Verdict(StrEnum):
    """Why a dwelling does or does not keep the former union."""

    HOME = "home"
    SAME_UNION = "same_union"
    SMALL_REGIONAL = "small_regional"
    NOT_PAID_HOME = "not_paid_home"
    ENTERED_TOO_EARLY = "entered_too_early"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Dwelling:
    """One address: ``union`` of its area, from ``from_on``.

    ``facility``: a code of ``address_exception_facilities``, "" for a home. ``small_regional``:
    地域密着型 (29 places or fewer); ``small_since``: the day on which it became so (None: it was
    when the person entered). ``paid_home``: the サービス付き高齢者向け住宅 is a 有料老人ホーム.
    """

    union: str
    from_on: date
    facility: str = ""
    small_regional: bool = False
    paid_home: bool = False
    small_since: date | None = None


@dataclass(frozen=True, slots=True)
class Insurer:
    """The insuring ``union``; ``exception_from`` is the day the 住所地特例 began (None: none).

    ``verdicts`` answers for each dwelling that was looked at, in order.
    """

    union: str
    exception_from: date | None
    verdicts: tuple[Verdict, ...]
    unconfirmed: tuple[Unconfirmed, ...] = ()


def insurer_of(
    dwellings: Sequence[Dwelling],
    facilities: Table,
    on: date,
    acquired_on: date,
    *,
    under_nhi: bool,
    person: str,
) -> Insurer:
    """Which union insures the person ``on`` a day, from the dwellings in order of time.

    Dwellings before ``acquired_on`` count for those who were ``under_nhi`` (国民健康保険 with its
    住所地特例) and came of age from 2018-04-01 (55条の2); for whoever came from another
    insurance, and before that day for everybody, the union of the area at acquisition began anew.
    Raises EligibilityError: dwelling_missing, dwelling_disorder.
    """
    lived = [dwelling for dwelling in dwellings if dwelling.from_on <= on]
    if not lived:
        raise EligibilityError(
            "dwelling_missing",
            f"{on:%Y-%m-%d} の住所が分かりません。",
            "住所の履歴を確かめてください。",
            person=person,
            missing="dwellings",
        )
    if any(later.from_on < earlier.from_on for earlier, later in pairwise(lived)):
        raise EligibilityError(
            "dwelling_disorder",
            "住所の履歴が日付の順になっていません。",
            "住所を定めた日を確かめてください。",
            person=person,
            missing="dwellings",
        )
    if not under_nhi or acquired_on < CARRIED_OVER_FROM:
        before = [dwelling for dwelling in lived if dwelling.from_on <= acquired_on]
        lived = lived[max(0, len(before) - 1) :]
    union, since = lived[0].union, None
    verdicts = [Verdict.HOME]
    for dwelling in lived[1:]:
        verdict = _verdict(dwelling, union, facilities)
        verdicts.append(verdict)
        if verdict is Verdict.EXCEPTION:
            since = since or dwelling.from_on
        else:
            union, since = dwelling.union, None
    used = [facilities.at(each.from_on, code=each.facility) for each in lived[1:] if each.facility]
    return Insurer(union, since, tuple(verdicts), unconfirmed_among(used))


def _verdict(dwelling: Dwelling, union: str, facilities: Table) -> Verdict:
    if not dwelling.facility:
        return Verdict.HOME
    if dwelling.union == union:
        return Verdict.SAME_UNION
    row = facilities.at(dwelling.from_on, code=dwelling.facility)
    if _small_at_entry(dwelling, row):
        return Verdict.SMALL_REGIONAL
    if row.flag("needs_paid_home") and not dwelling.paid_home:
        return Verdict.NOT_PAID_HOME
    entered_from = row.day_or_none("entered_from")
    if entered_from is not None and dwelling.from_on < entered_from:
        return Verdict.ENTERED_TOO_EARLY
    return Verdict.EXCEPTION


def _small_at_entry(dwelling: Dwelling, row: Row) -> bool:
    """地域密着型 is out; but a 特養 that became so after the entry keeps the special case
    (附則13条の6)."""
    if not dwelling.small_regional or not row.flag("small_excluded"):
        return False
    became_later = dwelling.small_since is not None and dwelling.small_since > dwelling.from_on
    return not (became_later and row.flag("kept_when_small"))
