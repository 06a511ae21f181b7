"""A case knows its payer, its sitting and what it began from; a file set aside has a disposition.

Of the cases of the version before each is a sitting of its own, begun by itself. A file that was
set aside there stays on the day board until somebody says what became of it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    op.add_column("case_file", sa.Column("payer_id", sa.Text, nullable=True))
    for name in ("sitting", "begun_from"):
        op.add_column("case_file", _text(name))
    for name in ("disposition", "disposed_by", "disposed_at"):
        op.add_column("inbox", _text(name))
