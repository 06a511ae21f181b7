"""No rule reads a clock, a file or a setting by itself (DESIGN 1.8); no rule holds an amount
that DOMAIN leaves open."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import app.rules

MODULES = sorted(Path(app.rules.__path__[0]).rglob("*.py"))
IMPURE_CALLS = {"open", "today", "now", "utcnow", "time", "monotonic", "getenv", "input", "print"}
IMPURE_CALLS |= {"load_tables", "shipped_tables", "read_text", "read_bytes"}
IMPURE_MODULES = {"os", "pathlib", "time", "random", "socket", "sqlite3", "tomllib", "logging"}


def impurities(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if name in IMPURE_CALLS:
                found.append(f"{node.lineno}: {name}()")
        elif isinstance(node, ast.Global):
            found.append(f"{node.lineno}: global")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            found += [
                f"{node.lineno}: import {n}" for n in names if n.split(".")[0] in IMPURE_MODULES
            ]
            found += [
                f"{node.lineno}: import {n}"
                for n in names
                if n.startswith("app.core.") and n.split(".")[2] in {"clock", "paths", "settings"}
            ]
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_rule_touches_nothing_outside(module: Path) -> None:
    assert impurities(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import date\nx = date.today()",
        "import os",
        "from pathlib import Path",
        "from app.core.clock import today",
        "def f():\n    global x",
        "open('x')",
    ],
)
def test_the_check_sees_each_kind_of_touch(source: str) -> None:
    assert impurities(source)
