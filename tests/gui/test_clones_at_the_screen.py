"""Copied keys and answers that were used before, tried where a person sits: at the screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fido2.ctap2 import Ctap2

from app.functions.admin.screens.settings import SettingsScreen
from app.security.authenticators.ctap import CtapAuthenticator
from app.training.software_key import SoftwareKey
from app.ui.base.tables import choose as choose_rows
from tests.support.authenticators import Person
from tests.support.founded import PASSWORDS, FoundedTerminal
from tests.support.log_lines import LogLines
from tests.support.office import Office, founded_office


@pytest.fixture
def place(tmp_path: Path, qtbot: Any) -> Iterator[tuple[FoundedTerminal, Office]]:
    terminal, office = founded_office(tmp_path)
    yield terminal, office
    office.close()


def change_idle(office: Office, minutes: str) -> SettingsScreen:
    screen = office.choose("admin.list_settings", SettingsScreen)
    office.until(lambda: bool(screen.lines))
    names = [line.name for line in screen.lines]
    choose_rows(screen.table, [names.index("lock.idle_minutes")])
    office.settle()
    assert screen.field is not None
    screen.field.set_value(minutes)
    screen.button.click()
    return screen


@pytest.mark.req("SEC-24")
def test_a_copied_key_is_refused_at_the_screen_and_leaves_a_line(
    place: tuple[FoundedTerminal, Office], expected_log: LogLines
) -> None:
    """The copy was made before the real key's last touches: its counter lies behind."""
    expected_log.expect("environment assertion.counter")
    terminal, office = place
    copy = terminal.folder / "keys" / "copy.key"
    shutil.copy(terminal.folder / "keys" / "S201.key", copy)
    office.log_in("S201", PASSWORDS["S201"])
    screen = change_idle(office, "4")
    at = [line.name for line in screen.lines].index("lock.idle_minutes")
    office.until(lambda: screen.lines[at].value == "4")
    real = office.hands._ports["S201"]
    clone = SoftwareKey(copy, touched_at_once=True)
    office.hands._ports["S201"] = CtapAuthenticator(clone.plugged, Person(), seconds=10)
    change_idle(office, "9")
    assert "複製" in office.refused()
    desk = office.counter.desk
    assert desk is not None
    here = desk.door_of_staff.terminal
    assert here.control.state.in_force.text("lock.idle_minutes") == "4"
    assert "assertion.counter" in {line.entry.cause for line in here.journal.lines()}
    office.hands._ports["S201"] = real
    screen = change_idle(office, "6")  # whoever has the real key works on
    office.until(lambda: screen.lines[at].value == "6")


def test_an_answer_that_was_used_before_signs_no_other_act(
    place: tuple[FoundedTerminal, Office], expected_log: LogLines
) -> None:
    expected_log.expect("environment assertion.proof")
    _, office = place
    office.log_in("S201", PASSWORDS["S201"])
    real = office.hands.assert_
    kept: list[Any] = []

    def recorded(*given: Any, **more: Any) -> Any:
        kept.append(real(*given, **more))
        return kept[-1]

    office.hands.assert_ = recorded  # type: ignore[method-assign]
    screen = change_idle(office, "4")
    at = [line.name for line in screen.lines].index("lock.idle_minutes")
    office.until(lambda: screen.lines[at].value == "4")
    office.hands.assert_ = lambda *_given, **_more: kept[-1]  # type: ignore[method-assign]
    change_idle(office, "9")
    assert office.refused()
    desk = office.counter.desk
    assert desk is not None
    here = desk.door_of_staff.terminal
    assert here.control.state.in_force.text("lock.idle_minutes") == "4"
    assert "assertion.proof" in {line.entry.cause for line in here.journal.lines()}


@pytest.mark.req("SEC-24")
@pytest.mark.parametrize("finger", [False, True], ids=["empty", "set up again"])
def test_a_reset_key_opens_nothing_and_says_what_to_do(
    place: tuple[FoundedTerminal, Office], *, finger: bool
) -> None:
    """A reset takes every credential; whoever sets the key up again has another key."""
    terminal, office = place
    key = SoftwareKey(terminal.folder / "keys" / "S201.key", touched_at_once=True)
    assert key.state.credentials
    Ctap2(key).reset()
    if finger:
        key.enrol_finger()
    office.hands._ports["S201"] = CtapAuthenticator(key.plugged, Person(), seconds=10)
    form = office.counter.form
    assert form is not None
    form.staff.setText("S201")
    form.password.setText(PASSWORDS["S201"])
    form.button.click()
    office.until_told(lambda: bool(form.message.text()) and form.button.isEnabled())
    assert office.counter.desk is None
    assert "初期化されています。責任者にキーの再登録を" in form.message.text()
