"""A case that begins from a record of a ledger: what came by post (受付箱), an appointment.

The ledgers are declared above this room; what both must know of each other stands here: the code of
the step that opening the case writes, and of its items.
"""

from __future__ import annotations

from sqlalchemy import insert, select

from app.core.canon import canonical_json
from app.core.errors import UserError
from app.security.gate.gate import ActWork
from db.tables.records import ledger_entry
from db.work import ReadRows

STEP, HOW, CASE, BEGUN = "begun", "how", "case_number", "begun"
"""The step that ends such a record, its items, and what ``HOW`` says when a case was opened."""

READS = ("ledger_entry",)
WRITES = READS


def is_record(work: ReadRows, key: str) -> bool:
    """Whether ``key`` is a record of a ledger."""
    one = select(ledger_entry.c.id).where(ledger_entry.c.record_id == key).limit(1)
    return bool(key) and work.first(one) is not None


def require_open(work: ReadRows, record_id: str, person_id: str) -> None:
    """Raises UserError ``cases.line_gone`` for a record from which a case was begun already, or
    that is about somebody else."""
    rows = work.all(select(ledger_entry).where(ledger_entry.c.record_id == record_id))
    corrected = {row.corrects for row in rows}
    standing = [row for row in rows if row.id not in corrected]
    about = {row.person_id for row in standing if row.person_id}
    if any(row.step == STEP for row in standing) or not about <= {person_id}:
        raise UserError(
            "cases.line_gone",
            "この行の用件は、すでに済んでいるか、別の方のものです。",
            "今日の仕事の一覧を読み直してください。",
        )


def note_begun(work: ActWork, record_id: str, case_id: str) -> None:
    """Write into the record that a case was opened from it, in the act that opens the case."""
    first = work.one(
        select(ledger_entry)
        .where(ledger_entry.c.record_id == record_id)
        .order_by(ledger_entry.c.at, ledger_entry.c.line)
        .limit(1)
    )
    work.run(
        insert(ledger_entry).values(
            id=work.new_id(),
            record_id=record_id,
            ledger=first.ledger,
            step=STEP,
            cells=canonical_json({HOW: BEGUN, CASE: case_id}),
            person_id=first.person_id,
            written_by=work.staff_id,
            at=work.at.isoformat(),
            line=work.line,
        )
    )
