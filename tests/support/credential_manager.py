"""Windows' Credential Manager behind keyring's own backend: its calls, its limits, its errors.

The calls and limits are those of ``wincred.h`` (learn.microsoft.com/windows/win32/api/wincred,
read 2026-11-29) as the package pywin32-ctypes hands them on: text is kept as UTF-16.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

CRED_MAX_CREDENTIAL_BLOB_SIZE = 5 * 512
CRED_MAX_USERNAME_LENGTH = 513
CRED_MAX_GENERIC_TARGET_NAME_LENGTH = 32767
CRED_PERSIST_LOCAL_MACHINE = 2
CRED_PERSIST_ENTERPRISE = 3
ERROR_NOT_FOUND = 1168
ERROR_NO_SUCH_LOGON_SESSION = 1312
RPC_X_BAD_STUB_DATA = 1783
GENERIC = 1


class Win32Error(Exception):
    """``pywintypes.error``."""

    def __init__(self, winerror: int, funcname: str) -> None:
        super().__init__(winerror, funcname, "")
        self.winerror = winerror
        self.funcname = funcname


@dataclass
class CredentialManager:
    """One account's credentials on one machine. ``refuses`` is an error that each call gives."""

    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuses: int = 0

    def read(self, Type: int, TargetName: str) -> dict[str, Any]:  # noqa: N803 - Windows' names
        self._check("CredRead", Type)
        if TargetName not in self.held:
            raise Win32Error(ERROR_NOT_FOUND, "CredRead")
        return dict(self.held[TargetName])

    def write(self, credential: dict[str, Any], flags: int) -> None:
        self._check("CredWrite", credential["Type"])
        blob = str(credential["CredentialBlob"]).encode("utf-16-le")
        if len(blob) > CRED_MAX_CREDENTIAL_BLOB_SIZE:
            raise Win32Error(RPC_X_BAD_STUB_DATA, "CredWrite")
        assert flags == 0
        assert len(credential["UserName"]) < CRED_MAX_USERNAME_LENGTH
        assert len(credential["TargetName"]) < CRED_MAX_GENERIC_TARGET_NAME_LENGTH
        self.held[credential["TargetName"]] = {**credential, "CredentialBlob": blob}

    def delete(self, Type: int, TargetName: str) -> None:  # noqa: N803 - Windows' names
        self._check("CredDelete", Type)
        if self.held.pop(TargetName, None) is None:
            raise Win32Error(ERROR_NOT_FOUND, "CredDelete")

    def _check(self, call: str, kind: int) -> None:
        assert kind == GENERIC
        if self.refuses:
            raise Win32Error(self.refuses, call)


@contextmanager
def windows_account(manager: CredentialManager) -> Iterator[None]:
    """keyring's Windows backend, loaded with ``manager`` where the system's calls are."""
    cred = ModuleType("win32ctypes.pywin32.win32cred")
    cred.__dict__.update(
        CRED_TYPE_GENERIC=GENERIC,
        CRED_PERSIST_LOCAL_MACHINE=CRED_PERSIST_LOCAL_MACHINE,
        CRED_PERSIST_ENTERPRISE=CRED_PERSIST_ENTERPRISE,
        CredRead=manager.read,
        CredWrite=manager.write,
        CredDelete=manager.delete,
    )
    types = ModuleType("win32ctypes.pywin32.pywintypes")
    types.__dict__.update(error=Win32Error)
    package, inner = ModuleType("win32ctypes"), ModuleType("win32ctypes.pywin32")
    inner.__dict__.update(win32cred=cred, pywintypes=types)
    package.__dict__.update(pywin32=inner)
    played = {one.__name__: one for one in (package, inner, cred, types)}
    before = sys.modules.pop("keyring.backends.Windows", None)
    sys.modules.update(played)
    try:
        importlib.import_module("keyring.backends.Windows")
        yield
    finally:
        for name in (*played, "keyring.backends.Windows"):
            sys.modules.pop(name, None)
        if before is not None:
            sys.modules["keyring.backends.Windows"] = before
