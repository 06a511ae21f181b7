"""What is below the areas of work knows none of them by name: it reads what they declare."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog import CATALOG, collect
from app.security.spec import Area, Catalog, Function, Kind

ROOT = Path(__file__).parents[2]
BELOW = [
    path
    for room in ("app/security", "app/ui", "app/sync", "db", "forms")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "migrations" not in path.parts
] + [ROOT / "app/start/counter.py"]
GATE = sorted((ROOT / "app/security/gate").glob("*.py"))
AREAS = {area.id for area in CATALOG.areas}

ENGINE_ITSELF = {"app/sync/work.py": "files.exchange"}
"""The exchange names the one function under which it works, as every service does."""


def constants(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    }


@pytest.mark.parametrize("path", BELOW, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_named_below_the_areas(path: Path) -> None:
    allowed = ENGINE_ITSELF.get(str(path.relative_to(ROOT)), "")
    assert constants(path) & set(CATALOG) <= {allowed}


@pytest.mark.parametrize("path", GATE, ids=lambda path: path.name)
def test_no_area_is_named_in_the_gate(path: Path) -> None:
    assert not constants(path) & AREAS


def test_the_counter_imports_no_area_no_cases_and_no_persons() -> None:
    tree = ast.parse((ROOT / "app/start/counter.py").read_text())
    modules = {
        name
        for node in ast.walk(tree)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    areas = ("app.functions", "app.cases", "app.persons")
    assert not [name for name in modules if name.startswith(areas)]


class TestMarks:
    """The marks that the gate reads stand on the right functions, once."""

    def test_where_they_stand(self) -> None:
        assert CATALOG.while_clock_wrong == {"admin.clock"}
        assert CATALOG.outside_hours == {"admin.clock", "admin.hours_exception"}
        assert CATALOG.with_old_password == {"own.change_password"}
        assert CATALOG.supervises == "admin.supervise"
        assert CATALOG.finishes == "files.finish_medium"
        assert {area.id for area in CATALOG.areas if area.before_registration} == {
            "admin", "day", "files", "own", "records",
        }  # fmt: skip

    @pytest.mark.parametrize("mark", ["home", "supervises"])
    def test_two_of_what_there_is_one_of_are_refused(self, mark: str) -> None:
        one = Function("a.one", "a", Kind.INQUIRE, "一", "一です。")
        two = replace(one, id="a.two", label="二")
        marked = tuple(replace(each, **{mark: True}) for each in (one, two))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="more than one"):
            collect(((Area("a", "あ", 1), marked),))

    def test_what_begins_at_the_login_is_the_terminals_own(self) -> None:
        wrong = Function("a.one", "a", Kind.INQUIRE, "一", "一です。", at_login=True)
        with pytest.raises(ValueError, match="login"):
            Catalog((Area("a", "あ", 1),), (wrong,))
