"""Writes db/migrations/versions/0001_first.py from the declared tables.

Only until the first release: ``.venv/bin/python -m tests.support.first_version``. From then on
a stored version is never rewritten; a change of the tables is a new module in ``versions``.
"""

from __future__ import annotations

import subprocess
import sys

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from db.migrations import FOLDER
from db.tables import METADATA

HEAD = '''"""The store as first released: all tables, indexes and the name index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# as in db.tables.persons on the day of this version; a stored version never changes with it
NAME_INDEX = (
    "CREATE VIRTUAL TABLE name_grams"
    " USING fts5(grams, content='', detail='none', tokenize='ascii')",
    "INSERT INTO name_grams(name_grams, rank) VALUES('secure-delete', 1)",
)


def upgrade() -> None:
'''
TAIL = """
    for statement in NAME_INDEX:
        op.execute(statement)
"""


def text() -> str:
    """The module's text for the tables as they are declared now."""
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": METADATA})
        found = produce_migrations(context, METADATA)
    body = render_python_code(found.upgrade_ops)
    lines = [line for line in body.splitlines() if not line.lstrip().startswith("#")]
    return HEAD + "\n".join(lines) + "\n" + TAIL


if __name__ == "__main__":
    module = FOLDER / "versions" / "0001_first.py"
    module.write_text(text(), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(module)], check=True)
