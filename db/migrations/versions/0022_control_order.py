"""The order of many desks: at which place of the municipality's log each control row stands.

No version before shared its log: the table begins empty, and every row waits for its place.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "control_place",
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_control_place")),
        sa.ForeignKeyConstraint(
            ["number"], ["control_row.number"], name=op.f("fk_control_place_number_control_row")
        ),
    )
