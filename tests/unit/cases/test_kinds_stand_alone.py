"""Nothing of a kind stands outside its declaration: what is generic knows none of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases import blocks
from app.cases.entry import NUMBER, EntryField
from app.catalog import CASES

ROOT = Path(__file__).parents[3]
GENERIC = [
    path
    for room in ("app/cases", "app/peers/union/office", "app/persons/screens", "app/ui")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "kinds" not in path.parts
]
DECLARED_PARTS = {"blocks.py", "page_rules.py", "money_rules.py", "answers.py", "effects.py"}
"""Parts that declarations are made of: they name fields, and no kind.
CODES are told apart from items that are called the same (a former union's paper, a column)."""
CODES = set(CASES) - {"account", "disability", "disability_paper", "disease", "disease_paper",
                      "dependant_paper", "heir", "contact"}  # fmt: skip
CASES_ROOM = [
    path
    for path in GENERIC
    if path.is_relative_to(ROOT / "app/cases") and path.name not in DECLARED_PARTS
]


def _texts(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def _shared() -> set[str]:
    """Names of fields that blocks bring into any kind, and the heads'."""
    fields: list[EntryField] = [
        *blocks.four_dates("x"),
        *blocks.notifier_fields(),
        *blocks.number_fields(),
        *blocks.account_fields(lambda _: None),
        blocks.delivery_field(),
    ]
    return {field.name for field in fields} | {"atena_number", "household_number", NUMBER}


OWN_FIELDS = {name for kind in CASES.values() for name in kind.fields} - _shared()
PERSON = {
    "name", "kana", "alias", "alias_kana", "birth_written", "sex", "person_kind", "phone",
    "postal_code", "address", "building", "relation", "is_head", "facility_code",
}  # fmt: skip
"""Items of a person: the register's own, whichever kind keys them."""

WORDS = {
    word
    for kind in CASES.values()
    for word in (
        kind.label,
        kind.sentence,
        *(page.title for page in kind.pages),
        *(page.lead for page in kind.pages),
        *(field.label for field in kind.fields.values() if field.name in OWN_FIELDS - PERSON),
    )
}
PAGES = {page.id for kind in CASES.values() for page in kind.pages} - {"identity", "person"}

PAPER = {"paper", "reason", "confirmed", "taxed"}
"""Items of a decision on a paper, a state of its sheet, a word of the check list, and a column of
the table of explanations, that a kind keys as well."""

NUMBERS = {"宛名番号", "被保険者番号"}
"""What the address master's numbers are called, whichever kind keys one."""


@pytest.mark.parametrize("path", GENERIC, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_kind_is_named(path: Path) -> None:
    assert not set(_texts(path)) & CODES


@pytest.mark.parametrize("path", GENERIC, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_of_a_kind_is_named(path: Path) -> None:
    own = {one for kind in CASES.values() for one in (kind.opening, kind.sending)}
    assert not set(_texts(path)) & own


@pytest.mark.parametrize("path", CASES_ROOM, ids=lambda path: path.name)
def test_no_field_page_or_word_of_a_kind_is_named(path: Path) -> None:
    texts = set(_texts(path))
    assert not texts & (WORDS - NUMBERS)
    assert not texts & PAGES
    assert not texts & (OWN_FIELDS - PERSON - PAPER)


KEYED = {name for kind in CASES.values() for name in kind.fields}


def _read_by_name(source: str) -> list[str]:
    """The items that are read under a literal name: ``values["x"]``, ``values.get("x")``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Load()):
                found.append(name)
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]):
                found.append(name)
    return found


@pytest.mark.parametrize("path", CASES_ROOM, ids=lambda path: path.name)
def test_no_field_is_read_that_a_kind_may_not_have(path: Path) -> None:
    """Whom a case is about tells its kind (``name_in``); a field of a block has its constant,
    and is asked of the kind first."""
    assert not set(_read_by_name(path.read_text(encoding="utf-8"))) & KEYED


@pytest.mark.parametrize(
    "reading", ['v["name"]', 'case.values.get("notifier", "")', 'loads(d).get("name")']
)
def test_a_reading_by_name_is_seen(reading: str) -> None:
    assert set(_read_by_name(reading)) & KEYED


def test_no_branch_asks_which_kind_it_is() -> None:
    """``if kind.code == …`` in any spelling, in either room."""
    asking = []
    for path in GENERIC:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare | ast.Match):
                words = [
                    inner.value
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Constant) and inner.value in CODES
                ]
                if words:
                    asking.append(f"{path.relative_to(ROOT)}: {words}")
    assert asking == []


def test_what_looks_is_not_blind() -> None:
    """The looking finds what stands in a declaration."""
    declared = ROOT / "app/functions/eligibility/kinds/leaving.py"
    texts = set(_texts(declared))
    assert texts & set(CASES) and texts & WORDS and texts & OWN_FIELDS and texts & PAGES
