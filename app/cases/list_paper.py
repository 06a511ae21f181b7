"""A list on paper: its head with that of the journal, drawn, proved, noted in the log, spooled.

A list names what stands in the store and settles nothing; its number says terminal and moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.cases import print_log
from app.cases.issuing import Drawing
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import ActWork, Gate, Session, Subject, WithDocument
from forms.items import FormData
from forms.spool import Printer


@dataclass(frozen=True, slots=True)
class ListDesk:
    """Who prints, with what, and what the desk is called."""

    gate: Gate
    session: Session
    drawing: Drawing
    printer: Printer
    place: str


def head_of(desk: ListDesk, function_id: str, letter: str, counted: str) -> dict[str, str]:
    """What the head of every list says; ``letter`` tells the lists of one moment apart. The head
    of the journal is that before the printing."""
    # An act that is never performed: it says which terminal this is and the journal's head.
    start = desk.gate.prepare(function_id, desk.session, subject=Subject("list", letter))
    now = desk.gate.now()
    eras = Eras(desk.drawing.tables["eras"])
    return {
        "list_number": f"{start.terminal}-{letter}{now:%Y%m%d-%H%M%S}",
        "terminal": f"{start.terminal}　{desk.place}",
        "counted": counted,
        "journal_head": f"{start.head.number} {start.head.hash.hex()}",
        "printed_at": f"{on_paper(now.date(), eras)}　{now:%H時%M分}",
    }


def print_list(
    desk: ListDesk,
    function_id: str,
    form_id: str,
    data: FormData,
    *,
    still: Callable[[ActWork], None] | None = None,
) -> str:
    """Print it; the list's number. ``still`` is asked within the act and raises when what was
    read for the list may not be printed any more. Raises what it, the proof and the printer
    raise."""
    number: str = data.list_number  # type: ignore[attr-defined]  # every list has one
    put_on_paper(
        desk.gate,
        desk.session,
        ListPrint(function_id, form_id, data, number),
        (desk.drawing, desk.printer),
        still=still,
    )
    return number


@dataclass(frozen=True, slots=True)
class ListPrint:
    """What goes on paper: by which function, which form with which data, under which number, and
    why (``print_log``)."""

    function_id: str
    form_id: str
    data: FormData
    number: str
    reason: str = print_log.LISTED


def put_on_paper(
    gate: Gate,
    session: Session,
    what: ListPrint,
    way: tuple[Drawing, Printer],
    *,
    still: Callable[[ActWork], None] | None = None,
) -> None:
    """The way of every list to paper: drawn, proved, its line in the print log within the act, then
    spooled. Raises as ``print_list``."""
    drawing, printer = way
    rendered = drawing.press.render(
        what.form_id, what.data, training=drawing.training, now=gate.now()
    )
    drawing.press.prove(rendered, what.data)
    prepared = gate.prepare(
        what.function_id,
        session,
        subject=Subject("list", what.number),
        content=WithDocument(None, rendered.digest),
    )
    with gate.act(prepared) as work:
        if still is not None:
            still(work)
        subject, digest = ("list", what.number), rendered.digest.hex()
        printed = print_log.Print(what.form_id, subject, what.number, what.reason, digest)
        print_log.note_print(work, printed)
    printer.spool(rendered.pdf, what.number)
