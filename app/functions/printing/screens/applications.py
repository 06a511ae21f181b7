"""申請書の印刷: choose a form; it is filled in with what is recorded, its example behind it."""

from __future__ import annotations

from app.cases.issuing import Drawing
from app.functions.printing import applications
from app.ui.base.desk import Desk
from app.ui.base.pages import Page, box
from app.ui.base.tables import fill, list_table


class ApplicationsScreen(Page):
    """One line for each application."""

    def __init__(self, desk: Desk, person_id: str) -> None:
        super().__init__(
            "申請書の印刷",
            "↑↓で申請書を選び、Ctrl+Enter で印刷します。内容を見て署名してもらいます。",
        )
        self._desk = desk
        self._person_id = person_id
        self.forms = applications.applications()
        self.table = list_table("申請書", ("申請書",), ())
        fill(self.table, [(form.title,) for form in self.forms])
        self.table.selectRow(0)
        self.body.addWidget(
            box("ok", "個人番号は印刷されません。窓口で番号カードなどで確かめます。")
        )
        self.body.addWidget(self.table, 1)
        self.action("検索へ", "Esc", lambda: desk.go("persons.search"))
        self.button = self.action("印刷する", "Ctrl+Return", self._print, primary=True)

    def first_focus(self) -> None:
        self.table.setFocus()

    def _print(self) -> None:
        row, desk = self.table.currentRow(), self._desk
        if not 0 <= row < len(self.forms) or desk.operations.busy:
            return
        form = self.forms[row]
        drawing = Drawing(desk.tables, desk.press, desk.training)
        today = desk.clock.now().date()
        union = desk.tables["unions"].label(desk.office.municipality_code[:2], today)
        desk.run(
            self,
            lambda: applications.print_application(
                desk.gate,
                desk.session,
                self._person_id,
                form.id,
                drawing,
                desk.printer,
                f"{union}長",
            ),
            lambda _token: desk.say(f"「{form.title}」を印刷しました。"),
        )
