"""Version 21: what a receipt says beside its cost, rights that wait to be claimed, what was found
out about a claim, and by what a benefit is known again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _yen(name: str, *, nullable: bool = False) -> sa.Column[int]:
    long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    default = None if nullable else "0"
    return sa.Column(name, long, nullable=nullable, server_default=default)


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def upgrade(op: Operations) -> None:
    """Add columns and tables; a treatment that was kept before was at an outpatients' desk."""
    for column in (_empty("institution"), _flag("inpatient"), _empty("fund"),
                   _yen("own_limit", nullable=True), _flag("specified_disease")):  # fmt: skip
        op.add_column("treatment", column)
    for column in (_empty("claim"), _empty("claim_until"), _empty("steps"), _empty("returned_on")):
        op.add_column("benefit", column)
    op.create_table(
        "entitlement",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("benefit", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        _yen("amount"),
        _empty("steps"),
        _flag("counts"),
        _empty("claim_until"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_entitlement_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        sa.UniqueConstraint(
            "person_id",
            "benefit",
            "period",
            name=op.f("uq_entitlement_person_id_benefit_period"),
        ),
    )
    op.create_index("ix_entitlement_state", "entitlement", ["state", "person_id"])
    op.create_table(
        "claim_finding",
        sa.Column("notification_id", sa.Text(), nullable=False),
        _yen("paid", nullable=True),
        _yen("standard", nullable=True),
        _flag("not_necessary"),
        _empty("account"),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("found_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("notification_id", name=op.f("pk_claim_finding")),
    )
