"""The slips of a case: the acceptance slip (受付票) while its decision has not come (no certificate
may be printed; CON-07), the one that goes with an issued paper (発行票), and the one that takes a
matter to another desk (引継票)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases import blocks, print_log
from app.cases.drafts import KeyedCase
from app.cases.entry import documents_of
from app.cases.issuing import Drawing, DrawnPaper
from app.cases.sending import words_of
from app.cases.state import CaseState
from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import Gate, Subject, WithDocument
from app.security.staff.session import Session
from forms.catalog import get_form
from forms.lists.issue_slip import IssueSlipData
from forms.notices.acceptance_slip import AcceptanceSlipData
from forms.notices.hand_on_slip import HandOnSlipData
from forms.spool import Printer

SLIP_FORM = "FORM-N2"
ISSUE_SLIP = "FORM-N3"
HAND_ON_SLIP = "FORM-N11"
_TAKEN_IN = (CaseState.DECIDED, CaseState.CLOSED)


@dataclass(frozen=True, slots=True)
class At:
    """When and at which counter a slip is given: the office's name and telephone, and when it
    answers ("" where nobody said)."""

    now: datetime
    office: str
    phone: str
    hours: str = ""


def print_slip(
    gate: Gate, session: Session, case: KeyedCase, drawing: Drawing, printer: Printer, counter: At
) -> None:
    """Draw, prove and print the slip. Raises UserError for a case that was not sent, and
    for one whose entry was erased before the union accepted it after all."""
    if case.state not in (CaseState.WAITING, CaseState.DECIDED):
        raise UserError(
            "cases.slip_not_sent",
            "まだ送信していない届出の受付票は印刷できません。",
            "届出を送信してから印刷してください。",
        )
    if not case.values:
        raise UserError(
            "cases.slip_entry_gone",
            "この受付は、入れた内容が消してあるため、受付票を印刷できません。",
            "決定の画面から、決定の内容を確かめてください。",
        )
    slip = (SLIP_FORM, slip_data(case, drawing.tables, counter))
    _print(gate, session, case, slip, drawing, printer, counter.now)


def print_hand_on(
    gate: Gate, session: Session, case: KeyedCase, drawing: Drawing, printer: Printer, counter: At
) -> None:
    """Draw, prove and print the slip that goes with the papers to the desk that the case is handed
    on to. Raises UserError for a case that the union has not taken in yet."""
    if case.state not in _TAKEN_IN:
        raise UserError(
            "cases.hand_on_not_taken",
            "広域連合がまだ受け付けていないため、引継票は印刷できません。",
            "決定が届いてから、もう一度印刷してください。",
        )
    slip = (HAND_ON_SLIP, hand_on_data(case, drawing.tables, counter, session.staff_id))
    _print(gate, session, case, slip, drawing, printer, counter.now)


def _print(
    gate: Gate,
    session: Session,
    case: KeyedCase,
    slip: tuple[str, Any],
    drawing: Drawing,
    printer: Printer,
    now: datetime,
) -> None:
    form_id, data = slip
    press = drawing.press
    rendered = press.render(form_id, data, training=drawing.training, now=now)
    press.prove(rendered, data)
    prepared = gate.prepare(
        case.kind.function("print_slip"),
        session,
        subject=Subject("case", case.id),
        content=WithDocument(None, rendered.digest),
    )
    with gate.act(prepared) as work:
        subject, digest = ("case", case.id), rendered.digest.hex()
        printed = print_log.Print(form_id, subject, case.id, print_log.FIRST, digest)
        print_log.note_print(work, printed)
    printer.spool(rendered.pdf, case.id)


def print_issue_slip(
    gate: Gate,
    session: Session,
    paper: DrawnPaper,
    drawing: Drawing,
    printer: Printer,
    counter: At,
) -> None:
    """Draw, prove and print the slip that goes with an issued certificate (発行票): which stock it
    belongs on, so that old paper is not used, and what to look at on the sheet."""
    subject = Subject("certificate", paper.number)
    function = paper.kind.function("print_issue_slip")
    terminal = gate.prepare(function, session, subject=subject).terminal
    day = on_paper(counter.now.date(), Eras(drawing.tables["eras"]))
    data = IssueSlipData(
        certificate_number=paper.number,
        form_title=get_form(paper.form_id).title,
        stock=paper.stock_words or "無地の用紙",
        reason=paper.kind.label,
        decision_id=paper.decision_id,
        issued_at=f"{day}　{counter.now:%H時%M分}",
        staff=session.staff_id,
        terminal=f"{terminal}　{counter.office}",
    )
    press = drawing.press
    rendered = press.render(ISSUE_SLIP, data, training=drawing.training, now=counter.now)
    press.prove(rendered, data)
    prepared = gate.prepare(
        function, session, subject=subject, content=WithDocument(None, rendered.digest)
    )
    with gate.act(prepared) as work:
        about, digest = ("certificate", paper.number), rendered.digest.hex()
        printed = print_log.Print(ISSUE_SLIP, about, paper.number, print_log.FIRST, digest)
        print_log.note_print(work, printed)
    printer.spool(rendered.pdf, paper.number)


def slip_data(case: KeyedCase, tables: Tables, counter: At) -> AcceptanceSlipData:
    """The acceptance slip (受付票) of a case that waits: no number, no ratio, no certificate.
    What its kind does not ask for stands as なし."""
    today = counter.now.date()

    def keyed(name: str) -> str:
        field = case.kind.fields.get(name)
        return (words_of(field, case, tables, today) if field is not None else "") or "なし"

    return AcceptanceSlipData(
        case_id=case.id,
        accepted_at=f"{on_paper(today, Eras(tables['eras']))} {counter.now:%H時%M分}",
        notification=tables["notification_kinds"].label(case.kind.code, today),
        notified_on=keyed(blocks.NOTIFIED_ON),
        name=case.name,
        name_kana=case.kana,
        notifier=keyed(blocks.NOTIFIER),
        state="広域連合の決定を待っています",
        delivery=keyed(blocks.DELIVERY),
        office=counter.office,
        phone=f"{counter.phone}（{counter.hours}）" if counter.hours else counter.phone,
    )


def hand_on_data(case: KeyedCase, tables: Tables, counter: At, staff_id: str) -> HandOnSlipData:
    """The slip to the desk that takes the case over: what it is about, and what goes with it."""
    today = counter.now.date()
    handed_on = case.kind.handed_on
    assert handed_on is not None, "only what is handed on has this slip"
    to_desk = words_of(case.kind.fields[handed_on.desk], case, tables, today)
    count = case.values.get(handed_on.papers, "")
    papers = "、".join(documents_of(case.values))

    def keyed(name: str, otherwise: str) -> str:
        said = words_of(case.kind.fields[name], case, tables, today) if name else ""
        return said or otherwise

    desk = case.values.get(handed_on.desk, "")
    contact = tables["desks"].at(today, code=desk).text("contact") if desk else ""
    back = f"{counter.office}　{counter.phone}".strip()
    return HandOnSlipData(
        case_id=case.id,
        handed_at=f"{on_paper(today, Eras(tables['eras']))}　{counter.now:%H時%M分}",
        from_desk=counter.office,
        to_desk=to_desk,
        name=case.name,
        matter=keyed(handed_on.matter, case.kind.label),
        contact=contact or f"引継ぎ元に問い合わせる（{back}）",
        done="窓口で受け付け、広域連合へ届け出ました。",
        wanted=keyed(handed_on.wanted, "書類を受け取り、手続を進めてください。"),
        papers=f"{count}点（{papers}）" if papers else f"{count}点",
        staff=staff_id,
    )
