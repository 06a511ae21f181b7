"""Version 11: how far a new terminal was filled, how many records each container has by our count
and by the terminal's, and which file said what is held, so that it can be recalled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Add the table and the columns; of earlier containers no count is known (-1)."""
    op.create_table(
        "filling",
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("until", _LONG, nullable=False),
        sa.Column("position", _LONG, nullable=False),
        sa.Column("begun_at", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("terminal", name=op.f("pk_filling")),
    )
    for name in ("records", "applied", "dropped"):
        op.add_column("down_item", sa.Column(name, _LONG, nullable=False, server_default="-1"))
    op.add_column("held", sa.Column("upload", sa.Text(), nullable=False, server_default=""))
    op.add_column("file_taken", sa.Column("recall", sa.LargeBinary(), nullable=True))
