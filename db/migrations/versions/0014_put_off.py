"""Acts that wait for their second person are kept (SEC-40). The version before had none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BYTES = (
    "salt",
    "what",
    "signed",
    "credential_id",
    "authenticator_data",
    "client_data",
    "signature",
)


def _column(name: str) -> sa.Column[object]:
    kind: type = sa.LargeBinary if name in _BYTES else sa.Text
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    names = (
        "function_id",
        "staff_id",
        "session_id",
        "staff_name",
        "put_off_at",
        "valid_until",
        "sentence",
        *_BYTES,
        "ended",
        "ended_by",
        "ended_at",
    )
    op.create_table(
        "put_off_act",
        sa.Column("id", sa.Text, primary_key=True),
        *(_column(name) for name in names),
    )
