"""The last container of each stream, in both directions (DESIGN 6)."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from app.peers.union.tables import stream_state
from app.wire.container import ContainerPlace, first_place

UP = "up"
DOWN = "down"


def next_place(
    connection: Connection, direction: str, terminal: str, stream: str, epoch: int
) -> ContainerPlace:
    """Where the stream goes on in ``epoch``; a higher epoch than the last begins anew."""
    last = connection.execute(
        select(stream_state).where(
            stream_state.c.direction == direction,
            stream_state.c.terminal == terminal,
            stream_state.c.stream == stream,
        )
    ).first()
    if last is None or epoch > last.epoch:
        return first_place(epoch)
    return ContainerPlace(last.epoch, last.sequence + 1, last.digest)


def note_place(
    connection: Connection,
    direction: str,
    terminal: str,
    stream: str,
    place: ContainerPlace,
    digest: str,
) -> None:
    """The container of ``digest`` stands at ``place``: the next one follows it."""
    connection.execute(
        delete(stream_state).where(
            stream_state.c.direction == direction,
            stream_state.c.terminal == terminal,
            stream_state.c.stream == stream,
        )
    )
    connection.execute(
        insert(stream_state).values(
            direction=direction,
            terminal=terminal,
            stream=stream,
            epoch=place.epoch,
            sequence=place.sequence,
            digest=digest,
        )
    )
