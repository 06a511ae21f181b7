"""返還: an old paper that comes back gets a receipt; one that cannot is recorded (DOMAIN 5.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select

from app.cases import print_log
from app.cases.issuing import Drawing
from app.core.errors import UserError
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import ActWork, Gate, Subject, WithDocument
from app.security.staff.session import Session
from db.tables.certificates import certificate
from db.tables.persons import insured, person
from db.tables.printing import paper_return
from forms.catalog import get_form
from forms.certificates.seal import Seal, SealOmitted
from forms.notices.returned_receipt import FORM, ReturnedReceiptData
from forms.spool import Printer

READS = ("certificate", "person.name", "insured", "paper_return")


@dataclass(frozen=True, slots=True)
class Held:
    """A paper that somebody may bring back."""

    number: str
    form_id: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Brought:
    """What came back: whose, which, why, by whom (in words of relation, never a name), to which
    counter, and in whose name and under which seal the receipt is given ("" where nobody said)."""

    person_id: str
    form_id: str
    number: str
    reason: str
    brought_by: str
    office: str
    now: datetime
    issuer: str = ""
    seal: Seal = field(default_factory=SealOmitted)


@dataclass(frozen=True, slots=True)
class _Returned:
    person_id: str
    form_id: str
    number: str
    state: str
    reason: str
    brought_by: str
    receipt: str


def held_papers(gate: Gate, session: Session, person_id: str) -> tuple[Held, ...]:
    """The issued or void papers of a person that did not come back yet, newest first."""
    subject = Subject("person", person_id)
    with gate.view("printing.held_papers", session, subject=subject) as work:
        back = {
            row.certificate_number
            for row in work.all(
                select(paper_return.c.certificate_number).where(
                    paper_return.c.person_id == person_id
                )
            )
        }
        rows = work.all(
            select(certificate)
            .where(certificate.c.person_id == person_id, certificate.c.issued_at != "")
            .order_by(certificate.c.issued_at.desc())
        )
        work.note(shown=(person_id,), query_kind="person")
    return tuple(
        Held(row.number, row.form_id, get_form(row.form_id).title, row.state)
        for row in rows
        if row.number not in back
    )


def note_unable(gate: Gate, session: Session, brought: Brought) -> None:
    """返還不能: the paper cannot come back; the application FORM-N17 is kept on file."""
    prepared = gate.prepare(
        "printing.note_unable",
        session,
        subject=Subject("person", brought.person_id),
        content=_returned(brought, "unable", ""),
    )
    with gate.act(prepared) as work:
        _insert(work, work.content, work.new_id())


def take_back(
    gate: Gate, session: Session, brought: Brought, drawing: Drawing, printer: Printer
) -> str:
    """Record the return and print its receipt; gives the receipt's number.

    Raises UserError ``printing.not_hers`` when no such person is here.
    """
    if not brought.reason.strip():
        raise UserError(
            "printing.no_words",
            "返還の理由が入っていません。",
            "転出、死亡、割合の変更など、返還の理由を入れてください。",
        )
    receipt = f"R{brought.now:%Y%m%d-%H%M%S}-{session.staff_id}"
    data = _receipt(gate, session, brought, receipt, drawing)
    rendered = drawing.press.render(FORM.id, data, training=drawing.training, now=brought.now)
    drawing.press.prove(rendered, data)
    prepared = gate.prepare(
        "printing.take_back",
        session,
        subject=Subject("person", brought.person_id),
        content=WithDocument(_returned(brought, "returned", receipt), rendered.digest),
    )
    with gate.act(prepared) as work:
        content: _Returned = work.content
        _insert(work, content, content.receipt)
        subject, digest = ("person", content.person_id), rendered.digest.hex()
        printed = print_log.Print(FORM.id, subject, content.receipt, print_log.FIRST, digest)
        print_log.note_print(work, printed)
    printer.spool(rendered.pdf, receipt)
    return receipt


def _receipt(
    gate: Gate, session: Session, brought: Brought, receipt: str, drawing: Drawing
) -> ReturnedReceiptData:
    subject = Subject("person", brought.person_id)
    with gate.view("printing.held_papers", session, subject=subject) as work:
        name = work.scalar(select(person.c.name).where(person.c.id == brought.person_id))
        number = work.scalar(
            select(insured.c.insured_number)
            .where(insured.c.person_id == brought.person_id)
            .order_by(insured.c.acquired_on.desc())
        )
        work.note(shown=(brought.person_id,), query_kind="person")
    if name is None or number is None:
        raise UserError(
            "printing.not_hers",
            "この方の被保険者番号が見つかりません。",
            "検索からやり直し、この方の証かどうかを確かめてください。",
        )
    day = on_paper(brought.now.date(), Eras(drawing.tables["eras"]))
    return ReturnedReceiptData(
        receipt_number=receipt,
        received_at=f"{day}　{brought.now:%H時%M分}",
        paper=get_form(brought.form_id).title,
        certificate_number=brought.number,
        insured_number=str(number),
        name=str(name),
        brought_by=brought.brought_by or "本人",
        reason=brought.reason,
        office=brought.office,
        staff=session.staff_id,
        issuer=brought.issuer,
        seal=brought.seal,
    )


def _returned(brought: Brought, state: str, receipt: str) -> _Returned:
    return _Returned(
        brought.person_id,
        brought.form_id,
        brought.number,
        state,
        brought.reason,
        brought.brought_by,
        receipt,
    )


def _insert(work: ActWork, content: _Returned, row_id: str) -> None:
    work.run(
        insert(paper_return).values(
            id=row_id,
            person_id=content.person_id,
            form_id=content.form_id,
            certificate_number=content.number,
            state=content.state,
            reason=content.reason,
            brought_by=content.brought_by,
            at=work.at.isoformat(),
            staff_id=work.staff_id,
        )
    )
