"""受付の一覧: what still needs somebody, with what to do next in each line."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from app.functions.eligibility import cases
from app.ui.base.desk import Desk
from app.ui.base.pages import Page

_STATES = {
    "draft": ("書きかけ", "Enter で続きを入れる"),
    "waiting": ("決定待ち", "Enter で状況を見る・受付票を渡す"),
    "decided": ("決定あり", "Enter で見比べて証を交付する"),
    "refused": ("却下", "Enter で理由を見る"),
    "issued": ("交付済み", "別の職員が Enter で二人目の確認をする"),
}


class CasesScreen(Page):
    """The day list; Enter opens the line."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("受付の一覧", "↑↓で選び、Enter で開きます。終わったものは表示されません。")
        self._desk = desk
        self._lines: tuple[cases.CaseLine, ...] = ()
        self.table = QTableWidget(0, 6)
        self.table.setAccessibleName("受付の一覧")
        self.table.setHorizontalHeaderLabels(
            ["状態", "氏名", "次にすること", "受付番号", "受付日時", "送れない理由"]
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().setVisible(False)
        self.table.horizontalHeader().setStretchLastSection(True)
        for at, width in enumerate((110, 180, 330, 150, 170)):
            self.table.setColumnWidth(at, width)
        self.table.itemActivated.connect(lambda _item: self._open())
        self.body.addWidget(self.table, 1)
        self.action("新しい届出", "F6", lambda: desk.go("eligibility.open_case"))
        self.action("読み直す", "F5", self.load)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read the list again."""
        desk = self._desk
        desk.operations.run(self, lambda: cases.list_cases(desk.gate, desk.session), self._show)

    def _show(self, lines: tuple[cases.CaseLine, ...]) -> None:
        self._lines = lines
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            state, todo = _STATES[line.state]
            opened = line.opened_at[:16].replace("T", " ")
            for at, text in enumerate(
                (state, line.name, todo, line.id, opened, line.waiting_cause)
            ):
                self.table.setItem(row, at, QTableWidgetItem(text))
        if lines:
            self.table.selectRow(0)
        self.lead.setText(
            "↑↓で選び、Enter で開きます。" if lines else "残っている受付はありません。"
        )

    def _open(self) -> None:
        row = self.table.currentRow()
        if not 0 <= row < len(self._lines):
            return
        line = self._lines[row]
        if line.state == "draft":
            self._desk.go("eligibility.open_case", case_id=line.id)
        elif line.state == "issued":
            self._desk.go("eligibility.second_look", case_id=line.id)
        else:
            self._desk.go("eligibility.show_decision", case_id=line.id)
