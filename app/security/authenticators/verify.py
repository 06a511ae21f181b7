"""The relying party: every proof a key gives is checked here, on this terminal (DESIGN 4).

A registration (認証器の登録) is checked once and kept whole; an assertion (署名) is checked at
every login and touch, and again when the journal is verified.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256, CoseKey
from fido2.utils import websafe_decode
from fido2.webauthn import Aaguid, AttestationObject, AuthenticatorData

from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.core.relying_party import SOFTWARE_KEY_AAGUID, TRAINING_RP_ID, origin_of
from app.core.settings import Settings
from app.security.authenticators.attestation import AttestationKind, judge_attestation
from app.security.authenticators.port import Assertion, NewCredential
from app.security.authenticators.webauthn import ALGORITHMS

_HEAD = struct.Struct(">32sBI")  # relying party's hash, flags, counter
_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP = 0x01, 0x04, 0x08, 0x10
_WITH_MORE = 0x40 | 0x80  # a credential or extensions follow
_P256 = 1  # COSE's number of the curve
# what the libraries raise on bytes that are not what they should be
_MALFORMED = (ValueError, KeyError, IndexError, TypeError, AttributeError)


class Profile(StrEnum):
    """Which kind of store asks: 本番 or 研修."""

    PRODUCTION = "production"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class RegistrationPolicy:
    """What this installation accepts. ``allowed_aaguids``: models (UUID text) accepted on a
    proved attestation; ``roots``: their makers' root certificates (DER). ``prf_required`` is
    False only where the administrator's setting allows keyring slots."""

    profile: Profile
    rp_id: str
    allowed_aaguids: frozenset[str] = frozenset()
    roots: tuple[bytes, ...] = ()
    prf_required: bool = True


def signed_policy(policy: RegistrationPolicy, settings: Settings) -> RegistrationPolicy:
    """``policy`` with the models and roots that the signed settings allow, whatever a file on the
    disk says."""
    roots = tuple(base64.b64decode(one) for one in settings.items("keys.roots"))
    return replace(policy, allowed_aaguids=frozenset(settings.items("keys.models")), roots=roots)


@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """A credential that may be stored. ``attestation_object`` and ``client_data`` are the
    bytes as they came; ``witnesses`` are the two supervisors who saw an unattested key."""

    credential_id: bytes
    public_key: bytes
    aaguid: str
    counter: int
    attestation: AttestationKind
    witnesses: tuple[str, ...]
    attestation_object: bytes
    client_data: bytes

    @property
    def attested(self) -> str:
        """``allowed`` or ``seen:<staff>,<staff>``, as the credential row stores it."""
        return "seen:" + ",".join(self.witnesses) if self.witnesses else "allowed"


def verify_registration(
    policy: RegistrationPolicy,
    challenge: bytes,
    new: NewCredential,
    *,
    staff_id: str,
    taken: Collection[bytes] = (),
    witnesses: tuple[str, ...] = (),
) -> VerifiedCredential:
    """Check a registration made for ``staff_id`` over ``challenge``.

    ``taken`` are all credential ids known to the municipality. Without a proved attestation
    of an allowed model, two ``witnesses`` (supervisors, not the person) are needed; the
    training store needs none for its own software key. Raises ``EnvironmentFault`` or
    ``UserError``: ``registration.proof`` (not an answer to this question),
    ``registration.software_key``, ``registration.backup_eligible``,
    ``registration.no_verification``, ``registration.no_prf``, ``registration.algorithm``,
    ``registration.attestation_invalid``, ``registration.taken``,
    ``registration.witnesses_needed``.
    """
    _check_profile(policy)
    _check_client_data(new.client_data, "webauthn.create", policy.rp_id, challenge)
    attestation = _parse_attestation(new.attestation_object)
    data = attestation.auth_data
    _check_answer_matches(new, data, policy.rp_id)
    _check_credential(policy, new, data)
    if new.credential_id in taken:
        raise _refusal(
            "registration.taken",
            "このセキュリティキーの登録は、すでに使われています。",
            "別のセキュリティキーで登録してください。",
        )
    kind = judge_attestation(attestation, hashlib.sha256(new.client_data).digest(), policy.roots)
    trusted = kind is AttestationKind.TRUSTED and new.aaguid in policy.allowed_aaguids
    if trusted or _is_training_key(policy, new.aaguid):
        witnesses = ()
    else:
        _check_witnesses(staff_id, witnesses)
    return VerifiedCredential(
        credential_id=new.credential_id,
        public_key=new.public_key,
        aaguid=new.aaguid,
        counter=int(data.counter),
        attestation=kind,
        witnesses=witnesses,
        attestation_object=new.attestation_object,
        client_data=new.client_data,
    )


def verify_assertion(
    public_key: bytes,
    rp_id: str,
    challenge: bytes,
    assertion: Assertion,
    *,
    require_uv: bool,
    stored_counter: int | None,
) -> int:
    """Check that the holder of ``public_key`` (COSE, CBOR) signed ``challenge`` by a touch.

    Returns the counter to store. ``stored_counter`` None skips the counter rule, for proofs
    of the past (journal). The caller picks ``public_key`` by ``assertion.credential_id``.
    Raises ``EnvironmentFault``: ``assertion.proof`` (type, origin, challenge, relying party
    or signature do not fit), ``assertion.no_touch``, ``assertion.no_verification``,
    ``assertion.backup_eligible``, ``assertion.counter`` (a copied key).
    """
    _check_client_data(assertion.client_data, "webauthn.get", rp_id, challenge)
    data = _Answered.of(assertion.authenticator_data)
    if not hmac.compare_digest(data.rp_id_hash, hashlib.sha256(rp_id.encode()).digest()):
        raise _proof("assertion")
    _check_signature(public_key, assertion)
    if not data.flags & _PRESENT:
        raise _refusal(
            "assertion.no_touch",
            "セキュリティキーに触れた記録のない署名のため、受け付けられません。",
            "もう一度操作し、キーが点滅したら触れてください。",
        )
    if require_uv and not data.flags & _VERIFIED:
        raise _refusal(
            "assertion.no_verification",
            "暗証番号（PIN）や指紋による本人の確認のない署名のため、受け付けられません。",
            "もう一度操作し、暗証番号（PIN）の入力または指紋の確認をしてください。",
        )
    if data.flags & (_BACKUP_ELIGIBLE | _BACKED_UP):
        raise _backup_refusal("assertion")
    if stored_counter is not None and not _counter_rises(stored_counter, data.counter):
        raise _refusal(
            "assertion.counter",
            "セキュリティキーの使用回数が戻っています。キーが複製されたおそれがあります。",
            "このキーの使用をやめ、すぐに責任者に届け出てください。",
        )
    return data.counter


def _check_profile(policy: RegistrationPolicy) -> None:
    is_training_id = policy.rp_id == TRAINING_RP_ID
    if is_training_id is not (policy.profile is Profile.TRAINING):
        raise _software_refusal()


def _check_answer_matches(new: NewCredential, data: AuthenticatorData, rp_id: str) -> None:
    """The parsed fields must be the signed ones; the device worker's word is not enough."""
    credential = data.credential_data
    expected = hashlib.sha256(rp_id.encode()).digest()
    if (
        credential is None
        or not hmac.compare_digest(bytes(data.rp_id_hash), expected)
        or bytes(credential.credential_id) != new.credential_id
        or cbor.encode(credential.public_key) != new.public_key
        or str(Aaguid(credential.aaguid)) != new.aaguid
    ):
        raise _proof("registration")


def _check_credential(
    policy: RegistrationPolicy, new: NewCredential, data: AuthenticatorData
) -> None:
    if policy.profile is Profile.PRODUCTION and new.aaguid == SOFTWARE_KEY_AAGUID:
        raise _software_refusal()
    if not (data.is_user_present() and data.is_user_verified()):
        raise _refusal(
            "registration.no_verification",
            "暗証番号（PIN）や指紋による本人の確認なしに作られた登録のため、受け付けられません。",
            "セキュリティキーに暗証番号（PIN）または指紋を設定して、もう一度登録してください。",
        )
    if data.is_backup_eligible() or data.is_backed_up():
        raise _backup_refusal("registration")
    if data.credential_data.public_key.get(3) not in ALGORITHMS:
        raise _refusal(
            "registration.algorithm",
            "このセキュリティキーの署名の方式は、この端末では使えません。",
            "指定された機種のセキュリティキーを使ってください。",
        )
    if policy.prf_required and not new.prf_available:
        raise _refusal(
            "registration.no_prf",
            "このセキュリティキーには鍵を取り出す機能（hmac-secret）がないため、登録できません。",
            "指定された機種のセキュリティキーを使ってください。",
        )


def _is_training_key(policy: RegistrationPolicy, aaguid: str) -> bool:
    return policy.profile is Profile.TRAINING and aaguid == SOFTWARE_KEY_AAGUID


def _check_witnesses(staff_id: str, witnesses: tuple[str, ...]) -> None:
    others = {one for one in witnesses if one and one != staff_id}
    if len(witnesses) != 2 or len(others) != 2:
        raise UserError(
            "registration.witnesses_needed",
            "製造元による証明を確かめられないセキュリティキーです。",
            "責任者二人（本人を除く）が現物を確かめ、そのことを記録して登録してください。",
        )


def _check_client_data(raw: bytes, kind: str, rp_id: str, challenge: bytes) -> None:
    area = "registration" if kind == "webauthn.create" else "assertion"
    try:
        fields = json.loads(raw)
        said = _Said.of(fields)
    except _MALFORMED as cause:
        raise _proof(area) from cause
    expected = _Said(kind, origin_of(rp_id), challenge, False)
    if said != expected:
        raise _proof(area)


class _Said(NamedTuple):
    """What client data claims, in comparable form."""

    kind: str
    origin: str
    challenge: bytes
    cross_origin: bool

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> _Said:
        return cls(
            fields["type"],
            fields["origin"],
            bytes(websafe_decode(fields["challenge"])),
            fields.get("crossOrigin", False),
        )


class _Answered(NamedTuple):
    """The head of authenticator data: every answer's 37 bytes (WebAuthn 6.1)."""

    rp_id_hash: bytes
    flags: int
    counter: int

    @classmethod
    def of(cls, raw: bytes) -> _Answered:
        """Read here and not by fido2's objects, which cost half of a signature check in a
        journal; what follows the head is theirs to parse. Raises ``assertion.proof``."""
        try:
            head = cls(*_HEAD.unpack_from(raw))
            if head.flags & _WITH_MORE or len(raw) != _HEAD.size:
                AuthenticatorData(raw)
        except (struct.error, *_MALFORMED) as cause:
            raise _proof("assertion") from cause
        return head


def _check_signature(public_key: bytes, assertion: Assertion) -> None:
    client_hash = hashlib.sha256(assertion.client_data).digest()
    try:
        check = _signature_check(public_key)
        check(assertion.authenticator_data + client_hash, assertion.signature)
    except (InvalidSignature, *_MALFORMED) as cause:
        raise _proof("assertion") from cause


@lru_cache(maxsize=512)
def _signature_check(public_key: bytes) -> Callable[[bytes, bytes], None]:
    """The check of (message, signature) for one key. Remembered, because a journal has many
    signatures of few keys and building the key costs a third of a check."""
    cose = CoseKey.parse(cbor.decode(public_key))
    if cose.get(3) not in ALGORITHMS:
        raise ValueError("algorithm not accepted")
    if not isinstance(cose, ES256):
        return cose.verify  # type: ignore[no-any-return]  # fido2 has no types for us
    if cose[-1] != _P256:
        raise ValueError("curve not accepted")
    x, y = (int.from_bytes(cose[part], "big") for part in (-2, -3))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    return lambda message, signature: key.verify(signature, message, ec.ECDSA(SHA256()))


def _parse_attestation(raw: bytes) -> AttestationObject:
    try:
        return AttestationObject(raw)
    except _MALFORMED as cause:
        raise _proof("registration") from cause


def _counter_rises(stored: int, now: int) -> bool:
    return (stored == 0 and now == 0) or now > stored


def _refusal(code: str, message: str, remedy: str) -> EnvironmentFault:
    return EnvironmentFault(code, message, remedy)


def _proof(area: str) -> MadoguchiError:
    return _refusal(
        f"{area}.proof",
        "セキュリティキーの応答が、この端末の今回の問い合わせに対するものではありません。",
        "もう一度操作し、続くときは操作をやめてシステム管理者に連絡してください。",
    )


def _software_refusal() -> EnvironmentFault:
    return _refusal(
        "registration.software_key",
        "研修用のセキュリティキーは、本番の端末では使えません。",
        "配付された自分のセキュリティキーで登録してください。",
    )


def _backup_refusal(area: str) -> EnvironmentFault:
    return _refusal(
        f"{area}.backup_eligible",
        "ほかの機器に複製（同期）できる認証の登録のため、受け付けられません。",
        "複製できない方式のセキュリティキー（指定機種）を使ってください。",
    )
