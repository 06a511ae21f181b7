"""Changing the data key: generation g to g+1, so that a leaver's old key opens nothing new.

The slot file holds both generations until the new one is proved. Journal and store are
rekeyed one after the other; after a crash at any point each of them opens with exactly one of
the two keys, and the next opening finishes what was begun.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.paths import Paths
from app.security.keys import keyslots
from app.security.keys.keyslots import StoreKeys
from app.security.keys.slot_model import SlotFile
from app.security.keys.slot_storage import write_slot_file
from app.security.keys.terminal_secret import TerminalSecret
from app.security.vault.opening import (
    JournalConnection,
    make_lanes,
    open_raw,
    open_store,
    translated,
)
from app.security.vault.place import check_place, take_lock
from db import engine, faults
from db.engine import Tuning
from db.work import Store


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store, the slot file after settling, and the data key in force."""

    store: Store
    slots: SlotFile
    data_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rotated:
    """The slot file and the data key after a change of key."""

    slots: SlotFile
    data_key: bytes = field(repr=False)


def open_with(paths: Paths, keys: StoreKeys, slots: SlotFile, terminal: TerminalSecret) -> Opened:
    """Open the store with what a person's factors opened.

    If two generations stand in the slot file, a change of key was cut short: it is finished
    first and the older generation leaves the file. Raises as ``open_store``, and ``disk.*``.
    """
    newest, data_key = keys.newest_first()[0]
    if len(keys.data_keys) > 1 or len(slots.generations) > 1:
        check_place(paths)
        lock = take_lock(paths)
        try:
            for path in (paths.journal, paths.store):
                if path.exists():
                    _bring_to(path, keys, data_key)
            slots = keyslots.prove(slots, newest)
            write_slot_file(paths.slots, slots, terminal)
        finally:
            lock.release()
    return Opened(open_store(paths, data_key), slots, data_key)


def rotate(
    paths: Paths,
    store: Store,
    journal: JournalConnection | None,
    keys: Rotated,
    terminal: TerminalSecret,
    leaving: Collection[str] = (),
) -> Rotated:
    """Change the data key and take it from those ``leaving`` (退職, 異動, 紛失, 再設定).

    Seals g+1 to everybody who stays, rekeys journal and store, proves, and drops g. Store and
    journal stay open for their users. No unit of work may be open in this thread. Raises what
    ``keyslots.begin_rotation`` and ``rekey`` raise; when the rekey did not happen, the slot
    file is back at g, without the leavers.
    """
    begun, new_key = keyslots.begin_rotation(keys.slots, terminal, leaving)
    write_slot_file(paths.slots, begun, terminal)
    try:
        rekey(paths, store, journal, keys.data_key, new_key)
    except BaseException:
        if store.is_open:
            back = keyslots.abandon(begun, begun.generation)
            write_slot_file(paths.slots, back, terminal)
        raise
    proved = keyslots.prove(begun, begun.generation)
    write_slot_file(paths.slots, proved, terminal)
    return Rotated(proved, new_key)


def rekey(
    paths: Paths,
    store: Store,
    journal: JournalConnection | None,
    old_key: bytes,
    new_key: bytes,
) -> None:
    """Encrypt journal and store anew. Running units of work are waited for.

    When it fails with both files still under ``old_key`` they are open again afterwards;
    otherwise the store is closed and the next ``open_with`` finishes the change. Raises
    ``EnvironmentFault`` ``store.*``.
    """
    with ExitStack() as stack:
        # The store first: a unit of work that is waited for may still write its line.
        resume = stack.enter_context(store.paused())
        if journal is not None:
            try:
                stack.enter_context(journal.paused())
            except BaseException:
                resume(make_lanes(paths.store, old_key))
                raise
        files = [path for path in (paths.journal, paths.store) if path.exists()]
        key = old_key
        try:
            for path in files:
                _rekey_file(path, old_key, new_key)
            key = new_key
        finally:
            if all(_opens(path, key) for path in files):
                resume(make_lanes(paths.store, key))
                if journal is not None:
                    journal.reopen(key)


def _bring_to(path: Path, keys: StoreKeys, data_key: bytes) -> None:
    if _opens(path, data_key):
        return
    for _, older in keys.newest_first()[1:]:
        if _opens(path, older):
            _rekey_file(path, older, data_key)
            return
    raise faults.wrong_key()


def _rekey_file(path: Path, old_key: bytes, new_key: bytes) -> None:
    connection = open_raw(path, old_key, Tuning())
    try:
        with translated(path):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            engine.rekey(connection, new_key)
    finally:
        connection.close()
    if not _opens(path, new_key):  # only an opening proves it
        raise faults.refused_write(path) if _opens(path, old_key) else faults.damaged()


def _opens(path: Path, key: bytes) -> bool:
    try:
        open_raw(path, key, Tuning()).close()
    except EnvironmentFault as fault:
        if fault.code == "store.wrong_key":
            return False
        raise
    return True
