"""Asking for the key, through the real device worker and the real CTAP2 port to a software key."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.core.relying_party import TRAINING_RP_ID
from app.security.acts.approval import Role
from app.security.acts.prepared import Ask
from app.security.authenticators import faults
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.port import Assertion
from app.security.authenticators.worker import DeviceWorker
from app.security.gate.carry_out import Touch
from app.training.software_key import SoftwareKey
from app.ui.base.door import ErrorDoor
from app.ui.base.names import NamePainter
from app.ui.base.operations import Operations
from app.ui.base.touch import TRY_AGAIN, ScreenPrompts, TouchDesk, TouchDialog
from app.ui.base.watch import Background
from tests.support.authenticators import PIN, authenticator, enrol, key_with_pin
from tests.support.log_lines import LogLines

CHALLENGE = b"\x31" * 32
SENTENCE = "葛\U000e0102見　花子さんの資格確認書を交付します。"


class Counter:
    """A window, a key in the slot, and what came of the touches."""

    def __init__(self, qtbot: Any, names: NamePainter) -> None:
        self.qtbot = qtbot
        self.names = names
        self.key = key_with_pin()
        self.credential, _ = enrol(authenticator(self.key))
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.show()
        self.door = ErrorDoor(logging.getLogger("madoguchi.test_touch"), Background())
        self.operations = Operations(self.door.show, self.door.murmur)
        self.worker = DeviceWorker()
        self.signed: list[Assertion] = []
        self.cancelled: list[bool] = []
        self.plugged: SoftwareKey | None = self.key
        self.desk = self.with_seconds(10.0)

    def with_seconds(self, seconds: float) -> TouchDesk:
        prompts = ScreenPrompts()
        port = CtapAuthenticator(self._devices, prompts, seconds=seconds)
        self.desk = TouchDesk(
            port, prompts, self.worker, self.operations, self.door, self.names, seconds
        )
        return self.desk

    def _devices(self) -> tuple[Any, ...]:
        return self.plugged.plugged() if self.plugged is not None else ()

    def ask(self, *, uv: bool = False, **options: Any) -> TouchDialog:
        keys = (self.credential.credential_id,)
        self.desk.sign(
            self.window,
            Touch(SENTENCE, Ask("S101", Role.ACTOR, TRAINING_RP_ID, CHALLENGE, keys, uv)),
            self.signed.append,
            on_cancel=lambda: self.cancelled.append(True),
            **options,
        )
        assert self.desk.dialog is not None
        return self.desk.dialog

    def touch(self) -> None:
        """Wait until the key blinks, and touch it."""
        dialog = self.desk.dialog
        assert dialog is not None
        self.until(lambda: dialog.is_waiting_for_touch)
        self.key.touch()

    def until(self, done: Any) -> None:
        self.qtbot.waitUntil(done, timeout=5000)

    def over(self) -> None:
        self.until(lambda: not self.operations.busy)
        assert self.desk.dialog is None


@pytest.fixture
def counter(qtbot: Any, painter: NamePainter) -> Iterator[Counter]:
    made = Counter(qtbot, painter)
    yield made
    assert made.worker.close()
    made.operations.close()


@pytest.mark.req("SEC-22")
def test_what_is_signed_stands_there_until_the_touch(counter: Counter) -> None:
    dialog = counter.ask()
    assert dialog.sentence.text() == SENTENCE
    assert dialog.isVisible() and dialog.isModal()
    counter.touch()
    counter.over()
    (assertion,) = counter.signed
    assert assertion.credential_id == counter.credential.credential_id
    assert (counter.cancelled, counter.door.last) == ([], None)


def test_giving_up_is_no_error(counter: Counter) -> None:
    dialog = counter.ask()
    counter.until(lambda: dialog.is_waiting_for_touch)
    counter.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    counter.over()
    assert (counter.signed, counter.cancelled, counter.door.last) == ([], [True], None)
    counter.ask()  # the key is free again
    counter.touch()
    counter.over()
    assert len(counter.signed) == 1


def test_closing_the_dialog_gives_up_too(counter: Counter) -> None:
    dialog = counter.ask(uv=True)
    counter.until(lambda: dialog.pin.isVisible())
    dialog.close()
    counter.over()
    assert (counter.signed, counter.cancelled, counter.door.last) == ([], [True], None)


def shown_message(counter: Counter) -> str:
    assert counter.door.last is not None
    return counter.door.last[1]


def test_without_a_key_it_says_so(counter: Counter, expected_log: LogLines) -> None:
    expected_log.expect("environment key.none")
    counter.plugged = None
    counter.ask()
    counter.over()
    assert "見つかりません" in shown_message(counter)
    assert (counter.signed, counter.cancelled) == ([], [])


@pytest.mark.req("SEC-24")
def test_somebody_elses_key_is_told_as_such(counter: Counter) -> None:
    counter.plugged = key_with_pin()
    counter.ask(uv=True)
    counter.over()
    assert "登録されていません" in shown_message(counter)
    assert counter.signed == []


def test_nobody_touches_in_time(counter: Counter, expected_log: LogLines) -> None:
    expected_log.expect("environment key.timeout")
    counter.with_seconds(0.3)
    counter.ask()
    counter.over()
    assert "時間内に" in shown_message(counter)
    assert (counter.signed, counter.cancelled) == ([], [])


def test_the_screen_may_take_the_failure_itself(counter: Counter) -> None:
    counter.plugged = None
    taken: list[BaseException] = []
    counter.ask(on_failure=taken.append)
    counter.over()
    assert [getattr(error, "code", "") for error in taken] == ["key.none"]
    assert counter.door.last is None


class TestAgain:
    """A failure of the key is told where the key is asked for, with the same once more."""

    def test_whose_key_and_how_long(self, counter: Counter) -> None:
        dialog = counter.ask()
        assert "S101" in dialog.whose.text()
        assert dialog.left.text() == "あと 10 秒"
        counter.until(lambda: dialog.left.text() == "あと 9 秒")
        counter.touch()
        counter.over()

    def test_the_key_is_put_in_and_the_same_goes_on(self, counter: Counter) -> None:
        counter.plugged = None
        dialog = counter.ask(again=True)
        counter.until(lambda: dialog.failed)
        assert "見つかりません" in dialog.ask.text() and "もう一度" in dialog.again.text()
        assert dialog.again.hasFocus() and dialog.left.text() == ""
        assert counter.door.last is None and counter.signed == []
        counter.plugged = counter.key
        counter.qtbot.keyClick(dialog.again, Qt.Key.Key_Return)
        assert not dialog.failed and dialog.left.text() == "あと 10 秒"
        counter.touch()
        counter.over()
        assert len(counter.signed) == 1

    def test_whoever_gives_up_after_a_failure_has_signed_nothing(self, counter: Counter) -> None:
        counter.plugged = None
        dialog = counter.ask(again=True)
        counter.until(lambda: dialog.failed)
        counter.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        counter.over()
        assert (counter.signed, counter.cancelled, counter.door.last) == ([], [True], None)

    def test_a_wrong_pin_is_asked_again_with_one_try_less(self, counter: Counter) -> None:
        dialog = counter.ask(uv=True, again=True)
        counter.until(lambda: dialog.pin.isVisible())
        counter.qtbot.keyClicks(dialog.pin, "0000-00")
        counter.qtbot.keyClick(dialog.pin, Qt.Key.Key_Return)
        counter.until(lambda: dialog.failed)
        assert "あと7回" in dialog.ask.text()
        dialog.again.click()
        counter.until(lambda: dialog.pin.isVisible())
        assert dialog.tries.text() == "暗証番号（PIN）はあと 7 回"
        counter.qtbot.keyClicks(dialog.pin, PIN)
        counter.qtbot.keyClick(dialog.pin, Qt.Key.Key_Return)
        counter.touch()
        counter.over()
        assert len(counter.signed) == 1

    def test_only_what_a_try_mends_is_offered_again(self) -> None:
        codes = set(re.findall(r'"(key\.\w+)"', Path(faults.__file__).read_text("utf-8")))
        assert codes >= TRY_AGAIN
        assert not TRY_AGAIN & {"key.cancelled", "key.pin_blocked", "key.uv_blocked", "key.full"}


class TestPin:
    def test_the_right_one_leads_to_the_touch(self, counter: Counter) -> None:
        dialog = counter.ask(uv=True)
        counter.until(lambda: dialog.pin.isVisible())
        assert dialog.tries.text() == "暗証番号（PIN）はあと 8 回"
        assert dialog.pin.displayText() == ""
        counter.qtbot.keyClick(dialog.pin, Qt.Key.Key_Return)  # nothing keyed: nothing sent
        assert dialog.pin.isVisible()
        counter.qtbot.keyClicks(dialog.pin, PIN)
        assert PIN not in dialog.pin.displayText()
        counter.qtbot.keyClick(dialog.pin, Qt.Key.Key_Return)
        assert dialog.pin.text() == "" and not dialog.pin.isVisible()
        counter.touch()
        counter.over()
        assert len(counter.signed) == 1
        assert counter.door.last is None

    def test_a_wrong_one_is_told_with_what_is_left(self, counter: Counter) -> None:
        dialog = counter.ask(uv=True)
        counter.until(lambda: dialog.pin.isVisible())
        counter.qtbot.keyClicks(dialog.pin, "0000-00")
        counter.qtbot.keyClick(dialog.pin, Qt.Key.Key_Return)
        counter.over()
        assert "暗証番号（PIN）が違います" in shown_message(counter)
        assert "あと7回" in shown_message(counter)
        again = counter.ask(uv=True)
        counter.until(lambda: again.pin.isVisible())
        assert again.tries.text() == "暗証番号（PIN）はあと 7 回"
        counter.qtbot.keyClick(again, Qt.Key.Key_Escape)
        counter.over()
        assert counter.signed == []
