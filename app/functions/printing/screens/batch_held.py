"""取り置き: the papers of a batch that are held back, by cause: each in a pile of its own."""

from __future__ import annotations

from app.functions.printing import batch_view
from app.functions.printing.batch_view import HeldLine
from app.ui.base.desk import Desk
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page
from app.ui.base.tables import choose, fill, list_table

_HEAD = ("理由", "氏名", "被保険者番号", "発行番号")
_WIDTHS = (230, 320, 170)
_NAME = 1


class HeldScreen(Page):
    """One line for each paper that is not printed."""

    def __init__(self, desk: Desk, batch_id: str) -> None:
        super().__init__(
            "一括印刷の取り置き", "この方たちの証は印刷されません。理由ごとに確かめます。"
        )
        self._desk = desk
        self.lines: tuple[HeldLine, ...] = ()
        self.table = list_table("取り置き", _HEAD, _WIDTHS)
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.body.addWidget(self.table, 1)
        self.action("戻る", "Esc", lambda: desk.go("printing.show_batch"))
        desk.run(self, lambda: batch_view.held_back(desk.gate, desk.session, batch_id), self._show)

    def first_focus(self) -> None:
        self.table.setFocus()

    def _show(self, lines: tuple[HeldLine, ...]) -> None:
        self.lines = lines
        fill(self.table, [(one.cause, one.name, one.insured_number, one.number) for one in lines])
        if lines:
            choose(self.table, [0])
        else:
            self.lead.setText("取り置かれた証はありません。")
