"""Version 3: what waits is found without reading what is settled."""

from __future__ import annotations

from alembic.operations import Operations

_INDEXES: tuple[tuple[str, str, list[str]], ...] = (
    ("ix_down_item_waiting", "down_item", ["terminal", "acknowledged_at", "position"]),
    ("ix_notification_standing", "notification", ["municipality_code", "standing"]),
    ("ix_check_entry_atena", "check_entry", ["municipality_code", "atena_number"]),
    ("ix_check_entry_delivered_in", "check_entry", ["municipality_code", "delivered_in"]),
    ("ix_inquiry_person_id_year", "inquiry", ["person_id", "year"]),
)


def upgrade(op: Operations) -> None:
    """Add the indexes."""
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)
