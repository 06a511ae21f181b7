"""Version 12: a single certificate may be withdrawn, and a restored terminal is given again what
it acknowledged after its backup, or told that it is not to be had any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the columns; no earlier certificate was withdrawn alone, nothing was gone."""
    for table, name in (
        ("credential", "withdrawn_at"),
        ("credential", "withdrawn_by"),
        ("down_item", "gone"),
    ):
        op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
