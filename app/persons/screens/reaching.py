"""75歳になる方 (年齢到達): one month's list; who calls is found by the day of birth."""

from __future__ import annotations

from datetime import date

from app.persons.reaching import Reaches, list_reaching, month_after
from app.rules.calendar.wareki import Eras, on_screen
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("75歳になる日", "氏名", "生年月日", "")
_WIDTHS = (170, 320, 200)
_NAME = 1


class ReachingScreen(Page):
    """The month is turned with ← and →; Enter opens the person."""

    def __init__(self, desk: Desk, month: str = "") -> None:
        super().__init__(
            "75歳になる方",
            "←→で月を替え、↑↓で選んで Enter。届出はいりません。問い合わせに答えます。",
        )
        self._desk = desk
        self._eras = Eras(desk.tables["eras"])
        today = desk.clock.now().date()
        self.month = date.fromisoformat(month) if month else month_after(today, 0)
        self.lines: tuple[Reaches, ...] = ()
        self.head = PlainLabel("")
        self.head.setObjectName("fieldLabel")
        self.body.addWidget(self.head)
        self.table = list_table("75歳になる方", _COLUMNS, _WIDTHS)
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.table.itemActivated.connect(lambda _item: self._open())
        self.body.addWidget(self.table, 1)
        self.action("前の月", "Left", lambda: self.turn(-1))
        self.action("次の月", "Right", lambda: self.turn(1))
        self.button = self.action("開く", "Return", self._open, primary=True)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def turn(self, months: int) -> None:
        """To another month."""
        self.month = month_after(self.month, months)
        self.load()

    def load(self) -> None:
        """Read the month."""
        desk, month = self._desk, self.month
        desk.run(
            self,
            lambda: list_reaching(desk.gate, desk.session, month, desk.tables),
            lambda lines: self._loaded(month, lines),
        )

    def _loaded(self, month: date, lines: tuple[Reaches, ...]) -> None:
        if month != self.month:
            return
        self.lines = lines
        counted = f"{len(lines)}人" if lines else "いません"
        self.head.setText(f"{month.year}年{month.month}月に75歳になる方　{counted}")
        fill(self.table, [self._cells(one) for one in lines])
        if lines:
            choose(self.table, [0])
        self.button.setEnabled(bool(lines))

    def _cells(self, one: Reaches) -> tuple[str, ...]:
        mark = "取扱注意" if one.care else ""
        return on_screen(one.day, self._eras), one.name, one.birth, mark

    def _open(self) -> None:
        at = self.table.currentRow()
        if 0 <= at < len(self.lines):
            self._desk.go("persons.open", person_id=self.lines[at].person_id)
