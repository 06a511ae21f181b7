"""One word for one thing, in clerks' words, over every Japanese text of the program, its tables
and the manual (the glossary says which words are not used)."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.catalog import CASES
from app.core.glossary import Term, glossary
from app.start.manual import operators_manual, permission_book
from tests.support.world import shared_tables

ROOT = Path(__file__).resolve().parents[2]
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
REQUIREMENT = re.compile(r"(?<![A-Za-z])(?:SYS|FLOW|DATA|SEC|ACT|CON|DOMAIN|DESIGN)[- ]\d+")
EXCEPTION = re.compile(r"\b(?:[A-Z][a-z]+)*(?:Error|Exception|Fault|Refusal|Traceback)\b")
NOT_SHOWN = {"source", "confirmed_by", "note"}
"""Where a row or a declaration says what it rests on: never on a screen (a reader's reference)."""
INTERFACE_BOOK = ROOT / "app" / "wire" / "book.py"
"""The book for those who build the other side; it cites what it fulfils."""


class Text(NamedTuple):
    place: str
    words: str


def _documentation(tree: ast.AST) -> set[int]:
    """Strings that stand alone are documentation."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _references(tree: ast.AST) -> set[int]:
    """Strings handed over as ``source=``, with all that they are put together from."""
    handed = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in NOT_SHOWN
    ]
    return {id(part) for value in handed for part in ast.walk(value)}


@cache
def _grounds() -> frozenset[str]:
    """What each kind of case rests on: in the reference book of kinds alone."""
    return frozenset(kind.source for kind in CASES.values())


def texts_of(place: str, source: str) -> Iterator[Text]:
    """The Japanese texts of a module, documentation and references left out."""
    tree = ast.parse(source)
    unseen = _documentation(tree) | _references(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in unseen
            and node.value not in _grounds()
            and JAPANESE.search(node.value)
        ):
            yield Text(f"{place}:{node.lineno}", node.value)


def _table_texts(place: str, value: Any) -> Iterator[Text]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in NOT_SHOWN:
                yield from _table_texts(place, part)
    elif isinstance(value, list):
        for part in value:
            yield from _table_texts(place, part)
    elif isinstance(value, str) and JAPANESE.search(value):
        yield Text(place, value)


@cache
def shown_texts() -> tuple[Text, ...]:
    """Every Japanese text that a screen, a print, a command or the manual may show."""
    found: list[Text] = []
    for top in ("app", "forms", "db"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if path != INTERFACE_BOOK:
                found += texts_of(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "resources" / "tables").glob("*.toml")):
        found += _table_texts(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    day, tables = date(2026, 11, 20), shared_tables()
    for name, book in (("manual", operators_manual), ("permissions", permission_book)):
        lines = book(day, tables).splitlines()
        found += (Text(f"{name}:{number}", line) for number, line in enumerate(lines, start=1))
    return tuple(found)


def broken(term: Term, words: str) -> list[str]:
    """The words of ``term.never`` that stand in ``words`` outside what is right."""
    for right in term.unless:
        words = words.replace(right, "")
    return [never for never in term.never if never in words]


def test_the_search_finds_texts_everywhere() -> None:
    places = {text.place.partition(":")[0].partition("/")[0] for text in shown_texts()}
    assert {"app", "forms", "db", "manual", "permissions", "roles.toml"} <= places
    assert len(shown_texts()) > 9000


@pytest.mark.parametrize("term", glossary(), ids=lambda term: term.word)
def test_one_word_for_one_thing(term: Term) -> None:
    found = {text: bad for text in shown_texts() if (bad := broken(term, text.words))}
    own = {text for text in found if term.meaning in text.words}
    assert not found.keys() - own


def test_nothing_that_is_shown_cites_a_requirement_or_names_an_exception() -> None:
    for text in shown_texts():
        assert not REQUIREMENT.search(text.words), text
        assert not EXCEPTION.search(text.words), text


def test_no_text_is_put_together_with_the_name_of_a_class() -> None:
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.JoinedStr) or not _japanese(node):
                continue
            for part in ast.walk(node):
                name = part.attr if isinstance(part, ast.Attribute) else ""
                assert name not in {"__name__", "__class__"}, (path, node.lineno)


def _japanese(node: ast.JoinedStr) -> bool:
    return any(
        isinstance(part, ast.Constant) and JAPANESE.search(str(part.value)) for part in node.values
    )


def test_the_look_finds_what_it_looks_for() -> None:
    module = '"""書き損じ"""\nA = f"書き損じ {x}"\nB = Kind("届", source="SEC-1 書き損じ")\n'
    assert [text.words for text in texts_of("a.py", module)] == ["書き損じ ", "届"]
    spoilt = next(term for term in glossary() if term.word == "印刷不良")
    assert broken(spoilt, "用紙の書き損じ") == ["書き損じ"]
    pin = next(term for term in glossary() if term.word == "暗証番号（PIN）")
    assert broken(pin, "暗証番号（PIN）かPIN") == ["PIN"]
    assert broken(pin, "暗証番号（PIN）") == []
    assert REQUIREMENT.search("要ります（SEC-14）") and EXCEPTION.search("誤り KeyError です")


def test_the_glossary_stands_in_the_manual_by_reading() -> None:
    manual = operators_manual(date(2026, 11, 20), shared_tables())
    chapter = manual.split("\n## 用語集\n")[1].split("\n## ")[0]
    words = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", chapter, re.MULTILINE)[1:]
    assert words == [(term.word, term.reading) for term in glossary()]
    readings = [term.reading for term in glossary()]
    assert readings == sorted(readings)
    assert all(term.meaning.endswith("。") for term in glossary())
