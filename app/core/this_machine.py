"""Which OS account has the terminal of this machine: so that another account is told, instead of
being invited to found a second one.

On Windows each account's data lie in its own folder, where no other account sees them; so a note
lies where every account reads (``%PROGRAMDATA%``). It holds the account's name alone and is
believed for nothing but the sentence: whoever writes it can only make another account be told.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.files import remove, write_whole

_LONGEST = 256  # an account's name has at most 256 signs (UNLEN of lmcons.h)


def os_account() -> str:
    """The OS account in use, "" when the system does not say."""
    import getpass

    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a Windows without USERNAME looks for a module
        return ""


def shared_note() -> Path | None:
    """Where the note lies; None on a system whose accounts have no common place for it."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", "C:\\ProgramData"), "Madoguchi", "account.txt")
    else:  # noqa: RET505 - the branches are told apart by platform
        return None


def note_account(note: Path | None, account: str) -> None:
    """Leave the name of the account that works here. What cannot be written is left: the note
    is a help and no condition."""
    if note is None or not account or account_noted(note) == account:
        return
    with suppress(OSError, EnvironmentFault):
        note.parent.mkdir(parents=True, exist_ok=True)
        write_whole(note, account.encode())


def forget_account(note: Path | None, account: str) -> None:
    """Take away what ``note_account`` left for ``account``: its terminal is no more (SEC-147). The
    note of another account stays, and one that cannot be removed is left, as above."""
    if note is not None and account and account_noted(note) == account:
        with suppress(OSError):
            remove(note)


def account_noted(note: Path | None) -> str:
    """The account that has this machine's terminal, "" when nobody said."""
    if note is None:
        return ""
    try:
        text = note.read_bytes()[: _LONGEST * 4].decode("utf-8")
    except (OSError, ValueError):
        return ""
    return text.strip() if text.isprintable() else ""


def refuse_other_account(note: Path | None, account: str) -> None:
    """Raises EnvironmentFault ``place.other_account`` when another account has the terminal of
    this machine. To be asked where this account has none."""
    noted = account_noted(note)
    if noted and noted.casefold() != account.casefold():
        raise EnvironmentFault(
            "place.other_account",
            f"この機械の窓口端末は、別のOSアカウント「{noted}」のものです。"
            f"いまのアカウント「{account}」には端末がありません。",
            f"いったんログオフし、「{noted}」でログオンし直してください。その端末をもう使わない"
            f"ときは、システム管理者が {note} を消してから初期設定してください。",
        )
