"""What a slot file says, as values, and its one deterministic form as bytes (CBOR)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cbor2

from app.security.keys.derivation import SALT_BYTES, Argon2Parameters
from app.security.keys.keypairs import PersonKeys, Slot, SlotKind
from app.security.keys.sealing import KEY_BYTES
from app.security.keys.terminal_state import TerminalState, read_state


class ContentError(Exception):
    """The bytes are not the content they should be. Does not leave ``app.security``."""


@dataclass(frozen=True, slots=True)
class SealedDataKey:
    """The store's data key of one generation, sealed for one person on one terminal."""

    generation: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in the slot file. Without data keys the right is not effective yet."""

    keys: PersonKeys
    data_keys: tuple[SealedDataKey, ...] = ()
    number_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class SlotFile:
    """The whole slot file. ``recovery`` holds every generation sealed to
    ``recovery_public``; two generations stand side by side until the newer is proved.
    ``account`` names the OS account that the terminal is used with (empty: not recorded);
    ``revision`` rises by one with every change. ``state`` is how far the terminal had come when
    it was last mirrored here."""

    terminal_id: str
    store_id: str
    store_public: str
    recovery_public: str
    recovery: tuple[SealedDataKey, ...]
    recovery_number_key: bytes
    holders: tuple[Holder, ...]
    revision: int = 1
    account: str = ""
    state: TerminalState | None = None

    @property
    def generation(self) -> int:
        """The newest generation in the file, proved or not."""
        return max(entry.generation for entry in self.recovery)

    @property
    def generations(self) -> tuple[int, ...]:
        """All generations in the file, newest first."""
        return tuple(sorted((entry.generation for entry in self.recovery), reverse=True))

    @property
    def staff_ids(self) -> frozenset[str]:
        """Everybody in the file, effective or not."""
        return frozenset(holder.keys.staff_id for holder in self.holders)

    def find(self, staff_id: str) -> Holder | None:
        """The person's entry, or nothing."""
        for holder in self.holders:
            if holder.keys.staff_id == staff_id:
                return holder
        return None


def encode_person_keys(keys: PersonKeys) -> bytes:
    """The form in which a person's keys travel in the control log (制御ログ)."""
    return _dump(_person_map(keys))


def decode_person_keys(content: bytes) -> PersonKeys:
    """Read what ``encode_person_keys`` wrote. Raises ``ContentError``."""
    return _person_from(_load(content))


def encode_holders(holders: tuple[Holder, ...]) -> bytes:
    """Who is in the file and what is sealed to them, in the order of their ids."""
    return bytes(cbor2.dumps(_holder_list(holders), canonical=True))


def decode_holders(content: bytes) -> tuple[Holder, ...]:
    """Read what ``encode_holders`` wrote. Raises ``ContentError``."""
    try:
        return tuple(_holder_from(entry) for entry in cbor2.loads(content))
    except (cbor2.CBORDecodeError, KeyError, TypeError, ValueError) as cause:
        raise ContentError from cause


def _holder_list(holders: tuple[Holder, ...]) -> list[dict[str, Any]]:
    return [
        {
            "keys": _person_map(holder.keys),
            "data_keys": _data_key_list(holder.data_keys),
            "number_key": holder.number_key,
        }
        for holder in sorted(holders, key=lambda one: one.keys.staff_id)
    ]


def encode_slot_file(file: SlotFile) -> bytes:
    """Canonical CBOR: equal files give equal bytes, whatever order persons came in."""
    return _dump(
        {
            "terminal": file.terminal_id,
            "store": file.store_id,
            "store_public": file.store_public,
            "recovery_public": file.recovery_public,
            "recovery": _data_key_list(file.recovery),
            "recovery_number_key": file.recovery_number_key,
            "holders": _holder_list(file.holders),
            "revision": file.revision,
            "account": file.account,
            "state": b"" if file.state is None else file.state.to_bytes(),
        }
    )


def decode_slot_file(content: bytes) -> SlotFile:
    """Read what ``encode_slot_file`` wrote. Raises ``ContentError``."""
    fields = _load(content)
    try:
        return SlotFile(
            terminal_id=_text(fields["terminal"]),
            store_id=_text(fields["store"]),
            store_public=_text(fields["store_public"]),
            recovery_public=_text(fields["recovery_public"]),
            recovery=_data_keys_from(fields["recovery"]),
            recovery_number_key=_bytes(fields["recovery_number_key"]),
            holders=tuple(_holder_from(entry) for entry in fields["holders"]),
            revision=int(fields["revision"]),
            account=_text(fields["account"]),
            state=_state_of(fields.get("state", b"")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        raise ContentError from cause


def _dump(value: Mapping[str, Any]) -> bytes:
    return bytes(cbor2.dumps(value, canonical=True))


def _load(content: bytes) -> Mapping[str, Any]:
    try:
        value = cbor2.loads(content)
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError) as cause:
        raise ContentError from cause
    if not isinstance(value, Mapping):
        raise ContentError
    return value


def _person_map(keys: PersonKeys) -> dict[str, Any]:
    return {
        "staff": keys.staff_id,
        "public": keys.public,
        "private": keys.sealed_private,
        "salt": keys.salt,
        "argon2id": [keys.parameters.passes, keys.parameters.memory_kib, keys.parameters.lanes],
        "prf_salt": keys.prf_salt,
        "slots": [[slot.kind.value, slot.credential_id, slot.sealed_secret] for slot in keys.slots],
    }


def _person_from(fields: Mapping[str, Any]) -> PersonKeys:
    try:
        passes, memory_kib, lanes = fields["argon2id"]
        if len(fields["salt"]) < SALT_BYTES or len(fields["prf_salt"]) != KEY_BYTES:
            raise ValueError("salt of wrong length")
        return PersonKeys(
            staff_id=_text(fields["staff"]),
            public=_text(fields["public"]),
            sealed_private=_bytes(fields["private"]),
            salt=_bytes(fields["salt"]),
            parameters=Argon2Parameters(passes, memory_kib, lanes),
            prf_salt=_bytes(fields["prf_salt"]),
            slots=tuple(
                Slot(SlotKind(kind), _bytes(credential_id), _bytes(sealed))
                for kind, credential_id, sealed in fields["slots"]
            ),
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise ContentError from cause


def _holder_from(fields: Mapping[str, Any]) -> Holder:
    number_key = fields["number_key"]
    return Holder(
        keys=_person_from(fields["keys"]),
        data_keys=_data_keys_from(fields["data_keys"]),
        number_key=None if number_key is None else _bytes(number_key),
    )


def _data_key_list(entries: tuple[SealedDataKey, ...]) -> list[list[Any]]:
    ordered = sorted(entries, key=lambda entry: entry.generation)
    return [[entry.generation, entry.sealed] for entry in ordered]


def _data_keys_from(entries: list[list[Any]]) -> tuple[SealedDataKey, ...]:
    return tuple(SealedDataKey(int(generation), _bytes(sealed)) for generation, sealed in entries)


def _state_of(content: bytes) -> TerminalState | None:
    return read_state(content) if content else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("bytes expected")
    return value
