"""Where a terminal's files lie. One data directory per store; nothing is written elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
"""The read-only files of the program: fonts, style sheet, tables, texts."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The names inside one terminal's data directory."""

    data: Path

    @property
    def store(self) -> Path:
        """The encrypted main store."""
        return self.data / "store.db"

    @property
    def journal(self) -> Path:
        """The encrypted journal, a file of its own (DESIGN 5)."""
        return self.data / "journal.db"

    @property
    def slots(self) -> Path:
        """The slot file: who can open which key (DESIGN 4)."""
        return self.data / "slots"

    @property
    def vestibule(self) -> Path:
        """What happened before the store was open."""
        return self.data / "vestibule"

    @property
    def backups(self) -> Path:
        """Sealed backups, newest last by name."""
        return self.data / "backups"

    @property
    def batches(self) -> Path:
        """Sealed parts of 一括印刷, a folder for each batch."""
        return self.data / "batches"

    @property
    def pages(self) -> Path:
        """Half-filled pages, sealed, a file for each case."""
        return self.data / "pages"

    @property
    def leaving(self) -> Path:
        """Sealed files that wait to leave over a medium."""
        return self.data / "leaving"

    @property
    def erased(self) -> Path:
        """Keyed hashes of who was erased, for after a restore (``db.again``)."""
        return self.data / "erased"

    @property
    def lock(self) -> Path:
        """Held by the one process that has the store."""
        return self.data / "lock"

    @property
    def settings(self) -> Path:
        """Machine settings; no personal data."""
        return self.data / "settings.toml"

    @property
    def tables_version(self) -> Path:
        """Which tables the last login used, for the self-check; nothing is believed of it."""
        return self.data / "tables-version"

    @property
    def letters(self) -> Path:
        """How large the letters of this desk's screen are, in points."""
        return self.data / "letters"

    @property
    def log(self) -> Path:
        """The technical log; no personal data."""
        return self.data / "log"

    def make(self) -> None:
        """Create the directories, readable by the terminal's own account only."""
        for directory in (self.data, self.backups, self.log):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
