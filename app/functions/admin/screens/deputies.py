"""職務代理の職員: who stands in, until when, and where naming one and ending it begin."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from app.functions.admin import deputies
from app.functions.admin.deputies import Deputy
from app.functions.admin.screens.parts import eras_of, span
from app.rules.calendar.days import BusinessCalendar
from app.ui.base.desk import Desk
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("職員番号", "氏名", "期間", "いまの状態", "理由")
_WIDTHS = (110, 220, 260, 260)
_NAME = 1
_ASK = "admin.request_grant"
_RIGHTS = "admin.list_grants"


class DeputiesScreen(Page):
    """One line for each right to stand in."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "職務代理の職員",
            "互いの管理の権限を扱った二人の間に立つ職員です。指定は、申請・承認・反映・確認の順に進みます。",
        )
        self._desk = desk
        self._eras = eras_of(desk.tables)
        self.lines: tuple[Deputy, ...] = ()
        self.told = QVBoxLayout()
        self.body.addLayout(self.told)
        self.table = list_table("職務代理の職員", _COLUMNS, _WIDTHS)
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.body.addWidget(self.table, 1)
        self.action("読み直す", "F5", self.load)
        self.end = self.action("権限を見る・取り消す", "Alt+G", self._see)
        self.name = self.action(
            "職務代理を指定", "Ctrl+Return", lambda: desk.go(_ASK, role="deputy"), primary=True
        )
        self.name.setVisible(False)
        self.name.setEnabled(False)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read everything again."""
        desk = self._desk
        calendar = BusinessCalendar.from_table(desk.tables["closed_days"])

        def work() -> tuple[tuple[Deputy, ...], bool]:
            may = _ASK in desk.gate.permitted(desk.session)
            found = deputies.list_deputies(desk.gate, desk.session, desk.catalog, calendar)
            return found, may

        desk.run(self, work, self._loaded)

    def _loaded(self, found: tuple[tuple[Deputy, ...], bool]) -> None:
        self.lines, may = found
        self.name.setVisible(may)
        self.name.setEnabled(may)
        self.end.setEnabled(bool(self.lines))
        clear(self.told)
        names = deputies.names_of(self.lines)
        if names:
            self.told.addWidget(box("ok", f"いまの職務代理：{names}"))
        else:
            self.told.addWidget(box("warn", "いま職務代理の職員はいません。"))
        fill(self.table, [self._cells(one) for one in self.lines])
        if self.lines:
            choose(self.table, [0])

    def _cells(self, one: Deputy) -> tuple[str, ...]:
        days = span(one.valid_from, one.valid_to, self._eras)
        return (one.staff_id, one.called, days, one.state, one.reason)

    def _see(self) -> None:
        row = self.table.currentRow()
        if 0 <= row < len(self.lines):
            self._desk.go(_RIGHTS, staff_id=self.lines[row].staff_id)
