"""Two persons of the register may be one (同一人): who said so, who decided, and its undoing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "same_person",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("one_id", sa.Text, nullable=False),
        sa.Column("other_id", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, server_default="", nullable=False),
        sa.Column("why", sa.Text, server_default="", nullable=False),
        sa.Column("kept_id", sa.Text, server_default="", nullable=False),
        sa.Column("said_by", sa.Text, nullable=False),
        sa.Column("confirmed_by", sa.Text, server_default="", nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["one_id"], ["person.id"], name=op.f("fk_same_person_one_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["person.id"], name=op.f("fk_same_person_other_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_same_person")),
    )
    for column in ("one_id", "other_id"):
        op.create_index(op.f(f"ix_same_person_{column}"), "same_person", [column], unique=False)
    op.execute(
        "CREATE TRIGGER same_person_stays BEFORE UPDATE ON same_person"
        " BEGIN SELECT RAISE(ABORT, 'a word is followed by another'); END"
    )
