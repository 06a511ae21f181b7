"""送信の確認: what waits to be sent, and for whom; Enter confirms the chosen one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QInputDialog,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from app.functions.files import sendings
from app.functions.files.samples import Sample
from app.functions.files.screens.samples import SamplesView
from app.functions.files.sendings import SendingLine
from app.sync.states import Outgoing
from app.ui.base.desk import Desk
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import widen

_HEAD = ("ファイル", "業務日・版", "件数", "前回との差", "用意した職員", "確認した職員", "状態")
_NUMBERS = ("件数", "前回との差")
_WIDTHS = (230, 190, 90, 100, 120, 150)
_STATES = {
    Outgoing.CONFIRMED: "送信待ち",
    Outgoing.SENDING: "送信中",
    Outgoing.SENT: "受領待ち",
}


class SendingsScreen(Page):
    """One line for each sending; the union's receipt takes it from the list."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "送信の確認",
            "↑↓で選び、件数・前回との差・抜き取りを見て、正しければ Enter で確認します。",
        )
        self._desk = desk
        self.lines: tuple[SendingLine, ...] = ()
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.table = QTableWidget(0, len(_HEAD))
        self.table.setAccessibleName("送信の一覧")
        self.table.setHorizontalHeaderLabels(list(_HEAD))
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(len(_HEAD) - 1, QHeaderView.ResizeMode.Stretch)
        widen(self.table, _WIDTHS)
        self.table.itemActivated.connect(lambda _item: self._confirm())
        self.table.currentCellChanged.connect(lambda *_cells: self._tell_why())
        self.body.addWidget(self.table, 1)
        self._why = QVBoxLayout()
        self.body.addLayout(self._why)
        self.samples = SamplesView()
        self.body.addWidget(self.samples, 2)
        self.action("戻る", "Esc", desk.home)
        self.action("読み直す", "F5", self.load)
        self.withdraw = self.action("取り下げる", "Alt+W", self._withdraw)
        self.confirm = self.action("確認する", "Ctrl+Return", self._confirm, primary=True)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read the list again."""
        desk = self._desk
        desk.run(self, lambda: sendings.lines(desk.gate, desk.session), self._show)

    def _show(self, lines: tuple[SendingLine, ...]) -> None:
        self.lines = lines
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for at, text in enumerate(_cells(line)):
                item = QTableWidgetItem(text)
                if _HEAD[at] in _NUMBERS:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(row, at, item)
        if lines:
            self.table.selectRow(0)
        clear(self._summary)
        kind, text = _told(lines, self._desk.session.staff_id)
        self._summary.addWidget(box(kind, text))
        self._tell_why()

    def _chosen(self) -> SendingLine | None:
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _tell_why(self) -> None:
        clear(self._why)
        line = self._chosen()
        mine = line is not None and self._desk.session.staff_id in line.confirmed_by
        self.confirm.setEnabled(line is not None and line.missing > 0 and not mine)
        self.withdraw.setEnabled(
            line is not None and line.state in (Outgoing.PREPARED, Outgoing.CONFIRMED)
        )
        if mine and line is not None and line.missing:
            self._why.addWidget(box("warn", "あなたは確認済みです。別の職員の確認を待っています。"))
        elif line is not None and line.cause:
            self._why.addWidget(box("warn", line.cause))
        self._tell_samples(line)

    def _tell_samples(self, line: SendingLine | None) -> None:
        """What is in it, to whoever may have to confirm it."""
        desk = self._desk
        if line is None or line.state is not Outgoing.PREPARED:
            self.samples.show_none()
            return

        def shown(drawn: tuple[Sample, ...]) -> None:
            if self._chosen() is line:
                self.samples.show_records(line.count, drawn)

        desk.run(
            self,
            lambda: sendings.drawn(desk.gate, desk.session, line.id, desk.tables),
            shown,
        )

    def _confirm(self) -> None:
        line, desk = self._chosen(), self._desk
        if line is None or desk.operations.busy or not self.confirm.isEnabled():
            return
        desk.carry_out(
            self,
            lambda: sendings.prepare_confirm(desk.gate, desk.session, line.id),
            lambda prepared, given: sendings.perform_confirm(desk.gate, prepared, given),
            lambda goes: self._done(
                "確認しました。端末が送信します。"
                if goes
                else "確認しました。もう一人の確認で送信されます。"
            ),
        )

    def _done(self, text: str) -> None:
        self._desk.say(text)
        self.load()

    def _withdraw(self) -> None:
        line, desk = self._chosen(), self._desk
        if line is None or desk.operations.busy or not self.withdraw.isEnabled():
            return
        reason, given_one = QInputDialog.getText(self, "送信の取下げ", "取り下げる理由")
        if not given_one:
            return
        desk.carry_out(
            self,
            lambda: sendings.prepare_withdraw(desk.gate, desk.session, line.id, reason),
            lambda prepared, given: sendings.perform_withdraw(desk.gate, prepared, given),
            lambda _none: self._done("送信を取り下げました。"),
        )


def _cells(line: SendingLine) -> tuple[str, ...]:
    difference = "（初めて）" if line.difference is None else f"{line.difference:+,}"
    day = f"{line.business_on} 第{line.edition}版" if line.business_on else ""
    return (
        f"{line.title}（{line.file_id}）",
        day,
        f"{line.count:,}",
        difference,
        line.prepared_by,
        "、".join(line.confirmed_by),
        _state(line),
    )


def _state(line: SendingLine) -> str:
    if line.state is Outgoing.PREPARED:
        return f"確認待ち（あと {line.missing} 人）"
    next_try = f"（次は {line.next_try_at[11:16]}）" if line.next_try_at else ""
    return _STATES[line.state] + next_try


def _told(lines: tuple[SendingLine, ...], staff_id: str) -> tuple[str, str]:
    mine = sum(line.missing > 0 and staff_id not in line.confirmed_by for line in lines)
    if mine:
        return "warn", f"あなたの確認を待っている送信が {mine}件あります。"
    if lines:
        return "ok", f"受領が確かめられていない送信が {len(lines)}件あります。"
    return "ok", "確認を待っている送信はありません。"
