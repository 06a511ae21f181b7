"""Days and birth dates: the day itself in ISO, a birth date as it is written on paper."""

from __future__ import annotations

from datetime import date

from app.rules.calendar.wareki import DateError, Eras, Precision, WarekiDate
from app.rules.calendar.wareki_input import parse_date
from app.rules.values.value import Value


def day(text: str, label: str, eras: Eras) -> Value:
    """A day of the calendar; normal form YYYY-MM-DD. Raises DateError as ``parse_date``."""
    return Value(_parsed(text, label, eras, uncertain=False).sort_date.isoformat(), text)


def birth(text: str, label: str, eras: Eras) -> Value:
    """A birth date of any form of the register, unknown parts included; normal form is the text
    of ``WarekiDate.written``, from which the same date is read again. Raises DateError."""
    return Value(_parsed(text, label, eras, uncertain=True).written, text)


def _parsed(text: str, label: str, eras: Eras, *, uncertain: bool) -> WarekiDate:
    try:
        return parse_date(text, eras, uncertain=uncertain)
    except DateError as error:
        message = f"{label}: {error.message}"
        raise DateError(error.rule, message, error.remedy) from error


def kept_birth(written: str, sort_date: str, eras: Eras) -> WarekiDate:
    """A birth date that came in a file: ``written`` as it stands, even where another maker's
    words for 不詳 cannot be read; nothing but ``sort_date`` (YYYY-MM-DD) is then known of it."""
    try:
        return parse_date(written, eras, uncertain=True)
    except DateError:
        start = date.fromisoformat(sort_date)
        return WarekiDate(written, start, date.max, Precision.UNKNOWN)
