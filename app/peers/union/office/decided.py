"""What was decided for a person before, read back from the decisions kept."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from app.peers.union.tables import decision
from app.wire.codec import record_from
from app.wire.files import FILES, sent_in


def decided_for(connection: Connection, person_id: int) -> list[Any]:
    """The accepted decisions for a person, oldest first."""
    rows = connection.execute(
        select(decision.c.record)
        .where(decision.c.person_id == person_id, decision.c.outcome == "accepted")
        .order_by(decision.c.id)
    ).scalars()
    return [_record(json.loads(text)) for text in rows if text]


def _record(values: dict[str, str]) -> Any:
    first = next(iter(FILES["FILE-16"].bodies))  # kept before kinds had names
    return record_from(FILES[sent_in(values.get("kind", first)).answered_in], values)
