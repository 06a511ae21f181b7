"""A sending that the union did not take stays until somebody records what became of it (SEC-98).

Confirming and taking back are done where the sendings wait (``app.functions.files.sendings``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, select, update

from app.core.errors import UserError
from app.core.tables import Tables
from app.security.gate.gate import Gate, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from app.sync import outbox as outgoing
from app.sync.states import Outgoing
from db.tables.exchange import outbox, recall

SETTLE = "files.settle_rejected"


@dataclass(frozen=True, slots=True)
class Settling:
    """Which sending that was not taken is settled, and how."""

    outbox_id: str
    disposition: str


def dispositions(tables: Tables, day: date) -> tuple[tuple[str, str], ...]:
    """Code and words of what may be recorded of a sending that was not taken."""
    table = tables["sending_dispositions"]
    return tuple((str(code), table.label(code, day)) for code in table.codes(day))


def settle(gate: Gate, session: Session, outbox_id: str, how: str, tables: Tables) -> None:
    """Record what became of a sending that the union did not take.

    Raises UserError ``files.disposition`` for none of ``sending_dispositions``,
    ``files.not_rejected``, and ``files.no_correction`` for ``corrected`` while no later sending of
    the file was accepted.
    """
    if how not in dict(dispositions(tables, gate.now().date())):
        raise UserError(
            "files.disposition",
            "処理の種類が正しくありません。",
            "表示された処理から選んでください。",
        )
    prepared = gate.prepare(
        SETTLE, session, subject=Subject("sending", outbox_id), content=Settling(outbox_id, how)
    )
    with gate.act(prepared) as work:
        row = _row(work, outbox_id)
        if not _waits_for_a_word(work, row) or row.disposition:
            raise UserError(
                "files.not_rejected",
                "この送信は、受け付けられなかったままのものではありません。",
                "当日のファイルを読み直してください。",
            )
        if how == "corrected" and not _was_corrected(work, row):
            raise UserError(
                "files.no_correction",
                "直したファイルの受理が、まだ確かめられていません。",
                "直したファイルを移入して送り、受理されてから記録してください。",
            )
        work.run(
            update(outbox)
            .where(outbox.c.id == outbox_id)
            .values(
                disposition=how,
                disposed_by=work.staff_id,
                disposed_at=work.at.isoformat(),
                version=outbox.c.version + 1,
            )
        )


def _waits_for_a_word(work: GateWork, row: Row[tuple[object, ...]]) -> bool:
    """It was not taken, or it was asked back and the union has answered."""
    answered = select(recall.c.outbox_id).where(
        recall.c.outbox_id == row.id, recall.c.outcome != ""
    )
    return row.state == Outgoing.REJECTED or work.first(answered) is not None


def _was_corrected(work: GateWork, row: Row[tuple[object, ...]]) -> bool:
    """A later sending of the same file, of the same business day where it has one, was taken."""
    later = select(outbox.c.id).where(
        outbox.c.file_id == row.file_id,
        outbox.c.business_on == row.business_on,
        outbox.c.prepared_at > row.prepared_at,
        outbox.c.state == Outgoing.ACCEPTED,
    )
    return work.first(later) is not None


def _row(work: GateWork, outbox_id: str) -> Row[tuple[object, ...]]:
    row = work.first(select(outbox).where(outbox.c.id == outbox_id))
    if row is None:
        raise outgoing.unknown_sending()
    if row.case_id:
        raise UserError(
            "files.of_a_case",
            f"この送信は、受付 {row.case_id} の届出です。",
            "今日の仕事から、その受付を開いて続けてください。",
        )
    return row
