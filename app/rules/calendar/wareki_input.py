"""Reading dates as clerks type them and as ``WarekiDate.written`` keeps them (DOMAIN 2.1).

Understood, in any width of digits and with every dash and wave of ``app.core.signs``: S10.5.3,
s10/5/3, 昭10-5-3, 昭和10年5月3日, 昭和十年五月三日, 10/5/3 with an era key, S100503, 3100503 (era
digit), 1935-05-03, 1935/5/3, 19350503, 1935年5月3日, each also with 生 or a day of the week behind.
Where ``uncertain`` dates may be entered also days that do not exist, zeros for what is not known
(1935年00月00日, 19350500) and 「年月日不詳」「昭和10年 月日不詳」「昭和10年5月 日不詳」
「昭和10年頃」「推定昭和10年5月3日」「昭和10年5月上旬」「昭和10年5月3日から10日頃までの間」, ranges
over months and over New Year; 不明 and 未詳 say 不詳. What makes a date uncertain is kept as it
was written.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from app.core.signs import plain
from app.rules.calendar.wareki import (
    DateError,
    Era,
    Eras,
    Precision,
    WarekiDate,
    era_year,
    month_end,
    on_screen,
)

_ABOUT = "頃|ごろ|ころ|前後"
_ALL_UNKNOWN = re.compile(
    "(?:生年月日|生年|年月日)?不詳|0{8}|0{4}([-./])0{1,2}\1 ?0{1,2}|0{4}年0{1,2}月0{1,2}日"
)
_NOT_KNOWN = re.compile("不明|未詳|不祥")
_BEHIND = re.compile(r"(?:生まれ|生れ|生|\([月火水木金土日](?:曜日?)?\))$")
_BRACKETS = re.compile(r"\(((?:月日|日)?不詳|推定|頃|ごろ)\)")
_SIGNS = str.maketrans({"。": ".", "・": ".", "、": ".", ",": "."})
_KANJI_NUMBER = re.compile("[〇一二三四五六七八九十百千廿卅壱弐参拾]+(?=[年月日])")
_KANJI_DIGITS = {sign: n for n, sign in enumerate("〇一二三四五六七八九")} | {
    "壱": 1,
    "弐": 2,
    "参": 3,
}
_KANJI_TENS = {"十": 10, "拾": 10, "廿": 20, "卅": 30, "百": 100, "千": 1000}
_POINT = re.compile(
    r"(?:(?P<month>\d{1,2})月)?"
    r"(?:(?P<day>\d{1,2})日|(?P<part>[上中下初]旬|初め|はじめ|半ば|なかば|中頃|末日|末|[春夏秋冬]))?"
    f"(?P<tail>{_ABOUT}|月日不詳|日不詳|不詳|月日|日)?(?P<guess>推定)?"
)
_RANGE = re.compile(
    f"(?P<first>.*?)(?P<from>から|より|~|-)(?P<second>.*?)(?P<about>{_ABOUT})?"
    "(?P<until>までの間|の間|まで|間)?"
)
_PARTS = {
    "上旬": (1, 10),
    "初旬": (1, 10),
    "初め": (1, 10),
    "はじめ": (1, 10),
    "中旬": (11, 20),
    "半ば": (11, 20),
    "なかば": (11, 20),
    "中頃": (11, 20),
    "下旬": (21, 31),
    "末": (21, 31),
}
_SEASONS = "春夏秋冬"
# Left blank on a form: 昭和10年　月　日.
_NO_MONTH = frozenset(("月日不詳", "月日", "不詳"))
_NO_DAY = frozenset(("日不詳", "日", "不詳"))
_HOW = "S10.5.3、昭和10年5月3日、1935-05-03 のように入力してください。"


@dataclass(frozen=True, slots=True)
class _Year:
    """A year as it was written: with an era, or western."""

    era: Era | None
    number: int

    @property
    def western(self) -> int:
        return self.number if self.era is None else self.era.base_year + self.number - 1

    def __str__(self) -> str:
        return (
            f"{self.number}年"
            if self.era is None
            else (f"{self.era.name}{era_year(self.number)}年")
        )


def parse_date(
    text: str, eras: Eras, *, era_key: str | None = None, uncertain: bool = False
) -> WarekiDate:
    """The date that ``text`` says.

    ``era_key``: the era (S, 昭和, 昭 or 3) for a year typed without one. ``uncertain``: the field
    takes days that do not exist and unknown parts (生年月日, 死亡の異動日).
    Raises DateError: empty, not_read, era_missing, no_such_day, out_of_era, old_calendar,
    uncertain.
    """
    typed = _folded(text)
    if not typed:
        raise DateError("empty", "日付が入力されていません。", _HOW)
    value = _read(typed, eras, era_key, uncertain)
    if not uncertain and value.is_unknown:
        raise DateError(
            "uncertain",
            "この欄には、不詳や推定の日付は入力できません。",
            "確かめられた年月日を入力してください。",
        )
    return value


_OF_THIS_YEAR = re.compile(r"\d{3,4}")


def in_full(text: str, eras: Eras, today: date) -> str:
    """A day as it is typed in short, in full: ``.`` is today, 1121 (or 305) a day of this year.
    Anything else as it is, a day that does not exist too."""
    typed = plain(text).strip()
    if typed in (".", "。"):
        return on_screen(today, eras)
    if not _OF_THIS_YEAR.fullmatch(typed):
        return text
    try:
        return on_screen(date(today.year, int(typed[:-2]), int(typed[-2:])), eras)
    except ValueError:
        return text


def parse_day(text: str, eras: Eras, *, era_key: str | None = None) -> date:
    """A plain calendar day; raises DateError as ``parse_date`` does."""
    return parse_date(text, eras, era_key=era_key).sort_date


def may_be_same_day(one: WarekiDate, other: WarekiDate) -> bool:
    """Whether both may be the birth date of one person: a day of the one is a day of the other.

    A day that is only about right (頃, 推定) or that no calendar has may be any of its month.
    """
    first, second = _widened(one), _widened(other)
    return first[0] <= second[1] and second[0] <= first[1]


def _widened(value: WarekiDate) -> tuple[date, date]:
    if value.precision not in (Precision.AROUND, Precision.NONCALENDAR):
        return value.sort_date, value.latest
    return value.sort_date.replace(day=1), month_end(value.latest.year, value.latest.month)


def _folded(text: str) -> str:
    """One spelling for what only looks different: width, signs, kanji numbers, 不明 and 不詳."""
    typed = re.sub(r"\s", "", unicodedata.normalize("NFKC", plain(text))).translate(_SIGNS).upper()
    typed = _BEHIND.sub("", _NOT_KNOWN.sub("不詳", typed))
    typed = _BRACKETS.sub(r"\1", typed)
    return _KANJI_NUMBER.sub(lambda found: _kanji_number(found.group()), typed)


def _kanji_number(text: str) -> str:
    if not set(text) & _KANJI_TENS.keys():
        return "".join(str(_KANJI_DIGITS[sign]) for sign in text)
    total, held = 0, 0
    for sign in text:
        if sign in _KANJI_DIGITS:
            held = _KANJI_DIGITS[sign]
        else:
            total += max(held, 1) * _KANJI_TENS[sign]
            held = 0
    return str(total + held)


def _read(typed: str, eras: Eras, era_key: str | None, uncertain: bool) -> WarekiDate:
    if _ALL_UNKNOWN.fullmatch(typed):
        return WarekiDate("年月日不詳", date.min, date.max, Precision.UNKNOWN)
    if found := eras.sign_form.fullmatch(typed):
        month, day = int(found["month"]), int(found["day"])
        return _numbers(found["era"], found["year"], month, day, eras, era_key, uncertain)
    if found := eras.digit_form.fullmatch(typed):
        return _digits(found["era"], found["digits"], eras, era_key, uncertain)
    if found := eras.unknown_form.fullmatch(typed):
        return _era_alone(eras.by_word[found["era"]])
    if found := eras.kanji_form.fullmatch(typed):
        return _kanji(
            found["era"],
            found["year"],
            found["rest"],
            found["guess"] or "",
            eras,
            era_key,
            uncertain,
        )
    raise _not_read()


def _not_read() -> DateError:
    return DateError("not_read", "日付として読み取れません。", _HOW)


def _era_alone(era: Era) -> WarekiDate:
    """「昭和年月日不詳」: nothing but the era is known."""
    return WarekiDate(f"{era.name} 年月日不詳", era.first, era.last or date.max, Precision.UNKNOWN)


def _year(word: str | None, number: str, eras: Eras, era_key: str | None) -> _Year:
    value = 1 if number == "元" else int(number)
    if word is None:
        if len(number) == 4:
            return _Year(None, value)
        return _Year(_key_era(eras, era_key), value)
    if value < 1:
        raise _not_read()
    return _Year(eras.by_word[word], value)


def _key_era(eras: Eras, era_key: str | None) -> Era:
    if era_key is None:
        raise DateError(
            "era_missing",
            "元号がありません。",
            "S10.5.3 のように元号を付けるか、1935-05-03 のように西暦4桁で入力してください。",
        )
    era = eras.by_word.get(era_key) or eras.by_code.get(era_key)
    if era is None:
        raise DateError(
            "era_missing", "元号の指定が正しくありません。", "元号を選び直してください。"
        )
    return era


def _numbers(
    word: str | None,
    year: str,
    month: int,
    day: int,
    eras: Eras,
    era_key: str | None,
    uncertain: bool,
) -> WarekiDate:
    """A date in numbers alone; zeros from the right are parts that are not known."""
    if uncertain and word is not None and year.strip("0") == "" and month == day == 0:
        return _era_alone(eras.by_word[word])
    return _known_parts(_year(word, year, eras, era_key), month, day, eras, uncertain)


def _known_parts(year: _Year, month: int, day: int, eras: Eras, uncertain: bool) -> WarekiDate:
    if uncertain and day == 0 and month == 0:
        return _whole_year(f"{year} 月日不詳", year, eras)
    if uncertain and day == 0 and month <= 12:
        return _whole_month(f"{year}{month}月 日不詳", year, month, eras)
    return _day(year, month, day, eras, uncertain)


def _digits(
    word: str | None, digits: str, eras: Eras, era_key: str | None, uncertain: bool
) -> WarekiDate:
    if word is None and len(digits) == 8:
        year, rest = digits[:4], digits[4:]
    elif word is None and len(digits) == 7:
        if digits[0] not in eras.by_code:
            raise _not_read()
        word, year, rest = eras.by_code[digits[0]].name, digits[1:3], digits[3:]
    elif len(digits) == 6:
        year, rest = digits[:2], digits[2:]
    else:
        raise _not_read()
    return _numbers(word, year, int(rest[:2]), int(rest[2:]), eras, era_key, uncertain)


def _kanji(
    word: str | None,
    number: str,
    rest: str,
    guess: str,
    eras: Eras,
    era_key: str | None,
    uncertain: bool,
) -> WarekiDate:
    if point := _POINT.fullmatch(rest):
        if uncertain and word is not None and number.strip("0") == "" and _is_zeros(point):
            return _era_alone(eras.by_word[word])
        value = _point(_year(word, number, eras, era_key), point, bool(guess), eras, uncertain)
        return replace(value, written=guess + value.written)
    span = _RANGE.fullmatch(rest)
    if span is None:
        raise _not_read()
    value = _range(_year(word, number, eras, era_key), span, eras)
    return replace(value, written=guess + value.written)


def _is_zeros(point: re.Match[str]) -> bool:
    numbers = (point["month"] or "") + (point["day"] or "")
    return not numbers.strip("0") and not point["part"]


def _point(
    year: _Year, point: re.Match[str], guess: bool, eras: Eras, uncertain: bool
) -> WarekiDate:
    """A year, a month, a part of it or a day, with what says that it is not sure."""
    tail, behind = point["tail"] or "", point["guess"] or ""
    about = "" if tail in _NO_MONTH | _NO_DAY else tail
    if point["month"] is None or (_is_zeros(point) and not about):
        return _year_only(year, point, tail, about + behind, eras)
    month = int(point["month"])
    alone = point["day"] is None and point["part"] is None
    if tail != about and not (alone and tail in _NO_DAY):
        raise _not_read()
    if point["part"] is not None:
        return _part_of_month(year, month, point, about + behind, eras)
    if point["day"] is None:
        said = " 日不詳" if tail in _NO_DAY else about
        return _whole_month(f"{year}{month}月{said}{behind}", year, month, eras)
    day = int(point["day"])
    if about or behind or guess:
        written = f"{year}{month}月{day}日{about}{behind}"
        return _span(written, year, (month, day), (month, day), Precision.AROUND, eras)
    return _known_parts(year, month, day, eras, uncertain)


def _year_only(year: _Year, point: re.Match[str], tail: str, behind: str, eras: Eras) -> WarekiDate:
    part, blank = point["part"] or "", tail in _NO_MONTH
    if tail in _NO_DAY - _NO_MONTH or (point["month"] is None and point["day"] is not None):
        raise _not_read()
    if part and (part not in _SEASONS or blank):
        raise _not_read()
    if blank or point["month"] is not None:
        return _whole_year(f"{year} 月日不詳{behind}", year, eras)
    return _whole_year(f"{year}{part}{behind}", year, eras)


def _part_of_month(
    year: _Year, month: int, point: re.Match[str], behind: str, eras: Eras
) -> WarekiDate:
    part = point["part"]
    if part == "末日" and not behind and not point["tail"] and 1 <= month <= 12:
        last = month_end(max(year.western, 1), month).day
        return _day(year, month, last, eras, uncertain=True)
    span = _PARTS.get(part.removesuffix("日"))
    if span is None:
        raise _not_read()
    first, last = span
    written = f"{year}{month}月{part}{behind}"
    return _span(written, year, (month, first), (month, last), Precision.PART_OF_MONTH, eras)


def _whole_year(written: str, year: _Year, eras: Eras) -> WarekiDate:
    return _span(written, year, (1, 1), (12, 31), Precision.YEAR, eras)


def _whole_month(written: str, year: _Year, month: int, eras: Eras) -> WarekiDate:
    return _span(written, year, (month, 1), (month, 31), Precision.MONTH, eras)


def _range(year: _Year, span: re.Match[str], eras: Eras) -> WarekiDate:
    """「5月3日から10日頃までの間」: from the first day of the one to the last of the other, which
    may be of the next month, of the next year (12月28日から1月3日) or of a year of its own."""
    start, end = _POINT.fullmatch(span["first"]), eras.second_form.fullmatch(span["second"])
    if start is None or end is None or not span["second"]:
        raise _not_read()
    rest = end["rest"]
    if end["year"] is None and "月" not in rest:
        rest = f"{start['month']}月{rest}"  # a day alone is one of the same month
    point = _POINT.fullmatch(rest)
    if point is None or 0 in (int(point["day"] or 1), int(point["month"] or 1)):
        raise _not_read()
    first = _point(year, start, guess=True, eras=eras, uncertain=True)
    last_year = _year_of_end(year, start, end, point, eras)
    last = _point(last_year, point, guess=True, eras=eras, uncertain=True)
    if last.latest < first.sort_date:
        raise _not_read()
    sign = "〜" if span["from"] == "~" else span["from"]
    said = f"{sign}{span['second']}{span['about'] or ''}{span['until'] or ''}"
    # A range of days is less than a month known, whatever its two ends are.
    precision = max(first.precision, last.precision, Precision.PART_OF_MONTH, key=_COARSE.index)
    return WarekiDate(f"{first.written}{said}", first.sort_date, last.latest, precision)


def _year_of_end(
    year: _Year, start: re.Match[str], end: re.Match[str], point: re.Match[str], eras: Eras
) -> _Year:
    if end["year"] is not None:
        number = 1 if end["year"] == "元" else int(end["year"])
        era = eras.by_word[end["era"]] if end["era"] else year.era
        return _Year(None if len(end["year"]) == 4 else era, number)
    turned = int(point["month"] or 0) < int(start["month"] or 0)
    # Western, because the year that begins may belong to another era.
    return _Year(None, year.western + 1) if turned else year


_COARSE = (
    Precision.DAY,
    Precision.NONCALENDAR,
    Precision.AROUND,
    Precision.PART_OF_MONTH,
    Precision.MONTH,
    Precision.YEAR,
)


def _day(year: _Year, month: int, day: int, eras: Eras, uncertain: bool) -> WarekiDate:
    written = f"{year}{month}月{day}日"
    if 1 <= month <= 12 and 1 <= day <= 31 and 1 <= year.western <= 9999:
        real = day <= calendar.monthrange(year.western, month)[1]
        precision = Precision.DAY if real else Precision.NONCALENDAR
        value = _span(written, year, (month, day), (month, day), precision, eras)
        if real or uncertain:
            return value
    unknown = (
        f"分からないときは「{year} 月日不詳」「{year}5月 日不詳」のように入れられます。"
        if uncertain
        else ""
    )
    raise DateError(
        "no_such_day",
        f"{written}という日はありません。",
        f"月と日を書類と見比べてください。{unknown}",
    )


def _span(
    written: str,
    year: _Year,
    first: tuple[int, int],
    last: tuple[int, int],
    precision: Precision,
    eras: Eras,
) -> WarekiDate:
    """The value for the days from ``first`` to ``last`` (month, day), kept inside the era."""
    western = year.western
    if not (1 <= western <= 9999 and 1 <= first[0] <= 12 and 1 <= last[0] <= 12):
        raise _not_read()
    if not (1 <= first[1] <= 31 and 1 <= last[1] <= 31):
        raise _not_read()
    start = _clamped(western, *first)
    end = _clamped(western, *last)
    era = year.era
    if era is None or (era.lunar_until is not None and end < era.lunar_until):
        eras.of(start)  # refuses days of the old lunar calendar
    if era is None:
        return WarekiDate(written, start, end, precision)
    border = era.also_until or era.last
    in_era_from = max(start, era.first)
    in_era_to = end if border is None else min(end, border)
    if in_era_from > in_era_to:
        raise _out_of_era(year, start, eras)
    if precision in (Precision.MONTH, Precision.YEAR) and era.last is not None:
        in_era_to = min(in_era_to, era.last)
    return WarekiDate(written, in_era_from, max(in_era_from, in_era_to), precision)


def _clamped(year: int, month: int, day: int) -> date:
    end = month_end(year, month)
    return end if day > end.day else date(year, month, day)


def _out_of_era(year: _Year, start: date, eras: Eras) -> DateError:
    right = eras.of(start)
    number = era_year(start.year - right.base_year + 1)
    return DateError(
        "out_of_era",
        f"{year}{start.month}月{start.day}日は{year.era.name if year.era else ''}の期間の外です。",
        f"{right.name}{number}年ではないか、書類と見比べてください。",
    )
