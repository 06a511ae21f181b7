"""An incident (事故の記録) that something done at the counter opens by itself: a paper that went to
the wrong person. The ledger of incidents is declared above this room; what its first step asks
stands here under its items' names, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert

from app.core.canon import canonical_json
from app.security.gate.gate import ActWork
from db.tables.records import ledger_entry

LEDGER, STEP = "incidents", "report"
FOUND_BY = (
    ("staff", "職員"),
    ("insured", "被保険者・家族"),
    ("outside", "外部"),
)
"""Who noticed it, as the ledger's item asks it."""

WRITES = ("ledger_entry",)


def open_incident(work: ActWork, cells: Mapping[str, str]) -> str:
    """Write the first entry of an incident in the act at hand; its number. ``cells`` are the items
    but for the day and the time, which are now."""
    record = work.new_id()
    said = {"found_on": work.at.date().isoformat(), "found_time": f"{work.at:%H時%M分}", **cells}
    work.run(
        insert(ledger_entry).values(
            id=record,
            record_id=record,
            ledger=LEDGER,
            step=STEP,
            cells=canonical_json(said),
            written_by=work.staff_id,
            at=work.at.isoformat(),
            line=work.line,
        )
    )
    return record
