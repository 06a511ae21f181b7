"""誤りの一覧: every fault of a refused file by line, item and rule, printed for its maker."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.functions.files import faults_found
from app.functions.files.faults_found import CharacterLine, FaultyFile
from app.ui.base.desk import Desk
from app.ui.base.pages import Page, box
from app.ui.base.tables import fill, list_table

_HEAD = ("行", "項目", "値の種類", "どこが違うか")
_WIDTHS = (90, 260, 260)
_CHARACTERS = ("行", "項目", "元の文字（符号）", "代わりに置いた文字")


class FaultsScreen(Page):
    """The faults of one file, in its own order."""

    def __init__(self, desk: Desk, subject: str) -> None:
        super().__init__(
            "誤りの一覧",
            "作成元にこの一覧を伝え、作り直しを頼みます。値は、ここにも紙にも出ません。",
        )
        self._desk = desk
        self.shown: FaultyFile | None = None
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.table = list_table("誤りの一覧", _HEAD, _WIDTHS)
        self.body.addWidget(self.table, 1)
        self.action("戻る", "Esc", desk.home)
        self.print_button = self.action(
            "通知書を印刷する", "Ctrl+Return", self._print, primary=True
        )
        self.print_button.setEnabled(False)
        desk.run(
            self,
            lambda: (
                faults_found.show(desk.gate, desk.session, subject),
                faults_found.PRINT in desk.gate.permitted(desk.session),
            ),
            lambda read: self._show(*read),
        )

    def first_focus(self) -> None:
        self.table.setFocus()

    def _show(self, faulty: FaultyFile, may_print: bool) -> None:
        self.shown = faulty
        self.print_button.setVisible(may_print)  # absent, not greyed (SEC-30)
        about = f"{faulty.title}（{faulty.name}）"
        if not faulty.faults:
            text = f"{about}：行ごとの誤りはありません。{faulty.cause}"
            self._summary.addWidget(box("warn", text))
            return
        more = f"先頭の {len(faulty.faults):,}か所を示します。" if faulty.cut else ""
        self._summary.addWidget(
            box(
                "stop",
                f"{about}：{len(faulty.faults):,}か所に誤りがあり、1件も取り込んでいません。{more}",
            )
        )
        fill(
            self.table,
            [
                (f"{one.line:,}", one.item or "（行全体）", one.kind, one.rule)
                for one in faulty.faults
            ],
        )
        self.table.selectRow(0)
        self.print_button.setEnabled(may_print)

    def _print(self) -> None:
        desk, faulty = self._desk, self.shown
        if faulty is None:
            return
        drawing = Drawing(desk.tables, desk.press, desk.training)
        paper = ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)
        desk.run(
            self,
            lambda: faults_found.print_notice(paper, faulty),
            lambda number: desk.say(f"通知書 {number} を印刷しました。作成元に渡してください。"),
        )


class CharactersScreen(Page):
    """文字リスト: the characters of a moved-in file that became 〓 or another one."""

    def __init__(self, desk: Desk, subject: str) -> None:
        super().__init__(
            "文字リスト",
            "作成元の外字など、そのままでは受け取れなかった文字です。元の紙や画面で字を確かめ、"
            "要るときは広域連合に知らせてください。",
        )
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.table = list_table("文字リスト", _CHARACTERS, (90, 260, 260))
        self.body.addWidget(self.table, 1)
        self.action("戻る", "Esc", desk.home)
        desk.run(
            self, lambda: faults_found.characters(desk.gate, desk.session, subject), self._show
        )

    def first_focus(self) -> None:
        self.table.setFocus()

    def _show(self, lines: tuple[CharacterLine, ...]) -> None:
        kind, text = ("ok", "このファイルに、置き換えた文字はありません。")
        if lines:
            kind, text = (
                "warn",
                f"{len(lines):,}文字を置き換えました。〓は、読めなかった文字です。",
            )
        self._summary.addWidget(box(kind, text))
        fill(self.table, [(f"{one.line:,}", one.item, one.signs, one.put) for one in lines])
