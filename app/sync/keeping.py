"""The sealed copies of what was sent and received, kept for their time and no longer (SEC-96).

What a file was, how many records it had and its digests stay in its row; the container itself
goes ``retention_days`` after its settlement, as FILES says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from app.core.clock import JST
from app.core.files import remove
from app.sync.receiving import CONTAINER, container_path
from app.sync.states import Incoming
from app.sync.work import EngineWork
from app.wire.files import FILES
from db.tables.exchange import inbox, outbox

TIDIED_FACT = "exchange.tidied"
"""Row of ``store_fact``: the day (ISO) on which copies past their time were last removed."""

_SETTLED = (Incoming.APPLIED, Incoming.QUARANTINED)
_SHORTEST = min(spec.retention_days for spec in FILES.values())


def forget_sent(work: EngineWork, today: date) -> int:
    """Empty the containers of sendings settled too long ago; returns how many."""
    gone = 0
    for spec in FILES.values():
        last = (today - timedelta(days=spec.retention_days)).isoformat()
        gone += work.run(
            update(outbox)
            .where(
                outbox.c.file_id == spec.id,
                outbox.c.settled_at != "",
                outbox.c.settled_at < last,
                outbox.c.container.is_not(None),
            )
            .values(container=None, version=outbox.c.version + 1)
        )
    return gone


def received_too_long_ago(work: EngineWork, folder: Path, today: date) -> list[Path]:
    """The received containers whose time is over. Only what has lain there long enough is looked
    up; what was never settled stays. Raises ``OSError``."""
    found = []
    for inbox_id in _long_there(folder, today):
        row = work.first(
            select(inbox.c.file_id, inbox.c.state, inbox.c.applied_at, inbox.c.announced_at).where(
                inbox.c.id == inbox_id
            )
        )
        if row is None or row.state not in _SETTLED or row.file_id not in FILES:
            continue
        settled_on = (row.applied_at or row.announced_at)[:10]
        days = FILES[row.file_id].retention_days
        if settled_on < (today - timedelta(days=days)).isoformat():
            found.append(container_path(folder, inbox_id))
    return found


def forget_received(paths: list[Path]) -> None:
    """Remove received containers. Raises ``OSError``."""
    for path in paths:
        remove(path)


def _long_there(folder: Path, today: date) -> Iterator[str]:
    """Ids of the containers that were last written before the shortest retention."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.endswith(CONTAINER) or not entry.is_file(follow_symlinks=False):
                continue
            written = datetime.fromtimestamp(entry.stat(follow_symlinks=False).st_mtime, JST)
            if written.date() <= today - timedelta(days=_SHORTEST):
                yield entry.name.removesuffix(CONTAINER)
