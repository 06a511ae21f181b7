"""Files ready to send and to receive, from the hand-written samples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from app.sync import outbox as outgoing
from app.wire.codec import decode_file
from app.wire.files import FILES
from db.tables.exchange import inbox, outbox
from tests.support.line import CODES
from tests.support.world import World

SAMPLES = Path(__file__).parent / "files"
TABLES = ("outbox", "store_fact", "inbox", "staged_record", "stream_state", "watermark")


def sample(file_id: str) -> tuple[Any, ...]:
    """The records of the good sample."""
    return decode_file(FILES[file_id], (SAMPLES / file_id / "good.csv").read_bytes(), CODES)


def act_of(world: World, work: Any, staff_id: str = "S101") -> Any:
    """A unit of work dressed as an act's."""
    calls = {
        name: getattr(work, name) for name in ("all", "first", "scalar", "run", "new_id", "fact")
    }
    return SimpleNamespace(staff_id=staff_id, at=world.clock.now(), **calls)


def prepared(world: World, file_id: str = "FILE-01", **changed: Any) -> str:
    """A prepared sending of one record."""
    record = replace(sample(file_id)[0], **changed)
    with world.hands_on(*TABLES) as work:
        return outgoing.prepare(act_of(world, work), file_id, [record], codes=CODES)


def confirmed(world: World, file_id: str = "FILE-01", **changed: Any) -> str:
    """A confirmed sending of one record."""
    outbox_id = prepared(world, file_id, **changed)
    with world.hands_on(*TABLES) as work:
        act = act_of(world, work)
        if not outgoing.confirm(act, outbox_id, "S101"):
            outgoing.confirm(act, outbox_id, "S201")
    return outbox_id


def sending(world: World, outbox_id: str) -> Any:
    """The row of a sending."""
    with world.store.view(("outbox",)) as work:
        return work.one(select(outbox).where(outbox.c.id == outbox_id))


def received(world: World, inbox_id: str) -> Any:
    """The row of a received file."""
    with world.store.view(("inbox",)) as work:
        return work.one(select(inbox).where(inbox.c.id == inbox_id))


def rows(world: World, table: Any) -> list[Any]:
    """All rows of a table."""
    with world.store.view((table.name,)) as work:
        return work.all(select(table))


DAY = date(2026, 11, 16)
