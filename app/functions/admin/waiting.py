"""What waits of the administration: steps of rights (権限) that want a supervisor, rights that end
soon, a backup that is due, and a recovery key whose holder has gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from app.functions.admin.scheduled import backup_due
from app.security.gate.facts import grant_of
from app.security.staff import grants
from app.security.staff.grants import GrantState
from app.security.vault import LAST_BACKUP
from app.security.waiting import Source, Waits, WaitWork
from db.tables.control import grant_row, staff

_STEPS = {
    GrantState.REQUESTED: ("申請された権限", "ほかの責任者が承認する"),
    GrantState.APPROVED: ("承認された権限", "権限を反映する"),
    GrantState.EFFECTIVE: ("反映された権限", "ほかの責任者が確認する"),
    GrantState.REVOKED: ("取り消された権限", "ほかの責任者が確認する"),
}


def _steps(work: WaitWork) -> Iterator[Waits]:
    """One line for each step that rights wait at."""
    rows = work.all(select(grant_row))
    for state, (what, next_step) in _STEPS.items():
        at = [row for row in rows if row.state == state and not row.confirmed_by]
        if at:
            since = min(_reached_at(row) for row in at)
            yield Waits(
                key=f"grants_{state}",
                what=what,
                state=f"{len(at)}件",
                since=since,
                next_step=next_step,
                opens="admin.list_grants",
            )
    ending = grants.dead_ends([grant_of(row) for row in rows], work.at.date())
    if ending:
        yield Waits(
            key="grants_ending",
            what="期限の近い権限",
            state=f"{len(ending)}件",
            since=work.at.isoformat(),
            next_step="権限の終わりの日を延ばす",
            opens="admin.list_grants",
            due=ending[0][0].valid_to.isoformat(),
        )


def _reached_at(row: Row[Any]) -> str:
    """When the right came to the step it waits at."""
    moment: str = row.revoked_at or row.effected_at or row.approved_at or row.requested_at
    return moment


def _backup(work: WaitWork) -> Iterator[Waits]:
    """SEC-46: a backup that is due. A terminal without any is told so from its first day on."""
    made, due, days = backup_due(work)
    if work.at.date().isoformat() < due:
        return
    yield Waits(
        key="backup",
        what="バックアップ",
        state="まだありません" if not made else f"{days}日を過ぎました",
        since=made or work.at.isoformat(),
        next_step="保存データと操作記録のバックアップを作る",
        opens="admin.back_up",
        due=due,
    )


@dataclass(frozen=True, slots=True)
class Holders:
    """Who took the shares of the recovery key (復旧鍵の控え), and on which day (ISO)."""

    on: str
    staff_ids: tuple[str, ...]

    def encoded(self) -> str:
        """As the fact of the store."""
        return json.dumps([self.on, *self.staff_ids])

    @classmethod
    def of(cls, fact: str) -> Holders:
        """Out of the fact."""
        on, *staff_ids = json.loads(fact)
        return cls(on, tuple(staff_ids))


HOLDERS = "recovery.holders"
"""The fact of the store that says so; the shares of the founding have none."""


def _shares(work: WaitWork) -> Iterator[Waits]:
    """DESIGN 4 "Keys": a holder who leaves takes a share along, so it is issued again. Who holds
    those of the founding nobody wrote down: any supervisor may be one."""
    rows = work.all(
        select(grant_row.c.staff_id).where(grant_row.c.function_id == "admin.supervise")
    )
    fact = work.fact(HOLDERS)
    issued = Holders.of(fact) if fact else Holders("", tuple(row.staff_id for row in rows))
    today = work.at.date().isoformat()
    gone = {
        row.id: day
        for row in work.all(select(staff.c.id, staff.c.left_on, staff.c.valid_to))
        if row.id in issued.staff_ids and issued.on < (day := _gone_on(row)) <= today
    }
    if gone:
        whose = "保管者" if fact else "保管者かもしれない職員"
        yield Waits(
            key="recovery_shares",
            what="復旧鍵の控え",
            state=f"{whose} {'、'.join(sorted(gone))} が離れました",
            since=min(gone.values()),
            next_step="復旧鍵の控えを3枚とも再発行する",
            opens="admin.issue_shares",
        )


def _gone_on(person: Row[Any]) -> str:
    """The first day on which a person does not belong here any more."""
    ended = (date.fromisoformat(person.valid_to) + timedelta(days=1)).isoformat()
    return min(person.left_on or ended, ended)


WAITS = (
    Source(("grant_row",), _steps, "admin.supervise"),
    Source(("grant_row", "staff", f"store_fact.{HOLDERS}"), _shares, "admin.issue_shares"),
    Source(("setting", f"store_fact.{LAST_BACKUP}"), _backup, "admin.back_up"),
)
