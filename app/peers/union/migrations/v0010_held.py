"""Version 10: what the municipalities sent and what the union has for them, file by file; which
files were taken; who let a delivery of the day go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, long, nullable=False)


def upgrade(op: Operations) -> None:
    """Add the tables."""
    op.create_table(
        "held",
        *(_text(name) for name in ("municipality", "file_id", "key", "desk", "record")),
        _number("position"),
        sa.PrimaryKeyConstraint("municipality", "file_id", "key", name=op.f("pk_held")),
    )
    op.create_index("ix_held_position", "held", ["municipality", "file_id", "position"])
    op.create_table(
        "held_sent",
        *(_text(name) for name in ("terminal", "file_id")),
        _number("position"),
        sa.PrimaryKeyConstraint("terminal", "file_id", name=op.f("pk_held_sent")),
    )
    op.create_table(
        "file_taken",
        *(_text(name) for name in ("municipality", "file_id", "sender", "business_on")),
        _number("edition"),
        *(_text(name) for name in ("terminal", "upload", "digest", "taken_at")),
        _number("records"),
        sa.PrimaryKeyConstraint(
            "municipality",
            "file_id",
            "sender",
            "business_on",
            "edition",
            name=op.f("pk_file_taken"),
        ),
    )
    op.create_table(
        "bulk_delivery",
        _text("municipality"),
        *(_text(name) for name in ("proposed_by", "proposed_at")),
        sa.PrimaryKeyConstraint("municipality", name=op.f("pk_bulk_delivery")),
    )
