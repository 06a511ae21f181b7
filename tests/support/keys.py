"""Keys for tests: quick Argon2id, PRF outputs as an authenticator would give them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.security.keys import keyslots
from app.security.keys.derivation import Argon2Parameters
from app.security.keys.keypairs import PersonKeys, PrfOutput, make_person_keys
from app.security.keys.sealing import KeyPair, new_pair, random_key
from app.security.keys.slot_model import SlotFile
from app.security.keys.terminal_secret import TerminalSecret, new_terminal_secret

QUICK = Argon2Parameters(passes=1, memory_kib=64, lanes=1)
"""The cheapest cost Argon2id takes; derivation is the same, only the cost differs."""

PRF_SALT = b"\x51" * 32


def prf_of(key_name: str) -> PrfOutput:
    """What the key called ``key_name`` answers: stable per key, different between keys."""
    digest = hashlib.sha256(key_name.encode()).digest()
    return PrfOutput(credential_id=b"credential of " + key_name.encode(), secret=digest)


def person(staff_id: str, password: str | None = None, *key_names: str) -> PersonKeys:
    """A person's fresh keys; by default password ``pw-<id>`` and the key ``key-<id>``."""
    outputs = [prf_of(name) for name in key_names or (f"key-{staff_id}",)]
    return make_person_keys(staff_id, password or f"pw-{staff_id}", QUICK, PRF_SALT, outputs)


@dataclass(frozen=True)
class Founded:
    """A store's keys after genesis with the founders ``A001`` and ``A002``."""

    file: SlotFile
    terminal: TerminalSecret
    data_key: bytes
    number_key: bytes
    recovery: KeyPair
    store: KeyPair


def founded(terminal_id: str = "T01", number_holders: frozenset[str] = frozenset()) -> Founded:
    """Genesis with two founders."""
    terminal = new_terminal_secret(terminal_id)
    data_key, number_key = random_key(), random_key()
    recovery, store = new_pair(), new_pair()
    genesis = keyslots.Genesis(
        store_id="store-1",
        store_public=store.public,
        recovery_public=recovery.public,
        founders=(person("A001"), person("A002")),
        data_key=data_key,
        number_key=number_key,
        number_holders=number_holders,
    )
    file = keyslots.new_slot_file(genesis, terminal)
    return Founded(file, terminal, data_key, number_key, recovery, store)


def unlock(place: Founded, staff_id: str, file: SlotFile | None = None) -> keyslots.Unlocked:
    """Unlock with the person's own password and key."""
    return keyslots.unlock(
        file or place.file, place.terminal, staff_id, f"pw-{staff_id}", prf_of(f"key-{staff_id}")
    )
