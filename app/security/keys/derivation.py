"""From what is known and what is held to the key of a person's private half (DESIGN 4)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

from app.security.keys.sealing import KEY_BYTES, subkey

SALT_BYTES = 16
_MEMORY_LIMIT_KIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """The cost of one guess at a password (RFC 9106); stored beside what it protects.

    ``passes`` ≥ 1, ``memory_kib`` in KiB (8 × lanes … 1 GiB), ``lanes`` ≥ 1. Values outside
    raise ``ValueError``, so that a forged file cannot make the terminal swallow its memory.
    """

    passes: int
    memory_kib: int
    lanes: int

    def __post_init__(self) -> None:
        if not (1 <= self.passes <= 64 and 1 <= self.lanes <= 16):
            raise ValueError("Argon2id passes or lanes out of range")
        if not 8 * self.lanes <= self.memory_kib <= _MEMORY_LIMIT_KIB:
            raise ValueError("Argon2id memory out of range")


STANDARD = Argon2Parameters(passes=3, memory_kib=64 * 1024, lanes=4)
"""RFC 9106's second recommended option: about 70 ms on a slow desk machine."""


def stretch(password: str, salt: bytes, parameters: Argon2Parameters) -> bytes:
    """Argon2id of the password: 32 bytes. The password is taken in Unicode form C, because
    one keyboard sends a composed character where another sends its parts."""
    if len(salt) < SALT_BYTES:
        raise ValueError("the salt has at least 16 bytes")
    return hash_secret_raw(
        unicodedata.normalize("NFC", password).encode(),
        salt,
        time_cost=parameters.passes,
        memory_cost=parameters.memory_kib,
        parallelism=parameters.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def private_half_key(
    password: str, salt: bytes, parameters: Argon2Parameters, held_secret: bytes
) -> bytes:
    """HKDF(Argon2id(password) ‖ S): both factors, and neither alone, give this key."""
    if len(held_secret) != KEY_BYTES:
        raise ValueError("S has 32 bytes")
    return subkey(stretch(password, salt, parameters) + held_secret, "private half")
