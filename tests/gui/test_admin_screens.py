"""The screens of administration over a founded terminal, with the people and keys it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QInputDialog, QLabel

from app.functions.admin import admitting, key_steps
from app.functions.admin.screens.follow import FollowScreen
from app.functions.admin.screens.keys import AddKeyScreen, LostKeyScreen
from app.functions.admin.screens.leaving import LeavingScreen
from app.functions.admin.screens.ledger import LedgerScreen
from app.functions.admin.screens.newcomer import NewcomerScreen
from app.functions.admin.screens.permissions import PermissionTableScreen
from app.functions.admin.screens.removal import RemovalScreen
from app.functions.admin.screens.request import RequestScreen
from app.functions.admin.screens.rights import RightsScreen
from app.functions.admin.screens.settings import SettingsScreen
from app.functions.admin.screens.staff_list import StaffScreen
from app.functions.admin.screens.upkeep import (
    BackupScreen,
    ClockScreen,
    HoursScreen,
    KeyChangeScreen,
)
from app.security.authenticators.verify import verify_assertion
from app.security.control.joining import Offer
from app.security.control.proof import Prover
from app.security.staff.grants import GrantState
from app.ui.base.tables import choose as choose_rows
from app.wire.control import ControlHead
from tests.support.founded import PASSWORDS, FoundedTerminal
from tests.support.keys import QUICK
from tests.support.office import Office, founded_office
from tests.support.town import offered_town

NEW = "Kikyou-65-sugi"
OTHER = "Rindou-93-hinoki"


@pytest.fixture
def place(
    tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[FoundedTerminal, Office]]:
    monkeypatch.setattr(admitting.admit, "__defaults__", (QUICK,))
    monkeypatch.setattr(key_steps.reissue, "__defaults__", (QUICK,))
    terminal, office = founded_office(tmp_path)
    yield terminal, office
    office.close()


@pytest.fixture
def office(place: tuple[FoundedTerminal, Office]) -> Office:
    """The first founder before the list of staff."""
    _, made = place
    enter(made, "S201")
    return made


def enter(office: Office, staff_id: str, password: str = "") -> None:
    if office.counter.desk is not None:
        office.log_off()
    office.log_in(staff_id, password or PASSWORDS[staff_id])


def staff_list(office: Office, chosen: str = "") -> StaffScreen:
    screen = office.choose("admin.list_staff", StaffScreen)
    office.until(lambda: bool(screen.lines), "staff")
    if chosen:
        ids = [line.staff_id for line in screen.lines]
        choose_rows(screen.table, [ids.index(chosen)])
        assert screen.chosen is not None and screen.chosen.staff_id == chosen
    return screen


def fill_form(office: Office, staff_id: str = "S301", key: str = "") -> NewcomerScreen:
    staff_list(office)._buttons["admin.register_staff"].click()
    form = office.screen(NewcomerScreen)
    for field, value in (
        (form.staff_id, staff_id),
        (form.name, "情報 四郎"),
        (form.post, "デジタル推進課"),
        (form.key_label, "青い札"),
        (form.password, NEW),
        (form.again, NEW),
    ):
        field.edit.setText(value)
    office.hands.registering = key or staff_id
    return form


def register(office: Office, staff_id: str = "S301", *, contractor: bool = False) -> RequestScreen:
    form = fill_form(office, staff_id)
    form.kind.set_value("contractor" if contractor else "staff")
    office.go_on()
    office.answer_second("S202")
    screen = office.screen(RequestScreen)
    office.until(lambda: bool(screen._people), "people")
    return screen


def request(office: Office, screen: RequestScreen, role: str = "administrator") -> RightsScreen:
    screen.role.set_value(role)
    screen.reason.set_value("着任")
    office.go_on()
    return office.screen(RightsScreen)


def step(office: Office) -> RightsScreen:
    """Everything that waits for this person, with one touch."""
    screen = office.choose("admin.list_grants", RightsScreen)
    office.until(lambda: any(one.mine for one in screen.bundles), "what waits")
    choose_rows(screen.table, [0])
    screen.all_button.click()
    before = {one.key for one in screen.bundles if one.mine}
    screen.button.click()
    office.until(lambda: before.isdisjoint({one.key for one in screen.bundles}), "step")
    return screen


def admitted(office: Office, role: str = "administrator") -> None:
    """S301 with every right of the role, confirmed; the first founder is logged in again."""
    request(office, register(office), role)
    for who in ("S202", "S201", "S202"):
        enter(office, who)
        step(office)
    enter(office, "S201")


@pytest.mark.req("SEC-21", "SEC-28")
class TestNewcomer:
    def test_what_is_wrong_of_the_form_is_said_at_its_field_before_any_touch(
        self, office: Office
    ) -> None:
        form = fill_form(office, "S201")
        office.go_on()
        office.until(lambda: "すでに登録されています" in form.staff_id.error)
        form.staff_id.set_value("山田")
        office.go_on()
        office.until(lambda: "この職員番号は使えません" in form.staff_id.error)
        form.staff_id.set_value("S301")
        form.valid_to.set_value("R8.1.1")
        office.go_on()
        office.until(lambda: "有効期間が正しくありません" in form.valid_to.error)
        form.valid_to.set_value("あした")
        office.go_on()
        assert form.valid_to.error
        form.valid_to.set_value("R9.3.31")
        form.again.edit.setText("Chigau-12-moji")
        office.go_on()
        assert "二つのパスワードが違います" in form.again.error
        for one in (form.password, form.again):
            one.edit.setText("mijikai")
        office.go_on()
        office.until(lambda: "短すぎます" in form.password.error)
        form.name.set_value("")
        office.go_on()
        assert "氏名が入っていません" in form.name.error
        assert office.counter.door.last is None
        assert form.post.value() == "デジタル推進課"  # nothing typed is lost

    def test_a_key_that_is_somebody_s_already_is_refused(self, office: Office) -> None:
        form = fill_form(office, key="S202")
        office.go_on()
        assert "登録" in office.refused()
        assert form.button.isEnabled() and form.staff_id.value() == "S301"

    def test_the_operator_is_not_the_second_person_too(self, office: Office) -> None:
        fill_form(office)
        office.go_on()
        office.answer_second("S201")
        assert "別の" in office.refused()
        assert len(staff_list(office).lines) == 2

    def test_giving_up_the_second_person_registers_nobody(self, office: Office) -> None:
        form = fill_form(office)
        office.go_on()
        office.until(lambda: office.second_dialog is not None)
        dialog = office.second_dialog
        assert dialog is not None
        dialog.reject()
        office.until(lambda: form.button.isEnabled())
        assert len(staff_list(office).lines) == 2

    @pytest.mark.req("SEC-26", "SEC-48")
    def test_a_contractor_is_seen_as_one_in_every_line(self, office: Office) -> None:
        request(office, register(office, contractor=True), "clerk")
        rights = office.screen(RightsScreen)
        office.until(lambda: bool(rights.bundles))
        assert "委託　情報 四郎" in rights.table.item(0, 2).text()
        assert rights.matrix.rights.headerData(0, _across()).endswith("委託　情報 四郎")
        names = [line.called for line in staff_list(office).lines]
        assert names == ["責任 一郎", "責任 二郎", "委託　情報 四郎"]


def _across() -> Any:
    from PySide6.QtCore import Qt

    return Qt.Orientation.Horizontal


@pytest.mark.req("SEC-36", "SEC-39", "SEC-40")
class TestRights:
    def test_who_asked_sees_that_others_must_go_on(self, office: Office) -> None:
        screen = request(office, register(office))
        office.until(lambda: bool(screen.bundles))
        assert "あなたが進める手続きはありません" in office.texts()
        assert "あなたは進められません" in office.texts()
        assert not screen.button.isEnabled()
        office.picture("others")

    def test_two_supervisors_from_stale_screens(self, office: Office) -> None:
        """What was approved meanwhile is not approved again; the list is read anew."""
        request(office, register(office))
        enter(office, "S202")
        screen = office.choose("admin.list_grants", RightsScreen)
        office.until(lambda: bool(screen.bundles))
        stale = screen.bundles
        screen.button.click()
        office.until(lambda: screen.bundles != stale)
        screen.bundles = stale
        choose_rows(screen.table, [0])
        screen._offer(stale)
        screen.go_on()
        assert "ほかの処理で変わりました" in office.refused()
        office.until(lambda: screen.bundles[0].step == "admin.effect_grant")

    def test_asked_for_again_only_what_is_not_held(self, office: Office) -> None:
        admitted(office)
        screen = office.choose("admin.list_staff", StaffScreen)
        office.until(lambda: bool(screen.lines))
        office.counter.go("admin.request_grant", staff_id="S301")
        again = office.screen(RequestScreen)
        office.until(lambda: bool(again._held))
        again.role.set_value("administrator")
        assert again.wanted == () and "すでにある" in office.texts()
        again.reason.set_value("もう一度")
        office.go_on()
        assert "申請する機能がありません" in again.role.error

    @pytest.mark.req("SEC-42")
    def test_a_later_end_and_a_right_taken_away_from_the_table(self, office: Office) -> None:
        admitted(office)
        screen = office.choose("admin.list_grants", RightsScreen)
        office.until(lambda: screen.matrix.rights.rowCount() > 0)
        screen.other_button.click()
        office.picture("table")
        choose(screen, "S301", "admin.list_staff")
        screen.renew_button.click()
        dialog = office.counter.window.findChild(QInputDialog)
        assert dialog is not None
        dialog.setTextValue("R9.10.31")
        dialog.accept()
        office.until(lambda: right(screen, "S301", "admin.list_staff").valid_to.month == 10)
        choose(screen, "S301", "admin.back_up")
        screen.revoke_button.click()
        office.until(
            lambda: right(screen, "S301", "admin.back_up").state is GrantState.REVOKED, "revoked"
        )
        enter(office, "S301", NEW)
        assert "admin.back_up" not in office.counter.window.menu_functions()
        assert "admin.list_staff" in office.counter.window.menu_functions()


def choose(screen: RightsScreen, staff_id: str, function_id: str) -> None:
    model = screen.matrix.rights
    row = model._functions.index(function_id)
    column = [one for one, _ in model._people].index(staff_id)
    flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
    screen.matrix.selectionModel().select(model.index(row, column), flag)


def right(screen: RightsScreen, staff_id: str, function_id: str) -> Any:
    return screen.matrix.rights._cells[(function_id, staff_id)].grant


@pytest.mark.req("SEC-23", "SEC-34")
class TestKeys:
    def test_a_spare_key_opens_as_the_first_does(self, office: Office) -> None:
        staff_list(office, "S201")._buttons["admin.add_credential"].click()
        screen = office.screen(AddKeyScreen)
        office.until(lambda: screen.person is not None)
        screen.label.set_value("予備")
        screen.password.edit.setText(PASSWORDS["S201"])
        office.picture("spare")
        office.hands.registering = "S201-spare"
        office.go_on()
        office.answer_second("S202")
        office.until(lambda: isinstance(office.counter.window.open_screen(), StaffScreen))
        office.hands.away.add("S201")
        enter(office, "S201")
        line = staff_list(office).lines[0]
        assert [key.label for key in line.keys] == ["初期設定", "予備"]

    def test_a_wrong_password_adds_no_spare(self, office: Office) -> None:
        staff_list(office, "S201")._buttons["admin.add_credential"].click()
        screen = office.screen(AddKeyScreen)
        office.until(lambda: screen.person is not None)
        screen.label.set_value("予備")
        screen.password.edit.setText("Chigau-12-moji")
        office.hands.registering = "S201-spare"
        office.go_on()
        assert "パスワードが違います" in office.refused()
        assert len(staff_list(office).lines[0].keys) == 1

    def test_a_lost_key_opens_nothing_and_its_owner_comes_back_with_a_new_one(
        self, office: Office
    ) -> None:
        admitted(office)
        staff_list(office, "S301")._buttons["admin.revoke_credential"].click()
        lost = office.screen(LostKeyScreen)
        office.until(lambda: lost.which is not None)
        office.picture("lost")
        office.go_on()
        office.answer_second("S202")
        anew = office.screen(AddKeyScreen)
        office.until(lambda: anew.person is not None)
        assert anew.what.value() == "anew"
        anew.label.set_value("新しい札")
        anew.password.edit.setText(OTHER)
        anew.again.edit.setText(OTHER)
        office.hands.registering = "S301-new"
        office.go_on()
        office.answer_second("S202")
        office.until(lambda: isinstance(office.counter.window.open_screen(), StaffScreen))
        line = staff_list(office, "S301").chosen
        assert line is not None
        assert [(key.label, bool(key.revoked_on)) for key in line.registered] == [
            ("青い札", True),
            ("新しい札", False),
        ]
        enter(office, "S301", OTHER)
        assert "admin.back_up" in office.counter.window.menu_functions()

    @pytest.mark.req("SEC-27", "SEC-28")
    def test_a_forgotten_password_ends_the_keys_of_before_and_begins_its_days_anew(
        self, place: tuple[FoundedTerminal, Office]
    ) -> None:
        """The whole way of an administrator who comes back: three people, one terminal (4 s)."""
        terminal, office = place
        enter(office, "S201")
        admitted(office)
        office.log_off()
        terminal.clock.advance(timedelta(days=7))
        enter(office, "S201")
        staff_list(office, "S301")._buttons["admin.add_credential"].click()
        anew = office.screen(AddKeyScreen)
        office.until(lambda: anew.person is not None)
        anew.what.set_value("anew")
        anew.label.set_value("新しい札")
        anew.password.edit.setText(OTHER)
        anew.again.edit.setText(OTHER)
        office.hands.registering = "S301-new"
        office.go_on()
        office.answer_second("S202")
        office.until(lambda: isinstance(office.counter.window.open_screen(), StaffScreen))
        line = staff_list(office, "S301").chosen
        assert line is not None and [key.label for key in line.keys] == ["新しい札"]
        assert line.password_set_on == terminal.clock.now().date().isoformat()
        enter(office, "S301", OTHER)
        assert "admin.back_up" in office.counter.window.menu_functions()

    @pytest.mark.req("SEC-41")
    def test_who_leaves_today_is_out_and_who_stays_comes_in(self, office: Office) -> None:
        admitted(office)
        staff_list(office, "S301")._buttons["admin.mark_leaver"].click()
        screen = office.screen(LeavingScreen)
        office.until(lambda: bool(screen._people))
        office.picture("leaving")
        office.go_on()
        office.answer_second("S202")
        shown = office.screen(StaffScreen)
        office.until(lambda: bool(shown.lines))
        assert "退職・異動" in shown.table.item(2, 2).text()
        office.log_off()
        form = office.counter.form
        assert form is not None
        form.staff.setText("S301")
        form.password.setText(NEW)
        form.button.click()
        office.until_told(lambda: "キー" in form.message.text() and form.button.isEnabled())
        assert office.counter.desk is None
        enter(office, "S202")


class TestUpkeep:
    @pytest.mark.req("SEC-65")
    def test_a_setting_says_what_it_means_and_refuses_what_it_may_not_be(
        self, office: Office
    ) -> None:
        screen = office.choose("admin.list_settings", SettingsScreen)
        office.until(lambda: bool(screen.lines))
        names = [line.name for line in screen.lines]
        choose_rows(screen.table, [names.index("lock.idle_minutes")])
        office.settle()
        assert "画面を隠してロックします" in office.texts()
        office.picture("settings")
        assert screen.field is not None
        screen.field.set_value("90")
        screen.button.click()
        office.until(lambda: screen.field is not None and "1から30" in screen.field.error)
        screen.field.set_value("３")
        screen.button.click()
        at = names.index("lock.idle_minutes")
        office.until(lambda: screen.lines[at].value == "3")
        assert screen.lines[at].set_by == "S201"

    @pytest.mark.req("SEC-69")
    def test_hours_beyond_a_day_are_refused_and_an_exception_ends_the_session(
        self, office: Office
    ) -> None:
        screen = office.choose("admin.hours_exception", HoursScreen)
        screen.reason.set_value("賦課の締め")
        screen.day.set_value("R8.11.30")
        office.picture("hours")
        office.go_on()
        office.until(lambda: "24時間以内" in screen.day.error)
        screen.day.set_value("R8.11.16")
        screen.time.set_value("二十時")
        office.go_on()
        assert "20:30 の形" in screen.time.error
        screen.time.set_value("20:30")
        office.go_on()
        office.until(lambda: office.counter.form is not None)

    def test_out_of_hours_only_the_exception_is_offered(
        self, place: tuple[FoundedTerminal, Office]
    ) -> None:
        terminal, office = place
        terminal.clock.advance(timedelta(hours=12))
        enter(office, "S201")
        screen = office.screen(HoursScreen)
        screen.day.set_value("R8.11.16")
        screen.time.set_value("23:30")
        screen.reason.set_value("災害の対応")
        office.go_on()
        office.until(lambda: office.counter.form is not None)
        enter(office, "S201")
        assert "admin.list_staff" in office.counter.window.menu_functions()

    def test_a_clock_that_leapt_is_believed_again_by_two_supervisors(
        self, place: tuple[FoundedTerminal, Office]
    ) -> None:
        terminal, office = place
        terminal.clock.advance(timedelta(days=40))
        enter(office, "S201")
        screen = office.screen(ClockScreen)
        office.picture("clock")
        assert "令和8年12月26日" in screen.shown.text()
        office.go_on()
        office.answer_second("S202")
        office.until(lambda: office.counter.form is not None)

    @pytest.mark.req("SEC-46")
    def test_a_backup_is_made_and_said(self, place: tuple[FoundedTerminal, Office]) -> None:
        terminal, office = place
        enter(office, "S201")
        office.choose("admin.back_up", BackupScreen)
        office.go_on()
        office.until(lambda: "作りました：" in office.texts())
        assert any(terminal.paths.backups.iterdir())

    def test_the_key_is_changed_and_an_unknown_leaver_is_refused(self, office: Office) -> None:
        screen = office.choose("admin.rotate_key", KeyChangeScreen)
        office.until(lambda: bool(screen._known))
        screen.leaving.set_value("S999")
        office.go_on()
        assert "S999 は登録されていません" in screen.leaving.error
        screen.leaving.set_value("")
        office.go_on()
        office.answer_second("S202")
        office.screen(StaffScreen)
        enter(office, "S202")

    def test_a_terminal_joins_the_municipality_s_log(
        self, place: tuple[FoundedTerminal, Office], office: Office
    ) -> None:
        terminal = office.counter._doorway.terminal
        assert terminal is not None
        screen = office.choose("admin.follow_log", FollowScreen)
        assert "管理簿が広域連合からまだ届いていません" in office.texts()
        town = offered_town()
        told = ControlHead(
            town.municipality, town.head.number, town.head.hash, "2026-11-16T10:00:00+09:00"
        )
        prover = Prover(terminal.control.house, verify_assertion)
        terminal.control.offer = Offer(tuple(town.rows), told, town.signed(), prover)
        screen = office.choose("admin.follow_log", FollowScreen)
        assert screen.code.text() == terminal.control.offer.code
        office.picture("follow-log")
        office.go_on()
        office.answer_second("S202")
        office.until(lambda: terminal.sessions.all() == ())
        office.counter.look_at_the_clock()
        assert office.counter.desk is None
        assert office.counter.form is not None
        labels = office.counter.form.findChildren(QLabel)
        assert any("管理簿の職員でログイン" in one.text() for one in labels)
        office.picture("follow-log-after")

    @pytest.mark.req("SEC-35")
    def test_the_permission_table_shows_who_may_be_given_what(self, office: Office) -> None:
        screen = office.choose("admin.permission_table", PermissionTableScreen)
        office.until(lambda: screen.table.rowCount() > 20)
        office.picture("permissions")
        rows = [
            [screen.table.item(row, column).text() for column in range(screen.table.columnCount())]
            for row in range(screen.table.rowCount())
        ]
        backup = next(row for row in rows if row[1] == "バックアップ")
        heads = [screen.table.horizontalHeaderItem(n).text() for n in range(len(backup))]
        assert [head for head, cell in zip(heads, backup, strict=True) if cell == "○"] == [
            "情報システム管理者"
        ]


@pytest.mark.req("SEC-44")
def test_the_lists_are_compared_printed_and_the_comparison_recorded(office: Office) -> None:
    register(office)
    screen = office.choose("admin.ledger", LedgerScreen)
    office.until(lambda: screen.ledger is not None)
    shown = [screen.table.item(row, 2).text() for row in range(screen.table.rowCount())]
    assert shown == ["有効な権限が一つもありません"]
    assert "見ておくものは 1件（1人）" in office.texts()
    office.picture("ledger")
    before = office.counter.journal_line
    assert screen.note.value() == ""  # nobody signs 異常なし over something that was found
    office.go_on()
    assert "結果が入っていません" in screen.note.error and office.counter.journal_line == before
    screen.note.set_value("S301 は権限の申請中。")
    office.go_on()
    office.until(lambda: office.counter.journal_line > before)


@pytest.mark.req("SEC-30", "SEC-46")
def test_an_auditor_looks_and_prints_and_is_offered_nothing_else(office: Office) -> None:
    admitted(office, "auditor")
    enter(office, "S301", NEW)
    assert set(office.counter.window.menu_functions()) >= {"admin.ledger", "admin.list_settings"}
    assert not any(
        one.startswith(("persons.", "eligibility.", "day."))
        for one in office.counter.window.menu_functions()
    )
    ledger = office.choose("admin.ledger", LedgerScreen)
    office.until(lambda: ledger.ledger is not None)
    assert ledger.users_button.isVisible() and not ledger.button.isVisible()
    settings = office.choose("admin.list_settings", SettingsScreen)
    office.until(lambda: bool(settings.lines))
    assert not settings.button.isVisible()
    staff = staff_list(office)
    assert not any(
        button.isVisible()
        for button in staff._buttons.values()
        if button is not (staff._buttons["admin.list_grants"])
    )


@pytest.mark.req("SEC-147")
def test_a_terminal_is_removed_in_one_action(place: tuple[FoundedTerminal, Office]) -> None:
    terminal, office = place
    enter(office, "S201")
    screen = office.choose("admin.remove_terminal", RemovalScreen)
    screen.again.set_value("T99")
    screen.reason.set_value("統合")
    office.picture("removal")
    office.go_on()
    assert "この端末の番号は T01 です" in screen.again.error
    screen.again.set_value("T01")
    office.go_on()
    office.answer_second("S202")
    office.until_told(
        lambda: (
            office.counter.form is not None
            and "廃止されました" in office.counter.form.message.text()
        )
    )
    assert not terminal.paths.store.exists() and not terminal.paths.slots.exists()
    assert terminal.shelf.read_terminal_secret() is None
