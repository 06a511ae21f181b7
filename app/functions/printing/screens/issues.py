"""発行と印刷の一覧: what was issued today, what was printed, and the lists on paper."""

from __future__ import annotations

from app.cases.issuing import Drawing
from app.functions.printing import lists
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page
from app.ui.base.tables import fill, list_table

_ISSUES = ("発行番号", "証の種類", "被保険者番号", "氏名", "状態", "用紙", "交付", "職員", "時刻")
_ISSUE_WIDTHS = (200, 200, 120, 200, 70, 60, 120, 90)
_PRINTS = ("時刻", "職員", "帳票", "対象", "発行番号", "種類", "枚数", "個人番号")
_PRINT_WIDTHS = (70, 90, 220, 180, 200, 100, 60)
_NAME = 3


class IssuesScreen(Page):
    """Two lists of the day, and what can be printed of them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "発行と印刷の一覧",
            "今日発行した証と、この端末で印刷したものです。一覧は Alt+P で印刷します。",
        )
        self._desk = desk
        self.issues = list_table("今日発行した証", _ISSUES, _ISSUE_WIDTHS)
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.issues.setItemDelegateForColumn(_NAME, self._names)
        self.prints = list_table("今日の印刷の記録", _PRINTS, _PRINT_WIDTHS)
        self.body.addWidget(PlainLabel("今日発行した証"))
        self.body.addWidget(self.issues, 3)
        self.body.addWidget(PlainLabel("今日の印刷の記録"))
        self.body.addWidget(self.prints, 2)
        self.action("証発行一覧を印刷", "Alt+P", self._print_list)
        self.action("試し刷り", "Alt+T", self._test)
        self.action("郵送へ", "Alt+M", lambda: desk.go("printing.letters"))
        self.action("用紙の在庫へ", "Alt+S", lambda: desk.go("printing.stock"))
        self.load()

    def first_focus(self) -> None:
        self.issues.setFocus()

    def load(self) -> None:
        """Read both lists again."""
        desk, today = self._desk, self._desk.clock.now().date()
        desk.run(
            self, lambda: lists.issues_of_day(desk.gate, desk.session, today), self._show_issues
        )

    def _show_issues(self, lines: tuple[lists.IssueLine, ...]) -> None:
        desk, today = self._desk, self._desk.clock.now().date()
        fill(
            self.issues,
            [
                (
                    one.number,
                    one.title,
                    one.insured_number,
                    one.name,
                    one.state,
                    one.sheets,
                    one.how,
                    one.staff,
                    one.at,
                )
                for one in lines
            ],
        )
        desk.run(
            self, lambda: lists.prints_of_day(desk.gate, desk.session, today), self._show_prints
        )

    def _show_prints(self, lines: tuple[lists.PrintLine, ...]) -> None:
        fill(
            self.prints,
            [
                (
                    one.at,
                    one.staff,
                    one.title,
                    one.subject,
                    one.number,
                    one.why,
                    one.copies,
                    one.my_number,
                )
                for one in lines
            ],
        )

    def _print_list(self) -> None:
        desk, today = self._desk, self._desk.clock.now().date()
        desk.run(
            self,
            lambda: lists.print_issue_list(
                desk.gate, desk.session, today, self._place, self._drawing, desk.printer
            ),
            lambda _none: self._said("証発行一覧を印刷しました。"),
        )

    def _test(self) -> None:
        desk = self._desk
        desk.run(
            self,
            lambda: lists.print_test_page(
                desk.gate, desk.session, self._place, self._drawing, desk.printer, desk.office.name
            ),
            lambda _none: self._said(
                "試し刷りを送りました。線の長さと表裏のずれを確かめてください。"
            ),
        )

    def _said(self, words: str) -> None:
        self._desk.say(words)
        self.load()

    @property
    def _place(self) -> lists.Place:
        return lists.Place(self._desk.office.name)

    @property
    def _drawing(self) -> Drawing:
        return Drawing(self._desk.tables, self._desk.press, self._desk.training)
