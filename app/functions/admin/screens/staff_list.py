"""職員: everybody of this terminal, their dates and keys, and where each procedure begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtWidgets import QPushButton, QVBoxLayout

from app.functions.admin import staff
from app.functions.admin.screens.parts import eras_of, shown_day
from app.functions.admin.staff import StaffKey, StaffLine, StaffList
from app.rules.calendar.wareki import Eras
from app.security.control.start import Start
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, card, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("職員番号", "氏名", "いまの状態", "所属・職名", "キー", "利用期間")
_WIDTHS = (96, 200, 230, 230, 50)
_NAME = 1


class StaffScreen(Page):
    """One line for each person; what can be done with the chosen one stands in the buttons."""

    def __init__(self, desk: Desk, staff_id: str = "") -> None:
        super().__init__("職員", "↑↓で職員を選び、下のボタンで手続きを始めます。")
        self._desk = desk
        self._wanted = staff_id
        self._eras = eras_of(desk.tables)
        self.lines: tuple[StaffLine, ...] = ()
        self._start = QVBoxLayout()
        self.body.addLayout(self._start)
        self.table = list_table("職員", _COLUMNS, _WIDTHS)
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.table.currentCellChanged.connect(lambda *_cells: self._tell_more())
        self.body.addWidget(self.table, 1)
        frame, self._more = card()
        self.body.addWidget(frame)
        self._buttons: dict[str, QPushButton] = {}
        self._offer(
            "admin.register_staff",
            "職員を登録",
            "Ctrl+Return",
            lambda _line: desk.go("admin.register_staff"),
        )
        self._offer("admin.request_grant", "権限を申請", "Alt+A", self._to("admin.request_grant"))
        self._offer("admin.list_grants", "権限を見る", "Alt+G", self._to("admin.list_grants"))
        self._offer("admin.add_credential", "キーを登録", "Alt+K", self._to("admin.add_credential"))
        self._offer(
            "admin.revoke_credential", "キーの取消", "Alt+X", self._to("admin.revoke_credential")
        )
        self._offer("admin.change_office", "所属・任期", "Alt+O", self._to("admin.change_office"))
        self._offer("admin.mark_leaver", "退職・異動", "Alt+Q", self._to("admin.mark_leaver"))
        self.action("読み直す", "F5", self.load)
        self.load()

    def _offer(
        self, function_id: str, text: str, key: str, run: Callable[[StaffLine], None]
    ) -> None:
        """A button that is there for whoever has the right, once that is known (SEC-30)."""
        button = self.action(text, key, lambda: self._with_chosen(run))
        button.setVisible(False)
        button.setEnabled(False)
        self._buttons[function_id] = button

    def _to(self, function_id: str) -> Callable[[StaffLine], None]:
        return lambda line: self._desk.go(function_id, staff_id=line.staff_id)

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read everything again."""
        desk = self._desk

        def work() -> tuple[StaffList, frozenset[str]]:
            return staff.list_staff(desk.gate, desk.session), desk.gate.permitted(desk.session)

        desk.run(self, work, self._loaded)

    def _loaded(self, found: tuple[StaffList, frozenset[str]]) -> None:
        listed, permitted = found
        for function_id, button in self._buttons.items():
            button.setVisible(function_id in permitted)
            button.setEnabled(function_id in permitted)
        self._show_start(listed.start)
        wanted = self._wanted or (self.chosen.staff_id if self.chosen else "")
        self._wanted = ""
        self.lines = listed.lines
        today = self._desk.clock.now().date()
        fill(self.table, [_cells(line, today, self._eras) for line in self.lines])
        ids = [line.staff_id for line in self.lines]
        if ids:
            choose(self.table, [ids.index(wanted) if wanted in ids else 0])
        self._tell_more()

    def _show_start(self, start: Start) -> None:
        clear(self._start)
        if start.founders:
            there = {True: "済", False: "まだ"}
            self._start.addWidget(
                box(
                    "warn",
                    "初期設定の期間です。初期設定の二人のほかに、責任者"
                    f"（{there[bool(start.supervisors)]}）と情報システム管理者"
                    f"（{there[bool(start.administrators)]}）の登録と権限の確認が済むまで、"
                    "窓口の業務は始められません。",
                )
            )

    @property
    def chosen(self) -> StaffLine | None:
        """The person whose line is chosen."""
        row = self.table.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _with_chosen(self, run: Callable[[StaffLine], None]) -> None:
        if self.chosen is not None:
            run(self.chosen)

    def _tell_more(self) -> None:
        clear(self._more)
        line = self.chosen
        if line is None:
            return
        password = shown_day(line.password_set_on, self._eras)
        self._more.addWidget(PlainLabel(f"職員 {line.staff_id}　パスワードの設定 {password}"))
        for key in line.registered:
            used = self._use_of(key)
            registered = shown_day(key.registered_on, self._eras)
            self._more.addWidget(
                PlainLabel(f"キー「{key.label}」　{registered} 登録（{key.registered_by}）　{used}")
            )

    def _use_of(self, key: StaffKey) -> str:
        """Whether a key can be used now."""
        if key.revoked_on:
            done = "返却" if key.lent_until else "取消"
            return f"{shown_day(key.revoked_on, self._eras)} {done}"
        if not key.lent_until:
            return "使えます"
        over = datetime.fromisoformat(key.lent_until) < self._desk.clock.now()
        return "貸出の時間が終わりました" if over else f"{key.lent_until[11:16]} まで使えます"


def _cells(line: StaffLine, today: date, eras: Eras) -> tuple[str, ...]:
    return (
        line.staff_id,
        line.called,
        staff.state_words(line, today, eras),
        line.post,
        str(len(line.keys)),
        f"{shown_day(line.valid_from, eras)}〜{shown_day(line.valid_to, eras)}",
    )
