"""What waits, and the newest of its kind, is found without reading what is settled."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_inbox_file_id_state_applied_at",
        "inbox",
        ["file_id", "state", "applied_at"],
        unique=False,
    )
    op.create_index("ix_inbox_batch", "inbox", ["batch"], unique=False)
    op.create_index(
        "ix_outbox_file_id_settled_at", "outbox", ["file_id", "settled_at"], unique=False
    )
