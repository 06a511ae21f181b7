"""アクセス権限と事務の対応表: which role may be given which function (SEC-35)."""

from __future__ import annotations

from app.functions.admin import ledger, upkeep
from app.functions.admin.screens.ledger import printing_desk
from app.security.spec import Actor
from app.security.staff.roles import PermissionLine, roles_on
from app.ui.base.desk import Desk
from app.ui.base.pages import Page
from app.ui.base.tables import fill, list_table


class PermissionTableScreen(Page):
    """Functions down, roles across; ○ can be asked for in that role, nothing else can."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "アクセス権限と事務の対応表",
            "○ の機能だけを、その役割で申請できます。この表は機能の登録から作られています。",
        )
        self._desk = desk
        self._roles = roles_on(desk.tables, desk.catalog, desk.clock.now().date())
        columns = ("事務", "機能", "種別", *(role.label for role in self._roles), "")
        widths = (110, 300, 60, *(112 for _ in self._roles))
        self.table = list_table("対応表", columns, widths)
        self.body.addWidget(self.table, 1)
        self.action("印刷", "Alt+P", self.print_table)
        desk.run(
            self,
            lambda: upkeep.show_permission_table(
                desk.gate, desk.session, desk.tables, desk.catalog
            ),
            self._show,
        )

    def first_focus(self) -> None:
        self.table.setFocus()

    def print_table(self) -> None:
        """The same table on paper."""
        desk = self._desk
        desk.run(
            self,
            lambda: ledger.print_permissions(
                desk.gate, desk.session, desk.catalog, self._roles, printing_desk(desk)
            ),
            lambda _none: desk.say("印刷しました。"),
        )

    def _show(self, lines: tuple[PermissionLine, ...]) -> None:
        catalog = self._desk.catalog
        mine = [line for line in lines if catalog[line.function_id].actor is Actor.STAFF]
        rows = []
        for line in mine:
            marks = ["○" if role.code in line.roles else "" for role in self._roles]
            rows.append((line.area, line.label, line.access, *marks, ""))
        fill(self.table, rows)
