"""No function longer than 60 lines, none with more than 7 parameters: it does two things."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 60
MOST_PARAMETERS = 7
FILES = [
    path
    for room in ("app", "db", "forms", "tests")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "migrations" not in path.parts  # a stored version is a list of what was, not a function
]


def above(source: str) -> list[str]:
    """The functions of ``source`` above a bound. ``self`` and ``cls`` are no parameters."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (
            (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES
            or len(_parameters(node.args)) > MOST_PARAMETERS
        )
    ]


def _parameters(arguments: ast.arguments) -> list[str]:
    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return [one.arg for one in named if one.arg not in ("self", "cls")]


def test_none_is_above() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{name}" for path in FILES for name in above(path.read_text())
    }
    assert not found


@pytest.mark.parametrize(
    ("source", "is_above"),
    [
        ("def f(a, b, c, d, *, e, f, g): pass", False),
        ("def f(a, b, c, d, *, e, f, g, h): pass", True),
        ("class A:\n    def f(self, a, b, c, d, e, f, g): pass", False),
        ("async def f(a, b, c, d, /, e, f, g, h): pass", True),
        ("def f():\n" + "    x = 1\n" * 59, False),
        ("def f():\n" + "    x = 1\n" * 60, True),
    ],
)
def test_the_look_counts_right(source: str, is_above: bool) -> None:
    assert bool(above(source)) is is_above
