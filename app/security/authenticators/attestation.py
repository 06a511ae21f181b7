"""What a registration's attestation proves about the maker of the key."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from cryptography import x509
from fido2.attestation import (
    Attestation,
    AttestationResult,
    AttestationType,
    UnsupportedType,
    verify_x509_chain,
)
from fido2.attestation.base import InvalidAttestation
from fido2.webauthn import AttestationObject

from app.core.errors import EnvironmentFault


class AttestationKind(StrEnum):
    """How far the maker is proved. ``TRUSTED``: chain to a configured root; ``UNTRUSTED``:
    signed by an unknown maker; ``SELF``: by the credential's own key; ``NONE``: not at all."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    SELF = "self"
    NONE = "none"


def judge_attestation(
    attestation: AttestationObject, client_data_hash: bytes, roots: tuple[bytes, ...]
) -> AttestationKind:
    """Check the attestation's signature and its chain to one of ``roots`` (DER).

    A format unknown to us counts as ``NONE``. Raises ``EnvironmentFault``
    ``registration.attestation_invalid`` when a signature in it does not fit.
    """
    try:
        verifier = Attestation.for_type(attestation.fmt)()
        result = verifier.verify(attestation.att_stmt, attestation.auth_data, client_data_hash)
        return _kind(result, roots)
    except UnsupportedType:
        return AttestationKind.NONE
    except Exception as bad:  # whatever the library makes of what is damaged, it proves nothing
        raise EnvironmentFault(
            "registration.attestation_invalid",
            "セキュリティキーの製造元の証明が正しくありません。",
            "このキーは使わず、責任者とシステム管理者に届け出てください。",
        ) from bad


def judge_again(
    attestation_object: bytes, client_data: bytes, roots: tuple[bytes, ...]
) -> AttestationKind:
    """The same of a credential's row, long after: it keeps both as they came. Raises as
    ``judge_attestation``, for rows of before, which kept no client data, too."""
    digest = hashlib.sha256(client_data).digest()
    return judge_attestation(AttestationObject(attestation_object), digest, roots)


def _kind(result: AttestationResult, roots: tuple[bytes, ...]) -> AttestationKind:
    if result.attestation_type == AttestationType.NONE:
        return AttestationKind.NONE
    if result.attestation_type == AttestationType.SELF or not result.trust_path:
        return AttestationKind.SELF
    if any(_chains_to(list(result.trust_path), root) for root in roots):
        return AttestationKind.TRUSTED
    return AttestationKind.UNTRUSTED


def _chains_to(path: list[bytes], root: bytes) -> bool:
    try:
        if path[-1] == root:
            path = path[:-1]
        if not path:
            return False  # the root itself signs nothing as a device
        verify_x509_chain([*path, root])
        return all(_may_sign(issuer) for issuer in path[1:])
    except (InvalidAttestation, ValueError):
        return False


def _may_sign(der: bytes) -> bool:
    # the library checks signatures only; a device's own certificate must not vouch for others
    try:
        limits = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(
            x509.BasicConstraints
        )
    except x509.ExtensionNotFound:
        return False
    return bool(limits.value.ca)
