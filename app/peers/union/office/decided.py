"""What was decided for a person before, read back from the decisions kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from app.peers.union.database import among
from app.peers.union.tables import decision
from app.rules.eligibility.papers import PaperKind
from app.wire.codec import record_from
from app.wire.files import FILES, sent_in

_HELD = frozenset(kind.value for kind in PaperKind)


def decided_for(connection: Connection, person_id: int) -> list[Any]:
    """The accepted decisions for a person, oldest first."""
    rows = connection.execute(
        select(decision.c.record)
        .where(decision.c.person_id == person_id, decision.c.outcome == "accepted")
        .order_by(decision.c.id)
    ).scalars()
    return [_record(json.loads(text)) for text in rows if text]


def last_papers(connection: Connection, person_ids: Iterable[int]) -> dict[int, Any]:
    """By person, the last accepted decision that ordered the paper with which they are treated."""
    rows = connection.execute(
        select(decision.c.person_id, decision.c.record)
        .where(among(decision.c.person_id, person_ids), decision.c.outcome == "accepted")
        .order_by(decision.c.id.desc())
    )
    found: dict[int, Any] = {}
    for row in rows:
        if row.record and row.person_id not in found:
            values = json.loads(row.record)
            if values.get("paper", "") in _HELD:
                found[row.person_id] = _record(values)
    return found


def _record(values: dict[str, str]) -> Any:
    first = next(iter(FILES["FILE-16"].bodies))  # kept before kinds had names
    return record_from(FILES[sent_in(values.get("kind", first)).answered_in], values)
