"""Which line of the journal vouches for a decision, and what a key's registration was asked.

Decisions that came before have no such line: no paper is drawn from them any more, the union sends
them again. Names with hidden signs are found as a reader sees them, so search keys are made anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.search import rebuild_keys

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "decision", sa.Column("came_in", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "credential", sa.Column("client_data", sa.LargeBinary(), nullable=False, server_default="")
    )
    rebuild_keys(op.get_bind())
