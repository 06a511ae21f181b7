"""docs/threat-model.md: each claim names a test, and the test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def named_tests(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PAGE))))
def test_the_test_of_a_claim_is_there(file: str, name: str) -> None:
    assert name in named_tests(ROOT / file)


def test_every_claim_names_its_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "| Test |" not in line]
    assert len(rows) > 20
    assert [row for row in rows if not NAMED.search(row)] == []


@pytest.mark.parametrize(
    "who",
    [
        "stolen disk",
        "curious clerk",
        "leaver",
        "insider",
        "administrator",
        "network",
        "union's operator",
    ],
)
def test_every_attacker_has_what_holds_and_what_does_not(who: str) -> None:
    (section,) = [part for part in PAGE.split("\n## ")[1:] if who in part.splitlines()[0]]
    assert "| Claim | Test |" in section
    assert "Does not hold" in section
