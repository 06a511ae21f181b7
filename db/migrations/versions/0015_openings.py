"""A restricted person (支援措置) is opened for a while, for a reason, to one session (一時解除).

The measures of the version before stay as they are: nobody of them is open.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restriction_opening",
        sa.Column("id", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("person_id", "staff_id", "session_id", "reason", "opened_at", "until_at")
        ),
        sa.Column("closed_at", sa.Text, nullable=False, server_default=""),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction_opening")),
    )
    for name in ("person_id", "session_id"):
        op.create_index(
            op.f(f"ix_restriction_opening_{name}"), "restriction_opening", [name], unique=False
        )
