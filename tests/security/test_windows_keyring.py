"""The terminal's secret in Windows' Credential Manager, through keyring's own backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from app.core.errors import EnvironmentFault
from app.security.keys import os_keyring
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.terminal_secret import Mirror, new_terminal_secret
from tests.support.credential_manager import (
    CRED_MAX_CREDENTIAL_BLOB_SIZE,
    CRED_PERSIST_LOCAL_MACHINE,
    ERROR_NO_SUCH_LOGON_SESSION,
    RPC_X_BAD_STUB_DATA,
    CredentialManager,
    windows_account,
)

SECRET = new_terminal_secret("T" * 40)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[CredentialManager]:
    """One Windows account."""
    monkeypatch.setattr(os_keyring, "sys", SimpleNamespace(platform="win32"))
    manager = CredentialManager()
    with windows_account(manager):
        yield manager


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(EnvironmentFault) as raised:
        call()
    assert raised.value.message and raised.value.remedy
    return raised.value.code


def test_both_entries_come_back_after_any_order_of_writing(account: CredentialManager) -> None:
    shelf = OsKeyring("madoguchi-152994")
    for count in range(3):
        shelf.keep_terminal_secret(SECRET)
        shelf.keep_mirror(Mirror(count, b"\x0f" * 32))
        assert shelf.read_mirror() == Mirror(count, b"\x0f" * 32)
        assert shelf.read_terminal_secret() == SECRET
    assert OsKeyring("madoguchi-training").read_terminal_secret() is None
    shelf.forget()
    shelf.forget()
    assert shelf.read_terminal_secret() is None and shelf.read_mirror() is None
    assert account.held == {}


def test_nothing_roams_with_the_account_to_another_machine(account: CredentialManager) -> None:
    OsKeyring("madoguchi-152994").keep_terminal_secret(SECRET)
    assert {one["Persist"] for one in account.held.values()} == {CRED_PERSIST_LOCAL_MACHINE}


def test_what_is_kept_is_far_below_the_limit_of_size(account: CredentialManager) -> None:
    shelf = OsKeyring("madoguchi-152994")
    shelf.keep_terminal_secret(SECRET)
    shelf.keep_mirror(Mirror(10**18, b"\xff" * 32))
    largest = max(len(one["CredentialBlob"]) for one in account.held.values())
    assert largest <= CRED_MAX_CREDENTIAL_BLOB_SIZE // 2


@pytest.mark.parametrize(
    ("number", "code"),
    [(ERROR_NO_SUCH_LOGON_SESSION, "keyring.no_service"), (RPC_X_BAD_STUB_DATA, "keyring.failed")],
)
def test_what_windows_refuses_is_told(account: CredentialManager, number: int, code: str) -> None:
    shelf = OsKeyring("madoguchi-152994")
    account.refuses = number
    assert code_of(shelf.read_terminal_secret) == code
    assert code_of(lambda: shelf.keep_terminal_secret(SECRET)) == code


def test_another_account_of_the_machine_finds_nothing(account: CredentialManager) -> None:
    OsKeyring("madoguchi-152994").keep_terminal_secret(SECRET)
    with windows_account(CredentialManager()):
        assert OsKeyring("madoguchi-152994").read_terminal_secret() is None
