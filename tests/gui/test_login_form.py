"""The login takes a staff id in whatever width and with whatever dash the input method gives."""

from __future__ import annotations

from typing import Any

import pytest

from app.ui.shell.login import LoginForm


@pytest.mark.parametrize(
    "typed", ["S101-2", "Ｓ１０１－２", "S101–2", "S101ー2", " S101-2\u3000", "\u200bS101-2"]
)
def test_a_staff_id_has_one_form(qtbot: Any, typed: str) -> None:
    given: list[tuple[str, str]] = []
    form = LoginForm(lambda staff, password: given.append((staff, password)))
    qtbot.addWidget(form)
    form.staff.setText(typed)
    form.password.setText("－ Ａ ")
    form.button.click()
    assert given == [("S101-2", "－ Ａ ")]


@pytest.mark.parametrize("typed", ["", " ", "\u3000", "\u200b"])
def test_what_shows_nothing_is_no_staff_id(qtbot: Any, typed: str) -> None:
    given: list[str] = []
    form = LoginForm(lambda staff, password: given.append(staff))
    qtbot.addWidget(form)
    form.staff.setText(typed)
    form.password.setText("x")
    form.button.click()
    assert not given
    assert "職員番号" in form.message.text()
