"""Version 16: the premium of each year, each correction a row of its own, who waits for one;
the instalments that the municipalities fixed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the tables; nobody has a levy yet."""
    op.create_table(
        "levy",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "insured_number")),
        sa.Column("person_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("levy_year", "number")),
        sa.Column("amount", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("record", "decided_on")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_levy_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_levy")),
        sa.UniqueConstraint(
            "insured_number",
            "levy_year",
            "number",
            name=op.f("uq_levy_insured_number_levy_year_number"),
        ),
    )
    op.create_index("ix_levy_person_id", "levy", ["person_id"])
    op.create_table(
        "levy_due",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_levy_due_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_levy_due")),
    )
    op.create_table(
        "instalment",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("municipality", "key", "insured_number", "levy_year", "due_on")
        ),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provisional", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "key", name=op.f("pk_instalment")),
    )
    op.create_index("ix_instalment_insured_number", "instalment", ["insured_number", "levy_year"])
