"""The registries are complete: every string leads somewhere, every id that the source names is
declared, every declared entry is used (DESIGN 3)."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.catalog import CASES, CATALOG, entrance
from app.core.settings import SETTINGS
from app.functions.files.media_list import moves_in, moves_out
from app.functions.records import diagnosing
from app.security.control.state import REGISTERED, ControlState, Terminal
from app.security.gate.checks import held_back
from app.security.spec import Actor, Kind, StepUp
from app.start.compose import handlers
from app.wire.beyond import BEYOND
from app.wire.files import FILES
from db.tables import METADATA
from forms.catalog import FORMS
from forms.form import PERSON
from tests.support import reach
from tests.support.world import shared_tables

ROOT = Path(__file__).resolve().parents[2]
PLACES = sorted({place for f in CATALOG.values() for place in (f.screen, f.run) if place})
ENTRANCES = {entrance(area).id for area in CATALOG.areas}

NOT_REACHED = {
    "admin.deputise": "a right that is held, not run: the chain rules ask for it",
    "slots.keyring": "no screen registers a person without a key yet",
}
"""Declared, and no screen, no command and no part of the engine leads to it: each with its reason.
What becomes reached leaves the list; nothing joins it (``test_the_list_only_shrinks``)."""
DECLARED_AHEAD = {
    "FILE-15",  # no source says what is in it: refused with that cause
    "DESK-04",  # the control log's own issue fills it
}
"""Layouts whose carrying is being built; each leaves with the function that carries it."""
AREAS_TO_COME = {"levy", "collection", "arrears", "benefits", "inquiry"}
"""Areas of DESIGN 2 without a function yet; their roles are in the table already."""


@cache
def _reach() -> reach.Reach:
    """What the program's commands reach, without the other side and without training."""
    other = ("app.peers", "app.training", "app.demo")
    sources = reach.sources_of(ROOT, ("app", "forms", "db"), other)
    return reach.reached(sources, ("app.main", "main"))


@cache
def _trees() -> tuple[tuple[str, ast.Module], ...]:
    """The product's modules, without the other side and without training."""
    found = []
    for package in ("app", "forms", "db"):
        for file in sorted((ROOT / package).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if not name.startswith(("app/peers/", "app/training/", "app/demo/")):
                found.append((name, ast.parse(file.read_text(encoding="utf-8"))))
    return tuple(found)


def _texts(*, without: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every text constant and the file it stands in."""
    for name, tree in _trees():
        if name.endswith(without or ("//",)):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, name


@pytest.mark.parametrize("place", PLACES)
def test_every_screen_and_run_is_found(place: str) -> None:
    module, _, name = place.partition(":")
    found = getattr(importlib.import_module(module), name)
    assert callable(found)
    if any(function.screen == place for function in CATALOG.values()):
        assert issubclass(found, QWidget)


def test_every_function_says_what_it_is_and_what_it_does() -> None:
    for function in CATALOG.values():
        assert function.label.strip() == function.label != ""
        assert function.help.endswith("。"), function.id
        assert len(function.help) > len(function.label)
    labels = Counter((function.area, function.label) for function in CATALOG.values())
    assert [label for label, count in labels.items() if count > 1] == []


def test_every_area_has_its_entrance_and_something_behind_it() -> None:
    for area in CATALOG.areas:
        functions = CATALOG.of_area(area.id)
        assert functions[0].id in ENTRANCES
        assert len(functions) > 1
    orders = [area.order for area in CATALOG.areas]
    assert len(set(orders)) == len(orders)


def test_what_is_declared_to_be_read_and_written_is_there() -> None:
    columns = {f"{table.name}.{c.name}" for table in METADATA.tables.values() for c in table.c}
    known = columns | set(METADATA.tables) | {"name_grams"}
    rooms = (path for room in ("app", "db") for path in (ROOT / room).rglob("*.py"))
    program = "".join(path.read_text(encoding="utf-8") for path in rooms)
    for function in CATALOG.values():
        for named in (*function.reads, *function.writes):
            table, _, fact = named.partition(".")
            if table == "store_fact" and fact not in METADATA.tables[table].c:
                assert f'"{fact.removesuffix(".*")}' in program, f"{function.id}: {named}"
            else:
                assert named in known, f"{function.id}: {named}"


@pytest.mark.req("SEC-29")
def test_the_least_levels_of_step_up_are_kept() -> None:
    """DESIGN 5: send, print an issue, show 個人番号, change rights = touch; open = recent."""
    for function in CATALOG.values():
        if function.actor is Actor.SYSTEM:
            assert function.step_up is StepUp.SESSION
        elif function.kind is Kind.SEND or function.id in (
            *(kind.function("issue_certificate") for kind in CASES.values()),
            *(kind.function("reprint_sheet") for kind in CASES.values()),
            "persons.show_my_number",
            "persons.lift_support",
            "admin.approve_grant",
            "admin.revoke_grant",
        ):
            assert function.step_up is StepUp.TOUCH, function.id
    assert CATALOG["persons.open"].step_up is StepUp.RECENT
    assert CATALOG["persons.search"].step_up is StepUp.SESSION


def test_every_function_that_the_source_calls_is_declared() -> None:
    called = []
    for name, tree in _trees():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("prepare", "view", "system")
                and ast.unparse(node.func.value).split(".")[-1] in ("gate", "_gate")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                called.append((node.args[0].value, name))
    assert len(called) > 20
    assert [(one, name) for one, name in called if one not in CATALOG] == []


def _derived_acts() -> set[str]:
    """What the cases' source does by ``kind.function("…")``, whatever the kind."""
    return {
        node.args[0].value  # type: ignore[misc]
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "function"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def _derived() -> set[str]:
    """The functions of the kinds of case: opened, sent, and what is done on the way."""
    own = {one for kind in CASES.values() for one in (kind.opening, kind.sending)}
    own |= {kind.supervised_sending for kind in CASES.values() if kind.has_supervised_sending}
    return own | {kind.function(act) for kind in CASES.values() for act in _derived_acts()}


def test_what_is_done_with_a_case_is_declared_in_some_area() -> None:
    acts = _derived_acts()
    assert len(acts) > 15
    nowhere = {act for act in acts if not any(f"{a.id}.{act}" in CATALOG for a in CATALOG.areas)}
    assert nowhere == set()


def _acts_reached() -> set[str]:
    """The functions of the kinds that reached code opens, sends or does by ``kind.function``."""
    found = set()
    for node in _reach().nodes():
        match node:
            case ast.Call(
                func=ast.Attribute(attr="function"), args=[ast.Constant(value=str(act)), *_]
            ):
                found |= {kind.function(act) for kind in CASES.values()}
            case ast.Attribute(attr="opening" | "sending" | "supervised_sending" as name):
                found |= {getattr(kind, name) for kind in CASES.values()}
            case ast.Attribute(attr="takes_control", value=ast.Attribute(attr="catalog")):
                found.add(CATALOG.takes_control)  # the gate runs it by its mark
    return found


def test_every_declared_function_is_reached() -> None:
    """Its own service does not count, nor does a test: a screen, a command or the engine does."""
    named = _reach().texts(without=(".spec", ".functions"))
    with_screen = {f.id for f in CATALOG.values() if f.screen or f.run}
    assert len(named & set(CATALOG)) > 15
    unreached = set(CATALOG) - named - with_screen - ENTRANCES - _acts_reached()
    assert unreached == NOT_REACHED.keys() & set(CATALOG)


def test_the_list_only_shrinks() -> None:
    assert len(NOT_REACHED) <= 9
    assert {one for one, reason in NOT_REACHED.items() if len(reason) < 20} == set()


def test_every_form_that_the_source_names_is_declared_and_used() -> None:
    declared = {form.id for form in FORMS}
    assert _named(r"FORM-N?\d+", "forms/catalog.py") <= declared
    # A decision's code leads to a certificate, a person's page to the applications.
    ordered = {form.id for form in FORMS if form.decided or form.source == PERSON}
    own = tuple({module for module, _ in _reach().parts if module.startswith("forms.")})
    used = _reach().texts(without=own) | ordered
    # What names a form by its module needs no text.
    reached = {module for module, _ in _reach().parts if module.startswith("app.")}
    sources = [_source(module) for module in sorted(reached)]
    for form in FORMS:
        module = form.data.__module__.rpartition(".")[2]
        if any(re.search(rf"\b{module}\b", source) for source in sources):
            used.add(form.id)
    assert declared - used == NOT_REACHED.keys() & declared


def test_every_file_that_the_source_names_is_declared_and_used() -> None:
    """A file is used by who sends it, by name, or by the function that applies it."""
    assert _named(r"FILE-\d+", "app/wire/files.py") <= set(FILES) | set(BEYOND)
    used = _reach().texts(without=("app.wire.files",))
    used |= {spec.id for spec in FILES.values() if spec.applied_by}
    used |= {kind.sent_in.id for kind in CASES.values()}
    used |= {spec.id for spec in FILES.values() if moves_in(spec) or moves_out(spec)}
    assert set(FILES) - used - DECLARED_AHEAD == NOT_REACHED.keys() & set(FILES)
    assert DECLARED_AHEAD & used == set()


def _source(module: str) -> str:
    path = Path(__file__).parents[2] / f"{module.replace('.', '/')}.py"
    return path.read_text() if path.exists() else ""


def _named(shape: str, registry: str) -> set[str]:
    return {text for text, _ in _texts(without=(registry,)) if re.fullmatch(shape, text)}


def test_every_setting_is_used() -> None:
    named = _reach().texts(without=("app.core.settings",))
    assert set(SETTINGS) - named == NOT_REACHED.keys() & set(SETTINGS)
    assert {name for name, one in SETTINGS.items() if one.idle} == set(SETTINGS) - named


def test_nothing_personal_is_opened_before_the_founders_start_is_over() -> None:
    """DESIGN 4. Training, incidents and erasures are written of the house itself; what is only
    counted (the rows of a store, for diagnostics) opens nothing of anybody."""
    tables = METADATA.tables.values()
    personal = {one.name for one in tables if "person_id" in one.c} | {"person"}
    for function in CATALOG.values():
        area = CATALOG.area_of(function)
        if function.id == diagnosing.COUNT:
            continue
        if function.actor is Actor.STAFF and area.by_founding and not function.personal:
            names = {one.partition(".")[0] for one in (*function.reads, *function.writes)}
            assert names & personal <= {"ledger_entry"}, function.id
    shut = {one.id for one in CATALOG.values() if one.personal}
    assert shut >= {"records.show_questions", "records.write_uses", "records.confirm_requests"}
    state = ControlState(founders=("S201", "S202"))
    for terminal in (Terminal(), Terminal(state=REGISTERED)):
        state.terminal = terminal
        kept = held_back([*shut, "records.show_training"], state, date(2026, 11, 16), CATALOG)
        assert kept.keys() == shut


def test_what_is_not_reached_is_at_least_declared() -> None:
    declared = {*CATALOG, *SETTINGS, *FILES, *(form.id for form in FORMS)}
    assert declared >= NOT_REACHED.keys()


def test_every_received_file_has_its_handler() -> None:
    applied = {spec.applied_by for spec in FILES.values()} - {""}
    assert applied == set(handlers(shared_tables()))
    assert all(CATALOG[one].actor is Actor.SYSTEM for one in applied)


def test_every_form_has_a_paper_of_its_own_in_the_tables() -> None:
    papers = {row.text("form") for row in shared_tables()["print_papers"].rows()}
    assert {form.paper for form in FORMS if form.draw is not None} == papers
    ordered = [form.decided for form in FORMS if form.decided]
    assert all(shared_tables()["papers"].has(code) for code in ordered)


def test_every_role_s_area_is_declared() -> None:
    areas = {area.id for area in CATALOG.areas} | AREAS_TO_COME
    scopes = shared_tables()["role_scopes"].rows()
    assert [row.text("area") for row in scopes if row.text("area") not in areas] == []
    for row in scopes:
        for function_id in (*row.texts("only"), *row.texts("without")):
            assert function_id in CATALOG
