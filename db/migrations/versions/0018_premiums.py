"""What the files of premiums and their collection said: kept as it was said.

The versions before passed FILE-20 on and kept nothing of it: the ledger begins empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

GUARDS = (
    "CREATE TRIGGER premium_record_stays BEFORE UPDATE ON premium_record"
    " BEGIN SELECT RAISE(ABORT, 'what a file said is not written over'); END",
)


def upgrade() -> None:
    op.create_table(
        "premium_record",
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("municipality_code", sa.Text, nullable=False),
        sa.Column("atena_number", sa.Text, nullable=False),
        sa.Column("year", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("arrived_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("file_id", "key", "number", name=op.f("pk_premium_record")),
    )
    op.create_index(
        op.f("ix_premium_record_person"),
        "premium_record",
        ["municipality_code", "atena_number"],
        unique=False,
    )
    for statement in GUARDS:
        op.execute(statement)
