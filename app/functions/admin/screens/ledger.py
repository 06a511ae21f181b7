"""管理台帳と突合: what differs and what is not used, on the screen, on paper, and recorded."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.cases.issuing import Drawing
from app.core.errors import UserError
from app.functions.admin import ledger
from app.functions.admin.ledger import Ledger
from app.rules.calendar.days import BusinessCalendar
from app.security.staff.roles import roles_on
from app.ui.base import desk as screens
from app.ui.base.fields import TextField
from app.ui.base.form_parts import needed
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, box, card, clear
from app.ui.base.tables import choose, fill, list_table

_COLUMNS = ("職員番号", "氏名", "見つかったこと", "すること")
_WIDTHS = (100, 200, 430)
_NAME = 1


def printing_desk(desk: screens.Desk) -> ledger.Desk:
    """Where and with what a ledger is printed."""
    terminal = desk.door_of_staff.terminal
    return ledger.Desk(
        desk.office.name,
        terminal.store.identity.terminal,
        terminal.journal,
        Drawing(desk.tables, desk.press, desk.training),
        desk.printer,
    )


class LedgerScreen(Page):
    """The differences; Alt+P and Alt+K print both lists; a touch records the comparison."""

    def __init__(self, desk: screens.Desk) -> None:
        super().__init__(
            "管理台帳と突合",
            "ユーザ一覧を管理台帳と突き合わせた結果です。印刷して目で確かめ、"
            "結果を残すときは下に入れて Ctrl+Enter。",
        )
        self._desk = desk
        self._calendar = BusinessCalendar.from_table(desk.tables["closed_days"])
        self._roles = roles_on(desk.tables, desk.catalog, desk.clock.now().date())
        self.ledger: Ledger | None = None
        self._summary = QVBoxLayout()
        self.body.addLayout(self._summary)
        self.table = list_table("突合", _COLUMNS, _WIDTHS)
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.body.addWidget(self.table, 1)
        frame, layout = card()
        self.note = TextField("note", "結果", note="違いをどうしたか。なければ「異常なし」。")
        layout.addWidget(self.note)
        self.body.addWidget(frame)
        self.users_button = self.action("台帳を印刷", "Alt+P", self.print_users)
        self.rights_button = self.action("権限の記録を印刷", "Alt+K", self.print_rights)
        self.differences_button = self.action("突合の結果を印刷", "Alt+D", self.print_differences)
        self.action("読み直す", "F5", self.load)
        self.button = self.action("突合を記録する", "Ctrl+Return", self.check, primary=True)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read and compare again."""
        desk = self._desk
        journal = desk.door_of_staff.terminal.journal

        def work() -> tuple[Ledger, frozenset[str]]:
            found = ledger.read_ledger(
                desk.gate, desk.session, journal, desk.catalog, self._calendar
            )
            return found, desk.gate.permitted(desk.session)

        desk.run(self, work, self._loaded)

    def _loaded(self, read: tuple[Ledger, frozenset[str]]) -> None:
        found, permitted = read
        for button, function_id in (
            (self.button, "admin.note_check"),
            (self.users_button, "admin.print_ledger"),
            (self.rights_button, "admin.print_ledger"),
            (self.differences_button, "admin.print_ledger"),
        ):
            button.setVisible(function_id in permitted)  # absent, not greyed (SEC-30)
            button.setEnabled(function_id in permitted)
        self.ledger = found
        if not found.differences and not self.note.value():
            self.note.set_value("異常なし。")
        rows = [(one.staff_id, one.name, one.what, one.remedy) for one in found.differences]
        fill(self.table, rows)
        if rows:
            choose(self.table, [0])
        clear(self._summary)
        said = (
            f"職員 {len(found.people)}人と権限 {len(found.rights)}件を突き合わせました。"
            f"見ておくものは {ledger.counted(found.differences)}。"
        )
        self._summary.addWidget(box("warn" if rows else "ok", said))

    def print_users(self) -> None:
        """ユーザ管理台帳."""
        desk, found = self._desk, self.ledger
        if found is not None:
            self._print(
                lambda: ledger.print_users(
                    desk.gate, desk.session, found, self._roles, printing_desk(desk)
                )
            )

    def print_rights(self) -> None:
        """権限申請・承認の記録."""
        desk, found = self._desk, self.ledger
        if found is not None:
            self._print(
                lambda: ledger.print_rights(desk.gate, desk.session, found, printing_desk(desk))
            )

    def print_differences(self) -> None:
        """突合の結果."""
        desk, found = self._desk, self.ledger
        if found is not None:
            self._print(
                lambda: ledger.print_comparison(desk.gate, desk.session, found, printing_desk(desk))
            )

    def _print(self, work: Any) -> None:
        self._desk.run(self, work, lambda _none: self._desk.say("印刷しました。"))

    def check(self) -> None:
        """Touch over what was compared."""
        desk, found = self._desk, self.ledger
        if found is None:
            return
        self.note.set_error("")
        try:
            note = needed(self.note)
        except UserError as missing:
            self.note.set_error(f"{missing.message}{missing.remedy}")
            self.note.setFocus()
            return
        desk.carry_out(
            self,
            lambda: ledger.prepare_check(desk.gate, desk.session, found, note),
            lambda prepared, given: ledger.perform_check(desk.gate, prepared, given),
            lambda _none: desk.say("突合を記録しました。"),
        )
