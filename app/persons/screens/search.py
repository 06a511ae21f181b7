"""One search box, the people found, and no way to pick one by a number alone."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
)

from app.core.text import search_key
from app.persons.find import Results, search
from app.persons.screens.purpose import ask_purpose
from app.persons.show import PersonLine
from app.ui.base.desk import Desk
from app.ui.base.keys import SEARCH
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameDelegate, NamePainter, TextBlock
from app.ui.base.pages import Page
from app.ui.base.tables import as_list, give_room, widen
from app.ui.base.theme import grown

_SETTLE_MS = 90
_COLUMNS = (
    "氏名",
    "状態",
    "フリガナ",
    "生年月日",
    "年齢",
    "性別",
    "住所",
    "被保険者番号",
    "宛名番号",
)
_WIDTHS = (144, 112, 146, 90, 50, 50, 198, 118, 136)
_ADDRESS = 6
_NAME_COLUMNS = frozenset({0, _ADDRESS})


class SearchBox(QLineEdit):
    """Down and Enter lead into the list."""

    def __init__(self, table: QTableWidget) -> None:
        super().__init__()
        self._table = table
        self.setObjectName("searchBox")
        self.setAccessibleName("検索")
        self.setPlaceholderText("氏名・カナ・生年月日・番号・電話番号")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._table.rowCount():
                self._table.setFocus()
                self._table.selectRow(max(self._table.currentRow(), 0))
            return
        super().keyPressEvent(event)


class SearchScreen(Page):
    """検索: type, see, choose. Nobody found leads on to the notification. ``after`` is the case
    before in the same sitting: who is opened came along with its visitor."""

    def __init__(self, desk: Desk, text: str = "", after: str = "") -> None:
        super().__init__(
            "検索",
            "三文字ほど入れると候補が出ます。↓で選び、氏名・生年月日・住所を確かめて Enter。",
        )
        self._desk = desk
        self._after = {"after": after} if after else {}
        self._results: Results | None = None
        self._number = 0
        painter = NamePainter(desk.fonts)
        self.table = QTableWidget(0, len(_COLUMNS))
        self._build_table(painter)
        self.box = SearchBox(self.table)
        self.body.addWidget(self.box)
        self.understood = PlainLabel("")
        self.understood.setObjectName("understood")
        self.body.addWidget(self.understood)
        self.body.addWidget(self.table, 1)
        self.nobody = PlainLabel("")
        self.nobody.setObjectName("warnBox")
        self.nobody.setWordWrap(True)
        self.nobody.setVisible(False)
        self.body.addWidget(self.nobody)
        self.confirm = TextBlock(painter, "")
        self.confirm.setObjectName("warnBox")
        self.confirm.setVisible(False)
        self.body.addWidget(self.confirm)
        self.action("検索", SEARCH, self.first_focus)
        self.action(desk.begins_what, "Alt+B", self._start_notification)
        self.number_button = self.action("個人番号で探す", "Alt+I", self._ask_purpose)
        self.number_button.setVisible(False)
        self.number_button.setEnabled(False)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._search)
        self.box.textChanged.connect(self._typed)
        self.table.itemActivated.connect(lambda _item: self._choose())
        self._awaiting: str | None = None
        if text:
            self.box.setText(text)

    def first_focus(self) -> None:
        self.box.setFocus()
        self.box.selectAll()

    def _build_table(self, painter: NamePainter) -> None:
        table = self.table
        as_list(table, "検索結果")
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        widen(table, _WIDTHS)
        self._delegate = NameDelegate(painter)
        for column in _NAME_COLUMNS:
            table.setItemDelegateForColumn(column, self._delegate)

    def _typed(self, text: str) -> None:
        self._awaiting = None
        self.confirm.setVisible(False)
        if text.strip():
            self._settle.start()
        else:
            self._settle.stop()
            self._show(None)

    def _search(self, purpose: str = "") -> None:
        self._number += 1
        asked, text = self._number, self.box.text()
        desk = self._desk
        today = desk.clock.now().date()
        desk.run(
            self,
            lambda: search(desk.gate, desk.session, text, desk.tables, today, purpose=purpose),
            lambda found: self._show(found) if asked == self._number else None,
        )

    def _ask_purpose(self) -> None:
        """An individual number is searched for a purpose only (SEC-95)."""
        ask_purpose(self, self._desk, "個人番号による検索", self._search)

    def _show(self, results: Results | None) -> None:
        self._results = results
        lines = results.lines if results else ()
        asks = bool(results and results.needs_purpose)
        self.number_button.setVisible(asks)
        self.number_button.setEnabled(asks)
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate(_cells(line)):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self._give_room()
        if lines:
            self.table.selectRow(0)
        self.understood.setText(results.understood if results else "")
        more = bool(results and results.more)
        if more:
            self.understood.setText(
                f"{self.understood.text()}　　50件を超えました。続けて入れて絞ってください。"
            )
        nobody = bool(results and results.searched and not lines)
        self.nobody.setText(
            "⚠ この条件の方はいません。別の書き方（カナ、生年月日）でも確かめてください。"
            f"初めての方なら、Alt+B（{self._desk.begins_what}）で始めます。"
        )
        self.nobody.setVisible(nobody)

    def _give_room(self) -> None:
        """An address is never cut."""
        lines = self._results.lines if self._results else ()
        longest = max((self._delegate.width_of(line.address) for line in lines), default=0)
        give_room(self.table, _ADDRESS, max(longest, grown(_WIDTHS[_ADDRESS])))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()

    def _choose(self) -> None:
        row = self.table.currentRow()
        if self._results is None or not 0 <= row < len(self._results.lines):
            return
        line = self._results.lines[row]
        asked = self._to_ask(line)
        if asked and self._awaiting != line.person_id:
            # The second Enter says that it was compared with the person at the counter.
            self._awaiting = line.person_id
            self.confirm.set_text(asked)
            self.confirm.setVisible(True)
            return
        self._desk.go(
            "persons.open",
            person_id=line.person_id,
            by_number=self._results.by_number,
            confirmed=self._results.by_number and self._awaiting == line.person_id,
            **self._after,
        )

    def _to_ask(self, line: PersonLine) -> str:
        """What must be asked before this line is opened: a number alone chooses nobody (SEC-06),
        nor do name and birth date where another line has the same ones (SEC-07)."""
        assert self._results is not None
        if self._results.by_number:
            return (
                f"⚠ 番号で見つかりました。{line.name} 様、{line.birth}生まれ — "
                "氏名と生年月日を窓口の方に確かめてから、もう一度 Enter を押してください。"
            )
        others = sum(_is_namesake(line, other) for other in self._results.lines)
        if not others:
            return ""
        where = f"（{line.address}）" if line.address else ""
        return (
            f"⚠ 氏名と生年月日が同じ方が、ほかに{others}人います。住所{where}を窓口の方に"
            "言ってもらい、この方なら、もう一度 Enter を押してください。"
        )

    def _start_notification(self) -> None:
        self._desk.begin(self, prefill=self._results.prefill if self._results else {})


def _is_namesake(line: PersonLine, other: PersonLine) -> bool:
    """Somebody else with the same birth date and the same name or kana."""
    if other.person_id == line.person_id or other.birth != line.birth:
        return False
    same_kana = bool(line.kana) and search_key(other.kana) == search_key(line.kana)
    return same_kana or search_key(other.name) == search_key(line.name)


def _cells(line: PersonLine) -> tuple[str, ...]:
    return (
        line.name,
        line.state,
        f"通称 {line.alias}　{line.kana}".rstrip() if line.alias else line.kana,
        line.birth,
        line.age,
        line.sex,
        line.address,
        line.insured_number,
        line.atena_number,
    )
