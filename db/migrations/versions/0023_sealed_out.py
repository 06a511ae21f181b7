"""What is sealed here for somebody outside waits to leave over a medium (ADD-06); who stands at the
other end is the municipal system's side, or a contractor who prints.

Of the versions before nothing was sealed for a contractor; every other side that is registered is
the municipal system's.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_out",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "file_id", "about", "to_id")),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("epoch", "sequence", "record_count")
        ),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("digest", "state", "sealed_by", "confirmed_by", "sealed_at")
        ),
        *(
            sa.Column(name, sa.Text, server_default="", nullable=False)
            for name in ("received_on", "received_by", "noted_by", "noted_at")
        ),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["to_id"], ["courier.id"], name=op.f("fk_sealed_out_to_id_courier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_out")),
    )
    op.create_index(op.f("ix_sealed_out_about"), "sealed_out", ["about"], unique=False)
    op.add_column("courier", sa.Column("role", sa.Text, server_default="system", nullable=False))
