"""A sending that was accepted and is wrong is asked back by two persons (回収)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recall",
        sa.Column("outbox_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("reason", "asked_by", "asked_at")),
        sa.Column("outcome", sa.Text, nullable=False, server_default=""),
        sa.Column("answer", sa.LargeBinary, nullable=True),
        sa.Column("answered_at", sa.Text, nullable=False, server_default=""),
    )
