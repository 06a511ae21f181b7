"""What comes after a case; sendings that were not taken; the rights of the day board.

In version 3 a case whose sending the union had not taken still stood as waiting: it is rejected.
The list of cases and the end of the day were functions of eligibility: who held the right to
them holds it under their new names, for the same days and by the same persons.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RENAMED = {
    "eligibility.list_cases": ("day.show", "day.enter"),
    "eligibility.close_day": ("day.close",),
}
"""The rights of version 3, and what they are called now; the list had no entrance of its own."""


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        _empty("due_on"),
        _empty("settled_at"),
        _empty("settled_by"),
        _empty("how"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_follow_up_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index("ix_follow_up_case_id", "follow_up", ["case_id"], unique=False)
    op.create_index("ix_follow_up_settled_at", "follow_up", ["settled_at"], unique=False)
    op.execute(
        "UPDATE case_file SET state = 'rejected', version = version + 1"
        " WHERE state = 'waiting'"
        " AND outbox_id IN (SELECT id FROM outbox WHERE state = 'rejected')"
    )
    _rename_rights(op.get_bind())


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _rename_rights(connection: sa.Connection) -> None:
    grants = sa.table("grant_row", sa.column("id"), sa.column("function_id"))
    for before, (first, *others) in RENAMED.items():
        names = [row.name for row in connection.execute(sa.text("PRAGMA table_info(grant_row)"))]
        same = ", ".join(name for name in names if name not in ("id", "function_id"))
        for other in others:
            connection.execute(
                sa.text(
                    f"INSERT INTO grant_row (id, function_id, {same})"
                    f" SELECT id || '-' || :mark, :other, {same} FROM grant_row"
                    " WHERE function_id = :before"
                ),
                {"mark": other.replace(".", "-"), "other": other, "before": before},
            )
        connection.execute(
            sa.update(grants).where(grants.c.function_id == before).values(function_id=first)
        )
