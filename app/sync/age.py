"""How old what is shown may be (SEC-118): the last daily file of insured persons, in business
days. More than one is a warning on every screen."""

from __future__ import annotations

from datetime import date, datetime

from app.rules.calendar.days import BusinessCalendar

DAILY = "FILE-17"
"""The file whose age is told: the daily one of insured persons (被保険者情報)."""

_FRESH_DAYS = 1


def age_warning(last_applied: str, today: date, calendar: BusinessCalendar) -> str:
    """The sentence to show, "" while the data are fresh. ``last_applied`` is an ISO moment,
    "" when nothing was ever received."""
    if not last_applied:
        return "⚠ 被保険者情報をまだ受け取っていません"
    day = datetime.fromisoformat(last_applied).date()
    missed = calendar.between(day, today)
    if missed <= _FRESH_DAYS:
        return ""
    return f"⚠ 被保険者情報が {missed} 営業日届いていません（最後は {day.month}月{day.day}日）"


def stands_warning(stands: str) -> str:
    """The sentence to show on a restored terminal that is not full again; ``stands`` is the moment
    (ISO) of its backup, "" for a terminal that is full."""
    if not stands:
        return ""
    day = datetime.fromisoformat(stands)
    return f"⚠ 復元したため {day.month}月{day.day}日 {day:%H:%M} 現在のデータです（受け取り中）"
