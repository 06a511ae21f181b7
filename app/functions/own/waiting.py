"""What waits of one's own account: the password that will lapse (SEC-27)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from app.security.entry.login import password_rules
from app.security.gate.facts import read_place
from app.security.waiting import Source, Waits, WaitWork
from db.tables.control import staff

WARNED_DAYS = 14
"""So many days before its last day a password is told of."""


def _password(work: WaitWork) -> Iterator[Waits]:
    """One's own, never another person's."""
    set_on = work.scalar(select(staff.c.password_set_on).where(staff.c.id == work.staff_id))
    if set_on is None:
        return
    last = date.fromisoformat(set_on) + timedelta(days=password_rules(read_place(work)).longest_age)
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


WAITS = (Source(("staff", "setting", "store_fact"), _password, "own.change_password"),)
