"""Windows Hello (face, fingerprint or PIN of Windows) behind the same port.

Windows owns the dialogs and, since version 1903, also the USB keys of unprivileged
programs. What cannot be tried without such a machine is listed in docs/untested.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from fido2.client import ClientError, WebAuthnClient

from app.core.errors import MadoguchiError
from app.security.authenticators import faults, webauthn
from app.security.authenticators.interruption import Interruption
from app.security.authenticators.port import Assertion, KeyUser, NewCredential

ClientFor = Callable[[str], WebAuthnClient]
"""Gives a client for a relying party id."""

# HRESULTs of webauthn.dll (WebAuthNGetErrorName) and of Windows itself, unsigned
_CANCELLED = {0x800704C7, 0x80090036, 0x800704C8}
_TIMED_OUT = {0x800705B4, 0x8007045B}
_NOT_FOUND = {0x80090011, 0x80070490}
_NO_DEVICE = {0x80090035, 0x80070015}
_EXISTS = {0x8009000F}
_UNSUPPORTED = {0x80090029, 0x80070032}


def windows_client(window: Callable[[], int] = lambda: 0) -> ClientFor:
    """The client of webauthn.dll. Its dialogs belong to the window whose handle ``window``
    gives at each use, 0 for the one in front.

    Raises ``EnvironmentFault`` ``key.hello_unavailable`` on any other system.
    """
    if sys.platform == "win32":
        from fido2.client.windows import WindowsClient

        if WindowsClient.is_available():
            return lambda rp_id: WindowsClient(webauthn.collector(rp_id), handle=window())
    raise faults.hello_unavailable()


class WindowsHello:
    """The ``Authenticator`` port for Windows Hello. ``seconds`` bounds one operation."""

    def __init__(self, client_for: ClientFor, *, seconds: float = 60.0) -> None:
        self._client_for = client_for
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
        with _told_apart(stop):
            client = self._client_for(rp_id)
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
        with _told_apart(stop):
            client = self._client_for(rp_id)
            return webauthn.authenticate(
                client, rp_id, challenge, credential_ids, uv, prf_salt, stop
            )


@contextmanager
def _told_apart(stop: Interruption) -> Iterator[None]:
    try:
        yield
    except ClientError as cause:
        raise _fault(cause, stop) from cause


def _fault(cause: ClientError, stop: Interruption) -> MadoguchiError:
    if cause.code == ClientError.ERR.TIMEOUT:
        return faults.timed_out() if stop.expired else faults.cancelled()
    number = getattr(cause.cause, "winerror", None)
    if number is None:
        return faults.failed(cause.code.name)
    status = number & 0xFFFFFFFF
    if status in _CANCELLED:
        return faults.timed_out() if stop.expired else faults.cancelled()
    for statuses, fault in (
        (_TIMED_OUT, faults.timed_out),
        (_NOT_FOUND, faults.wrong_key),
        (_NO_DEVICE, faults.no_key),
        (_EXISTS, faults.already_registered),
        (_UNSUPPORTED, faults.unsupported),
    ):
        if status in statuses:
            return fault()
    return faults.failed(f"0x{status:08X}")
