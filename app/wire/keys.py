"""Public halves and their short names, shared by both sides of a line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SigningKeys: TypeAlias = Mapping[str, Ed25519PublicKey]
"""The public halves that count, by key id."""


def key_id(public: bytes) -> str:
    """The short name of a public half (raw Ed25519 bytes or an age recipient's text)."""
    return hashlib.sha256(public).hexdigest()[:16]


def signing_id(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """The key id of an Ed25519 pair."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return key_id(public.public_bytes_raw())


def recipient_id(recipient: str) -> str:
    """The key id of an age recipient (``age1…``)."""
    return key_id(recipient.encode("ascii"))


def signing_keys(*publics: bytes) -> dict[str, Ed25519PublicKey]:
    """Raw Ed25519 public halves by key id."""
    return {key_id(raw): Ed25519PublicKey.from_public_bytes(raw) for raw in publics}


def fingerprint(*publics: bytes) -> str:
    """Digits to compare by eye (指紋): ten groups of four over all the public halves given.

    Forty decimal digits of SHA-256 (about 132 bits), short enough to read aloud.
    """
    digest = hashlib.sha256(b"madoguchi-fingerprint-v1\0")
    for raw in publics:
        digest.update(len(raw).to_bytes(4, "big") + raw)
    number = int.from_bytes(digest.digest(), "big") % 10**40
    digits = f"{number:040d}"
    return " ".join(digits[start : start + 4] for start in range(0, 40, 4))


def check_digits(digest: str) -> str:
    """The digits by which two sides see that they hold the same file: four groups of four (about 53
    bits), from its SHA-256 (hex). Whoever could make another file with these digits would have to
    hold the sender's signing key as well."""
    return fingerprint(bytes.fromhex(digest))[:19]
