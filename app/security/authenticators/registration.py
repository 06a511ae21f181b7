"""Making a person's keys: a credential on their own authenticator and the pair it opens
(DESIGN 4). Runs on the device worker; nothing is stored here."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from threading import Event

from app.core.errors import UserError
from app.security.authenticators.port import Authenticator, KeyUser
from app.security.authenticators.verify import (
    RegistrationPolicy,
    VerifiedCredential,
    verify_assertion,
    verify_registration,
)
from app.security.keys.derivation import Argon2Parameters
from app.security.keys.keypairs import PersonKeys, PrfOutput, make_person_keys, new_prf_salt

_HANDLE_BYTES = 32
_CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Registered:
    """A person's fresh keys and the credential that opens them."""

    keys: PersonKeys
    credential: VerifiedCredential


@dataclass(frozen=True, slots=True)
class Registrant:
    """Who is registered, and the password (checked before: ``app.security.staff.password``)
    under which the pair is sealed with ``parameters``."""

    staff_id: str
    name: str
    password: str
    parameters: Argon2Parameters


def register_person(
    authenticator: Authenticator,
    policy: RegistrationPolicy,
    person: Registrant,
    *,
    taken: Collection[bytes] = (),
    witnesses: tuple[str, ...] = (),
    cancel: Event | None = None,
) -> Registered:
    """Register the person's authenticator and make the pair sealed under it and the password.

    Raises what the authenticator and ``verify_registration`` raise, and UserError
    ``registration.no_prf`` when the key gives no PRF output.
    """
    salt = new_prf_salt()
    credential, output = register_spare(
        authenticator,
        policy,
        (person.staff_id, person.name),
        salt,
        taken=taken,
        witnesses=witnesses,
        cancel=cancel,
    )
    keys = make_person_keys(person.staff_id, person.password, person.parameters, salt, (output,))
    return Registered(keys, credential)


def register_spare(
    authenticator: Authenticator,
    policy: RegistrationPolicy,
    whose: tuple[str, str],
    salt: bytes,
    *,
    taken: Collection[bytes] = (),
    witnesses: tuple[str, ...] = (),
    cancel: Event | None = None,
) -> tuple[VerifiedCredential, PrfOutput]:
    """Register an authenticator for somebody (id, name) whose authenticators are asked with
    ``salt``: the credential and what it opens with. Raises as ``register_person``."""
    stop = cancel or Event()
    staff_id, name = whose
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    user = KeyUser(secrets.token_bytes(_HANDLE_BYTES), name)
    new = authenticator.enrol(
        user, policy.rp_id, challenge, tuple(taken), prf_salt=salt, cancel=stop
    )
    credential = verify_registration(
        policy, challenge, new, staff_id=staff_id, taken=taken, witnesses=witnesses
    )
    prf = new.prf or _first_output(authenticator, policy, credential, salt, stop)
    return credential, PrfOutput(credential.credential_id, prf)


def _first_output(
    authenticator: Authenticator,
    policy: RegistrationPolicy,
    credential: VerifiedCredential,
    salt: bytes,
    cancel: Event,
) -> bytes:
    """Most keys give the PRF output only with an assertion: a second touch."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    assertion = authenticator.assert_(
        policy.rp_id, challenge, (credential.credential_id,), uv=True, prf_salt=salt, cancel=cancel
    )
    verify_assertion(
        credential.public_key,
        policy.rp_id,
        challenge,
        assertion,
        require_uv=True,
        stored_counter=credential.counter,
    )
    if assertion.prf is None:
        raise UserError(
            "registration.no_prf",
            "このセキュリティキーには鍵を取り出す機能（hmac-secret）がないため、登録できません。",
            "指定された機種のセキュリティキーを使ってください。",
        )
    return assertion.prf
