"""The packet for a person who asked for her own data (開示, FORM-89): her data, her papers, and who
looked at them, in words; restricted parts are out, and it says which.

It is printed, because it is handed over or posted like every other answer, and leaves no file.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import cbor2

from app.cases import print_log
from app.cases.list_paper import ListDesk, head_of
from app.core.errors import UserError
from app.core.tables import Tables
from app.functions.records.disclosure.declared import HELD_BACK, OTHERS, SHOWN, TECHNICAL, Shown
from app.functions.records.ledgers import LEDGERS
from app.functions.records.ledgers.book import read_records
from app.functions.records.ledgers.outside import DISCLOSURES
from app.functions.records.ledgers.record import Record
from app.functions.records.words import EVENTS
from app.persons.facts import KINDS
from app.rules.calendar.wareki import Eras, on_screen
from app.security.acts.approval import Approval
from app.security.gate.gate import PreparedAct, Subject, ViewWork, WithDocument
from app.security.journal.journal import Journal
from app.security.refusals import refusal
from app.wire import bodies
from app.wire.layout import Kind, columns
from db.erasing import GOES, by_keys
from forms.lists.disclosure import FORM, MOST_SIGNS, DisclosedData
from forms.press import Rendered

SHOW, PRINT = "records.show_disclosed", "records.print_disclosed"
ACCESSES = "accesses"
_ACCESS_TITLE = "利用の記録"
READS = (*GOES, "person", "fact", "ledger_entry", "print_line")
_OF = {**GOES, "person": "id IN :keys", "fact": "person_id IN :keys"}
_OF["ledger_entry"] = "person_id IN :keys"
_SEEN = {"view": "見た", "begun": "扱った", "refused": "拒否された"}
_FLAGS = {"0": "いいえ", "1": "はい"}
Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What is disclosed of one request: the name, the rows, and what is held back."""

    record: str
    person_id: str
    name: str
    rows: tuple[Row, ...]


def sections() -> tuple[tuple[str, str], ...]:
    """What may be held back by the decision, as it is asked on the page: key and title."""
    return (*((key, one.title) for key, one in SHOWN.items()), (ACCESSES, _ACCESS_TITLE))


def read(desk: ListDesk, journal: Journal, record_id: str, held_back: Collection[str]) -> Disclosed:
    """Everything that is disclosed. ``held_back`` are keys of ``sections``. Raises UserError
    ``disclosure.not_decided`` while nobody has decided to disclose."""
    gate = desk.gate
    subject = Subject("person", _person_of(desk, record_id))
    with gate.view(SHOW, desk.session, subject=subject) as work:
        work.note(shown=(subject.key,))
        _decided(work, record_id)
        eras = Eras(desk.drawing.tables["eras"])
        words = _Words(desk.drawing.tables, work.at.date())
        rows: list[Row] = []
        keys = {"keys": [subject.key]}
        for table, shown in SHOWN.items():
            found = work.all(by_keys(f"SELECT * FROM {table} WHERE {_OF[table]}"), keys)
            if table in held_back:
                rows += [(shown.title, "伏せたもの", "決定により載せません", "")] if found else []
                continue
            for row in found:
                rows += words.of(shown, row._asdict())
        (name,) = (
            row.name for row in work.all(by_keys("SELECT name FROM person WHERE id IN :keys"), keys)
        )
        cases = work.all(by_keys("SELECT id FROM case_file WHERE person_id IN :keys"), keys)
        ids = (subject.key, *(one.id for one in cases))
    if ACCESSES in held_back:
        rows.append((_ACCESS_TITLE, "伏せたもの", "決定により載せません", ""))
    else:
        rows += _accesses(desk, journal, ids, eras)
    rows += [("載せていないもの", reason, "", "") for reason in dict.fromkeys(HELD_BACK.values())]
    return Disclosed(record_id, subject.key, name, tuple(_cut(rows)))


def render(desk: ListDesk, found: Disclosed) -> tuple[str, Rendered]:
    """The paper and its number, proved."""
    head = head_of(desk, PRINT, "D", f"{len(found.rows):,}行")
    data = DisclosedData(**head, person=found.name, record=found.record, rows=found.rows)
    press, now = desk.drawing.press, desk.gate.now()
    rendered = press.render(FORM.id, data, training=desk.drawing.training, now=now)
    press.prove(rendered, data, picture=False)
    return head["list_number"], rendered


def prepare(desk: ListDesk, found: Disclosed, number: str, rendered: Rendered) -> PreparedAct:
    """What is touched for: the paper's digest."""
    return desk.gate.prepare(
        PRINT,
        desk.session,
        subject=Subject("person", found.person_id),
        content=WithDocument(found.record, rendered.digest),
        sentence=f"{found.name} 様に開示する情報（{len(found.rows):,}行）を印刷します。{number}",
    )


def perform(
    desk: ListDesk,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    number: str,
    rendered: Rendered,
) -> str:
    """Note and spool it; its number. Raises ``disclosure.not_decided`` where the decision was
    corrected meanwhile."""
    with desk.gate.act(prepared, approvals) as work:
        _decided(work, work.content)
        printed = print_log.Print(
            FORM.id,
            ("person", prepared.subject.key),
            number,
            print_log.LISTED,
            rendered.digest.hex(),
        )
        print_log.note_print(work, printed)
    desk.printer.spool(rendered.pdf, number)
    return number


def _person_of(desk: ListDesk, record_id: str) -> str:
    with desk.gate.view(SHOW, desk.session, subject=Subject("ledger", record_id)) as work:
        return _decided(work, record_id).entries[0].person_id


def _decided(work: ViewWork | Any, record_id: str) -> Record:
    found = read_records(work, DISCLOSURES, record=record_id)
    values = found[0].values if found else {}
    if found and "asked_what" not in values:  # hidden: support measures, and nobody opened her
        raise refusal("support.closed")
    if values.get("asked_what") != "disclosure" or values.get("decided") not in ("all", "part"):
        raise UserError(
            "disclosure.not_decided",
            "この請求は、開示すると決まっていません。",
            "台帳「開示・訂正・利用停止の請求」で決定を書いてから、もう一度行ってください。",
        )
    return found[0]


class _Words:
    """Rows of the store in the words of the counter."""

    def __init__(self, tables: Tables, today: date) -> None:
        self._tables = tables
        self._today = today
        self._eras = Eras(tables["eras"])
        self._items = _items()

    def of(self, shown: Shown, row: Mapping[str, Any]) -> Iterator[Row]:
        """What one row says, an item a line."""
        when = self.word(str(row[shown.when])) if shown.when else ""
        for column, label in shown.columns.items():
            value = row[column]
            if value not in ("", None):
                known = shown.words.get(column, {}).get(str(value), str(value))
                yield (shown.title, label, self.word(known, shown.codes.get(column, "")), when)
        if shown.document:
            for label, text in self._document(str(row[shown.document] or "")):
                yield (shown.title, label, text, when)

    def _document(self, text: str) -> Iterator[tuple[str, str]]:
        try:
            found = json.loads(text) if text else {}
        except ValueError:
            return
        for name, value in _flat(found):
            item = self._items.get(name)
            if item is not None:
                yield item[0], self.word(item[2].get(value, value), item[1])

    def word(self, value: str, codes: str = "") -> str:
        """A code in words, a day or a moment in the counter's form, anything else as it is."""
        if codes and codes in self._tables:
            return self._tables[codes].label(value, self._today)
        try:
            day = date.fromisoformat(value[:10])
        except ValueError:
            return value
        return f"{on_screen(day, self._eras)} {value[11:16]}".strip()


def _flat(found: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _flat(value, key)
    elif isinstance(found, list):
        for one in found:
            yield from _flat(one, name)
    elif found not in (None, ""):
        yield name, str(found)


def _items() -> dict[str, tuple[str, str, Mapping[str, str]]]:
    """What every item of an entry, a decision, a fact and a ledger is called, with its code table
    ("" for none) or its words; items of other persons are not among them."""
    found: dict[str, tuple[str, str, Mapping[str, str]]] = {}
    for ledger in LEDGERS.values():
        found |= {item.name: (item.label, "", dict(item.choices)) for item in ledger.items}
    for kind in KINDS.values():
        found |= {name: (label, "", {}) for name, label in kind.items.items()}
    for layouts in (*bodies.NOTIFICATIONS.values(), *bodies.DECISIONS.values()):
        for layout in layouts:
            for one in columns(layout.record):
                words = _FLAGS if one.kind is Kind.FLAG else {}
                found[one.name] = (one.label.strip("　"), one.codes, words)
    kept = found.keys() - TECHNICAL
    return {
        name: item for name, item in found.items() if name in kept and not name.startswith(OTHERS)
    }


def _accesses(desk: ListDesk, journal: Journal, ids: Sequence[str], eras: Eras) -> Iterator[Row]:
    """Who looked at it and when, in words: the function and why, not the name of the member of
    staff, for whom the municipality answers."""
    catalog = desk.gate.catalog
    purposes = desk.drawing.tables["purposes"]
    today = desk.gate.now().date()
    asked = " OR ".join("instr(body, ?)" for _ in ids)
    sql = f"SELECT body FROM line WHERE {asked} ORDER BY number"
    for (body,) in journal.file.each(sql, [one.encode() for one in ids]):
        (_, at, _, _, state, function, _, _, _, key, purpose, *rest) = cbor2.loads(body)
        shown = rest[5]
        if state not in _SEEN or not ({key, *shown} & set(ids)):
            continue
        known = catalog.get(function)
        label = known.label if known is not None else EVENTS.get(function, function)
        why = f"（{purposes.label(purpose, today)}）" if purpose else ""
        moment = f"{on_screen(date.fromisoformat(at[:10]), eras)} {at[11:16]}"
        yield (_ACCESS_TITLE, _SEEN[state], f"{label}{why}", moment)


def _cut(rows: Sequence[Row]) -> Iterator[Row]:
    """A text that is too long for a line goes on in the next."""
    for title, label, text, when in rows:
        for start in range(0, max(len(text), 1), MOST_SIGNS):
            part = text[start : start + MOST_SIGNS]
            yield (title, label, part, when) if start == 0 else ("", "", part, "")
