"""職員のキー: a spare, a lost one, and registering anew."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.core.errors import UserError
from app.core.signs import plain
from app.functions.admin import key_steps, staff
from app.functions.admin.key_steps import Owner
from app.functions.admin.screens.parts import eras_of, shown_day
from app.functions.admin.staff import StaffKey, StaffLine
from app.security.gate.carry_out import Steps
from app.security.staff.password import PasswordRules, rules_in_words
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, PasswordField, TextField
from app.ui.base.form_parts import needed
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import box, clear

_SPARE, _ANEW, _LOAN = "spare", "anew", "loan"
_WHAT = (
    (_LOAN, "貸出鍵を渡す（キーを忘れた。きょうだけ）"),
    (_SPARE, "予備のキーを追加する（今のキーも使い続ける）"),
    (_ANEW, "登録し直す（キーをなくした、パスワードを忘れた）"),
)
_LEAD = (
    "本人と一緒に行います。パスワードは本人が入れ、本人がキーに触れてから、"
    "あなたと責任者がもう一人触れます。"
)


class AddKeyScreen(ActForm):
    """One key more, or everything anew."""

    def __init__(self, desk: Desk, staff_id: str, what: str = _SPARE) -> None:
        self._eras = eras_of(desk.tables)
        self._staff_id = staff_id
        self.person: StaffLine | None = None
        self.what = ChoiceField("what", "何をしますか", _WHAT, required=True)
        self.label = TextField("label", "新しいキーの呼び名", required=True)
        self.witnesses = TextField(
            "witnesses", "立ち会った責任者", note="許可機種でないキーのときだけ、2人の職員番号。"
        )
        self.password = PasswordField("new_password", "今のパスワード（本人）")
        self.again = PasswordField("again", "新しいパスワード（もう一度）")
        super().__init__(
            desk,
            f"セキュリティキーの登録　職員 {staff_id}",
            _LEAD,
            "登録する",
            (self.what, self.label, self.witnesses, self.password, self.again),
        )
        self.what.changed.connect(self._ask_for)
        self.what.set_value(what)
        self._keys = QVBoxLayout()
        self.notes.addLayout(self._keys)
        desk.run(self, lambda: staff.list_staff(desk.gate, desk.session), self._loaded)

    def _ask_for(self) -> None:
        anew = self.what.value() == _ANEW
        self.again.setVisible(anew)
        hints = {
            _ANEW: rules_in_words(PasswordRules()),
            _LOAN: "貸出鍵はこのパスワードで開きます。利用時間の終わりに使えなくなります。",
        }
        self.password.set_hint(hints.get(self.what.value(), "今のキーと合わせて本人を確かめます。"))
        self.password.set_label(f"{'新しい' if anew else '今の'}パスワード（本人）")

    def _loaded(self, listed: staff.StaffList) -> None:
        found = (line for line in listed.lines if line.staff_id == self._staff_id)
        self.person = next(found, None)
        clear(self._keys)
        for key in self.person.keys if self.person else ():
            registered = shown_day(key.registered_on, self._eras)
            self._keys.addWidget(PlainLabel(f"今のキー「{key.label}」　{registered} 登録"))

    def leave(self) -> None:
        self._desk.go("admin.list_staff", staff_id=self._staff_id)

    def steps(self) -> Steps[None]:
        if self.person is None:
            raise UserError(
                "staff.unknown",
                f"職員番号 {self._staff_id} は登録されていません。",
                "職員の一覧から選び直してください。",
            )
        owner = Owner(self.person, needed(self.label), tuple(plain(self.witnesses.value()).split()))
        password = needed(self.password)
        desk, door = self._desk, self._desk.door_of_staff
        if self.what.value() == _SPARE:
            return key_steps.add_spare(
                door.doorway, door.terminal, desk.session, door.policy, owner, password
            )
        if self.what.value() == _LOAN:
            return key_steps.lend(door.terminal, desk.session, door.policy, owner, password)
        if password != self.again.value():
            raise UserError(
                "password.differs",
                "二つのパスワードが違います。",
                "もう一度、同じパスワードを二回入れてください。",
                field="again",
            )
        return key_steps.reissue(
            door.terminal, desk.session, door.policy, owner, password, desk.catalog
        )

    def done(self, _outcome: Any) -> None:
        desk = self._desk
        desk.say(f"職員 {self._staff_id} のキーを登録しました。")
        desk.go("admin.list_staff", staff_id=self._staff_id)


class LostKeyScreen(ActForm):
    """Which key is lost; then its owner is shut out until registered anew."""

    def __init__(self, desk: Desk, staff_id: str) -> None:
        self._staff_id = staff_id
        self._eras = eras_of(desk.tables)
        self.person: StaffLine | None = None
        self.which: ChoiceField | None = None
        self._returned = False
        super().__init__(
            desk,
            f"セキュリティキーの取消　職員 {staff_id}",
            "なくしたキー、壊れたキー、返却されたキーを選び、Ctrl+Enter。触れる文は2つあります。",
            "取り消す",
        )
        self._choice = QVBoxLayout()
        self.notes.addLayout(self._choice)
        self.notes.addWidget(
            box(
                "warn",
                "取り消すと保存データの鍵も新しくなり、この職員は登録し直すまで端末を使えません。"
                "ほかに予備のキーがあっても、登録し直します。貸出鍵の返却では、本人のキーは変わりません。",
            )
        )
        desk.run(self, lambda: staff.list_staff(desk.gate, desk.session), self._loaded)

    def _loaded(self, listed: staff.StaffList) -> None:
        found = (line for line in listed.lines if line.staff_id == self._staff_id)
        self.person = next(found, None)
        clear(self._choice)
        keys = self.person.revocable if self.person else ()
        self.button.setEnabled(bool(keys))
        if not keys:
            self._choice.addWidget(box("ok", "使えるキーはありません。"))
            return
        labels = [
            (str(at), f"{key.label}（{shown_day(key.registered_on, self._eras)} 登録）")
            for at, key in enumerate(keys)
        ]
        self.which = ChoiceField("which", "どのキーですか", labels, required=True, columns=1)
        self.which.set_value("0" if len(keys) == 1 else "")
        self.fields = (self.which,)
        self._choice.addWidget(self.which)
        self.which.setFocus()

    def leave(self) -> None:
        self._desk.go("admin.list_staff", staff_id=self._staff_id)

    def steps(self) -> Steps[None]:
        assert self.person is not None and self.which is not None
        key: StaffKey = self.person.revocable[int(needed(self.which))]
        self._returned = bool(key.lent_until)
        desk = self._desk
        return key_steps.lose(desk.door_of_staff.terminal, desk.session, self.person, key)

    def done(self, _outcome: Any) -> None:
        desk = self._desk
        if self._returned:
            desk.say("貸出鍵の返却を記録しました。本人のキーはそのまま使えます。")
            desk.go("admin.list_staff", staff_id=self._staff_id)
            return
        desk.say("キーを取り消し、鍵を更新しました。本人が来たら登録し直してください。")
        desk.go("admin.add_credential", staff_id=self._staff_id, what=_ANEW)
