"""The clientPIN half of the software security key: PIN, fingerprint and their tokens (研修 only).

Written after CTAP 2.1, section 6.5, from the authenticator's side, protocols one and two.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.ctap import CtapError
from fido2.ctap2.pin import ClientPin, PinProtocol, PinProtocolV1, PinProtocolV2
from fido2.utils import int2bytes

from app.training.software_key_state import FINGER_TRIES, PIN_TRIES, StateFile

_ERR = CtapError.ERR
_CMD = ClientPin.CMD
_TRIES_BEFORE_REPLUG = 3
_PIN_BYTES = range(4, 64)
MAKE = int(ClientPin.PERMISSION.MAKE_CREDENTIAL)
ASSERT = int(ClientPin.PERMISSION.GET_ASSERTION)


class PinGuard:
    """Holds what belongs to one plugging in: key agreement, token, wrong tries in a row."""

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._protocols: dict[int, PinProtocol] = {1: PinProtocolV1(), 2: PinProtocolV2()}
        self._token: bytes | None = None
        self._permissions = 0
        self._rp_id: str | None = None
        self.replugged()

    def replugged(self) -> None:
        """Start afresh, as a key that was taken out and put back."""
        self._agreement = ec.generate_private_key(ec.SECP256R1())
        self._wrong_in_a_row = 0
        self._forget_token()

    def handle(
        self, request: Mapping[int, Any], verify_finger: Callable[[], bool]
    ) -> dict[int, Any]:
        """Answer one clientPIN request. ``verify_finger`` asks the built-in reader. Raises
        ``CtapError``."""
        command = request[2]
        if command == _CMD.GET_PIN_RETRIES:
            paused = self._wrong_in_a_row >= _TRIES_BEFORE_REPLUG
            return {3: self._file.state.pin_tries, 4: paused}
        if command == _CMD.GET_UV_RETRIES:
            if not self._file.state.finger_enrolled:
                raise CtapError(_ERR.INVALID_SUBCOMMAND)
            return {5: self._file.state.finger_tries}
        protocol = self._protocol(request.get(1))
        if command == _CMD.GET_KEY_AGREEMENT:
            return {1: self._agreement_key()}
        if command == _CMD.GET_TOKEN_USING_UV:
            shared = self.shared_secret(protocol, request[3])
            self.check_finger(verify_finger)
            return self._new_token(protocol, shared, request)
        if command not in (
            _CMD.SET_PIN,
            _CMD.CHANGE_PIN,
            _CMD.GET_TOKEN_USING_PIN,
            _CMD.GET_TOKEN_USING_PIN_LEGACY,
        ):
            raise CtapError(_ERR.INVALID_SUBCOMMAND)
        shared = self.shared_secret(protocol, request[3])
        if command == _CMD.SET_PIN:
            return self._set_pin(protocol, shared, request)
        if command == _CMD.CHANGE_PIN:
            return self._change_pin(protocol, shared, request)
        self._check_pin(protocol, shared, request[6])
        return self._new_token(protocol, shared, request)

    def check_token(
        self, version: int | None, parameter: bytes, message: bytes, permission: int, rp_id: str
    ) -> None:
        """Accept ``parameter`` as made with the present token for this use. Raises
        ``CtapError`` ``PIN_AUTH_INVALID``."""
        protocol = self._protocol(version)
        if self._token is None or not self._permissions & permission:
            raise CtapError(_ERR.PIN_AUTH_INVALID)
        if self._rp_id not in (None, rp_id):
            raise CtapError(_ERR.PIN_AUTH_INVALID)
        if not hmac.compare_digest(protocol.authenticate(self._token, message), parameter):
            raise CtapError(_ERR.PIN_AUTH_INVALID)
        self._rp_id = rp_id

    def spend_token(self) -> None:
        """A touch used the token up: it permits nothing more."""
        self._permissions = 0

    def check_finger(self, verify_finger: Callable[[], bool]) -> None:
        """Ask the built-in reader and count its failures. Raises ``CtapError``."""
        state = self._file.state
        if not state.finger_enrolled:
            raise CtapError(_ERR.NOT_ALLOWED)
        if state.finger_tries == 0:
            raise CtapError(_ERR.UV_BLOCKED)
        if verify_finger():
            self._file.keep(finger_tries=FINGER_TRIES)
            return
        self._file.keep(finger_tries=state.finger_tries - 1)
        raise CtapError(_ERR.UV_BLOCKED if state.finger_tries == 1 else _ERR.UV_INVALID)

    def prf(self, secret: bytes, request: Mapping[int, Any]) -> bytes:
        """Answer the hmac-secret extension with ``secret``. Raises ``CtapError``."""
        protocol = self._protocol(request.get(4, 1))
        shared = self.shared_secret(protocol, request[1])
        if not hmac.compare_digest(protocol.authenticate(shared, request[2]), request[3]):
            raise CtapError(_ERR.PIN_AUTH_INVALID)
        salts = protocol.decrypt(shared, request[2])
        if len(salts) not in (32, 64):
            raise CtapError(_ERR.INVALID_LENGTH)
        answers = b"".join(
            hmac.digest(secret, salts[start : start + 32], "sha256")
            for start in range(0, len(salts), 32)
        )
        return bytes(protocol.encrypt(shared, answers))

    def shared_secret(self, protocol: PinProtocol, peer: Mapping[int, Any]) -> bytes:
        """The secret agreed with the platform's key. Raises ``CtapError``."""
        try:
            point = ec.EllipticCurvePublicNumbers(
                int.from_bytes(peer[-2], "big"),
                int.from_bytes(peer[-3], "big"),
                ec.SECP256R1(),
            ).public_key()
        except (ValueError, KeyError, TypeError) as cause:
            raise CtapError(_ERR.INVALID_PARAMETER) from cause
        return bytes(protocol.kdf(self._agreement.exchange(ec.ECDH(), point)))

    def _protocol(self, version: int | None) -> PinProtocol:
        if version not in self._protocols:
            raise CtapError(_ERR.INVALID_PARAMETER)
        return self._protocols[version]

    def _agreement_key(self) -> dict[int, Any]:
        numbers = self._agreement.public_key().public_numbers()
        return {1: 2, 3: -25, -1: 1, -2: int2bytes(numbers.x, 32), -3: int2bytes(numbers.y, 32)}

    def _set_pin(
        self, protocol: PinProtocol, shared: bytes, request: Mapping[int, Any]
    ) -> dict[int, Any]:
        if self._file.state.pin_digest is not None:
            raise CtapError(_ERR.PIN_AUTH_INVALID)
        self._check_mac(protocol, shared, request[5], request[4])
        self._keep_new_pin(protocol, shared, request[5])
        return {}

    def _change_pin(
        self, protocol: PinProtocol, shared: bytes, request: Mapping[int, Any]
    ) -> dict[int, Any]:
        self._check_mac(protocol, shared, request[5] + request[6], request[4])
        self._check_pin(protocol, shared, request[6])
        self._keep_new_pin(protocol, shared, request[5])
        self._forget_token()
        return {}

    def _check_mac(
        self, protocol: PinProtocol, shared: bytes, message: bytes, parameter: bytes
    ) -> None:
        if not hmac.compare_digest(protocol.authenticate(shared, message), parameter):
            raise CtapError(_ERR.PIN_AUTH_INVALID)

    def _keep_new_pin(self, protocol: PinProtocol, shared: bytes, sealed: bytes) -> None:
        padded = protocol.decrypt(shared, sealed)
        pin = padded.rstrip(b"\x00")
        if len(padded) < 64 or len(pin) not in _PIN_BYTES:
            raise CtapError(_ERR.PIN_POLICY_VIOLATION)
        self._file.keep(pin_digest=hashlib.sha256(pin).digest()[:16], pin_tries=PIN_TRIES)

    def _check_pin(self, protocol: PinProtocol, shared: bytes, sealed: bytes) -> None:
        state = self._file.state
        if state.pin_digest is None:
            raise CtapError(_ERR.PIN_NOT_SET)
        if state.pin_tries == 0:
            raise CtapError(_ERR.PIN_BLOCKED)
        if self._wrong_in_a_row >= _TRIES_BEFORE_REPLUG:
            raise CtapError(_ERR.PIN_AUTH_BLOCKED)
        # counted before comparing, so that pulling the key out saves no try
        self._file.keep(pin_tries=state.pin_tries - 1)
        if hmac.compare_digest(protocol.decrypt(shared, sealed), state.pin_digest):
            self._file.keep(pin_tries=PIN_TRIES, finger_tries=FINGER_TRIES)
            self._wrong_in_a_row = 0
            return
        self._agreement = ec.generate_private_key(ec.SECP256R1())
        self._wrong_in_a_row += 1
        if self._file.state.pin_tries == 0:
            raise CtapError(_ERR.PIN_BLOCKED)
        if self._wrong_in_a_row >= _TRIES_BEFORE_REPLUG:
            raise CtapError(_ERR.PIN_AUTH_BLOCKED)
        raise CtapError(_ERR.PIN_INVALID)

    def _new_token(
        self, protocol: PinProtocol, shared: bytes, request: Mapping[int, Any]
    ) -> dict[int, Any]:
        self._token = secrets.token_bytes(32)
        self._permissions = request.get(9, MAKE | ASSERT)
        self._rp_id = request.get(10)
        return {2: protocol.encrypt(shared, self._token)}

    def _forget_token(self) -> None:
        self._token = None
        self._permissions = 0
        self._rp_id = None
