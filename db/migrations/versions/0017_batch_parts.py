"""What was built of a batch (一括印刷) is known by its digest, and rests under a key of the batch.

Of the batches of the version before nothing is known of their parts: what is not released yet is
built again before it can be seen and released.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_part",
        sa.Column("batch_id", sa.Text, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("sheets", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("samples", "pdf_digest", "file_digest", "built_at")
        ),
        *(
            sa.Column(name, sa.Text, nullable=False, server_default="")
            for name in ("sent_at", "sent_how")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["print_batch.id"], name=op.f("fk_batch_part_batch_id_print_batch")
        ),
        sa.PrimaryKeyConstraint("batch_id", "part", name=op.f("pk_batch_part")),
    )
    for name in ("source_id", "seal"):
        op.add_column("print_batch", sa.Column(name, sa.Text, nullable=False, server_default=""))
