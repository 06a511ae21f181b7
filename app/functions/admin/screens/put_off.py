"""二人目を待つ手続き: what waits for a supervisor, in the words that its operator signed."""

from __future__ import annotations

from app.functions.admin import put_off
from app.functions.admin.put_off import Waiting
from app.functions.admin.screens.parts import eras_of, shown_day
from app.ui.base.desk import Desk
from app.ui.base.names import NamePainter
from app.ui.base.pages import Page, box, card, clear, named_box
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("手続き", "始めた職員", "始めた日", "この日まで", "状態")
_WIDTHS = (260, 230, 130, 130)


class PutOffScreen(Page):
    """One line for each; the chosen one's words stand beneath, large enough to be read aloud."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "二人目待ち",
            "↑↓で手続きを選び、下の文を読んで、正しければ Ctrl+Enter。あなたのキーに触れます。",
        )
        self._desk = desk
        self._eras = eras_of(desk.tables)
        self._painter = NamePainter(desk.fonts)
        self.lines: tuple[Waiting, ...] = ()
        self.table = list_table("二人目を待つ手続き", _COLUMNS, _WIDTHS)
        self.table.currentCellChanged.connect(lambda *_cells: self._tell_more())
        self.body.addWidget(self.table, 1)
        frame, self._more = card()
        self.body.addWidget(frame)
        self.action("読み直す", "F5", self.load)
        self.take_back = self.action("取り下げる", "Alt+W", self._withdraw)
        self.button = self.action("承認する", "Ctrl+Return", self._second, primary=True)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read what waits."""
        desk = self._desk
        desk.run(
            self,
            lambda: put_off.list_waiting(desk.gate, desk.session, desk.catalog),
            self._loaded,
        )

    def _loaded(self, lines: tuple[Waiting, ...]) -> None:
        at = max(self.table.currentRow(), 0)
        self.lines = lines
        fill(self.table, [self._cells(one) for one in lines])
        if lines:
            choose(self.table, [min(at, len(lines) - 1)])
        self._tell_more()

    def _cells(self, one: Waiting) -> tuple[str, ...]:
        return (
            one.label,
            f"{one.by}　{one.by_name}",
            shown_day(one.put_off_at, self._eras),
            shown_day(one.valid_until, self._eras),
            "期限切れ（行われません）" if one.over else "責任者の承認を待っています",
        )

    @property
    def chosen(self) -> Waiting | None:
        """The act whose line is chosen."""
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _tell_more(self) -> None:
        clear(self._more)
        one = self.chosen
        self.button.setEnabled(one is not None and not one.not_mine and not one.over)
        mine = one is not None and one.by == self._desk.session.staff_id
        self.take_back.setVisible(mine)
        self.take_back.setEnabled(mine)
        if one is None:
            self._more.addWidget(box("ok", "待っている手続きはありません。"))
            return
        self._more.addWidget(named_box("warn", one.sentence, self._painter))
        if one.over:
            self._more.addWidget(
                box("stop", "5営業日を過ぎました。必要なら、はじめからやり直してください。")
            )
        elif one.not_mine:
            self._more.addWidget(box("ok", one.not_mine))

    def _second(self) -> None:
        one, desk = self.chosen, self._desk
        if one is None or not self.button.isEnabled():
            return
        self.button.setEnabled(False)
        access = desk.door_of_staff.terminal.access

        def done(_none: None) -> None:
            desk.say(f"「{one.label}」を承認し、行いました。")
            self.load()

        desk.walk(
            self,
            put_off.second(desk.gate, desk.session, access, one.id),
            done,
            ended=self._tell_more,
        )

    def _withdraw(self) -> None:
        one, desk = self.chosen, self._desk
        if one is None or not self.take_back.isEnabled():
            return

        def done(_none: None) -> None:
            desk.say(f"「{one.label}」を取り下げました。")
            self.load()

        desk.run(self, lambda: put_off.withdraw(desk.gate, desk.session, one.id), done)
