"""Version 8: the digests of the terminals' journal lines, and their sealed segments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the two tables."""
    op.create_table(
        "journal_digest",
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("first", _long(), autoincrement=False, nullable=False),
        sa.Column("last", _long(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("terminal", "store", "first", name=op.f("pk_journal_digest")),
    )
    op.create_table(
        "journal_segment",
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("first", _long(), autoincrement=False, nullable=False),
        sa.Column("last", _long(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("terminal", "store", "first", name=op.f("pk_journal_segment")),
    )


def _long() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
