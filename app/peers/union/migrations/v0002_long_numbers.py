"""Version 2: amounts of ten digits, and counters of other systems, fit on PostgreSQL too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

_LONG: dict[str, tuple[tuple[str, bool], ...]] = {
    "upload": (("epoch", False), ("sequence", False), ("size", False)),
    "stream_state": (("epoch", False), ("sequence", False)),
    "down_item": (("epoch", False), ("sequence", False), ("size", False)),
    "income": (
        ("taxable_income", True),
        ("revenue", True),
        ("pension_other", True),
        ("base_income", True),
    ),
    "journal_head": (("epoch", False), ("number", False)),
}
"""Columns by table; True: may be NULL."""


def upgrade(op: Operations) -> None:
    """Widen the columns; SQLite's INTEGER is wide already and cannot be altered."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, columns in _LONG.items():
        for name, nullable in columns:
            op.alter_column(
                table,
                name,
                existing_type=sa.Integer(),
                type_=sa.BigInteger(),
                existing_nullable=nullable,
            )
