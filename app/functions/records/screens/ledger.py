"""A ledger: its records, searched and narrowed; what was written in the chosen one; its paper."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout

from app.cases.issuing import Drawing
from app.cases.kind import CaseKind
from app.cases.list_paper import ListDesk
from app.core.errors import UserError
from app.functions.records.ledgers import LEDGERS, book, paper
from app.functions.records.ledgers.declared import PRINT, SHELF, Form, Step
from app.functions.records.ledgers.record import Record, Written
from app.rules.calendar.wareki import Eras, on_screen
from app.ui.base.choice import choose as ask
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import choose, fill, list_table

_WIDTHS = {
    Form.DAY: 110,
    Form.COUNT: 100,
    Form.CHOICE: 200,
    Form.STAFF: 130,
    Form.TEXT: 280,
    Form.KIND: 240,
}
_NUMBER, _STATE = 140, 260
_ENTRY_COLUMNS = ("段階", "項目", "内容", "記入の日時", "記入・承認")
_ENTRY_WIDTHS = (200, 190, 450, 160)


class LedgerScreen(Page):
    """The records above, the newest first; below what was written in the chosen one."""

    def __init__(self, desk: Desk, ledger: str, record: str = "") -> None:
        self.ledger = LEDGERS[ledger]
        noun = self.ledger.noun
        super().__init__(
            self.ledger.title,
            f"ことばで探し、↑↓で選びます。{noun}を起こすのは Alt+N、"
            f"選んだ{noun}の次の段階は Ctrl+Enter。",
        )
        self._desk = desk
        self._eras = Eras(desk.tables["eras"])
        self._wanted = record
        self._permitted: frozenset[str] = frozenset()
        self.all: tuple[Record, ...] = ()
        self.records: tuple[Record, ...] = ()
        self._entries: tuple[Written, ...] = ()
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.words = TextField("words", "探す", note="ことばを空白で区切ります", limit=60)
        self.words.done.connect(self._narrow)
        self.body.addWidget(self.words)
        self._make_tables(desk)
        self._open_only = True
        self.action("戻る", "Esc", lambda: desk.go(SHELF))
        self.all_button = self.action("すべて見る", "Alt+A", self._toggle)
        self.new_button = self.action("起こす", "Alt+N", self._begin)
        self.case_button = self.action("受付を始める", "Alt+B", self._to_case)
        self.give_button = self.action("渡すものを作る", "Alt+G", self._give)
        self.next_button = self.action("次の段階", "Ctrl+Return", self._next, primary=True)
        self.correct_button = self.action("訂正", "Alt+E", self._correct)
        self.sheet_button = self.action("一件を印刷", "Alt+P", self._print_one)
        self.list_button = self.action("一覧を印刷", "Alt+L", self._print_all)
        for button in (self.new_button, self.next_button, self.correct_button, self.case_button):
            button.setVisible(False)
        for button in (self.sheet_button, self.list_button, self.give_button):
            button.setVisible(False)
        self.load()

    def _make_tables(self, desk: Desk) -> None:
        names = NameDelegate(NamePainter(desk.fonts))
        names.setParent(self)
        items = {item.name: item for item in self.ledger.items}
        columns = [items[name] for name in self.ledger.columns]
        heads = ("番号", "次にすること", *(item.label for item in columns))
        widths = (_NUMBER, _STATE, *(_WIDTHS[item.form] for item in columns[:-1]))
        self.table = list_table(self.ledger.title, heads, widths)
        self.table.setItemDelegate(names)
        self.table.currentCellChanged.connect(lambda *_cells: self._show_chosen())
        self.table.itemActivated.connect(lambda _item: self._next())
        self.body.addWidget(self.table, 3)
        self.entries = list_table(f"選んだ{self.ledger.noun}", _ENTRY_COLUMNS, _ENTRY_WIDTHS)
        self.entries.setItemDelegate(names)
        self.body.addWidget(self.entries, 4)

    def first_focus(self) -> None:
        (self.table if self.records else self.words).setFocus()

    def load(self) -> None:
        """Read the ledger again."""
        desk, ledger = self._desk, self.ledger

        def work() -> tuple[tuple[Record, ...], frozenset[str]]:
            found = book.show(desk.gate, desk.session, ledger)
            return found, desk.gate.permitted(desk.session)

        desk.run(self, work, lambda read: self._loaded(*read))

    def _loaded(self, records: tuple[Record, ...], permitted: frozenset[str]) -> None:
        self.all, self._permitted = records, permitted
        if any(one.id == self._wanted and one.closed for one in records):
            self._open_only = False  # what was just finished stays before the clerk's eyes
        self._narrow()

    def _toggle(self) -> None:
        self._open_only = not self._open_only
        self._narrow()

    def _narrow(self) -> None:
        words = self.words.value()
        found = book.search(self.all, words)
        # whoever searches looks through everything
        shown = tuple(one for one in found if words or not self._open_only or not one.closed)
        self.records = shown
        rows = [
            (
                one.id,
                paper.state_of(one, self._eras),
                *paper.cells_of(self.ledger, one, self._eras),
            )
            for one in shown
        ]
        fill(self.table, rows, bold=[self._late(one) for one in shown])
        at = next((at for at, one in enumerate(shown) if one.id == self._wanted), 0)
        if shown:
            choose(self.table, [at])
        self._tell(words)
        self._show_chosen()

    def _late(self, record: Record) -> bool:
        due = record.due_on
        return due is not None and due < self._desk.clock.now().date()

    def _tell(self, words: str) -> None:
        clear(self._summary)
        noun = self.ledger.noun
        open_ones = [one for one in self.all if not one.closed]
        late = sum(map(self._late, open_ones))
        said = f"{noun} {len(self.all):,}件。終わっていないもの {len(open_ones):,}件"
        kind = "warn" if late else "ok"
        said += f"（期限を過ぎたもの {late:,}件）。" if late else "。"
        if words:
            said = f"「{words}」のある{noun} {len(self.records):,}件（終わったものを含む）。"
        elif not self.records:
            said += "終わったものは Alt+A で見られます。" if self.all else "Alt+N で起こします。"
        self._summary.addWidget(box(kind, said))
        text = "すべて見る" if self._open_only else "途中だけ見る"
        self.all_button.setText(f"{text}  [Alt+A]")

    def _chosen(self) -> Record | None:
        row = self.table.currentRow()
        return self.records[row] if 0 <= row < len(self.records) else None

    def _show_chosen(self) -> None:
        record = self._chosen()
        rows = list(paper.entry_rows(record, self._eras)) if record else []
        fill(self.entries, rows)
        self.entries.resizeRowsToContents()
        by_itself = self.ledger.alone or not self.ledger.of_person
        may_begin = by_itself and self._may_write(self.ledger.steps[0])
        may_print = PRINT in self._permitted
        self.new_button.setVisible(may_begin)  # absent, not greyed (SEC-30)
        self.next_button.setVisible(bool(record and self._writable(record)))
        self.correct_button.setVisible(bool(record and self._correctable(record)))
        self.case_button.setVisible(bool(record and self._kind_of(record)))
        self.sheet_button.setVisible(bool(record and self.ledger.sheet) and may_print)
        self.list_button.setVisible(may_print)
        self.give_button.setVisible(bool(record) and self.ledger.gives in self._permitted)

    def _writable(self, record: Record) -> tuple[Step, ...]:
        return tuple(step for step in record.open_steps if self._may_write(step))

    def _may_write(self, step: Step) -> bool:
        return not step.by_program and self.ledger.writer(step) in self._permitted

    def _correctable(self, record: Record) -> tuple[Written, ...]:
        return tuple(one for one in record.standing if self._may_write(self.ledger.step(one.step)))

    # -- what is done ------------------------------------------------------------------------

    def _begin(self) -> None:
        first = self.ledger.steps[0]
        self._desk.go(self.ledger.writer(first), step=first.code)

    def _next(self) -> None:
        record = self._chosen()
        steps = self._writable(record) if record else ()
        if record is None or not steps:
            return
        self._which(
            "どの段階を書きますか。",
            [step.label for step in steps],
            lambda at: self._go(record, steps[at], None),
        )

    def _kind_of(self, record: Record) -> CaseKind | None:
        """Which case begins from the record: of the kind that it names, while it is open."""
        named = [item.name for item in self.ledger.items if item.form is Form.KIND]
        if not named or record.closed:
            return None
        label = record.values.get(named[0], "")
        ones = (kind for kind in self._desk.kinds.values() if kind.label == label)
        return next((kind for kind in ones if kind.opening in self._permitted), None)

    def _to_case(self) -> None:
        """Begin the case, filled as far as the record says; opening it ends the record."""
        record = self._chosen()
        kind = self._kind_of(record) if record is not None else None
        if record is None or kind is None:
            return
        person_id = record.entries[0].person_id
        if not kind.for_newcomer and not person_id:
            self._desk.door.show(
                self,
                UserError(
                    "ledger.nobody",
                    f"「{kind.label}」は、登録のある方の手続です。この{self.ledger.noun}には、"
                    "どの方か入っていません。",
                    f"検索で方を開き、「手続を始める」から手続を始めたうえで、この{self.ledger.noun}の"
                    "「次の段階」に受付番号を入れてください。",
                ),
            )
            return
        filled = {k: v for k, v in record.values.items() if k in kind.fields}
        known = {} if kind.for_newcomer else {"person_id": person_id}
        self._desk.go(kind.opening, prefill=filled, line=record.id, **known)

    def _give(self) -> None:
        """What a record orders to be given to somebody is made on a screen of its own."""
        record = self._chosen()
        if record is not None:
            self._desk.go(self.ledger.gives, record=record.id)

    def _correct(self) -> None:
        record = self._chosen()
        if record is None:
            return
        ones = self._correctable(record)
        labels = [
            f"{self.ledger.step(one.step).label}（{paper.moment(one.at, self._eras)}）"
            for one in ones
        ]
        if not ones:
            return
        self._which(
            "どの記入を訂正しますか。前の記入も残ります。",
            labels,
            lambda at: self._go(record, self.ledger.step(ones[at].step), ones[at]),
        )

    def _which(self, question: str, labels: list[str], then: Callable[[int], None]) -> None:
        if len(labels) == 1:
            then(0)
        else:
            ask(self, question, labels, then, ok="書く")

    def _go(self, record: Record, step: Step, corrected: Written | None) -> None:
        self._desk.go(self.ledger.writer(step), step=step.code, record=record, corrected=corrected)

    def _paper(self) -> ListDesk:
        desk = self._desk
        drawing = Drawing(desk.tables, desk.press, desk.training)
        return ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)

    def _print_one(self) -> None:
        record = self._chosen()
        if record is not None:
            self._print(lambda: paper.print_sheet(self._paper(), self.ledger, record))

    def _print_all(self) -> None:
        records, words = self.records, self.words.value()
        today = on_screen(self._desk.clock.now().date(), self._eras)
        which = f"「{words}」のあるもの" if words else "終わったものを含む"
        if not words and self._open_only:
            which = "終わっていないもの"
        period = f"{which}（{today} 現在）"
        self._print(lambda: paper.print_records(self._paper(), self.ledger, records, period))

    def _print(self, work: Callable[[], str]) -> None:
        self._desk.run(self, work, lambda number: self._desk.say(f"{number} を印刷しました。"))
