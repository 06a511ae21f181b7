"""The union's own keys, made at the first start and kept beside its database (0600).

One certificate authority for the line (mutual TLS 1.3), one signing pair for receipts, heads,
time and containers, one age pair to receive. Nothing here ever leaves but public halves.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyrage
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.core.errors import EnvironmentFault

_AUTHORITY_DAYS = 3650
_SERVER_DAYS = 730
_SLACK = timedelta(days=1)
"""A certificate holds from a day before its making: the other side's clock may be behind."""

_NO_ENCRYPTION = serialization.NoEncryption()


@dataclass(frozen=True, slots=True)
class UnionKeys:
    """What the union signs, receives and speaks with; the files are for the TLS library."""

    authority_file: Path
    server_key_file: Path
    server_certificate_file: Path
    authority_key: ec.EllipticCurvePrivateKey
    authority: x509.Certificate
    signing: Ed25519PrivateKey
    receiving_identity: str
    receiving: str

    @property
    def authorities(self) -> bytes:
        """The authority's certificate, PEM: what a terminal trusts the line by."""
        return self.authority.public_bytes(serialization.Encoding.PEM)


def open_keys(directory: Path, hosts: tuple[str, ...], name: str, now: datetime) -> UnionKeys:
    """The keys in ``directory``; made when there are none at all.

    Raises EnvironmentFault ``union.keys_damaged`` when only some are there or one is unreadable.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = ("authority.key", "authority.pem", "server.key", "server.pem", "signing", "receiving")
    there = [name for name in names if (directory / name).exists()]
    if not there:
        _make(directory, hosts, name, now)
    elif len(there) != len(names):
        raise _damaged()
    try:
        return _read(directory)
    except (ValueError, pyrage.IdentityError, AssertionError) as cause:
        raise _damaged() from cause


def _damaged() -> EnvironmentFault:
    return EnvironmentFault(
        "union.keys_damaged",
        "広域連合の鍵のファイルがそろっていないか、壊れています。",
        "鍵のフォルダーを控えから戻してください。新しい鍵は自動では作りません。",
    )


def _read(directory: Path) -> UnionKeys:
    authority_key = serialization.load_pem_private_key(
        (directory / "authority.key").read_bytes(), None
    )
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
    identity = pyrage.x25519.Identity.from_str((directory / "receiving").read_text())
    return UnionKeys(
        authority_file=directory / "authority.pem",
        server_key_file=directory / "server.key",
        server_certificate_file=directory / "server.pem",
        authority_key=authority_key,
        authority=x509.load_pem_x509_certificate((directory / "authority.pem").read_bytes()),
        signing=Ed25519PrivateKey.from_private_bytes((directory / "signing").read_bytes()),
        receiving_identity=str(identity),
        receiving=str(identity.to_public()),
    )


def _make(directory: Path, hosts: tuple[str, ...], name: str, now: datetime) -> None:
    authority_key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} CA")])
    authority = (
        _builder(subject, subject, authority_key.public_key(), now, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    server_key = ec.generate_private_key(ec.SECP256R1())
    server = (
        _builder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
            subject,
            server_key.public_key(),
            now,
            _SERVER_DAYS,
        )
        .add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    signing = Ed25519PrivateKey.generate()
    write_private(directory / "authority.key", _pem(authority_key))
    write_private(directory / "authority.pem", authority.public_bytes(serialization.Encoding.PEM))
    write_private(directory / "server.key", _pem(server_key))
    write_private(directory / "server.pem", server.public_bytes(serialization.Encoding.PEM))
    write_private(directory / "signing", signing.private_bytes_raw())
    write_private(directory / "receiving", str(pyrage.x25519.Identity.generate()).encode())


def issue(
    keys: UnionKeys,
    request: x509.CertificateSigningRequest,
    terminal: str,
    municipality: str,
    start: datetime,
    end: datetime,
) -> x509.Certificate:
    """A client certificate for the key in ``request``; its subject is what the union says."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, terminal),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, municipality),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(keys.authority.subject)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(keys.authority_key.public_key()),
            critical=False,
        )
        .sign(keys.authority_key, hashes.SHA256())
    )


def write_private(file: Path, content: bytes) -> None:
    """Write a file whole, readable by this account only from its first byte."""
    temporary = file.with_name(file.name + ".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    temporary.replace(file)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, _NO_ENCRYPTION
    )
