"""Versions of the store (Alembic), one stored file each. ``HEAD`` is what this program uses.

A new version is a new module in ``versions`` and a new ``HEAD``; a test compares both. The
program never steps back: a store of a version not in ``VERSIONS`` is refused.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

VERSIONS = ("0001",)
HEAD = VERSIONS[-1]
FOLDER = Path(__file__).resolve().parent


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Bring the store behind ``connection`` to ``revision``, in the caller's transaction."""
    command.upgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
