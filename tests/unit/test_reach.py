"""What reads the source finds what is reached, and nothing that is only declared."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.reach import reached, sources_of

SOURCES = {
    "app.main": """
from app.core import late
def main(): return late("app.start:run")
def nobody(): return "only declared"
""",
    "app.core": "def late(place): return place\ndef other(): 'the text of a help'; return 'unused'",
    "app.start.__init__": """
from app.catalog import AREAS
from app.start.desk import Desk
from app.service import Act
def run(seen: Act): return Desk, AREAS
""",
    "app.start.desk": """
from .. import service
CODE = "of a constant"
class Desk:
    help = CODE
    def go(self): return service.perform()
""",
    "app.catalog": """
from app.areas import levy
AREAS = (levy,)
levy.begin()
print("at the import")
""",
    "app.areas.__init__": "",
    "app.areas.levy": "SCREEN = 'app.areas.screen:Levy'\ndef begin(): ...",
    "app.areas.screen": "class Levy:\n    id = 'levy.open'\nclass Draft:\n    id = 'levy.draft'",
    "app.service": """
def perform(): return "done by the desk"
def prepare(): return "its own service"
class Act: id = "by its annotation"
""",
}


@pytest.fixture(scope="module")
def texts() -> set[str]:
    return reached(SOURCES, ("app.main", "main")).texts()


@pytest.mark.parametrize(
    "text",
    [
        "of a constant",  # by its name
        "done by the desk",  # by a module's attribute, imported by a relative name
        "at the import",  # whatever is reached imports its module
        "levy.open",  # by "module:name"
    ],
)
def test_what_is_reached(texts: set[str], text: str) -> None:
    assert text in texts


@pytest.mark.parametrize(
    "text",
    [
        "only declared",
        "its own service",
        "by its annotation",
        "levy.draft",
        "unused",
        "the text of a help",
    ],
)
def test_what_is_not(texts: set[str], text: str) -> None:
    assert text not in texts


def test_a_module_can_be_left_out() -> None:
    found = reached(SOURCES, ("app.main", "main")).texts(without=("areas.screen",))
    assert "levy.open" not in found and "of a constant" in found


def test_what_nobody_leads_to_any_more_is_told() -> None:
    cut = SOURCES | {"app.start.desk": "class Desk:\n    def go(self): return None"}
    assert "done by the desk" not in reached(cut, ("app.main", "main")).texts()
    with pytest.raises(KeyError):
        reached(SOURCES, ("app.main", "gone"))


def test_nodes_are_of_reached_code_alone() -> None:
    names = {
        node.name
        for node in reached(SOURCES, ("app.main", "main")).nodes()
        if isinstance(node, ast.FunctionDef)
    }
    assert {"main", "run", "perform", "go"} <= names
    assert names.isdisjoint({"nobody", "prepare", "other"})


def test_packages_are_read_without_those_left_out(tmp_path: Path) -> None:
    for file in ("app/__init__.py", "app/a.py", "app/peers/b.py", "app/peers_book.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(f"# {file}")
    found = sources_of(tmp_path, ("app",), ("app.peers",))
    assert set(found) == {"app.__init__", "app.a", "app.peers_book"}
