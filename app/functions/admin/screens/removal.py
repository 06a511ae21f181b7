"""端末の廃止: why, the name of the terminal typed once more, and the touches of two."""

from __future__ import annotations

from typing import Any

from app.core.errors import UserError
from app.core.signs import plain
from app.functions.admin import removal
from app.security.control.deeds import Removal
from app.security.gate.carry_out import Steps, Work
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.form_parts import needed
from app.ui.base.pages import box


class RemovalScreen(ActForm):
    """Nothing of the terminal is left when it is done; the program ends."""

    def __init__(self, desk: Desk) -> None:
        self.terminal = desk.door_of_staff.terminal.store.identity.terminal
        self.again = TextField(
            "again",
            "端末の番号",
            required=True,
            note=f"確かめのため、この端末の番号 {self.terminal} を入れてください。",
        )
        self.reason = TextField("reason", "理由", required=True, note="統合、移転、機器の更新。")
        super().__init__(
            desk,
            "端末の廃止",
            "この端末を使い終わるときだけ行います。あなたと責任者が、キーに触れます。",
            "廃止する",
            (self.again, self.reason),
        )
        self.notes.addWidget(
            box(
                "stop",
                "保存データ、操作記録、バックアップと鍵が、この機械からすべて消えます。元に戻せません。"
                "復旧鍵の控えがあっても開けません。",
            )
        )
        self.notes.addWidget(
            box(
                "warn",
                "広域連合に残る記録（操作記録の確認印、送信したもの）は消えません。"
                "広域連合の担当者に、この端末の登録の取消も頼んでください。",
            )
        )

    def steps(self) -> Steps[None]:
        if plain(needed(self.again)) != self.terminal:
            raise UserError(
                "removal.other",
                f"この端末の番号は {self.terminal} です。",
                "廃止する端末で行っているかを確かめ、番号を入れ直してください。",
                field="again",
            )
        return self._steps(Removal(self.terminal, needed(self.reason)))

    def _steps(self, wanted: Removal) -> Steps[None]:
        gate, session = self._desk.gate, self._desk.session
        engine = self._desk.engine
        yield Work(engine.contact)  # what can still go up goes up before anybody touches
        yield from self.act(
            lambda: removal.prepare_removal(gate, session, wanted),
            lambda prepared, given: removal.perform_removal(gate, prepared, given),
        )
        yield Work(engine.contact)  # the union countersigns the last lines, if it can be reached

    def done(self, _outcome: Any) -> None:
        self._desk.door_of_staff.remove()
