"""What every print leaves behind: its line of the print log, the letter to be posted, the sheet
taken from the stock, the hand-over (FORM-74; DOMAIN 5.3, 7.3).

Each is written inside the act that prints or confirms, so that no sheet is without its line.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from app.security.gate.gate import ActWork
from db.tables.printing import hand_over, mail_item, print_line, stock_move

PRINT_WRITES = ("print_line",)
SETTLE_WRITES = ("stock_move", "hand_over", "mail_item")

FIRST, REPRINT, TEST, LISTED, BATCH = "first", "reprint", "test", "list", "batch"
SCREEN = "screen"

SIMPLE_REGISTERED = "simple_registered"
"""簡易書留: how a certificate goes by post unless somebody chooses another way."""


@dataclass(frozen=True, slots=True)
class Print:
    """One print: of which form, on whom or what (our ids), under which number, why, its digest
    (hex), and whether the sheet shows an individual number (none of the forms does)."""

    form_id: str
    subject: tuple[str, str]
    number: str
    reason: str
    digest: str
    copies: int = 1
    my_number: bool = False


def note_print(work: ActWork, printed: Print) -> None:
    """Write the line of the print log."""
    kind, subject_id = printed.subject
    work.run(
        insert(print_line).values(
            id=work.new_id(),
            at=work.at.isoformat(),
            staff_id=work.staff_id,
            form_id=printed.form_id,
            subject_kind=kind,
            subject_id=subject_id,
            number=printed.number,
            reason=printed.reason,
            copies=printed.copies,
            my_number=int(printed.my_number),
            digest=printed.digest,
        )
    )


def begin_letter(work: ActWork, number: str, person_id: str, method: str) -> None:
    """A certificate that goes by post waits for its envelope; one letter for one number."""
    if work.first(select(mail_item.c.id).where(mail_item.c.certificate_number == number)):
        return
    work.run(
        insert(mail_item).values(
            id=work.new_id(),
            certificate_number=number,
            person_id=person_id,
            method=method,
            state="waiting",
            prepared_by=work.staff_id,
            prepared_at=work.at.isoformat(),
        )
    )


def take_sheet(work: ActWork, stock: str, number: str, cause: str, sheets: int = 1) -> None:
    """So many sheets less of a stock that is counted ("" for plain paper, which is not)."""
    if stock and sheets:
        work.run(
            insert(stock_move).values(
                id=work.new_id(),
                stock=stock,
                change=-sheets,
                cause=cause,
                reference=number,
                at=work.at.isoformat(),
                staff_id=work.staff_id,
            )
        )


def hand_over_at_counter(work: ActWork, number: str) -> None:
    """The confirmed paper goes into the hand of whoever stands here."""
    if work.first(select(hand_over.c.id).where(hand_over.c.certificate_number == number)) is None:
        work.run(
            insert(hand_over).values(
                id=work.new_id(),
                certificate_number=number,
                how="counter",
                at=work.at.isoformat(),
                staff_id=work.staff_id,
            )
        )
