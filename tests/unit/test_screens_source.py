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
