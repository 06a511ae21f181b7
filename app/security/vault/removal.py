"""The end of a terminal (端末の廃止, SEC-147): nothing of it opens any more, and nothing is left.

The order makes every moment safe: the mark that says so, then the terminal secret out of the OS
keyring and the slot file overwritten (from here on neither factors nor recovery shares open
anything that lies here), then the files. Whatever is cut short is finished by the next start.
Overwriting is best effort on flash; what counts is that the keys are gone.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.files import remove, write_fault, write_whole
from app.core.paths import Paths
from app.core.this_machine import forget_account, os_account
from app.security.keys.terminal_secret import SecretShelf
from app.security.vault.place import remove_database

MARK = "removed"
"""A file in the data directory: the removal has begun and is finished by whoever comes next."""

_KEPT = frozenset((MARK, "log", "lock"))
"""The technical log holds nobody; the lock belongs to a running process."""


def begin_removal(paths: Paths) -> None:
    """Say that the terminal ends. From here on only ``finish_removal`` is done with it."""
    write_whole(paths.data / MARK, b"")


def is_begun(paths: Paths) -> bool:
    """Whether a removal was begun and not finished."""
    return (paths.data / MARK).is_file()


def finish_removal(paths: Paths, shelf: SecretShelf, note: Path | None) -> None:
    """Destroy keys and files, and ``note``: what says to the machine's other accounts that this
    account has the terminal. Store and journal are closed. Done again it goes on where it was cut
    short. Raises ``EnvironmentFault`` ``keyring.*``, ``disk.*``."""
    shelf.forget()
    forget_account(note, os_account())
    try:
        for path in (paths.slots, paths.vestibule):
            _overwrite(path)
            remove(path)
        for path in (paths.store, paths.journal):
            remove_database(path)
        for path in sorted(paths.data.rglob("*"), reverse=True):  # files before their folders
            if path.relative_to(paths.data).parts[0] not in _KEPT and path != paths.settings:
                path.rmdir() if path.is_dir() else remove(path)
        remove(paths.settings)
        remove(paths.data / MARK)
    except OSError as cause:
        raise write_fault(cause) from cause


def end_if_left(paths: Paths) -> None:
    """The mark alone was left of a removal: take it away. Raises ``terminal.removed``."""
    if is_begun(paths) and not paths.settings.exists():
        remove(paths.data / MARK)
        raise removed()


def removed() -> EnvironmentFault:
    """What is said of a terminal whose removal was cut short and is finished now."""
    return EnvironmentFault(
        "terminal.removed",
        "この端末は廃止されました。保存データも鍵も残っていません。",
        "ほかの端末を使ってください。この機械を使い直すときは、初期設定からです。",
    )


def _overwrite(path: Path) -> None:
    if path.is_file():
        write = secrets.token_bytes(max(path.stat().st_size, 1))
        with path.open("r+b") as file:
            file.write(write)
            file.flush()
