"""What the union delivers: sealed containers that wait for their terminal (FILE-16, 17, 24).

A container is sealed to one enrolled terminal and to its municipality's archive key; nobody
else is ever offered it (SEC-115). It stays until acknowledged, and the acknowledgement stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Row, func, insert, select, update

from app.core.errors import MadoguchiError, UserError
from app.peers.union.line.enrolment import Caller, receiving_of, signing_publics
from app.peers.union.line.refusal import Refused
from app.peers.union.line.restored import epoch_of
from app.peers.union.line.streams import DOWN, next_place, note_place
from app.peers.union.system import System, next_value
from app.peers.union.tables import down_item, municipality, terminal
from app.wire.codec import Encoding
from app.wire.container import ContainerPlace, Header, seal_body, write_head
from app.wire.files import FILES, FileSpec
from app.wire.frame import Frame
from app.wire.keys import signing_id, signing_keys
from app.wire.protocol import CHUNK, Cause, DownItem, DownList, stream_of
from app.wire.statements import Acknowledgement, open_signed

_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{1,15})?")
_BLOCK = 1024 * 1024
_SHOWN_AGAIN = 20
"""Acknowledged items that the fault ``repeat`` lists again, at most."""
_SHORTEST_RETENTION = min(spec.retention_days for spec in FILES.values())


@dataclass(frozen=True, slots=True)
class Part:
    """A fetched part of a container of ``size`` bytes, from ``start``."""

    data: bytes
    start: int
    size: int
    whole: bool


def waiting(system: System, caller: Caller, *, with_acknowledged: bool = False) -> DownList:
    """What waits for the caller, oldest first."""
    mine = select(down_item).where(down_item.c.terminal == caller.terminal)
    newest_first = mine.order_by(down_item.c.position.desc())
    settled = newest_first.where(down_item.c.acknowledged_at != "", down_item.c.erase_after == 0)
    with system.database.read() as connection:
        rows = connection.execute(
            mine.where(down_item.c.acknowledged_at == "").order_by(down_item.c.position)
        ).all()
        again = connection.execute(settled.limit(_SHOWN_AGAIN)).all() if with_acknowledged else []
    shown = sorted((*again, *rows), key=lambda row: row.position)
    return DownList(tuple(_item(row) for row in shown))


def fetch(system: System, caller: Caller, item_id: str, wanted: str) -> Part:
    """The part of a container that a Range header names; without one the whole, if it is no
    larger than a chunk. Raises Refused."""
    with system.database.read() as connection:
        row = _row(connection, caller, item_id)
    file = _kept(system, row) if row.acknowledged_at else _file(system, row.id)
    if not file.exists():
        raise Refused(Cause.NOT_FOUND)
    if not wanted:
        if row.size > CHUNK:  # it would lie in memory for as long as the other side reads
            raise Refused(Cause.TOO_LARGE)
        return Part(file.read_bytes(), 0, row.size, whole=True)
    match = _RANGE.fullmatch(wanted)
    if match is None or int(match[1]) >= row.size:
        raise Refused(Cause.MALFORMED)
    start = int(match[1])
    end = min(int(match[2]) if match[2] else row.size - 1, start + CHUNK - 1, row.size - 1)
    if end < start:
        raise Refused(Cause.MALFORMED)
    with file.open("rb") as source:
        source.seek(start)
        return Part(source.read(end - start + 1), start, row.size, whole=False)


def acknowledge(system: System, caller: Caller, item_id: str, data: bytes) -> None:
    """Keep the terminal's signed word on an item; said again, nothing changes. Raises Refused."""
    with system.database.write() as connection:
        row = _row(connection, caller, item_id)
        keys = signing_keys(*signing_publics(system, connection, caller.terminal))
        try:
            said = open_signed(Acknowledgement, data, keys)
        except MadoguchiError as cause:
            raise Refused(Cause.BAD_SIGNATURE) from cause
        if (said.id, said.digest, said.terminal) != (row.id, row.digest, caller.terminal):
            raise Refused(Cause.OTHER_CONTENT)
        if row.acknowledged_at:
            return
        at = system.now()
        connection.execute(
            update(down_item)
            .where(down_item.c.id == row.id)
            .values(
                acknowledged_at=at,
                settlement=said.settlement.value,
                acknowledgement=data,
                applied=said.applied,
                dropped=said.dropped,
            )
        )
    _put_away(system, row.id, at, erase=bool(row.erase_after))


def active_terminals(connection: Connection, municipality_code: str) -> list[str]:
    """The terminals of a municipality that may be delivered to."""
    return list(
        connection.execute(
            select(terminal.c.id)
            .where(terminal.c.municipality == municipality_code, terminal.c.state == "active")
            .order_by(terminal.c.id)
        ).scalars()
    )


def deliver(
    system: System,
    connection: Connection,
    terminal_id: str,
    file_id: str,
    records: Iterable[Any],
    *,
    erase_after: bool = False,
) -> str:
    """Seal ``records`` for a terminal as the next container of its stream; returns the id.

    The file is on disk before the transaction that announces it ends. Raises UserError
    ``union.no_terminal`` for a terminal that is not enrolled or was withdrawn (SEC-115).
    """
    spec = FILES[file_id]
    row = _receiver(connection, terminal_id)
    position = next_value(connection, "down_item")
    epoch = epoch_of(connection)
    item_id = f"{system.setup.id}-{epoch}-{position:08d}"
    system.downloads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=system.downloads) as body:
        frame = _frame(system, connection, spec, row) if spec.framed else None
        encoding = Encoding(spec, records, system.codes, frame)
        recipient = receiving_of(connection, terminal_id)
        facts = seal_body(encoding, body, recipient, row.archive_recipient)
        stream = stream_of(file_id)
        place = next_place(connection, DOWN, terminal_id, stream, epoch)
        header = Header(
            id=item_id,
            receiver=terminal_id,
            municipality=row.municipality,
            count=encoding.count,
            body=facts,
            **_of_stream(system, spec, place),
        )
        body.seek(0)
        head = write_head(header, system.keys.signing)
        digest, size = _write(_file(system, item_id), head, body)
    connection.execute(
        insert(down_item).values(
            id=item_id,
            terminal=terminal_id,
            file_id=file_id,
            stream=stream,
            epoch=place.epoch,
            sequence=place.sequence,
            size=size,
            digest=digest,
            announced_at=system.now(),
            erase_after=int(erase_after),
            position=position,
            records=encoding.count,
        )
    )
    note_place(connection, DOWN, terminal_id, stream, place, digest)
    return item_id


def _frame(
    system: System, connection: Connection, spec: FileSpec, receiver: Row[str, str]
) -> Frame:
    """The head of the next edition of a file of today for this municipality."""
    today = system.today().isoformat()
    made = connection.execute(
        select(func.count())
        .select_from(down_item.join(terminal, terminal.c.id == down_item.c.terminal))
        .where(
            terminal.c.municipality == receiver.municipality,
            down_item.c.file_id == spec.id,
            down_item.c.announced_at.startswith(today),
        )
    ).scalar_one()
    return Frame(
        sender=system.setup.id,
        municipality=receiver.municipality,
        business_on=today,
        edition=made + 1,
        made_at=system.now(),
    )


def _of_stream(system: System, spec: FileSpec, place: ContainerPlace) -> dict[str, Any]:
    """What a container's header says of us, its layout and its place in the stream."""
    return {
        "version": 1,
        "sender": system.setup.id,
        "file_id": spec.id,
        "layout": spec.layout,
        "layout_version": spec.version,
        "stream": stream_of(spec.id),
        "epoch": place.epoch,
        "sequence": place.sequence,
        "previous": place.previous,
        "created": system.now(),
        "signing_key": signing_id(system.keys.signing),
    }


def bring_back(system: System, row: Row[Any]) -> Path | None:
    """Put the kept copy of an acknowledged container among those that wait; its place there, None
    where there is no copy any more. What a crash leaves there ``clear_orphans`` puts away."""
    file = _file(system, row.id)
    if not file.exists():
        with contextlib.suppress(FileNotFoundError):
            _kept(system, row).replace(file)
    return file if file.exists() else None


def clear_orphans(system: System) -> int:
    """Take up what a crash left: containers whose announcement never came to be are removed,
    acknowledged ones put away. Returns how many were removed."""
    removed = 0
    for file in system.downloads.glob("*.mdg"):
        with system.database.read() as connection:
            row = connection.execute(select(down_item).where(down_item.c.id == file.stem)).first()
        if row is None:
            file.unlink()
            removed += 1
        elif row.acknowledged_at:
            _put_away(system, row.id, row.acknowledged_at, erase=bool(row.erase_after))
    return removed


def forget_old(system: System) -> int:
    """Remove the copies of acknowledged containers whose time is over (SEC-96: so many days
    after their settlement as FILES says); returns how many."""
    removed = 0
    for month in sorted(system.kept.glob("????-??")):
        if month.name > _day_before(system, _SHORTEST_RETENTION)[:7]:
            break
        for file in month.glob("*.mdg"):
            with system.database.read() as connection:
                row = connection.execute(
                    select(down_item.c.file_id, down_item.c.acknowledged_at).where(
                        down_item.c.id == file.stem
                    )
                ).first()
            kept = FILES[row.file_id].retention_days if row is not None else 0
            if row is None or row.acknowledged_at[:10] < _day_before(system, kept):
                file.unlink()
                removed += 1
        with contextlib.suppress(OSError):  # others of this month are to be kept longer
            month.rmdir()
    return removed


def _day_before(system: System, days: int) -> str:
    return (system.today() - timedelta(days=days)).isoformat()


def _put_away(system: System, item_id: str, acknowledged_at: str, *, erase: bool) -> None:
    """An acknowledged container leaves the folder of those that wait."""
    file = _file(system, item_id)
    if erase:
        file.unlink(missing_ok=True)
        return
    month = system.kept / acknowledged_at[:7]
    month.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):  # put away by an earlier try
        file.replace(month / file.name)


def _receiver(connection: Connection, terminal_id: str) -> Row[str, str]:
    """The municipality and its archive recipient of a terminal that may be delivered to."""
    row = connection.execute(
        select(terminal.c.municipality, municipality.c.archive_recipient)
        .join_from(terminal, municipality, terminal.c.municipality == municipality.c.code)
        .where(terminal.c.id == terminal_id, terminal.c.state == "active")
    ).first()
    if row is None:
        raise UserError(
            "union.no_terminal",
            f"使用中の端末 {terminal_id} はありません。",
            "端末の一覧で番号を確かめてください。",
        )
    return row


def _write(file: Path, head: bytes, body: IO[bytes]) -> tuple[str, int]:
    """Write a container whole; its SHA-256 (hex) and size."""
    with file.open("w+b") as out:
        out.write(head)
        shutil.copyfileobj(body, out, _BLOCK)
        out.flush()
        os.fsync(out.fileno())
        size = out.tell()
        out.seek(0)
        return hashlib.file_digest(out, "sha256").hexdigest(), size


def _item(row: Row[Any]) -> DownItem:
    return DownItem(
        id=row.id,
        file_id=row.file_id,
        stream=row.stream,
        epoch=row.epoch,
        sequence=row.sequence,
        size=row.size,
        digest=row.digest,
        announced_at=row.announced_at,
        gone=row.gone,
    )


def _row(connection: Connection, caller: Caller, item_id: str) -> Row[Any]:
    row = connection.execute(
        select(down_item).where(down_item.c.id == item_id, down_item.c.terminal == caller.terminal)
    ).first()
    if row is None:
        raise Refused(Cause.NOT_FOUND)
    return row


def _file(system: System, item_id: str) -> Path:
    return system.downloads / f"{item_id}.mdg"


def _kept(system: System, row: Row[Any]) -> Path:
    month: str = row.acknowledged_at[:7]
    return system.kept / month / f"{row.id}.mdg"
