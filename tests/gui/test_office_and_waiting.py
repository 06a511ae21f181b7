"""The office's words and seal, change of office, deputies, terminals, what waits for a second
person, and what is typed when the screen locks: at the real window over a founded terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from PySide6.QtWidgets import QApplication

from app.functions.admin import admitting
from app.functions.admin.screens.deputies import DeputiesScreen
from app.functions.admin.screens.moving import MovingScreen
from app.functions.admin.screens.newcomer import NewcomerScreen
from app.functions.admin.screens.offices import ChangeOfficeCardScreen, OfficesScreen
from app.functions.admin.screens.put_off import PutOffScreen
from app.functions.admin.screens.request import RequestScreen
from app.functions.admin.screens.rights import RightsScreen
from app.functions.admin.screens.shares import IssueSharesScreen
from app.functions.admin.screens.staff_list import StaffScreen
from app.functions.admin.screens.terminals import TerminalsScreen
from app.ui.base.tables import choose as choose_rows
from tests.support.founded import PASSWORDS, FoundedTerminal
from tests.support.keys import QUICK
from tests.support.office import Office, founded_office


@pytest.fixture
def place(
    tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[FoundedTerminal, Office]]:
    monkeypatch.setattr(admitting.admit, "__defaults__", (QUICK,))
    terminal, office = founded_office(tmp_path)
    enter(office, "S201")
    yield terminal, office
    office.close()


@pytest.fixture
def office(place: tuple[FoundedTerminal, Office]) -> Office:
    return place[1]


def enter(office: Office, staff_id: str) -> None:
    if office.counter.desk is not None:
        office.log_off()
    office.log_in(staff_id, PASSWORDS[staff_id])


def a_seal(side: int = 300, other: int = 0) -> bytes:
    picture = Image.new("RGB", (side, other or side), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((8, 8, side - 8, (other or side) - 8), outline=(190, 30, 20), width=10)
    draw.line((40, 60, side - 40, 60), fill=(190, 30, 20), width=14)
    draw.line((side // 2, 40, side // 2, side - 40), fill=(190, 30, 20), width=14)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def card_form(office: Office) -> ChangeOfficeCardScreen:
    office.choose("admin.list_offices", OfficesScreen).button.click()
    form = office.screen(ChangeOfficeCardScreen)
    office.settle()
    for field, value in (
        (form.name, "見本市役所　保険年金課"),
        (form.phone, "000-000-0001"),
        (form.hours, "平日 8時30分〜17時15分"),
        (form.issuer, "見本市長　見本　太郎"),
    ):
        field.set_value(value)
    return form


class TestOfficeCard:
    def test_two_put_name_hours_and_seal_in_force_and_the_counter_prints_them(
        self, office: Office, tmp_path: Path
    ) -> None:
        seal = a_seal()
        (tmp_path / "seal.png").write_bytes(seal)
        before = office.choose("admin.list_offices", OfficesScreen)
        office.until(lambda: before.button.isEnabled())
        assert "まだ二人で決めた表示がありません" in office.texts()
        form = card_form(office)
        form.deputy.set_value("見本市長職務代理者　副市長　見本　次郎")
        form.seal.set_value("image")
        form.file.set_value(str(tmp_path / "seal.png"))
        office.settle()
        office.picture("office-form")
        office.go_on()
        office.answer_second("S202")
        shown = office.screen(OfficesScreen)
        office.until(lambda: bool(shown.lines))
        office.picture("office")
        assert shown.table.item(0, 5).text() == "いま有効"
        assert shown.table.item(0, 4).text() == "S201・S202"
        desk = office.counter.desk
        assert desk is not None
        here = desk.counter
        assert (here.name, here.phone) == ("見本市役所　保険年金課", "000-000-0001")
        assert here.hours == "平日 8時30分〜17時15分" and here.seal == seal
        assert here.issuer == "見本市長職務代理者　副市長　見本　次郎"

    def test_what_begins_tomorrow_is_not_printed_today(
        self, place: tuple[FoundedTerminal, Office]
    ) -> None:
        terminal, office = place
        form = card_form(office)
        form.since.set_value("R8.11.17")
        office.go_on()
        office.answer_second("S202")
        shown = office.screen(OfficesScreen)
        office.until(lambda: bool(shown.lines))
        assert shown.table.item(0, 5).text() == "これから"
        desk = office.counter.desk
        assert desk is not None and desk.counter.name == "見本市 保険年金課"
        terminal.clock.advance(timedelta(days=1))
        assert desk.counter.name == "見本市役所　保険年金課"

    def test_a_seal_that_breaks_off_is_said_at_its_field_and_nothing_is_lost(
        self, office: Office, tmp_path: Path
    ) -> None:
        path = tmp_path / "seal.png"
        path.write_bytes(a_seal()[:600])
        form = card_form(office)
        form.seal.set_value("image")
        form.file.set_value(str(path))
        office.go_on()
        office.until(lambda: "途中で切れている" in form.file.error)
        form.file.set_value(str(tmp_path / "none.png"))
        office.go_on()
        assert "開けません" in form.file.error
        assert form.name.value() == "見本市役所　保険年金課" and form.button.isEnabled()

    def test_a_day_that_is_over_and_a_missing_issuer_are_refused(self, office: Office) -> None:
        form = card_form(office)
        form.since.set_value("R8.11.15")
        office.go_on()
        office.until(lambda: "今日から1年以内" in form.since.error)
        form.since.set_value("R8.11.16")
        form.issuer.set_value("")
        office.go_on()
        assert "発行者が入っていません" in form.issuer.error


@pytest.mark.req("SEC-41", "SEC-42")
def test_a_change_of_office_changes_post_and_end_and_leads_to_the_rights(office: Office) -> None:
    staff = office.choose("admin.list_staff", StaffScreen)
    office.until(lambda: bool(staff.lines))
    choose_rows(staff.table, [1])
    staff._buttons["admin.change_office"].click()
    form = office.screen(MovingScreen)
    office.until(lambda: bool(form._people))
    assert form.post.value() == "保険年金課"
    office.go_on()
    assert "いまと同じです" in form.post.error
    form.post.set_value("高齢福祉課")
    form.valid_to.set_value("R8.1.1")
    office.go_on()
    office.until(lambda: "有効期間が正しくありません" in form.valid_to.error)
    form.valid_to.set_value("R8.12.31")
    office.go_on()
    assert "責任者が二人を下回ります" in office.refused()
    form.valid_to.set_day(date.fromisoformat(form._people["S202"].valid_to))
    office.go_on()
    office.answer_second("S202")
    assert "別の" in office.refused()  # nobody seconds what is about themselves
    assert form.button.isEnabled() and form.post.value() == "高齢福祉課"
    form.staff_id.set_value("S201")
    form.post.set_value("高齢福祉課")
    office.picture("moving")
    office.go_on()
    office.answer_second("S202")
    rights = office.screen(RightsScreen)
    office.until(lambda: rights.matrix.rights.rowCount() > 0)
    staff = office.choose("admin.list_staff", StaffScreen)
    office.until(lambda: bool(staff.lines))
    assert [line.post for line in staff.lines] == ["高齢福祉課", "保険年金課"]


@pytest.mark.req("SEC-40")
class TestPutOff:
    """S201 decides what the office shows and nobody is there; S202 seconds it another day."""

    def put_off(self, office: Office) -> None:
        form = card_form(office)
        office.go_on()
        office.until(lambda: office.second_dialog is not None)
        dialog = office.second_dialog
        assert dialog is not None and "空のまま「次へ」" in dialog.labelText()
        office.answer_second("")
        assert "まだ行われていません" in office.refused()
        assert not form.waits_behind_lock

    def test_it_survives_a_restart_and_is_done_by_a_supervisor_the_next_day(
        self, place: tuple[FoundedTerminal, Office]
    ) -> None:
        terminal, office = place
        self.put_off(office)
        mine = office.choose("admin.list_put_off", PutOffScreen)
        office.until(lambda: bool(mine.lines))
        assert not mine.button.isEnabled() and mine.take_back.isEnabled()
        office.log_off()
        terminal.clock.advance(timedelta(days=1))
        enter(office, "S202")
        screen = office.choose("admin.list_put_off", PutOffScreen)
        office.until(lambda: bool(screen.lines))
        office.picture("put-off")
        assert "発行者「見本市長　見本　太郎」" in office.texts()
        office.go_on()
        office.until(lambda: not screen.lines)
        desk = office.counter.desk
        assert desk is not None and desk.counter.name == "見本市役所　保険年金課"
        assert not desk.door_of_staff.terminal.control.faults
        enter(office, "S202")  # the log is read and proved anew
        desk = office.counter.desk
        assert desk is not None and desk.counter.name == "見本市役所　保険年金課"
        assert not desk.door_of_staff.terminal.control.faults

    def test_who_began_it_takes_it_back_and_nobody_can_do_it_any_more(self, office: Office) -> None:
        self.put_off(office)
        screen = office.choose("admin.list_put_off", PutOffScreen)
        office.until(lambda: bool(screen.lines))
        gone = screen.lines
        screen.take_back.click()
        office.until(lambda: not screen.lines)
        enter(office, "S202")
        screen = office.choose("admin.list_put_off", PutOffScreen)
        office.settle()
        screen._loaded((gone[0].__class__(**{**_fields(gone[0]), "not_mine": ""}),))
        screen.button.click()
        assert "もう待っていません" in office.refused()

    def test_after_five_business_days_it_is_over(
        self, place: tuple[FoundedTerminal, Office]
    ) -> None:
        terminal, office = place
        self.put_off(office)
        office.log_off()
        terminal.clock.advance(timedelta(days=9))  # Monday 16th to Wednesday 25th, one holiday
        enter(office, "S202")
        screen = office.choose("admin.list_put_off", PutOffScreen)
        office.until(lambda: bool(screen.lines))
        assert screen.lines[0].over and not screen.button.isEnabled()
        assert "5営業日を過ぎました" in office.texts()


def _fields(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def test_deputies_are_named_by_request_and_listed(office: Office) -> None:
    screen = office.choose("admin.list_deputies", DeputiesScreen)
    office.until(lambda: screen.name.isEnabled())
    assert "いま職務代理の職員はいません" in office.texts()
    screen.name.click()
    form = office.screen(RequestScreen)
    office.until(lambda: bool(form._people))
    assert form.role.value() == "deputy"
    form.staff_id.set_value("S202")
    form.reason.set_value("育児休業の代理")
    assert form.wanted == ("admin.deputise",)
    office.go_on()
    office.screen(RightsScreen)
    screen = office.choose("admin.list_deputies", DeputiesScreen)
    office.until(lambda: bool(screen.lines))
    office.picture("deputies")
    assert "申請中" in screen.table.item(0, 3).text()


def test_the_list_of_terminals_says_what_this_one_is_and_what_it_lacks(office: Office) -> None:
    screen = office.choose("admin.list_terminals", TerminalsScreen)
    office.until(lambda: bool(screen.lines))
    office.picture("terminals")
    assert screen.lines[0].here and "この端末" in screen.table.item(0, 0).text()
    assert "madoguchi enrol で広域連合に登録" in office.texts()


@pytest.mark.req("SEC-67", "SEC-68")
class TestBehindTheLock:
    def typed(self, office: Office) -> NewcomerScreen:
        staff = office.choose("admin.list_staff", StaffScreen)
        office.until(lambda: bool(staff.lines))
        staff._buttons["admin.register_staff"].click()
        form = office.screen(NewcomerScreen)
        form.staff_id.set_value("S301")
        form.name.set_value("情報 四郎")
        form.password.edit.setText("Kikyou-65-sugi")
        return form

    def lock(self, office: Office) -> None:
        office.counter.lock()
        office.until(lambda: office.counter.window.covered)
        office.settle()

    def unlock(self, office: Office) -> None:
        form = office.counter.form
        assert form is not None
        form.password.setText(PASSWORDS["S201"])
        form.button.click()
        office.until(lambda: not office.counter.window.covered, "unlock")
        office.settle()

    def test_what_is_typed_waits_and_passwords_do_not(self, office: Office) -> None:
        self.typed(office)
        self.lock(office)
        assert office.counter.window.open_screen() is None
        self.unlock(office)
        window = office.counter.window
        assert isinstance(window.open_screen(), StaffScreen)
        assert "職員の登録" in window.offered
        office.picture("offer")
        window._take.click()
        form = office.screen(NewcomerScreen)
        assert (form.staff_id.value(), form.name.value()) == ("S301", "情報 四郎")
        assert form.password.value() == "" and window.offered == ""

    def test_a_second_lock_keeps_it_and_it_goes_with_the_session(self, office: Office) -> None:
        self.typed(office)
        self.lock(office)
        self.unlock(office)
        self.lock(office)
        assert office.counter.window.offered == ""
        self.unlock(office)
        assert "職員の登録" in office.counter.window.offered
        enter(office, "S202")
        assert office.counter.window.offered == ""

    def test_a_page_on_which_nobody_typed_is_not_offered(self, office: Office) -> None:
        staff = office.choose("admin.list_staff", StaffScreen)
        office.until(lambda: bool(staff.lines))
        self.lock(office)
        self.unlock(office)
        assert office.counter.window.offered == ""


def test_an_incomplete_form_cannot_be_made() -> None:
    from app.ui.base.act_form import ActForm

    class Nothing(ActForm):
        def done(self, outcome: Any) -> None: ...

    assert QApplication.instance() is not None
    with pytest.raises(TypeError, match="Nothing is incomplete: steps"):
        Nothing(None, "題", "文", "語")  # type: ignore[abstract, arg-type]


class TestShares:
    def test_three_shares_are_shown_hidden_and_typed_back_before_anybody_touches(
        self, office: Office
    ) -> None:
        screen = office.choose("admin.issue_shares", IssueSharesScreen)
        office.go_on()
        assert "理由が入っていません" in screen.reason.error
        screen.reason.set_value("保管者の異動")
        office.until(lambda: bool(screen._people))
        screen.holders.set_value("S201 S999")
        screen.button.click()
        assert "S999 の職員は、いまいません" in screen.holders.error and not screen.words
        screen.holders.set_value("S201 S202")
        for number in (1, 2, 3):
            screen.button.click()
            office.settle()
            words = screen.words
            assert len(words) == 33 and words[0] in office.texts()
            if number == 1:
                office.picture("shares-shown")
            screen.button.click()
            office.settle()
            assert screen.words == () and words[3] not in office.texts()
            if number == 1:
                screen.typed.set_value(" ".join(reversed(words)))
                screen.button.click()
                assert "一致しません" in screen.typed.error
                office.picture("shares-typed")
            screen.typed.set_value(" ".join(words))
        screen.button.click()
        office.settle()
        assert "3枚とも打ち返されました" in office.texts()
        screen.button.click()
        office.answer_second("S202")
        office.until(lambda: office.counter.window.open_screen() is not screen)
        assert not office.counter.door.last

    def test_a_lock_takes_the_words_away(self, office: Office) -> None:
        screen = office.choose("admin.issue_shares", IssueSharesScreen)
        office.until(lambda: bool(screen._people))
        screen.reason.set_value("保管者の異動")
        screen.holders.set_value("S201 S202")
        screen.button.click()
        office.settle()
        assert screen.words
        office.counter.lock()
        office.until(lambda: office.counter.window.covered)
        form = office.counter.form
        assert form is not None
        form.password.setText(PASSWORDS["S201"])
        form.button.click()
        office.until(lambda: not office.counter.window.covered, "unlock")
        office.settle()
        assert office.counter.window.offered == ""
        assert not isinstance(office.counter.window.open_screen(), IssueSharesScreen)
