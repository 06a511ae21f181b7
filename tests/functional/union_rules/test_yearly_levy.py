"""賦課: the yearly levy and its corrections through the database (DOMAIN 4.10), out as FILE-20."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import UserError
from app.peers.union.office import correcting, history, taking
from app.peers.union.office.correcting import is_lapsed
from app.peers.union.office.holding import holds
from app.peers.union.office.persons import add_coverage
from app.peers.union.runs import pieces
from app.peers.union.runs.kinds import RUNS
from app.peers.union.tables import check_entry, levy
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of
from app.wire.files import FILES
from app.wire.records import PremiumRecord
from tests.functional.union_rules.test_rejudging import register
from tests.functional.union_rules.test_yearly_judgement import JULY, assessed, at
from tests.support.levy import pensioner
from tests.support.union_inside import load, resident, seed_person, union_inside

pytestmark = pytest.mark.req("SYS-01", "FLOW-405", "FILE-20")

APRIL = date(2026, 4, 1)
LEVY = RUNS["levy"]
DEPENDANT = [[insured_of(8), "2025-06-15", "ACQ_AGE", "", ""]]

# DOMAIN 4.10 (新潟 R8): pension, medical and child part, reduction, and what is special.
CASES: dict[str, tuple[int, int, int, str, dict[str, Any]]] = {
    "P20": (1_530_000, 13_700, 400, "seven", {}),
    "P21": (1_680_000, 26_600, 700, "seven", {}),
    "P23": (2_000_000, 79_800, 2_300, "two", {}),
    "P25": (2_260_000, 112_000, 3_200, "none", {}),
    "P26": (3_000_000, 175_700, 5_100, "none", {}),
    "P27": (12_000_000, 850_000, 21_000, "none", {}),
    "P35": (
        2_260_000,
        65_300,
        1_800,
        "none",
        {"coverages": [[insured_of(7), "2020-01-01", "ACQ_AGE", "2026-11-01", "LOSS_DEATH"]]},
    ),
    "P32": (12_000_000, 24_600, 600, "dependant", {"coverages": DEPENDANT}),
    "P33": (1_530_000, 13_700, 400, "seven", {}),
}


def earned(index: int, pension: int, **values: Any) -> Any:
    incomes: Any = pensioner("A", pension).incomes
    said = {"pension_revenue": pension, "pension": incomes.pension, "total": incomes.pension}
    return assessed(index, **said, **values)


def take(system: Any, *records: Any) -> None:
    with system.database.write() as connection:
        history.bring(system, connection, "file", "FILE-06", MUNICIPALITY_CODE)
        taking.FOLLOWS["FILE-06"](system, connection, records)


def start(system: Any, *lines: dict[str, Any]) -> None:
    at(system, JULY)
    load(system, *lines)


def run(system: Any, day: date = APRIL) -> str:
    run_id = str(pieces.propose(system, "甲", LEVY, MUNICIPALITY_CODE, day)["id"])
    pieces.confirm(system, "乙", run_id)
    while not pieces.go_on(system, RUNS, run_id)["finished_at"]:
        pass
    return run_id


def premiums(system: Any) -> list[PremiumRecord]:
    with system.database.read() as connection:
        return list(holds(connection, FILES["FILE-20"], MUNICIPALITY_CODE))


def _own(index: int, **values: Any) -> dict[str, Any]:
    return seed_person(index, "1943-05-03", household_number=atena_of(9_000 + index), **values)


def _dependant(system: Any, person_id: int) -> None:
    with system.database.write() as connection:
        history.bring(system, connection, "case", "former_dependant", "甲")
        value = {"insurer": "見本健保", "dependant_until": "2025-06-14"}
        history.say(connection, person_id, ("former_dependant", ""), value, since="2025-06-15")


def test_every_premium_is_what_the_rules_say_with_the_ground_of_its_reduction(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        lines = [
            _own(index, **special) for index, (*_, special) in enumerate(CASES.values(), start=1)
        ]
        start(system, *lines)
        pensions = {index: case[0] for index, case in enumerate(CASES.values(), start=1)}
        pensions[8] = 0  # a former dependant without income, in a household that is not reduced
        take(system, *(earned(index, pension) for index, pension in pensions.items()))
        _dependant(system, 8)
        _dependant(system, 9)
        load_head(system, 8)
        run(system)
        made = {one.atena_number: one for one in premiums(system)}
    for index, (name, (_, medical, child, reduction, _)) in enumerate(CASES.items(), start=1):
        one = made[atena_of(index)]
        assert (one.medical, one.child, one.amount) == (
            str(medical),
            str(child),
            str(medical + child),
        ), name
        assert (one.reduction, one.cause, one.provisional) == (reduction, "first", "0"), name
    capped = made[atena_of(6)]
    assert (capped.medical_capped, capped.child_capped) == ("1", "1")
    seven = made[atena_of(1)]
    assert (seven.medical_per_capita, seven.medical_reduced, seven.judged) == (
        "49200",
        "35424",
        "280000",
    )
    dead = made[atena_of(7)]
    assert (dead.month_from, dead.month_to, dead.months) == ("2026-04", "2026-10", "7")


def load_head(system: Any, index: int) -> None:
    """A householder who is not insured and earns too much for a reduction."""
    head = {"relation": "世帯主", "household_number": atena_of(9_000 + index)}
    born = {"birth_sort": "1970-01-01", "birth_written": "1970年1月1日", "event_on": "2020-01-01"}
    register(
        system,
        replace(resident(50), event="ex_officio_entry", **head, **born),
        replace(
            resident(index),
            relation="母",
            is_head="0",
            household_number=head["household_number"],
            birth_sort="1943-05-03",
            birth_written="1943年5月3日",
            event_on="2020-01-01",
        ),
    )
    take(system, earned(50, 12_000_000))


def test_what_is_not_known_is_levied_without_reduction_and_marked(tmp_path):
    two = {"household_number": atena_of(9_500)}
    with union_inside(tmp_path / "u") as system:
        start(
            system,
            _own(1, income=None),
            _own(2),
            seed_person(3, "1943-05-03", **two),
            seed_person(4, "1943-05-03", **two),
            _own(5, is_head=False),
        )
        take(system, assessed(2, state="undeclared", taxed="unknown"))
        run(system)
        made = {one.atena_number: one for one in premiums(system)}
        with system.database.read() as connection:
            listed = connection.execute(select(check_entry.c.cause, check_entry.c.atena_number))
            found = sorted(map(tuple, listed))
    assert {(one.income_state, one.provisional, one.amount) for one in made.values()} == {
        ("unconfirmed", "1", "50500"),
        ("undeclared", "0", "50500"),
    }
    assert set(made) == {atena_of(index) for index in (1, 2, 5)}
    assert found == [("two_heads", atena_of(3)), ("two_heads", atena_of(4))]


def test_corrections_by_month_and_by_income(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        start(system, _own(1), _own(2))
        take(system, earned(1, 2_260_000), earned(2, 2_260_000))
        run(system)
        take(system, earned(1, 3_000_000))
        first, second, corrected = premiums(system)
        assert (first.amount, second.amount) == ("115200", "115200")
        assert (corrected.amount, corrected.previous_amount) == ("180800", "115200")
        assert (corrected.cause, corrected.levy_id[-2:]) == ("income", "-2")
        take(system, earned(1, 3_000_000))
        assert len(premiums(system)) == 3
        at(system, datetime.fromisoformat("2026-11-10T09:00:00+09:00"))
        dead = replace(
            resident(2),
            household_number=atena_of(9_002),
            birth_sort="1943-05-03",
            birth_written="1943年5月3日",
            state="3",
            event="death",
            event_on="2026-10-31",
        )
        register(system, dead)
        (lost,) = premiums(system)[3:]
        assert (lost.amount, lost.previous_amount, lost.cause) == ("67100", "115200", "lost")
        assert (lost.months, lost.month_to) == ("7", "2026-10")
        register(system, replace(dead, event_on="2026-10-31"))
        assert len(premiums(system)) == 4


def test_a_change_is_possible_for_two_years_and_a_decrease_of_old_years_for_ever(
    tmp_path, monkeypatch
):
    with union_inside(tmp_path / "u") as system:
        start(system, _own(1))
        take(system, earned(1, 2_260_000))
        run(system)
        (kept,) = premiums(system)
        books = system.shelf.on(JULY.date())  # there are no tables of 2028 yet
        monkeypatch.setattr(system.shelf, "on", lambda _: books)
        old = replace(kept, levy_year="2014", equivalent_year="2014")
        with system.database.read() as connection:
            for day, lapsed in (("2028-07-31", False), ("2028-08-01", True)):
                at(system, datetime.fromisoformat(f"{day}T09:00:00+09:00"))
                for after in (1, 200_000):
                    assert is_lapsed(system, connection, kept, after) is lapsed
            assert is_lapsed(system, connection, old, 200_000)
            assert not is_lapsed(system, connection, old, 1)


def test_a_change_that_comes_too_late_is_named_and_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(correcting, "is_lapsed", lambda *_: True)
    with union_inside(tmp_path / "u") as system:
        start(system, _own(1))
        take(system, earned(1, 2_260_000))
        run(system)
        take(system, earned(1, 3_000_000))
        assert [one.amount for one in premiums(system)] == ["115200"]
        with system.database.read() as connection:
            causes = connection.execute(select(check_entry.c.cause)).scalars().all()
    assert causes == ["levy_lapsed"]


def test_who_becomes_insured_after_the_run_is_levied_from_that_month(tmp_path):
    with union_inside(tmp_path / "u") as system:
        start(system, _own(1))
        run(system)
        with system.database.write() as connection:
            history.bring(system, connection, "case", "x", "甲")
            connection.exec_driver_sql("UPDATE coverage SET lost_on = '2026-06-01'")
            add_coverage(connection, 1, "2026-07-05", "ACQ_AGE")
        register(system)
        made = premiums(system)
    assert [(one.cause, one.months) for one in made] == [
        ("first", "12"),
        ("lost", "2"),
        ("acquired", "9"),
    ]


def test_a_levy_that_is_killed_in_every_piece_ends_as_one_that_never_was(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 2)
    found = []
    for name in ("whole", "killed"):
        with union_inside(tmp_path / name) as system:
            start(system, *(_own(index) for index in range(1, 8)))
            take(system, *(earned(index, 2_000_000 + index) for index in range(1, 8)))
            run_id = str(pieces.propose(system, "甲", LEVY, MUNICIPALITY_CODE, APRIL)["id"])
            pieces.confirm(system, "乙", run_id)

            def work(*arguments: Any) -> Any:
                LEVY.work(*arguments)
                raise KeyboardInterrupt

            broken = {"levy": replace(LEVY, work=work)}
            while not pieces.go_on(system, RUNS, run_id, seconds=0)["finished_at"]:
                if name == "killed" and len(premiums(system)) < 7:
                    with pytest.raises(KeyboardInterrupt):
                        pieces.go_on(system, broken, run_id, seconds=0)
            with system.database.read() as connection:
                rows = [tuple(row) for row in connection.execute(select(levy).order_by(levy.c.id))]
            found.append((rows, premiums(system)))
    assert found[0] == found[1]
    assert len(found[0][0]) == 7


def test_for_which_day_a_levy_is(tmp_path):
    with union_inside(tmp_path / "u") as system:
        start(system, _own(1))
        for day in (date(2026, 4, 2), date(2024, 4, 1), date(2027, 4, 1)):
            with pytest.raises(UserError) as refused:
                pieces.propose(system, "甲", LEVY, MUNICIPALITY_CODE, day)
            assert refused.value.code == "union.run_day"
