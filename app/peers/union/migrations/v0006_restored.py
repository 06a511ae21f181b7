"""Version 6: a restored union knows that it was, and keeps what terminals give back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the two tables."""
    op.create_table(
        "restore",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noticed_at", sa.Text(), nullable=False),
        sa.Column("noticed_by", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("first_operator", sa.Text(), server_default="", nullable=False),
        sa.Column("second_operator", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_at", sa.Text(), server_default="", nullable=False),
        sa.Column("epoch", _long(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restore")),
    )
    op.create_table(
        "returned",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("notification_id", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("insured_number", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("position", _long(), nullable=False),
        sa.Column("returned_at", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_returned")),
    )
    op.create_index("ix_returned_notification_id", "returned", ["notification_id"])


def _long() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
