"""発送止め after the release: sheets of a released batch that must not be printed any more.

Whoever died, came under support measures, moved, or got no letter since is pulled from the batch
(``app.persons.stopping``); a paper may have become void besides. Such sheets are left out of what
goes to the printer or the contractor, and their numbers become void: no paper bears them. What was
printed before stands on paper, is named, and is taken out by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update

from app.core.errors import Bug
from app.functions.printing.batch import HELD
from app.security.gate.gate import ActWork
from db.tables.certificates import certificate
from db.tables.printing import batch_item, mail_item
from db.work import ReadRows
from forms.preview import count_pages
from forms.written import without_pages

VOID_CAUSE = "発送止め（印刷の前）"


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """A sheet as it stands in the file of its part; ``stopped`` says why it is not printed, in
    words, "" for one that is."""

    number: str
    stopped: str


def sheets_of(work: ReadRows, batch_id: str, part: int) -> tuple[BatchSheet, ...]:
    """The sheets of a part of a released batch, in the order of its file."""
    item, paper = batch_item.c, certificate.c
    rows = work.all(
        select(item.number, item.state, item.cause, paper.state.label("paper"))
        .outerjoin(certificate, paper.number == item.number)
        .where(item.batch_id == batch_id, item.part == part + 1)
        .order_by(item.position)
    )
    return tuple(BatchSheet(row.number, why_stopped(row)) for row in rows)


def stopped_by_part(work: ReadRows, batch_id: str) -> dict[int, int]:
    """How many sheets of each part (from 0) are stopped; parts without any are not named."""
    item, paper = batch_item.c, certificate.c
    rows = work.all(
        select(item.part, func.count().label("sheets"))
        .outerjoin(certificate, paper.number == item.number)
        .where(item.batch_id == batch_id, item.part > 0, is_stopped())
        .group_by(item.part)
    )
    return {row.part - 1: row.sheets for row in rows}


def is_stopped() -> ColumnElement[bool]:
    """Of ``batch_item`` with its certificate outer joined: a sheet that must not be printed."""
    standing = (batch_item.c.state == "built") & (
        func.coalesce(certificate.c.state, "") == "issued"
    )
    return ~standing


def why_stopped(row: Any) -> str:
    """Why in words, of a row with ``state``, ``cause`` and the certificate's state as ``paper``."""
    if row.state == "built" and row.paper == "issued":
        return ""
    return HELD[row.cause or "void"]


def stopped_numbers(sheets: Sequence[BatchSheet]) -> tuple[str, ...]:
    """The numbers that are not printed."""
    return tuple(one.number for one in sheets if one.stopped)


def without_stopped(pdf: bytes, sheets: Sequence[BatchSheet]) -> bytes:
    """The file of a part without the sheets that are stopped, the others as they were proved;
    b"" when none is left. Raises EnvironmentFault ``forms.other_make``."""
    stopped = {at for at, one in enumerate(sheets) if one.stopped}
    if not stopped:
        return pdf
    if len(stopped) == len(sheets):
        return b""
    pages, over = divmod(count_pages(pdf), len(sheets))
    if over:
        raise Bug(
            "printing.part_pages",
            f"部のページ数が、証{len(sheets)}枚の分ではありません。",
            "印刷していません。システム管理者に連絡してください。",
        )
    return without_pages(pdf, {at * pages + side for at in stopped for side in range(pages)})


def leave_out(work: ActWork, batch_id: str, numbers: Collection[str]) -> None:
    """These numbers of a batch are on no paper and never will be; their letters do not go."""
    if not numbers:
        return
    wanted = sorted(numbers)
    work.run(
        update(certificate)
        .where(certificate.c.number.in_(wanted), certificate.c.state == "issued")
        .values(state="void", cause=VOID_CAUSE, version=certificate.c.version + 1)
    )
    work.run(
        update(mail_item)
        .where(
            mail_item.c.certificate_number.in_(wanted),
            mail_item.c.state.in_(["waiting", "checked"]),
        )
        .values(state="stopped", version=mail_item.c.version + 1)
    )
    item = batch_item.c
    work.run(
        update(batch_item)
        .where(item.batch_id == batch_id, item.number.in_(wanted))
        .values(state="left_out", cause=case((item.cause == "", "void"), else_=item.cause))
    )
