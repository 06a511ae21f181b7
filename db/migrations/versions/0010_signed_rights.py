"""The control log: signed acts with their contents beside the rows of rights.

In version 9 staff, keys, rights and settings were rows alone. They stay to be seen; until
somebody signs for them they give nobody a right (docs/decisions/014-control-log.md).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "control_row",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_control_row")),
    )
    for table in ("staff", "credential", "grant_row", "setting"):
        op.add_column(
            table, sa.Column("signed_by", sa.Integer(), server_default="0", nullable=False)
        )
