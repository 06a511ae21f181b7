"""What waits of the records (記録): a month that the union does not hold yet, a review that is due
(SEC-99, SEC-103)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from app.core.settings import Settings
from app.security.scheduled import Due, Scheduled
from app.security.waiting import Source, Waits, WaitWork
from db.tables.control import setting

THROUGH = "records.through"
"""Fact of the store: the last month (``YYYY-MM``) of which the union holds everything."""
TROUBLE = "records.trouble"
"""Fact of the store: the code of what kept the last month back, "" for nothing."""
SINCE = "records.since"
"""Fact of the store: the day on which the journal began (ISO)."""
REVIEWED = "records.reviewed"
"""Fact of the store: the last day (ISO) that a review looked at."""
_SENT_BY = 10  # day of the month
_TOLD_BEFORE = timedelta(days=3)


def _months(work: WaitWork) -> Iterator[Waits]:
    facts = _facts(work)
    through = facts.get(THROUGH, "")
    over = month_before(f"{work.at:%Y-%m}")
    if not through or through >= over:
        return
    first = _month_after(through)
    yield Waits(
        key="journal_months",
        what="操作記録の月次の締め",
        state=f"{int(first[:4])}年{int(first[5:])}月分から、広域連合へ送れていません",
        since=f"{_month_after(first)}-01",
        next_step="広域連合との通信を確かめる（締めと送付は、通信のたびに端末が行います）",
        due=f"{work.at:%Y-%m}-{_SENT_BY:02d}",
        cause=facts.get(TROUBLE, ""),
    )


def _closing(work: WaitWork) -> Iterator[Due]:
    """The month that ended is closed and sent at the first contacts of the next one."""
    facts = _facts(work)
    through, over = facts.get(THROUGH, ""), month_before(f"{work.at:%Y-%m}")
    waits = bool(through) and through < over
    last_day = f"{work.at:%Y-%m}-{_SENT_BY:02d}"
    late = waits and (bool(facts.get(TROUBLE, "")) or work.at.date().isoformat() > last_day)
    yield Due(
        key="close_month",
        what="操作記録の月次の締めと、広域連合への送付",
        every="毎月の初め（端末が行う）",
        last=through,
        due=last_day if waits else f"{_month_after(f'{work.at:%Y-%m}')}-01",
        trouble="前の月までを、まだ送れていません" if late else "",
        remedy="広域連合との通信を確かめる" if late else "",
    )


def _review(work: WaitWork) -> Iterator[Waits]:
    facts = _facts(work)
    looked = facts.get(REVIEWED, "") or facts.get(SINCE, "")
    if not looked:
        return
    last = date.fromisoformat(looked)
    # the rows of the settings say enough here: this only tells
    settings = Settings({row.name: row.value for row in work.all(select(setting))})
    days = settings.number("journal.review_days")
    due, today = last + timedelta(days=days), work.at.date()
    if today < due - _TOLD_BEFORE:
        return
    yield Waits(
        key="journal_review",
        what="操作記録の点検",
        state="期限を過ぎています" if today > due else "期限が近い",
        since=looked,
        next_step="操作記録を点検し、点検記録を残す",
        opens="records.view_lines",
        due=due.isoformat(),
    )


def _facts(work: WaitWork) -> dict[str, str]:
    names = (THROUGH, TROUBLE, SINCE, REVIEWED)
    held = {name: work.fact(name) for name in names}
    return {name: value for name, value in held.items() if value is not None}


def month_before(month: str) -> str:
    """The month (``YYYY-MM``) before this one."""
    return f"{date.fromisoformat(month + '-01') - timedelta(days=1):%Y-%m}"


def _month_after(month: str) -> str:
    return f"{date.fromisoformat(month + '-01') + timedelta(days=31):%Y-%m}"


WAITS = (
    Source(("store_fact.records.*",), _months, "records.view_lines"),
    Source(("store_fact.records.*", "setting"), _review, "records.view_lines"),
)

SCHEDULED = (Scheduled(("store_fact.records.*",), _closing),)
