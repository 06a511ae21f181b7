"""The pages of docs/stories and the tests that play them belong together."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "stories").glob("[0-9]*.md"))
_PLAYED = re.compile(r"- `([\w/.]+)::(\w+)`")


def functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def test_there_are_ten() -> None:
    assert len(PAGES) == 10
    listed = (ROOT / "docs" / "stories" / "README.md").read_text(encoding="utf-8")
    assert [one for one in PAGES if one.name not in listed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_names_who_plays_it_and_its_wrong_turn(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "**The wrong turn.**" in text and "**In the end.**" in text
    played = _PLAYED.findall(text)
    assert played
    for file, name in played:
        assert name in functions(ROOT / file), (file, name)
