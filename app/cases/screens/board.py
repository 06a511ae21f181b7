"""今日の仕事: everything that waits for somebody, and the end of the day."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from app.cases import board, follow_ups
from app.cases.screens import going_on
from app.security.waiting import Waits
from app.ui.base.desk import Desk
from app.ui.base.keys import SEARCH
from app.ui.base.labels import PlainQuestion
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, clear
from app.ui.base.tables import list_table

_COLUMNS = ("締め", "もの", "状態", "氏名", "いつから", "期限", "次にすること")
_WIDTHS = (76, 166, 126, 166, 110, 70)
_NAME = 3
_HOLDS = "締めの前"


class BoardScreen(Page):
    """One line for each thing; Enter goes to its next step. ``after`` is the case that has just
    ended: the next one of the same sitting can begin from here, of the same person where she is
    ``known``."""

    def __init__(self, desk: Desk, after: str = "", known: bool = False) -> None:
        super().__init__("今日の仕事", "↑↓で選び、Enter で次にすることへ進みます。")
        self._desk = desk
        self._ended = QVBoxLayout()
        self.body.addLayout(self._ended)
        self.lines: tuple[Waits, ...] = ()
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.table = _table()
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.table.itemActivated.connect(lambda _item: self._open())
        self.table.currentCellChanged.connect(lambda *_cells: self._tell_why())
        self.body.addWidget(self.table, 1)
        self._why = QVBoxLayout()
        self.body.addLayout(self._why)
        self.action("検索", SEARCH, lambda: desk.go("persons.search"))
        self.action("読み直す", "F5", self.load)
        self.next_case_button = self.action(
            going_on.LABEL, "Alt+N", lambda: going_on.go_on(self, desk, after, known=known)
        )
        self.next_case_button.setVisible(bool(after))
        self.next_case_button.setEnabled(bool(after))
        if after:
            who = "同じ方" if known else "一緒に来た方"
            words = f"受付 {after} が終わりました。{who}の次の手続は Alt+N で続けられます。"
            self._ended.addWidget(box("ok", words))
        self.settle_button = self.action("済んだことにする", "Alt+S", self._ask_how)
        self.settle_button.setVisible(False)
        self.settle_button.setEnabled(False)
        self.close_button = self.action("日締め", "Alt+C", self._close_day)
        self._offer_close(offered=False)
        desk.watch(
            self,
            lambda: board.lines(desk.gate, desk.session, desk.catalog, background=True),
            self._show,
        )
        desk.background.troubled.connect(self._sum_up)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read everything again."""
        desk = self._desk

        def work() -> tuple[tuple[Waits, ...], bool]:
            may_close = board.CLOSE in desk.gate.permitted(desk.session)
            return board.lines(desk.gate, desk.session, desk.catalog), may_close

        desk.run(self, work, self._loaded)

    def _loaded(self, found: tuple[tuple[Waits, ...], bool]) -> None:
        lines, may_close = found
        self._offer_close(offered=may_close)
        self._show(lines)

    def _offer_close(self, *, offered: bool) -> None:
        self.close_button.setVisible(offered)
        self.close_button.setEnabled(offered)

    def _show(self, lines: tuple[Waits, ...]) -> None:
        chosen = self._chosen()
        self.lines = lines
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            follows = row > 0 and bool(line.sitting) and lines[row - 1].sitting == line.sitting
            for column, text in enumerate(_cells(line, follows=follows)):
                self.table.setItem(row, column, QTableWidgetItem(text))
        keys = [line.key for line in lines]
        if lines:
            self.table.selectRow(keys.index(chosen.key) if chosen and chosen.key in keys else 0)
        self._sum_up()
        self._tell_why()

    def _sum_up(self) -> None:
        held = sum(bool(line.holds_day) for line in self.lines)
        rest = len(self.lines) - held
        clear(self._summary)
        for trouble in self._desk.background.troubles:
            self._summary.addWidget(box("warn", f"端末が裏で行っていること：{trouble}"))
        if held:
            more = f"　ほかに {rest}件。" if rest else ""
            self._summary.addWidget(
                box("stop", f"締めの前に済ませるものが {held}件あります。{more}")
            )
        else:
            more = f"待っているものは {rest}件です。" if rest else "待っているものはありません。"
            self._summary.addWidget(box("ok", f"締めの前に済ませるものはありません。{more}"))

    def _tell_why(self) -> None:
        """The whole of what the chosen line says of its reasons."""
        clear(self._why)
        line = self._chosen()
        settles = line is not None and bool(line.settles)
        self.settle_button.setVisible(settles)
        self.settle_button.setEnabled(settles)
        if line is not None:
            said = [f"締めの前に：{'、'.join(line.holds_day)}"] if line.holds_day else []
            said += [f"わけ：{line.cause}"] if line.cause else []
            if said:
                self._why.addWidget(box("warn", "　".join(said)))

    def _chosen(self) -> Waits | None:
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _open(self) -> None:
        line = self._chosen()
        if line is not None and line.opens:
            self._desk.go(line.opens, **dict(line.given))

    def _ask_how(self) -> None:
        line = self._chosen()
        if line is None or not line.settles:
            return
        how = {label: code for code, label in follow_ups.HOW.items()}
        dialog = PlainQuestion(self)
        dialog.setWindowTitle(line.what)
        dialog.setLabelText("どのように済みましたか。")
        dialog.setComboBoxItems(list(how))
        dialog.setOkButtonText("記録する")
        dialog.setCancelButtonText("やめる")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda label: self._settle(line.settles, how[label]))
        dialog.open()

    def _settle(self, follow_up_id: str, how: str) -> None:
        desk = self._desk
        desk.run(
            self,
            lambda: follow_ups.settle(desk.gate, desk.session, follow_up_id, how),
            lambda _none: self.load(),
        )

    def _close_day(self) -> None:
        desk = self._desk
        day = desk.clock.now().date()

        def closed(_none: None) -> None:
            desk.say(f"{day.month}月{day.day}日の窓口を締めました。")
            self.load()

        desk.carry_out(
            self,
            lambda: board.prepare_close(desk.gate, desk.session, desk.catalog, day),
            lambda prepared, given: board.perform_close(desk.gate, prepared, given, desk.catalog),
            closed,
        )


def _table() -> QTableWidget:
    return list_table("今日の仕事", _COLUMNS, _WIDTHS)


def _cells(line: Waits, *, follows: bool) -> tuple[str, ...]:
    """``follows``: the line above is of the same sitting (同じ来庁)."""
    return (
        _HOLDS if line.holds_day else "",
        f"└ {line.what}" if follows else line.what,
        line.state,
        line.whose,
        _moment(line.since),
        _moment(line.due),
        line.next_step,
    )


def _moment(iso: str) -> str:
    """An ISO moment or day as 11/16 10:00 or 11/16."""
    return f"{iso[5:7]}/{iso[8:10]} {iso[11:16]}".rstrip() if iso else ""
