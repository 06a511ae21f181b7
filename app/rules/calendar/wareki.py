"""Japanese dates (和暦): what was written, the day to work with, and how sure it is (DOMAIN 2.1).

A day of birth may be one that no calendar has, or not known at all; such a date is kept as it
was written and never turned into a day that somebody was not born on. ``parse_date`` reads what
clerks type and also what ``WarekiDate.written`` holds, so storing ``written`` loses nothing.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Table
from app.rules.errors import RuleError


class Precision(StrEnum):
    """How much of a date is known; the code table ``birth_precisions``."""

    DAY = "day"
    NONCALENDAR = "noncalendar"
    AROUND = "around"
    PART_OF_MONTH = "part_of_month"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


class DateError(RuleError):
    """A date that cannot be taken; code ``date.<rule>``.

    ``rule``: empty, not_read, era_missing, no_such_day, out_of_era, old_calendar, uncertain,
    undecided, decided_outside, before_birth.
    """

    def __init__(self, rule: str, message: str, remedy: str, *, person: str = "") -> None:
        super().__init__(f"date.{rule}", message, remedy, person=person, missing="date")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class WarekiDate:
    """A date as written, with the days it may be.

    ``written``: for paper and for keeping, era spelling of border days kept.
    ``sort_date``: the working day, the earliest it may be. ``latest``: the latest it may be.
    A date of which nothing is known spans the whole calendar.
    """

    written: str
    sort_date: date
    latest: date
    precision: Precision

    @property
    def is_unknown(self) -> bool:
        """True for everything but a plain calendar day: other systems are told 不詳."""
        return self.precision is not Precision.DAY

    @property
    def exact(self) -> date | None:
        """The day, when it is a plain calendar day."""
        return None if self.is_unknown else self.sort_date


@dataclass(frozen=True, slots=True)
class Era:
    """One 元号: digit, names, first and last day of use (last None = the present era)."""

    code: str
    name: str
    short: str
    letter: str
    base_year: int
    first: date
    last: date | None
    also_until: date | None
    lunar_until: date | None


class Eras:
    """The eras of the table, oldest first; a value."""

    def __init__(self, table: Table) -> None:
        rows = sorted(table.rows(), key=lambda row: row.valid_from or date.min)
        self.all = tuple(
            Era(
                code=row.text("code"),
                name=row.text("label"),
                short=row.text("short"),
                letter=row.text("letter"),
                base_year=row.number("base_year"),
                first=row.day_or_none("calendar_from") or row.valid_from or date.min,
                last=row.valid_to,
                also_until=row.day_or_none("also_until"),
                lunar_until=row.day_or_none("calendar_from"),
            )
            for row in rows
        )
        self.by_word = {word: era for era in self.all for word in (era.name, era.short, era.letter)}
        self.by_code = {era.code: era for era in self.all}
        words = "|".join(sorted(self.by_word, key=len, reverse=True))
        self.kanji_form = re.compile(
            rf"(?P<guess>推定)?(?:西暦)?(?P<era>{words})?(?P<year>元|\d{{1,4}})年(?P<rest>.*)"
        )
        self.sign_form = re.compile(
            rf"(?P<era>{words})?(?P<year>元|\d{{1,4}})([./-])(?P<month>\d{{1,2}})\3(?P<day>\d{{1,2}})"
        )
        self.digit_form = re.compile(rf"(?P<era>{words})?(?P<digits>\d{{6,8}})")
        self.unknown_form = re.compile(rf"(?P<era>{words})年?(?:月日)?不詳")
        self.second_form = re.compile(
            rf"(?:(?P<era>{words})?(?P<year>元|\d{{1,4}})年)?(?P<rest>.*)"
        )

    def of(self, day: date) -> Era:
        """The era whose own period holds ``day``; refuses days before 明治6年 (1873)."""
        for era in reversed(self.all):
            if era.first <= day:
                return era
        raise DateError(
            "old_calendar",
            "明治5年までの日付は旧暦のため扱えません。",
            "日付を確かめ、正しければ「年月日不詳」として入力してください。",
        )


def era_year(number: int) -> str:
    """A year of an era as it is printed: year 1 is 元."""
    return "元" if number == 1 else str(number)


def on_paper(value: date | WarekiDate, eras: Eras, *, western: bool = False) -> str:
    """「昭和10年5月3日」; ``western`` for foreign residents: 「1935年5月3日」 (標準仕様).

    A date that is not a plain day is printed as it was written.
    """
    if isinstance(value, WarekiDate):
        if value.is_unknown:
            return value.written
        if not western and not value.written[0].isdigit():
            return value.written
        value = value.sort_date
    if western:
        return f"{value.year}年{value.month}月{value.day}日"
    era = eras.of(value)
    return f"{era.name}{era_year(value.year - era.base_year + 1)}年{value.month}月{value.day}日"


def on_screen(value: date | WarekiDate, eras: Eras, *, western: bool = False) -> str:
    """The short form of lists: 「S10.5.3」, western 「1935.5.3」; unknown dates as written."""
    if isinstance(value, WarekiDate):
        if value.is_unknown:
            return value.written
        spelled = _KANJI_WRITTEN.fullmatch(value.written)
        if spelled and not western:
            name, year, month, day = spelled.groups()
            return f"{eras.by_word[name].letter}{1 if year == '元' else year}.{month}.{day}"
        value = value.sort_date
    if western:
        return f"{value.year}.{value.month}.{value.day}"
    era = eras.of(value)
    return f"{era.letter}{value.year - era.base_year + 1}.{value.month}.{value.day}"


def in_file(value: date | WarekiDate, *, unknown: str = "00000000") -> str:
    """Eight western digits; a date that is not a plain day becomes the interface's ``unknown``."""
    if isinstance(value, WarekiDate):
        if value.is_unknown:
            return unknown
        value = value.sort_date
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def in_era_file(value: date | WarekiDate, eras: Eras, *, unknown: str = "0000000") -> str:
    """Seven digits, era digit and YYMMDD (「3100503」), as receipts write dates."""
    if isinstance(value, WarekiDate):
        if value.is_unknown:
            return unknown
        value = value.sort_date
    era = eras.of(value)
    return f"{era.code}{value.year - era.base_year + 1:02d}{value.month:02d}{value.day:02d}"


def from_day(day: date, eras: Eras) -> WarekiDate:
    """A plain calendar day as a value with its own spelling."""
    return WarekiDate(on_paper(day, eras), day, day, Precision.DAY)


def month_end(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


_KANJI_WRITTEN = re.compile(r"(\D+?)(元|\d+)年(\d+)月(\d+)日")
