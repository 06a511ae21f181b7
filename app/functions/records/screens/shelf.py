"""台帳: the ledgers that this person may see, what each is for; Enter opens one."""

from __future__ import annotations

from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.ledgers.declared import Ledger
from app.ui.base.desk import Desk
from app.ui.base.pages import Page
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("台帳", "何を残すか")
_WIDTHS = (260,)


class ShelfScreen(Page):
    """One line for each ledger."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("台帳", "↑↓で選び、Enter で開きます。")
        self._desk = desk
        self.ledgers: tuple[Ledger, ...] = ()
        self.table = list_table("台帳", _COLUMNS, _WIDTHS)
        self.table.itemActivated.connect(lambda _item: self._open())
        self.body.addWidget(self.table, 1)
        self.action("戻る", "Esc", desk.home)
        self.action("開く", "Return", self._open, primary=True)
        desk.run(self, lambda: book.permitted(desk.gate, desk.session), self._show)

    def first_focus(self) -> None:
        self.table.setFocus()

    def _show(self, permitted: frozenset[str]) -> None:
        self.ledgers = tuple(one for one in LEDGERS.values() if one.shows in permitted)
        fill(self.table, [(one.title, one.help) for one in self.ledgers])
        if self.ledgers:
            choose(self.table, [0])

    def _open(self) -> None:
        row = self.table.currentRow()
        if 0 <= row < len(self.ledgers):
            self._desk.go(self.ledgers[row].shows)
