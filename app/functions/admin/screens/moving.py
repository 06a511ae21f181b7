"""所属と任期の変更 (異動): another post or another last day, then the rights."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.core.errors import UserError
from app.functions.admin import staff
from app.functions.admin.screens.parts import eras_of
from app.functions.admin.staff import OfficeChange, StaffLine
from app.security.gate.carry_out import Steps
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, TextField
from app.ui.base.form_parts import DayField, needed
from app.ui.base.pages import box

_RIGHTS = "admin.list_grants"
_STAFF = "admin.list_staff"


class MovingScreen(ActForm):
    """Who, the new post, the last day of the id; rights are taken and asked for on their own."""

    def __init__(self, desk: Desk, staff_id: str = "") -> None:
        eras = eras_of(desk.tables)
        self._people: dict[str, StaffLine] = {}
        self.staff_id = TextField(
            "staff_id", "職員番号", required=True, limit=20, understand=self._whom
        )
        self.post = TextField("post", "新しい所属・職名", required=True, limit=60)
        self.valid_to = DayField(
            "valid_to", "利用終了日", eras, note="この日まで使えます。変わらなければそのまま。"
        )
        self.after = ChoiceField(
            "after",
            "いまの権限",
            [("rights", "続けて見直す（取り消す・申請する）"), ("keep", "変わらない")],
            required=True,
        )
        super().__init__(
            desk,
            "所属と任期の変更（異動）",
            "新しい所属と利用終了日を入れて Ctrl+Enter。あなたと責任者がもう一人、キーに触れます。",
            "変更する",
            (self.staff_id, self.post, self.valid_to, self.after),
        )
        self.after.set_value("rights")
        self.notes.addWidget(
            box(
                "warn",
                "所属を変えても、いまの権限はそのまま残ります。担当しなくなる事務の権限は、"
                "続けて取り消してください。この端末を使わなくなる人は「退職・異動」で登録します。",
            )
        )
        self.staff_id.set_value(staff_id)
        desk.run(self, lambda: staff.list_staff(desk.gate, desk.session), self._loaded)
        self.staff_id.changed.connect(self._fill)

    def first_focus(self) -> None:
        (self.post if self.staff_id.value() else self.staff_id).setFocus()

    def _loaded(self, listed: staff.StaffList) -> None:
        self._people = {line.staff_id: line for line in listed.lines}
        self.staff_id.set_hint(self._whom(self.staff_id.value()))
        self._fill()

    def _fill(self) -> None:
        person = self._people.get(self.staff_id.value())
        if person is not None:
            self.post.set_value(person.post)
            self.valid_to.set_day(date.fromisoformat(person.valid_to))

    def _whom(self, staff_id: str) -> str:
        person = self._people.get(staff_id)
        return f"{person.called}（{person.post}）" if person is not None else ""

    def leave(self) -> None:
        self._desk.go(_STAFF, staff_id=self.staff_id.value())

    def steps(self) -> Steps[None]:
        person = self._people.get(self.staff_id.value())
        if person is None:
            raise UserError(
                "staff.unknown",
                "この職員番号は登録されていません。",
                "職員の一覧にある番号を入れてください。",
                field="staff_id",
            )
        change = OfficeChange(
            person.staff_id, needed(self.post), self.valid_to.day(), person.version
        )
        if (change.post, change.valid_to.isoformat()) == (person.post, person.valid_to):
            raise UserError(
                "staff.same_office",
                "所属も利用終了日も、いまと同じです。",
                "変わるところを入れるか、やめてください。",
                field="post",
            )
        needed(self.after)
        desk = self._desk
        return self.act(
            lambda: staff.prepare_office(desk.gate, desk.session, change),
            lambda prepared, given: staff.perform_office(desk.gate, prepared, given),
        )

    def done(self, _outcome: Any) -> None:
        desk, staff_id = self._desk, self.staff_id.value()
        if self.after.value() == "rights":
            desk.say(f"職員 {staff_id} の所属を変更しました。続けて権限を見直してください。")
            desk.go(_RIGHTS, staff_id=staff_id)
            return
        desk.say(f"職員 {staff_id} の所属と任期を変更しました。")
        desk.go(_STAFF, staff_id=staff_id)
