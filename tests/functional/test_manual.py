"""The operator's manual and the permission table follow the registry and are kept current."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from app.catalog import CATALOG
from app.core.settings import SETTINGS
from app.security.spec import Actor, StepUp
from app.security.staff.roles import roles_on
from app.start.cases_book import cases_book
from app.start.manual import conditions, operators_manual, permission_book
from tests.support.world import shared_tables

DOCS = Path(__file__).resolve().parents[2] / "docs"
BOOKS = {
    "manual.md": operators_manual,
    "permission-table.md": permission_book,
    "cases.md": cases_book,
}


@pytest.mark.parametrize("name", BOOKS)
def test_the_kept_book_is_current(name: str) -> None:
    kept = (DOCS / name).read_text(encoding="utf-8")
    found = re.search(r"(\d{4}-\d\d-\d\d) 現在", kept)
    assert found is not None
    current = BOOKS[name](date.fromisoformat(found[1]), shared_tables())  # type: ignore[operator]
    assert (kept == current) is True, f"docs/{name} is not what the registry says: make docs"


def test_every_function_of_staff_has_its_section_with_help_and_conditions() -> None:
    manual = operators_manual(date(2026, 11, 20), shared_tables())
    for function in CATALOG.values():
        if function.actor is Actor.SYSTEM:
            assert f"- **{function.label}**: {function.help}" in manual
            continue
        section = manual.split(f"\n### {function.label}\n")[1].split("\n#")[0]
        assert function.help in section
        for condition in conditions(function):
            assert f"- {condition}\n" in section + "\n"


def test_a_touch_is_said_to_be_a_touch() -> None:
    touch = [f for f in CATALOG.values() if f.step_up is StepUp.TOUCH]
    assert touch
    assert all("セキュリティキーに触れます" in conditions(function)[0] for function in touch)


@pytest.mark.req("SEC-35")
def test_the_table_shows_exactly_what_each_role_holds() -> None:
    day = date(2026, 11, 20)
    lines = permission_book(day, shared_tables()).splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "|" in line]
    head, body = rows[0], rows[2:]
    roles = roles_on(shared_tables(), CATALOG, day)
    assert head[3:] == [role.label for role in roles]
    staff = [f for area in CATALOG.areas for f in CATALOG.of_area(area.id)]
    staff = [f for f in staff if f.actor is Actor.STAFF]
    assert [row[1] for row in body] == [function.label for function in staff]
    for function, row in zip(staff, body, strict=True):
        marked = [role.code for role, mark in zip(roles, row[3:], strict=True) if mark == "○"]
        assert marked == [role.code for role in roles if function.id in role.function_ids]


def test_every_setting_is_in_the_manual_with_its_bounds() -> None:
    manual = operators_manual(date(2026, 11, 20), shared_tables())
    for setting in SETTINGS.values():
        if setting.idle:  # nothing follows from it, so nothing is said of it
            assert setting.label not in manual
            continue
        first = setting.word(setting.default) + setting.unit
        assert setting.meaning.endswith("。"), setting.name
        assert f"| {setting.label} | {first} | {setting.span} | {setting.meaning} |" in manual
