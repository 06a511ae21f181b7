"""Version 19: a terminal says itself that it ends, and what it erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the table; until now only operators withdrew terminals."""
    op.create_table(
        "ended_terminal",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("terminal", "number")),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("statement", "receipt")),
        sa.Column("ended_at", sa.Text(), nullable=False),
        sa.Column("done_statement", sa.LargeBinary(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("terminal", name=op.f("pk_ended_terminal")),
    )
