"""Version 4: the kana of a 通称, so that foreign residents are found by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Nobody's is known yet; the register's next file brings them."""
    op.add_column("person", sa.Column("alias_kana", sa.Text(), nullable=False, server_default=""))
