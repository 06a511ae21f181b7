"""The union's papers (FILE-23) are put together and kept to be looked at and printed.

The versions before passed them on: what came before stays in its sealed copy alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "union_paper",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("made_on", sa.Text, nullable=False),
        sa.Column("due_on", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("arrived_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_union_paper")),
    )
    op.create_index(op.f("ix_union_paper_kind"), "union_paper", ["kind", "made_on"], unique=False)
