"""Security keys over USB and NFC (CTAP2), through python-fido2."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from typing import TypeVar

from fido2.client import ClientError, Fido2Client, PinRequiredError, UserInteraction
from fido2.ctap import CtapDevice, CtapError
from fido2.ctap2 import ClientPin, Ctap2
from fido2.ctap2.extensions import CredProtectExtension, HmacSecretExtension
from fido2.hid import ConnectionFailure

from app.core.errors import MadoguchiError
from app.security.authenticators import faults, webauthn
from app.security.authenticators.devices import Answer, Asking, Opened, Plug
from app.security.authenticators.interruption import Interruption
from app.security.authenticators.pin import in_form
from app.security.authenticators.port import (
    SECONDS,
    Assertion,
    KeyUser,
    NewCredential,
    Prompts,
)

T = TypeVar("T")
Devices = Callable[[], Iterable[Plug | CtapDevice]]
_ERR = CtapError.ERR


class CtapAuthenticator:
    """The ``Authenticator`` port for CTAP2 keys.

    ``devices`` lists what is there at each call and so may be a software key; ``prompts``
    are called on the calling thread. ``seconds`` bounds one operation, PIN entry included.
    """

    def __init__(self, devices: Devices, prompts: Prompts, *, seconds: float = SECONDS) -> None:
        self._devices = devices
        self._prompts = prompts
        self._seconds = seconds
        self._asking = Asking(_skipped)

    def enrol(
        self,
        user: KeyUser,
        rp_id: str,
        challenge: bytes,
        exclude: tuple[bytes, ...],
        *,
        prf_salt: bytes,
        cancel: Event,
    ) -> NewCredential:
        stop = Interruption(cancel, self._seconds)

        def register(device: CtapDevice, stop: Interruption) -> NewCredential:
            client = self._client(device, rp_id, stop)
            return webauthn.register(client, user, rp_id, challenge, exclude, prf_salt, stop)

        return self._with_one(lambda device, _stop: bool(Ctap2(device).info), register, stop)

    def assert_(
        self,
        rp_id: str,
        challenge: bytes,
        credential_ids: tuple[bytes, ...],
        *,
        uv: bool,
        prf_salt: bytes | None = None,
        cancel: Event,
    ) -> Assertion:
        webauthn.check_request(credential_ids, uv, prf_salt)
        stop = Interruption(cancel, self._seconds)

        def sign(device: CtapDevice, stop: Interruption) -> Assertion:
            client = self._client(device, rp_id, stop)
            return webauthn.authenticate(
                client, rp_id, challenge, credential_ids, uv, prf_salt, stop
            )

        def holds(device: CtapDevice, stop: Interruption) -> bool:
            return _may_hold(device, rp_id, credential_ids, stop)

        return self._with_one(holds, sign, stop)

    def _with_one(
        self,
        can_help: Callable[[CtapDevice, Interruption], bool],
        work: Callable[[CtapDevice, Interruption], T],
        stop: Interruption,
    ) -> T:
        """Do ``work`` with the one device that can help; the others are skipped, and named only
        when none answers."""
        plugs = self._plugs()
        answers = self._asking.everyone(plugs, can_help, stop, bool)
        able = [one for one in answers if one.device is not None and one.value]
        try:
            if stop.is_set():
                raise faults.timed_out() if stop.expired else faults.cancelled()
            if not able:
                raise _none_can(answers)
            if len(able) > 1:
                raise faults.several_keys()
            (chosen,) = able
            device = chosen.device
            assert device is not None

            def whole() -> T:
                with _told_apart(device, stop):
                    return work(device, stop)

            return self._asking.run(chosen.plug, whole, stop)
        finally:
            for one in answers:
                if one.device is not None:
                    with suppress(OSError, CtapError):
                        one.device.close()

    def _plugs(self) -> list[Plug]:
        plugs: list[Plug] = []
        try:
            for one in self._devices():
                plugs.append(Opened(one) if isinstance(one, CtapDevice) else one)
        except (OSError, ConnectionFailure) as cause:
            # What was listed before the trouble is asked all the same: it may be the own key.
            if not plugs and isinstance(cause, PermissionError):
                raise faults.forbidden(["一覧"]) from cause
            if not plugs:
                raise faults.removed() from cause
        if not plugs:
            raise faults.no_key()
        return plugs

    def _client(self, device: CtapDevice, rp_id: str, stop: Interruption) -> Fido2Client:
        return Fido2Client(
            device,
            webauthn.collector(rp_id),
            user_interaction=_Interaction(device, self._prompts, stop),
            extensions=[HmacSecretExtension(), CredProtectExtension()],
        )


class _Interaction(UserInteraction):  # type: ignore[misc]  # fido2 has no types for us
    """Carries the library's questions to our prompts, until the work is over: a device that was
    left behind asks nobody any more."""

    def __init__(self, device: CtapDevice, prompts: Prompts, stop: Event | None = None) -> None:
        self._device = device
        self._prompts = prompts
        self._stop = stop or Event()

    def prompt_up(self) -> None:
        if not self._stop.is_set():
            self._prompts.touch()

    def request_pin(self, permissions: object, rp_id: str | None) -> str | None:
        if self._stop.is_set():
            return None
        if _must_change_pin(self._device):
            raise faults.pin_must_change()
        pin = self._prompts.pin(_pin_retries(self._device))
        return None if pin is None else in_form(pin)

    def request_uv(self, permissions: object, rp_id: str | None) -> bool:
        self._prompts.touch()
        return True


def _none_can(answers: list[Answer[bool]]) -> MadoguchiError:
    """Why no device can help: one answered and is another person's, or none answered."""
    if any(one.device is not None for one in answers):
        return faults.wrong_key()
    skipped = [(one.fault, one.plug.name) for one in answers if one.fault is not None]
    for code, told in (
        ("key.forbidden", faults.forbidden),
        ("key.busy", faults.busy),
        ("key.silent", faults.silent),
    ):
        names = [name for fault, name in skipped if fault.code == code]
        if names:
            return told(names)
    return skipped[0][0]


def _skipped(error: BaseException) -> MadoguchiError:
    """The fault for which a device is skipped."""
    if isinstance(error, MadoguchiError):
        return error
    if isinstance(error, PermissionError):
        return faults.forbidden([""])
    if isinstance(error, CtapError) and error.code == _ERR.CHANNEL_BUSY:
        return faults.busy([""])
    if isinstance(error, OSError):
        return faults.busy([""]) if error.errno == errno.EBUSY else faults.removed()
    if isinstance(error, ValueError):
        return faults.unsupported()  # an older U2F key: it verifies nobody
    return faults.silent([""])


def _may_hold(
    device: CtapDevice, rp_id: str, credential_ids: tuple[bytes, ...], stop: Interruption
) -> bool:
    """Ask the device, without a touch, for our credentials, so that nobody types a PIN into
    a key that cannot help. A device that will not say is taken as possible."""
    try:
        Ctap2(device).get_assertions(
            rp_id,
            b"\x00" * 32,
            [{"type": "public-key", "id": one} for one in credential_ids],
            options={"up": False},
            event=stop,
        )
    except CtapError as cause:
        if cause.code == _ERR.CHANNEL_BUSY:
            raise
        return bool(cause.code != _ERR.NO_CREDENTIALS)
    return True


@contextmanager
def _told_apart(device: CtapDevice, stop: Interruption) -> Iterator[None]:
    """Turn what python-fido2 raises into one fault per cause."""
    try:
        yield
    except PinRequiredError as cause:
        raise faults.cancelled() from cause
    except PermissionError as cause:
        raise faults.forbidden([str(getattr(device, "product_name", "") or "キー")]) from cause
    except ClientError as cause:
        raise _fault(cause, device, stop) from cause
    except (OSError, ConnectionFailure) as cause:
        raise faults.removed() from cause


def _fault(cause: ClientError, device: CtapDevice, stop: Interruption) -> MadoguchiError:
    if isinstance(cause.cause, CtapError):
        return _device_fault(cause.cause, device, stop)
    if cause.code == ClientError.ERR.TIMEOUT:
        return faults.timed_out() if stop.expired else faults.cancelled()
    if cause.code == ClientError.ERR.DEVICE_INELIGIBLE:
        return faults.wrong_key()
    if cause.code == ClientError.ERR.CONFIGURATION_UNSUPPORTED:
        # the library falls back from a blocked reader to a PIN that may not exist
        return faults.uv_blocked() if _uv_retries(device) == 0 else faults.pin_not_set()
    return faults.failed(cause.code.name)


def _device_fault(cause: CtapError, device: CtapDevice, stop: Interruption) -> MadoguchiError:
    if cause.code == _ERR.KEEPALIVE_CANCEL:
        return faults.timed_out() if stop.expired else faults.cancelled()
    if cause.code == _ERR.PIN_INVALID:
        return faults.pin_wrong(_pin_retries(device))
    if cause.code == _ERR.UV_INVALID:
        return faults.uv_failed(_uv_retries(device))
    known: dict[int, Callable[[], MadoguchiError]] = {
        _ERR.ACTION_TIMEOUT: faults.timed_out,
        _ERR.USER_ACTION_TIMEOUT: faults.timed_out,
        _ERR.NO_CREDENTIALS: faults.wrong_key,
        _ERR.CREDENTIAL_EXCLUDED: faults.already_registered,
        _ERR.PIN_BLOCKED: faults.pin_blocked,
        _ERR.PIN_AUTH_BLOCKED: faults.pin_paused,
        _ERR.PIN_NOT_SET: faults.pin_not_set,
        _ERR.PIN_POLICY_VIOLATION: faults.pin_must_change,
        _ERR.UV_BLOCKED: faults.uv_blocked,
        _ERR.OPERATION_DENIED: faults.refused_by_person,
        _ERR.NOT_ALLOWED: faults.refused_by_person,
        _ERR.KEY_STORE_FULL: faults.full,
        _ERR.LIMIT_EXCEEDED: faults.full,
        _ERR.UNSUPPORTED_ALGORITHM: faults.unsupported,
        _ERR.UNSUPPORTED_OPTION: faults.unsupported,
    }
    found = known.get(cause.code)
    return found() if found else faults.failed(cause.code.name)


def _must_change_pin(device: CtapDevice) -> bool:
    try:
        return bool(Ctap2(device).info.force_pin_change)
    except (CtapError, ValueError, OSError):
        return False


def _pin_retries(device: CtapDevice) -> int | None:
    try:
        return int(ClientPin(Ctap2(device)).get_pin_retries()[0])
    except (CtapError, ValueError, KeyError, OSError):
        return None


def _uv_retries(device: CtapDevice) -> int | None:
    try:
        return int(ClientPin(Ctap2(device)).get_uv_retries())
    except (CtapError, ValueError, KeyError, OSError):
        return None
