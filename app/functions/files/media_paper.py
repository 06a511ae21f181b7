"""媒体管理簿 on paper (FORM-75): the uses of a period, with media registered and disposed of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from app.cases.list_paper import ListDesk, head_of, print_list
from app.functions.files.media_list import DIRECTIONS, LEDGER, STATES, WIPES, media_rows
from app.rules.calendar.wareki import Eras, on_paper, on_screen
from app.security.gate.gate import Subject
from app.wire.files import FILES
from db.tables.media import medium_use
from forms.lists import media_ledger
from forms.lists.media_ledger import MediaLedgerData

PRINT = "files.print_media_ledger"


@dataclass(frozen=True, slots=True)
class Period:
    """What is printed: its name on the screen, the first and the last day."""

    label: str
    first: date
    last: date


def periods(today: date) -> tuple[Period, ...]:
    """What may be chosen: this month, the last one, and the fiscal year (年度) until today."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    year = date(today.year if today.month >= 4 else today.year - 1, 4, 1)
    return (
        Period("今月", month, today),
        Period("先月", before.replace(day=1), before),
        Period("今年度", year, today),
    )


def print_ledger(desk: ListDesk, period: Period) -> str:
    """Print the ledger of a period; its number."""
    subject = Subject("list", "media")
    with desk.gate.view(LEDGER, desk.session, subject=subject) as work:
        media = media_rows(work)
        after = (period.last + timedelta(days=1)).isoformat()
        uses = work.all(
            select(medium_use)
            .where(medium_use.c.begun_at >= period.first.isoformat())
            .where(medium_use.c.begun_at < after)
            .order_by(medium_use.c.begun_at, medium_use.c.id)
        )
    eras = Eras(desk.drawing.tables["eras"])
    lines = sorted([*_of_uses(uses, media, eras), *_of_media(media.values(), period, eras)])
    owed = sum(row.wipe == "owed" for row in uses)
    head = head_of(desk, PRINT, "M", f"使用 {len(uses):,}件　消去待ち {owed:,}件")
    first, last = on_paper(period.first, eras), on_paper(period.last, eras)
    data = MediaLedgerData(
        **head, period=f"{first}から{last}まで", rows=tuple(cells for _, cells in lines)
    )
    return print_list(desk, PRINT, media_ledger.FORM.id, data)


_Line = tuple[str, tuple[str, ...]]
"""The moment (ISO), by which the lines are ordered, and the cells."""


def _of_uses(
    uses: Sequence[Row[Any]], media: Mapping[str, Row[Any]], eras: Eras
) -> Iterable[_Line]:
    for row in uses:
        wiped = f" {_moment(row.wiped_at, eras)}" if row.wiped_at else ""
        yield (
            row.begun_at,
            (
                _moment(row.begun_at, eras),
                media[row.medium_id].label,
                media[row.medium_id].serial,
                DIRECTIONS[row.direction],
                f"{FILES[row.file_id].title} {row.name}",
                f"{row.record_count:,}件" if row.record_count else "",
                STATES.get(row.state, "取りやめ"),
                "手で" if row.scan == "by_hand" else row.scan,
                row.approval_id,
                "・".join(filter(None, (row.used_by, row.confirmed_by))),
                WIPES[row.wipe] + wiped,
            ),
        )


def _of_media(media: Iterable[Row[Any]], period: Period, eras: Eras) -> Iterable[_Line]:
    for row in media:
        for at, what, who, how in (
            (row.registered_at, "登録", row.registered_by, ""),
            (row.disposed_at, "廃棄", row.disposed_by, row.disposed_how),
        ):
            if at and period.first.isoformat() <= at[:10] <= period.last.isoformat():
                cells = (_moment(at, eras), row.label, row.serial, what, row.model)
                yield at, (*cells, "", "済み", "", "", who, how)


def _moment(iso: str, eras: Eras) -> str:
    return f"{on_screen(date.fromisoformat(iso[:10]), eras)} {iso[11:16]}"
