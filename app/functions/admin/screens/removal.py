"""端末の廃止: why, the name of the terminal typed once more, and the touches of two."""

from __future__ import annotations

from typing import Any

from app.core.errors import UserError
from app.core.signs import plain
from app.functions.admin import removal
from app.functions.admin.removal import Decided
from app.security.control.deeds import Removal
from app.security.gate.carry_out import Steps, Work
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, TextField
from app.ui.base.form_parts import needed
from app.ui.base.pages import box

_NO_LINE = "none"
_LINES = (("open", "使える"), (_NO_LINE, "もう使えない（回線がなくなった端末）"))


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
        self.line = ChoiceField("line", "広域連合との回線", _LINES)
        self.line.set_value("open")
        super().__init__(
            desk,
            "端末の廃止",
            "この端末を使い終わるときだけ行います。あなたと責任者が、キーに触れます。",
            "廃止する",
            (self.again, self.reason, self.line),
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
                "はじめに、届いていないものと操作記録の残りを広域連合へ送ります。端末の登録は、"
                "そこで取り消されます。広域連合に残る記録は消えません。最後に消去証明書を印刷します。",
            )
        )

    def steps(self) -> Steps[Decided]:
        if plain(needed(self.again)) != self.terminal:
            raise UserError(
                "removal.other",
                f"この端末の番号は {self.terminal} です。",
                "廃止する端末で行っているかを確かめ、番号を入れ直してください。",
                field="again",
            )
        return self._steps(Removal(self.terminal, needed(self.reason)))

    def _steps(self, wanted: Removal) -> Steps[Decided]:
        gate, session = self._desk.gate, self._desk.session
        terminal, engine = self._desk.door_of_staff.terminal, self._desk.engine
        alone = self.line.value() == _NO_LINE
        yield Work(lambda: removal.bring_up(terminal, engine, alone=alone))
        decided: Decided = yield from self.act(
            lambda: removal.prepare_removal(gate, session, wanted),
            lambda prepared, given: removal.perform_removal(gate, prepared, given),
        )
        return decided

    def done(self, decided: Any) -> None:
        self._desk.door_of_staff.remove(decided)
