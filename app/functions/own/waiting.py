"""What waits of one's own account: the password that will lapse (SEC-27)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from app.core.settings import Settings
from app.security.entry.login import password_rules
from app.security.waiting import Source, Waits, WaitWork
from db.tables.control import setting, staff

WARNED_DAYS = 14
"""So many days before its last day a password is told of."""


def _password(work: WaitWork) -> Iterator[Waits]:
    """One's own, never another person's."""
    set_on = work.scalar(select(staff.c.password_set_on).where(staff.c.id == work.staff_id))
    if set_on is None:
        return
    # the rows of the settings say enough here: this only tells, the login judges
    rules = password_rules(Settings({row.name: row.value for row in work.all(select(setting))}))
    last = date.fromisoformat(set_on) + timedelta(days=rules.longest_age)
    if (last - work.at.date()).days <= WARNED_DAYS:
        yield Waits(
            key="password",
            what="自分のパスワード",
            state="期限が近い",
            since=set_on,
            next_step="新しいパスワードに変える",
            opens="own.change_password",
            due=last.isoformat(),
        )


WAITS = (Source(("staff", "setting"), _password, "own.change_password"),)
