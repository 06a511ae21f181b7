"""設定: every setting with its meaning, its value and its bounds."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.core.settings import SETTINGS, Form, Setting
from app.core.signs import plain
from app.functions.admin import upkeep
from app.functions.admin.upkeep import SettingChange, SettingLine
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, Field, TextField
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, card, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("設定", "いまの値", "はじめの値", "決められる範囲", "変えた人")
_CHANGE = "admin.change_setting"
_LIMITS = {Form.MODELS: 2_000, Form.CERTIFICATES: 20_000}
_WIDTHS = (260, 150, 130, 220)


class SettingsScreen(Page):
    """The table above; the chosen setting with its meaning and a field below."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("設定", "↑↓で設定を選び、下に新しい値を入れて Ctrl+Enter。")
        self._desk = desk
        self.lines: tuple[SettingLine, ...] = ()
        self.table = list_table("設定", _COLUMNS, _WIDTHS)
        self.table.currentCellChanged.connect(lambda *_cells: self._open())
        self.body.addWidget(self.table, 1)
        frame, self._place = card()
        self.body.addWidget(frame)
        self._told = QVBoxLayout()
        self.body.addLayout(self._told)
        self.field: Field | None = None
        self.action("読み直す", "F5", self.load)
        self.button = self.action("変更する", "Ctrl+Return", self.change, primary=True)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read the values in force."""
        desk = self._desk

        def work() -> tuple[tuple[SettingLine, ...], bool]:
            may = _CHANGE in desk.gate.permitted(desk.session)
            return upkeep.list_settings(desk.gate, desk.session), may

        desk.run(self, work, self._loaded)

    def _loaded(self, found: tuple[tuple[SettingLine, ...], bool]) -> None:
        lines, may_change = found
        self.button.setVisible(may_change)  # absent for whoever may only look (SEC-30)
        self.button.setEnabled(may_change)
        at = max(self.table.currentRow(), 0)
        self.lines = lines
        fill(self.table, [_cells(line) for line in lines])
        choose(self.table, [at])
        self._open()

    @property
    def chosen(self) -> SettingLine | None:
        """The setting whose line is chosen."""
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _open(self) -> None:
        clear(self._place)
        self.field = None
        line = self.chosen
        if line is None:
            return
        setting = SETTINGS[line.name]
        meaning = PlainLabel(setting.meaning)
        meaning.setWordWrap(True)
        self._place.addWidget(meaning)
        self.field = _field(setting)
        self.field.set_value(line.value)
        self._place.addWidget(self.field)

    def change(self) -> None:
        """Touch over the new value."""
        line, field = self.chosen, self.field
        if line is None or field is None or not self.button.isEnabled():
            return
        field.set_error("")
        change = SettingChange(line.name, plain(field.value()))
        desk = self._desk
        self.button.setEnabled(False)

        def done(_none: Any) -> None:
            desk.say(f"設定「{SETTINGS[change.name].label}」を変更しました。")
            self.load()

        desk.carry_out(
            self,
            lambda: upkeep.prepare_setting(desk.gate, desk.session, change),
            lambda prepared, given: upkeep.perform_setting(desk.gate, prepared, given),
            done,
            failed=self._refused,
            ended=lambda: None,
        )
        self.button.setEnabled(True)

    def _refused(self, error: BaseException) -> None:
        field = self.field
        if field is not None and getattr(error, "field", None) == field.name:
            field.set_error(f"{getattr(error, 'message', '')}{getattr(error, 'remedy', '')}")
            field.setFocus()
        else:
            self._desk.door.show(self, error)


def _field(setting: Setting) -> Field:
    if setting.choices:
        return ChoiceField(
            setting.name,
            "新しい値",
            [(code, setting.word(code)) for code in setting.choices],
            required=True,
        )
    return TextField(
        setting.name,
        "新しい値",
        required=True,
        note=setting.span,
        limit=_LIMITS.get(setting.form, 20),
    )


def _cells(line: SettingLine) -> tuple[str, ...]:
    setting = SETTINGS[line.name]
    return (
        setting.label,
        setting.word(line.value) + setting.unit,
        setting.word(setting.default) + setting.unit,
        setting.span,
        f"{line.set_by}　{line.set_at[:10]}" if line.set_by else "",
    )
