"""The OS keyring: the terminal secret, the mirrors of the terminal's state and of its vestibule
(the only user of ``keyring``).

The backend is named, never chosen by priority: an installed plain-text backend would win.
Anything that runs under the same OS account can read these entries; they tie the files to
this machine and account, no more (DESIGN 4).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from threading import Lock, Thread
from typing import Any, TypeVar

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError

from app.core.errors import EnvironmentFault
from app.security.keys.terminal_secret import Mirror, TerminalSecret
from app.security.keys.terminal_state import TerminalState, read_state

T = TypeVar("T")

_TERMINAL_ENTRY = "terminal-secret"
_MIRROR_ENTRY = "vestibule-mirror"
_STATE_ENTRY = "terminal-state"
LONGEST_SECONDS = 20.0
"""So long a keyring may take to answer, the person's own answer to its prompt included."""

_NO_LOGON_SESSION = 1312  # ERROR_NO_SUCH_LOGON_SESSION: Windows keeps credentials per logon


class OsKeyring:
    """The ``SecretShelf`` in the operating system's keyring.

    ``service`` names this installation's entries; a training store and a production store
    of one account have different names. A keyring that does not answer is given up after
    ``seconds``, which are enough for a person at the system's own prompt; until it has answered
    nothing else is asked of it. Every call raises ``EnvironmentFault`` ``keyring.*``.
    """

    def __init__(self, service: str, seconds: float = LONGEST_SECONDS) -> None:
        self._service = service
        self._seconds = seconds
        self._turn = Lock()
        self._asked: Future[Any] | None = None
        with _told_apart():
            self._backend = _named_backend()

    def read_terminal_secret(self) -> TerminalSecret | None:
        fields = self._read(_TERMINAL_ENTRY)
        if fields is None:
            return None
        try:
            return TerminalSecret(str(fields["terminal"]), bytes.fromhex(fields["secret"]))
        except (KeyError, TypeError, ValueError) as cause:
            raise _damaged() from cause

    def keep_terminal_secret(self, secret: TerminalSecret) -> None:
        self._keep(_TERMINAL_ENTRY, {"terminal": secret.terminal_id, "secret": secret.secret.hex()})

    def read_mirror(self) -> Mirror | None:
        fields = self._read(_MIRROR_ENTRY)
        if fields is None:
            return None
        try:
            memory = bytes.fromhex(fields.get("memory", ""))
            return Mirror(int(fields["count"]), bytes.fromhex(fields["head"]), memory)
        except (KeyError, TypeError, ValueError) as cause:
            raise _damaged() from cause

    def keep_mirror(self, mirror: Mirror) -> None:
        fields = {"count": str(mirror.count), "head": mirror.head.hex()}
        self._keep(_MIRROR_ENTRY, fields | {"memory": mirror.memory.hex()})

    def read_state(self) -> TerminalState | None:
        kept = self._read(_STATE_ENTRY)
        if kept is None:
            return None
        try:
            return read_state(bytes.fromhex(kept["state"]))
        except (KeyError, TypeError, ValueError) as cause:
            raise _damaged() from cause

    def keep_state(self, state: TerminalState) -> None:
        self._keep(_STATE_ENTRY, {"state": state.to_bytes().hex()})

    def forget(self) -> None:
        for name in (_TERMINAL_ENTRY, _MIRROR_ENTRY, _STATE_ENTRY):
            with _told_apart():
                try:
                    self._ask(partial(self._backend.delete_password, self._service, name))
                except PasswordDeleteError:
                    continue  # nothing was kept

    def _read(self, name: str) -> dict[str, str] | None:
        with _told_apart():
            text = self._ask(partial(self._backend.get_password, self._service, name))
        if text is None:
            return None
        try:
            fields = json.loads(text)
        except ValueError as cause:
            raise _damaged() from cause
        if not isinstance(fields, dict):
            raise _damaged()
        return fields

    def _keep(self, name: str, fields: dict[str, str]) -> None:
        with _told_apart():
            text = json.dumps(fields)
            self._ask(partial(self._backend.set_password, self._service, name, text))

    def _ask(self, call: Callable[[], T]) -> T:
        """Ask the keyring on a thread of its own, one after another, each for a bounded time."""
        if not self._turn.acquire(timeout=self._seconds):
            raise _silent()
        try:
            return self._asked_now(call)
        finally:
            self._turn.release()

    def _asked_now(self, call: Callable[[], T]) -> T:
        # The answer tells, not the thread, which lives on for a moment after it has given one.
        if self._asked is not None and not self._asked.done():
            raise _silent()
        answer: Future[T] = Future()
        self._asked = answer

        def ask() -> None:
            try:
                answer.set_result(call())
            except BaseException as cause:
                answer.set_exception(cause)

        Thread(target=ask, name="keyring", daemon=True).start()
        try:
            return answer.result(self._seconds)
        except TimeoutError as cause:
            if answer.done():  # the keyring's own
                raise
            raise _silent() from cause


def _named_backend() -> KeyringBackend:
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        ring = WinVaultKeyring()
        ring.persist = "local machine"  # else it would roam with the account to other machines
        return ring
    elif sys.platform == "darwin":  # noqa: RET505 - the branches are told apart by platform
        from keyring.backends.macOS import Keyring as MacKeyring

        return MacKeyring()
    else:
        from keyring.backends.SecretService import Keyring as SecretService

        service = SecretService()
        # its own leaves the connection to the bus open whenever it fails
        service.get_preferred_collection = _default_collection
        return service


def _default_collection() -> Any:
    """The keyring's default collection, unlocked; who takes it closes ``connection``. Raises
    InitError or KeyringLocked, as ``keyring``'s own does, and leaves nothing open then."""
    import secretstorage

    with ExitStack() as failed:
        bus = failed.enter_context(closing(secretstorage.dbus_init()))
        try:
            collection = secretstorage.get_default_collection(bus)
        except secretstorage.SecretStorageException as cause:
            raise InitError(type(cause).__name__) from cause
        if collection.is_locked():
            collection.unlock()
            if collection.is_locked():
                raise KeyringLocked("the prompt was dismissed")
        failed.pop_all()
        return collection


@contextmanager
def _told_apart() -> Iterator[None]:
    """One fault per cause. The names of the causes are all that is used: a message of the
    keyring could hold an entry's label."""
    try:
        yield
    except EnvironmentFault:
        raise
    except KeyringLocked as cause:
        raise EnvironmentFault(
            "keyring.locked",
            "OSのキーリングがロックされているため、この端末の秘密を読み取れません。",
            "いったんOSからログオフし、この端末専用のアカウントでログオンし直してください。",
        ) from cause
    except InitError as cause:
        names = {type(one).__name__ for one in (cause, cause.__cause__, cause.__context__)}
        if "PromptDismissedException" in names:
            raise EnvironmentFault(
                "keyring.dismissed",
                "OSのキーリングの確認画面が閉じられたため、この端末の秘密を扱えません。",
                "もう一度操作し、OSの確認画面が出たら、この端末専用のアカウントの"
                "パスワードを入力してください。",
            ) from cause
        raise _no_service() from cause
    except KeyringError as cause:
        raise _failed(type(cause).__name__) from cause
    except Exception as cause:  # the backends let their own libraries' errors through
        if isinstance(cause, OSError | ImportError | RuntimeError):
            raise _no_service() from cause
        if type(cause).__module__.split(".")[0] in ("secretstorage", "jeepney"):
            raise _no_service() from cause
        number = getattr(cause, "winerror", None)
        if number == _NO_LOGON_SESSION:
            raise _no_service() from cause
        if number is not None:
            raise _failed(str(number)) from cause
        raise


def _silent() -> EnvironmentFault:
    return EnvironmentFault(
        "keyring.silent",
        "OSのキーリングが答えません。",
        "OSの確認画面がほかの窓の後ろに出ていないか確かめ、なければいったんOSからログオフし、"
        "この端末専用のアカウントでログオンし直してください。",
    )


def _no_service() -> EnvironmentFault:
    return EnvironmentFault(
        "keyring.no_service",
        "OSのキーリングが動いていません。",
        "この端末専用のOSアカウントの画面からプログラムを起動しているか確かめ、"
        "システム管理者に連絡してください。",
    )


def _failed(cause_name: str) -> EnvironmentFault:
    return EnvironmentFault(
        "keyring.failed",
        f"OSのキーリングとのやりとりに失敗しました（{cause_name}）。",
        "もう一度操作し、続くときはシステム管理者に連絡してください。",
    )


def _damaged() -> EnvironmentFault:
    return EnvironmentFault(
        "keyring.entry_damaged",
        "OSのキーリングにあるこの端末の項目が、正しい形ではありません。",
        "操作をやめてシステム管理者に連絡してください。復旧の手順が必要になることがあります。",
    )
