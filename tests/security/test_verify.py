"""The relying party's checks: one broken thing at a time, each beside the good case."""

from __future__ import annotations

import dataclasses
import hashlib
import os

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2 import cbor
from fido2.cose import ES256, ES384, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
)

from app.core.errors import MadoguchiError
from app.core.relying_party import (
    SOFTWARE_KEY_AAGUID,
    TRAINING_RP_ID,
    origin_of,
    production_rp_id,
)
from app.security.authenticators.attestation import AttestationKind
from app.security.authenticators.port import Assertion, NewCredential
from app.security.authenticators.verify import (
    Profile,
    RegistrationPolicy,
    VerifiedCredential,
    verify_assertion,
    verify_registration,
)
from tests.support.authenticators import TRAINING, authenticator, enrol, key_with_pin
from tests.support.registrations import AAGUID, FLAG, GOOD, PRODUCTION_RP_ID, HandMade, maker

CHALLENGE = b"\x0c" * 32
MAKER = maker()
PRODUCTION = RegistrationPolicy(
    Profile.PRODUCTION, PRODUCTION_RP_ID, frozenset({AAGUID}), (MAKER.root,)
)
SEEN = ("S001", "S002")


def _register(
    made: HandMade,
    *,
    policy: RegistrationPolicy = PRODUCTION,
    witnesses: tuple[str, ...] = (),
    challenge: bytes = CHALLENGE,
) -> VerifiedCredential:
    return verify_registration(
        policy, challenge, made.register(CHALLENGE), staff_id="A001", witnesses=witnesses
    )


def _refused(call: object) -> str:
    with pytest.raises(MadoguchiError) as raised:
        call()  # type: ignore[operator]
    assert raised.value.message and raised.value.remedy
    return raised.value.code


@pytest.mark.req("SEC-23")
def test_a_proved_model_on_the_allow_list_needs_no_witness_and_is_kept_whole() -> None:
    made = HandMade(maker=MAKER)
    new = made.register(CHALLENGE)
    kept = verify_registration(PRODUCTION, CHALLENGE, new, staff_id="A001", witnesses=SEEN)
    assert kept.attestation is AttestationKind.TRUSTED
    assert kept.attested == "allowed" and kept.witnesses == ()
    assert (kept.attestation_object, kept.client_data) == (
        new.attestation_object,
        new.client_data,
    )


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (HandMade(), AttestationKind.SELF),
        (HandMade(fmt="none"), AttestationKind.NONE),
        (HandMade(fmt="future-format"), AttestationKind.NONE),
        (HandMade(maker=maker("Unknown")), AttestationKind.UNTRUSTED),
        (
            HandMade(maker=MAKER, aaguid="ffffffff-0000-4000-8000-0123456789ab"),
            AttestationKind.TRUSTED,
        ),
    ],
    ids=["self", "none", "unknown format", "unknown maker", "model not listed"],
)
@pytest.mark.req("SEC-23")
def test_an_unproved_model_is_seen_by_two_supervisors(
    made: HandMade, kind: AttestationKind
) -> None:
    assert _refused(lambda: _register(made)) == "registration.witnesses_needed"
    kept = _register(made, witnesses=SEEN)
    assert kept.attestation is kind and kept.attested == "seen:S001,S002"


@pytest.mark.parametrize(
    ("between", "kind"), [(True, AttestationKind.TRUSTED), (False, AttestationKind.UNTRUSTED)]
)
def test_a_devices_own_certificate_does_not_vouch_for_another_device(
    between: bool, kind: AttestationKind
) -> None:
    signed = maker("Deep", between=between)
    policy = dataclasses.replace(PRODUCTION, roots=(MAKER.root, signed.root))
    assert _register(HandMade(maker=signed), policy=policy, witnesses=SEEN).attestation is kind


def test_the_root_itself_in_the_path_is_no_harm_and_no_proof() -> None:
    whole = dataclasses.replace(MAKER, path=(*MAKER.path, MAKER.root))
    assert _register(HandMade(maker=whole)).attestation is AttestationKind.TRUSTED


@pytest.mark.parametrize(
    "witnesses", [("S001",), ("S001", "S001"), ("S001", "A001"), ("S001", ""), ("a", "b", "c")]
)
def test_witnesses_are_two_and_neither_is_the_person(witnesses: tuple[str, ...]) -> None:
    assert (
        _refused(lambda: _register(HandMade(), witnesses=witnesses))
        == "registration.witnesses_needed"
    )


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (HandMade(flags=GOOD | FLAG.BE), "registration.backup_eligible"),
        (HandMade(flags=GOOD | FLAG.BS), "registration.backup_eligible"),
        (HandMade(flags=FLAG.UP | FLAG.AT), "registration.no_verification"),
        (HandMade(flags=FLAG.UV | FLAG.AT), "registration.no_verification"),
        (HandMade(prf_available=False), "registration.no_prf"),
        (HandMade(bad_signature=True), "registration.attestation_invalid"),
        (HandMade(bad_signature=True, maker=MAKER), "registration.attestation_invalid"),
        (HandMade(kind="webauthn.get"), "registration.proof"),
        (HandMade(origin="https://example.com"), "registration.proof"),
        (HandMade(cross_origin=True), "registration.proof"),
        (HandMade(rp_id=production_rp_id("999999")), "registration.proof"),
        (HandMade(aaguid=SOFTWARE_KEY_AAGUID), "registration.software_key"),
    ],
)
def test_one_broken_thing_refuses_a_registration(made: HandMade, code: str) -> None:
    assert _refused(lambda: _register(made, witnesses=SEEN)) == code


def test_an_answer_to_another_challenge_or_a_known_credential_is_refused() -> None:
    made = HandMade(maker=MAKER)
    assert _refused(lambda: _register(made, challenge=b"\x0d" * 32)) == "registration.proof"
    new = made.register(CHALLENGE)
    assert (
        _refused(
            lambda: verify_registration(
                PRODUCTION, CHALLENGE, new, staff_id="A001", taken={new.credential_id}
            )
        )
        == "registration.taken"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"credential_id": b"other"},
        {"public_key": HandMade().public_key},
        {"aaguid": "ffffffff-0000-4000-8000-000000000000"},
        {"attestation_object": b"\xa0"},
        {"attestation_object": b"junk"},
        {"client_data": b"junk"},
        {"client_data": b"{}"},
        {"client_data": b"[]"},
    ],
)
def test_fields_beside_the_signed_bytes_are_not_believed(change: dict[str, object]) -> None:
    new: NewCredential = dataclasses.replace(HandMade(maker=MAKER).register(CHALLENGE), **change)  # type: ignore[arg-type]
    assert (
        _refused(lambda: verify_registration(PRODUCTION, CHALLENGE, new, staff_id="A001"))
        == "registration.proof"
    )


def test_a_production_store_refuses_the_software_key_by_model_and_by_relying_party() -> None:
    port = authenticator(key_with_pin())
    new, challenge = enrol(port, PRODUCTION_RP_ID)
    by_model = dataclasses.replace(PRODUCTION, allowed_aaguids=frozenset({SOFTWARE_KEY_AAGUID}))
    call = lambda policy: verify_registration(  # noqa: E731
        policy, challenge, new, staff_id="A001", witnesses=SEEN
    )
    assert _refused(lambda: call(by_model)) == "registration.software_key"

    new, challenge = enrol(port, TRAINING_RP_ID)
    by_name = dataclasses.replace(PRODUCTION, rp_id=TRAINING_RP_ID)
    assert _refused(lambda: call(by_name)) == "registration.software_key"
    assert _refused(lambda: call(PRODUCTION)) == "registration.proof"
    assert call(TRAINING).attested == "allowed"


@pytest.mark.parametrize("rp_id", [PRODUCTION_RP_ID])
def test_a_training_store_has_its_own_relying_party(rp_id: str) -> None:
    policy = dataclasses.replace(TRAINING, rp_id=rp_id)
    assert _refused(lambda: _register(HandMade(), policy=policy, witnesses=SEEN)) == (
        "registration.software_key"
    )


def test_a_key_without_prf_is_accepted_only_by_the_administrators_setting() -> None:
    made = HandMade(maker=MAKER, prf_available=False)
    assert _refused(lambda: _register(made)) == "registration.no_prf"
    allowed = dataclasses.replace(PRODUCTION, prf_required=False)
    assert _register(made, policy=allowed).attested == "allowed"


def test_a_municipality_code_is_digits() -> None:
    assert production_rp_id("151009") == "m151009.madoguchi.internal"
    with pytest.raises(ValueError, match="digits"):
        production_rp_id("15.1009")


# -- assertions ---------------------------------------------------------------------------


def _assert(
    made: HandMade,
    proof: Assertion,
    *,
    uv: bool = True,
    stored: int | None = 0,
    challenge: bytes = CHALLENGE,
) -> int:
    return verify_assertion(
        made.public_key,
        PRODUCTION_RP_ID,
        challenge,
        proof,
        require_uv=uv,
        stored_counter=stored,
    )


def test_a_good_assertion_gives_the_counter_to_store() -> None:
    made = HandMade()
    assert _assert(made, made.sign(CHALLENGE, counter=7), stored=6) == 7
    assert _assert(made, made.sign(CHALLENGE, flags=FLAG.UP), uv=False) == 1


@pytest.mark.parametrize(
    ("stored", "now", "good"),
    [(0, 0, True), (0, 1, True), (5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
def test_the_counter_is_zero_for_ever_or_strictly_rises(stored: int, now: int, good: bool) -> None:
    made = HandMade()
    proof = made.sign(CHALLENGE, counter=now)
    if good:
        assert _assert(made, proof, stored=stored) == now
    else:
        assert _refused(lambda: _assert(made, proof, stored=stored)) == "assertion.counter"
    assert _assert(made, proof, stored=None) == now  # a proof of the past


@pytest.mark.parametrize(
    ("made", "flags", "code"),
    [
        (HandMade(), FLAG.UV, "assertion.no_touch"),
        (HandMade(), FLAG.UP, "assertion.no_verification"),
        (HandMade(), FLAG.UP | FLAG.UV | FLAG.BE, "assertion.backup_eligible"),
        (HandMade(), FLAG.UP | FLAG.UV | FLAG.BS, "assertion.backup_eligible"),
        (HandMade(kind="webauthn.Get"), FLAG.UP | FLAG.UV, "assertion.proof"),
        (HandMade(origin="https://m999998.example.com"), FLAG.UP | FLAG.UV, "assertion.proof"),
        (HandMade(cross_origin=True), FLAG.UP | FLAG.UV, "assertion.proof"),
        (
            HandMade(rp_id=TRAINING_RP_ID, origin=origin_of(PRODUCTION_RP_ID)),
            FLAG.UP | FLAG.UV,
            "assertion.proof",
        ),
    ],
)
def test_one_broken_thing_refuses_an_assertion(made: HandMade, flags: int, code: str) -> None:
    assert _refused(lambda: _assert(made, made.sign(CHALLENGE, flags=flags))) == code


def test_the_other_accepted_algorithms_are_checked_too() -> None:
    """EdDSA keys, RS256 of older TPMs; ES384 and a key of another curve are refused."""
    edwards = ed25519.Ed25519PrivateKey.generate()
    modulus = rsa.generate_private_key(65537, 2048)
    p384 = ec.generate_private_key(ec.SECP384R1())
    pkcs, sha = padding.PKCS1v15(), hashes.SHA256()
    wrong_curve = {**ES256.from_cryptography_key(HandMade().key.public_key()), -1: 2}
    cases = [
        (EdDSA.from_cryptography_key(edwards.public_key()), edwards.sign, True),
        (
            RS256.from_cryptography_key(modulus.public_key()),
            lambda message: modulus.sign(message, pkcs, sha),
            True,
        ),
        (
            ES384.from_cryptography_key(p384.public_key()),
            lambda message: p384.sign(message, ec.ECDSA(hashes.SHA384())),
            False,
        ),
        (wrong_curve, lambda _message: b"", False),
    ]
    for public, sign, accepted in cases:
        proof = HandMade().sign(CHALLENGE)
        message = proof.authenticator_data + hashlib.sha256(proof.client_data).digest()
        signed = dataclasses.replace(proof, signature=sign(message))
        stored = cbor.encode(public)
        call = lambda stored=stored, signed=signed: verify_assertion(  # noqa: E731
            stored, PRODUCTION_RP_ID, CHALLENGE, signed, require_uv=True, stored_counter=0
        )
        if accepted:
            assert call() == 1
            signed = dataclasses.replace(signed, signature=signed.signature[::-1])
            call = lambda stored=stored, signed=signed: verify_assertion(  # noqa: E731
                stored, PRODUCTION_RP_ID, CHALLENGE, signed, require_uv=True, stored_counter=0
            )
        assert _refused(call) == "assertion.proof"


def test_a_signature_over_another_act_or_by_another_key_is_refused() -> None:
    made = HandMade()
    proof = made.sign(CHALLENGE)
    assert _refused(lambda: _assert(made, proof, challenge=b"\x0d" * 32)) == "assertion.proof"
    assert _refused(lambda: _assert(HandMade(), proof)) == "assertion.proof"


@pytest.mark.parametrize(
    ("flags", "tail", "accepted"),
    [
        (FLAG.UP | FLAG.UV, b"", True),
        (FLAG.UP | FLAG.UV | FLAG.ED, cbor.encode({"hmac-secret": b"\x01" * 32}), True),
        (FLAG.UP | FLAG.UV, b"\x00", False),
        (FLAG.UP | FLAG.UV | FLAG.ED, b"", False),
        (FLAG.UP | FLAG.UV | FLAG.ED, cbor.encode({}) + b"\x00", False),
        (FLAG.UP | FLAG.UV | FLAG.AT, b"", False),
    ],
)
def test_signed_data_of_another_form_is_refused(flags: int, tail: bytes, accepted: bool) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    proof = HandMade().sign(CHALLENGE)
    head = proof.authenticator_data
    data = head[:32] + bytes((flags,)) + head[33:37] + tail
    message = data + hashlib.sha256(proof.client_data).digest()
    signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
    signed = dataclasses.replace(proof, authenticator_data=data, signature=signature)
    stored = cbor.encode(ES256.from_cryptography_key(key.public_key()))
    call = lambda: verify_assertion(  # noqa: E731
        stored, PRODUCTION_RP_ID, CHALLENGE, signed, require_uv=True, stored_counter=0
    )
    if accepted:
        assert call() == 1
    else:
        assert _refused(call) == "assertion.proof"


@pytest.mark.parametrize(
    "change",
    [
        {"signature": b""},
        {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"},
        {"authenticator_data": b""},
        {"authenticator_data": os.urandom(37)},
        {"client_data": b"\xff"},
    ],
)
def test_torn_proofs_are_refused(change: dict[str, bytes]) -> None:
    made = HandMade()
    proof = dataclasses.replace(made.sign(CHALLENGE), **change)  # type: ignore[arg-type]
    assert _refused(lambda: _assert(made, proof)) == "assertion.proof"


def test_changed_flags_break_the_signature_first() -> None:
    """Somebody sets the UV bit on a presence-only proof."""
    made = HandMade()
    proof = made.sign(CHALLENGE, flags=FLAG.UP)
    raw = bytearray(proof.authenticator_data)
    raw[32] |= FLAG.UV
    forged = dataclasses.replace(proof, authenticator_data=bytes(raw))
    assert _refused(lambda: _assert(made, forged)) == "assertion.proof"


def test_a_stored_key_that_is_no_key_is_refused() -> None:
    made = HandMade()
    for stored in (b"", b"\xa0", b"\xa1\x03\x38\x64"):
        assert (
            _refused(
                lambda stored=stored: verify_assertion(
                    stored,
                    PRODUCTION_RP_ID,
                    CHALLENGE,
                    made.sign(CHALLENGE),
                    require_uv=True,
                    stored_counter=0,
                )
            )
            == "assertion.proof"
        )


def test_python_fido2s_own_server_agrees() -> None:
    """An independent judge of the same proof: accepted by both, refused by both."""
    made = HandMade()
    proof = made.sign(CHALLENGE)
    server = Fido2Server(PublicKeyCredentialRpEntity(id=PRODUCTION_RP_ID, name="x"))
    data = AuthenticatorData(made_registration_data(made))
    assert isinstance(data.credential_data, AttestedCredentialData)
    for challenge in (CHALLENGE, b"\x0d" * 32):
        state = {"challenge": websafe_encode(challenge), "user_verification": "required"}
        response = AuthenticationResponse(
            raw_id=proof.credential_id,
            response=AuthenticatorAssertionResponse(
                client_data=CollectedClientData(proof.client_data),
                authenticator_data=AuthenticatorData(proof.authenticator_data),
                signature=proof.signature,
            ),
        )
        if challenge == CHALLENGE:
            assert server.authenticate_complete(state, [data.credential_data], response)
            assert _assert(made, proof) == 1
        else:
            with pytest.raises(ValueError, match="Wrong challenge"):
                server.authenticate_complete(state, [data.credential_data], response)
            with pytest.raises(MadoguchiError):
                _assert(made, proof, challenge=challenge)


def made_registration_data(made: HandMade) -> bytes:
    from fido2.webauthn import AttestationObject

    return bytes(AttestationObject(made.register(CHALLENGE).attestation_object).auth_data)
