"""The screens on a monitor of 1920 × 1080 dots at 100 to 200 %, and in a palette of high contrast:
the window fits, no primary button is cut, every text stands out from its ground."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from app.rules.values.reader import ValueKind
from app.ui.base.flow import ActionRow
from app.ui.base.ime import HINTS, expect
from app.ui.base.secret import SecretEdit
from app.ui.base.theme import _MARKED_BY_EDGES, BASE_POINTS, Scheme, style_sheet

ROOT = Path(__file__).resolve().parents[2]
READABLE, READABLE_IN_CONTRAST = 4.5, 7.0  # WCAG 2.2, 1.4.3 and 1.4.6


def look(folder: Path, scale: str, *more: str) -> list[dict[str, Any]]:
    """What a process with this scale says of its screens; the pictures lie in ``folder``."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.look", str(folder), *more],
        cwd=ROOT,
        env={**os.environ, "QT_SCALE_FACTOR": scale, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    assert [one["name"] for one in found] == ["login", "search", "board", "person", "entry"]
    return found


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2"])
def test_every_screen_fits_and_is_readable(scale: str, tmp_path: Path) -> None:
    primary = []
    for one in look(tmp_path, scale):
        free = [side / float(scale) for side in (1920, 1080)]
        assert one["free"] == pytest.approx(free, abs=1), "the scale did not reach Qt"
        for size in ("size", "least"):
            assert one[size][0] <= one["free"][0] and one[size][1] <= one["free"][1], one
        for button in one["buttons"]:
            assert button["whole"] and button["roomy"], (one["name"], button)
        primary += one["buttons"]
        assert one["faintest"][0] >= READABLE, (one["name"], one["faintest"])
        assert (tmp_path / f"{one['name']}.png").stat().st_size > 5000
    assert len(primary) >= 2


def test_in_high_contrast_the_colours_are_the_system_s(tmp_path: Path) -> None:
    screens = look(tmp_path, "1.5", "contrast")
    typed = screens[-1]["typed"]
    for label, kind in (
        ("フリガナ", ValueKind.KANA),
        ("生年月日", ValueKind.BIRTH),
        ("電話番号", ValueKind.PHONE),
    ):
        assert typed[label] == HINTS[kind].value, "the entry form does not tell its kinds"
    for one in screens:
        assert one["faintest"][0] >= READABLE_IN_CONTRAST, (one["name"], one["faintest"])
        assert all(button["whole"] for button in one["buttons"])
        assert one["marks"] >= 3.0, "a choice without a mark that is seen"  # WCAG 2.2, 1.4.11
    assert screens[-1]["marks"] < 99


def test_no_colour_of_ours_is_left_and_every_size_is() -> None:
    sheet = style_sheet(Scheme.LIGHT, BASE_POINTS)
    ours = style_sheet(Scheme.SYSTEM, BASE_POINTS).replace(_MARKED_BY_EDGES, "")
    assert not re.search(r":[^;}]*#[0-9a-fA-F]{3}", ours)
    assert not re.search(r"(^|[;{\s-])(color|background)\s*:", ours)
    for part in (
        r"\d+pt",
        r"padding: [^;]+",
        r"min-height: \d+px",
        r"border(?:-\w+)?: \d+px solid",
    ):
        assert re.findall(part, ours) == re.findall(part, sheet), part


@pytest.mark.parametrize(("width", "rows"), [(1000, 1), (330, 2), (110, 5), (50, 5)])
def test_buttons_go_into_further_rows_and_never_over_each_other(
    qtbot: Any, width: int, rows: int
) -> None:
    bar = QWidget()
    qtbot.addWidget(bar)
    row = ActionRow(12)
    bar.setLayout(row)
    row.setContentsMargins(0, 0, 0, 0)
    buttons = [QPushButton("", bar) for _ in range(6)]
    for button in buttons:
        button.setFixedSize(90, 30)
        row.addWidget(button)
    buttons[3].hide()
    bar.resize(width, 400)
    bar.show()
    shown = [button.geometry() for button in buttons if button.isVisible()]
    assert len({place.top() for place in shown}) == rows
    assert row.heightForWidth(width) == rows * 30 + (rows - 1) * 12
    for at, place in enumerate(shown):
        assert not any(place.intersects(other) for other in shown[at + 1 :])
        if width >= 90:
            assert QRect(0, 0, width, 400).contains(place)
    if rows == 1:
        assert shown[-1].right() == width - 1


class TestInputMethod:
    def test_every_kind_of_field_says_what_is_typed(self) -> None:
        assert set(HINTS) == set(ValueKind)
        digits = Qt.InputMethodHint.ImhDigitsOnly
        for kind in (ValueKind.INSURED, ValueKind.ATENA, ValueKind.HOUSEHOLD, ValueKind.DIGITS):
            assert HINTS[kind] & digits
        for kind in (ValueKind.NAME, ValueKind.ADDRESS, ValueKind.KANA, ValueKind.TEXT):
            assert not HINTS[kind] & (digits | Qt.InputMethodHint.ImhLatinOnly)
        for kind in (ValueKind.BIRTH, ValueKind.DAY, ValueKind.POSTAL, ValueKind.MONEY):
            assert HINTS[kind] & Qt.InputMethodHint.ImhPreferNumbers
            assert not HINTS[kind] & digits  # 昭10.1.1, 100-0001, 1,200円
        assert HINTS[ValueKind.PHONE] & Qt.InputMethodHint.ImhDialableCharactersOnly

    def test_what_is_kept_from_it_stays_kept(self, qtbot: Any) -> None:
        secret = SecretEdit(echo=QLineEdit.EchoMode.PasswordEchoOnEdit)
        qtbot.addWidget(secret)
        before = secret.inputMethodHints()
        expect(secret, ValueKind.MY_NUMBER)
        assert secret.inputMethodHints() & before == before
        assert not secret.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        plain = QLineEdit()
        qtbot.addWidget(plain)
        expect(plain, ValueKind.INSURED)
        assert plain.inputMethodHints() & Qt.InputMethodHint.ImhDigitsOnly
