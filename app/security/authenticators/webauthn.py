"""The WebAuthn requests we make and the answers in our own words, for every kind of client."""

from __future__ import annotations

from fido2 import cbor
from fido2.client import DefaultClientDataCollector, WebAuthnClient
from fido2.cose import ES256, RS256, EdDSA
from fido2.webauthn import (
    Aaguid,
    AttestationConveyancePreference,
    AuthenticationResponse,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRequestOptions,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.core.relying_party import origin_of
from app.security.authenticators.interruption import Interruption
from app.security.authenticators.port import Assertion, KeyUser, NewCredential

ALGORITHMS: tuple[int, ...] = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)
"""Signature algorithms we accept; RS256 because Windows Hello on older TPMs has no other."""


def collector(rp_id: str) -> DefaultClientDataCollector:
    """Client data for our one origin. The relying party is ours alone, so the public suffix
    list has no say."""
    origin = origin_of(rp_id)
    return DefaultClientDataCollector(
        origin, verify=lambda asked, at: asked == rp_id and at == origin
    )


def register(
    client: WebAuthnClient,
    user: KeyUser,
    rp_id: str,
    challenge: bytes,
    exclude: tuple[bytes, ...],
    prf_salt: bytes,
    stop: Interruption,
) -> NewCredential:
    """Ask ``client`` for a credential. Raises what the client raises."""
    options = PublicKeyCredentialCreationOptions(
        rp=PublicKeyCredentialRpEntity(id=rp_id, name="Madoguchi"),
        user=PublicKeyCredentialUserEntity(id=user.handle, name=user.name, display_name=user.name),
        challenge=challenge,
        pub_key_cred_params=[
            PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=alg)
            for alg in ALGORITHMS
        ],
        exclude_credentials=_descriptors(exclude) or None,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        attestation=AttestationConveyancePreference.DIRECT,
        extensions={
            # Windows Hello refuses an empty prf request, so the salt goes along
            "prf": {"eval": {"first": prf_salt}},
            "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
        },
    )
    return _new_credential(client.make_credential(options, stop))


def authenticate(
    client: WebAuthnClient,
    rp_id: str,
    challenge: bytes,
    credential_ids: tuple[bytes, ...],
    uv: bool,
    prf_salt: bytes | None,
    stop: Interruption,
) -> Assertion:
    """Ask ``client`` for a signature. Raises what the client raises."""
    requirement = (
        UserVerificationRequirement.REQUIRED if uv else UserVerificationRequirement.DISCOURAGED
    )
    options = PublicKeyCredentialRequestOptions(
        challenge=challenge,
        rp_id=rp_id,
        allow_credentials=_descriptors(credential_ids),
        user_verification=requirement,
        extensions={"prf": {"eval": {"first": prf_salt}}} if prf_salt is not None else None,
    )
    return _assertion(client.get_assertion(options, stop).get_response(0))


def check_request(credential_ids: tuple[bytes, ...], uv: bool, prf_salt: bytes | None) -> None:
    """Refuse what no caller may ask. Raises ``ValueError``."""
    if not credential_ids:
        raise ValueError("a signature is asked from known credentials only")
    if prf_salt is not None and not uv:
        raise ValueError("a PRF output is asked with user verification only")


def _descriptors(credential_ids: tuple[bytes, ...]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=credential_id)
        for credential_id in credential_ids
    ]


def _new_credential(response: RegistrationResponse) -> NewCredential:
    attestation = response.response.attestation_object
    data = attestation.auth_data
    prf = response.client_extension_results.prf
    results = prf.results if prf else None
    return NewCredential(
        credential_id=bytes(data.credential_data.credential_id),
        public_key=bytes(cbor.encode(data.credential_data.public_key)),
        attestation_object=bytes(attestation),
        client_data=bytes(response.response.client_data),
        aaguid=str(Aaguid(data.credential_data.aaguid)),
        counter=int(data.counter),
        backup_eligible=bool(data.is_backup_eligible()),
        prf_available=bool(prf and prf.enabled),
        prf=bytes(results.first) if results else None,
    )


def _assertion(response: AuthenticationResponse) -> Assertion:
    data = response.response.authenticator_data
    prf = response.client_extension_results.prf
    return Assertion(
        credential_id=bytes(response.raw_id),
        authenticator_data=bytes(data),
        client_data=bytes(response.response.client_data),
        signature=bytes(response.response.signature),
        counter=int(data.counter),
        user_present=bool(data.is_user_present()),
        user_verified=bool(data.is_user_verified()),
        prf=bytes(prf.results.first) if prf and prf.results else None,
    )
