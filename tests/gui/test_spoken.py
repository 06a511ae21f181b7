"""What a screen reader says, by Qt's accessibility tree: buttons by the words that stand on them,
必須 and errors with their field, and what changes where nobody's cursor is."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.ui.base.door import ErrorDialog
from app.ui.base.fields import ChoiceField, Field, TextField
from app.ui.base.labels import ActionButton
from app.ui.base.pages import Page
from app.ui.shell.login import LoginForm
from app.ui.shell.window import MainWindow


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def told_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Description)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was announced, in order."""
    told: list[str] = []

    def heard(event: Any) -> None:
        assert isinstance(event, QAccessibleAnnouncementEvent)
        told.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", heard)
    return told


def test_a_button_is_spoken_as_it_is_written_whatever_it_says_now(qtbot: Any) -> None:
    page = Page("題")
    qtbot.addWidget(page)
    button = page.action("次へ", "Ctrl+Return", lambda: None, primary=True)
    assert isinstance(button, ActionButton) and name_of(button) == "次へ"
    for words in ("送信", "発行", "照合済み・作成へ"):
        button.setText(f"{words}  [Ctrl+Enter]")
        assert name_of(button) == words


@pytest.mark.parametrize(
    "field",
    [
        lambda: TextField("a", "氏名", required=True, note="姓と名の間を空けます"),
        lambda: ChoiceField("a", "性別", [("1", "男"), ("2", "女")], required=True),
    ],
)
def test_what_belongs_to_a_field_is_said_at_its_editor(qtbot: Any, field: Any) -> None:
    made: Field = field()
    qtbot.addWidget(made)
    made.show()
    assert made.editors()
    for editor in made.editors():
        assert told_of(editor).startswith("必須")
        made.set_error("この字は使えません。書類のとおりに入れてください。")
        assert "この字は使えません。書類のとおりに入れてください" in told_of(editor)
        made.set_error("")
        assert "使えません" not in told_of(editor)
        made.set_required(False)
        assert "必須" not in told_of(editor)
        made.set_required(True)


def test_the_login_button_says_what_it_does(qtbot: Any) -> None:
    for staff_id, words in (
        ("", "ログイン（キーに触れる）"),
        ("S101", "窓口に戻る（キーに触れる）"),
    ):
        form = LoginForm(lambda _staff, _password: None, staff_id=staff_id)
        qtbot.addWidget(form)
        assert name_of(form.button) == words


def test_what_changes_is_announced_once(qtbot: Any, announced: list[str]) -> None:
    window = MainWindow(training=True, terminal="T01")
    qtbot.addWidget(window)
    window.say("受信しました。")
    window.show_age("住民情報は 3日前のものです。")
    window.show_age("住民情報は 3日前のものです。")
    window.say("")
    form = LoginForm(lambda _staff, _password: None)
    qtbot.addWidget(form)
    form.refuse("パスワードが違います。", "もう一度入れてください。")
    assert announced == [
        "受信しました。",
        "住民情報は 3日前のものです。",
        "パスワードが違います。\nもう一度入れてください。",
    ]


def test_an_error_is_spoken_with_what_to_do(qtbot: Any) -> None:
    dialog = ErrorDialog(None, ("送信", "送れません。", "線を確かめてください。"), lambda: None)
    qtbot.addWidget(dialog)
    assert (name_of(dialog), told_of(dialog)) == ("送れません。", "線を確かめてください。")
