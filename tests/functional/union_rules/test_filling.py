"""A new terminal is filled part by part, household by household; what changes meanwhile follows."""

from __future__ import annotations

from typing import Any

import pyrage
import pytest
from sqlalchemy import delete, func, insert, select, update

from app.core.errors import UserError
from app.peers.union.line import delivery
from app.peers.union.line.enrolment import Caller
from app.peers.union.office import filling
from app.peers.union.office.insured import deliver_changes
from app.peers.union.office.persons import touch
from app.peers.union.tables import coverage, credential, down_item, municipality, person, terminal
from app.training.people import MUNICIPALITY_CODE, atena_of
from tests.support.union_inside import load, seed_person, union_inside

NEW = Caller("T07", MUNICIPALITY_CODE, "")


@pytest.fixture
def system(tmp_path, database):
    with union_inside(tmp_path / "union", database) as system:
        load(
            system,
            *(
                seed_person(index, "1940-01-01", household_number=atena_of(1000 + index // 3))
                for index in range(1, 41)
            ),
        )
        _enrol(system)
        yield system


@pytest.fixture
def sealed(monkeypatch):
    """What each container of FILE-17 holds: (atena number, household)."""
    found: list[list[tuple[str, str]]] = []

    def keep(system: Any, connection: Any, name: str, file_id: str, records: Any) -> str:
        held = list(records)
        found.append([(one.atena_number, one.household_number) for one in held])
        return delivery.deliver(system, connection, name, file_id, held)

    monkeypatch.setattr(filling, "deliver", keep)
    monkeypatch.setattr(filling, "PART", 10)
    return found


def _enrol(system: Any) -> None:
    keys = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    with system.database.write() as connection:
        if not connection.execute(select(func.count()).select_from(municipality)).scalar():
            connection.execute(
                insert(municipality).values(
                    code=MUNICIPALITY_CODE,
                    name="見本市",
                    insurer_number="39150000",
                    archive_recipient=keys[0],
                    archive_identity="",
                )
            )
        connection.execute(
            insert(terminal).values(
                id=NEW.terminal,
                municipality=NEW.municipality,
                name="窓口",
                profile="counter",
                state="active",
                enrolled_at="2026-11-20T09:00:00+09:00",
                delivered=0,
            )
        )
        connection.execute(
            insert(credential).values(
                fingerprint="f" * 64,
                terminal=NEW.terminal,
                signing=b"",
                signing_key="",
                receiving=keys[1],
                position=1,
                valid_from="2026-01-01",
                valid_to="2027-12-31",
            )
        )


def _settle(system: Any, settlement: str = "accepted") -> None:
    with system.database.write() as connection:
        connection.execute(
            update(down_item)
            .where(down_item.c.terminal == NEW.terminal, down_item.c.acknowledged_at == "")
            .values(acknowledged_at="2026-11-20T10:00:00+09:00", settlement=settlement)
        )


def _fill(system: Any) -> Any:
    for _ in range(20):
        told = filling.go_on(system, NEW)
        if not told.more:
            return told
        _settle(system)
    raise AssertionError("it never ends")


def test_everybody_comes_once_and_no_household_is_parted(system, sealed) -> None:
    told = filling.go_on(system, NEW)
    assert told.more and len(sealed) == 2, "two parts lie ready, no more"
    assert filling.go_on(system, NEW) == told, "asked again before they were fetched: the same"
    _fill(system)
    atenas = [atena for part in sealed for atena, _ in part]
    assert sorted(atenas) == sorted(atena_of(index) for index in range(1, 41))
    households = [{household for _, household in part} for part in sealed]
    assert sum(map(len, households)) == len(set().union(*households))
    assert all(len(part) <= 12 for part in sealed)
    _settle(system)
    counts = {
        one.file_id: (one.records, one.acknowledged) for one in filling.go_on(system, NEW).files
    }
    assert counts["FILE-17"] == (40, 40)


def test_who_changes_meanwhile_follows_as_a_change(system, sealed) -> None:
    filling.go_on(system, NEW)
    with system.database.write() as connection:
        first = connection.execute(select(person.c.id).order_by(person.c.id)).scalars().first()
        touch(connection, first)
        assert deliver_changes(system, connection, NEW.municipality) == 0, "not between the parts"
    _fill(system)
    with system.database.write() as connection:
        assert deliver_changes(system, connection, NEW.municipality) == 1
        last = (
            connection.execute(select(down_item.c.records).order_by(down_item.c.position.desc()))
            .scalars()
            .first()
        )
    assert last == 1


def test_a_part_that_was_refused_keeps_it_open_until_it_is_filled_again(system, sealed) -> None:
    filling.go_on(system, NEW)
    _settle(system, "rejected")
    for _ in range(6):
        told = filling.go_on(system, NEW)
        _settle(system)
    assert told.more, "what was refused is nowhere"
    with pytest.raises(UserError) as unknown:
        filling.again(system, "op1", "T99")
    assert unknown.value.code == "union.not_filled"
    filling.again(system, "op1", NEW.terminal)
    sealed.clear()
    assert not _fill(system).more
    assert sum(map(len, sealed)) == 40


def test_a_terminal_that_was_delivered_everybody_before_is_only_counted(system, sealed) -> None:
    with system.database.write() as connection:
        assert deliver_changes(system, connection, NEW.municipality) == 1
    told = filling.go_on(system, NEW)
    assert not told.more and sealed == []
    assert {one.file_id: one.records for one in told.files}["FILE-17"] == 40


def test_a_branch_is_given_nobody_for_the_household_or_the_age(system, sealed) -> None:
    """It keeps insured persons alone (DESIGN 4): what may not rest there is not even sent."""
    with system.database.write() as connection:
        second = connection.execute(
            update(person)
            .where(person.c.atena_number == atena_of(2))
            .values(birth_sort="1980-01-01")
            .returning(person.c.id)
        ).scalar_one()
        connection.execute(delete(coverage).where(coverage.c.person_id == second))
    _fill(system)
    for profile, records in (("branch", 1), ("counter", 2)):
        with system.database.write() as connection:
            connection.execute(update(terminal).values(profile=profile))
            first = connection.execute(
                select(person.c.id).where(person.c.atena_number == atena_of(1))
            ).scalar_one()
            touch(connection, first)
            assert deliver_changes(system, connection, NEW.municipality) == 1
            newest = select(down_item.c.records).order_by(down_item.c.position.desc()).limit(1)
            assert connection.execute(newest).scalar_one() == records, profile
