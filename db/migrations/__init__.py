"""Versions of the store (Alembic), one stored file each. ``SHIPPED`` is this program's line.

A new version is a new module in ``versions`` and its name at the end of ``SHIPPED``; a test
compares both. The program never steps back: a store of a version not named here is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Schema:
    """A line of versions, oldest first, and the Alembic folder that holds them."""

    folder: Path
    versions: tuple[str, ...]

    @property
    def head(self) -> str:
        """The newest version, the only one that units of work run on."""
        return self.versions[-1]

    def upgrade(self, connection: Connection) -> None:
        """Bring the store behind ``connection`` to the newest version, in the caller's
        transaction."""
        # imported here: Alembic is slow to load and only a new or an old store needs it
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, self.head)


SHIPPED = Schema(FOLDER, tuple(f"{number:04d}" for number in range(1, 25)))
