"""Version 15: treatments and what corrected shares came to; who ever belonged to a household is
found by its number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _yen(name: str) -> sa.Column[int]:
    long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, long, nullable=False)


def _person() -> sa.Column[int]:
    return sa.Column("person_id", sa.Integer(), nullable=False)


def upgrade(op: Operations) -> None:
    """Add the tables and the index."""
    op.create_table(
        "treatment",
        _text("key"),
        _person(),
        _text("treated_on"),
        _yen("cost"),
        _yen("paid"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_treatment_person_id_person")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_treatment")),
    )
    op.create_index("ix_treatment_person_id_treated_on", "treatment", ["person_id", "treated_on"])
    op.create_table(
        "settlement",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _person(),
        *(_text(name) for name in ("atena_number", "since", "until")),
        sa.Column("copay_ratio", sa.Integer(), nullable=False),
        _yen("refund"),
        _yen("bill"),
        _text("settled_at"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_settlement_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index("ix_settlement_person_id", "settlement", ["person_id"])
    op.create_index(
        "ix_fact_household",
        "fact",
        ["value"],
        postgresql_where=sa.text("kind = 'household'"),
        sqlite_where=sa.text("kind = 'household'"),
        postgresql_ops={"value": "text_pattern_ops"},
    )
