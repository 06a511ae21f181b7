"""Opening and sending are rights of each kind of case.

In version 4 there was one kind, 県外転入; who might open and send cases may open and send that
kind, for the same days and by the same persons.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RENAMED = {
    "eligibility.open_case": "eligibility.open_move_in",
    "eligibility.send_notification": "eligibility.send_move_in",
    "eligibility.send_unregistered": "eligibility.send_move_in_supervised",
}
"""The rights of version 4, and what they are called now."""


def upgrade() -> None:
    grants = sa.table("grant_row", sa.column("function_id"))
    for before, after in RENAMED.items():
        op.execute(
            sa.update(grants).where(grants.c.function_id == before).values(function_id=after)
        )
