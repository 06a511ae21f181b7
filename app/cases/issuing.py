"""Certificates (証): drawn from a decision only, proved before paper, issued by touch.

Order of DESIGN 7: reserve the number → draw → prove → preview → touch over the PDF's digest →
issue row → spool → the clerk confirms the paper. A reserved number that is not issued becomes
void with its cause; a spoilt sheet is spoilt, not a second issue.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.cases import print_log
from app.cases.decisions import DecisionView
from app.cases.drafts import close_if_done
from app.cases.kind import CaseKind
from app.cases.paper_years import NOT_ASKED, require_year, words_of_year
from app.cases.state import CaseState, move
from app.core.errors import MadoguchiError, UserError
from app.core.tables import Tables
from app.persons.stopping import has_died
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, RowVersion, Subject, WithDocument
from app.security.staff.session import Session
from app.wire.codec import record_from
from db.tables.cases import case_file, check_entry, decision
from db.tables.certificates import certificate, sheet
from forms.catalog import find_decided_form, get_form
from forms.form import Form
from forms.practices import practice_day, practice_of_paper
from forms.press import Press, Rendered
from forms.spool import Printer


@dataclass(frozen=True, slots=True)
class Reserve:
    """For which decision a number is reserved; ``year`` is the judgement year that the clerk
    chose where papers of more than one are about."""

    case_id: str
    decision_id: str
    form_id: str
    year: int = NOT_ASKED


@dataclass(frozen=True, slots=True)
class Drawing:
    """What certificates are drawn with; in ``training`` every sheet carries 見本."""

    tables: Tables
    press: Press
    training: bool


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A certificate's row: its number and version, and when the number was reserved."""

    number: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """A certificate drawn and proved, not yet issued. ``number`` is its 発行番号; ``stock`` the
    counted paper on which it is printed ("" for plain paper), ``stock_words`` its year and
    colour. ``year_words`` say which year's paper it is, where there are two."""

    kind: CaseKind
    case_id: str
    decision_id: str
    number: str
    version: int
    form_id: str
    name: str
    rendered: Rendered
    stock: str = ""
    stock_words: str = ""
    year_words: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """What the touch is over, beside the digest of the PDF; ``missing`` are the code points of
    characters that print as 〓."""

    number: str
    case_id: str
    decision_id: str
    form_id: str
    delivery: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued certificate and the sheet that was sent to the printer."""

    kind: CaseKind
    number: str
    sheet_id: str
    journal_line: int
    stock: str = ""
    stock_words: str = ""


def reserve_and_draw(
    gate: Gate, session: Session, view: DecisionView, drawing: Drawing, *, year: int = NOT_ASKED
) -> DrawnPaper:
    """Reserve the number, draw the paper that the decision names, and prove it. ``year`` is what
    was chosen among ``paper_years.years_to_ask``.

    A number reserved earlier for the same case and left behind becomes void. Raises UserError
    ``cases.not_compared`` (SEC-119), ``cases.not_issuable``,
    ``cases.issued_already``, and those of ``paper_years.require_year``; a drawing or proof that
    fails voids the number with its cause and raises its own error.
    """
    record, form = _issuable(view, gate.now().date())
    prepared = gate.prepare(
        view.kind.function("reserve_certificate"),
        session,
        subject=Subject("case", view.case_id),
        content=Reserve(view.case_id, record.decision_id, form.id, year),
    )
    with gate.act(prepared) as work:
        content: Reserve = work.content
        _require_current(work, content.case_id, content.decision_id)
        _leave_none_behind(work, content)
        number = _new_number(work, prepared)
        # What is drawn comes from the row, not from the screen's copy (CON-07).
        found = work.one(select(decision).where(decision.c.id == content.decision_id))
        _require_living(work, found.person_id)
        said = record_from(view.kind.answered_in, json.loads(found.record))
        words = require_year(
            work, said, found.person_id, content.year, work.at.date(), drawing.tables
        )
        work.run(
            insert(certificate).values(
                number=number,
                form_id=content.form_id,
                case_id=content.case_id,
                decision_id=content.decision_id,
                person_id=found.person_id,
                state="reserved",
                reserved_by=work.staff_id,
                reserved_at=work.at.isoformat(),
            )
        )
        at = work.at
    try:
        stored = _vouched(gate, view.kind, found)
        drawn = _draw(view.kind, content, _Numbered(number, 1, at), stored, drawing)
        return replace(drawn, year_words=words)
    except Exception as error:
        code = error.code if isinstance(error, MadoguchiError) else type(error).__name__
        overflow = (
            error.message if code == "forms.overflow" and isinstance(error, UserError) else ""
        )
        cause = f"券面を作れませんでした（{code}）"
        void(gate, session, view.kind, number, 1, cause, overflow=overflow)
        raise


def redraw(
    gate: Gate, session: Session, kind: CaseKind, number: str, drawing: Drawing
) -> DrawnPaper:
    """Draw an issued certificate again from its decision: the same bytes as were issued, for a
    sheet that did not come out.

    Raises UserError ``cases.not_issuable`` for a number that was not issued, or when
    fonts or tables have changed so that the bytes are not the same.
    """
    subject = Subject("certificate", number)
    with gate.view(kind.function("show_certificate"), session, subject=subject) as work:
        row = work.first(
            select(certificate, decision.c.record, decision.c.came_in)
            .join(decision, decision.c.id == certificate.c.decision_id)
            .where(certificate.c.number == number)
        )
        if row is None or row.state != "issued":
            raise _not_issuable("この発行番号の証は発行されていません。")
        said = record_from(kind.answered_in, json.loads(row.record))
        words = words_of_year(work, said, row.person_id, gate.now().date(), drawing.tables)
    content = Reserve(row.case_id, row.decision_id, row.form_id)
    at = datetime.fromisoformat(row.reserved_at)
    stored = _vouched(gate, kind, row)
    proof = _draw(kind, content, _Numbered(number, row.version, at), stored, drawing)
    if proof.rendered.digest.hex() != row.pdf_digest:
        raise _not_issuable("発行した券面と同じものを作れません。")
    return replace(proof, year_words=words)


def _vouched(gate: Gate, kind: CaseKind, row: Any) -> Any:
    """The decision's record, if it is the one that came: the journal's line of its coming has its
    digest. A row that somebody wrote with another tool is drawn by nobody (DESIGN 1.10)."""
    digest = hashlib.sha256(row.record.encode()).digest()
    record = record_from(kind.answered_in, json.loads(row.record))
    here = getattr(row, "decision_id", None) or row.id
    if not gate.vouches(row.came_in, digest) or record.decision_id != here:
        raise UserError(
            "cases.decision_changed",
            f"決定 {here} の内容が、広域連合から届いたときのものと違います。",
            "券面は作っていません。誰かが保存データを書き換えたおそれがあります。責任者とシステム"
            "管理者にすぐに知らせ、広域連合に決定を送り直してもらってください。",
        )
    return record


def _draw(
    kind: CaseKind, content: Reserve, row: _Numbered, record: Any, drawing: Drawing
) -> DrawnPaper:
    data = get_form(content.form_id).fill(record, row.number, drawing.tables)
    press = drawing.press
    rendered = press.render(content.form_id, data, training=drawing.training, now=row.at)
    press.prove(rendered, data)
    insurer = getattr(record, "insurer_number", "")
    day = practice_day(row.at.date(), getattr(record, "expires_on", ""))
    practice = practice_of_paper(drawing.tables, insurer, content.form_id, day)
    return DrawnPaper(
        kind,
        content.case_id,
        content.decision_id,
        row.number,
        row.version,
        content.form_id,
        record.name,
        rendered,
        practice.stock,
        practice.stock_words,
    )


def _leave_none_behind(work: ActWork, content: Reserve) -> None:
    """One decision is issued once (a further paper is a 再交付, another function), and a
    reserved number that was left behind becomes void."""
    mine = certificate.c.decision_id == content.decision_id
    issued = select(certificate.c.number).where(mine, certificate.c.state == "issued")
    if work.first(issued) is not None:
        raise UserError(
            "cases.issued_already",
            "この決定の証は、すでに発行されています。",
            "用紙が出ていなければ、今日の仕事の一覧から刷り直してください。",
        )
    work.run(
        update(certificate)
        .where(certificate.c.case_id == content.case_id, certificate.c.state == "reserved")
        .values(state="void", cause="発行されないまま残っていた", version=certificate.c.version + 1)
    )


def void(
    gate: Gate,
    session: Session,
    kind: CaseKind,
    number: str,
    version: int,
    cause: str,
    *,
    overflow: str = "",
) -> None:
    """Make a reserved number void; the number is never used again. ``overflow`` says what did not
    fit on the paper: it goes onto the list of texts that are too long (文字超過リスト)."""
    prepared = gate.prepare(
        kind.function("void_certificate"),
        session,
        subject=Subject("certificate", number),
        content=Void(number, cause),
        versions=(RowVersion("certificate", number, version),),
    )
    with gate.act(prepared) as work:
        _require_state(work, number, "reserved")
        if overflow:
            _list_overflow(work, number, overflow)
        work.run(
            update(certificate)
            .where(certificate.c.number == number)
            .values(state="void", cause=cause, version=certificate.c.version + 1)
        )


@dataclass(frozen=True, slots=True)
class Void:
    """Which number becomes void and why."""

    number: str
    cause: str


def prepare_issue(
    gate: Gate, session: Session, proof: DrawnPaper, view: DecisionView
) -> PreparedAct:
    """What the clerk touches the key for: this number, this decision, this very PDF."""
    record, form = _issuable(view, gate.now().date())
    how = "郵送用に" if record.delivery == "post" else ""
    return gate.prepare(
        view.kind.function("issue_certificate"),
        session,
        subject=Subject("certificate", proof.number),
        content=WithDocument(
            Issue(
                proof.number,
                proof.case_id,
                proof.decision_id,
                proof.form_id,
                record.delivery,
                tuple(missing.codes for missing in proof.rendered.missing),
            ),
            proof.rendered.digest,
        ),
        sentence=f"{proof.name} 様の{form.title}（発行番号 {proof.number}）を{how}発行します。"
        f"{_of_year(proof)}",
        versions=(
            RowVersion("certificate", proof.number, proof.version),
            RowVersion("case_file", view.case_id, view.case_version),
        ),
    )


def perform_issue(
    gate: Gate,
    prepared: PreparedAct,
    approvals: tuple[Approval, ...],
    proof: DrawnPaper,
    printer: Printer,
) -> Issued:
    """Write the issue and then send the sheet to the printer (FLOW-107).

    The row comes first: paper without a row cannot exist; a row without paper is found on the
    day list, because its sheet waits to be confirmed.
    """
    with gate.act(prepared, approvals) as work:
        _require_same_pdf(prepared, proof)
        content: Issue = work.content
        _require_state(work, content.number, "reserved")
        _require_current(work, content.case_id, content.decision_id)
        person_id = _person_of(work, content.number)
        _require_living(work, person_id)
        _list_missing(work, content)
        work.run(
            update(certificate)
            .where(certificate.c.number == content.number)
            .values(
                state="issued",
                pdf_digest=prepared.digest.hex(),
                issued_by=work.staff_id,
                issued_at=work.at.isoformat(),
                delivery=content.delivery,
                version=certificate.c.version + 1,
            )
        )
        sheet_id = _new_sheet(work, content.number, 1)
        if content.delivery == "post":
            print_log.begin_letter(work, content.number, person_id, print_log.SIMPLE_REGISTERED)
        _note(work, proof, print_log.FIRST)
        move(work, content.case_id, CaseState.ISSUED)
        line = work.line
    printer.spool(proof.rendered.pdf, proof.number)
    return Issued(proof.kind, content.number, sheet_id, line, proof.stock, proof.stock_words)


def _of_year(proof: DrawnPaper) -> str:
    return f"{proof.year_words}です。" if proof.year_words else ""


def _note(work: ActWork, proof: DrawnPaper, reason: str) -> None:
    """The line of the print log for one sheet of a certificate."""
    subject, digest = ("case", proof.case_id), proof.rendered.digest.hex()
    printed = print_log.Print(proof.form_id, subject, proof.number, reason, digest)
    print_log.note_print(work, printed)


@dataclass(frozen=True, slots=True)
class Settle:
    """What came out of the printer: confirmed, or spoilt with its cause."""

    sheet_id: str
    number: str
    state: str
    cause: str
    stock: str


def settle_sheet(
    gate: Gate, session: Session, issued: Issued, *, good: bool, cause: str = ""
) -> None:
    """Record that the paper came out right, or that the sheet was spoilt (FLOW-108)."""
    kind, number = issued.kind, issued.number
    content = Settle(
        issued.sheet_id, number, "confirmed" if good else "spoilt", cause, issued.stock
    )
    prepared = gate.prepare(
        kind.function("settle_sheet"),
        session,
        subject=Subject("certificate", number),
        content=content,
    )
    with gate.act(prepared) as work:
        changed = work.run(
            update(sheet)
            .where(
                sheet.c.id == content.sheet_id,
                sheet.c.certificate_number == content.number,
                sheet.c.state == "spooled",
            )
            .values(state=content.state, cause=cause, settled_at=work.at.isoformat())
        )
        if changed != 1:
            raise UserError(
                "cases.sheet_settled",
                "この用紙の確認は、すでに記録されています。",
                "今日の仕事の一覧から、今の状態を確かめてください。",
            )
        print_log.take_sheet(work, content.stock, content.number, content.state)
        if good:
            row = work.one(
                select(certificate.c.case_id, certificate.c.delivery).where(
                    certificate.c.number == content.number
                )
            )
            if row.delivery != "post":
                print_log.hand_over_at_counter(work, content.number)
            close_if_done(work, row.case_id, kind)


@dataclass(frozen=True, slots=True)
class Reprint:
    """A further sheet of the same certificate after a spoilt one."""

    number: str
    copy: int


def prepare_reprint(gate: Gate, session: Session, proof: DrawnPaper, copy: int) -> PreparedAct:
    """Touch over the same PDF once more: the spoilt sheet is replaced, nothing is reissued."""
    return gate.prepare(
        proof.kind.function("reprint_sheet"),
        session,
        subject=Subject("certificate", proof.number),
        content=WithDocument(Reprint(proof.number, copy), proof.rendered.digest),
        sentence=f"印刷不良の用紙の代わりに、発行番号 {proof.number} をもう一枚印刷します。"
        f"{_of_year(proof)}",
    )


def perform_reprint(
    gate: Gate,
    prepared: PreparedAct,
    approvals: tuple[Approval, ...],
    proof: DrawnPaper,
    printer: Printer,
) -> Issued:
    """Print the next sheet. Refused while the sheet before is not recorded as spoilt, for a PDF
    that is not the one issued, and when a newer decision has taken the place of its own."""
    with gate.act(prepared, approvals) as work:
        _require_same_pdf(prepared, proof)
        content: Reprint = work.content
        row = work.first(select(certificate).where(certificate.c.number == content.number))
        states = [
            found.state
            for found in work.all(
                select(sheet.c.state).where(sheet.c.certificate_number == content.number)
            )
        ]
        if row is None or row.pdf_digest != proof.rendered.digest.hex():
            raise _not_issuable("発行した券面と違うものは印刷できません。")
        _require_state(work, content.number, "issued")
        _require_living(work, row.person_id)
        _require_current(work, row.case_id, row.decision_id)
        if any(state != "spoilt" for state in states):
            raise UserError(
                "cases.sheet_not_spoilt",
                "前の用紙が印刷不良として記録されていません。",
                "前の用紙を確かめ、印刷不良なら先に記録してください。",
            )
        sheet_id = _new_sheet(work, content.number, len(states) + 1)
        _note(work, proof, print_log.REPRINT)
        line = work.line
    printer.spool(proof.rendered.pdf, proof.number)
    return Issued(proof.kind, proof.number, sheet_id, line, proof.stock, proof.stock_words)


def _person_of(work: ActWork, number: str) -> str:
    """Whose paper a number is."""
    return str(work.scalar(select(certificate.c.person_id).where(certificate.c.number == number)))


def _require_living(work: ActWork, person_id: str) -> None:
    """A death stops the paper at once, whatever the decision says (発送止め)."""
    if has_died(work, person_id):
        raise UserError(
            "cases.has_died",
            "この方は亡くなられています。証を発行することはできません。",
            "死亡の届出が済んでいるか、照会の画面で確かめてください。",
        )


def _list_overflow(work: ActWork, number: str, what: str) -> None:
    case_id = work.scalar(select(certificate.c.case_id).where(certificate.c.number == number))
    work.run(
        insert(check_entry).values(
            id=work.new_id(),
            origin="terminal",
            cause="text_overflow",
            case_id=case_id,
            detail=f"発行番号 {number}：{what}",
            listed_at=work.at.isoformat(),
        )
    )


def _require_same_pdf(prepared: PreparedAct, proof: DrawnPaper) -> None:
    """What goes to the printer is what the touch was over, byte for byte."""
    if hashlib.sha256(proof.rendered.pdf).digest() != prepared.digest:
        raise _not_issuable("承認した券面と違うものは印刷できません。")


def _list_missing(work: ActWork, content: Issue) -> None:
    """Characters that print as 〓 go onto the list, so that a font can be found (DESIGN 7)."""
    for codes in content.missing:
        work.run(
            insert(check_entry).values(
                id=work.new_id(),
                origin="terminal",
                cause="character_missing",
                case_id=content.case_id,
                detail=f"発行番号 {content.number} の券面に〓で印字した文字：{codes}",
                listed_at=work.at.isoformat(),
            )
        )


def _new_number(work: ActWork, prepared: PreparedAct) -> str:
    """発行番号: terminal, epoch, day and a running number (DOMAIN 7.3 j1040)."""
    return f"{prepared.terminal}-{prepared.epoch}-{work.at:%Y%m%d}-{work.next('certificate'):05d}"


def _new_sheet(work: ActWork, number: str, copy: int) -> str:
    sheet_id = work.new_id()
    work.run(
        insert(sheet).values(
            id=sheet_id,
            certificate_number=number,
            copy=copy,
            state="spooled",
            printed_by=work.staff_id,
            printed_at=work.at.isoformat(),
        )
    )
    return sheet_id


def _issuable(view: DecisionView, today: date) -> tuple[Any, Form]:
    """The decision and the form that it orders on ``today``, by the FORMS registry alone."""
    record = view.record
    paper = getattr(record, "paper", "")
    form = find_decided_form(paper, today) if paper else None
    if record is None or form is None:
        raise _not_issuable("交付できる決定がありません。")
    if not view.compared:
        raise UserError(
            "cases.not_compared",
            "決定の内容をまだ見比べていません。",
            "左右を見比べ、「見比べた」を押してから交付してください。",
        )
    return record, form


def _not_issuable(message: str) -> UserError:
    return UserError("cases.not_issuable", message, "決定の内容を確かめてください。")


def _require_current(work: ActWork, case_id: str, decision_id: str) -> None:
    """The decision is still the case's current one and was compared: else somebody received a
    newer one meanwhile."""
    row = work.first(
        select(decision.c.current, case_file.c.compared_by)
        .select_from(decision.join(case_file, case_file.c.id == decision.c.case_id))
        .where(decision.c.id == decision_id, case_file.c.id == case_id)
    )
    if row is None or not row.current or not row.compared_by:
        raise _not_issuable("この決定は、新しい決定に替わったか、まだ見比べられていません。")


def _require_state(work: ActWork, number: str, state: str) -> None:
    found = work.scalar(select(certificate.c.state).where(certificate.c.number == number))
    if found != state:
        raise _not_issuable("この発行番号は、すでに使われたか無効です。")
