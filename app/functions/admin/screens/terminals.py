"""端末: this one and the others that are known, with what somebody must see to."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from app.functions.admin import terminals
from app.functions.admin.screens.parts import eras_of, shown_day
from app.functions.admin.terminals import TerminalLine
from app.ui.base.desk import Desk
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = (
    "端末",
    "種類",
    "状態",
    "証明書の期限",
    "最後の知らせ",
    "受付中の届出",
    "電子媒体",
)
_WIDTHS = (170, 80, 260, 130, 140, 130)
_REMOVE = "admin.remove_terminal"


class TerminalsScreen(Page):
    """One line for each terminal; this one stands first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "端末の一覧",
            "ほかの端末は、知らせのあったものが並びます。追加は madoguchi enrol、"
            "登録の取消は広域連合の担当者が行います。",
        )
        self._desk = desk
        self._eras = eras_of(desk.tables)
        self.lines: tuple[TerminalLine, ...] = ()
        self.told = QVBoxLayout()
        self.body.addLayout(self.told)
        self.table = list_table("端末", _COLUMNS, _WIDTHS)
        self.body.addWidget(self.table, 1)
        self.action("読み直す", "F5", self.load)
        self.remove = self.action("この端末を廃止", "Alt+Q", lambda: desk.go(_REMOVE))
        self.remove.setVisible(False)
        self.remove.setEnabled(False)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read everything again."""
        desk = self._desk

        def work() -> tuple[tuple[TerminalLine, ...], bool]:
            may = _REMOVE in desk.gate.permitted(desk.session)
            return terminals.list_terminals(desk.gate, desk.session), may

        desk.run(self, work, self._loaded)

    def _loaded(self, found: tuple[tuple[TerminalLine, ...], bool]) -> None:
        self.lines, may = found
        self.remove.setVisible(may)
        self.remove.setEnabled(may)
        clear(self.told)
        for line in self.lines:
            if line.problem:
                self.told.addWidget(box("warn", line.problem))
        fill(self.table, [self._cells(one) for one in self.lines])
        choose(self.table, [0])

    def _cells(self, one: TerminalLine) -> tuple[str, ...]:
        return (
            f"{one.number}（この端末）" if one.here else one.number,
            one.profile,
            one.state,
            shown_day(one.valid_to, self._eras),
            shown_day(one.heard, self._eras),
            "" if one.here else f"{one.cases}件",
            one.media,
        )
