"""Digests, signatures and days as docs/auditing.md has them; imports nothing of ours."""

import hashlib
import json
from collections.abc import Container
from contextlib import suppress
from datetime import date, timedelta

from cbor2 import CBORDecodeError, loads
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.utils import websafe_decode

BROKEN = (InvalidSignature, AssertionError, CBORDecodeError, LookupError, TypeError, ValueError)
WAITING_DAYS = 5


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def link(before: bytes, number: int, body: bytes) -> bytes:
    return sha(before, number.to_bytes(8, "big"), sha(body))


def signed_by(key: bytes, signature: bytes, message: bytes) -> bool:
    with suppress(*BROKEN):
        return Ed25519PublicKey.from_public_bytes(key).verify(signature, message) is None
    return False


def answered(cose: bytes, party: str, challenge: bytes, *answer: bytes) -> bool:
    data, client, signature = answer
    with suppress(*BROKEN):
        said, key = json.loads(client), CoseKey.parse(loads(cose))
        told = (said["type"], websafe_decode(said["challenge"]), said["origin"])
        assert told == ("webauthn.get", challenge, f"https://{party}") and len(data) >= 37
        assert not said.get("crossOrigin", False) and isinstance(key, ES256 | EdDSA | RS256)
        assert data[:32] == sha(party.encode()) and data[32] & 0b11001 == 1
        return key.verify(data + sha(client), signature) is None
    return False


def in_time(signed: date, seconded: date, closed: Container[str]) -> bool:
    """Whether ``seconded`` lies between the day of signing and the fifth business day after it."""
    last = signed
    for _ in range(WAITING_DAYS):
        last += timedelta(days=1)
        while last.weekday() > 4 or last.isoformat() in closed:
            last += timedelta(days=1)
    return signed <= seconded <= last
