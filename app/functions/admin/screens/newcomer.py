"""職員の登録: who comes, their own password and key, and the touches of two who answer for it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.errors import UserError
from app.core.signs import plain
from app.functions.admin.admitting import Newcomer, admit
from app.functions.admin.screens.parts import end_of_year, eras_of
from app.security.staff.password import PasswordRules, rules_in_words
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, Field, NameField, PasswordField, TextField
from app.ui.base.form_parts import DayField, clear_errors, needed, show_at_field
from app.ui.base.names import NamePainter
from app.ui.base.pages import Page, box, card, scrolled

_ID_NOTE = "半角の英字と数字。使い回しはできません。"
_END_NOTE = "この日まで使えます。委託先の従業者は契約の終わりの日まで。"
_KEY_NOTE = "キーに貼った番号など。なくしたときに見分けます。"
_WITNESS_NOTE = (
    "許可機種でないキーのときだけ、現物を確かめた責任者2人の職員番号を空白で区切って入れます。"
)
_KINDS = (("staff", "職員"), ("contractor", "委託先の従業者"))


class NewcomerScreen(Page):
    """One form; Ctrl+Enter asks for the newcomer's key, the operator's and a supervisor's."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "職員の登録",
            "登録する人と一緒に入れてください。パスワードは本人が入れ、キーにも本人が触れます。"
            "そのあと、あなたと責任者がもう一人、自分のキーに触れます。",
        )
        self._desk = desk
        self._who(desk)
        self._key()
        self.fields: tuple[Field, ...] = (
            self.staff_id,
            self.name,
            self.post,
            self.kind,
            self.valid_from,
            self.valid_to,
            self.key_label,
            self.witnesses,
            self.password,
            self.again,
        )
        self.body.addWidget(scrolled(_form(self.fields)), 1)
        self.action("やめる", "Esc", lambda: desk.go("admin.list_staff"))
        self.button = self.action("登録する", "Ctrl+Return", self.register, primary=True)
        for field, after in zip(self.fields, self.fields[1:], strict=False):
            field.done.connect(after.setFocus)
        self.again.done.connect(self.register)

    def _who(self, desk: Desk) -> None:
        today = desk.clock.now().date()
        eras = eras_of(desk.tables)
        self.staff_id = TextField("staff_id", "職員番号", required=True, limit=20, note=_ID_NOTE)
        self.name = NameField("name", "氏名", NamePainter(desk.fonts), required=True)
        self.post = TextField("post", "所属・職名", required=True)
        self.kind = ChoiceField("kind", "区分", _KINDS, required=True)
        self.kind.set_value("staff")
        self.valid_from = DayField("valid_from", "利用開始日", eras)
        self.valid_from.set_day(today)
        self.valid_to = DayField("valid_to", "利用終了日", eras, note=_END_NOTE)
        self.valid_to.set_day(end_of_year(today))

    def _key(self) -> None:
        self.key_label = TextField("key_label", "キーの呼び名", required=True, note=_KEY_NOTE)
        self.witnesses = TextField("witnesses", "立ち会った責任者", note=_WITNESS_NOTE)
        rules = rules_in_words(PasswordRules())
        self.password = PasswordField("new_password", "パスワード（本人）", note=rules)
        self.again = PasswordField("again", "パスワード（もう一度）")

    def first_focus(self) -> None:
        self.staff_id.setFocus()

    def register(self) -> None:
        """Check the form, then the keys in turn."""
        clear_errors(self.fields)
        try:
            newcomer = self._newcomer()
            password = self._password()
        except UserError as wrong:
            show_at_field(self.fields, wrong)
            return
        desk = self._desk
        door = desk.door_of_staff
        self.button.setEnabled(False)
        desk.walk(
            self,
            admit(door.terminal, desk.session, door.policy, newcomer, password),
            lambda _none: self._registered(newcomer),
            failed=self._refused,
            ended=lambda: self.button.setEnabled(True),
        )

    def _newcomer(self) -> Newcomer:
        return Newcomer(
            plain(needed(self.staff_id)),
            needed(self.name),
            needed(self.post),
            needed(self.kind) == "contractor",
            self.valid_from.day(),
            self.valid_to.day(),
            needed(self.key_label),
            tuple(plain(self.witnesses.value()).split()),
        )

    def _password(self) -> str:
        password = needed(self.password)
        if password != self.again.value():
            raise UserError(
                "password.differs",
                "二つのパスワードが違います。",
                "もう一度、同じパスワードを二回入れてください。",
                field="again",
            )
        return password

    def _registered(self, newcomer: Newcomer) -> None:
        desk = self._desk
        desk.say(f"職員 {newcomer.staff_id} を登録しました。次に権限を申請します。")
        desk.go("admin.request_grant", staff_id=newcomer.staff_id)

    def _refused(self, error: BaseException) -> None:
        if not show_at_field(self.fields, error):
            self._desk.door.show(self, error)


def _form(fields: tuple[Field, ...]) -> QWidget:
    inner = QWidget()
    outer = QVBoxLayout(inner)
    outer.setContentsMargins(0, 0, 0, 0)
    frame, layout = card()
    for field in fields:
        layout.addWidget(field)
    outer.addWidget(frame)
    outer.addWidget(box("ok", "登録しただけでは何も開けません。権限は、続けて申請します。"))
    outer.addStretch(1)
    return inner
