"""Ending a case that the union refused."""

from __future__ import annotations

from dataclasses import dataclass

from app.cases.decisions import DecisionView
from app.cases.drafts import erase_number
from app.cases.state import CaseState, move, state_of
from app.core.errors import UserError
from app.security.gate.gate import Gate, RowVersion, Subject
from app.security.staff.session import Session


@dataclass(frozen=True, slots=True)
class CloseCase:
    """Which refused case is over."""

    case_id: str


def close_case(gate: Gate, session: Session, view: DecisionView) -> None:
    """End a case that the union refused: what was keyed and the number are erased here, the
    decision remains (FLOW-1012, SEC-54).

    Raises UserError ``cases.no_case``, ``cases.not_refused``.
    """
    prepared = gate.prepare(
        view.kind.function("close_case"),
        session,
        subject=Subject("case", view.case_id),
        content=CloseCase(view.case_id),
        versions=(RowVersion("case_file", view.case_id, view.case_version),),
    )
    with gate.act(prepared) as work:
        if state_of(work, view.case_id) is not CaseState.REFUSED:
            raise UserError(
                "cases.not_refused",
                "却下された届出だけを、この操作で終えられます。",
                "受付の一覧から、今の状態を確かめてください。",
            )
        move(work, view.case_id, CaseState.CLOSED, draft="{}")
        erase_number(work, view.case_id)
