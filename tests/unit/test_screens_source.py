"""What a screen may call: one way from a button to an act, and no other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "app"
SCREENS = sorted(path for path in ROOT.glob("**/screens/*.py") if path.name != "__init__.py")

FORBIDDEN = {
    ("operations", "run"): "desk.run or desk.carry_out, which renew the verification",
    ("operations", "aside"): "desk.watch, which stops at the lock",
    ("operations", "net"): "desk.over_the_line, whose failure is told",
    ("operations", "follow"): "desk.carry_out",
    ("touch", "sign"): "desk.carry_out",
    ("gate", "refresh"): "desk.run, which renews the verification",
    ("gate", "ask_refresh"): "desk.run, which renews the verification",
    ("gate", "ask"): "desk.carry_out",
    ("gate", "act"): "a service",
    ("gate", "prepare"): "a service",
    ("gate", "view"): "a service",
}
"""The call on an attribute of this name, and what to use instead."""


def calls(source: str) -> set[tuple[str, str]]:
    """Every ``….<owner>.<method>`` that is called or handed on."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            found.add((name, node.attr))
    return found


def test_there_are_screens_to_look_at() -> None:
    assert len(SCREENS) >= 8


@pytest.mark.parametrize("path", SCREENS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_screen_acts_by_the_desk_alone(path: Path) -> None:
    wrong = calls(path.read_text()) & FORBIDDEN.keys()
    assert not wrong, {f"{owner}.{name}": FORBIDDEN[owner, name] for owner, name in wrong}


def test_the_look_finds_what_it_looks_for() -> None:
    assert calls("self._desk.operations.run(1)\nx = desk.touch.sign") >= {
        ("operations", "run"),
        ("touch", "sign"),
    }


# -- no list leaves by the screen (SEC-58) -----------------------------------------------------

AT_THE_SCREEN = sorted({*SCREENS, *(ROOT / "ui").rglob("*.py"), *(ROOT / "start").rglob("*.py")})
EXPORTS = {
    "getSaveFileName": "a dialog that saves a file",
    "getExistingDirectory": "a dialog that chooses where to",
    "clipboard": "the clipboard",
    "QClipboard": "the clipboard",
    "setDragEnabled": "rows that can be dragged away",
    "QPdfWriter": "a file",
    "QTextDocumentWriter": "a file",
    "to_csv": "a table file",
}
TABLE_FILES = {"csv", "openpyxl", "xlsxwriter", "pandas", "sqlite3"}
WRITES = {"write_text", "write_bytes"}


def exports(source: str) -> set[str]:
    """By what in ``source`` rows that are shown could be written to a file or taken along."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            names = {module.partition(".")[0], *(one.name for one in node.names)}
            found |= names & (TABLE_FILES | EXPORTS.keys())
        elif isinstance(node, ast.Attribute):
            found |= {node.attr} & (EXPORTS.keys() | WRITES)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open":
            modes = [one.value for one in node.args[1:2] if isinstance(one, ast.Constant)]
            found |= {f"open {mode!r}" for mode in modes if set(str(mode)) & set("wax+")}
    return found


ALLOWED = {"ui/base/book_pages.py": {"QPdfWriter"}, "start/diagnostics.py": {"sqlite3"}}
"""The manual's own pages, from the command line: the text of the program and nobody's data; the
version of SQLite, for whoever mends an エラー番号."""


@pytest.mark.req("SEC-58")
def test_no_screen_can_write_what_it_lists() -> None:
    """Over every screen, window and dialog of the program: no way from rows on the screen to a
    file, a table, the clipboard or another program but the declared prints and files."""
    assert len(AT_THE_SCREEN) > 120
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in AT_THE_SCREEN
        if (wrong := exports(path.read_text()) - ALLOWED.get(str(path.relative_to(ROOT)), set()))
    }
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "import csv",
        "from openpyxl import Workbook",
        "QFileDialog.getSaveFileName(self)",
        "app.clipboard().setText(x)",
        "table.setDragEnabled(True)",
        "path.write_text(rows)",
        "open(name, 'w')",
    ],
)
def test_the_look_for_exports_finds_one(source: str) -> None:
    assert exports(source)
