"""申請書のコード: read the code on an application, and its person opens."""

from __future__ import annotations

from app.core.errors import UserError
from app.functions.printing import applications
from app.functions.printing.applications import Application
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.pages import Page, card


class ReadCodeScreen(Page):
    """One field; a reader types into it and ends with Enter."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "申請書のコード", "申請書の左上のコードを読み取ってください。その方の画面が開きます。"
        )
        self._desk = desk
        frame, layout = card()
        self.code = TextField("code", "申請書のコード", limit=40)
        layout.addWidget(self.code)
        self.body.addWidget(frame)
        self.body.addStretch(1)
        self.code.done.connect(self._read)
        self.action("検索へ", "Esc", lambda: desk.go("persons.search"))
        self.action("開く", "Ctrl+Return", self._read, primary=True)

    def first_focus(self) -> None:
        self.code.setFocus()

    def _read(self) -> None:
        desk, code = self._desk, self.code.value()
        if desk.operations.busy:
            return
        self.code.set_error("")
        desk.run(
            self,
            lambda: applications.read_application(desk.gate, desk.session, code),
            self._found,
            failed=self._refused,
        )

    def _found(self, found: Application) -> None:
        desk = self._desk
        desk.say(f"「{found.title}」の申請書です。氏名と生年月日を窓口の方に確かめてください。")
        desk.go("persons.open", person_id=found.person_id, by_number=True, confirmed=True)

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, UserError) and error.code.startswith("printing.code"):
            self.code.set_error(f"{error.message}{error.remedy}")
            self.code.set_value("")
            self.code.setFocus()
        else:
            self._desk.door.show(self, error)
