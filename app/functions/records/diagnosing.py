"""診断資料: what helps whoever mends an エラー番号, without personal data; handed over with its
line in the ledger of what contractors get (SEC-104, FORM-83)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, func, select

from app.core.packet import Packet
from app.functions.records.ledgers.book import NewEntry, check_cells, put_entry
from app.functions.records.ledgers.outside import HANDINGS
from app.security.acts.approval import Approval
from app.security.gate.gate import Gate, PreparedAct, Session, Subject, ViewWork, WithDocument
from app.security.journal.journal import Journal
from app.security.journal.segments import segments
from db.tables.cases import case_file, check_entry, decision
from db.tables.certificates import certificate
from db.tables.control import control_row, staff
from db.tables.exchange import inbox, outbox
from db.tables.persons import person
from db.tables.printing import print_line
from db.tables.records import ledger_entry

COUNT, MAKE = "records.count_rows", "records.diagnose"
_COUNTED: tuple[Column[Any], ...] = (
    *(person.c.id, case_file.c.id, decision.c.id, certificate.c.number, check_entry.c.id),
    *(print_line.c.id, ledger_entry.c.id, staff.c.id, control_row.c.number),
)
_STATES: tuple[Column[Any], ...] = (outbox.c.state, inbox.c.state, case_file.c.state)
READS = tuple(f"{one.table.name}.{one.name}" for one in (*_COUNTED, *_STATES))


@dataclass(frozen=True, slots=True)
class Handing:
    """To whom it goes, for which エラー番号 or question, and until when it must be erased."""

    whom: str
    about: str
    until: date


def count(gate: Gate, session: Session, journal: Journal) -> dict[str, Any]:
    """How much there is of what, by state: numbers, and nothing that anybody wrote."""
    with gate.view(COUNT, session, subject=Subject("list", "counts")) as work:
        rows = {one.table.name: work.scalar(select(func.count(one))) for one in _COUNTED}
        states = {one.table.name: _by_state(work, one) for one in _STATES}
    head = journal.last_countersigned()
    return {
        "rows": rows,
        "states": states,
        "journal": {
            "lines": journal.head.number,
            "countersigned": head.head.number if head is not None else 0,
            "segments": len(segments(journal)),
        },
    }


def _by_state(work: ViewWork, state: Column[Any]) -> dict[str, int]:
    found = work.all(select(state.label("state"), func.count().label("many")).group_by(state))
    return {str(row.state): int(row.many) for row in found}


def prepare(gate: Gate, session: Session, packet: Packet, handing: Handing) -> PreparedAct:
    """What is touched for. Raises UserError ``ledger.*`` for what the ledger does not take."""
    today = gate.now().date()
    cells = check_cells(HANDINGS.steps[0], _typed(packet, handing, today), today)
    content = NewEntry(HANDINGS.id, "", HANDINGS.steps[0].code, "", "", "", cells)
    return gate.prepare(
        MAKE,
        session,
        subject=Subject("list", str(packet.said["number"])),
        content=WithDocument(content, packet.digest),
        sentence=f"診断資料（{len(packet.files)}ファイル、個人の情報なし）に封をし、「{handing.whom}」への"
        f"引渡しを台帳に書きます。消去の期限 {handing.until}。",
    )


def perform(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> str:
    """Write the ledger's line; its record."""
    with gate.act(prepared, approvals) as work:
        return put_entry(work, work.content)


def _typed(packet: Packet, handing: Handing, today: date) -> Mapping[str, str]:
    return {
        "handed_on": today.isoformat(),
        "contractor": handing.whom,
        "handed_what": f"診断資料 {packet.said['number']}（{handing.about}）",
        "handed_count": str(len(packet.files)),
        "handed_seal": "age（合言葉は別に伝える）",
        "ended_until": handing.until.isoformat(),
    }
