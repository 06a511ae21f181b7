"""What waits of media (電子媒体): files that are still on one (SEC-82), and what broke off."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.functions.files.media_list import DIRECTIONS, SHOW
from app.security.waiting import Source, Waits, WaitWork
from app.wire.files import FILES
from db.tables.media import medium, medium_use


def _owed(work: WaitWork) -> Iterator[Waits]:
    """One line for each file that a medium still holds."""
    rows = work.all(
        select(medium_use, medium.c.label)
        .join(medium, medium.c.id == medium_use.c.medium_id)
        .where(medium_use.c.wipe == "owed", medium_use.c.state != "begun")
    )
    for row in rows:
        yield Waits(
            key=row.id,
            what=f"媒体「{row.label}」の {_title(row.file_id)}",
            state="消去待ち",
            since=row.begun_at,
            next_step="媒体を差し、ファイルを消去する",
            opens=SHOW,
            cause=row.cause and f"{DIRECTIONS[row.direction]}の結果：{row.cause}",
        )


def _title(file_id: str) -> str:
    return FILES[file_id].title if file_id in FILES else file_id


WAITS = (Source(("medium_use", "medium"), _owed, SHOW),)
