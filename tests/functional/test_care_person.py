"""A person under support measures (支援措置): name and birth date, and nothing else, anywhere."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.cases import check_list, namesakes
from app.core.errors import UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.persons import find, numbers, restrictions, show
from app.security.refusals import Refusal
from db.items import HIDDEN_DETAIL
from db.tables.cases import check_entry
from db.tables.persons import atena
from tests.support.counter import NUMBER, Counter, Resident, put_residents

DAY = date(2026, 11, 16)
HIDDEN = Resident(care=True, my_number=NUMBER)
HUSBAND = Resident(
    id="P-2",
    name="髙橋　一郎",
    kana="タカハシ　イチロウ",
    sex="1",
    phone="",
    atena_number="000000000000009",
    insured_number="",
)
SECRETS = (HIDDEN.written, HIDDEN.insured_number, HIDDEN.atena_number, HIDDEN.phone, NUMBER)


def only_name_and_birth(shown: object) -> bool:
    return not any(secret in repr(shown) for secret in SECRETS)


def open_(counter: Counter, person_id: str) -> show.PersonView:
    world = counter.world
    return show.open_person(
        world.gate,
        world.session("supervisor"),
        person_id,
        world.tables,
        DAY,
        by_number=False,
        confirmed=False,
    )


@pytest.mark.req("SEC-94")
@pytest.mark.parametrize("typed", ["たかはし　たけ", "髙橋　タケ", "S10.5.3", "00000990", "4567"])
def test_every_search_shows_name_and_birth_only(counter: Counter, typed: str) -> None:
    put_residents(counter.world, HIDDEN)
    world = counter.world
    (line,) = find.search(world.gate, world.session("supervisor"), typed, world.tables, DAY).lines
    assert line.care and line.state == "取扱注意"
    assert line.name == HIDDEN.name and line.birth == "S10.5.3"
    assert only_name_and_birth(line)
    assert (line.kana, line.age, line.sex, line.address) == ("", "", "", "")


def test_the_page_the_household_and_the_namesakes_too(counter: Counter) -> None:
    world = counter.world
    put_residents(world, HIDDEN, HUSBAND)
    view = open_(counter, "P-1")
    assert view.line.care and only_name_and_birth(view)
    assert (view.household, view.eligibility, view.has_number) == ((), (), False)
    assert open_(counter, "P-2").household == ()
    entry = {"kana": HIDDEN.kana, "birth_written": "S10.5.3"}
    clerk = world.session("clerk")
    (namesake,) = namesakes.find(world.gate, clerk, MOVE_IN, entry, world.tables, DAY)
    assert namesake.name == HIDDEN.name and namesake.address == ""
    assert only_name_and_birth(namesake)


@pytest.mark.req("SEC-52")
def test_the_individual_number_is_not_shown(counter: Counter) -> None:
    world = counter.world
    put_residents(world, HIDDEN)
    prepared = numbers.prepare_show_number(world.gate, world.session("clerk"), "P-1", "question")
    with pytest.raises(UserError) as refused:
        numbers.perform_show_number(world.gate, prepared, tuple(world.approvals(prepared)))
    assert refused.value.code == "persons.care"


def test_marked_by_touch_and_lifted_only_with_a_supervisor(counter: Counter) -> None:
    world = counter.world
    put_residents(world, Resident(), HUSBAND)
    clerk, supervisor = world.session("clerk"), world.session("supervisor")
    assert open_(counter, "P-1").line.address == HIDDEN.written
    prepared = restrictions.prepare_mark(world.gate, clerk, "P-1", DAY, date(2027, 11, 15))
    restrictions.perform_mark(world.gate, prepared, tuple(world.approvals(prepared)))
    assert only_name_and_birth(open_(counter, "P-1"))
    prepared = restrictions.prepare_mark(world.gate, clerk, "P-1", DAY, date(2027, 11, 15))
    with pytest.raises(UserError) as twice:
        restrictions.perform_mark(world.gate, prepared, tuple(world.approvals(prepared)))
    assert twice.value.code == "persons.support_already"
    with pytest.raises(Refusal, match=r"right\.none"):
        restrictions.prepare_lift(world.gate, clerk, "P-1")
    prepared = restrictions.prepare_lift(world.gate, supervisor, "P-1")
    with pytest.raises(Refusal, match=r"approval\.second_missing"):
        restrictions.perform_lift(world.gate, prepared, (world.own(prepared),))
    restrictions.perform_lift(world.gate, prepared, tuple(world.approvals(prepared)))
    assert open_(counter, "P-1").line.address == HIDDEN.written
    prepared = restrictions.prepare_lift(world.gate, supervisor, "P-1")
    with pytest.raises(UserError) as none:
        restrictions.perform_lift(world.gate, prepared, tuple(world.approvals(prepared)))
    assert none.value.code == "persons.support_none"


def test_a_measure_does_not_end_by_itself(counter: Counter) -> None:
    world = counter.world
    put_residents(world, Resident())
    prepared = restrictions.prepare_mark(
        world.gate, world.session("clerk"), "P-1", DAY, date(2026, 11, 20)
    )
    restrictions.perform_mark(world.gate, prepared, tuple(world.approvals(prepared)))
    world.later(days=14)
    world.sessions.get(world.session("supervisor")).verified_at = world.clock.monotonic()
    assert open_(counter, "P-1").line.care


def test_days_the_wrong_way_round_and_nobody_there(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    with pytest.raises(UserError) as days:
        restrictions.prepare_mark(world.gate, session, "P-1", DAY, date(2026, 11, 15))
    assert days.value.code == "persons.support_days"
    prepared = restrictions.prepare_mark(world.gate, session, "P-404", DAY, DAY)
    with pytest.raises(UserError) as unknown:
        restrictions.perform_mark(world.gate, prepared, tuple(world.approvals(prepared)))
    assert unknown.value.code == "persons.unknown"


@pytest.mark.req("SEC-108")
@pytest.mark.parametrize("by_person", [True, False])
def test_the_check_list_says_nothing_of_the_person(counter: Counter, by_person: bool) -> None:
    world = counter.world
    put_residents(world, HIDDEN, HUSBAND)
    with world.store.view(("atena",)) as work:
        row = work.one(select(atena).where(atena.c.person_id == "P-1"))
    values = {"atena_number": row.atena_number}
    values |= {"person_id": "P-1"} if by_person else {"municipality_code": row.municipality_code}
    other = {"municipality_code": row.municipality_code, "atena_number": HUSBAND.atena_number}
    entry = {"origin": "union", "cause": "address", "listed_at": "2026-11-16T09:00:00+09:00"}
    with world.hands_on("check_entry") as work:
        for number, more in enumerate((values, other)):
            text = f"住所が違います。{HIDDEN.written}" if number == 0 else "住所が違います。"
            work.run(check_entry.insert().values(id=f"K-{number}", detail=text, **entry, **more))
    hidden, shown = check_list.list_checks(world.gate, world.session("clerk"))
    assert only_name_and_birth(hidden)
    assert (hidden.detail, hidden.atena_number) == (HIDDEN_DETAIL, "")
    assert (shown.detail, shown.atena_number) == ("住所が違います。", HUSBAND.atena_number)
