"""Some records of a file are kept for whoever confirms it, until the sending goes or is withdrawn.

What waits since the version before has none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sending_sample",
        sa.Column("outbox_id", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("municipality_code", sa.Text, server_default="", nullable=False),
        sa.Column("atena_number", sa.Text, server_default="", nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", "place", name=op.f("pk_sending_sample")),
    )
