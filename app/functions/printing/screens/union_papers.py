"""広域連合の帳票: the list by kind and day, and one paper page by page."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.core.errors import UserError
from app.core.text import search_key
from app.functions.printing.union_papers import (
    LIST,
    PRINT,
    SHOW,
    OpenPaper,
    UnionPaper,
    list_papers,
    open_paper,
    print_paper,
)
from app.rules.calendar.wareki import Eras, on_screen
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.form_parts import clear_errors, show_at_field
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, box, clear, scrolled
from app.ui.base.preview import PaperPreview
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("種類", "帳票", "作成日", "処理の期限", "枚数", "届いた日")
_WIDTHS = (170, 420, 130, 130, 80)


class UnionPapersScreen(Page):
    """Every paper, the newest first; words narrow the list."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "広域連合の帳票", "種類や名前のことばで絞り、↑↓で選んで Enter で開きます。"
        )
        self._desk = desk
        self._eras = Eras(desk.tables["eras"])
        self._all: tuple[UnionPaper, ...] = ()
        self.papers: tuple[UnionPaper, ...] = ()
        self._place = QVBoxLayout()
        self.body.addLayout(self._place)
        self.words = TextField("words", "絞る", note="種類・帳票名", limit=60)
        self.words.done.connect(self._narrow)
        self.body.addWidget(self.words)
        self.table = list_table("広域連合の帳票", _COLUMNS, _WIDTHS)
        self.table.itemActivated.connect(lambda _item: self._open())
        self.body.addWidget(self.table, 1)
        self.action("戻る", "Esc", desk.home)
        self.action("開く", "Ctrl+Return", self._open, primary=True)
        desk.run(self, lambda: list_papers(desk.gate, desk.session), self._loaded)

    def first_focus(self) -> None:
        (self.table if self.papers else self.words).setFocus()

    def _loaded(self, papers: tuple[UnionPaper, ...]) -> None:
        self._all = papers
        self._narrow()

    def _kind(self, paper: UnionPaper) -> str:
        today = self._desk.clock.now().date()
        return self._desk.tables["document_kinds"].label(paper.kind, today)

    def _narrow(self) -> None:
        key = search_key(self.words.value())
        self.papers = tuple(
            one for one in self._all if key in search_key(f"{self._kind(one)}{one.title}")
        )
        rows = [
            (
                self._kind(one),
                one.title,
                self._day(one.made_on),
                self._day(one.due_on),
                f"{one.pages}枚",
                self._day(one.arrived_at[:10]),
            )
            for one in self.papers
        ]
        fill(self.table, rows)
        if rows:
            choose(self.table, [0])
        clear(self._place)
        said = f"帳票 {len(self._all):,}件。"
        if self.words.value():
            said += f"「{self.words.value()}」のあるもの {len(rows):,}件。"
        self._place.addWidget(box("ok", said))

    def _day(self, text: str) -> str:
        return on_screen(date.fromisoformat(text), self._eras) if text else ""

    def _open(self) -> None:
        row = self.table.currentRow()
        if 0 <= row < len(self.papers):
            self._desk.go(SHOW, paper_id=self.papers[row].id)


class UnionPaperScreen(Page):
    """One paper: its page as it will be printed, words to look for, pages to print."""

    def __init__(self, desk: Desk, paper_id: str) -> None:
        super().__init__(
            "広域連合の帳票",
            "Alt+N と Alt+B でページをめくります。ことばを入れて Enter で次のページを探します。",
        )
        self._desk = desk
        self._paper_id = paper_id
        self.about = Subject("paper", paper_id)
        self.opened: OpenPaper | None = None
        self.page = 0
        self.said = PlainLabel("")
        self.said.setObjectName("fieldLabel")
        self.body.addWidget(self.said)
        self.words = TextField("words", "探す", note="帳票の中のことば", limit=60)
        self.words.done.connect(self._find)
        self.first = TextField("first", "印刷する始めのページ", limit=6)
        self.last = TextField("last", "終わりのページ", limit=6)
        self.fields = (self.words, self.first, self.last)
        row = QHBoxLayout()
        for field in self.fields:
            row.addWidget(field, 1)
        self.body.addLayout(row)
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("一覧へ戻る", "Esc", lambda: desk.go(LIST))
        self.action("前のページ", "Alt+B", lambda: self._turn(-1))
        self.action("次のページ", "Alt+N", lambda: self._turn(1))
        self.print_button = self.action("ページを印刷", "Alt+P", self._print)
        self.print_button.setVisible(False)
        self.print_button.setEnabled(False)
        desk.run(
            self,
            lambda: (
                open_paper(desk.gate, desk.session, paper_id),
                desk.gate.permitted(desk.session),
            ),
            lambda read: self._loaded(*read),
        )

    def first_focus(self) -> None:
        self.words.setFocus()

    def _loaded(self, opened: OpenPaper, permitted: frozenset[str]) -> None:
        self.opened = opened
        may = PRINT in permitted and bool(opened.pdf)
        self.print_button.setVisible(may)
        self.print_button.setEnabled(may)
        self.first.setVisible(may)
        self.last.setVisible(may)
        self.first.set_value("1")
        self.last.set_value(str(len(opened.texts)))
        self._show()

    def _turn(self, by: int) -> None:
        if self.opened is not None and 0 <= self.page + by < len(self.opened.texts):
            self.page += by
            self._show()

    def _show(self) -> None:
        opened = self.opened
        assert opened is not None
        clear(self._place)
        count = len(opened.texts)
        self.said.setText(f"{opened.paper.title}　{self.page + 1} / {count} ページ")
        if self.page in opened.hidden:
            said = "このページには、支援措置の対象の方の名前があるため、表示も印刷もできません。"
            self._place.addWidget(box("stop", said))
            self._place.addStretch(1)
        elif opened.pdf:
            self._place.addWidget(PaperPreview(opened.pdf, self.page), 1)
        else:
            self._place.addWidget(scrolled(PlainLabel(opened.texts[self.page])), 1)

    def _find(self) -> None:
        """The next page on which the words stand, round from the last to the first."""
        opened = self.opened
        if opened is None or not self.words.value():
            return
        self.words.set_error("")
        found = opened.found(self.words.value())
        if not found:
            self.words.set_error("このことばのあるページはありません。")
            return
        self.page = next((at for at in found if at > self.page), found[0])
        self._show()
        self._desk.say(f"{len(found)}ページにあります。")

    def _print(self) -> None:
        desk, clean = self._desk, self.fields
        clear_errors(clean)
        try:
            pages = (_number(self.first), _number(self.last))
        except UserError as wrong:
            show_at_field(clean, wrong)
            return
        desk.run(
            self,
            lambda: print_paper(desk.gate, desk.session, self._paper_id, pages, desk.printer),
            lambda number: desk.say(f"{number} を印刷しました。"),
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        if not show_at_field(self.fields, error):
            self._desk.door.show(self, error)


def _number(field: TextField) -> int:
    if not field.value().isdecimal():
        raise UserError(
            "papers.range",
            f"{field.label}が数字ではありません。",
            "ページの番号を入れてください。",
            field=field.name,
        )
    return int(field.value())
