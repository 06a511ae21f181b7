"""退職・異動の登録: from which day a person no longer belongs here."""

from __future__ import annotations

from typing import Any

from app.core.errors import UserError
from app.functions.admin import staff
from app.functions.admin.screens.parts import eras_of
from app.functions.admin.staff import Leaving, StaffLine
from app.security.gate.carry_out import Steps
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.form_parts import DayField
from app.ui.base.pages import box


class LeavingScreen(ActForm):
    """The day; from it on id, password and keys are refused."""

    def __init__(self, desk: Desk, staff_id: str = "") -> None:
        eras = eras_of(desk.tables)
        self._line: StaffLine | None = None
        self.staff_id = TextField(
            "staff_id", "職員番号", required=True, limit=20, understand=self._whom
        )
        self.left_on = DayField(
            "left_on", "使えなくなる日", eras, note="退職・異動の日の翌日など、はじめて使えない日。"
        )
        super().__init__(
            desk,
            "退職・異動の登録",
            "その日から職員番号もキーも使えません。あなたと責任者がもう一人、キーに触れます。",
            "登録する",
            (self.staff_id, self.left_on),
        )
        self._people: dict[str, StaffLine] = {}
        self.left_on.set_day(desk.clock.now().date())
        self.notes.addWidget(
            box(
                "warn",
                "今日か過ぎた日を入れると、キーはすぐ取り消され、保存データの鍵も新しくなります。"
                "取り消せません。復旧鍵の控えを持つ職員からは、控えを受け取っておいてください。"
                "その日に、復旧鍵の再発行が今日の仕事に出ます。",
            )
        )
        self.staff_id.set_value(staff_id)
        desk.run(self, lambda: staff.list_staff(desk.gate, desk.session), self._loaded)

    def _loaded(self, listed: staff.StaffList) -> None:
        self._people = {line.staff_id: line for line in listed.lines}
        self.staff_id.set_hint(self._whom(self.staff_id.value()))

    def _whom(self, staff_id: str) -> str:
        person = getattr(self, "_people", {}).get(staff_id)
        return f"{person.called}（{person.post}）" if person is not None else ""

    def leave(self) -> None:
        self._desk.go("admin.list_staff", staff_id=self.staff_id.value())

    def steps(self) -> Steps[bool]:
        person = self._people.get(self.staff_id.value())
        if person is None:
            raise UserError(
                "staff.unknown",
                "この職員番号は登録されていません。",
                "職員の一覧にある番号を入れてください。",
                field="staff_id",
            )
        desk = self._desk
        leaving = Leaving(person.staff_id, self.left_on.day(), person.version)
        access = desk.door_of_staff.terminal.access
        return self.act(
            lambda: staff.prepare_leave(desk.gate, desk.session, leaving),
            lambda prepared, given: staff.perform_leave(desk.gate, prepared, given, access),
        )

    def done(self, outcome: Any) -> None:
        desk = self._desk
        staff_id = self.staff_id.value()
        shut = self.left_on.day() <= desk.clock.now().date()
        if shut and not outcome:
            desk.say("登録しました。個人番号の鍵を持つ職員が、続けて鍵の更新を行ってください。")
            desk.go("admin.rotate_key", staff_id=staff_id)
            return
        desk.say(f"職員 {staff_id} の退職・異動を登録しました。")
        desk.go("admin.list_staff", staff_id=staff_id)
