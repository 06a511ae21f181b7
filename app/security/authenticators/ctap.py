"""Security keys over USB and NFC (CTAP2), through python-fido2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from threading import Event

from fido2.client import ClientError, Fido2Client, PinRequiredError, UserInteraction
from fido2.ctap import CtapDevice, CtapError
from fido2.ctap2 import ClientPin, Ctap2
from fido2.ctap2.extensions import CredProtectExtension, HmacSecretExtension
from fido2.hid import ConnectionFailure, CtapHidDevice

from app.core.errors import MadoguchiError
from app.security.authenticators import faults, webauthn
from app.security.authenticators.interruption import Interruption
from app.security.authenticators.pin import in_form
from app.security.authenticators.port import Assertion, KeyUser, NewCredential, Prompts

Devices = Callable[[], Iterable[CtapDevice]]
_ERR = CtapError.ERR


def usb_and_nfc_devices() -> Iterator[CtapDevice]:
    """The security keys now plugged in or lying on a reader.

    NFC needs the package ``pyscard`` and a PC/SC service; without them only USB is asked.
    """
    yield from CtapHidDevice.list_devices()
    try:
        from fido2.pcsc import CtapPcscDevice
    except ImportError:
        return
    yield from CtapPcscDevice.list_devices()


class CtapAuthenticator:
    """The ``Authenticator`` port for CTAP2 keys.

    ``devices`` lists what is there at each call and so may be a software key; ``prompts``
    are called on the calling thread. ``seconds`` bounds one operation, PIN entry included.
    """

    def __init__(self, devices: Devices, prompts: Prompts, *, seconds: float = 60.0) -> None:
        self._devices = devices
        self._prompts = prompts
        self._seconds = seconds

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
        with ExitStack() as stack:
            device = _only(self._open(stack))
            with _told_apart(device, stop):
                client = self._client(device, rp_id)
                return webauthn.register(client, user, rp_id, challenge, exclude, prf_salt, stop)

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
        with ExitStack() as stack:
            devices = self._open(stack)
            fitting = [one for one in devices if _may_hold(one, rp_id, credential_ids, stop)]
            if not fitting:
                raise faults.wrong_key()
            device = _only(fitting)
            with _told_apart(device, stop):
                client = self._client(device, rp_id)
                return webauthn.authenticate(
                    client, rp_id, challenge, credential_ids, uv, prf_salt, stop
                )

    def _open(self, stack: ExitStack) -> list[CtapDevice]:
        try:
            devices = [stack.enter_context(closing(device)) for device in self._devices()]
        except (OSError, ConnectionFailure) as cause:
            raise faults.removed() from cause
        if not devices:
            raise faults.no_key()
        return devices

    def _client(self, device: CtapDevice, rp_id: str) -> Fido2Client:
        return Fido2Client(
            device,
            webauthn.collector(rp_id),
            user_interaction=_Interaction(device, self._prompts),
            extensions=[HmacSecretExtension(), CredProtectExtension()],
        )


class _Interaction(UserInteraction):  # type: ignore[misc]  # fido2 has no types for us
    """Carries the library's questions to our prompts."""

    def __init__(self, device: CtapDevice, prompts: Prompts) -> None:
        self._device = device
        self._prompts = prompts

    def prompt_up(self) -> None:
        self._prompts.touch()

    def request_pin(self, permissions: object, rp_id: str | None) -> str | None:
        pin = self._prompts.pin(_pin_retries(self._device))
        return None if pin is None else in_form(pin)

    def request_uv(self, permissions: object, rp_id: str | None) -> bool:
        self._prompts.touch()
        return True


def _only(devices: list[CtapDevice]) -> CtapDevice:
    if len(devices) > 1:
        raise faults.several_keys()
    return devices[0]


def _may_hold(
    device: CtapDevice, rp_id: str, credential_ids: tuple[bytes, ...], stop: Interruption
) -> bool:
    """Ask the device, without a touch, for our credentials, so that nobody types a PIN into
    a key that cannot help. A device that will not say is taken as possible."""
    with _told_apart(device, stop):
        try:
            Ctap2(device).get_assertions(
                rp_id,
                b"\x00" * 32,
                [{"type": "public-key", "id": one} for one in credential_ids],
                options={"up": False},
                event=stop,
            )
        except CtapError as cause:
            return bool(cause.code != _ERR.NO_CREDENTIALS)
        except ValueError:
            return True  # an older U2F key: the request proper will say that it cannot help
    return True


@contextmanager
def _told_apart(device: CtapDevice, stop: Interruption) -> Iterator[None]:
    """Turn what python-fido2 raises into one fault per cause."""
    try:
        yield
    except PinRequiredError as cause:
        raise faults.cancelled() from cause
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
