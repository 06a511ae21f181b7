"""Somebody with the journal's key and an outside tool: what such hands do to the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from app.security import vault
from app.security.journal.line import Entry, decode_line, encode_line
from app.wire.heads import START, LineDigest, chain_hash
from tests.support.world import DATA_KEY, World

_TRIGGERS = ("line_stays", "line_kept", "head_stays", "head_kept")
Statement = tuple[str, tuple[Any, ...]]
_UPDATE = "UPDATE line SET hash = ?, body = ? WHERE number = ?"
_INSERT = "INSERT OR REPLACE INTO line (hash, body, number) VALUES (?, ?, ?)"


def attack(world: World, *statements: Statement) -> None:
    """Write to the file past every trigger."""
    connection = vault.open_journal(world.paths, DATA_KEY)
    try:
        for trigger in _TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for sql, parameters in statements:
            connection.execute(sql, parameters)
    finally:
        connection.close()


def bodies(world: World) -> list[tuple[int, bytes]]:
    """Every line's number and body."""
    rows = world.journal.file.rows("SELECT number, body FROM line ORDER BY number")
    return [(number, bytes(body)) for number, body in rows]


def digests(world: World) -> tuple[LineDigest, ...]:
    """The digests of all lines, as the union got them."""
    return tuple(
        LineDigest(number, hashlib.sha256(body).digest()) for number, body in bodies(world)
    )


def chain_anew(lines: list[bytes], first: int = 1, before: bytes = START.hash) -> list[Statement]:
    """The statements that lay these bodies down from ``first`` on, chained as the journal does."""
    value, statements = before, []
    for number, body in enumerate(lines, first):
        value = chain_hash(value, number, hashlib.sha256(body).digest())
        statements.append((_INSERT, (value, body, number)))
    return statements


def rewritten(number: int, body: bytes, change: Callable[[Entry], Entry]) -> bytes:
    """A line that says something else."""
    line = decode_line(number, body)
    return encode_line(line.at, line.terminal, line.epoch, change(line.entry))


def rewrite_from(world: World, number: int, change: Callable[[Entry], Entry]) -> None:
    """Change one line and chain everything after it anew: the strongest forgery."""
    lines = [
        rewritten(place, body, change) if place == number else body for place, body in bodies(world)
    ]
    attack(world, *chain_anew(lines))
