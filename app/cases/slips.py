"""The acceptance slip (受付票) for a case whose decision has not come (issue: no certificate
may be printed; CON-07)."""

from __future__ import annotations

from datetime import datetime

from app.cases.drafts import Case
from app.cases.paper_data import slip_data
from app.cases.state import CaseState
from app.core.errors import UserError
from app.core.tables import Tables
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from forms.press import Press
from forms.spool import Printer

SLIP_FORM = "FORM-N2"


def print_slip(
    gate: Gate,
    session: Session,
    case: Case,
    tables: Tables,
    press: Press,
    printer: Printer,
    now: datetime,
    *,
    office: str,
    phone: str,
    training: bool,
) -> None:
    """Draw, prove and print the slip. Raises UserError for a case that was not sent."""
    if case.state not in (CaseState.WAITING, CaseState.DECIDED):
        raise UserError(
            "eligibility.slip_not_sent",
            "まだ送信していない届出の受付票は印刷できません。",
            "届出を送信してから印刷してください。",
        )
    data = slip_data(case, now, tables, office=office, phone=phone)
    rendered = press.render(SLIP_FORM, data, training=training, now=now)
    press.prove(rendered, data)
    draft = gate.prepare(
        "eligibility.print_slip", session, subject=Subject("case", case.id), digest=rendered.digest
    )
    with gate.act(draft):
        pass
    printer.spool(rendered.pdf, case.id)
