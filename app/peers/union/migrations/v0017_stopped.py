"""Version 17: a resident file that would take too many people away waits for two operators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the table; nothing was ever stopped."""
    op.create_table(
        "stopped_file",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("municipality", "file_id")),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("leaving", sa.Integer(), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False, server_default="")
            for name in ("first_operator", "wanted", "second_operator", "settled_at")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stopped_file")),
    )
    op.create_index("ix_stopped_file_municipality", "stopped_file", ["municipality", "settled_at"])
