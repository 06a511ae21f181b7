"""How the relay opens its own store with nobody there: a machine key that two persons gave it.

Giving the standing order seals the store's key under 32 random bytes that never lie beside it: the
service gets them from the system (systemd's credentials), or from a file that the administrator
names. Taking the order back, or a new key of the store, makes them worthless.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.files import remove, write_whole
from app.core.paths import Paths
from app.security import vault
from app.security.entry.control import open_control
from app.security.entry.terminal import settle
from app.security.gate.catching_up import catch_up
from app.security.gate.gate import Gate, SystemHand
from app.security.journal.journal import Journal
from app.security.keys.sealing import KEY_BYTES, SealError, open_under, random_key, seal_under
from app.security.spec import Hand
from app.security.staff.session import LiveSessions
from app.start.compose import Parts
from db.work import Store

SLOT = "relay.slot"
CREDENTIAL = "madoguchi-relay"
"""The name under which systemd hands the machine key over (``LoadCredentialEncrypted=``)."""
_LABEL = "relay"


@dataclass(frozen=True, slots=True)
class OpenRelay:
    """The relay's store, journal and the handle of its engine; nobody is logged in."""

    store: Store
    journal: Journal
    hand: SystemHand


def give_key(paths: Paths, data_key: bytes) -> str:
    """Seal the store's key under a fresh machine key; the machine key, as text to keep."""
    key = random_key()
    write_whole(paths.data / SLOT, seal_under(key, data_key, _LABEL))
    return key.hex()


def take_key_back(paths: Paths) -> None:
    """The machine key opens nothing any more. Raises OSError."""
    remove(paths.data / SLOT)


def machine_key(named: Path | None) -> bytes:
    """The machine key: of the file that is named, else what systemd hands over. Raises
    EnvironmentFault ``relay.no_key``."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    path = named or (Path(folder) / CREDENTIAL if folder else None)
    try:
        text = path.read_text(encoding="ascii").strip() if path is not None else ""
        key = bytes.fromhex(text)
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise EnvironmentFault(
            "relay.no_key",
            "中継の鍵が渡されていません。",
            "サービスの設定（LoadCredentialEncrypted）か --key で、指示のときに受け取った鍵の"
            "ファイルを渡してください。",
        )
    return key


@contextmanager
def opened(parts: Parts, key: bytes) -> Iterator[OpenRelay]:
    """The relay's store while the block runs. Raises EnvironmentFault ``relay.wrong_key`` and
    what the vault raises."""
    paths = parts.paths
    try:
        data_key = open_under(key, (paths.data / SLOT).read_bytes(), _LABEL)
    except (OSError, SealError) as cause:
        raise _wrong_key() from cause
    try:
        store = vault.open_store(paths, data_key)
    except EnvironmentFault as fault:
        if fault.code == "store.wrong_key":
            raise _wrong_key() from fault
        raise
    try:
        connection = vault.open_journal(paths, data_key)
        try:
            identity = store.identity
            journal = Journal.open(connection, identity.terminal, identity.epoch, parts.clock)
            settle(journal, store)
            rules = parts.rules(lambda: True)
            control = open_control(store, journal, rules)
            catch_up(store, journal, rules.catalog)
            gate = Gate(store, journal, parts.clock, rules, LiveSessions(), control)
            yield OpenRelay(store, journal, gate.hand(Hand.ENGINE))
        finally:
            connection.close()
    finally:
        store.close()


def _wrong_key() -> EnvironmentFault:
    return EnvironmentFault(
        "relay.wrong_key",
        "渡された鍵では、中継のデータが開きません（指示が取りやめられたか、鍵が更新されています）。",
        "責任者二人で madoguchi relay order を行い、新しい鍵をサービスに渡してください。",
    )
