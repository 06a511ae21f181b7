"""The journal's chain as both sides of the line compute it (DESIGN 5, countersigned heads).

A line's body never leaves the terminal before its month is sealed; its digest does, at each
contact. The union chains the digests itself, refuses a fork, and signs the head it reached.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

NO_HASH = bytes(32)
"""What the first line (genesis) follows."""

HEAD_DOMAIN = b"madoguchi-head-v1"


@dataclass(frozen=True, slots=True)
class Head:
    """A place in one terminal's journal: the line's number (from 1) and its chain hash."""

    number: int
    hash: bytes


START = Head(0, NO_HASH)
"""The place before genesis."""


@dataclass(frozen=True, slots=True)
class LineDigest:
    """What the union gets to see of a line: its number and SHA-256 of its body."""

    number: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class CountersignedHead:
    """A head under the union's signature. ``at`` is the union's time, ISO with offset."""

    store_id: str
    terminal: str
    head: Head
    at: str
    signature: bytes


class ForkError(Exception):
    """The digests do not continue the chain from the head that is known."""


def chain_hash(previous: bytes, number: int, digest: bytes) -> bytes:
    """The hash of line ``number`` whose body has this digest, after ``previous``."""
    return hashlib.sha256(previous + number.to_bytes(8, "big") + digest).digest()


def follow(known: Head, digests: Iterable[LineDigest]) -> Head:
    """The head that the digests lead to from ``known``. Raises ``ForkError`` for a number
    that is not the next one."""
    number, value = known.number, known.hash
    for line in digests:
        if line.number != number + 1:
            raise ForkError(f"line {line.number} after line {number}")
        number = line.number
        value = chain_hash(value, number, line.digest)
    return Head(number, value)


def head_bytes(store_id: str, terminal: str, head: Head, at: str) -> bytes:
    """The bytes that the union signs over a head."""
    fields = [store_id, terminal, head.number, head.hash, at]
    return HEAD_DOMAIN + cbor2.dumps(fields, canonical=True)


def countersign(
    key: Ed25519PrivateKey, store_id: str, terminal: str, head: Head, at: str
) -> CountersignedHead:
    """Sign a head; the union does this after ``follow``."""
    signature = key.sign(head_bytes(store_id, terminal, head, at))
    return CountersignedHead(store_id, terminal, head, at, signature)


def is_countersigned(key: Ed25519PublicKey, record: CountersignedHead) -> bool:
    """Whether the union whose public half this is signed the record."""
    signed = head_bytes(record.store_id, record.terminal, record.head, record.at)
    try:
        key.verify(record.signature, signed)
    except InvalidSignature:
        return False
    return True
