"""確認リストの画面: each contradiction with its reason; one key records what was done, Alt+P prints
the notice for whoever sent it."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from app.cases import check_list, check_notice
from app.cases.check_notice import PrintedNotice
from app.cases.delivered import words_of
from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.ui.base.desk import Desk
from app.ui.base.pages import Page
from app.ui.base.tables import widen
from app.ui.base.theme import grown

_WIDTHS = (220, 400, 175, 150, 165)
"""In dots for the base letters; the numbers are read whole."""


class CheckListScreen(Page):
    """Open entries, oldest first."""

    def __init__(self, desk: Desk, list_id: str = "") -> None:
        super().__init__(
            "確認リスト", "広域連合・住民記録と食い違うものです。書類で確かめ、処理を記録します。"
        )
        self._desk = desk
        self._list_id = list_id
        self._found: check_list.DeliveredList | None = None
        self._lines: tuple[check_list.CheckLine, ...] = ()
        self.table = QTableWidget(0, 5)
        self.table.setAccessibleName("確認リスト")
        self.table.setHorizontalHeaderLabels(["原因", "内容", "宛名番号", "受付番号", "作成日時"])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(True)
        self.table.verticalHeader().setVisible(False)
        widen(self.table, _WIDTHS)
        rows = self.table.verticalHeader()  # as high as the words need at the width that is there
        rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.body.addWidget(self.table, 1)
        self.action("問題なし", "Alt+G", lambda: self._settle("ok"))
        self.action("通知した", "Alt+T", lambda: self._settle("notified"))
        self.action("再作成を依頼した", "Alt+R", lambda: self._settle("remake"))
        self.print_button = self.action("通知書を印刷する", "Alt+P", self._print)
        self.print_button.setVisible(False)  # absent, not greyed, without the right (SEC-30)
        desk.run(
            self,
            lambda: check_notice.PRINT in desk.gate.permitted(desk.session),
            self.print_button.setVisible,
        )
        if list_id:
            self._open()
        else:
            self.load()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is wrong gets what the numbers leave, and with large letters its own width."""
        super().resizeEvent(event)
        numbers = sum(self.table.columnWidth(at) for at in (0, 2, 3, 4))
        room = self.table.viewport().width() - numbers
        self.table.setColumnWidth(1, max(grown(_WIDTHS[1]), room))

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read the list again."""
        desk, list_id = self._desk, self._list_id
        desk.run(
            self,
            lambda: check_list.list_checks(desk.gate, desk.session, list_id=list_id),
            self._show,
        )

    def _open(self) -> None:
        """A delivered list says whose it is and until when; then its lines."""
        desk, list_id = self._desk, self._list_id

        def opened(found: check_list.DeliveredList) -> None:
            self._found = found
            self.title.setText(found.title)
            month, day = int(found.due_on[5:7]), int(found.due_on[8:10])
            words = words_of(found.kind)
            self.lead.setText(
                f"{words.who}期限は{month}月{day}日です。\n一件ずつ：{words.todo}。{words.harm}"
                "最後の一件を記録すると、このリストは終わります。"
            )
            self.lead.setWordWrap(True)
            self.load()

        desk.run(self, lambda: check_list.open_list(desk.gate, desk.session, list_id), opened)

    def _show(self, lines: tuple[check_list.CheckLine, ...]) -> None:
        self._lines = lines
        causes = self._desk.tables["check_causes"]
        today = self._desk.clock.now().date()
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            cells = (
                causes.label(line.cause, today),
                line.detail,
                line.atena_number,
                line.case_id,
                line.listed_at[:16].replace("T", " "),
            )
            for at, text in enumerate(cells):
                self.table.setItem(row, at, QTableWidgetItem(text))
        self.print_button.setEnabled(bool(lines) or self._found is not None)
        if lines:
            self.table.selectRow(0)
        else:
            self.lead.setText("確認が必要なものはありません。")

    def _settle(self, disposition: str) -> None:
        row = self.table.currentRow()
        if not 0 <= row < len(self._lines):
            return
        desk, line = self._desk, self._lines[row]
        desk.run(
            self,
            lambda: check_list.settle(desk.gate, desk.session, line, disposition),
            lambda _none: self.load(),
        )

    def _print(self) -> None:
        desk, found = self._desk, self._found
        drawing = Drawing(desk.tables, desk.press, desk.training)
        paper = ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)
        desk.run(
            self,
            lambda: check_notice.print_notice(paper, found),
            lambda printed: desk.say(_said(printed)),
        )


def _said(printed: PrintedNotice) -> str:
    said = (
        f"通知書 {printed.number}（{printed.lines}件）を印刷しました。送り元に渡し、一件ずつ"
        "処理を記録してください。"
    )
    if printed.left_out:
        said += f"取扱注意の方の{printed.left_out}件は載せていません。責任者に引き継いでください。"
    return said
