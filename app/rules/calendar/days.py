"""Ages, years of law and of account, and the days on which an office works (DOMAIN 2.1, 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.core.tables import Table
from app.rules.calendar.wareki import DateError, WarekiDate, month_end
from app.rules.errors import RuleError

ONE_DAY = timedelta(days=1)
ELIGIBLE_AGE = 75
"""高確法50条1号."""
DISABILITY_AGE = 65
"""高確法50条2号."""


def day_after(day: str) -> str:
    """The next day, both ``YYYY-MM-DD``: where a span ends of which ``day`` is the last."""
    return (date.fromisoformat(day) + ONE_DAY).isoformat()


def day_before(day: str) -> str:
    """The day before, both ``YYYY-MM-DD``."""
    return (date.fromisoformat(day) - ONE_DAY).isoformat()


def anniversary(birth: date, years: int) -> date:
    """The birthday ``years`` after ``birth``; born on 29 February, 1 March of a common year."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


def completion_day(birth: date, years: int) -> date:
    """The day at whose 24:00 the age is complete (年齢計算ニ関スル法律, 民法143条)."""
    return anniversary(birth, years) - ONE_DAY


def age_on(birth: date, day: date, *, person: str = "") -> int:
    """Completed years at the beginning of ``day``: the new age counts from the birthday.

    Raises DateError ``date.before_birth`` for a day before the birth.
    """
    not_before_birth(birth, day, person=person)
    years = day.year - birth.year
    return years if anniversary(birth, years) <= day else years - 1


def day_of_75(birth: date) -> date:
    """The 75th birthday: 資格取得日 by age (高確法52条1号 and administrative practice)."""
    return anniversary(birth, ELIGIBLE_AGE)


def not_before_birth(birth: date, day: date, *, person: str = "") -> None:
    """Refuse a day before the birth (``date.before_birth``)."""
    if day < birth:
        raise DateError(
            "before_birth",
            f"日付 {day:%Y-%m-%d} が生年月日より前です。",
            "日付と生年月日を書類と見比べてください。",
            person=person,
        )


def settled_birth(birth: WarekiDate, decided: date | None, *, person: str) -> date:
    """The day of birth to reckon with: the exact day, or the one that an official decided.

    Raises DateError ``date.undecided`` when the birth is 不詳 and nobody decided, and
    ``date.decided_outside`` when the decided day contradicts what was written.
    """
    if birth.exact is not None:
        return birth.exact
    if decided is None:
        raise DateError(
            "undecided",
            f"生年月日が「{birth.written}」のため、75歳に達する日が決まりません。",
            "戸籍などで確かめ、計算に使う日を責任者が決めて登録してください。",
            person=person,
        )
    if not birth.sort_date <= decided <= birth.latest:
        raise DateError(
            "decided_outside",
            f"計算に使う日が、記載された「{birth.written}」の範囲にありません。",
            "記載の範囲内の日を登録してください。",
            person=person,
        )
    return decided


def fiscal_year(day: date) -> int:
    """年度: the western year in which the fiscal year of ``day`` (4/1 to 3/31) began."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_period(year: int) -> tuple[date, date]:
    """First and last day of fiscal year ``year``."""
    return date(year, 4, 1), date(year + 1, 3, 31)


def judgement_year(day: date) -> int:
    """判定年度 of ratio and card, and 計算期間 of yearly sums: 8/1 to 7/31, by its first year."""
    return day.year if day.month >= 8 else day.year - 1


def judgement_period(year: int) -> tuple[date, date]:
    """First and last day of judgement year ``year`` (also the 計算期間 of yearly sums)."""
    return date(year, 8, 1), date(year + 1, 7, 31)


def month_start(day: date) -> date:
    """First day of the month of ``day``."""
    return day.replace(day=1)


def next_month_start(day: date) -> date:
    """First day of the month after that of ``day``."""
    return month_end(day.year, day.month) + ONE_DAY


def month_before(day: date) -> date:
    """The same day of the month before, or its last one where it has no such day."""
    last = month_start(day) - ONE_DAY
    return last.replace(day=min(day.day, last.day))


def years_before(day: date, years: int) -> date:
    """The corresponding day ``years`` earlier (29 February gives 1 March)."""
    return anniversary(day, -years)


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """The days on which the office is closed beyond weekends; ``years`` are those known.

    Built from the table ``closed_days`` (国民の祝日に関する法律; 地方自治法4条の2).
    """

    closed: frozenset[date]
    years: frozenset[int]

    @classmethod
    def from_table(cls, table: Table) -> BusinessCalendar:
        """From rows with a ``day`` each."""
        days = frozenset(row.day("day") for row in table.rows())
        return cls(days, frozenset(day.year for day in days))

    def is_open(self, day: date) -> bool:
        """True on a working day (開庁日); refuses a year the calendar does not know."""
        if day.year not in self.years:
            raise RuleError(
                "days.year_unknown",
                f"{day.year}年の休日が登録されていません。",
                "休日の表にその年の行が登録されるまで、営業日を数えられません。"
                "システム管理者に連絡してください。",
                missing="closed_days",
            )
        return day.weekday() < 5 and day not in self.closed

    def on_or_after(self, day: date) -> date:
        """``day`` itself when the office works, else the next working day (4条の2第4項)."""
        while not self.is_open(day):
            day += ONE_DAY
        return day

    def add(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (before it when negative)."""
        step = ONE_DAY if count >= 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_open(day):
                day += step
        return day

    def between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last``; negative when reversed."""
        if last < first:
            return -self.between(last, first)
        days = (last - first).days
        return sum(self.is_open(first + ONE_DAY * n) for n in range(1, days + 1))
