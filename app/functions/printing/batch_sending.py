"""A released batch goes to paper: part by part to the printer here; and its end, when nothing of it
rests here any more (ADD-06, SEC-54)."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from app.cases import print_log
from app.cases.issuing import Drawing
from app.core.errors import UserError
from app.core.tables import Tables
from app.functions.printing.batch_building import (
    digests_of,
    folder_of,
    open_part,
    require_batch,
)
from app.functions.printing.batch_paper import card_of, paper_data
from app.functions.printing.batch_posting import posted_parts
from app.functions.printing.batch_stopped import (
    leave_out,
    sheets_of,
    stopped_by_part,
    stopped_numbers,
    without_stopped,
)
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, RowVersion, Subject, WithDocument
from app.security.staff.session import Session
from db.tables.certificates import certificate
from db.tables.media import sealed_out
from db.tables.printing import batch_item, batch_part, print_batch
from db.work import ReadRows
from forms.practices import practice_day, practice_of_paper
from forms.press import Rendered
from forms.spool import Printer

PRINTER, CONTRACTOR = "printer", "contractor"
HOW = {PRINTER: "この端末で印刷", CONTRACTOR: "委託先へ"}


@dataclass(frozen=True, slots=True)
class PartSent:
    """A part that goes to the printer; ``again`` says why it goes a second time, "" the first;
    ``stopped`` are the numbers that are left out."""

    batch_id: str
    part: int
    digest: str
    again: str
    stopped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhichPart:
    """A part of a batch (from 0), and why it is printed again, "" for the first time."""

    batch_id: str
    part: int
    again: str = ""


@dataclass(frozen=True, slots=True)
class PartPrinted:
    """How many sheets went to the printer, and the numbers that were left out."""

    sheets: int
    stopped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part of a released batch: its sheets and how many of them are stopped, from which number to
    which, and where it went."""

    part: int
    sheets: int
    stopped: int
    first: str
    last: str
    sent_at: str
    sent_how: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A batch that is over, or given up before its release, with the reason."""

    batch_id: str
    reason: str


def parts_of(gate: Gate, session: Session, batch_id: str) -> tuple[PartLine, ...]:
    """The parts of a released batch, in the order of the post."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        rows = work.all(
            select(batch_part)
            .where(batch_part.c.batch_id == batch_id, batch_part.c.sheets > 0)
            .order_by(batch_part.c.part)
        )
        stopped = stopped_by_part(work, batch_id)
        return tuple(
            PartLine(
                row.part,
                row.sheets,
                stopped.get(row.part, 0),
                *_ends(work, row),
                row.sent_at,
                row.sent_how,
            )
            for row in rows
        )


def print_part(
    gate: Gate,
    session: Session,
    which: WhichPart,
    root: Path,
    way: tuple[Tables, Printer],
) -> PartPrinted:
    """Send one part to the printer, as it was built, seen and released, but for the sheets of who
    was stopped since; the row comes first. The sheets are taken from the stock of the year.

    Raises UserError ``printing.part_sent`` (it went already, and no reason is given to send it
    again), ``printing.part_stopped`` (somebody was stopped while it was made ready),
    ``printing.batch_state``, and as ``batch_building.open_part``.
    """
    batch_id, part = which.batch_id, which.part
    subject = Subject("batch", batch_id)
    with gate.view("printing.show_batch", session, subject=subject) as work:
        row = require_batch(work, batch_id, ("released",))
        digest = digests_of(work, batch_id).get(part, "")
        sheets = sheets_of(work, batch_id, part)
        stock = _stock_of(work, row, way[0])
    whole = open_part(digest, row.seal, folder_of(root, batch_id), part)
    pdf, stopped = without_stopped(whole, sheets), stopped_numbers(sheets)
    if stopped:
        digest = hashlib.sha256(pdf).hexdigest()
    prepared = gate.prepare(
        "printing.print_part",
        session,
        subject=subject,
        content=PartSent(batch_id, part, digest, which.again, stopped),
    )
    number = f"{batch_id}/{part + 1}"
    with gate.act(prepared) as act:
        said: PartSent = act.content
        batch = require_batch(act, said.batch_id, ("released",))
        left = len(sheets) - len(stopped)
        _note_sent(act, said)
        reason = print_log.REPRINT if said.again else print_log.BATCH
        printed = print_log.Print(
            batch.form_id, ("batch", said.batch_id), number, reason, said.digest, copies=left
        )
        if left:
            print_log.note_print(act, printed)
            print_log.take_sheet(act, stock, number, "confirmed", left)
    if left:
        way[1].spool(pdf, number)
    return PartPrinted(left, stopped)


def _stock_of(work: ReadRows, batch: Any, tables: Tables) -> str:
    """The counted paper of a batch: the stock of its papers' year, by the union's practice."""
    record = work.scalar(
        select(batch_item.c.record).where(batch_item.c.batch_id == batch.id).limit(1)
    )
    if record is None:
        return ""
    card = card_of(record)
    day = practice_day(datetime.fromisoformat(batch.released_at).date(), card.expires_on)
    return practice_of_paper(tables, card.insurer_number, batch.form_id, day).stock


@dataclass(frozen=True, slots=True)
class SheetAgain:
    """One sheet of a released batch that is printed again, and why."""

    batch_id: str
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class DrawnAgain:
    """The sheet drawn and proved once more, to be touched for."""

    again: SheetAgain
    form_id: str
    name: str
    rendered: Rendered


def draw_sheet(gate: Gate, session: Session, again: SheetAgain, drawing: Drawing) -> DrawnAgain:
    """Draw one paper of a released batch again, from its decision and under its number, for a sheet
    that was torn or did not come out.

    Raises UserError ``printing.batch_state``, ``printing.no_sheet`` (the number is not in the
    batch, or was stopped or taken back since).
    """
    subject = Subject("batch", again.batch_id)
    with gate.view("printing.show_batch", session, subject=subject) as work:
        batch = require_batch(work, again.batch_id, ("released",))
        row = _sheet_row(work, again)
    data = paper_data(row.record, row.number, drawing.tables)
    at = datetime.fromisoformat(batch.made_at)
    rendered = drawing.press.render(batch.form_id, data, training=drawing.training, now=at)
    drawing.press.prove(rendered, data)
    return DrawnAgain(again, batch.form_id, card_of(row.record).name, rendered)


def prepare_sheet(gate: Gate, session: Session, drawn: DrawnAgain) -> PreparedAct:
    """The touch over the very PDF."""
    again = drawn.again
    return gate.prepare(
        "printing.reprint_batch_sheet",
        session,
        subject=Subject("batch", again.batch_id),
        content=WithDocument(again, drawn.rendered.digest),
        sentence=f"一括印刷の{drawn.name} 様の証（発行番号 {again.number}）を、もう一枚印刷します"
        f"（理由：{again.reason}）。",
    )


def perform_sheet(
    gate: Gate,
    prepared: PreparedAct,
    approvals: tuple[Approval, ...],
    drawn: DrawnAgain,
    printer: Printer,
) -> None:
    """Write the line of the print log, then print. Raises as ``draw_sheet`` for who was stopped
    meanwhile, ``printing.other_sheet`` for another PDF than was touched for."""
    with gate.act(prepared, approvals) as work:
        said: SheetAgain = work.content
        if hashlib.sha256(drawn.rendered.pdf).digest() != prepared.digest:
            raise UserError(
                "printing.other_sheet",
                "承認した券面と違うものは印刷できません。",
                "もう一度、刷り直す証の番号から入れ直してください。",
            )
        require_batch(work, said.batch_id, ("released",))
        _sheet_row(work, said)
        printed = print_log.Print(
            drawn.form_id,
            ("batch", said.batch_id),
            said.number,
            print_log.REPRINT,
            prepared.digest.hex(),
        )
        print_log.note_print(work, printed)
    printer.spool(drawn.rendered.pdf, said.number)


def _sheet_row(work: ReadRows, again: SheetAgain) -> Any:
    """The row of a sheet that may be printed."""
    row = work.first(
        select(batch_item, certificate.c.state.label("issued"))
        .join(certificate, certificate.c.number == batch_item.c.number)
        .where(
            batch_item.c.batch_id == again.batch_id,
            batch_item.c.number == again.number,
            batch_item.c.state == "built",
        )
    )
    if row is None or row.issued != "issued":
        raise UserError(
            "printing.no_sheet",
            f"発行番号「{again.number}」の証は、この一括印刷から刷り直せません。",
            "番号を確かめてください。発行のあとで止められた証や無効になった証は刷り直せません。",
            field="number",
        )
    return row


def prepare_end(gate: Gate, session: Session, batch_id: str, reason: str) -> PreparedAct:
    """End a batch: its files, its key and the records of its papers go; what was issued stays in
    the history. Raises UserError ``printing.parts_left`` while a part has not gone out and no
    reason is given."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        row = require_batch(work, batch_id, ("made", "building", "built", "released"))
        unsent = work.first(
            select(batch_part.c.part).where(
                batch_part.c.batch_id == batch_id,
                batch_part.c.sheets > 0,
                batch_part.c.sent_at == "",
            )
        )
        left = unsent is not None or any(
            one.posted + len(one.stopped) < one.letters for one in posted_parts(work, batch_id)
        )
        open_ = work.first(select(sealed_out.c.id).where(*_unreceived(batch_id)))
    if (row.state != "released" or left or open_ is not None) and not reason:
        missing = (
            "まだ印刷に回していない部か、差し出していない部があります。"
            if left
            else "委託先の受領証がまだ来ていない封のファイルがあります。"
            if open_ is not None
            else "この一括印刷は発行されていません。"
        )
        raise UserError(
            "printing.parts_left",
            missing,
            "すべて印刷に回し（委託先の受領を記録し）、差し出してから終えるか、取りやめる理由を入れてください。",
        )
    words = f"取りやめます（理由：{reason}）" if reason else "終えます"
    return gate.prepare(
        "printing.end_batch",
        session,
        subject=Subject("batch", batch_id),
        content=Ended(batch_id, reason),
        sentence=f"一括印刷（{row.judged_year}年8月から）を{words}。印刷用ファイルは消されます。",
        versions=(RowVersion("print_batch", batch_id, row.version),),
    )


def perform_end(
    gate: Gate,
    prepared: PreparedAct,
    approvals: tuple[Approval, ...],
    root: Path,
    leaving: Path,
) -> None:
    """Carry it out: rows first, then the files, whose key is gone with the row; what was sealed for
    the contractor (in ``leaving``) goes too."""
    with gate.act(prepared, approvals) as work:
        said: Ended = work.content
        row = require_batch(work, said.batch_id, ("made", "building", "built", "released"))
        if row.state == "released":
            _void_what_never_went(work, said.batch_id)
        for table in (batch_part, batch_item):
            work.run(delete(table).where(table.c.batch_id == said.batch_id))
        work.run(
            update(print_batch)
            .where(print_batch.c.id == said.batch_id)
            .values(state="ended", seal="", version=print_batch.c.version + 1)
        )
        sealed = [
            row.id
            for row in work.all(select(sealed_out.c.id).where(sealed_out.c.about == said.batch_id))
        ]
        work.run(
            update(sealed_out)
            .where(sealed_out.c.about == said.batch_id, sealed_out.c.state == "sealed")
            .values(state="stale", version=sealed_out.c.version + 1)
        )
        batch_id = said.batch_id
    shutil.rmtree(folder_of(root, batch_id), ignore_errors=True)
    for one in sealed:
        (leaving / f"{one}.mdg").unlink(missing_ok=True)


def _unreceived(batch_id: str) -> tuple[ColumnElement[bool], ...]:
    """Sealed files that left without a receipt yet, or wait to leave."""
    return sealed_out.c.about == batch_id, sealed_out.c.state.in_(["sealed", "left"])


def _void_what_never_went(work: ActWork, batch_id: str) -> None:
    """Numbers of parts that went to no printer are on no paper."""
    unsent = work.all(
        select(batch_part.c.part).where(
            batch_part.c.batch_id == batch_id,
            batch_part.c.sheets > 0,
            batch_part.c.sent_at == "",
        )
    )
    for row in unsent:
        leave_out(work, batch_id, [one.number for one in sheets_of(work, batch_id, row.part)])


def _note_sent(work: ActWork, said: PartSent) -> None:
    mine = (batch_part.c.batch_id == said.batch_id, batch_part.c.part == said.part)
    row = work.one(select(batch_part).where(*mine))
    if row.sent_at and not said.again:
        raise UserError(
            "printing.part_sent",
            f"第{said.part + 1}部は、すでに印刷に回しました。",
            "用紙が出ていないときは、理由を選んで、もう一度印刷に回してください。",
        )
    if stopped_numbers(sheets_of(work, said.batch_id, said.part)) != said.stopped:
        raise UserError(
            "printing.part_stopped",
            "印刷の用意をしているあいだに、発送止めになった方がいます。",
            "印刷していません。もう一度「印刷に回す」を押してください（その方の証は抜かれます）。",
        )
    if not row.sent_at:  # of a part that went before, the paper is there
        leave_out(work, said.batch_id, said.stopped)
    work.run(update(batch_part).where(*mine).values(sent_at=work.at.isoformat(), sent_how=PRINTER))


def _ends(work: ReadRows, row: Any) -> tuple[str, str]:
    """The first and the last number of a part."""
    item = batch_item.c
    mine = (item.batch_id == row.batch_id, item.part == row.part + 1)
    numbers = [
        work.scalar(select(item.number).where(*mine).order_by(order).limit(1))
        for order in (item.position.asc(), item.position.desc())
    ]
    return str(numbers[0] or ""), str(numbers[1] or "")
