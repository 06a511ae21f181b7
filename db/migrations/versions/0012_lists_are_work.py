"""A delivered list is work until it is closed; a sending that was not taken has a disposition.

The entries of the version before belong to no list: they stay open entries as they were.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    for name in ("disposition", "disposed_by", "disposed_at"):
        op.add_column("outbox", _text(name))
    op.create_table(
        "delivered_list",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("arrived_at", sa.Text, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("due_on", sa.Text, nullable=False),
        *(_text(name) for name in ("opened_by", "opened_at", "closed_by", "closed_at")),
    )
    op.create_index("ix_delivered_list_closed_at", "delivered_list", ["closed_at"])
    op.add_column("check_entry", sa.Column("list_id", sa.Text, nullable=True))
    op.create_index("ix_check_entry_list_id", "check_entry", ["list_id"])
