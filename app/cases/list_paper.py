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
    press = desk.drawing.press
    rendered = press.render(form_id, data, training=desk.drawing.training, now=desk.gate.now())
    press.prove(rendered, data)
    prepared = desk.gate.prepare(
        function_id,
        desk.session,
        subject=Subject("list", number),
        content=WithDocument(None, rendered.digest),
    )
    with desk.gate.act(prepared) as work:
        if still is not None:
            still(work)
        subject, digest = ("list", number), rendered.digest.hex()
        print_log.note_print(
            work, print_log.Print(form_id, subject, number, print_log.LISTED, digest)
        )
    desk.printer.spool(rendered.pdf, number)
    return number
