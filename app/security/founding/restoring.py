"""復元: a backup comes back into the store's place, by two shares and two supervisors (DESIGN 6).

The journal that lies here stays where it goes on from the backup's: what was done since is then
still proved, though the store does not know it any more. The epoch rises, so that no id is made
twice. Rights and staff are those of the backup; everybody but the two is admitted anew. Nobody
searches on an enrolled terminal until the union gave again what came after the backup (decision
024).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import cbor2

from app.core.canon import digest_hex
from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.core.files import write_fault
from app.core.paths import Paths
from app.security import vault
from app.security.authenticators.verify import RegistrationPolicy
from app.security.control.rules import House
from app.security.founding.recovering import Rescue, recover
from app.security.gate.facts import FIRST_LOAD_FACT, FIRST_LOAD_OPEN, STANDS_FACT
from app.security.journal.journal import Journal
from app.security.journal.mirrors import PURGED_DECISIONS, PURGED_MEASURES
from app.security.keys.recovery import combine, open_store_keys
from app.security.keys.sealing import KeyPair
from app.security.keys.slot_model import SlotFile
from app.security.keys.slot_storage import read_unauthenticated
from app.security.keys.terminal_secret import SecretShelf
from db import again


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: when the backup was made (ISO), the new epoch, whether the journal here
    stayed, and the journal's line of the recovery that followed."""

    made_at: str
    epoch: int
    journal_stays: bool
    journal_line: int


@dataclass(frozen=True, slots=True)
class Place:
    """The terminal that is restored: its files, its keyring and the account of the OS."""

    paths: Paths
    shelf: SecretShelf
    account: str


def find_backup(paths: Paths, name: str) -> vault.Backup:
    """The backup called ``name`` (its folder's name or path), the newest for "". Raises
    ``EnvironmentFault`` ``backup.none``, ``backup.unknown``."""
    found = vault.list_backups(paths)
    if not name:
        if not found:
            raise EnvironmentFault(
                "backup.none",
                f"読めるバックアップが {paths.backups} にありません。",
                "別の場所に移してあるときは、そのフォルダーを指定してください。",
            )
        return max(found, key=lambda one: one.made_at)
    wanted = Path(name)
    for one in (*found, *_elsewhere(wanted)):
        if name == one.folder.name or wanted.resolve() == one.folder.resolve():
            return one
    raise EnvironmentFault(
        "backup.unknown",
        f"「{name}」という、読めるバックアップはありません。",
        "madoguchi restore --list で、選べるバックアップを確かめてください。",
    )


def restore(
    place: Place,
    made: vault.Backup,
    policy: RegistrationPolicy,
    rescue: Rescue,
    clock: Clock,
    house: House,
) -> Restored:
    """Put the backup back and let the two in. Called again after a crash it goes through once
    more. Raises ``EnvironmentFault`` ``backup.*`` before anything is changed, and as ``recover``.
    """
    paths = place.paths
    pair = combine(rescue.papers)
    file = _slots(paths, made.folder, pair)
    _, data_key = open_store_keys(file, pair).newest_first()[0]
    stays = vault.journal_goes_on(paths, made.folder, pair.private, (data_key,))
    over = _last_epoch(paths, data_key, made.epoch, clock) if stays else 0
    epoch = vault.restore(
        paths,
        made.folder,
        pair.private,
        data_key,
        vault.PutBack(over, stays, {FIRST_LOAD_FACT: FIRST_LOAD_OPEN, STANDS_FACT: made.made_at}),
    )
    erase_again(paths, data_key)
    manifest = digest_hex((made.folder / vault.MANIFEST).read_bytes())
    note = cbor2.dumps([made.made_at, epoch, manifest, stays], canonical=True)
    rescue = replace(rescue, slots=file, restored=note)
    done = recover(paths, place.shelf, place.account, policy, rescue, clock, house)
    return Restored(made.made_at, epoch, stays, done.journal_line)


def erase_again(paths: Paths, data_key: bytes) -> int:
    """Erase from the restored store everybody who was erased after the backup was made, before
    anybody works (SEC-160); how many. Done again it finds nobody. Raises ``EnvironmentFault``
    ``store.*``, ``disk.*``."""
    try:
        hashes = again.read_beside(paths.erased)
    except OSError as cause:
        raise write_fault(cause) from cause
    if not hashes:
        return 0
    purged = (PURGED_DECISIONS, PURGED_MEASURES)
    facts = tuple(f"store_fact.{name}" for name in purged)
    with (
        closing(vault.open_store(paths, data_key)) as store,
        store.update((*again.READS, *facts), (*again.WRITES, *facts)) as work,
    ):
        persons, *counts = again.erase_again(work, hashes)
        for name, count in zip(purged, counts, strict=True):
            work.set_fact(name, str(int(work.fact(name) or 0) + count))
    if persons:
        vault.rewrite_file(paths.store, data_key)
    return persons


def _slots(paths: Paths, folder: Path, pair: KeyPair) -> SlotFile:
    """The slot file in its place; the backup's own copy where that one is gone, damaged or of
    another issue of the shares."""
    with suppress(EnvironmentFault):
        file = read_unauthenticated(paths.slots)
        if file.recovery_public == pair.public:
            return file
    return read_unauthenticated(folder / paths.slots.name)


def _last_epoch(paths: Paths, data_key: bytes, epoch: int, clock: Clock) -> int:
    """The epoch of the newest line of the journal that stays."""
    with closing(vault.open_journal(paths, data_key)) as connection:
        journal = Journal.open(connection, "", epoch, clock)
        return journal.line(journal.head.number).epoch


def _elsewhere(folder: Path) -> Sequence[vault.Backup]:
    """A backup that lies outside the terminal's own folder of backups."""
    with suppress(EnvironmentFault):
        return (vault.read_backup(folder),)
    return ()
