"""What terminals send: collected with resume, verified whole, applied once, receipted.

The receipt of an id is made once and given again to whoever asks with that id (DESIGN 6): the
same idempotency id never has two effects. Uploads live in files until they are settled.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.core.errors import MadoguchiError
from app.peers.union import door
from app.peers.union.line.enrolment import Caller, signing_publics
from app.peers.union.line.refusal import Refused
from app.peers.union.line.streams import UP, next_place, note_place
from app.peers.union.office.taking import TAKERS, note_taken
from app.peers.union.system import System, log_act
from app.peers.union.tables import upload
from app.wire.codec import Decoder, record_maker
from app.wire.container import (
    Addressee,
    ContainerPlace,
    Header,
    Verified,
    check_count,
    check_place,
    open_body,
    peek,
    verify,
)
from app.wire.files import FILES, Route
from app.wire.frame import Frame
from app.wire.keys import recipient_id, signing_keys
from app.wire.protocol import LARGEST, Cause, UploadStart, UploadState, is_id
from app.wire.refusals import ContainerCause, ContainerRefused
from app.wire.statements import Receipt, Settlement, sign


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is, in bytes; ``fresh`` when it began with this very request."""

    offset: int
    state: UploadState
    fresh: bool = False


def progress(system: System, caller: Caller, upload_id: str) -> Progress:
    """How far it is. Raises Refused for an id that was never begun."""
    with system.database.read() as connection:
        return _progress(system, _row(connection, caller, upload_id))


def begin(system: System, caller: Caller, upload_id: str, start: UploadStart) -> Progress:
    """Begin, or find how far it is; what was settled stays settled. Raises Refused."""
    if not 0 < start.size <= LARGEST:
        raise Refused(Cause.TOO_LARGE)
    if not _is_place(start):
        raise Refused(Cause.MALFORMED)
    with system.database.write() as connection:
        row = _find(connection, caller, upload_id)
        if row is not None and row.receipt is not None:
            # One id, one effect: whatever comes under it now gets the first receipt.
            return Progress(start.size, UploadState.SETTLED)
        if row is not None and (row.digest, row.size) == (start.digest, start.size):
            return _progress(system, row)
        mine = (upload.c.terminal == caller.terminal, upload.c.id == upload_id)
        connection.execute(delete(upload).where(*mine))  # built anew, in another place or epoch
        connection.execute(
            insert(upload).values(
                terminal=caller.terminal,
                id=upload_id,
                file_id=start.file_id,
                stream=start.stream,
                epoch=start.epoch,
                sequence=start.sequence,
                size=start.size,
                digest=start.digest,
                started_at=system.now(),
            )
        )
        file = _file(system, caller.terminal, upload_id)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        return Progress(0, UploadState.RECEIVING, fresh=True)


def _is_place(start: UploadStart) -> bool:
    named = is_id(start.file_id) and is_id(start.stream) and door.is_digest(start.digest)
    return named and all(0 <= number <= door.MOST for number in (start.epoch, start.sequence))


def append(system: System, caller: Caller, upload_id: str, offset: int, data: bytes) -> int:
    """Keep the next bytes on disk; returns the new offset. Raises Refused."""
    with system.database.write() as connection:
        row = _row(connection, caller, upload_id)
        there = _progress(system, row)
        if there.state is UploadState.SETTLED or offset != there.offset:
            raise Refused(Cause.WRONG_OFFSET, offset=there.offset)
        if offset + len(data) > row.size:
            raise Refused(Cause.TOO_LARGE)
        with _file(system, caller.terminal, upload_id).open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return offset + len(data)


def receipt(system: System, caller: Caller, upload_id: str) -> bytes:
    """The receipt of what was completed. Raises Refused while there is none."""
    with system.database.read() as connection:
        row = _row(connection, caller, upload_id)
    if row.receipt is None:
        raise Refused(Cause.NOT_FOUND)
    return bytes(row.receipt)


def complete(system: System, caller: Caller, upload_id: str) -> bytes:
    """Verify, apply and receipt an upload; given again, the same receipt. Raises Refused."""
    with system.database.write() as connection:
        row = _row(connection, caller, upload_id)
        if row.receipt is not None:
            return bytes(row.receipt)
        file = _file(system, caller.terminal, upload_id)
        _must_be_whole(row, file)
        cause: MadoguchiError | None = None
        nested = connection.begin_nested()
        try:
            _take(system, connection, caller, row, file)
        except MadoguchiError as refused:
            nested.rollback()
            cause = refused
            log_act(system, connection, caller.terminal, "reject", upload_id, cause=refused.code)
        else:
            nested.commit()
        statement = _receipt(system, caller, row, _content(file), cause)
        connection.execute(
            update(upload)
            .where(upload.c.terminal == caller.terminal, upload.c.id == upload_id)
            .values(
                receipt=statement,
                settlement=_settlement(cause).value,
                settled_at=system.now(),
            )
        )
    file.unlink(missing_ok=True)
    return statement


def _must_be_whole(row: Row[Any], file: Path) -> None:
    """All bytes there and the digest announced; else it begins again from its true offset."""
    size = file.stat().st_size if file.exists() else 0
    if size < row.size:
        raise Refused(Cause.INCOMPLETE)
    with file.open("rb") as whole:
        if hashlib.file_digest(whole, "sha256").hexdigest() != row.digest:
            file.write_bytes(b"")  # damaged on the way: nothing of it may count
            raise Refused(Cause.INCOMPLETE)


def _take(
    system: System, connection: Connection, caller: Caller, row: Row[Any], file: Path
) -> None:
    """Everything that can be refused with a receipt: the container, its place, its records."""
    with file.open("rb") as source:
        verified = verify(source, _addressee(system, connection, caller))
        header = verified.header
        _must_be_announced(row, header)
        place = next_place(connection, UP, caller.terminal, header.stream, header.epoch)
        _must_follow(header, place)
        source.seek(0)
        records, frame = _records(system, source, verified)
    if frame is not None and FILES[header.file_id].route is Route.UP:
        note_taken(system, connection, caller, header, frame)
    made_at = header.created if frame is None else frame.made_at
    TAKERS[header.file_id](system, connection, caller, header, records, made_at)
    note_place(connection, UP, caller.terminal, header.stream, place, verified.digest)


def _must_follow(header: Header, place: ContainerPlace) -> None:
    """The container is the next of its stream. One that comes too early is not settled: what is
    before it may be on its way, or this union may have forgotten it (``restored``)."""
    try:
        check_place(header, place)
    except ContainerRefused as refused:
        if refused.cause is ContainerCause.GAP:
            raise Refused(Cause.OUT_OF_PLACE) from refused
        raise


def _addressee(system: System, connection: Connection, caller: Caller) -> Addressee:
    return Addressee(
        receiver=system.setup.id,
        municipality=caller.municipality,
        sender=caller.terminal,
        keys=signing_keys(*signing_publics(system, connection, caller.terminal)),
        layouts={key: (FILES[key].layout, FILES[key].versions) for key in TAKERS},
    )


def _must_be_announced(row: Row[Any], header: Header) -> None:
    said = (header.id, header.file_id, header.stream, header.epoch, header.sequence)
    if said != (row.id, row.file_id, row.stream, row.epoch, row.sequence):
        raise Refused(Cause.OTHER_CONTENT)


def _records(
    system: System, source: Any, verified: Verified
) -> tuple[tuple[Any, ...], Frame | None]:
    newest = FILES[verified.header.file_id]
    spec = newest.at(verified.header.layout_version)
    records: list[Any] = []
    make = record_maker(spec)
    decoder = Decoder(
        spec, system.codes, lambda _, values: records.append(newest.lifted(make(values)))
    )
    ours = {recipient_id(system.keys.receiving): system.keys.receiving_identity}
    open_body(source, verified, ours, decoder)
    decoder.close()
    check_count(verified.header, len(records))
    return tuple(records), decoder.frame


def _settlement(cause: MadoguchiError | None) -> Settlement:
    return Settlement.ACCEPTED if cause is None else Settlement.REJECTED


def _content(file: Path) -> str:
    """The plain file's digest as the header says, "" where there is no readable header."""
    with file.open("rb") as source:
        try:
            return peek(source).body.plain_digest
        except ContainerRefused:
            return ""


def _receipt(
    system: System, caller: Caller, row: Row[Any], content: str, cause: MadoguchiError | None
) -> bytes:
    return sign(
        Receipt(
            id=row.id,
            digest=row.digest,
            content=content,
            sender=caller.terminal,
            receiver=system.setup.id,
            stream=row.stream,
            epoch=row.epoch,
            sequence=row.sequence,
            settlement=_settlement(cause),
            cause="" if cause is None else cause.code,
            message="" if cause is None else f"{cause.message}{cause.remedy}",
            at=system.now(),
        ),
        system.keys.signing,
    )


def _find(connection: Connection, caller: Caller, upload_id: str) -> Row[Any] | None:
    return connection.execute(
        select(upload).where(upload.c.terminal == caller.terminal, upload.c.id == upload_id)
    ).first()


def _row(connection: Connection, caller: Caller, upload_id: str) -> Row[Any]:
    row = _find(connection, caller, upload_id)
    if row is None:
        raise Refused(Cause.NOT_FOUND)
    return row


def _progress(system: System, row: Row[Any]) -> Progress:
    if row.receipt is not None:
        return Progress(row.size, UploadState.SETTLED)
    file = _file(system, row.terminal, row.id)
    return Progress(file.stat().st_size if file.exists() else 0, UploadState.RECEIVING)


def _file(system: System, terminal: str, upload_id: str) -> Path:
    name = hashlib.sha256(upload_id.encode()).hexdigest()
    return system.uploads / terminal / name
