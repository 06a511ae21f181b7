"""Where no window can be opened, one sentence of ours stands in place of Qt's end, and nothing was
set up before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.paths import Paths
from app.start.installation import Installation, write_installation
from app.training.people import MUNICIPALITY_CODE

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    ("demo", "--window", "yes", "--out", "{tmp}/out"),
    ("demo", "--out", "{tmp}/out"),
    ("--data", "{tmp}/data", "run"),
    ("screen-check",),
]
USELESS = [{"DISPLAY": ":nowhere"}, {"QT_QPA_PLATFORM": "nonsense"}]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("screen", USELESS, ids=str)
def test_one_sentence_and_nothing_made(
    tmp_path: Path, command: tuple[str, ...], screen: dict[str, str]
) -> None:
    data = tmp_path / "data"
    write_installation(Paths(data), Installation(True, MUNICIPALITY_CODE, "窓口", "0000-00-0000"))
    env = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    env |= {"DISPLAY": ":nowhere", "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT), **screen}
    before = sorted(tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "app.main", *(part.format(tmp=tmp_path) for part in command)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    first, second = done.stderr.splitlines()
    assert first == f"画面を開けません（{next(iter(screen.values()))}）。"
    assert "デスクトップ" in second
    assert sorted(tmp_path.rglob("*")) == before


def test_a_screen_that_works_says_nothing_of_itself() -> None:
    """What Qt's platform without a screen says at every window is of no use to anybody."""
    work = (
        "from app.ui.base.application import open_application\n"
        "from PySide6.QtCore import qWarning\nfrom PySide6.QtWidgets import QWidget\n"
        "app = open_application(); window = QWidget(); window.resize(200, 100)\n"
        "window.show(); window.setFixedSize(250, 150)\n"
        "qWarning('something of use')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", work],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == "something of use\n"
