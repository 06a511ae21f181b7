"""The virus check before anything is read (SEC-85): a scanner's word, or a person's own.

The scanner is a command of the machine (settings.toml, ``scanner``); 0 is clean, 1 is infected, as
ClamAV and its kind say. Where there is none, a person checks by hand and says so by name.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.errors import EnvironmentFault

_SECONDS = 600
BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check said; ``by`` is the scanner's name, ``BY_HAND`` for a person's word."""

    clean: bool
    by: str


class Scanner(Protocol):
    """Looks at one file on a medium."""

    def scan(self, path: Path) -> Verdict:
        """Raises EnvironmentFault ``media.scanner`` when it could not look."""
        ...


@dataclass(frozen=True, slots=True)
class CommandScanner:
    """A scanner of this machine. ``command`` and the file's path are what is run."""

    command: tuple[str, ...]

    def scan(self, path: Path) -> Verdict:
        try:
            done = subprocess.run(  # noqa: S603  # the administrator's own command
                (*self.command, str(path)), capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.SubprocessError) as cause:
            raise scanner_fault() from cause
        if done.returncode not in (0, 1):
            raise scanner_fault()
        return Verdict(done.returncode == 0, Path(self.command[0]).name)


def scanner_fault() -> EnvironmentFault:
    """The check did not come to an answer, so nothing is read."""
    return EnvironmentFault(
        "media.scanner",
        "ウイルス対策のプログラムが答えを返しませんでした。ファイルは読み込んでいません。",
        "ウイルス対策の状態を確かめてください。手作業で検査したときは、その結果を記録できます。",
    )
