"""Places of parcels in their streams, as one body's table notes them (columns ``direction``,
``peer``, ``file_id``, ``epoch``, ``sequence``, ``digest``, ``count``, ``at``).
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert, select

from app.wire.container import ContainerPlace, Header, check_place, first_place
from app.wire.parcels import Parcel, digest_of, head_of

IN, OUT = "in", "out"


def take_place(connection: Connection, table: Table, came: Parcel, at: str) -> None:
    """Note a parcel that came in its place. Raises ContainerRefused ``repeat``, ``gap``,
    ``previous`` …"""
    head = came.header
    check_place(head, next_place(connection, table, IN, head.sender, head.file_id))
    _note(connection, table, IN, head.sender, head, came.digest, at)


def was_taken(connection: Connection, table: Table, came: Parcel) -> bool:
    """Whether this very parcel, bit for bit, was taken before."""
    where = (table.c.direction == IN, table.c.digest == came.digest)
    return connection.execute(select(table.c.digest).where(*where)).first() is not None


def note_sent(connection: Connection, table: Table, to: str, data: bytes, at: str) -> None:
    """Note a parcel that was packed for ``to``."""
    _note(connection, table, OUT, to, head_of(data), digest_of(data), at)


def next_place(
    connection: Connection, table: Table, direction: str, peer: str, file_id: str
) -> ContainerPlace:
    """The next place in the stream of a file to or from ``peer``."""
    last = connection.execute(
        select(table)
        .where(table.c.direction == direction, table.c.peer == peer, table.c.file_id == file_id)
        .order_by(table.c.epoch.desc(), table.c.sequence.desc())
    ).first()
    if last is None:
        return first_place(1)
    return ContainerPlace(last.epoch, last.sequence + 1, last.digest)


def _note(
    connection: Connection,
    table: Table,
    direction: str,
    peer: str,
    head: Header,
    digest: str,
    at: str,
) -> None:
    connection.execute(
        insert(table).values(
            direction=direction,
            peer=peer,
            file_id=head.file_id,
            epoch=head.epoch,
            sequence=head.sequence,
            digest=digest,
            count=head.count,
            at=at,
        )
    )
