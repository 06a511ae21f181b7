"""What stands on the screen is text: nothing in a name, an address or an answer is markup."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ui.base.door import ErrorDialog
from app.ui.base.labels import PlainLabel, PlainQuestion, as_tip

ROOT = Path(__file__).resolve().parents[2] / "app"
SOURCES = sorted(ROOT.rglob("*.py"))
MARKUP = "<b>山田</b><img src='file:" + "///etc/passwd'>"
OF_QT = {
    "QLabel": "app.ui.base.labels.PlainLabel",
    "QInputDialog": "app.ui.base.labels.PlainQuestion",
    "QMessageBox": "app.ui.base.door",
    "QErrorMessage": "app.ui.base.door",
    "QTextBrowser": "QPlainTextEdit",
    "QTextEdit": "QPlainTextEdit",
    "setToolTip": "setToolTip(as_tip(…))",
}
"""What takes a text for HTML when it looks like it, and what to use instead."""
NO_DATA = {
    ROOT / "ui" / "base" / "labels.py",
    ROOT / "ui" / "base" / "book_pages.py",  # the manual's own text
    ROOT / "ui" / "base" / "help.py",
}
METHODS = {"setToolTip", "setHtml", "setWhatsThis", "insertHtml"}


def taken_for_html(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "setToolTip" and ast.unparse(node.args[0]).startswith("as_tip("):
                continue
            found |= {name} & (OF_QT.keys() | METHODS)
        if isinstance(node, ast.ClassDef):
            found |= {base.id for base in node.bases if isinstance(base, ast.Name)} & OF_QT.keys()
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_taken_for_html(path: Path) -> None:
    if path in NO_DATA:
        return
    found = taken_for_html(path.read_text(encoding="utf-8"))
    assert not found, {name: OF_QT.get(name, "plain text") for name in found}


def test_the_look_finds_what_it_looks_for() -> None:
    assert taken_for_html("class A(QLabel): pass\nx.setToolTip(name)") == {"QLabel", "setToolTip"}


def test_a_label_shows_the_signs_of_its_text(qtbot: QtBot) -> None:
    label, bare = PlainLabel(MARKUP), QLabel(MARKUP)
    for one in (label, bare):
        qtbot.addWidget(one)
    assert label.text() == MARKUP and label.textFormat() == Qt.TextFormat.PlainText
    assert label.sizeHint().width() > bare.sizeHint().width()  # Qt's own swallowed the signs


def test_a_question_shows_the_signs_of_its_text(qtbot: QtBot) -> None:
    dialog = PlainQuestion()
    qtbot.addWidget(dialog)
    dialog.setLabelText(MARKUP)
    dialog.show()
    (label,) = [one for one in dialog.findChildren(QLabel) if one.text() == MARKUP]
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_the_error_door_shows_the_signs_of_its_text(qtbot: QtBot) -> None:
    box = ErrorDialog(None, (MARKUP, MARKUP, MARKUP), lambda: None)
    qtbot.addWidget(box)
    labels = [one for one in box.findChildren(QLabel) if one.text()]
    assert {one.textFormat() for one in labels} == {Qt.TextFormat.PlainText}


def test_a_tool_tip_shows_the_signs_of_its_text() -> None:
    document = QTextDocument()
    document.setHtml(as_tip(MARKUP))
    assert document.toPlainText() == MARKUP
