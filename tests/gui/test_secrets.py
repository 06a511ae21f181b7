"""Secrets are typed without the input method, and a PIN that cannot be right costs no try."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.core.errors import UserError
from app.security.authenticators.pin import LEAST_CHARACTERS, MOST_BYTES, in_form
from app.ui.base.fields import PasswordField, TextField
from app.ui.base.names import NamePainter
from app.ui.base.secret import SecretEdit
from app.ui.base.touch import Asked, ScreenPrompts, TouchDialog
from app.ui.shell.login import LoginForm

ROOT = Path(__file__).parents[2]

ASKED = Asked("職員 S101 のセキュリティキー", "触れてください。", 60.0)


def edits(painter: NamePainter) -> dict[str, tuple[Any, QLineEdit]]:
    """Every place where a secret is typed, with the widget that holds it."""
    login = LoginForm(lambda *_: None)
    touch = TouchDialog(None, "送ります。", ScreenPrompts(), painter, ASKED)
    touch._show_pin(8)
    number = TextField("my_number", "個人番号", secret=True)
    password = PasswordField("old", "今のパスワード")
    return {
        "staff": (login, login.staff),
        "password": (login, login.password),
        "pin": (touch, touch.pin),
        "number": (number, number.edit),
        "own password": (password, password.edit),
    }


PLACES = ("staff", "password", "pin", "number", "own password")


@pytest.mark.parametrize("place", PLACES)
class TestEveryPlace:
    @pytest.fixture
    def edit(self, qtbot: Any, painter: NamePainter, place: str) -> Iterator[QLineEdit]:
        widget, edit = edits(painter)[place]
        qtbot.addWidget(widget)
        widget.show()
        yield edit

    def test_the_input_method_is_off(self, edit: QLineEdit) -> None:
        assert not edit.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        assert edit.inputMethodQuery(Qt.InputMethodQuery.ImEnabled) is False

    def test_its_text_is_refused(self, edit: QLineEdit) -> None:
        event = QInputMethodEvent("ひみつ", [])
        event.setCommitString("秘密")
        QCoreApplication.sendEvent(edit, event)
        assert edit.text() == ""

    def test_a_keyboard_reaches_it(self, edit: QLineEdit) -> None:
        QTest.keyClicks(edit, "ab12-3")
        assert edit.text() == "ab12-3"


@pytest.mark.parametrize("place", ["staff", "pin", "number"])
def test_full_width_digits_are_digits(qtbot: Any, painter: NamePainter, place: str) -> None:
    widget, edit = edits(painter)[place]
    qtbot.addWidget(widget)
    edit.insert("１２3")
    edit.setCursorPosition(1)
    edit.insert("９")
    assert edit.text() == "1923" and edit.cursorPosition() == 2


def test_a_password_stays_as_it_is_typed(qtbot: Any) -> None:
    field = PasswordField("new", "新しいパスワード")
    qtbot.addWidget(field)
    field.edit.setText("Aoi-１２ 3 ")
    assert field.value() == "Aoi-１２ 3 "


def test_nothing_else_hides_what_is_typed() -> None:
    for path in sorted((ROOT / "app").rglob("*.py")):
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert "setEchoMode" not in called or path.name == "secret.py", path
    assert issubclass(SecretEdit, QLineEdit)


class TestPin:
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
    def test_what_is_taken_is_what_a_key_can_have(self, typed: str) -> None:
        normal = unicodedata.normalize("NFC", typed)
        possible = (
            len(normal) >= LEAST_CHARACTERS
            and not any(unicodedata.category(sign) == "Cc" for sign in normal)
            and len(normal.translate(str.maketrans("０１２３４５６７８９", "0123456789")).encode())
            <= MOST_BYTES
        )
        if possible:
            pin = in_form(typed)
            assert pin == unicodedata.normalize("NFC", pin)
            assert not set(pin) & set("０１２３４５６７８９")
        else:
            with pytest.raises(UserError) as refused:
                in_form(typed)
            assert refused.value.code == "key.pin_form"

    @pytest.mark.parametrize(
        ("typed", "pin"),
        [("１２３４", "1234"), ("か\u3099きくけ", "がきくけ"), ("a" * 63, "a" * 63)],
    )
    def test_forms(self, typed: str, pin: str) -> None:
        assert in_form(typed) == pin

    def test_at_the_dialog_it_is_asked_again_and_the_key_hears_nothing(
        self, qtbot: Any, painter: NamePainter
    ) -> None:
        heard: list[str | None] = []
        prompts = ScreenPrompts()
        prompts.answer = heard.append  # type: ignore[assignment, method-assign]
        dialog = TouchDialog(None, "送ります。", prompts, painter, ASKED)
        qtbot.addWidget(dialog)
        dialog.show()
        dialog._show_pin(8)
        for wrong in ("123", "あ" * 22):
            dialog.pin.setText(wrong)
            QTest.keyClick(dialog.pin, Qt.Key.Key_Return)
            assert heard == [] and dialog.pin.isVisible() and dialog.pin.text() == ""
            assert "減っていません" in dialog.ask.text()
        dialog.pin.setText("１２３４")
        QTest.keyClick(dialog.pin, Qt.Key.Key_Return)
        assert heard == ["1234"]
