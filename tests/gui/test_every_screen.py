"""Every screen of the catalogue and every state of a control can be read: contrast and whole words,
in the system's light and dark schemes, with small and large letters, on a small monitor."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.catalog import CATALOG
from app.ui.base.flow import folded
from app.ui.base.keys import EVERYWHERE, written
from app.ui.base.theme import LETTERS, Scheme, colours, dress, set_letters
from tests.support.every_screen import READABLE, SEEN, edge, legible, pixels_of, ratio
from tests.support.soak import tries
from tests.unit.test_words import shown_texts

ROOT = Path(__file__).resolve().parents[2]
FRAME = (16, 48)
"""The system's own edge and title, beside and above what is ours."""
EVERY_LOOK = tuple(
    f"{scheme}:{letters}:{size}"
    for scheme in ("light", "dark")
    for letters in (12, 18, 24)
    for size in ("1280:720", "1366:768", "1920:1080")
)
BATCHES = (("light:12:1280:720", "dark:24:1280:720"), *zip(*[iter(EVERY_LOOK)] * 3, strict=True))
"""Looks that one process takes on; the first of them in ``make test``."""


def seen(folder: Path, looks: tuple[str, ...]) -> list[dict[str, Any]]:
    """What a process of its own saw of every screen."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.every_screen", str(folder), *looks],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def judge(found: list[dict[str, Any]], looks: tuple[str, ...]) -> None:
    screens = {function.screen for function in CATALOG.values() if function.screen}
    assert len(found) == len(screens) * len(looks) and len(screens) > 50
    for one in found:
        where = (one["screen"], one["look"])
        assert not one["faint"], (*where, one["faint"])
        assert not one["edges"], (*where, one["edges"])
        assert not one["cut"], (*where, one["cut"])
        assert not one["unspoken"], (*where, one["unspoken"])
        check_keys(one["screen"], [tuple(pair) for pair in one["keys"]])
        for least, room, frame in zip(one["least"], one["look"][2:], FRAME, strict=True):
            assert least + frame <= room, (*where, one["least"])


def check_keys(screen: str, keys: list[tuple[str, str]]) -> None:
    """A function key does what the table says and nothing else; what a screen adds are letters
    with Alt, each once."""
    everywhere = {written(one.key): one.does for one in EVERYWHERE}
    names = [key for key, _ in keys]
    assert len(set(names)) == len(names), (screen, names)
    for key, words in keys:
        if re.fullmatch(r"(\w+\+)?F\d+", key):
            assert everywhere.get(key) == words, (screen, key, words)
        else:
            alone = ("Esc", "Enter", "Ctrl+Enter", "Ctrl+Del", "Ctrl+A", "←", "→", "PgUp", "PgDown")
            assert key in alone or re.fullmatch(r"Alt\+[A-Z]", key), (screen, key, words)


def test_a_function_key_with_another_meaning_is_found() -> None:
    check_keys("好い", [("F5", "読み直す"), ("Esc", "戻る"), ("Alt+P", "印刷")])
    for wrong in ([("F5", "印刷")], [("F9", "印刷")], [("Alt+P", "一"), ("Alt+P", "二")]):
        with pytest.raises(AssertionError):
            check_keys("悪い", wrong)


TOLD = re.compile(r"(?<![A-Za-z0-9+-])((?:Shift\+)?F\d{1,2})(?![A-Za-z0-9-])")


def test_no_text_tells_of_a_function_key_that_is_not_in_the_table() -> None:
    known = {one.key for one in EVERYWHERE}
    for text in shown_texts():
        for key in re.findall(TOLD, text.words):
            assert key in known, text


@pytest.mark.parametrize("looks", BATCHES[: tries(1, len(BATCHES))], ids=lambda looks: looks[0])
def test_every_screen_can_be_read(tmp_path: Path, looks: tuple[str, ...]) -> None:
    """All screens in one process, some 15 seconds: the smallest letters by light and the largest
    by dark on the smallest monitor, between which the others lie (all of them in ``make soak``)."""
    judge(seen(tmp_path, looks), looks)


@pytest.fixture
def themed(plain_theme: QApplication) -> Iterator[QApplication]:
    """The application, whose colours are put back too."""
    palette = plain_theme.palette()
    yield plain_theme
    plain_theme.setPalette(palette)


def _line(**said: Any) -> QLineEdit:
    edit = QLineEdit(said.get("text", ""))
    edit.setPlaceholderText(said.get("ask", ""))
    edit.setReadOnly(said.get("kept", False))
    edit.setProperty("wrong", said.get("wrong", "false"))
    return edit


def _button(text: str, name: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    return button


def _marked(widget: Any) -> Any:
    widget.setChecked(True)
    return widget


def _label(text: str, name: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    return label


def _choices() -> QComboBox:
    box = QComboBox()
    box.addItems(["あり", "なし"])
    return box


LABELS = (
    "title lead stepNow stepDone stepNext fieldLabel required fieldError fieldNote understood "
    "errorMessage errorRemedy bigNumber careMark deadMark warnBox okBox stopBox"
)
CONTROLS: dict[str, Callable[[], QWidget]] = {
    "field": lambda: _line(text="見本"),
    "placeholder": lambda: _line(ask="見本"),
    "kept": lambda: _line(text="見本", kept=True),
    "wrong": lambda: _line(text="見本", wrong="true"),
    "button": lambda: _button("見本"),
    "primary": lambda: _button("見本", "primary"),
    "choice": lambda: QRadioButton("見本"),
    "chosen": lambda: _marked(QRadioButton("見本")),
    "tick": lambda: QCheckBox("見本"),
    "ticked": lambda: _marked(QCheckBox("見本")),
    "list": _choices,
    "number": QSpinBox,
    "text": lambda: QPlainTextEdit("見本"),
    **{
        name: lambda name=name: _label("見本", name)  # type: ignore[misc]
        for name in LABELS.split()
    },
}
WITH_EDGE = ("field", "placeholder", "kept", "wrong", "button", "primary", "list", "number", "text")


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_every_state_of_every_control_can_be_read(
    qtbot: Any, themed: QApplication, scheme: Scheme
) -> None:
    dress(themed, scheme)
    page = QWidget()
    qtbot.addWidget(page)
    page.setObjectName("page")
    column = QVBoxLayout(page)
    made = {name: make() for name, make in CONTROLS.items()}
    for widget in made.values():
        column.addWidget(widget)
    page.show()
    page.activateWindow()
    for state in ("normal", "focus", "disabled"):
        for name, widget in made.items():
            widget.setEnabled(state != "disabled")
            if state == "focus":
                widget.setFocus()
            elif state == "normal":
                widget.clearFocus()
            QApplication.processEvents()
            shot, place = pixels_of(page), widget.geometry()
            rim = 5 if name in WITH_EDGE else 0
            inside = place.adjusted(rim, rim, -rim, -rim)
            part = shot[inside.top() : inside.bottom(), inside.left() : inside.right()]
            assert legible(part) >= READABLE, (name, state)
            if name in WITH_EDGE:
                assert edge(shot, place) >= SEEN, (name, state)
            if name in ("choice", "chosen", "tick", "ticked"):
                mark = QRect(place.left(), place.top(), 20, place.height())
                part = shot[mark.top() : mark.bottom(), mark.left() : mark.right()]
                assert legible(part) >= SEEN, (name, state)


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_the_chosen_row_can_be_read(qtbot: Any, themed: QApplication, scheme: Scheme) -> None:
    dress(themed, scheme)
    table = QTableWidget(3, 1)
    qtbot.addWidget(table)
    table.setAlternatingRowColors(True)
    for row in range(3):
        table.setItem(row, 0, QTableWidgetItem("見本"))
    table.selectRow(1)
    table.resize(300, 200)
    table.show()
    QApplication.processEvents()
    shot = pixels_of(table.viewport())
    for row in range(3):
        place = table.visualRect(table.model().index(row, 0)).adjusted(2, 2, -2, -2)
        part = shot[place.top() : place.bottom(), place.left() : place.right()]
        assert legible(part) >= READABLE, row


def test_both_schemes_name_the_same_colours_and_the_system_s_dark_is_dark(
    themed: QApplication,
) -> None:
    assert colours(Scheme.LIGHT).keys() == colours(Scheme.DARK).keys()
    window = QPalette.ColorRole.Window
    dress(themed, Scheme.DARK)
    assert themed.palette().color(window).lightness() < 60
    dress(themed, Scheme.LIGHT)
    assert themed.palette().color(window).lightness() > 230


def test_letters_grow_everywhere(qtbot: Any, themed: QApplication) -> None:
    button = QPushButton("見本")
    qtbot.addWidget(button)
    sizes = []
    for letters in LETTERS:
        set_letters(themed, letters)
        button.show()
        QApplication.processEvents()
        sizes.append(button.fontMetrics().height())
    assert sizes == sorted(set(sizes)) and sizes[-1] >= sizes[0] * 1.9


def test_the_look_finds_what_it_looks_for(qtbot: Any, plain_theme: QApplication) -> None:
    plain_theme.setStyleSheet(
        "QLabel { color: #999999; background: #ffffff; } #page { background: #ffffff; }"
        "QPushButton { background: #ffffff; border: 1px solid #dddddd; }"
    )
    page = QWidget()
    qtbot.addWidget(page)
    page.setObjectName("page")
    label, button = QLabel("見本", page), QPushButton("見本", page)
    label.setGeometry(10, 10, 100, 30)
    button.setGeometry(10, 50, 100, 30)
    page.resize(200, 100)
    page.show()
    QApplication.processEvents()
    shot = pixels_of(page)
    assert 2 < legible(shot[12:38, 12:108]) < 3
    assert edge(shot, button.geometry()) < 2
    assert ratio(1.0, 0.0) == 21


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("外国人の資格取得の届出  Alt+5", 99, ["外国人の資格取得の届出  Alt+5"]),
        ("外国人の資格取得の届出  Alt+5", 12, ["外国人の資格取得の届出", "Alt+5"]),
        ("外国人の資格取得の届出  Alt+5", 8, ["外国人の資格取得", "の届出", "Alt+5"]),
        ("申請書のABC読み取り", 6, ["申請書の", "ABC読み取", "り"]),
        ("ABCDEFGH", 3, ["A", "B", "C", "D", "E", "FGH"]),
        ("", 3, [""]),
    ],
)
def test_words_break_at_spaces_first_and_never_within_letters(
    text: str, room: int, lines: list[str]
) -> None:
    assert folded(text, len, room) == lines
