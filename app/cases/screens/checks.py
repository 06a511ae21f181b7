"""確認リストの画面: each contradiction with its reason; one key records what was done."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from app.cases import check_list
from app.ui.base.desk import Desk
from app.ui.base.pages import Page


class CheckListScreen(Page):
    """Open entries, oldest first."""

    def __init__(self, desk: Desk, list_id: str = "") -> None:
        super().__init__(
            "確認リスト", "広域連合・住民記録と食い違うものです。書類で確かめ、処理を記録します。"
        )
        self._desk = desk
        self._list_id = list_id
        self._lines: tuple[check_list.CheckLine, ...] = ()
        self.table = QTableWidget(0, 5)
        self.table.setAccessibleName("確認リスト")
        self.table.setHorizontalHeaderLabels(["原因", "内容", "宛名番号", "受付番号", "作成日時"])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(True)
        self.table.verticalHeader().setVisible(False)
        self.table.horizontalHeader().setStretchLastSection(True)
        for at, width in enumerate((260, 430, 150, 150)):
            self.table.setColumnWidth(at, width)
        self.body.addWidget(self.table, 1)
        self.action("問題なし", "F5", lambda: self._settle("ok"))
        self.action("通知した", "F6", lambda: self._settle("notified"))
        self.action("再作成を依頼した", "F7", lambda: self._settle("remake"))
        if list_id:
            self._open()
        else:
            self.load()

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
            self.title.setText(found.title)
            month, day = int(found.due_on[5:7]), int(found.due_on[8:10])
            self.lead.setText(
                f"期限 {month}月{day}日まで。一件ずつ書類で確かめ、処理を記録します。"
                "最後の一件で、このリストは終わります。"
            )
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
        self.table.resizeRowsToContents()
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
