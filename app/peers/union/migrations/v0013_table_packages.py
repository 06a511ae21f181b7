"""Version 13: packages of tables that the union signed, and by which it decides itself from a day
on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the table. Packages signed before are known to terminals alone: their numbers are in the
    log of operators, and the union's next must be larger, as every terminal demands."""
    op.create_table(
        "table_package",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("confirmed_at", sa.Text(), nullable=False, server_default=""),
    )
