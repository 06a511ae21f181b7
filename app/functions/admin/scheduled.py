"""What the administration has on its schedule: the contact with the union, the backup (SEC-46)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.settings import Settings
from app.security.gate.clock_mark import PEER_FACT
from app.security.scheduled import Due, Scheduled
from app.security.vault import LAST_BACKUP
from app.security.waiting import WaitWork
from db.tables.control import setting

_SILENT = timedelta(hours=1)


def _contact(work: WaitWork) -> Iterator[Due]:
    last = work.fact(PEER_FACT) or ""
    trouble = ""
    if not last:
        trouble = "まだ一度も連絡していません"
    elif work.at - datetime.fromisoformat(last) > _SILENT:
        trouble = "1時間より長く、連絡できていません"
    yield Due(
        key="contact",
        what="広域連合との連絡（送受信・時刻・操作記録）",
        every="使っている間、1分ごと（端末）",
        last=last,
        trouble=trouble,
        remedy="回線を確かめ、直らなければシステム管理者に連絡する" if trouble else "",
    )


def backup_due(work: WaitWork) -> tuple[str, str, int]:
    """When the last backup was made (ISO, "" for none), the day by which the next is due (ISO),
    and after how many days one is."""
    made = work.fact(LAST_BACKUP) or ""
    # the rows of the settings say enough here: this only tells
    settings = Settings({row.name: row.value for row in work.all(select(setting))})
    days = settings.number("backup.days")
    due = datetime.fromisoformat(made).date() + timedelta(days=days) if made else work.at.date()
    return made, due.isoformat(), days


def _backup(work: WaitWork) -> Iterator[Due]:
    made, due, days = backup_due(work)
    late = work.at.date().isoformat() >= due
    yield Due(
        key="backup",
        what="保存データと操作記録のバックアップ",
        every=f"{days}日ごと（人が行う）",
        last=made,
        due=due,
        trouble=("期限です" if made else "まだ一度もありません") if late else "",
        remedy="管理の「バックアップ」で作る" if late else "",
        opens="admin.back_up",
    )


SCHEDULED = (
    Scheduled((f"store_fact.{PEER_FACT}",), _contact),
    Scheduled(("setting", f"store_fact.{LAST_BACKUP}"), _backup),
)
