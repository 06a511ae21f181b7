"""The forms of what is decided about media: registering, approving, disposing, which terminal."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from app.core.errors import UserError
from app.functions.files import media_acts
from app.functions.files.media_acts import Approving, Disposing, Registering
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import parse_day
from app.ui.base.abstract import AbstractWidget
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, Field, TextField
from app.ui.base.pages import Page, box, card
from app.wire.files import FILES

_MEDIA = "files.show_media"


class _Form(Page, metaclass=AbstractWidget):
    """A few fields and one act; a refusal that names a field stands beside it."""

    def __init__(self, desk: Desk, title: str, lead: str, fields: Sequence[Field]) -> None:
        super().__init__(title, lead)
        self._desk = desk
        frame, layout = card()
        self.fields = {field.name: field for field in fields}
        for field in fields:
            layout.addWidget(field)
        layout.addStretch(1)
        self.body.addWidget(frame)
        self.body.addStretch(1)
        order = [*fields, None]
        for field, after in zip(fields, order[1:], strict=True):
            field.done.connect(after.setFocus if after is not None else self._try)
        self.action("やめる", "Esc", self._leave)
        self.button = self.action("進む", "Ctrl+Return", self._try, primary=True)

    def first_focus(self) -> None:
        next(iter(self.fields.values())).setFocus()

    @abstractmethod
    def act(self) -> tuple[Callable[[], Any], Callable[[Any, Any], Any], str]:
        """How the act is prepared and performed, and what is said when it is done."""

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.fields[name].value()

    def _leave(self) -> None:
        self._desk.go(_MEDIA)

    def _try(self) -> None:
        if self._desk.operations.busy:
            return
        for field in self.fields.values():
            field.set_error("")
        prepare, perform, said = self.act()
        self.button.setEnabled(False)

        def done(_outcome: Any) -> None:
            self._desk.say(said)
            self._leave()

        self._desk.carry_out(
            self,
            prepare,
            perform,
            done,
            failed=self._refused,
            ended=lambda: self.button.setEnabled(True),
        )

    def _refused(self, error: BaseException) -> None:
        field = self.fields.get(error.field or "") if isinstance(error, UserError) else None
        if field is None or not isinstance(error, UserError):
            self._desk.door.show(self, error)
            return
        field.set_error(f"{error.message}{error.remedy}")
        field.setFocus()


class RegisterMediumScreen(_Form):
    """媒体の登録: the number written on it, and whether its hardware encrypts."""

    def __init__(self, desk: Desk, serial: str = "") -> None:
        self._serial = serial
        self.label = TextField(
            "label", "媒体番号", required=True, note="媒体に貼ってある番号", limit=20
        )
        self.encrypts = ChoiceField(
            "encrypts",
            "暗号化",
            [("yes", "パスワード認証機能付き（自ら暗号化する）"), ("no", "暗号化しない")],
            required=True,
        )
        super().__init__(
            desk,
            "媒体の登録",
            "媒体を確かめ、番号を入れて進みます。責任者の承認が要ります。",
            (self.label, self.encrypts),
        )
        self.body.insertWidget(0, box("ok", f"差さっている媒体の機器の番号：{serial}"))

    def act(self) -> tuple[Callable[[], Any], Callable[[Any, Any], Any], str]:
        desk = self._desk
        asked = Registering(self._serial, self.value("label"), self.value("encrypts") == "yes")
        return (
            lambda: media_acts.prepare_register(desk.gate, desk.session, asked),
            lambda prepared, given: media_acts.perform_register(
                desk.gate, prepared, given, desk.media
            ),
            f"媒体「{asked.label}」を登録しました。",
        )


class ApproveMediaScreen(_Form):
    """事前承認: until when, and why."""

    def __init__(
        self,
        desk: Desk,
        medium_id: str = "",
        direction: str = "in",
        file_id: str = "",
        label: str = "",
    ) -> None:
        self._about = (medium_id, direction, file_id)
        self._label = label
        spec = FILES.get(file_id)
        title = f"{spec.title}（{file_id}）" if spec else file_id
        today = desk.clock.now().date()
        last = today + timedelta(days=media_acts.LONGEST_DAYS)
        self.until = TextField(
            "valid_to",
            "いつまで",
            required=True,
            note=f"今日から31日以内（{last.month}月{last.day}日まで）。R8.11.30 のように",
            limit=20,
        )
        self.until.set_value(f"R{today.year - 2018}.{today.month}.{today.day}")
        self.reason = TextField("reason", "理由", required=True, limit=60)
        self.reason.set_value("日次の連携")
        super().__init__(
            desk,
            "媒体使用の事前承認",
            "期間と理由を入れて進みます。責任者の承認が要ります。",
            (self.until, self.reason),
        )
        way = media_acts.DIRECTIONS.get(direction, "")
        self.body.insertWidget(
            0, box("ok", f"媒体「{label}」で {title} を{way}することの承認です。")
        )

    def act(self) -> tuple[Callable[[], Any], Callable[[Any, Any], Any], str]:
        desk, label = self._desk, self._label
        until, reason = self.value("valid_to"), self.value("reason")
        eras = Eras(desk.tables["eras"])
        today = desk.clock.now().date()

        def asked() -> Approving:
            try:
                return Approving(*self._about, parse_day(until, eras).isoformat(), reason)
            except UserError as wrong:
                raise UserError(
                    wrong.code, wrong.message, wrong.remedy, field="valid_to"
                ) from wrong

        return (
            lambda: media_acts.prepare_approve(desk.gate, desk.session, asked(), label, today),
            lambda prepared, given: media_acts.perform_approve(desk.gate, prepared, given),
            "承認を記録しました。",
        )


class AllowMediaScreen(_Form):
    """媒体を扱う端末の指定."""

    def __init__(self, desk: Desk) -> None:
        self.allowed = ChoiceField(
            "allowed", "この端末で", [("1", "電子媒体を扱う"), ("0", "扱わない")], required=True
        )
        super().__init__(
            desk,
            "媒体を扱う端末の指定",
            "選んで進みます。責任者の承認が要ります。扱わない端末では、差した媒体は見ません。",
            (self.allowed,),
        )

    def _leave(self) -> None:
        self._desk.home()

    def act(self) -> tuple[Callable[[], Any], Callable[[Any, Any], Any], str]:
        desk = self._desk
        allowed = self.value("allowed") == "1"
        return (
            lambda: media_acts.prepare_allow(desk.gate, desk.session, allowed=allowed),
            lambda prepared, given: media_acts.perform_allow(desk.gate, prepared, given),
            "記録しました。",
        )


class DisposeMediumScreen(_Form):
    """媒体の廃棄: how it was destroyed (SEC-86)."""

    def __init__(self, desk: Desk, medium_id: str = "", label: str = "") -> None:
        self._medium = (medium_id, label)
        self.how = TextField("how", "廃棄の方法", required=True, note="破砕、焼却など", limit=60)
        super().__init__(
            desk,
            "媒体の廃棄",
            "廃棄の方法を入れて進みます。責任者の承認が要ります。",
            (self.how,),
        )
        self.body.insertWidget(0, box("warn", f"媒体「{label}」は、以後使えなくなります。"))

    def act(self) -> tuple[Callable[[], Any], Callable[[Any, Any], Any], str]:
        desk = self._desk
        medium_id, label = self._medium
        asked = Disposing(medium_id, self.value("how"))
        return (
            lambda: media_acts.prepare_dispose(desk.gate, desk.session, asked, label),
            lambda prepared, given: media_acts.perform_dispose(desk.gate, prepared, given),
            f"媒体「{label}」の廃棄を記録しました。",
        )
