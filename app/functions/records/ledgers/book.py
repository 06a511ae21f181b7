"""Reading and writing the ledgers: one way for all of them.

An entry is signed over its content by whoever writes it, and by the second person where its step
has one; it is written once and corrected by another entry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Row, insert, select, true

from app.core.canon import canonical_json
from app.core.errors import UserError
from app.core.text import search_key
from app.functions.records.ledgers import LEDGERS
from app.functions.records.ledgers.declared import SHELF, Form, Item, Ledger, Step
from app.functions.records.ledgers.record import Record, Written, fold
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, Session, Subject
from db.tables.control import staff
from db.tables.records import ledger_entry
from db.work import ReadRows

_NEW = "new"
_MOST_COUNT = 10_000_000
_MOST_SAID = 24
"""Signs of an item that the sentence before a touch repeats; the screen behind it shows all."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is signed: of which ledger, record ("" for a new one) and step, which entry it
    corrects and why ("" for none), whom it is about, and the cells in the step's order."""

    ledger: str
    record: str
    step: str
    corrects: str
    why: str
    person: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry goes: the record ("" begins one), the step, and which entry it corrects
    ("" none) for which reason."""

    record: str
    step: str
    corrects: str = ""
    why: str = ""
    person: str = ""


def read_records(work: ReadRows, ledger: Ledger, *, record: str = "") -> tuple[Record, ...]:
    """The records of a ledger, the newest first, or the one of that id."""
    return _read(work, ledger, ledger_entry.c.record_id == record if record else true())


def records_about(work: ReadRows, ledger: Ledger, persons: Sequence[str]) -> tuple[Record, ...]:
    """The records of a ledger that are about these persons."""
    theirs = select(ledger_entry.c.record_id).where(ledger_entry.c.person_id.in_(persons))
    return _read(work, ledger, ledger_entry.c.record_id.in_(theirs))


def _read(work: ReadRows, ledger: Ledger, which: ColumnElement[bool]) -> tuple[Record, ...]:
    rows = work.all(select(ledger_entry).where(ledger_entry.c.ledger == ledger.id, which))
    corrected = {row.corrects: row.id for row in rows if row.corrects}
    return fold(ledger, [_written(row, corrected) for row in rows])


def show(gate: Gate, session: Session, ledger: Ledger) -> tuple[Record, ...]:
    """The records of a ledger, for whoever may see it."""
    subject = Subject("ledger", ledger.id)
    with gate.view(ledger.shows, session, subject=subject) as work:
        found = read_records(work, ledger)
        about = {entry.person_id for one in found for entry in one.entries if entry.person_id}
        work.note(shown=sorted(about))
        return found


def permitted(gate: Gate, session: Session) -> frozenset[str]:
    """What this person may do, for whoever opens the list of ledgers."""
    with gate.view(SHELF, session):
        pass
    return gate.permitted(session)


def search(records: Sequence[Record], words: str) -> tuple[Record, ...]:
    """Those in which every word stands, however it was written (kana, width, variants)."""
    keys = [search_key(word) for word in words.split()]
    return tuple(one for one in records if all(key in one.found_by for key in keys if key))


def check_cells(step: Step, typed: Mapping[str, str], today: date) -> tuple[tuple[str, str], ...]:
    """What is kept of what was typed (days as ISO text already), in the step's order.

    Raises UserError ``ledger.*`` with the item as its field.
    """
    kept = []
    for item in step.items:
        value = typed.get(item.name, "").strip()
        if not value:
            if item.required:
                raise _wrong(item, "empty", "が入っていません。", "入れてください。")
            continue
        _CHECKS[item.form](item, value, today)
        kept.append((item.name, value))
    _check_order(step, dict(kept))
    return tuple(kept)


def prepare_entry(
    gate: Gate, session: Session, ledger: Ledger, place: Place, typed: Mapping[str, str]
) -> PreparedAct:
    """An entry at its place. Raises UserError ``ledger.*``."""
    step = ledger.step(place.step)
    cells = check_cells(step, typed, gate.now().date())
    why = place.why.strip()
    if place.corrects and not why:
        raise UserError(
            "ledger.why",
            "訂正の理由が入っていません。",
            "何が誤っていたかを入れてください。前の記入は消えずに残ります。",
            field="why",
        )
    content = NewEntry(ledger.id, place.record, step.code, place.corrects, why, place.person, cells)
    return gate.prepare(
        ledger.writer(step),
        session,
        subject=Subject("ledger", place.record or _NEW),
        content=content,
        sentence=_sentence(ledger, step, place, cells),
    )


def perform_entry(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> str:
    """Write the entry; the record's id. Raises UserError ``ledger.gone``, ``ledger.not_next``,
    ``ledger.corrected`` where the record is not any more as it was seen, ``ledger.staff``."""
    with gate.act(prepared, approvals) as work:
        content: NewEntry = work.content
        ledger = LEDGERS[content.ledger]
        step = ledger.step(content.step)
        _check_place(work, ledger, step, content)
        _check_staff(work, step, content)
        second = [one.staff_id for one in approvals if one.staff_id != work.staff_id]
        return put_entry(work, content, second[0] if second else "")


def put_entry(work: ActWork, content: NewEntry, confirmed_by: str = "") -> str:
    """Write an entry within an act of its own or of something else; the record's id."""
    entry_id = work.new_id()
    record = content.record or entry_id
    work.run(
        insert(ledger_entry).values(
            id=entry_id,
            record_id=record,
            ledger=content.ledger,
            step=content.step,
            corrects=content.corrects,
            why=content.why,
            cells=canonical_json(dict(content.cells)),
            person_id=content.person,
            written_by=work.staff_id,
            confirmed_by=confirmed_by,
            at=work.at.isoformat(),
            line=work.line,
        )
    )
    return record


def _written(row: Row[tuple[object, ...]], corrected: Mapping[str, str]) -> Written:
    return Written(
        row.id,
        row.record_id,
        row.step,
        json.loads(row.cells),
        row.corrects,
        row.why,
        row.written_by,
        row.confirmed_by,
        row.at,
        row.line,
        row.person_id,
        corrected.get(row.id, ""),
    )


def _check_place(work: ActWork, ledger: Ledger, step: Step, content: NewEntry) -> None:
    """Whether the entry may stand there, by what stands now."""
    if step.by_program:
        raise _stale("program", ledger)
    if not content.record:
        if step != ledger.steps[0] or content.corrects:
            raise _stale("not_next", ledger)
        return
    found = read_records(work, ledger, record=content.record)
    if not found:
        raise _stale("gone", ledger)
    record = found[0]
    if content.corrects:
        standing = {one.id: one.step for one in record.standing}
        if standing.get(content.corrects) != step.code:
            raise _stale("corrected", ledger)
    elif step not in record.open_steps:
        raise _stale("not_next", ledger)


def _check_staff(work: ActWork, step: Step, content: NewEntry) -> None:
    cells = dict(content.cells)
    named = [item for item in step.items if item.form is Form.STAFF and item.name in cells]
    for item in named:
        value = cells[item.name]
        if work.first(select(staff.c.id).where(staff.c.id == value)) is None:
            raise UserError(
                "ledger.staff",
                f"職員番号「{value}」は登録されていません。",
                "職員の一覧で確かめて、入れ直してください。",
                field=item.name,
            )


_STALE = {
    "gone": "この{noun}はもうありません。",
    "not_next": "この{noun}の段階は、ほかの職員がもう書いたか、前の段階がまだです。",
    "program": "この段階は端末が書きます。手で書くことも、直すこともできません。",
    "corrected": "この記入は、ほかの職員がもう訂正しました。",
}


def _stale(code: str, ledger: Ledger) -> UserError:
    return UserError(
        f"ledger.{code}",
        _STALE[code].format(noun=ledger.noun),
        "一覧を読み直し（F5）、いまの内容を見てから書いてください。",
    )


def _sentence(ledger: Ledger, step: Step, place: Place, cells: Sequence[tuple[str, str]]) -> str:
    labels = {item.name: item for item in step.items}
    said = "、".join(
        f"{labels[name].label}「{_short(labels[name].word(value))}」" for name, value in cells
    )
    where = f"{ledger.noun} {place.record} " if place.record else f"新しい{ledger.noun}"
    what = f"を訂正します（理由：{place.why}）" if place.corrects else "を書きます"
    return f"{where}に「{step.label}」{what}。{said}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SAID else f"{text[: _MOST_SAID - 1]}…"


def _wrong(item: Item, code: str, what: str, remedy: str) -> UserError:
    return UserError(
        f"ledger.{code}", f"「{item.label}」{what}", f"{item.label}を{remedy}", field=item.name
    )


def _check_text(item: Item, value: str, _today: date) -> None:
    if len(value) > item.limit:
        raise _wrong(item, "long", f"が{item.limit}字を超えています。", "短くしてください。")


def _check_choice(item: Item, value: str, _today: date) -> None:
    if value not in dict(item.choices):
        raise _wrong(item, "choice", "は選択肢にありません。", "選び直してください。")


def _check_day(item: Item, value: str, today: date) -> None:
    try:
        day = date.fromisoformat(value)
    except ValueError as cause:
        raise _wrong(item, "day", "が日付ではありません。", "入れ直してください。") from cause
    if day > today and not item.ahead:
        raise _wrong(item, "future", "がきょうより後です。", "確かめてください。")


def _check_count(item: Item, value: str, _today: date) -> None:
    if not (value.isascii() and value.isdecimal()) or int(value) > _MOST_COUNT:
        raise _wrong(item, "count", "は人数・件数ではありません。", "半角の数字で入れてください。")


_CHECKS = {
    Form.TEXT: _check_text,
    Form.STAFF: _check_text,
    Form.KIND: _check_text,
    Form.CHOICE: _check_choice,
    Form.DAY: _check_day,
    Form.COUNT: _check_count,
}


def _check_order(step: Step, cells: Mapping[str, str]) -> None:
    """Two days named ``…_from`` and ``…_until`` stand in their order."""
    labels = {item.name: item for item in step.items}
    for name, first in cells.items():
        last = cells.get(name.removesuffix("_from") + "_until", "")
        if name.endswith("_from") and last and last < first:
            until = labels[name.removesuffix("_from") + "_until"]
            raise _wrong(
                until, "order", f"が{labels[name].label}より前です。", "確かめてください。"
            )
