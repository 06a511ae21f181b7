"""貸出鍵: whoever forgot the key works with a lent one until the end of the day, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.functions.admin import key_steps
from app.functions.admin.screens.keys import AddKeyScreen, LostKeyScreen
from app.functions.admin.screens.staff_list import StaffScreen
from app.functions.own.screens.password import PasswordScreen
from app.security.keys.keyslots import loan_of
from app.ui.base.tables import choose as choose_rows
from tests.support.founded import PASSWORDS, FoundedTerminal
from tests.support.keys import QUICK
from tests.support.office import Office, founded_office

LOAN = loan_of("S201")


@pytest.fixture
def place(
    tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[FoundedTerminal, Office]]:
    monkeypatch.setattr(key_steps.lend, "__defaults__", (QUICK,))
    terminal, office = founded_office(tmp_path)
    office.log_in("S201", PASSWORDS["S201"])
    yield terminal, office
    office.close()


def lend(office: Office, key: str = "loan") -> None:
    """The first founder gets a lent key (signed by both) and leaves the own one at home."""
    staff = office.choose("admin.list_staff", StaffScreen)
    office.until(lambda: bool(staff.lines))
    staff._buttons["admin.add_credential"].click()
    form = office.screen(AddKeyScreen)
    office.until(lambda: form.person is not None)
    form.what.set_value("loan")
    form.label.set_value("3番")
    form.password.edit.setText(PASSWORDS["S201"])
    office.hands.registering = key
    office.picture("loan")
    office.go_on()
    office.answer_second("S202")
    staff = office.screen(StaffScreen)
    office.until(lambda: bool(staff.lines))


def again(office: Office) -> None:
    office.log_off()
    office.log_in("S201", PASSWORDS["S201"])


def slots(office: Office) -> Any:
    desk = office.counter.desk
    assert desk is not None
    return desk.door_of_staff.terminal.access.slots


def refused(office: Office) -> str:
    """A login that is refused; what the form says."""
    if office.counter.desk is not None:
        office.log_off()
    form = office.counter.form
    assert form is not None
    form.staff.setText("S201")
    form.password.setText(PASSWORDS["S201"])
    form.button.click()
    office.until_told(lambda: bool(form.message.text()) and form.button.isEnabled())
    return form.message.text()


@pytest.mark.req("SEC-23")
def test_it_opens_until_closing_time_and_the_own_key_stays_good(
    place: tuple[FoundedTerminal, Office],
) -> None:
    terminal, office = place
    lend(office)
    shown = office.choose("admin.list_staff", StaffScreen)
    office.until(lambda: "19:00 まで使えます" in office.texts())
    assert [len(line.keys) for line in shown.lines] == [1, 1]
    office.picture("loan-listed")
    office.hands.away.add("S201")
    again(office)
    assert slots(office).find(LOAN) is not None
    generation = slots(office).generation
    office.log_off()
    terminal.clock.advance(timedelta(days=1))  # the next morning
    assert "セキュリティキー" in refused(office)
    assert office.counter.desk is None
    office.hands.away = {"loan"}
    office.log_in("S201", PASSWORDS["S201"])
    assert slots(office).find(LOAN) is None and slots(office).generation == generation + 1
    staff = office.choose("admin.list_staff", StaffScreen)
    office.until(lambda: bool(staff.lines))
    assert "貸出の時間が終わりました" in office.texts()
    office.hands.away = set()
    lend(office)  # the same thing is lent again another day
    assert slots(office).find(LOAN) is not None


def test_what_came_back_opens_nothing_and_the_own_key_works_on(
    place: tuple[FoundedTerminal, Office],
) -> None:
    _, office = place
    lend(office)
    staff = office.choose("admin.list_staff", StaffScreen)
    office.until(lambda: bool(staff.lines))
    choose_rows(staff.table, [0])
    staff._buttons["admin.revoke_credential"].click()
    back = office.screen(LostKeyScreen)
    office.until(lambda: back.which is not None)
    assert back.which is not None
    back.which.set_value("1")
    office.go_on()
    staff = office.screen(StaffScreen)
    office.until(lambda: bool(staff.lines))
    assert slots(office).find(LOAN) is None
    again(office)
    assert slots(office).find("S201") is not None


def test_one_is_lent_at_a_time_and_no_password_is_changed_with_it(
    place: tuple[FoundedTerminal, Office],
) -> None:
    _, office = place
    lend(office)
    staff = office.choose("admin.list_staff", StaffScreen)
    office.until(lambda: bool(staff.lines))
    staff._buttons["admin.add_credential"].click()
    form = office.screen(AddKeyScreen)
    office.until(lambda: form.person is not None)
    form.what.set_value("loan")
    form.label.set_value("4番")
    form.password.edit.setText(PASSWORDS["S201"])
    office.hands.registering = "loan-2"
    office.go_on()
    assert "返していない貸出鍵" in office.refused()
    office.hands.away.add("S201")
    again(office)
    change = office.choose("own.change_password", PasswordScreen)
    for field, value in (
        (change.old, PASSWORDS["S201"]),
        (change.new, "Kikyou-65-sugi"),
        (change.again, "Kikyou-65-sugi"),
    ):
        field.edit.setText(value)
    office.go_on()
    assert "貸出鍵では" in office.refused()
