"""復元の訓練 (SEC-160): a backup is proved to come back, beside the live store and without touching
it. It is restored under a key that nobody keeps, looked through, and destroyed."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.core.files import remove, write_fault
from app.core.paths import Paths
from app.security import vault
from app.security.founding.restoring import erase_again
from app.security.journal.journal import Journal
from app.security.keys.recovery import combine, open_store_keys
from app.security.keys.sealing import random_key
from app.security.keys.slot_storage import read_unauthenticated
from app.wire.heads import NO_HASH, chain_hash

_FOLDER = "drill-"
COUNTED = ("person", "case_file", "certificate", "outbox")
"""Tables whose rows are counted for the person who looks."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """What came back: when the backup was made (ISO), rows by table, lines of the journal, how
    many erased persons would be erased again, and how long it took (seconds)."""

    made_at: str
    rows: dict[str, int]
    lines: int
    erased_again: int
    seconds: float


def drill(paths: Paths, made: vault.Backup, papers: Sequence[str], clock: Clock) -> Drilled:
    """Raises as ``restoring.restore`` for papers and a backup that do not go together, and
    EnvironmentFault ``drill.damaged`` for a store or journal that came back and is not whole;
    nothing of it is left in any case."""
    started = clock.monotonic()
    pair = combine(papers)
    open_store_keys(read_unauthenticated(made.folder / paths.slots.name), pair)
    for left in paths.data.glob(f"{_FOLDER}*"):  # of a drill that the power cut short
        shutil.rmtree(left, ignore_errors=True)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=paths.data))
    except OSError as cause:
        raise write_fault(cause) from cause
    place, key = Paths(folder), random_key()
    try:
        vault.restore(place, made.folder, pair.private, key)
        if paths.erased.exists():
            shutil.copyfile(paths.erased, place.erased)
        again = erase_again(place, key)
        rows, lines = _look(place, key, clock)
    finally:
        for file in [one for one in folder.rglob("*") if one.is_file()]:
            remove(file)
        shutil.rmtree(folder, ignore_errors=True)
    return Drilled(made.made_at, rows, lines, again, clock.monotonic() - started)


def _look(place: Paths, key: bytes, clock: Clock) -> tuple[dict[str, int], int]:
    with closing(vault.open_store(place, key)) as store, store.view(COUNTED) as work:
        rows = {
            table: int(work.scalar(text(f"SELECT count(*) FROM {table}")) or 0) for table in COUNTED
        }
    with closing(vault.open_journal(place, key)) as connection:
        journal = Journal.open(connection, "", 1, clock)
        value, at, lines = NO_HASH, 0, 0
        for number, kept, body in journal.file.each(
            "SELECT number, hash, body FROM line ORDER BY number"
        ):
            if lines and number == at + 1:  # dropped months leave a gap, which the union proves
                value = chain_hash(value, number, hashlib.sha256(body).digest())
                if value != bytes(kept):
                    raise _damaged(number)
            value, at, lines = bytes(kept), number, lines + 1
    return rows, lines


def _damaged(line: int) -> EnvironmentFault:
    return EnvironmentFault(
        "drill.damaged",
        f"復元はできましたが、操作記録の {line} 行目が前の行と続いていません。",
        "このバックアップを使わず、別の日のもので訓練してください。システム管理者に連絡してください。",
    )
