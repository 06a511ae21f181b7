"""A ledger on paper: one record on its own sheet, or the list of those that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from app.cases.list_paper import ListDesk, head_of, print_list
from app.functions.records.ledgers.book import read_records
from app.functions.records.ledgers.declared import PRINT, Form, Item, Ledger
from app.functions.records.ledgers.record import Record, Written
from app.rules.calendar.wareki import Eras, on_screen
from app.security.gate.gate import Subject
from forms.lists.ledger_pages import LEDGER_LIST, MOST_SIGNS, LedgerListData, LedgerSheetData


def print_sheet(desk: ListDesk, ledger: Ledger, record: Record) -> str:
    """Print one record as it stands in the store now; the sheet's number."""
    with desk.gate.view(ledger.shows, desk.session, subject=Subject("ledger", record.id)) as work:
        (found,) = read_records(work, ledger, record=record.id)
        work.note(shown=sorted({one.person_id for one in found.entries if one.person_id}))
    eras = Eras(desk.drawing.tables["eras"])
    head = head_of(desk, PRINT, "K", f"記入 {len(found.entries)}件")
    rows = tuple(_cut(entry_rows(found, eras)))
    data = LedgerSheetData(**head, record=found.id, state=state_of(found, eras), rows=rows)
    return print_list(desk, PRINT, ledger.sheet, data)


def print_records(desk: ListDesk, ledger: Ledger, records: Sequence[Record], period: str) -> str:
    """Print the list of ``records``; ``period`` says which they are. The list's number."""
    eras = Eras(desk.drawing.tables["eras"])
    head = head_of(desk, PRINT, "L", f"{len(records):,}件")
    rows = tuple(_record_row(ledger, one, eras) for one in records)
    data = LedgerListData(**head, ledger=ledger.title, period=period, rows=rows)
    return print_list(desk, PRINT, LEDGER_LIST.id, data)


def shown(item: Item, value: str, eras: Eras) -> str:
    """What an item says, as it is read."""
    if item.form is Form.DAY and value:
        return on_screen(date.fromisoformat(value), eras)
    return item.word(value)


def cells_of(ledger: Ledger, record: Record, eras: Eras) -> tuple[str, ...]:
    """The columns of the ledger's list."""
    items = {item.name: item for item in ledger.items}
    values = record.values
    return tuple(shown(items[name], values.get(name, ""), eras) for name in ledger.columns)


def state_of(record: Record, eras: Eras) -> str:
    """Where a record is and until when its next step is due."""
    due = record.due_on
    return f"{record.state}（{on_screen(due, eras)}まで）" if due else record.state


def moment(iso: str, eras: Eras) -> str:
    """A moment as lists show it."""
    return f"{on_screen(date.fromisoformat(iso[:10]), eras)} {iso[11:16]}"


def who(entry: Written) -> str:
    """Who wrote an entry and who confirmed it."""
    return "・".join(filter(None, (entry.written_by, entry.confirmed_by)))


def entry_rows(record: Record, eras: Eras) -> Iterator[tuple[str, ...]]:
    """Everything written in a record, a row for each item, by step; a correction after what it
    corrects."""
    order = {step.code: at for at, step in enumerate(record.ledger.steps)}
    for entry in sorted(record.entries, key=lambda one: (order[one.step], one.line)):
        head = (_head(record.ledger, entry), moment(entry.at, eras), who(entry))
        for label, text in _said(record.ledger, entry, eras):
            yield head[0], label, text, head[1], head[2]
            head = ("", "", "")


def _head(ledger: Ledger, entry: Written) -> str:
    label = ledger.step(entry.step).label
    if entry.corrected_by:
        return f"{label}（訂正前）"
    return f"{label}（訂正）" if entry.corrects else label


def _said(ledger: Ledger, entry: Written, eras: Eras) -> Iterator[tuple[str, str]]:
    for item in ledger.step(entry.step).items:
        if entry.cells.get(item.name):
            yield item.label, shown(item, entry.cells[item.name], eras)
    if entry.why:
        yield "訂正の理由", entry.why


def _cut(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """A text that is too long for a line of the sheet goes on in the next."""
    for head, label, text, at, by in rows:
        for start in range(0, len(text), MOST_SIGNS):
            part = text[start : start + MOST_SIGNS]
            yield (head, label, part, at, by) if start == 0 else ("", "", part, "", "")


def _record_row(ledger: Ledger, record: Record, eras: Eras) -> tuple[str, ...]:
    said = "　".join(filter(None, cells_of(ledger, record, eras)))
    last = record.standing[-1]
    began = on_screen(date.fromisoformat(record.began[:10]), eras)
    text = said if len(said) <= 2 * MOST_SIGNS else f"{said[: 2 * MOST_SIGNS - 1]}…"
    return (record.id, began, text, state_of(record, eras), who(last))
