"""A security key in software (研修用セキュリティキー): for training and tests only.

It speaks CTAP2 through python-fido2's own device interface, so everything above it is the
product's real code. Its AAGUID and its relying party are refused by a production store, and
the production bundle does not contain it. Its secrets lie in a plain file (see
``software_key_state``).
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.ctap2 import Ctap2
from fido2.hid import CAPABILITY, CTAPHID
from fido2.webauthn import Aaguid, AttestedCredentialData, AuthenticatorData

from app.core.relying_party import SOFTWARE_KEY_AAGUID
from app.training.software_key_pin import ASSERT, MAKE, PinGuard
from app.training.software_key_state import KeyCredential, KeyState, StateFile

_ERR = CtapError.ERR
_CMD = Ctap2.CMD
_FLAG = AuthenticatorData.FLAG
_PRESENCE_SECONDS = 30.0
_POLL_SECONDS = 0.02
_NEXT_SECONDS = 30.0
_LONGEST_LIST = 8
_AAGUID = Aaguid.parse(SOFTWARE_KEY_AAGUID)


@dataclasses.dataclass(slots=True)
class _Conversation:
    """One call from the platform: how to tell it that we wait, and how it cancels us."""

    cancel: Event
    on_keepalive: Callable[[STATUS], None] | None


@dataclasses.dataclass(frozen=True, slots=True)
class _Pending:
    """Further resident credentials for getNextAssertion."""

    credentials: tuple[KeyCredential, ...]
    client_data_hash: bytes
    flags: int
    until: float


class SoftwareKey(CtapDevice):  # type: ignore[misc]  # fido2 has no types for us
    """One key. ``path`` None keeps it in memory. ``touched_at_once`` True needs no ``touch``.

    ``finger_matches`` is what the built-in reader will see; the reader exists only after
    ``enrol_finger``. ``touch``, ``remove`` and ``insert`` may be called from any thread.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        touched_at_once: bool = False,
        touch_seconds: float = 30.0,
    ) -> None:
        self._file = StateFile(path)
        self._guard = PinGuard(self._file)
        self._touched = Event()
        self._inserted = True
        self._pending: _Pending | None = None
        self._present_until = 0.0
        self._touch_seconds = touch_seconds
        self.touched_at_once = touched_at_once
        self.finger_matches = True

    # -- the person's hand ---------------------------------------------------------------

    def touch(self) -> None:
        """Touch the key. It counts only while the key waits for it."""
        self._touched.set()

    def remove(self) -> None:
        """Pull the key out; a running call fails as a pulled key does."""
        self._inserted = False

    def insert(self) -> None:
        """Put the key back: tokens are gone, counted tries stay."""
        self._inserted = True
        self._pending = None
        self._guard.replugged()

    def enrol_finger(self) -> None:
        """Give the key a built-in fingerprint reader that knows the person."""
        self._file.keep(finger_enrolled=True)

    def plugged(self) -> tuple[CtapDevice, ...]:
        """The devices there are: this key, or none after ``remove``."""
        return (self,) if self._inserted else ()

    @property
    def state(self) -> KeyState:
        """What the key remembers, for tests and for the training panel."""
        return self._file.state

    # -- fido2's device interface ---------------------------------------------------------

    @property
    def capabilities(self) -> int:
        return int(CAPABILITY.CBOR | CAPABILITY.NMSG)

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())  # a software key is handed over, never found

    def close(self) -> None:
        """Nothing is held open between calls."""

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        self._check_inserted()
        if cmd == CTAPHID.PING:
            return data
        if cmd != CTAPHID.CBOR:
            raise CtapError(_ERR.INVALID_COMMAND)
        talk = _Conversation(event or Event(), on_keepalive)
        try:
            answer = self._command(data[0], data[1:], talk)
        except CtapError as refusal:
            return bytes([refusal.code])
        except (KeyError, IndexError):
            return bytes([_ERR.MISSING_PARAMETER])
        return b"\x00" + (cbor.encode(answer) if answer else b"")

    def _command(self, command: int, body: bytes, talk: _Conversation) -> dict[int, Any]:
        request: Mapping[int, Any] = cbor.decode(body) if body else {}
        if command != _CMD.GET_NEXT_ASSERTION:
            self._pending = None
        if command == _CMD.GET_INFO:
            return self._info()
        if command == _CMD.CLIENT_PIN:
            return self._guard.handle(request, lambda: self._finger(talk))
        if command == _CMD.MAKE_CREDENTIAL:
            return self._make_credential(request, talk)
        if command == _CMD.GET_ASSERTION:
            return self._get_assertion(request, talk)
        if command == _CMD.GET_NEXT_ASSERTION:
            return self._next_assertion()
        if command == _CMD.SELECTION:
            self._wait_for_touch(talk)
            return {}
        if command == _CMD.RESET:
            self._wait_for_touch(talk)
            blank = {f.name: getattr(KeyState(), f.name) for f in dataclasses.fields(KeyState)}
            self._file.keep(**blank)
            self._guard.replugged()
            return {}
        raise CtapError(_ERR.INVALID_COMMAND)

    def _info(self) -> dict[int, Any]:
        options = {
            "rk": True,
            "up": True,
            "clientPin": self.state.pin_digest is not None,
            "pinUvAuthToken": True,
        }
        if self.state.finger_enrolled:
            options["uv"] = True
        return {
            1: ["FIDO_2_0", "FIDO_2_1"],
            2: ["credProtect", "hmac-secret"],
            3: bytes(_AAGUID),
            4: options,
            5: 2048,
            6: [2, 1],
            7: _LONGEST_LIST,
            8: 64,
            10: [{"alg": ES256.ALGORITHM, "type": "public-key"}],
        }

    # -- registration ---------------------------------------------------------------------

    def _make_credential(self, request: Mapping[int, Any], talk: _Conversation) -> dict[int, Any]:
        rp_id, options = request[2]["id"], request.get(7, {})
        self._answer_empty_parameter(request.get(8), talk)
        if not any(one["alg"] == ES256.ALGORITHM for one in request[4]):
            raise CtapError(_ERR.UNSUPPORTED_ALGORITHM)
        if options.get("up") is False:
            raise CtapError(_ERR.INVALID_OPTION)
        verified = self._verify_user(
            request.get(9), request.get(8), request[1], MAKE, rp_id, options, talk
        )
        if not verified and self._is_protected():
            raise CtapError(_ERR.PUAT_REQUIRED)
        excluded = {one["id"] for one in request.get(5, [])}
        self._wait_for_presence(talk)
        if any(one.credential_id in excluded for one in self._of(rp_id)):
            raise CtapError(_ERR.CREDENTIAL_EXCLUDED)
        self._guard.spend_token()
        return self._new_credential(request, verified)

    def _new_credential(self, request: Mapping[int, Any], verified: bool) -> dict[int, Any]:
        asked, user = request.get(6, {}), request[3]
        key = ec.generate_private_key(ec.SECP256R1())
        credential = KeyCredential(
            credential_id=secrets.token_bytes(32),
            rp_id=request[2]["id"],
            user_id=user["id"],
            user_name=user.get("name", ""),
            private=key.private_numbers().private_value.to_bytes(32, "big"),
            random_with_uv=secrets.token_bytes(32),
            random_without_uv=secrets.token_bytes(32),
            resident=bool(request.get(7, {}).get("rk", False)),
            protection=int(asked.get("credProtect", 1)),
        )
        extensions: dict[str, Any] = {}
        if "credProtect" in asked:
            extensions["credProtect"] = credential.protection
        if asked.get("hmac-secret"):
            extensions["hmac-secret"] = True
        attested = AttestedCredentialData.create(
            _AAGUID, credential.credential_id, ES256.from_cryptography_key(key.public_key())
        )
        flags = _flags(touched=True, verified=verified) | _FLAG.AT
        data = _authenticator_data(credential.rp_id, flags, 0, attested, extensions)
        self._file.keep_credential(credential)
        statement = {"alg": ES256.ALGORITHM, "sig": _sign(credential, data + request[1])}
        return {1: "packed", 2: data, 3: statement}

    # -- assertion ------------------------------------------------------------------------

    def _get_assertion(self, request: Mapping[int, Any], talk: _Conversation) -> dict[int, Any]:
        rp_id, options = request[1], request.get(5, {})
        self._answer_empty_parameter(request.get(6), talk)
        verified = self._verify_user(
            request.get(7), request.get(6), request[2], ASSERT, rp_id, options, talk
        )
        allowed = request.get(3)
        found = self._candidates(rp_id, allowed, verified)
        if not found:
            raise CtapError(_ERR.NO_CREDENTIALS)
        wants_touch = options.get("up", True)
        prf = request.get(4, {}).get("hmac-secret")
        if prf is not None and not wants_touch:
            raise CtapError(_ERR.UNSUPPORTED_OPTION)
        if wants_touch:
            self._wait_for_presence(talk)
            self._guard.spend_token()
        flags = _flags(touched=wants_touch, verified=verified)
        answer = self._sign_assertion(found[0], request[2], flags, prf)
        if allowed is None and len(found) > 1:
            answer[5] = len(found)
            until = time.monotonic() + _NEXT_SECONDS
            self._pending = _Pending(tuple(found[1:]), request[2], flags, until)
        return answer

    def _next_assertion(self) -> dict[int, Any]:
        pending = self._pending
        if pending is None or not pending.credentials or time.monotonic() > pending.until:
            raise CtapError(_ERR.NOT_ALLOWED)
        first, *rest = pending.credentials
        self._pending = dataclasses.replace(pending, credentials=tuple(rest))
        return self._sign_assertion(first, pending.client_data_hash, pending.flags, None)

    def _sign_assertion(
        self,
        credential: KeyCredential,
        client_data_hash: bytes,
        flags: int,
        prf: Mapping[int, Any] | None,
    ) -> dict[int, Any]:
        extensions: dict[str, Any] = {}
        if prf is not None:
            verified = bool(flags & _FLAG.UV)
            secret = credential.random_with_uv if verified else credential.random_without_uv
            extensions["hmac-secret"] = self._guard.prf(secret, prf)
        if flags & _FLAG.UP:  # a silent look-up is not a use
            credential = dataclasses.replace(credential, counter=credential.counter + 1)
            self._file.keep_credential(credential)
        data = _authenticator_data(credential.rp_id, flags, credential.counter, b"", extensions)
        answer: dict[int, Any] = {
            1: {"id": credential.credential_id, "type": "public-key"},
            2: data,
            3: _sign(credential, data + client_data_hash),
        }
        if credential.resident:
            answer[4] = {"id": credential.user_id}
        return answer

    def _candidates(
        self, rp_id: str, allowed: list[Mapping[str, Any]] | None, verified: bool
    ) -> list[KeyCredential]:
        ours = [one for one in self._of(rp_id) if verified or one.protection < 3]
        if allowed is not None:
            ids = {one["id"] for one in allowed}
            return [one for one in ours if one.credential_id in ids]
        return [one for one in ours if one.resident and (verified or one.protection < 2)]

    # -- the person -----------------------------------------------------------------------

    def _verify_user(
        self,
        version: int | None,
        parameter: bytes | None,
        message: bytes,
        permission: int,
        rp_id: str,
        options: Mapping[str, bool],
        talk: _Conversation,
    ) -> bool:
        if parameter is not None:
            self._guard.check_token(version, parameter, message, permission, rp_id)
            return True
        if options.get("uv"):
            self._guard.check_finger(lambda: self._finger(talk))
            return True
        return False

    def _answer_empty_parameter(self, parameter: bytes | None, talk: _Conversation) -> None:
        if parameter == b"":  # the platform lets the person choose among several keys
            self._wait_for_touch(talk)
            has_pin = self.state.pin_digest is not None
            raise CtapError(_ERR.PIN_INVALID if has_pin else _ERR.PIN_NOT_SET)

    def _finger(self, talk: _Conversation) -> bool:
        self._wait_for_touch(talk)
        # A finger on the reader is a touch too: the request that follows asks for no second
        # one (CTAP 2.1, userPresent flag of the token).
        if self.finger_matches:
            self._present_until = time.monotonic() + _PRESENCE_SECONDS
        return self.finger_matches

    def _wait_for_presence(self, talk: _Conversation) -> None:
        present, self._present_until = self._present_until, 0.0
        if time.monotonic() >= present:
            self._wait_for_touch(talk)

    def _wait_for_touch(self, talk: _Conversation) -> None:
        self._touched.clear()
        if talk.on_keepalive is not None:
            talk.on_keepalive(STATUS.UPNEEDED)
        end = time.monotonic() + self._touch_seconds
        while not self.touched_at_once:
            self._check_inserted()
            if talk.cancel.is_set():
                raise CtapError(_ERR.KEEPALIVE_CANCEL)
            if time.monotonic() > end:
                raise CtapError(_ERR.USER_ACTION_TIMEOUT)
            if self._touched.wait(_POLL_SECONDS):
                break
        self._check_inserted()
        if talk.cancel.is_set():
            raise CtapError(_ERR.KEEPALIVE_CANCEL)

    def _check_inserted(self) -> None:
        if not self._inserted:
            raise OSError("the software key was pulled out")

    def _is_protected(self) -> bool:
        return self.state.pin_digest is not None or self.state.finger_enrolled

    def _of(self, rp_id: str) -> list[KeyCredential]:
        return [one for one in self.state.credentials if one.rp_id == rp_id]


def _flags(*, touched: bool, verified: bool) -> int:
    return (_FLAG.UP if touched else 0) | (_FLAG.UV if verified else 0)


def _authenticator_data(
    rp_id: str, flags: int, counter: int, attested: bytes, extensions: Mapping[str, Any]
) -> bytes:
    if extensions:
        flags |= _FLAG.ED
    rp_hash = hashlib.sha256(rp_id.encode()).digest()
    return bytes(AuthenticatorData.create(rp_hash, flags, counter, attested, extensions or None))


def _sign(credential: KeyCredential, message: bytes) -> bytes:
    key = ec.derive_private_key(int.from_bytes(credential.private, "big"), ec.SECP256R1())
    return key.sign(message, ec.ECDSA(hashes.SHA256()))
