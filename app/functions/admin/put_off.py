"""二人目を待つ手続き: acts that an operator signed and whose supervisor was not there (SEC-40).

They survive restart and program, end by themselves after five business days, and are taken back by
whoever began them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from app.core.errors import UserError
from app.security.acts.approval import Approval, Role
from app.security.acts.prepared import Ask, PreparedAct
from app.security.authenticators.port import Assertion
from app.security.gate.carry_out import Steps, Touch, Work, with_recent
from app.security.gate.gate import Gate, Session, Subject
from app.security.gate.later import WITHDRAWN, later_of
from app.security.spec import Catalog
from app.security.vault.store_access import StoreAccess
from app.security.waiting import Source, Waits, WaitWork
from db.tables.control import act, put_off_act
from db.work import ReadRows

LIST = "admin.list_put_off"
KEEP = "admin.put_off"
"""Under which function's line the gate keeps an act: the catalogue marks it (``puts_off``)."""
READS = ("put_off_act", "act")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One act that waits. ``by`` is its operator; ``over`` says that its days have passed;
    ``mine`` whether whoever looks may second it, "" or why not."""

    id: str
    label: str
    sentence: str
    by: str
    by_name: str
    put_off_at: str
    valid_until: str
    over: bool
    not_mine: str


def list_waiting(gate: Gate, session: Session, catalog: Catalog) -> tuple[Waiting, ...]:
    """What waits, the oldest first."""
    permitted = gate.permitted(session)
    with gate.view(LIST, session, subject=Subject("list", "put_off")) as work:
        today = work.at.date().isoformat()
        return tuple(
            Waiting(
                row.id,
                catalog[row.function_id].label if row.function_id in catalog else row.function_id,
                row.sentence,
                row.staff_id,
                row.staff_name,
                row.put_off_at,
                row.valid_until,
                today > row.valid_until,
                _not_mine(row.staff_id, session, catalog.supervises in permitted),
            )
            for row in _rows(work)
        )


def second(gate: Gate, session: Session, access: StoreAccess, act_id: str) -> Steps[None]:
    """The steps of whoever seconds it: their touch over the same words, then it is done. Raises as
    ``Gate.resume``, ``Gate.ask`` and the function's own act."""

    def resume() -> tuple[PreparedAct, Approval]:
        return gate.resume(act_id, session)

    prepared, own = yield from with_recent(gate, session, resume)
    ask: Ask = yield Work(lambda: gate.ask(prepared, session.staff_id, Role.SUPERVISOR))
    assertion: Assertion = yield Touch(prepared.sentence, ask)
    approvals = (own, Approval(ask.staff_id, ask.role, assertion))
    later = later_of(prepared.function)
    yield Work(lambda: later.perform(gate, prepared, approvals, access))


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Which waiting act is taken back."""

    act_id: str


def withdraw(gate: Gate, session: Session, act_id: str) -> None:
    """Take it back. Raises ``UserError`` ``put_off.not_yours`` for somebody else than its operator,
    ``put_off.gone`` when it does not wait any more."""
    prepared = gate.prepare(
        "admin.withdraw_put_off",
        session,
        subject=Subject("list", "put_off"),
        content=Withdrawal(act_id),
    )
    with gate.act(prepared) as work:
        row = next((one for one in _rows(work) if one.id == act_id), None)
        if row is None:
            raise UserError(
                "put_off.gone",
                "この手続きは、もう待っていません。",
                "一覧を読み直してください。",
            )
        if row.staff_id != session.staff_id:
            raise UserError(
                "put_off.not_yours",
                "取り下げられるのは、この手続きを始めた職員だけです。",
                f"職員 {row.staff_id} に頼むか、期限が過ぎるのを待ってください。",
            )
        values = {
            "ended": WITHDRAWN,
            "ended_by": session.staff_id,
            "ended_at": work.at.isoformat(),
        }
        work.run(update(put_off_act).where(put_off_act.c.id == act_id).values(**values))


def _rows(work: ReadRows) -> list[Row[Any]]:
    used = select(act.c.nonce)
    waits = select(put_off_act).where(put_off_act.c.ended == "", put_off_act.c.id.not_in(used))
    return list(work.all(waits.order_by(put_off_act.c.put_off_at)))


def _not_mine(operator: str, session: Session, supervises: bool) -> str:
    if operator == session.staff_id:
        return "自分で始めた手続きです。ほかの責任者が承認します。"
    return "" if supervises else "責任者が承認します。"


def _lines(work: WaitWork) -> Iterator[Waits]:
    """One line on the day board while something waits."""
    today = work.at.date().isoformat()
    rows = [row for row in _rows(work) if row.valid_until >= today]
    if rows:
        yield Waits(
            key="put_off",
            what="二人目を待つ手続き",
            state=f"{len(rows)}件",
            since=rows[0].put_off_at,
            next_step="ほかの責任者が承認する",
            opens=LIST,
            due=min(row.valid_until for row in rows),
        )


SOURCE = Source(READS, _lines, LIST)
