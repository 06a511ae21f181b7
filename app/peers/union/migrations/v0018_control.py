"""Version 18: the municipal control log is chained, and its rows are known by their digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the columns; no version before kept a row."""
    op.add_column(
        "control_row", sa.Column("hash", sa.LargeBinary(), nullable=False, server_default="")
    )
    for name in ("digest", "terminal"):
        op.add_column("control_row", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_control_row_municipality", "control_row", ["municipality", "digest"])
