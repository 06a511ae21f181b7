"""How old the municipal control log of a terminal may be (DESIGN 4): what it lets a person do.

A terminal that hears nothing does not know whose rights were taken meanwhile, or who must not be
found. So after one business day nothing with an address leaves it, and after three it only logs in
and receives. The age counts from the union's last signed word, not from any clock set here.
"""

from __future__ import annotations

from datetime import date, datetime

from app.rules.calendar.days import BusinessCalendar
from app.security.control import deeds
from app.security.control.effects import OF_ONE_TERMINAL
from app.security.refusals import refusal
from app.security.spec import Area, Function, Kind

PAPERS_UNTIL = 1
"""Business days after which no paper with an address is printed."""

WORK_UNTIL = 3
"""Business days after which a terminal only logs in and receives."""

_ALWAYS = {one.__name__ for one in (*OF_ONE_TERMINAL, deeds.ClockSet, deeds.PasswordChange)}
"""Deeds that mend what keeps a terminal from the line, and those that concern it alone."""


def days_old(told_at: str, today: date, calendar: BusinessCalendar) -> int:
    """How many business days ago the union last said how far the log goes (ISO); 0 where no log
    is shared."""
    if not told_at:
        return 0
    return calendar.between(datetime.fromisoformat(told_at).date(), today)


def check_age(function: Function, area: Area, days: int) -> None:
    """Raises ``Refusal`` ``control.too_old`` or ``control.old_papers``."""
    if days <= PAPERS_UNTIL:
        return
    early = area.before_registration and not function.personal
    changes = function.kind is Kind.SEND or function.deed
    if days > WORK_UNTIL and not (early and (not changes or function.deed in _ALWAYS)):
        raise refusal("control.too_old")
    if function.leaves_counter and not early:
        raise refusal("control.old_papers")


def age_words(told_at: str, today: date, calendar: BusinessCalendar) -> str:
    """The sentence to show where the log is old, "" while it is not."""
    days = days_old(told_at, today, calendar)
    if days <= PAPERS_UNTIL:
        return ""
    last = datetime.fromisoformat(told_at)
    what = "業務はできません" if days > WORK_UNTIL else "住所のある書類は印刷できません"
    return f"⚠ 管理簿が {days} 営業日届いていません（最後は {last.month}月{last.day}日）。{what}"
