"""Registered media, their approvals and ledger; couriers; the relay's standing orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "medium",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("encrypts", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.Text(), nullable=False),
        sa.Column("disposed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("disposed_at", sa.Text(), server_default="", nullable=False),
        sa.Column("disposed_how", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medium")),
    )
    op.create_index("ix_medium_serial", "medium", ["serial"], unique=False)
    op.create_table(
        "medium_approval",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("medium_id", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["medium_id"], ["medium.id"], name=op.f("fk_medium_approval_medium_id_medium")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medium_approval")),
    )
    op.create_index(
        "ix_medium_approval_medium_id",
        "medium_approval",
        ["medium_id", "direction", "file_id"],
        unique=False,
    )
    op.create_table(
        "medium_use",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("medium_id", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("record_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("approval_id", sa.Text(), server_default="", nullable=False),
        sa.Column("purpose", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("scan", sa.Text(), server_default="", nullable=False),
        sa.Column("scanned_at", sa.Text(), server_default="", nullable=False),
        sa.Column("used_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("begun_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), server_default="", nullable=False),
        sa.Column("sending", sa.Text(), server_default="", nullable=False),
        sa.Column("inbox_id", sa.Text(), server_default="", nullable=False),
        sa.Column("wipe", sa.Text(), server_default="", nullable=False),
        sa.Column("wiped_at", sa.Text(), server_default="", nullable=False),
        sa.Column("wiped_by", sa.Text(), server_default="", nullable=False),
        sa.Column("wiped_how", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["medium_id"], ["medium.id"], name=op.f("fk_medium_use_medium_id_medium")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medium_use")),
    )
    op.create_index("ix_medium_use_digest", "medium_use", ["digest"], unique=False)
    op.create_index("ix_medium_use_medium_id", "medium_use", ["medium_id"], unique=False)
    op.create_index("ix_medium_use_state", "medium_use", ["state"], unique=False)
    op.create_index("ix_medium_use_wipe", "medium_use", ["wipe"], unique=False)
    op.create_table(
        "courier",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("signing", sa.LargeBinary(), nullable=False),
        sa.Column("receiving", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier")),
    )
    op.create_table(
        "standing_order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("files_up", sa.Text(), nullable=False),
        sa.Column("files_down", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_order")),
    )
