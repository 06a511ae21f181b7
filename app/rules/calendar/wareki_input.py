"""Reading dates as clerks type them and as ``WarekiDate.written`` keeps them (DOMAIN 2.1).

Understood, in any width of digits: S10.5.3, s10/5/3, 昭10-5-3, 昭和10年5月3日, 10/5/3 with an
era key, S100503, 3100503 (era digit), 1935-05-03, 1935/5/3, 19350503, 1935年5月3日; and where
``uncertain`` dates may be entered also days that do not exist and 「年月日不詳」「昭和10年
月日不詳」「昭和10年5月 日不詳」「昭和10年頃」「昭和10年5月頃」「推定昭和10年5月3日」「昭和10年5月
上旬」「昭和10年5月3日から10日頃までの間」.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from app.rules.calendar.wareki import (
    DateError,
    Era,
    Eras,
    Precision,
    WarekiDate,
    era_year,
    month_end,
)

_UNKNOWN = frozenset({"年月日不詳", "不詳", "生年月日不詳"})
_REST = re.compile(r"(?:(?P<month>\d{1,2})月)?(?:(?P<day>\d{1,2})日)?(?P<tail>.*)")
_UNTIL = re.compile(r"(?:から|～|~)(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日頃?(?:までの間)?")
_TENS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_SIGNS = str.maketrans({"．": ".", "。": ".", "・": ".", "／": "/", "ー": "-", "−": "-", "‐": "-"})
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
    typed = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_SIGNS)
    typed = typed.upper()
    if not typed:
        raise DateError("empty", "日付が入力されていません。", _HOW)
    if typed in _UNKNOWN:
        return _allowed(WarekiDate("年月日不詳", date.min, date.max, Precision.UNKNOWN), uncertain)
    if found := eras.sign_form.fullmatch(typed):
        year = _year(found["era"], found["year"], eras, era_key)
        return _day(year, int(found["month"]), int(found["day"]), eras, uncertain)
    if found := eras.digit_form.fullmatch(typed):
        return _digits(found["era"], found["digits"], eras, era_key, uncertain)
    if found := eras.kanji_form.fullmatch(typed):
        year = _year(found["era"], found["year"], eras, era_key)
        return _kanji(year, found["rest"], bool(found["guess"]), eras, uncertain)
    raise _not_read()


def parse_day(text: str, eras: Eras, *, era_key: str | None = None) -> date:
    """A plain calendar day; raises DateError as ``parse_date`` does."""
    return parse_date(text, eras, era_key=era_key).sort_date


def _not_read() -> DateError:
    return DateError("not_read", "日付として読み取れません。", _HOW)


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


def _digits(
    word: str | None, digits: str, eras: Eras, era_key: str | None, uncertain: bool
) -> WarekiDate:
    if word is None and len(digits) == 8:
        return _day(
            _Year(None, int(digits[:4])), int(digits[4:6]), int(digits[6:]), eras, uncertain
        )
    if word is None and len(digits) == 7:
        if digits[0] not in eras.by_code:
            raise _not_read()
        era, digits = eras.by_code[digits[0]], digits[1:]
    elif len(digits) == 6:
        era = eras.by_word[word] if word is not None else _key_era(eras, era_key)
    else:
        raise _not_read()
    return _day(_Year(era, int(digits[:2])), int(digits[2:4]), int(digits[4:6]), eras, uncertain)


def _kanji(year: _Year, rest: str, guess: bool, eras: Eras, uncertain: bool) -> WarekiDate:
    found = _REST.fullmatch(rest)
    if found is None:
        raise _not_read()
    tail = found["tail"]
    month = None if found["month"] is None else int(found["month"])
    day = None if found["day"] is None else int(found["day"])
    if month is None:
        if day is not None or tail not in ("頃", "月日不詳"):
            raise _not_read()
        written = f"{year}頃" if tail == "頃" else f"{year} 月日不詳"
        return _allowed(_span(written, year, (1, 1), (12, 31), Precision.YEAR, eras), uncertain)
    if day is None:
        return _allowed(_month(year, month, tail, eras), uncertain)
    if not tail and not guess:
        return _day(year, month, day, eras, uncertain)
    written = f"{year}{month}月{day}日"
    if tail in ("", "頃"):
        written = ("推定" if guess else "") + written + tail
        return _allowed(
            _span(written, year, (month, day), (month, day), Precision.AROUND, eras), uncertain
        )
    until = _UNTIL.fullmatch(tail)
    if until is None or guess:
        raise _not_read()
    last = (int(until["month"] or month), int(until["day"]))
    if last < (month, day):
        raise _not_read()
    end = f"{last[0]}月{last[1]}日" if until["month"] else f"{last[1]}日"
    written = f"{written}から{end}頃までの間"
    return _allowed(
        _span(written, year, (month, day), last, Precision.PART_OF_MONTH, eras), uncertain
    )


def _month(year: _Year, month: int, tail: str, eras: Eras) -> WarekiDate:
    if tail in _TENS:
        first, last = _TENS[tail]
        written = f"{year}{month}月{tail}"
        return _span(written, year, (month, first), (month, last), Precision.PART_OF_MONTH, eras)
    if tail not in ("頃", "日不詳"):
        raise _not_read()
    written = f"{year}{month}月頃" if tail == "頃" else f"{year}{month}月 日不詳"
    return _span(written, year, (month, 1), (month, 31), Precision.MONTH, eras)


def _day(year: _Year, month: int, day: int, eras: Eras, uncertain: bool) -> WarekiDate:
    written = f"{year}{month}月{day}日"
    if 1 <= month <= 12 and 1 <= day <= 31 and 1 <= year.western <= 9999:
        real = day <= calendar.monthrange(year.western, month)[1]
        precision = Precision.DAY if real else Precision.NONCALENDAR
        value = _span(written, year, (month, day), (month, day), precision, eras)
        if real or uncertain:
            return value
    raise DateError(
        "no_such_day",
        f"{written}という日はありません。",
        "月と日を書類と見比べてください。戸籍などに実在しない日で記載されているときは、"
        "生年月日の欄で「暦にない日として入力」を選んでください。",
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


def _allowed(value: WarekiDate, uncertain: bool) -> WarekiDate:
    if uncertain:
        return value
    raise DateError(
        "uncertain",
        "この欄には、不詳や推定の日付は入力できません。",
        "確かめられた年月日を入力してください。",
    )
