"""Each thing of the field has one name of its own in the rules, and no name stands for two."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

import app.rules

ROOT = Path(app.rules.__path__[0])
CHECKS_OF_ENTRY = ("values", "identifiers.py")
"""A kind of value and the check of its digits are one thing and share its name."""


def public_names(source: str) -> set[str]:
    """The classes and functions that a module defines for others."""
    found = {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    return {name for name in found if not name.startswith("_")}


def twice(sources: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Names that more than one module defines, with the modules."""
    modules = defaultdict(list)
    for module, source in sources:
        for name in public_names(source):
            modules[name].append(module)
    return {name: sorted(where) for name, where in modules.items() if len(where) > 1}


def test_no_public_name_of_the_rules_means_two_things() -> None:
    files = {str(file.relative_to(ROOT)): file for file in sorted(ROOT.rglob("*.py"))}
    asked = {name: file for name, file in files.items() if not name.startswith(CHECKS_OF_ENTRY)}
    assert len(asked) > 40
    sources = ((name, file.read_text(encoding="utf-8")) for name, file in asked.items())
    assert twice(sources) == {}


def test_the_check_sees_a_class_and_a_function() -> None:
    one = "class Household: pass\ndef judge(): pass\ndef _own(): pass"
    assert twice([("a.py", one), ("b.py", one)]) == {
        name: ["a.py", "b.py"] for name in ("Household", "judge")
    }


@pytest.mark.parametrize(
    ("word", "not_in"),
    [
        ("earner", "levy"),  # 現役並み; 給与所得者等 are salaried
        ("salaried", "copay"),
        ("exclusion", "levy"),  # 適用除外
        ("exemption", "eligibility"),  # 減免
        ("base_income", "levy"),  # 旧ただし書所得; 賦課所得 is the levy base
        ("levy_base", "eligibility"),
    ],
)
def test_words_that_were_mixed_up_stay_apart(word: str, not_in: str) -> None:
    rooms = {file.parent.name for file in _holding(word)}
    assert rooms, "the word is in use somewhere"
    assert not_in not in rooms


def _holding(word: str) -> list[Path]:
    """Files of the rules in which an identifier begins with ``word`` or has it after ``_``."""
    found = []
    for file in sorted(ROOT.rglob("*.py")):
        names = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for field in ("id", "attr", "name", "arg"):
                name = getattr(node, field, None)
                if isinstance(name, str):
                    names.add(name.lower())
        if any(re.search(f"(^|_){word}", name) for name in names):
            found.append(file)
    return found
