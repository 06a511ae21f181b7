"""The login form stands before the rest of the program is read, and nothing typed is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.errors import EnvironmentFault
from app.start.threshold import Threshold
from app.ui.shell.window import MainWindow

_REPOSITORY = Path(__file__).resolve().parents[2]

_LISTED = """
import json, sys
import app.main
import app.start.running
print(json.dumps(sorted(sys.modules)))
"""

_MAY_BE_READ = {
    *("PySide6", "shiboken6", "shibokensupport", "signature_bootstrap", "app", "forms"),
    *("uharfbuzz", "cbor2", "cython_runtime"),
}
"""Packages from outside, and ours, that the login form is made of. Names are shaped by uharfbuzz,
which also guesses what a font lacks; a touch is told in cbor2."""

_OURS = ("app.core", "app.ui.base", "app.ui.shell", "app.start", "app.rules.identifiers")
_SINGLY = {
    *("app", "app.main", "app.ui", "app.rules", "app.security", "app.security.acts"),
    *("app.security.acts.approval", "app.security.authenticators"),
    *("app.security.authenticators.port", "forms", "forms.fonts"),
}


def test_the_login_form_reads_neither_store_nor_line_nor_papers_nor_areas() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", _LISTED], cwd=_REPOSITORY, capture_output=True, text=True, check=True
    )
    read: list[str] = json.loads(listed.stdout)
    outside = {name.partition(".")[0] for name in read} - set(sys.stdlib_module_names)
    assert {one for one in outside if not one.startswith("_")} <= _MAY_BE_READ
    ours = {name for name in read if name.startswith(("app.", "forms.", "db"))}
    assert {one for one in ours if not one.startswith(_OURS)} <= _SINGLY
    assert "app.start.counter" not in ours
    assert "app.start.compose" not in ours


class Rest:
    """The rest of the program, read for as long as the test likes."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.go = threading.Event()
        self.failure = failure

    def read(self) -> str:
        assert self.go.wait(20)
        if self.failure is not None:
            raise self.failure
        return "the rest"


class Submitted(list[tuple[str, str]]):
    def submit(self, staff_id: str, password: str) -> None:
        self.append((staff_id, password))


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(training=True, terminal="見本市")
    qtbot.addWidget(made)
    yield made


def test_what_is_typed_meanwhile_stays_and_submits_when_the_rest_is_there(
    qtbot: QtBot, window: MainWindow
) -> None:
    rest, submitted, taken = Rest(), Submitted(), []

    def take_over(read: str, here: Threshold) -> None:
        taken.append(read)
        here.hand_over(submitted.submit)

    threshold = Threshold(window, rest.read, take_over)
    form = threshold.form
    qtbot.keyClicks(form.staff, "S201")
    rest.go.set()
    qtbot.waitUntil(lambda: taken == ["the rest"])
    assert form.staff.text() == "S201"
    assert submitted == []
    qtbot.keyClicks(form.password, "himitsu-no-kotoba")
    qtbot.keyClick(form.password, Qt.Key.Key_Return)
    assert submitted == [("S201", "himitsu-no-kotoba")]
    threshold.close()


def test_a_submission_before_the_rest_is_there_waits_for_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    rest, submitted = Rest(), Submitted()

    def take_over(_read: str, here: Threshold) -> None:
        here.hand_over(submitted.submit)

    threshold = Threshold(window, rest.read, take_over)
    form = threshold.form
    qtbot.keyClicks(form.staff, "S201")
    qtbot.keyClicks(form.password, "himitsu-no-kotoba")
    qtbot.keyClick(form.password, Qt.Key.Key_Return)
    assert not form.button.isEnabled()  # a second press has nothing to press
    assert "準備" in form.message.text()
    assert submitted == []
    rest.go.set()
    qtbot.waitUntil(lambda: submitted == [("S201", "himitsu-no-kotoba")])
    threshold.close()


@pytest.mark.parametrize("where", ["reading", "taking over"])
def test_what_fails_behind_the_form_ends_the_application_with_it(
    qtbot: QtBot, window: MainWindow, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = EnvironmentFault("tables.damaged", "表を読み取れません。", "入れ直してください。")
    rest, ended = Rest(fault if where == "reading" else None), []
    monkeypatch.setattr(QApplication, "quit", lambda *_: ended.append(True))

    def take_over(_read: str, _here: Threshold) -> None:
        raise fault

    threshold = Threshold(window, rest.read, take_over)
    rest.go.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert threshold.failure is fault
    threshold.close()


def test_closed_while_it_is_being_read_nothing_comes_of_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    rest, taken = Rest(), list[Any]()
    threshold = Threshold(window, rest.read, lambda read, _here: taken.append(read))
    window.close()
    rest.go.set()
    threshold.close()
    assert taken == []
