"""The journal (操作記録): every act leaves a line, and no line can be rewritten (DESIGN 5).

An act writes ``begun``, then the main transaction (which also keeps the line's number), then
``done`` or ``failed``. A view writes one line before its data leaves. Lines form a chain by
their digests; the union countersigns its head at each contact (``app.wire.heads``).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.security.journal.file import Connection, JournalFile
from app.security.journal.heads import HEAD_EVENT, NO_HEAD, HeadNote
from app.security.journal.line import Entry, Line, State, decode_line, encode_line
from app.wire.heads import (
    NO_HASH,
    START,
    CountersignedHead,
    Head,
    LineDigest,
    chain_hash,
    is_countersigned,
)

RESTORED = "vault.restored"
"""The event of a store that a backup was put in the place of."""

FORK = "journal.fork"
SYSTEM = "system"
"""Whom a line names for the terminal's own work."""
Statement = tuple[str, tuple[Any, ...]]
"""SQL and its parameters."""
_HEADS = "SELECT store_id, terminal, number, hash, at, signature, count, previous FROM head"
_INSERT_HEAD = (
    "INSERT INTO head (store_id, terminal, number, hash, at, signature, count, previous)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class OpenAct:
    """A ``begun`` line without an end."""

    number: int
    nonce: bytes


class Journal:
    """The journal of one terminal, open for writing."""

    def __init__(self, connection: Connection, terminal: str, epoch: int, clock: Clock) -> None:
        self.file = JournalFile(connection)
        self._terminal = terminal
        self._epoch = epoch
        self._clock = clock
        self._head = START
        self._owed: list[Entry] = []
        self._writing = threading.RLock()

    @classmethod
    def create(cls, connection: Connection, terminal: str, epoch: int, clock: Clock) -> Journal:
        """A new journal in an empty file; the caller writes the genesis line next."""
        journal = cls(connection, terminal, epoch, clock)
        journal.file.create()
        return journal

    @classmethod
    def open(cls, connection: Connection, terminal: str, epoch: int, clock: Clock) -> Journal:
        """The journal in an existing file.

        Raises ``EnvironmentFault`` ``journal.version`` or ``journal.damaged``.
        """
        journal = cls(connection, terminal, epoch, clock)
        journal.file.check_version()
        journal._head = journal.file.last()
        return journal

    @property
    def head(self) -> Head:
        """The newest line's number and chain hash."""
        return self._head

    def append(self, entry: Entry, beside: Sequence[Statement] = ()) -> int:
        """Write one line, durable on return; its number. ``beside`` are statements on the
        journal's other tables that are carried out in the same transaction.

        Raises ``EnvironmentFault`` ``journal.full`` or ``journal.unwritable`` (then nothing
        was written), ``ValueError`` for an entry that holds more than ids.
        """
        with self._writing:
            return self._write([*self._owed, entry], beside)

    def begin(self, entry: Entry) -> int:
        """Write a ``begun`` line; its number goes into the main transaction's act row."""
        if entry.state is not State.BEGUN or not entry.nonce:
            raise ValueError("an act begins with a begun line that carries its nonce")
        return self.append(entry)

    def end(self, entry: Entry) -> None:
        """End the ``begun`` line ``entry.of`` with ``done`` or ``failed``.

        The main transaction has spoken already, so a line that cannot be written now is
        owed: it is written before the next line, or at the next open from what the store
        shows. The act is not reported as failed for it.
        """
        if entry.state not in (State.DONE, State.FAILED) or not entry.of:
            raise ValueError("an act ends with done or failed of its begun line")
        with self._writing:
            try:
                self.append(entry)
            except EnvironmentFault:
                self._owed.append(entry)

    def open_acts(self) -> tuple[OpenAct, ...]:
        """The begun lines without an end, oldest first."""
        rows = self.file.rows("SELECT number, nonce FROM open_act ORDER BY number")
        return tuple(OpenAct(number, bytes(nonce)) for number, nonce in rows)

    def settle(self, has_effect: Callable[[OpenAct], bool]) -> int:
        """At open: end every begun line from what the store shows; how many there were.

        ``has_effect`` says whether the main transaction of that act committed.
        """
        acts = self.open_acts()
        for act in acts:
            begun = self.line(act.number).entry
            effect = has_effect(act)
            self.append(
                Entry(
                    State.DONE if effect else State.FAILED,
                    begun.function_id,
                    begun.staff_id,
                    subject=begun.subject,
                    cause="" if effect else "gate.interrupted",
                    of=act.number,
                )
            )
        return len(acts)

    def line(self, number: int) -> Line:
        """The line of this number. Raises ``KeyError`` when it is not here (any more)."""
        rows = self.file.rows("SELECT body FROM line WHERE number = ?", (number,))
        if not rows:
            raise KeyError(number)
        return decode_line(number, rows[0][0])

    def vouches(self, number: int, digest: bytes) -> bool:
        """Whether the terminal's own work that began with line ``number`` brought what has this
        SHA-256: the line says so in its payload, and it stands unchanged in the chain, up to the
        next head that the union countersigned or to the end."""
        sql = "SELECT number, hash FROM line WHERE number = ?"
        before = self.file.rows(sql, (number - 1,))
        above = self.file.rows("SELECT number, hash FROM head WHERE number >= ? LIMIT 1", (number,))
        last = above[0] if above else (self._head.number, self._head.hash)
        sealed, said = (bytes(before[0][1]) if before else NO_HASH), False
        sql = "SELECT number, body FROM line WHERE number BETWEEN ? AND ? ORDER BY number"
        for at, body in self.file.each(sql, (number, last[0])):
            sealed = chain_hash(sealed, at, hashlib.sha256(body).digest())
            if at == number:
                entry = decode_line(at, body).entry
                own = entry.state is State.BEGUN and entry.staff_id == SYSTEM
                said = own and digest in _cut(entry.payload)
        return said and sealed == bytes(last[1])

    def lines(self, first: int = 1, last: int | None = None) -> Iterator[Line]:
        """The lines from ``first`` to ``last`` (inclusive; None: to the end), in order."""
        upper = self._head.number if last is None else last
        sql = "SELECT number, body FROM line WHERE number BETWEEN ? AND ? ORDER BY number"
        for number, body in self.file.each(sql, (first, upper)):
            yield decode_line(number, body)

    def newest_first(self) -> Iterator[Line]:
        """All lines from the newest on."""
        sql = "SELECT number, body FROM line ORDER BY number DESC"
        for number, body in self.file.each(sql, chunk=200):
            yield decode_line(number, body)

    def first_kept(self) -> int:
        """The first line behind genesis that is still here; 0 for none."""
        return int(self.file.rows("SELECT min(number) FROM line WHERE number > 1")[0][0] or 0)

    def has(self, head: Head) -> bool:
        """Whether this journal contains that head: a fork or an old copy does not, nor does a
        journal whose months were dropped beyond it."""
        if head == START:
            return True
        rows = self.file.rows("SELECT hash FROM line WHERE number = ?", (head.number,))
        return bool(rows) and bytes(rows[0][0]) == head.hash

    def lines_since(self, head: Head, limit: int = 100_000) -> tuple[LineDigest, ...]:
        """The digests of the lines after ``head``, oldest first, for the union.

        Raises ``EnvironmentFault`` ``journal.fork`` when this journal lacks ``head``.
        """
        if not self.has(head):
            raise fork()
        sql = "SELECT number, body FROM line WHERE number > ? ORDER BY number LIMIT ?"
        return tuple(
            LineDigest(number, hashlib.sha256(body).digest())
            for number, body in self.file.each(sql, (head.number, limit))
        )

    def last_countersigned(self) -> CountersignedHead | None:
        """The newest head that the union signed, or None before the first contact."""
        note = self._last_note()
        return None if note is None else note.record

    def heads(self) -> tuple[HeadNote, ...]:
        """Every head as the table has it, oldest first: found quickly, proved by its line."""
        return tuple(_note(row) for row in self.file.rows(f"{_HEADS} ORDER BY number"))

    def keep_head(self, record: CountersignedHead, store_id: str, key: Ed25519PublicKey) -> None:
        """Take in a head that the union countersigned; ``key`` is the union's.

        Raises ``EnvironmentFault``: ``journal.head_forged`` when the signature or the
        addressee is wrong, ``journal.fork`` when this journal lacks the head. A head that
        is already kept is no error.
        """
        kept = "SELECT 1 FROM head WHERE number = ? AND hash = ? LIMIT 1"
        if self.file.rows(kept, (record.head.number, record.head.hash)):
            return
        addressed = record.store_id == store_id and record.terminal == self._terminal
        if not addressed or not is_countersigned(key, record):
            raise EnvironmentFault(
                "journal.head_forged",
                "広域連合から届いた操作記録の確認印が正しくありません。",
                "通信を止め、広域連合とシステム管理者に連絡してください。",
            )
        if not self.has(record.head):
            raise fork()
        last = self._last_note()
        ((count,),) = self.file.rows("SELECT count(*) FROM head")
        note = HeadNote(count + 1, NO_HEAD if last is None else last.digest, record)
        row = (
            record.store_id,
            record.terminal,
            record.head.number,
            record.head.hash,
            record.at,
            record.signature,
            note.count,
            note.previous,
        )
        self.append(Entry(State.EVENT, HEAD_EVENT, payload=note.payload), ((_INSERT_HEAD, row),))

    def _last_note(self) -> HeadNote | None:
        rows = self.file.rows(f"{_HEADS} ORDER BY number DESC LIMIT 1")
        return _note(rows[0]) if rows else None

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _write(self, entries: list[Entry], beside: Sequence[Statement] = ()) -> int:
        at = self._clock.now().isoformat()
        head = self._head
        with self.file.write() as connection:
            for sql, parameters in beside:
                connection.execute(sql, parameters)
            for entry in entries:
                body = encode_line(at, self._terminal, self._epoch, entry)
                number = head.number + 1
                digest = hashlib.sha256(body).digest()
                head = Head(number, chain_hash(head.hash, number, digest))
                connection.execute(
                    "INSERT INTO line (number, hash, body) VALUES (?, ?, ?)",
                    (number, head.hash, body),
                )
                if entry.state is State.BEGUN:
                    connection.execute(
                        "INSERT INTO open_act (number, nonce) VALUES (?, ?)",
                        (number, entry.nonce),
                    )
                elif entry.of:
                    connection.execute("DELETE FROM open_act WHERE number = ?", (entry.of,))
        self._head = head
        self._owed.clear()
        return head.number


def _note(row: tuple[Any, ...]) -> HeadNote:
    store_id, terminal, number, value, at, signature, count, previous = row
    head = Head(number, bytes(value))
    record = CountersignedHead(store_id, terminal, head, at, bytes(signature))
    return HeadNote(count, bytes(previous), record)


def _cut(payload: bytes) -> set[bytes]:
    return {payload[at : at + 32] for at in range(0, len(payload), 32)}


def fork() -> EnvironmentFault:
    """The fault of a journal that is not the one which the union knows."""
    return EnvironmentFault(
        FORK,
        "この端末の操作記録は、広域連合が確認した記録の続きではありません。"
        "古い複製に置き換えられたおそれがあります。",
        "業務を始めず、システム管理者に連絡して復旧の手順を行ってください。",
    )
