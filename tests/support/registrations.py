"""Registrations and assertions made by hand, to break one thing at a time."""

from __future__ import annotations

import datetime
import hashlib
import os
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from app.core.relying_party import origin_of
from app.security.authenticators.port import Assertion, NewCredential

PRODUCTION_RP_ID = "m999998.madoguchi.internal"
AAGUID = "0a1b2c3d-0000-4000-8000-0123456789ab"
FLAG = AuthenticatorData.FLAG
GOOD = FLAG.UP | FLAG.UV | FLAG.AT


@dataclass(frozen=True)
class Maker:
    """A maker of keys: its root certificate, the path below it (leaf first), the leaf's key."""

    root: bytes
    path: tuple[bytes, ...]
    leaf_key: ec.EllipticCurvePrivateKey


def maker(name: str = "Maker", *, between: bool | None = None) -> Maker:
    """A fresh maker; the leaf is a valid packed attestation certificate. ``between`` puts a
    certificate between root and leaf that may (True) or may not (False) sign others."""
    root_key, middle_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{name} Root")])
    root = _certificate(root_name, root_key, root_name, root_key, ca=True)
    leaf_name = _leaf_name(name)
    if between is None:
        leaf = _certificate(leaf_name, leaf_key, root_name, root_key, ca=False)
        return Maker(root, (leaf,), leaf_key)
    middle_name = _leaf_name(f"{name} Device")
    middle = _certificate(middle_name, middle_key, root_name, root_key, ca=between)
    leaf = _certificate(leaf_name, leaf_key, middle_name, middle_key, ca=False)
    return Maker(root, (leaf, middle), leaf_key)


def _leaf_name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{name} Leaf"),
        ]
    )


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> bytes:
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


@dataclass
class HandMade:
    """A credential whose every part can be chosen."""

    rp_id: str = PRODUCTION_RP_ID
    aaguid: str = AAGUID
    flags: int = GOOD
    fmt: str = "packed"
    maker: Maker | None = None
    bad_signature: bool = False
    prf_available: bool = True
    kind: str = "webauthn.create"
    origin: str | None = None
    cross_origin: bool = False
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def public_key(self) -> bytes:
        return cbor.encode(ES256.from_cryptography_key(self.key.public_key()))

    def register(self, challenge: bytes) -> NewCredential:
        """The registration answering ``challenge``."""
        client_data = self._client_data(self.kind, challenge)
        attested = AttestedCredentialData.create(
            Aaguid.parse(self.aaguid),
            self.credential_id,
            ES256.from_cryptography_key(self.key.public_key()),
        )
        rp_hash = hashlib.sha256(self.rp_id.encode()).digest()
        data = AuthenticatorData.create(rp_hash, self.flags, 0, attested)
        statement = self._statement(data + hashlib.sha256(client_data).digest())
        return NewCredential(
            credential_id=self.credential_id,
            public_key=self.public_key,
            attestation_object=bytes(AttestationObject.create(self.fmt, data, statement)),
            client_data=client_data,
            aaguid=self.aaguid,
            counter=0,
            backup_eligible=bool(self.flags & FLAG.BE),
            prf_available=self.prf_available,
        )

    def sign(
        self, challenge: bytes, *, flags: int = FLAG.UP | FLAG.UV, counter: int = 1
    ) -> Assertion:
        """The assertion over ``challenge``."""
        kind = "webauthn.get" if self.kind == "webauthn.create" else self.kind
        client_data = self._client_data(kind, challenge)
        rp_hash = hashlib.sha256(self.rp_id.encode()).digest()
        data = bytes(AuthenticatorData.create(rp_hash, flags, counter))
        message = data + hashlib.sha256(client_data).digest()
        return Assertion(
            credential_id=self.credential_id,
            authenticator_data=data,
            client_data=client_data,
            signature=self.key.sign(message, ec.ECDSA(hashes.SHA256())),
            counter=counter,
            user_present=bool(flags & FLAG.UP),
            user_verified=bool(flags & FLAG.UV),
        )

    def _client_data(self, kind: str, challenge: bytes) -> bytes:
        origin = self.origin or origin_of(self.rp_id)
        return bytes(CollectedClientData.create(kind, challenge, origin, self.cross_origin))

    def _statement(self, message: bytes) -> dict[str, object]:
        if self.fmt == "none":
            return {}
        key = self.maker.leaf_key if self.maker else self.key
        if self.bad_signature:
            message += b"!"
        signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
        statement: dict[str, object] = {"alg": ES256.ALGORITHM, "sig": signature}
        if self.maker:
            statement["x5c"] = list(self.maker.path)
        return statement
