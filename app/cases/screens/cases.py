"""受付の一覧: what still needs somebody, with what to do next in each line."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from app.cases import closing, drafts
from app.cases.state import CaseState
from app.ui.base.desk import Desk
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page

_STATES = {
    "draft": ("書きかけ", "Enter で続きを入れる"),
    "rejected": ("受け付けられず", "Enter で理由を見て、直して送り直す"),
    "waiting": ("決定待ち", "Enter で状況を見る・受付票を渡す"),
    "decided": ("決定あり", "Enter で見比べて証を交付する"),
    "refused": ("却下", "Enter で理由を見る"),
    "issued": ("交付済み", "別の職員が Enter で二人目の確認をする"),
}
_SHEET = "Enter で用紙を確かめる・刷り直す"
_LOOK = "別の職員が Enter で送信前の確認をする"
CLOSE_DAY = "eligibility.close_day"


class CasesScreen(Page):
    """The day list; Enter opens the line."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("受付の一覧", "↑↓で選び、Enter で開きます。終わったものは表示されません。")
        self._desk = desk
        self._lines: tuple[drafts.CaseLine, ...] = ()
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
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(1, self._names)
        self.table.itemActivated.connect(lambda _item: self._open())
        self.body.addWidget(self.table, 1)
        self.action("新しい届出", "F6", lambda: desk.go("eligibility.open_case"))
        self.action("読み直す", "F5", self.load)
        self.close_button = self.action("日締め", "F9", self._close_day)
        self.close_button.setVisible(False)
        self.close_button.setEnabled(False)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read the list again."""
        desk = self._desk

        def work() -> tuple[tuple[drafts.CaseLine, ...], frozenset[str]]:
            return drafts.list_cases(desk.gate, desk.session), desk.gate.permitted(desk.session)

        desk.run(self, work, self._show)

    def _show(self, found: tuple[tuple[drafts.CaseLine, ...], frozenset[str]]) -> None:
        self._lines, permitted = found
        lines = self._lines
        self.close_button.setVisible(CLOSE_DAY in permitted)
        self.close_button.setEnabled(CLOSE_DAY in permitted)
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            state, todo = _todo(line)
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
        mine = line.opened_by == self._desk.session.staff_id
        if line.state == "draft" and (mine or not line.second_look_open):
            self._desk.go("eligibility.open_case", case_id=line.id)
        elif line.state is CaseState.REJECTED:
            self._desk.go("eligibility.show_rejection", case_id=line.id)
        else:
            self._desk.go("eligibility.show_decision", case_id=line.id)

    def _close_day(self) -> None:
        desk = self._desk
        day = desk.clock.now().date()
        desk.carry_out(
            self,
            lambda: closing.prepare_close_day(desk.gate, desk.session, day),
            lambda draft, given: closing.perform_close_day(desk.gate, draft, given),
            lambda _none: desk.say("今日の窓口を締めました。"),
        )


def _todo(line: drafts.CaseLine) -> tuple[str, str]:
    """The state of a line and what to do next, in words."""
    state, todo = _STATES[line.state]
    if line.sheet_open:
        return state, _SHEET
    if line.state == "draft" and line.second_look_open:
        return state, _LOOK
    return state, todo
