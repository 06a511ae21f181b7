"""Which way the keys of this machine are reached, chosen by its system, here alone.

An ordinary Windows account reaches security keys and Windows Hello only through the system's
own WebAuthn interface; elsewhere the program speaks CTAP2 to the keys itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from app.core.errors import EnvironmentFault
from app.security.authenticators import faults
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.devices import Forbidden, usb_and_nfc_devices
from app.security.authenticators.hello import WindowsHello, windows_client
from app.security.authenticators.port import Authenticator, Prompts


def no_window() -> int:
    """For a command without a window: Windows' dialog then belongs to the console in front."""
    return 0


def keys_of_this_machine(prompts: Prompts, window: Callable[[], int] = no_window) -> Authenticator:
    """The security keys here. ``prompts`` asks for touch and PIN where Windows does not ask
    itself; ``window`` gives the handle of the window that Windows' dialogs belong to.

    Raises ``EnvironmentFault`` ``key.hello_unavailable`` on a Windows without the interface.
    """
    if sys.platform == "win32":
        return WindowsHello(windows_client(window))
    else:  # noqa: RET505 - the branches are told apart by platform
        return CtapAuthenticator(usb_and_nfc_devices, prompts)


def some_key_is_there() -> None:
    """Nothing happens when a security key can be asked.

    Raises ``EnvironmentFault`` ``key.none`` when none is plugged in, ``key.unlisted`` when this
    account may not see which are. On Windows an account never sees them: there it raises
    ``key.hello_unavailable`` when the system's interface is missing.
    """
    if sys.platform == "win32":
        windows_client()
    else:
        _list_keys()


def _list_keys() -> None:
    try:
        devices = list(usb_and_nfc_devices())
    except OSError as cause:
        raise EnvironmentFault(
            "key.unlisted",
            "セキュリティキーの一覧を取れません。",
            "このOSアカウントにキーを使う権限があるか、システム管理者に確かめてください。",
        ) from cause
    if not devices:
        raise faults.no_key()
    closed = [device.name for device in devices if isinstance(device, Forbidden)]
    if len(closed) == len(devices):
        raise faults.forbidden(closed)
