"""本人確認情報: an official searches through the intermediary, sees what differs, takes the number
over; and the line to the intermediary says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import EnvironmentFault, UserError
from app.peers.intermediary import desk
from app.peers.intermediary.system import Intermediary, serve_insurer
from app.peers.intermediary.tables import log
from app.peers.union.beyond import carrying, identity
from app.peers.union.beyond.tables import identity_search
from app.peers.union.office import seed
from app.peers.union.office.persons import find_person, number_of
from app.peers.union.system import System
from app.training.people import MUNICIPALITY_CODE, atena_of, my_number_of
from app.wire.parcels import head_of
from app.wire.refusals import ContainerRefused
from tests.support.intermediary import intermediary, say
from tests.support.union_inside import seed_person, union_inside

WHO = "研修操作者一"
HERE = {"name": "見本　1", "address": "見本県見本市本町1番1号", "birth_sort": "1940-03-02"}


@pytest.fixture
def union(tmp_path: Path) -> Iterator[System]:
    with union_inside(tmp_path / "union") as system:
        lines = [
            seed_person(1, "1940-03-02", my_number=""),
            seed_person(2, "1941-05-06"),
        ]
        seed.load(system, (json.dumps(line).encode() for line in lines))
        yield system


@pytest.fixture
def beyond(union: System, tmp_path: Path) -> Iterator[Intermediary]:
    with intermediary(tmp_path / "intermediary", union.clock) as here:
        serve_insurer(here, carrying.own_card(union))
        carrying.trust(union, WHO, here.card(), "")
        yield here


def resident(my_number: str, **facts: str) -> dict[str, str]:
    return {"my_number": my_number, "kana": "ミホン　タロウ", "sex": "1", **HERE, **facts}


def searched(union: System, beyond: Intermediary, index: int, **said: str) -> dict[str, Any]:
    """Ask, carry there and back; the search as the official sees it."""
    by, ground = said.get("by", "facts"), said.get("ground", "")
    identity.ask(union, WHO, MUNICIPALITY_CODE, atena_of(index), by, ground)
    with union.database.write() as connection:
        body = carrying.body_of(connection)
        data = carrying.packed(union, connection, body.card, "FILE-35")
    assert data is not None
    assert head_of(data).file_id == "FILE-35"
    carrying.take_in(union, WHO, desk.take(beyond, data))
    return identity.shown(union)[0]


def held_number(union: System, index: int) -> str:
    with union.database.read() as connection:
        row = find_person(connection, MUNICIPALITY_CODE, atena_of(index))
        assert row is not None
        return number_of(connection, row.id)


@pytest.mark.req("FLOW-1001", "FLOW-1002", "FLOW-1003", "FLOW-1004", "FLOW-1005", "FILE-35")
@pytest.mark.req("FILE-36", "SEC-15")
def test_a_number_is_found_by_four_facts_shown_as_other_and_taken_over_by_the_official(
    union: System, beyond: Intermediary
) -> None:
    say(beyond, resident(my_number_of(1), kana="ミホン　ジロウ"))
    told = searched(union, beyond, 1)
    assert (told["search_outcome"], told["number_found"]) == ("found", "other")
    assert told["differs"] == ["kana"]
    assert my_number_of(1) not in json.dumps(told)
    assert held_number(union, 1) == "", "nothing is taken over by itself"
    identity.settle(union, WHO, told["id"], take_over=True)
    assert held_number(union, 1) == my_number_of(1)
    with union.database.read() as connection:
        assert connection.execute(select(identity_search.c.found)).scalar() == ""
    with pytest.raises(UserError) as again:
        identity.settle(union, WHO, told["id"], take_over=True)
    assert again.value.code == "union.no_search"


@pytest.mark.req("SEC-15")
def test_of_nobody_and_of_several_nothing_is_told(union: System, beyond: Intermediary) -> None:
    told = searched(union, beyond, 1)
    assert told["search_outcome"] == "none" and "differs" not in told
    say(beyond, resident(my_number_of(1)))
    say(beyond, resident(my_number_of(3)))
    told = searched(union, beyond, 1)
    assert told["search_outcome"] == "several" and "number_found" not in told
    with pytest.raises(UserError) as none:
        identity.settle(union, WHO, told["id"], take_over=True)
    assert none.value.code == "union.number_there"


def test_a_number_of_somebody_else_or_another_than_hers_is_not_taken_over(
    union: System, beyond: Intermediary
) -> None:
    say(beyond, resident(my_number_of(2)))
    told = searched(union, beyond, 1)
    with pytest.raises(UserError) as elsewhere:
        identity.settle(union, WHO, told["id"], take_over=True)
    assert elsewhere.value.code == "union.number_elsewhere"
    facts = {"name": "見本　2", "birth_sort": "1941-05-06"}
    say(beyond, resident(my_number_of(4), **facts))
    told = searched(union, beyond, 2)
    with pytest.raises(UserError) as another:
        identity.settle(union, WHO, told["id"], take_over=True)
    assert another.value.code == "union.number_there"
    assert (held_number(union, 1), held_number(union, 2)) == ("", my_number_of(2))


def test_by_number_the_facts_come_and_stand_beside_ours(
    union: System, beyond: Intermediary
) -> None:
    say(
        beyond, resident(my_number_of(2), name="見本　2", birth_sort="1941-05-06", address="別の所")
    )
    told = searched(union, beyond, 2, by="number")
    assert (told["number_found"], told["differs"]) == ("same", ["kana", "address"][1:])
    with pytest.raises(UserError) as none:
        searched(union, beyond, 1, by="number")
    assert none.value.code == "union.no_number"
    with beyond.read() as connection:
        details = connection.execute(select(log.c.detail)).scalars().all()
    assert not any(my_number_of(2) in one or "見本" in one for one in details)


class TestTheWayThere:
    def test_without_the_intermediary_or_its_address_it_is_said(
        self, union: System, tmp_path: Path
    ) -> None:
        with pytest.raises(UserError) as nobody:
            carrying.exchange(union, WHO)
        assert nobody.value.code == "union.no_intermediary"
        with intermediary(tmp_path / "other", union.clock) as here:
            carrying.trust(union, WHO, here.card(), "")
            with pytest.raises(UserError) as no_line:
                carrying.exchange(union, WHO)
            assert no_line.value.code == "union.no_line"
            with pytest.raises(UserError) as nothing:
                carrying.give_out(union, WHO)
            assert nothing.value.code == "union.nothing_to_ask"

    def test_a_silent_intermediary_loses_nothing(self, union: System, beyond: Intermediary) -> None:
        carrying.trust(union, WHO, beyond.card(), "127.0.0.1:9")
        identity.ask(union, WHO, MUNICIPALITY_CODE, atena_of(1), "facts", "")
        with pytest.raises(EnvironmentFault) as silent:
            carrying.exchange(union, WHO)
        assert silent.value.code == "union.intermediary_silent"
        with union.database.write() as connection:
            body = carrying.body_of(connection)
            kept = carrying.unanswered(connection, body.card.name, "FILE-35")
        assert kept is not None, "the same parcel goes again"
        carrying.take_in(union, WHO, desk.take(beyond, kept))
        assert identity.shown(union)[0]["search_outcome"] == "none"

    def test_an_answer_that_was_lost_comes_again_and_leaves_no_gap(
        self, union: System, beyond: Intermediary
    ) -> None:
        say(beyond, resident(my_number_of(1)))
        identity.ask(union, WHO, MUNICIPALITY_CODE, atena_of(1), "facts", "")
        with union.database.write() as connection:
            body = carrying.body_of(connection)
            data = carrying.packed(union, connection, body.card, "FILE-35")
            assert data is not None
            assert carrying.unanswered(connection, body.card.name, "FILE-35") == data
        lost = desk.take(beyond, data)
        again = desk.take(beyond, data)
        assert again == lost
        assert carrying.take_in(union, WHO, again)["found"] == 1
        assert carrying.take_in(union, WHO, again) == {"again": 1}
        assert searched(union, beyond, 2)["search_outcome"] == "none", "the next one fits behind it"

    def test_a_union_that_is_not_served_and_a_parcel_of_another_are_refused(
        self, union: System, tmp_path: Path
    ) -> None:
        with intermediary(tmp_path / "other", union.clock) as here:
            carrying.trust(union, WHO, here.card(), "")
            identity.ask(union, WHO, MUNICIPALITY_CODE, atena_of(1), "facts", "")
            with union.database.write() as connection:
                body = carrying.body_of(connection)
                data = carrying.packed(union, connection, body.card, "FILE-35")
            assert data is not None
            with pytest.raises(ContainerRefused) as stranger:
                desk.take(here, data)
            assert stranger.value.code == "container.sender"
