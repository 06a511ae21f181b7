"""A decision's figures beside the rules' (検算), in the clerk's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.errors import MadoguchiError
from app.core.tables import Tables
from app.rules.calendar.days import day_of_75
from app.rules.levy.months import LiableMonths
from app.rules.levy.premium import Part, PremiumYear
from app.rules.levy.proving import REDUCTIONS, Decided, Difference, PartDecided, Proof, prove
from app.rules.levy.tables import premium_year
from app.wire.records import PremiumRecord

PARTS = {Part.MEDICAL: "医療分", Part.CHILD: "子ども分"}
_ITEMS = {
    "per_capita": "均等割",
    "reduced": "軽減額",
    "income": "所得割",
    "capped": "限度額の適用",
    "amount": "保険料",
}


@dataclass(frozen=True, slots=True)
class Told:
    """``differences`` in words, none where the rules give the decision's figures; ``why_not`` says
    why they could not be reckoned, "" otherwise; ``proof`` is there where they could."""

    differences: tuple[str, ...]
    why_not: str = ""
    proof: Proof | None = None


class Prover:
    """Reckons decisions again by the tables of their years, which it looks up once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._years: dict[tuple[str, int], PremiumYear | MadoguchiError] = {}

    def of(self, record: PremiumRecord, born: str, periods: Sequence[tuple[str, str, str]]) -> Told:
        """Reckon one. ``periods`` are number, acquired and lost of the person's insurance."""
        acquired = next((day for number, day, _ in periods if number == record.insured_number), "")
        if not acquired or not born:
            return Told((), "資格の取得日か生年月日がこの端末にないため、検算していません。")
        try:
            year = self._year(record.municipality_code[:2], int(record.equivalent_year))
            days = date.fromisoformat(born), date.fromisoformat(acquired)
            found = prove(year, _decided(record, *days))
        except MadoguchiError as cause:
            return Told((), f"検算していません。{cause.message}")
        return Told(tuple(map(_words, found.differences)), proof=found)

    def _year(self, union: str, year: int) -> PremiumYear:
        known = self._years.get((union, year))
        if known is None:
            try:
                known = premium_year(self._tables, union, year)
            except MadoguchiError as cause:
                known = cause
            self._years[(union, year)] = known
        if isinstance(known, MadoguchiError):
            raise known
        return known


def _decided(record: PremiumRecord, born: date, acquired: date) -> Decided:
    """``record`` as the rules take it. Who became insured before 75 did so by a disability that
    was recognised by then."""
    by_disability = acquired < day_of_75(born)
    return Decided(
        REDUCTIONS[record.reduction],
        record.former_dependant == "1",
        int(record.base),
        LiableMonths((int(record.month_from[5:]) - 4) % 12, int(record.months)),
        acquired,
        born,
        {part: said for part in Part if (said := _part(record, part)) is not None},
        int(record.exempted or 0),
        int(record.amount),
        recognised_on=acquired if by_disability else None,
    )


def _part(record: PremiumRecord, part: Part) -> PartDecided | None:
    """A part as the record says it; None where it says nothing of it."""
    name = part.value
    if getattr(record, name) == "":
        return None
    values = {
        item: int(getattr(record, f"{name}_{item}") or 0) for item in ("per_capita", "reduced")
    }
    return PartDecided(
        **values,
        income=int(getattr(record, f"{name}_income") or 0),
        capped=getattr(record, f"{name}_capped") == "1",
        amount=int(getattr(record, name)),
    )


def _words(one: Difference) -> str:
    part = f"{PARTS[one.part]}の" if one.part is not None else ""
    item = _ITEMS[one.item] if one.part is not None else "合計から減免を引いた保険料額"
    if one.item == "capped":
        said = {0: "なし", 1: "あり"}
        return f"{part}{item}は決定で{said[one.decided]}、計算で{said[one.reckoned]}"
    return f"{part}{item}は決定で{one.decided:,}円、計算で{one.reckoned:,}円"
