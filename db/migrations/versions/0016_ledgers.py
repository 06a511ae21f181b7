"""The ledgers (台帳): one table of entries, which the engine keeps from being written over.

The versions before have no ledger of this kind: it begins empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

GUARDS = (
    "CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry"
    " BEGIN SELECT RAISE(ABORT, 'an entry is corrected by another'); END",
)


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("id", "record_id", "ledger", "step")
        ),
        sa.Column("corrects", sa.Text, nullable=False, server_default=""),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("cells", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False, server_default=""),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("confirmed_by", sa.Text, nullable=False, server_default=""),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    for name, columns in (
        ("record_id", ["record_id"]),
        ("ledger", ["ledger", "at"]),
        ("person_id", ["person_id"]),
    ):
        op.create_index(op.f(f"ix_ledger_entry_{name}"), "ledger_entry", columns, unique=False)
    for statement in GUARDS:
        op.execute(statement)
