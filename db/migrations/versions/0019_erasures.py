"""Erasures (消去): a run with what it still has before it, and the keyed hashes of who was erased.

The versions before erased nobody: all three begin empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in (
                *("id", "record_id", "state", "day", "ordered_by", "confirmed_by", "ordered_at"),
            )
        ),
        sa.Column("counts", sa.Text, nullable=False, server_default="{}"),
        sa.Column("ended_at", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "erasure_item",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("erasure_id", "kind", "key")),
        sa.Column("kept", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("erasure_id", "kind", "key", name=op.f("pk_erasure_item")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erased",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_erased")),
        sqlite_with_rowid=False,
    )
