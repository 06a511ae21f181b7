"""パスワードの変更: the old one and the key open the person's own pair, the new one seals it."""

from __future__ import annotations

from app.core.errors import MadoguchiError
from app.functions.own.changing import change_password
from app.ui.base.desk import Desk
from app.ui.base.fields import PasswordField
from app.ui.base.pages import Page, box, card

_RULES = (
    "12文字以上。大文字・小文字・数字・記号のうち3種類以上。職員番号や前に使ったものは使えません。"
)


class PasswordScreen(Page):
    """Three fields; the terminal logs off when it is done."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "パスワードの変更",
            "今のパスワードと新しいパスワードを入れ、案内に従ってキーに触れてください（2回）。",
        )
        self._desk = desk
        frame, layout = card()
        self.old = PasswordField("old", "今のパスワード")
        self.new = PasswordField("new", "新しいパスワード", note=_RULES)
        self.again = PasswordField("again", "新しいパスワード（もう一度）")
        self._fields = (self.old, self.new, self.again)
        for field in self._fields:
            layout.addWidget(field)
        layout.addStretch(1)
        self.body.addWidget(frame)
        self.body.addWidget(box("warn", "変更すると、いったんログオフします。"))
        self.body.addStretch(1)
        self.button = self.action("変更する", "Ctrl+Return", self._change, primary=True)
        self.old.done.connect(self.new.setFocus)
        self.new.done.connect(self.again.setFocus)
        self.again.done.connect(self._change)

    def first_focus(self) -> None:
        self.old.setFocus()

    def _change(self) -> None:
        for field in self._fields:
            field.set_error("")
        empty = next((field for field in self._fields if not field.edit.text()), None)
        if empty is not None:
            empty.set_error(f"{empty.label}を入れてください。")
            empty.setFocus()
            return
        if self.new.edit.text() != self.again.edit.text():
            self.again.set_error("二つの新しいパスワードが違います。もう一度入れてください。")
            self.again.setFocus()
            return
        self.button.setEnabled(False)
        desk = self._desk
        door = desk.door_of_staff
        old, new = self.old.edit.text(), self.new.edit.text()
        desk.walk(
            self,
            change_password(door.doorway, door.terminal, desk.session, old, new),
            lambda _none: door.log_off("password.changed"),
            failed=self._refused,
            ended=lambda: self.button.setEnabled(True),
        )

    def _refused(self, error: BaseException) -> None:
        code = getattr(error, "code", "")
        if isinstance(error, MadoguchiError) and code.startswith("password."):
            self.new.set_error(f"{error.message}{error.remedy}")
            self.new.setFocus()
        elif isinstance(error, MadoguchiError) and code == "login.wrong_password":
            self.old.set_error(f"{error.message}{error.remedy}")
            self.old.setFocus()
        else:
            self._desk.door.show(self, error)
