"""用紙の在庫: sheets by year and colour; received or counted anew."""

from __future__ import annotations

from app.core.errors import UserError
from app.functions.printing import stock
from app.functions.printing.stock import Stock
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.pages import Page, card
from app.ui.base.tables import fill, list_table

_COLUMNS = ("年度・色", "残り", "使用", "印刷不良")
_WIDTHS = (420, 140, 140)


class StockScreen(Page):
    """One line for each counted paper."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "用紙の在庫", "↑↓で用紙を選び、枚数を入れて、受け入れたか数え直したかを選びます。"
        )
        self._desk = desk
        self.stocks: tuple[Stock, ...] = ()
        self.table = list_table("用紙", _COLUMNS, _WIDTHS)
        self.body.addWidget(self.table, 1)
        frame, layout = card()
        self.sheets = TextField("sheets", "枚数", limit=7)
        layout.addWidget(self.sheets)
        self.body.addWidget(frame)
        self.action("受け入れた", "Alt+A", lambda: self._move(stock.RECEIVED))
        self.action("数え直した", "Alt+C", lambda: self._move(stock.COUNTED))
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read the list again."""
        desk = self._desk
        union = desk.office.municipality_code[:2]
        desk.run(
            self,
            lambda: stock.stocks(desk.gate, desk.session, desk.tables, union),
            self._show,
        )

    def _show(self, stocks: tuple[Stock, ...]) -> None:
        row = max(self.table.currentRow(), 0)
        self.stocks = stocks
        fill(
            self.table,
            [
                (one.words, f"{one.left:,}枚", f"{one.used:,}枚", f"{one.spoilt:,}枚")
                for one in stocks
            ],
            bold=[one.left < 0 for one in stocks],
        )
        if stocks:
            self.table.selectRow(min(row, len(stocks) - 1))

    def _move(self, cause: str) -> None:
        row, desk = self.table.currentRow(), self._desk
        if not 0 <= row < len(self.stocks) or desk.operations.busy:
            return
        chosen, text = self.stocks[row], self.sheets.value()
        if not (text.isascii() and text.isdecimal()):
            self.sheets.set_error("枚数を半角の数字で入れてください。")
            self.sheets.setFocus()
            return
        self.sheets.set_error("")

        def moved(_none: None) -> None:
            self.sheets.set_value("")
            desk.say(f"{chosen.words} の枚数を記録しました。")
            self.load()

        desk.run(
            self,
            lambda: stock.move_stock(desk.gate, desk.session, chosen, int(text), cause),
            moved,
            failed=self._refused,
        )

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, UserError) and error.code == "printing.stock_number":
            self.sheets.set_error(f"{error.message}{error.remedy}")
            self.sheets.setFocus()
        else:
            self._desk.door.show(self, error)
