"""個人番号の一覧表: forms, duties and inquiries, as declared; Alt+P prints them."""

from __future__ import annotations

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.functions.records import number_registers
from app.functions.records.number_registers import PRINT, Registered
from app.ui.base.desk import Desk
from app.ui.base.pages import Page
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("一覧", "番号", "名称", "内容")
_WIDTHS = (200, 260, 380)


class NumberRegistersScreen(Page):
    """One line for each form, duty and procedure."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "個人番号の一覧表",
            "記入を求める様式、利用する事務、情報照会の手続です。プログラムの登録から作られ、"
            "手で直しません。",
        )
        self._desk = desk
        self.lines: tuple[Registered, ...] = ()
        self.table = list_table("個人番号の一覧表", _COLUMNS, _WIDTHS)
        self.body.addWidget(self.table, 1)
        self.action("戻る", "Esc", desk.home)
        self.print_button = self.action("印刷する", "Alt+P", self._print)
        self.print_button.setVisible(False)

        def work() -> tuple[tuple[Registered, ...], frozenset[str]]:
            found = number_registers.show(desk.gate, desk.session, desk.tables)
            return found, desk.gate.permitted(desk.session)

        desk.run(self, work, lambda read: self._show(*read))

    def first_focus(self) -> None:
        self.table.setFocus()

    def _show(self, lines: tuple[Registered, ...], permitted: frozenset[str]) -> None:
        self.lines = lines
        self.print_button.setVisible(PRINT in permitted)  # absent, not greyed (SEC-30)
        fill(self.table, [(one.register, one.code, one.title, one.what) for one in lines])
        choose(self.table, [0])

    def _print(self) -> None:
        desk = self._desk
        drawing = Drawing(desk.tables, desk.press, desk.training)
        paper = ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)
        desk.run(
            self,
            lambda: number_registers.print_registers(paper),
            lambda number: desk.say(f"{number} を印刷しました。"),
        )
