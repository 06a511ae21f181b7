"""Sealing small secrets: to a public half (age, X25519) or under a symmetric key.

Every secret here is 32 bytes unless said otherwise. Failures are ``SealError``, which does
not leave ``app.security``: the caller knows which factor was tried and names the fault.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class SealError(Exception):
    """The key does not fit, or the sealed bytes were changed. Which, nobody can tell."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An age (X25519) pair: ``public`` as text ``age1…``, ``private`` as 32 raw bytes."""

    public: str
    private: bytes = field(repr=False)


def random_key() -> bytes:
    """32 fresh random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def new_pair() -> KeyPair:
    """A fresh random pair."""
    return pair_from_secret(random_key())


def pair_from_secret(secret: bytes) -> KeyPair:
    """The pair whose private half is ``secret`` (32 bytes), as with an authenticator's PRF."""
    return KeyPair(str(_identity(secret).to_public()), bytes(secret))


def seal_to(public: str | Sequence[str], plain: bytes) -> bytes:
    """Seal ``plain`` so that only the private half of one of ``public`` opens it."""
    halves = [public] if isinstance(public, str) else list(public)
    if not halves:
        raise ValueError("nobody to seal to")
    recipients = [pyrage.x25519.Recipient.from_str(half) for half in halves]
    return bytes(pyrage.encrypt(plain, recipients))


def open_with(private: bytes, sealed: bytes) -> bytes:
    """Open what ``seal_to`` sealed. Raises ``SealError``."""
    try:
        return bytes(pyrage.decrypt(sealed, [_identity(private)]))
    except pyrage.DecryptError as cause:
        raise SealError from cause


def seal_under(key: bytes, plain: bytes, label: str) -> bytes:
    """Seal ``plain`` under a 32-byte key; ``label`` binds it to its place and its owner."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, label.encode())


def open_under(key: bytes, sealed: bytes, label: str) -> bytes:
    """Open what ``seal_under`` sealed with the same label. Raises ``SealError``."""
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, body, label.encode())
    except (InvalidTag, ValueError) as cause:
        raise SealError from cause


def subkey(secret: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, drawn from ``secret`` by HKDF-SHA256."""
    kdf = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"madoguchi {purpose}".encode())
    return kdf.derive(secret)


def _identity(secret: bytes) -> pyrage.x25519.Identity:
    if len(secret) != KEY_BYTES:
        raise ValueError("an X25519 private half has 32 bytes")
    return pyrage.x25519.Identity.from_str(_bech32("age-secret-key-", secret).upper())


def _bech32(prefix: str, payload: bytes) -> str:
    # pyrage takes a private half only in age's text form, which is bech32 (BIP 173)
    bits = int.from_bytes(payload, "big")
    length = len(payload) * 8
    padding = -length % 5
    bits <<= padding
    groups = [(bits >> shift) & 31 for shift in range(length + padding - 5, -1, -5)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = _bech32_polymod([*expanded, *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    groups += [(checksum >> 5 * (5 - place)) & 31 for place in range(6)]
    return prefix + "1" + "".join(_BECH32[group] for group in groups)


def _bech32_polymod(values: Sequence[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_BECH32_GENERATOR):
            state ^= generator if (top >> place) & 1 else 0
    return state
