"""What waits of the administration: steps of rights (権限) that want a supervisor, rights that end
soon, and a backup that is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from app.functions.admin.scheduled import backup_due
from app.security.gate.facts import grant_of
from app.security.staff import grants
from app.security.staff.grants import GrantState
from app.security.vault import LAST_BACKUP
from app.security.waiting import Source, Waits, WaitWork
from db.tables.control import grant_row

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


WAITS = (
    Source(("grant_row",), _steps, "admin.supervise"),
    Source(("setting", f"store_fact.{LAST_BACKUP}"), _backup, "admin.back_up"),
)
