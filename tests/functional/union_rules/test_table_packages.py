"""The union decides by the package that two of its operators put in force, from its first day on,
and by the practice of the day on which it decides (docs/decisions/023)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from app.core import tables
from app.core.errors import UserError
from app.peers.union.office import decisions, table_package
from tests.support.table_packages import shipped
from tests.support.union_inside import decide, notification, union_inside
from tests.support.union_terminal import MORNING

pytestmark = pytest.mark.req("SYS-01")

LINES = "copay_thresholds"
ONE, OTHER = "操作者一", "操作者二"
BELOW = {
    "copay_taxed": "1",
    "copay_taxable_income": "1449999",
    "copay_revenue": "3900000",
    "copay_pension_other": "3900000",
    "copay_base_income": "5000000",
    "copay_all_income_zero": "0",
}
"""D1 with a revenue above the standard: 2割 by the shipped line of 1,450,000 yen, 3割 by ours."""


def _lower_line() -> str:
    return shipped(LINES).replace("three_line = 1_450_000", "three_line = 1_400_000")


def _since(days: int) -> str:
    return (MORNING + timedelta(days=days)).date().isoformat()


def _sign(system, contents, number=1, days=1):
    said = {"number": str(number), "title": "基準の改定", "since": _since(days)}
    table_package.table_package(system, ONE, said, json.dumps(contents).encode())


def _go_to(system, days: int) -> None:
    system.clock.set_to(MORNING + timedelta(days=days))


def _refused(act, *arguments) -> str:
    with pytest.raises(UserError) as caught:
        act(*arguments)
    return caught.value.code


def test_from_its_first_day_on_the_union_decides_by_the_package(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        _sign(system, {LINES: _lower_line()})
        before = decide(system, notification(1, **BELOW))
        _go_to(system, 1)
        unconfirmed = decide(system, notification(2, **BELOW))
        _go_to(system, 0)
        table_package.confirm(system, OTHER, 1)
        same_day = decide(system, notification(3, **BELOW))
        _go_to(system, 1)
        since = decide(system, notification(4, **BELOW))
        version = system.tables.version
    assert [one.copay_ratio for one in (before, unconfirmed, same_day, since)] == [
        "2",
        "2",
        "2",
        "3",
    ]
    assert version.endswith("+1")
    assert since.grounds_clerk.splitlines()[-1] == f"使った表の版 {version}"
    assert not same_day.grounds_clerk.endswith("+1")


def test_a_server_started_before_goes_by_the_practice_of_its_day(tmp_path):
    """Nothing of a table is fixed at the start: a union that runs for a year decides by the row of
    the day, and a second process on the same database by the same package."""
    practice = shipped("union_practices")
    assert practice.count("printed = false") >= 1
    with union_inside(tmp_path / "u") as system, union_inside(tmp_path / "u") as second:
        assert not system.practice.address_printed
        _sign(
            system,
            {"union_practices": practice.replace("printed = false", "printed = true")},
        )
        table_package.confirm(system, OTHER, 1)
        for one in (system, second):
            assert not one.practice.address_printed
            _go_to(one, 1)
            assert one.practice.address_printed


def test_who_may_put_it_in_force_and_when(tmp_path):
    with union_inside(tmp_path / "u") as system:
        assert _refused(table_package.confirm, system, OTHER, 1) == "union.nothing_proposed"
        _sign(system, {LINES: _lower_line()}, number=3)
        assert _refused(table_package.confirm, system, ONE, 3) == "union.same_operator"
        _go_to(system, 1)
        assert _refused(table_package.confirm, system, OTHER, 3) == "tables.package_since"
        assert not system.tables.version.endswith("+3")
        assert (
            _refused(_sign, system, {LINES: _lower_line()}, 3, 5)
            == _refused(_sign, system, {LINES: _lower_line()}, 2, 5)
            == "tables.package_older"
        )
        _sign(system, {LINES: _lower_line()}, 4, 5)
        table_package.confirm(system, OTHER, 4)
        assert _refused(table_package.confirm, system, OTHER, 4) == "union.nothing_proposed"


def test_a_package_for_other_shipped_tables_is_not_decided_by(tmp_path, monkeypatch):
    with union_inside(tmp_path / "u") as system:
        load = tables.load_tables
        monkeypatch.setattr(
            table_package,
            "load_tables",
            lambda *given: _older(load(*given)),
        )
        _sign(system, {LINES: _lower_line()})
        table_package.confirm(system, OTHER, 1)
        _go_to(system, 1)
        assert decide(system, notification(1, **BELOW)).copay_ratio == "2"


def _older(tables):
    tables.version = f"0.0.9-{tables.version[-8:]}"
    return tables


def test_a_refusal_names_the_tables_too(tmp_path, monkeypatch):
    told = []
    with union_inside(tmp_path / "u") as system:
        monkeypatch.setattr(decisions, "deliver", lambda *given, **_: told.extend(given[-1]) or "c")
        monkeypatch.setattr(decisions, "active_terminals", lambda *_: ("T",))
        decided = decide(system, notification(1, municipality_code="999981"))
        version = system.tables.version
    assert decided.outcome == "refused"
    assert [one.grounds_clerk for one in told] == [f"使った表の版 {version}"]
