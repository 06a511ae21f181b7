"""A person's pair: the private half sealed under password and security key together.

S, the held secret, is 32 random bytes. It is sealed once per authenticator, to an age pair
whose private half is that authenticator's PRF output (with user verification), or, for the
slot kind ``keyring``, under the terminal secret. A lost key means a new pair, never a slot
taken away: whoever held the key may have seen S.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.errors import UserError
from app.security.keys.derivation import SALT_BYTES, Argon2Parameters, private_half_key
from app.security.keys.sealing import (
    KEY_BYTES,
    KeyPair,
    SealError,
    new_pair,
    open_under,
    open_with,
    pair_from_secret,
    random_key,
    seal_to,
    seal_under,
)
from app.security.keys.terminal_secret import TerminalSecret


class SlotKind(StrEnum):
    """How S is held. ``KEYRING`` leaves the OS account and the password as all protection;
    it exists only by the administrator's setting and is shown red."""

    PRF = "prf"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class Slot:
    """S sealed for one authenticator; in a keyring slot the credential only signs and S is
    sealed under the terminal secret."""

    kind: SlotKind
    credential_id: bytes
    sealed_secret: bytes


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """What may be published about a person's keys: it travels in the control log.

    ``prf_salt`` (32 bytes) goes to every authenticator of the person; ``salt`` and
    ``parameters`` belong to Argon2id. Nothing here opens without both factors.
    """

    staff_id: str
    public: str
    sealed_private: bytes
    salt: bytes
    parameters: Argon2Parameters
    prf_salt: bytes
    slots: tuple[Slot, ...]

    @property
    def credential_ids(self) -> tuple[bytes, ...]:
        """The credentials a login may ask the security key for."""
        return tuple(slot.credential_id for slot in self.slots)

    @property
    def rests_on_keyring(self) -> bool:
        """Whether a keyring slot weakens this person's protection (to be shown red)."""
        return any(slot.kind is SlotKind.KEYRING for slot in self.slots)


@dataclass(frozen=True, slots=True)
class PrfOutput:
    """What an authenticator gave, with user verification, for the person's ``prf_salt``."""

    credential_id: bytes
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyringHold:
    """Authenticators without PRF: they sign, and the terminal secret holds S."""

    terminal: TerminalSecret
    credential_ids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class OpenedPerson:
    """A person's opened keys: in memory only, for the time of a session."""

    staff_id: str
    pair: KeyPair = field(repr=False)
    held_secret: bytes = field(repr=False)


def new_prf_salt() -> bytes:
    """A fresh salt to ask a person's authenticators with."""
    return secrets.token_bytes(KEY_BYTES)


def make_person_keys(
    staff_id: str,
    password: str,
    parameters: Argon2Parameters,
    prf_salt: bytes,
    held_by: Sequence[PrfOutput] | KeyringHold,
) -> PersonKeys:
    """A fresh pair for ``staff_id``, made when a right is requested (申請) or a key was lost.

    ``held_by`` are the PRF outputs of one or more of the person's authenticators, or, by the
    administrator's setting only, the terminal secret with authenticators that merely sign.
    """
    held_secret = random_key()
    slots = _slots(staff_id, held_by, held_secret)
    if not slots:
        raise ValueError("a person's secret is held by at least one authenticator")
    salt = secrets.token_bytes(SALT_BYTES)
    pair = new_pair()
    return PersonKeys(
        staff_id=staff_id,
        public=pair.public,
        sealed_private=_seal_private(staff_id, pair, password, salt, parameters, held_secret),
        salt=salt,
        parameters=parameters,
        prf_salt=prf_salt,
        slots=slots,
    )


def open_person(
    keys: PersonKeys, password: str, held_by: PrfOutput | TerminalSecret
) -> OpenedPerson:
    """Open the private half with both factors.

    Raises ``UserError``: ``login.wrong_key`` when no slot is for this authenticator or S does
    not open, else ``login.wrong_password`` when the private half does not.
    """
    held_secret = _open_held_secret(keys, held_by)
    key = private_half_key(password, keys.salt, keys.parameters, held_secret)
    try:
        private = open_under(key, keys.sealed_private, _private_label(keys.staff_id))
    except SealError as cause:
        raise UserError(
            "login.wrong_password",
            "パスワードが違います。",
            "パスワードを確かめて、もう一度入力してください。続けて間違えるとしばらく入れなくなります。",
            field="password",
        ) from cause
    pair = pair_from_secret(private)
    return OpenedPerson(keys.staff_id, pair, held_secret)


def with_password(
    keys: PersonKeys, opened: OpenedPerson, password: str, parameters: Argon2Parameters
) -> PersonKeys:
    """The same pair under a new password, made by the person alone."""
    salt = secrets.token_bytes(SALT_BYTES)
    sealed = _seal_private(
        keys.staff_id, opened.pair, password, salt, parameters, opened.held_secret
    )
    return dataclasses.replace(keys, sealed_private=sealed, salt=salt, parameters=parameters)


def with_authenticators(
    keys: PersonKeys, opened: OpenedPerson, held_by: Sequence[PrfOutput] | KeyringHold
) -> PersonKeys:
    """The same pair with further authenticators (spare keys); the person is logged in."""
    added = _slots(keys.staff_id, held_by, opened.held_secret)
    replaced = {slot.credential_id for slot in added}
    kept = [slot for slot in keys.slots if slot.credential_id not in replaced]
    return dataclasses.replace(keys, slots=(*kept, *added))


def posing_as(
    pattern: PersonKeys, staff_id: str, hold: KeyringHold, held_secret: bytes
) -> PersonKeys:
    """Keys of somebody who does not exist, with the credential ids of ``hold``: each slot is of
    ``pattern``'s kind, and ``open_person`` refuses them after the same work and with the same
    words as it refuses ``pattern``'s to who has only one factor."""
    sealed = _slots(staff_id, hold, held_secret)
    slots = (
        mine if theirs.kind is SlotKind.KEYRING else dataclasses.replace(theirs, credential_id=id_)
        for mine, theirs, id_ in zip(sealed, pattern.slots, hold.credential_ids, strict=True)
    )
    return dataclasses.replace(pattern, staff_id=staff_id, slots=tuple(slots))


def _slots(
    staff_id: str, held_by: Sequence[PrfOutput] | KeyringHold, held_secret: bytes
) -> tuple[Slot, ...]:
    if not isinstance(held_by, KeyringHold):
        return tuple(_prf_slot(output, held_secret) for output in held_by)
    key = held_by.terminal.key_for("keyring slot")
    return tuple(
        Slot(SlotKind.KEYRING, one, seal_under(key, held_secret, _keyring_label(staff_id, one)))
        for one in held_by.credential_ids
    )


def _prf_slot(output: PrfOutput, held_secret: bytes) -> Slot:
    recipient = pair_from_secret(output.secret).public
    return Slot(SlotKind.PRF, output.credential_id, seal_to(recipient, held_secret))


def _open_held_secret(keys: PersonKeys, held_by: PrfOutput | TerminalSecret) -> bytes:
    try:
        if isinstance(held_by, TerminalSecret):
            slot = _find_slot(keys, SlotKind.KEYRING, None)
            key = held_by.key_for("keyring slot")
            label = _keyring_label(keys.staff_id, slot.credential_id)
            return open_under(key, slot.sealed_secret, label)
        slot = _find_slot(keys, SlotKind.PRF, held_by.credential_id)
        return open_with(held_by.secret, slot.sealed_secret)
    except SealError as cause:
        raise wrong_key() from cause


def wrong_key() -> UserError:
    """The authenticator has no slot, or what it gave does not open S."""
    return UserError(
        "login.wrong_key",
        "このセキュリティキーは、入力した職員番号に登録されているものではありません。",
        "自分のセキュリティキーを差し、もう一度操作してください。"
        "キーをなくしたときは所属の責任者に届け出てください。",
    )


def _find_slot(keys: PersonKeys, kind: SlotKind, credential_id: bytes | None) -> Slot:
    for slot in keys.slots:
        if slot.kind is kind and credential_id in (None, slot.credential_id):
            return slot
    raise SealError


def _seal_private(
    staff_id: str,
    pair: KeyPair,
    password: str,
    salt: bytes,
    parameters: Argon2Parameters,
    held_secret: bytes,
) -> bytes:
    key = private_half_key(password, salt, parameters, held_secret)
    return seal_under(key, pair.private, _private_label(staff_id))


def _private_label(staff_id: str) -> str:
    return f"private half {staff_id}"


def _keyring_label(staff_id: str, credential_id: bytes) -> str:
    return f"keyring slot {staff_id} {credential_id.hex()}"
