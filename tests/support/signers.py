"""Security keys of ES256 in pure Python: quick signers for tests about acts, not about CTAP."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.utils import websafe_encode

from app.core.relying_party import TRAINING_RP_ID, origin_of
from app.security.authenticators.port import Assertion

USER_PRESENT, USER_VERIFIED = 0x01, 0x04


@dataclass
class Signer:
    """One person's key. ``counter`` rises with every signature."""

    credential_id: bytes
    key: ec.EllipticCurvePrivateKey
    counter: int = 0

    @classmethod
    def of(cls, name: str) -> Signer:
        """The key called ``name``: always the same one."""
        digest = hashlib.sha256(b"madoguchi test key " + name.encode()).digest()
        secret = int.from_bytes(digest, "big") % (2**255)
        return cls(b"credential-" + name.encode(), ec.derive_private_key(secret, ec.SECP256R1()))

    @property
    def public_key(self) -> bytes:
        """The COSE key in CBOR, as the credential table keeps it."""
        numbers = self.key.public_key().public_numbers()
        x, y = (value.to_bytes(32, "big") for value in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def sign(
        self, challenge: bytes, *, rp_id: str = TRAINING_RP_ID, verified: bool = True
    ) -> Assertion:
        """What this key answers to a touch over ``challenge``."""
        self.counter += 1
        flags = USER_PRESENT | (USER_VERIFIED if verified else 0)
        data = (
            hashlib.sha256(rp_id.encode()).digest()
            + bytes([flags])
            + self.counter.to_bytes(4, "big")
        )
        client = json.dumps(
            {
                "type": "webauthn.get",
                "challenge": websafe_encode(challenge),
                "origin": origin_of(rp_id),
                "crossOrigin": False,
            }
        ).encode()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return Assertion(self.credential_id, data, client, signature, self.counter, True, verified)
