"""The courier's book (受渡記録): a line for everything that was sealed and opened, chained.

It is also what tells the next place of every stream, so that no second list can contradict it.
Lines hold ids, digests and counts, never content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from app.core.canon import canonical_json
from app.core.errors import EnvironmentFault
from app.core.files import append_synced, lock_file, write_fault
from app.wire.container import ContainerPlace, first_place

BOOK = "courier.book"
_LOCK = "courier.lock"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``act``: made, trusted, sealed, delivered, opened, skipped, again (the
    same container came once more), refused, person.
    ``peer`` and ``stream`` with ``epoch`` and ``sequence`` are the place in a stream; ``digest``
    is SHA-256 of the container; ``by`` the two persons."""

    number: int
    at: str
    act: str
    by: str
    file: str
    id: str
    peer: str
    stream: str
    epoch: int
    sequence: int
    digest: str
    count: int
    note: str
    chain: str


class Book:
    """The open book of one home; nobody else writes it while it is open."""

    def __init__(self, home: Path) -> None:
        self._path = home / BOOK
        try:
            self._lock = lock_file(home / _LOCK)
        except OSError as cause:
            raise write_fault(cause) from cause
        if self._lock is None:
            raise EnvironmentFault(
                "courier.busy",
                "受渡しの別の作業が動いています。",
                "その作業が終わってから、もう一度行ってください。",
            )
        try:
            self.entries = tuple(read_book(home))
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Let others write."""
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_cause: object) -> None:
        self.close()

    def write(self, entry: Entry) -> Entry:
        """Add a line, durable when this returns; number and chain are filled in. Raises
        EnvironmentFault ``disk.*``."""
        last = self.entries[-1] if self.entries else None
        chained = replace(
            entry,
            number=last.number + 1 if last else 1,
            chain=last.chain if last else "",
        )
        whole = replace(chained, chain=_chain(chained))
        try:
            append_synced(self._path, (canonical_json(asdict(whole)) + "\n").encode())
        except OSError as cause:
            raise write_fault(cause) from cause
        self.entries = (*self.entries, whole)
        return whole

    def next_place(
        self, acts: tuple[str, ...], peer: str, stream: str, epoch: int = 1
    ) -> ContainerPlace:
        """The place after the last line of ``acts`` in a stream."""
        mine = [
            one
            for one in self.entries
            if one.act in acts and (one.peer, one.stream) == (peer, stream)
        ]
        if not mine or epoch > mine[-1].epoch:
            return first_place(epoch)
        return ContainerPlace(mine[-1].epoch, mine[-1].sequence + 1, mine[-1].digest)

    def find(self, act: str, entry_id: str) -> Entry | None:
        """The line of this act and id."""
        return next((one for one in self.entries if (one.act, one.id) == (act, entry_id)), None)


def blank(act: str, at: str, by: tuple[str, ...] = (), **values: object) -> Entry:
    """An entry with what is given; everything else empty."""
    empty: dict[str, object] = {one.name: 0 if one.type == "int" else "" for one in fields(Entry)}
    empty |= {"act": act, "at": at, "by": " ".join(by), **values}
    return Entry(**empty)  # type: ignore[arg-type]


def read_book(home: Path) -> Iterator[Entry]:
    """Every line, proved as it is read. Raises EnvironmentFault ``courier.book`` for a line that
    was changed, taken out or cut."""
    path = home / BOOK
    if not path.exists():
        return
    chain, number = "", 0
    for line in path.read_bytes().split(b"\n")[:-1]:
        number += 1
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError) as cause:
            raise _broken(number) from cause
        if entry.number != number or entry.chain != _chain(replace(entry, chain=chain)):
            raise _broken(number)
        chain = entry.chain
        yield entry
    if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
        raise _broken(number + 1)


def _chain(entry: Entry) -> str:
    """SHA-256 over the line with the chain of the line before in its place."""
    return hashlib.sha256(canonical_json(asdict(entry)).encode()).hexdigest()


def _broken(number: int) -> EnvironmentFault:
    return EnvironmentFault(
        "courier.book",
        f"受渡記録の {number} 行目が、書かれたときのままではありません。",
        "封も開封も止めています。記録のファイルには触れず、情報システム管理者に連絡してください。",
    )
