"""権限の申請: a person, a role by its number key, two days and a reason."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app.core.errors import UserError
from app.functions.admin import rights, rights_list, staff
from app.functions.admin.rights import Request
from app.functions.admin.screens.parts import end_of_year, eras_of
from app.functions.admin.staff import StaffLine
from app.rules.calendar.days import BusinessCalendar
from app.security.staff.grants import Grant, GrantState
from app.security.staff.roles import Role, roles_on
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, Field, TextField
from app.ui.base.form_parts import DayField, clear_errors, needed, show_at_field
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, card

_ALIVE = (GrantState.REQUESTED, GrantState.APPROVED, GrantState.EFFECTIVE, GrantState.CONFIRMED)


class RequestScreen(Page):
    """Role, days, reason; what the person holds or has asked for already is not asked for again."""

    def __init__(self, desk: Desk, staff_id: str = "", role: str = "") -> None:
        super().__init__(
            "権限の申請",
            "役割を数字キーで選び、期間と理由を入れて Ctrl+Enter。"
            "承認・反映・確認は、ほかの職員が順に行います。",
        )
        self._desk = desk
        today = desk.clock.now().date()
        eras = eras_of(desk.tables)
        self._people: dict[str, StaffLine] = {}
        self._held: dict[str, set[str]] = {}
        self._roles: dict[str, Role] = {
            role.code: role for role in roles_on(desk.tables, desk.catalog, today)
        }
        self.staff_id = TextField(
            "staff_id", "職員番号", required=True, limit=20, understand=self._whom
        )
        self.role = ChoiceField(
            "role", "役割", [(one.code, one.label) for one in self._roles.values()], required=True
        )
        self.valid_from = DayField("valid_from", "いつから", eras)
        self.valid_from.set_day(today)
        self.valid_to = DayField("valid_to", "いつまで", eras, note="1年以内。")
        self.valid_to.set_day(end_of_year(today))
        self.reason = TextField("reason", "理由", required=True, note="着任、異動、応援など。")
        self.fields: tuple[Field, ...] = (
            self.staff_id,
            self.role,
            self.valid_from,
            self.valid_to,
            self.reason,
        )
        frame, layout = card()
        for one in self.fields:
            layout.addWidget(one)
        self.body.addWidget(frame)
        self.told = PlainLabel("")
        self.told.setObjectName("hint")
        self.body.addWidget(self.told)
        self.functions = QListWidget()
        self.functions.setAccessibleName("申請する機能")
        self.body.addWidget(self.functions, 1)
        self.action("やめる", "Esc", lambda: desk.go("admin.list_staff"))
        self.button = self.action("申請する", "Ctrl+Return", self.request, primary=True)
        for field, after in zip(self.fields, self.fields[1:], strict=False):
            field.done.connect(after.setFocus)
        self.reason.done.connect(self.request)
        self.role.changed.connect(self._list_functions)
        self.staff_id.changed.connect(self._list_functions)
        self.staff_id.set_value(staff_id)
        self.role.set_value(role)
        self._load()

    def first_focus(self) -> None:
        first: Field = self.role if self.staff_id.value() else self.staff_id
        first.setFocus()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The functions that are ticked, in the order of the table."""
        items = (self.functions.item(row) for row in range(self.functions.count()))
        return tuple(
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        )

    def _load(self) -> None:
        desk = self._desk
        calendar = BusinessCalendar.from_table(desk.tables["closed_days"])

        def work() -> tuple[staff.StaffList, tuple[rights_list.GrantLine, ...]]:
            listed = staff.list_staff(desk.gate, desk.session)
            return listed, rights_list.list_grants(desk.gate, desk.session, desk.catalog, calendar)

        desk.run(self, work, self._loaded)

    def _loaded(self, found: tuple[staff.StaffList, tuple[rights_list.GrantLine, ...]]) -> None:
        listed, held = found
        self._people = {line.staff_id: line for line in listed.lines}
        today = self._desk.clock.now().date()
        for line in held:
            grant: Grant = line.grant
            if grant.state in _ALIVE and grant.valid_to >= today:
                self._held.setdefault(grant.staff_id, set()).add(grant.function_id)
        self.staff_id.set_hint(self._whom(self.staff_id.value()))
        person = self._people.get(self.staff_id.value())
        if person is not None and person.valid_to < end_of_year(today).isoformat():
            self.valid_to.set_day(date.fromisoformat(person.valid_to))
        self._list_functions()

    def _whom(self, staff_id: str) -> str:
        person = self._people.get(staff_id)
        return f"{person.called}（{person.post}）" if person is not None else ""

    def _list_functions(self) -> None:
        self.functions.clear()
        role = self._roles.get(self.role.value())
        if role is None:
            self.told.setText("役割を選ぶと、対応表の機能がここに並びます。")
            return
        catalog = self._desk.catalog
        held = self._held.get(self.staff_id.value(), set())
        asked = [one for one in role.function_ids if one not in held]
        for one in asked:
            function = catalog[one]
            item = QListWidgetItem(f"{catalog.area_of(function).label}　{function.label}")
            item.setData(Qt.ItemDataRole.UserRole, one)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.functions.addItem(item)
        known = len(role.function_ids) - len(asked)
        more = f"（すでにある {known} 機能を除く）" if known else ""
        self.told.setText(
            f"「{role.label}」の {len(asked)} 機能{more}。要らないものは選んで Space で外します。"
        )

    def request(self) -> None:
        """Touch over the request."""
        clear_errors(self.fields)
        desk = self._desk
        try:
            request = self._request()
        except UserError as wrong:
            if not show_at_field(self.fields, wrong):
                desk.door.show(self, wrong)
            return
        self.button.setEnabled(False)
        desk.carry_out(
            self,
            lambda: rights.prepare_request(
                desk.gate, desk.session, request, desk.catalog, desk.tables
            ),
            lambda prepared, given: rights.perform_request(
                desk.gate, prepared, given, desk.catalog
            ),
            lambda made: self._requested(request, len(made)),
            failed=self._refused,
            ended=lambda: self.button.setEnabled(True),
        )

    def _request(self) -> Request:
        staff_id = needed(self.staff_id)
        if staff_id not in self._people:
            raise UserError(
                "staff.unknown",
                f"職員番号 {staff_id} は登録されていません。",
                "職員の一覧にある番号を入れるか、先に職員を登録してください。",
                field="staff_id",
            )
        role = needed(self.role)
        wanted = self.wanted
        if not wanted:
            raise UserError(
                "grant.nothing",
                "申請する機能がありません。",
                "この人はすでに持っているか、すべて外されています。役割か機能を選び直してください。",
                field="role",
            )
        return Request(
            staff_id,
            role,
            wanted,
            self.valid_from.day(),
            self.valid_to.day(),
            needed(self.reason),
        )

    def _requested(self, request: Request, count: int) -> None:
        desk = self._desk
        desk.say(f"職員 {request.staff_id} の権限 {count}件を申請しました。次は承認です。")
        desk.go("admin.list_grants", staff_id=request.staff_id)

    def _refused(self, error: BaseException) -> None:
        if not show_at_field(self.fields, error):
            self._desk.door.show(self, error)
