"""管理簿への参加: the code to compare, and the two touches."""

from __future__ import annotations

from typing import Any

from app.functions.admin import following
from app.security.gate.carry_out import Steps
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import box


class FollowScreen(ActForm):
    """The codes of this terminal's log and of the one that the union offers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            "管理簿への参加",
            "職員、キー、権限、設定の記録（管理簿）は、市町村に一つです。2台目からの端末は、"
            "ここで参加します。",
            "この管理簿に参加する",
        )
        self.code = PlainLabel("")
        self.code.setObjectName("title")
        self.notes.addWidget(self.code)
        stands = following.standing(desk.door_of_staff.terminal)
        kind, text = _words(stands)
        self.code.setText(stands.offered or stands.code)
        self.notes.addWidget(box(kind, text))

    def steps(self) -> Steps[None]:
        desk = self._desk
        terminal = desk.door_of_staff.terminal
        return self.act(
            lambda: following.prepare_follow(terminal, desk.session),
            lambda prepared, given: following.perform_follow(terminal, prepared, given),
        )

    def done(self, _outcome: Any) -> None:
        self._desk.say("管理簿に参加しました。管理簿の職員でログインしてください。")


def _words(stands: following.Standing) -> tuple[str, str]:
    """What the code is for, and what to do next."""
    if stands.offered:
        return (
            "warn",
            "上が、広域連合から届いた管理簿の照合コードです。管理簿のある窓口でこの画面を開いてもらい、"
            "電話で読み合わせてください。同じなら「この管理簿に参加する」を押し、二人がキーに触れます。"
            "参加すると、この端末の初期設定で登録した職員、キー、権限は使えなくなり、"
            "管理簿の職員がログインできます。違うときは参加せず、システム管理者に連絡してください。",
        )
    if stands.code:
        return (
            "ok",
            "上が、この端末の管理簿の照合コードです。新しい端末を参加させる窓口から電話が来たら、"
            "読み上げてください。この端末は参加しているので、ここですることはありません。",
        )
    return (
        "warn",
        "管理簿が広域連合からまだ届いていません。端末の登録を済ませて送受信すると、"
        "1台目の端末は自分の管理簿を広域連合に預け、2台目からの端末にはここに照合コードが出ます。",
    )
