"""The terminal in order: clock, hours, settings, backup, change of key."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from PySide6.QtCore import QTimer

from app.core.clock import JST
from app.core.errors import UserError
from app.core.signs import plain
from app.functions.admin import staff, upkeep
from app.functions.admin.screens.parts import eras_of
from app.functions.admin.upkeep import HoursException, KeyChange
from app.rules.calendar.wareki import on_paper
from app.security.gate.carry_out import Steps
from app.security.vault import Backup
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.form_parts import DayField, needed
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import box


class ClockScreen(ActForm):
    """日時の設定: the machine's time as it is now, for two supervisors to compare."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            "日時の設定",
            "時計や電話の時報と見比べてください。正しければ、責任者二人がキーに触れます。",
            "この日時で間違いない",
        )
        self._eras = eras_of(desk.tables)
        self.shown = PlainLabel("")
        self.shown.setObjectName("title")
        self.notes.addWidget(self.shown)
        self.notes.addWidget(
            box(
                "warn",
                "違うときは、この画面では直せません。端末（OS）の時計を合わせてから、"
                "もう一度この画面を開いてください。",
            )
        )
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show)
        self._tick.start()
        self._show()

    def _show(self) -> None:
        now = self._desk.clock.now()
        self.shown.setText(f"{on_paper(now.date(), self._eras)}　{now:%H時%M分%S秒}")

    def steps(self) -> Steps[None]:
        gate, session = self._desk.gate, self._desk.session
        return self.act(
            lambda: upkeep.prepare_clock(gate, session),
            lambda prepared, given: upkeep.perform_clock(gate, prepared, given),
        )

    def done(self, _outcome: Any) -> None:
        self._desk.door_of_staff.log_off("clock.set")


class HoursScreen(ActForm):
    """時間外の利用: until when, and why."""

    def __init__(self, desk: Desk) -> None:
        now = desk.clock.now()
        self._eras = eras_of(desk.tables)
        self.day = DayField("until", "いつまで（日）", self._eras)
        self.time = TextField(
            "time", "いつまで（時刻）", required=True, note="20:30 の形。", limit=5
        )
        self.reason = TextField("reason", "理由", required=True)
        super().__init__(
            desk,
            "時間外の利用",
            "利用可能時間の外で、決めた時刻まで端末を使えるようにします。理由とともに記録されます。",
            "使えるようにする",
            (self.day, self.time, self.reason),
        )
        self.day.set_day(now.date())
        self.time.set_value(f"{(now + timedelta(hours=2)):%H}:00")

    def steps(self) -> Steps[None]:
        gate, session = self._desk.gate, self._desk.session
        try:
            at = time.fromisoformat(plain(needed(self.time)))
        except ValueError:
            raise UserError(
                "hours.time_form",
                "時刻が読み取れません。",
                "20:30 の形で入れてください。",
                field="time",
            ) from None
        until = datetime.combine(self.day.day(), at, JST)
        exception = HoursException(until, needed(self.reason))
        return self.act(
            lambda: upkeep.prepare_hours(gate, session, exception),
            lambda prepared, given: upkeep.perform_hours(gate, prepared, given),
        )

    def done(self, _outcome: Any) -> None:
        self._desk.door_of_staff.log_off("hours.exception")


class BackupScreen(ActForm):
    """バックアップ: one sealed copy now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            "バックアップ",
            "保存データと操作記録の控えを作ります。復旧鍵の控え2枚がなければ、だれにも開けません。",
            "バックアップを作る",
        )
        self.notes.addWidget(
            box(
                "ok",
                "作った控えは端末のデータの場所の backups に入ります。"
                "復元は、窓口を閉じてから、責任者二人が復旧鍵の控え2枚を持ち寄り、"
                "madoguchi restore で行います。",
            )
        )

    def steps(self) -> Steps[Backup]:
        desk = self._desk
        access = desk.door_of_staff.terminal.access
        return self.act(
            lambda: upkeep.prepare_backup(desk.gate, desk.session),
            lambda prepared, given: upkeep.perform_backup(
                desk.gate, prepared, given, access, desk.clock
            ),
        )

    def done(self, outcome: Backup) -> None:
        self._desk.say(f"バックアップを作りました：{outcome.folder.name}")
        self.notes.addWidget(box("ok", f"作りました：{outcome.folder}"))


class KeyChangeScreen(ActForm):
    """鍵の更新: a new data key, from which some are shut out."""

    def __init__(self, desk: Desk, staff_id: str = "") -> None:
        self.leaving = TextField(
            "leaving",
            "開けなくなる職員",
            note="職員番号を空白で区切って入れます。だれも締め出さないときは空のまま。",
        )
        super().__init__(
            desk,
            "鍵の更新",
            "保存データの鍵を新しくします。ここに入れた職員とそのキーでは、以後の保存データを開けません。",
            "鍵を更新する",
            (self.leaving,),
        )
        self.leaving.set_value(staff_id)
        self._known: frozenset[str] = frozenset()
        desk.run(self, lambda: staff.list_staff(desk.gate, desk.session), self._loaded)

    def _loaded(self, listed: staff.StaffList) -> None:
        self._known = frozenset(line.staff_id for line in listed.lines)

    def steps(self) -> Steps[None]:
        leaving = tuple(plain(self.leaving.value()).split())
        unknown = [one for one in leaving if one not in self._known]
        if unknown:
            raise UserError(
                "staff.unknown",
                f"職員番号 {'、'.join(unknown)} は登録されていません。",
                "職員の一覧にある番号を入れてください。",
                field="leaving",
            )
        gate, session = self._desk.gate, self._desk.session
        access = self._desk.door_of_staff.terminal.access
        return self.act(
            lambda: upkeep.prepare_rotate(gate, session, KeyChange(leaving)),
            lambda prepared, given: upkeep.perform_rotate(gate, prepared, given, access),
        )

    def done(self, _outcome: Any) -> None:
        self._desk.say("保存データの鍵を更新しました。")
        self._desk.go("admin.list_staff")
