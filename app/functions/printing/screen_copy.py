"""画面の写し: the open screen on paper, individual numbers covered (SEC-55).

The picture comes from the program's own window, never from the system. The journal says who
printed which screen for what purpose, the print log has its line, and both say whose data stood on
it: the gate keeps back what is of a restricted person (支援措置).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.cases import print_log
from app.cases.issuing import Drawing
from app.functions.printing.lists import Place
from app.rules.calendar.wareki import Eras, on_paper
from app.security.gate.gate import Gate, Session, Subject, WithDocument
from forms.lists.screen_copy import FORM, ScreenCopyData
from forms.spool import Printer

PRINT = "printing.print_screen"


@dataclass(frozen=True, slots=True)
class ScreenPicture:
    """The screen of a function as PNG, as it stood; every secret is ＊ in it. ``about`` is whose
    data it shows, the screen itself where it is nobody's."""

    function_id: str
    png: bytes
    about: Subject


def print_screen(
    gate: Gate,
    session: Session,
    picture: ScreenPicture,
    purpose: str,
    place: Place,
    way: tuple[Drawing, Printer],
) -> str:
    """Print it, for a purpose of the table ``purposes``; the copy's number. Raises ``Refusal`` as
    every act, and what press and printer raise."""
    drawing, printer = way
    now = gate.now()
    shown = gate.catalog.get(picture.function_id)
    number = f"{gate.terminal}-G{now:%Y%m%d-%H%M%S}"
    labels = drawing.tables["purposes"]
    data = ScreenCopyData(
        copy_number=number,
        screen=shown.label if shown is not None else "画面",
        purpose=labels.label(purpose, now.date()) if labels.has(purpose) else "",
        staff=f"{session.staff_id}　{session.staff_name}",
        terminal=f"{gate.terminal}　{place.name}",
        printed_at=f"{on_paper(now.date(), Eras(drawing.tables['eras']))}　{now:%H時%M分}",
        picture=picture.png,
    )
    rendered = drawing.press.render(FORM.id, data, training=drawing.training, now=now)
    drawing.press.prove(rendered, data)
    prepared = gate.prepare(
        PRINT,
        session,
        subject=picture.about,
        purpose=purpose,
        content=WithDocument(None, rendered.digest),
    )
    with gate.act(prepared) as work:
        subject = (picture.about.kind, picture.about.key)
        digest = rendered.digest.hex()
        printed = print_log.Print(FORM.id, subject, number, print_log.SCREEN, digest)
        print_log.note_print(work, printed)
    printer.spool(rendered.pdf, number)
    return number
