"""定期判定: shares and papers of 1 August from the new incomes, through the database (DOMAIN 3,
5.1)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from app.core.errors import UserError
from app.core.tables import NoRowError
from app.peers.union.office import history, incomes
from app.peers.union.office.holding import holds
from app.peers.union.office.persons import shares_of
from app.peers.union.runs import pieces
from app.peers.union.runs.kinds import RUNS
from app.peers.union.tables import check_entry, fact, held, income, person, share, yearly_run
from app.training.people import MUNICIPALITY_CODE, atena_of
from app.wire.files import FILES
from app.wire.records import CardRecord, IncomeRecord
from tests.support.union_inside import load, seed_person, union_inside

pytestmark = pytest.mark.req("SYS-01", "FLOW-303", "FILE-18", "FILE-06")

JULY = datetime.fromisoformat("2026-07-10T09:00:00+09:00")
AUGUST = date(2026, 8, 1)
SHARE = RUNS["share"]


def assessed(index: int, taxable: int = 0, revenue: int = 0, **values: Any) -> IncomeRecord:
    """A line of FILE-06 of somebody who lives on a pension; taxed unless told otherwise."""
    record = IncomeRecord(
        municipality_code=MUNICIPALITY_CODE,
        atena_number=atena_of(index),
        tax_year="2026",
        state="declared",
        taxed="taxed",
        taxable=str(taxable),
        revenue=str(revenue),
        household_number=atena_of(5_000),
        cause="monthly",
    )
    return replace(record, **{name: str(value) for name, value in values.items()})


POOR: dict[str, Any] = {"taxed": "untaxed"}

# DOMAIN 3.3 and 3.4, and whose income is not known: the members of a household and what they get.
HOUSEHOLDS: dict[str, tuple[tuple[IncomeRecord | None, ...], str, str]] = {
    "D1": ((assessed(1, 1_449_999, 2_500_000, pension_revenue=2_500_000),), "2", "general2"),
    "D2": ((assessed(2, 1_450_000, 3_829_999, pension_revenue=3_829_999),), "2", "general2"),
    "D3": ((assessed(3, 1_450_000, 3_830_000, pension_revenue=3_830_000),), "3", "earner1"),
    "D6": (
        (
            assessed(4, 2_000_000, 4_200_000, pension_revenue=4_200_000),
            assessed(5, 0, 990_000, pension_revenue=990_000),
        ),
        "2",
        "general2",
    ),
    "D7": ((assessed(6, 1_450_000, 4_000_000), assessed(7, 0, 1_200_000)), "3", "earner1"),
    "D11": ((assessed(8, 280_000, 1_999_999, pension_revenue=1_999_999),), "1", "general1"),
    "D12": ((assessed(9, 280_000, 2_000_000, pension_revenue=2_000_000),), "2", "general2"),
    "D13": ((assessed(10, 279_999, 2_400_000, pension_revenue=2_400_000),), "1", "general1"),
    "D14": (
        (assessed(11, 300_000, pension_revenue=2_100_000), assessed(12, pension_revenue=1_090_000)),
        "1",
        "general1",
    ),
    "D15": (
        (assessed(13, 300_000, pension_revenue=2_100_000), assessed(14, pension_revenue=1_100_000)),
        "2",
        "general2",
    ),
    "D17": ((assessed(15, pension_revenue=1_500_000, pension=400_000, **POOR),), "1", "low2"),
    "D18": ((assessed(16, pension_revenue=800_000, **POOR),), "1", "low1"),
    "line": ((assessed(17, pension_revenue=826_500, **POOR),), "1", "low1"),
    "above the line": ((assessed(18, pension_revenue=826_501, **POOR),), "1", "low2"),
    "earner2": ((assessed(19, 3_800_000, 9_000_000),), "3", "earner2"),
    "earner3": ((assessed(20, 6_900_000, 9_000_000),), "3", "earner3"),
    "children": ((assessed(21, 1_779_999, 9_000_000, children_under_16=1),), "1", "general1"),
    "unknown": ((None,), "1", "general1"),
    "undeclared": ((assessed(23, state="undeclared", taxed="unknown"),), "1", "general1"),
}


def _lines() -> list[dict[str, Any]]:
    lines, index = [], 0
    for number, (members, _, _) in enumerate(HOUSEHOLDS.values()):
        for at, _ in enumerate(members):
            index += 1
            home = {"household_number": atena_of(5_000 + number), "is_head": at == 0}
            lines.append(seed_person(index, "1943-05-03", **home))
    return lines


INCOMES = [one for members, _, _ in HOUSEHOLDS.values() for one in members if one is not None]


def at(system: Any, moment: datetime) -> None:
    system.clock.set_to(moment)


def _start(system: Any, *lines: dict[str, Any]) -> None:
    at(system, JULY)
    load(system, *(lines or _lines()))


def take(system: Any, *records: IncomeRecord) -> None:
    with system.database.write() as connection:
        history.bring(system, connection, "file", "FILE-06", MUNICIPALITY_CODE)
        incomes.take(system, connection, records)


def run(system: Any, *, step: Callable[[str], Any] | None = None) -> str:
    """The whole run by two; ``step`` does the pieces, or they are done here at once."""
    asked = pieces.propose(system, "甲", SHARE, MUNICIPALITY_CODE, AUGUST)
    run_id = str(asked["id"])
    pieces.confirm(system, "乙", run_id)
    if step is not None:
        step(run_id)
    while not pieces.go_on(system, RUNS, run_id)["finished_at"]:
        pass
    return run_id


def cards(system: Any) -> dict[str, CardRecord]:
    with system.database.read() as connection:
        found = list(holds(connection, FILES["FILE-18"], MUNICIPALITY_CODE))
    by_atena = {one.atena_number: one for one in found}
    assert len(by_atena) == len(found)
    return by_atena


def test_every_household_gets_the_share_that_the_rules_say_and_its_paper(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        _start(system)
        take(system, *INCOMES)
        run(system)
        made = cards(system)
        index = 0
        for name, (members, ratio, limit_class) in HOUSEHOLDS.items():
            for _ in members:
                index += 1
                card = made.pop(atena_of(index))
                assert (card.copay_ratio, card.limit_class) == (ratio, limit_class), name
                assert (card.copay_from, card.expires_on) == ("2026-08-01", "2027-07-31")
                assert (card.cause, card.issue_on) == ("renewed", "2026-08-01")
        assert made == {}
        with system.database.read() as connection:
            states = dict(
                connection.execute(
                    select(share.c.person_id, share.c.income_state).where(
                        share.c.copay_from == "2026-08-01"
                    )
                ).all()
            )
            ids = dict(connection.execute(select(person.c.atena_number, person.c.id)).all())
        assert states[ids[atena_of(22)]] == "unconfirmed"
        assert states[ids[atena_of(23)]] == "undeclared"
        assert states[ids[atena_of(1)]] == "confirmed"


def test_until_august_the_share_of_today_stays_in_force(tmp_path, database):
    """A paper made in July is not to show next year's share (DOMAIN 5.3)."""
    with union_inside(tmp_path / "u", database) as system:
        _start(system, seed_person(1, "1943-05-03"))
        take(system, assessed(1, 6_900_000, 9_000_000))
        run(system)
        with system.database.read() as connection:
            in_july = shares_of(connection, [1], "2026-07-31")[1]
            in_august = shares_of(connection, [1], "2026-08-01")[1]
            known = [
                history.as_of(connection, 1, day, JULY.date())[("copay", "")]["ratio"]
                for day in (date(2026, 7, 31), AUGUST)
            ]
        assert (in_july.copay_ratio, in_july.copay_from) == (1, "2025-08-01")
        assert (in_august.copay_ratio, in_august.copay_from) == (3, "2026-08-01")
        assert known == ["1", "3"]


TABLES: tuple[Table, ...] = (share, fact, held, check_entry, yearly_run)


def _state(system: Any) -> dict[str, list[tuple[Any, ...]]]:
    """All that a run leaves; which origin a fact has is counted in pieces."""
    with system.database.read() as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(_all(table))] for table in TABLES
        }
        touched = select(person.c.id, person.c.touched).order_by(person.c.id)
        found["touched"] = [tuple(row) for row in connection.execute(touched)]
    return found


def _all(table: Table) -> Any:
    columns = [column for column in table.c if column.name not in ("origin",)]
    return select(*columns).order_by(*table.primary_key.columns)


class _KilledError(BaseException):
    """As a kill is: nothing catches it."""


def test_a_run_that_is_killed_in_every_piece_ends_as_one_that_never_was(
    tmp_path, database, monkeypatch
):
    monkeypatch.setattr(pieces, "PIECE", 4)
    with union_inside(tmp_path / "whole") as system:
        _start(system)
        take(system, *INCOMES)
        run(system)
        expected = _state(system)
    with union_inside(tmp_path / "killed", database) as system:
        _start(system)
        take(system, *INCOMES)
        killed = 0

        def step(run_id: str) -> None:
            nonlocal killed

            def work(*arguments: Any) -> Any:
                SHARE.work(*arguments)
                raise _KilledError

            broken = {"share": replace(SHARE, work=work)}
            while not pieces.go_on(system, RUNS, run_id, seconds=0)["finished_at"]:
                try:
                    pieces.go_on(system, broken, run_id, seconds=0)
                except _KilledError:
                    killed += 1

        run_id = run(system, step=step)
        assert killed == 5
        assert _state(system) == expected
        with pytest.raises(UserError) as again:
            pieces.propose(system, "甲", SHARE, MUNICIPALITY_CODE, AUGUST)
        assert again.value.code == "union.run_there"
        assert pieces.go_on(system, RUNS, run_id)["done"] == 23
        assert _state(system) == expected


def test_a_process_that_dies_in_a_piece_leaves_the_pieces_before_it(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 6)
    with union_inside(tmp_path / "u") as system:
        _start(system)
        take(system, *INCOMES)
        run_id = str(pieces.propose(system, "甲", SHARE, MUNICIPALITY_CODE, AUGUST)["id"])
        pieces.confirm(system, "乙", run_id)
    child = os.fork()
    if not child:
        with union_inside(tmp_path / "u") as system:
            pieces.go_on(system, RUNS, run_id, seconds=0)

            def die(*arguments: Any) -> Any:
                SHARE.work(*arguments)
                os._exit(9)

            pieces.go_on(system, {"share": replace(SHARE, work=die)}, run_id, seconds=0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with union_inside(tmp_path / "u") as system:
        at(system, JULY)
        (told,) = pieces.runs(system)
        assert 6 <= told["done"] < 12
        assert len(cards(system)) == told["done"]
        assert pieces.go_on(system, RUNS, run_id)["finished_at"]
        assert len(cards(system)) == 23


def test_whom_a_run_needs_and_for_which_day(tmp_path):
    with union_inside(tmp_path / "u") as system:
        _start(system)
        with pytest.raises(UserError) as refused:
            pieces.propose(system, "甲", SHARE, MUNICIPALITY_CODE, date(2026, 7, 1))
        assert refused.value.code == "union.run_day"
        with pytest.raises(UserError) as refused:
            pieces.propose(system, "甲", SHARE, "999999", AUGUST)
        assert refused.value.code == "union.no_municipality"
        run_id = str(pieces.propose(system, "甲", SHARE, MUNICIPALITY_CODE, AUGUST)["id"])
        with pytest.raises(UserError) as refused:
            pieces.go_on(system, RUNS, run_id)
        assert refused.value.code == "union.run_not_confirmed"
        with pytest.raises(UserError) as refused:
            pieces.confirm(system, "甲", run_id)
        assert refused.value.code == "union.same_operator"
        with pytest.raises(UserError) as refused:
            pieces.confirm(system, "乙", "U15-share-0-2026")
        assert refused.value.code == "union.no_run"
        at(system, datetime.fromisoformat("2027-07-10T09:00:00+09:00"))
        with pytest.raises(NoRowError):
            pieces.propose(system, "甲", SHARE, MUNICIPALITY_CODE, date(2027, 8, 1))


@pytest.mark.req("SEC-110")
def test_what_cannot_be_is_named_and_the_others_go_on(tmp_path, database):
    two = {"household_number": atena_of(6_000)}
    with union_inside(tmp_path / "u", database) as system:
        _start(
            system,
            seed_person(1, "1943-05-03"),
            seed_person(2, "1943-05-03", **two),
            seed_person(3, "1943-05-03", **two),
            seed_person(4, "1943-05-03", household_number=atena_of(6_001)),
            seed_person(
                5, "1960-08-05", household_number=atena_of(6_001), coverages=[], is_head=False
            ),
            seed_person(6, "1943-05-03", household_number=atena_of(6_002)),
        )
        wrong = replace(assessed(1, 6_900_000, 9_000_000), tax_year="2027")
        old = replace(wrong, tax_year="2018")
        minus = assessed(6, pension_revenue=1_000_000, family_salary=5)
        take(system, wrong, old, assessed(2, 6_900_000, 9_000_000), assessed(3), minus)
        with system.database.write() as connection:
            later = update(person).where(person.c.atena_number == atena_of(5))
            connection.execute(later.values(birth_sort="2026-08-05"))
        run(system)
        with system.database.read() as connection:
            listed = sorted(
                (row.cause, row.atena_number) for row in connection.execute(select(check_entry))
            )
            kept = connection.execute(select(income).where(income.c.year == 2026)).all()
        assert listed == sorted(
            [
                ("income_year", atena_of(1)),
                ("income_year", atena_of(1)),
                ("two_heads", atena_of(2)),
                ("two_heads", atena_of(3)),
                ("household_impossible", atena_of(5)),
                ("income_impossible", atena_of(6)),
            ]
        )
        assert len(kept) == 2
        made = cards(system)
        assert set(made) == {atena_of(index) for index in (1, 2, 3, 6)}
        assert made[atena_of(2)].copay_ratio == made[atena_of(3)].copay_ratio == "3"
        (told,) = pieces.runs(system)
        assert (told["done"], told["made"], told["listed"]) == (5, 4, 3)


PAPERS = {
    "85 on 1 August": ({"birth_sort": "1941-08-01", "card": [True, 9, 9]}, "certificate"),
    "85 on 2 August, uses it": ({"birth_sort": "1941-08-02", "card": [True, 6, 1]}, "notice"),
    "five uses": ({"birth_sort": "1945-05-03", "card": [True, 5, 1]}, "certificate"),
    "none of late": ({"birth_sort": "1945-05-03", "card": [True, 6, 0]}, "certificate"),
    "not registered": ({"birth_sort": "1945-05-03", "card": [False, 0, 0]}, "certificate"),
    "support measure": (
        {"birth_sort": "1945-05-03", "card": [True, 9, 9], "support_from": "2026-04-01"},
        "certificate",
    ),
}


def test_which_paper_follows(tmp_path):
    with union_inside(tmp_path / "u") as system:
        lines = [
            seed_person(index, "1945-05-03", household_number=atena_of(7_000 + index), **values)
            for index, (values, _) in enumerate(PAPERS.values(), start=1)
        ]
        for line in lines:
            line["birth_written"] = line["birth_sort"]
        _start(system, *lines)
        run(system)
        made = cards(system)
    for index, (name, (_, paper)) in enumerate(PAPERS.items(), start=1):
        assert made[atena_of(index)].paper == f"eligibility_{paper}", name
