"""FILE-17 into the store: new, changed, contradicting, not to rest here."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.functions.files.insured import BLOCK
from app.sync.states import Incoming
from db import search
from db.tables.cases import check_entry
from db.tables.exchange import watermark
from db.tables.persons import (
    address,
    atena,
    household,
    household_member,
    insured,
    person,
    restriction,
)
from tests.support.line import LoopUnion, engine_of
from tests.support.sendings import rows, sample
from tests.support.world import World

INSURED = "FILE-17"
OLD, DEAD = sample(INSURED)
YOUNG = replace(
    OLD,
    atena_number="000000000777777",
    former_atena="",
    relation="子",
    is_head="1",
    name="見本　一郎",
    kana="ミホン　イチロウ",
    birth_written="昭和50年1月1日",
    birth_sort="1975-01-01",
    sex="1",
    insured_number="",
    insurer_number="",
    acquired_on="",
    acquisition_reason="",
    copay_ratio="",
    copay_from="",
    limit_class="",
    limit_from="",
)
ALONE = replace(YOUNG, atena_number="000000000888888", household_number="000000000009876")


def take(world: World, union: LoopUnion, *records):
    """Deliver these records and apply them."""
    union.announce(INSURED, list(records))
    report = engine_of(world, union).contact()
    assert report.problem is None
    received = report.received[-1]
    assert received.state is Incoming.APPLIED
    return received


def one(world: World, table, **columns):
    found = [
        row for row in rows(world, table) if all(getattr(row, k) == v for k, v in columns.items())
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.req("FILE-17", "DATA-28")
def test_a_new_person_comes_with_everything(world, union):
    received = take(world, union, OLD, DEAD)
    assert (received.applied, received.dropped, received.listed) == (2, 0, 0)
    row = one(world, person, name=OLD.name)
    assert (row.kana, row.birth_sort, row.birth_precision) == (OLD.kana, "1945-05-03", "day")
    assert row.batch == 1
    numbers = [a.atena_number for a in rows(world, atena) if a.person_id == row.id]
    assert sorted(numbers) == sorted([OLD.atena_number, *OLD.former_atena.split()])
    assert one(world, atena, atena_number=OLD.atena_number).current
    assert one(world, address, person_id=row.id).written == OLD.address
    period = one(world, insured, person_id=row.id)
    assert (period.insured_number, period.copay_ratio) == (OLD.insured_number, "2")
    member = one(world, household_member, person_id=row.id)
    assert (member.relation, member.is_head) == ("母", False)
    measure = one(world, restriction, kind="support_measure")
    assert (measure.from_on, measure.until_on) == (DEAD.support_from, DEAD.support_until)
    dead = one(world, insured, insured_number=DEAD.insured_number)
    assert (dead.lost_on, dead.loss_reason) == ("2026-11-18", "LOS_DEATH")


@pytest.mark.req("SEC-118")
def test_persons_are_found_once_the_watermark_moved(world, union):
    take(world, union, OLD)
    assert [(m.subject, m.batch) for m in rows(world, watermark)] == [("person", 1)]
    with world.store.view(search.READS) as work:
        assert [h.name for h in search.by_name(work, "髙子").persons] == [OLD.name]
        assert [h.name for h in search.by_insured_number(work, "01234565").persons] == [OLD.name]


def test_the_same_file_again_changes_nothing(world, union):
    take(world, union, OLD, DEAD)
    tables = (person, atena, insured, household, household_member, address, restriction)
    before = [rows(world, table) for table in tables]
    assert take(world, union, OLD, DEAD).listed == 0
    assert [rows(world, table) for table in tables] == before


def test_what_changed_is_changed_and_counted(world, union):
    take(world, union, OLD)
    was = one(world, person)
    moved = replace(
        OLD,
        name="辻\U000e0102﨑　髙子",
        phone="",
        address="見本県見本市山手1番地",
        household_number="000000000004444",
        relation="世帯主",
        is_head="1",
        copay_ratio="1",
        copay_from="2026-12-01",
    )
    take(world, union, moved)
    row = one(world, person)
    assert (row.name, row.version) == (moved.name, was.version + 1)
    assert row.phone == OLD.phone  # an empty one says nothing
    assert one(world, address).written == "見本県見本市山手1番地"
    member = one(world, household_member)
    assert (member.household_number, member.is_head) == ("000000000004444", True)
    period = one(world, insured)
    assert (period.copay_ratio, period.copay_from, period.version) == ("1", "2026-12-01", 2)


def test_a_second_period_after_the_first_ended(world, union):
    take(world, union, OLD)
    ended = replace(OLD, lost_on="2026-11-20", loss_reason="LOS_OUT")
    again = replace(
        OLD, insured_number="01234581", acquired_on="2026-11-25", acquisition_reason="ACQ_WELF_END"
    )
    # the file need not name them in order
    assert take(world, union, again, ended).listed == 0
    assert {(i.acquired_on, i.lost_on) for i in rows(world, insured)} == {
        ("2026-11-18", "2026-11-20"),
        ("2026-11-25", ""),
    }


@pytest.mark.req("SEC-116")
def test_a_gap_between_moving_out_and_in_again_is_a_notice_and_is_written(world, union):
    take(world, union, OLD)
    ended = replace(OLD, lost_on="2026-11-20", loss_reason="LOS_OUT")
    again = replace(
        OLD, insured_number="01234581", acquired_on="2026-11-25", acquisition_reason="ACQ_IN"
    )
    received = take(world, union, again, ended)
    assert (received.applied, received.listed) == (2, 1)  # a notice, nothing is held back
    entry = one(world, check_entry)
    assert entry.cause == "period_gap" and "2026-11-20から2026-11-25の前日まで" in entry.detail
    assert "届いたとおりに記録しました" in entry.detail
    assert len(rows(world, insured)) == 2


def test_no_gap_where_the_day_of_moving_is_one(world, union):
    take(world, union, OLD)
    ended = replace(OLD, lost_on="2026-11-20", loss_reason="LOS_OUT")
    again = replace(
        OLD, insured_number="01234581", acquired_on="2026-11-20", acquisition_reason="ACQ_IN"
    )
    take(world, union, again, ended)
    assert not rows(world, check_entry) and len(rows(world, insured)) == 2


@pytest.mark.req("SEC-108", "SEC-110")
@pytest.mark.parametrize(
    ("record", "cause"),
    [
        (replace(OLD, birth_sort="1945-05-04"), "birth_differs"),
        (replace(OLD, sex="1"), "birth_differs"),
        (replace(OLD, atena_number="000000000555555", former_atena=""), "insured_elsewhere"),
        (replace(OLD, insured_number="01234581", acquired_on="2026-11-19"), "period_overlaps"),
    ],
)
def test_what_contradicts_is_listed_once_and_changes_nothing(world, union, record, cause):
    take(world, union, OLD)
    before = [rows(world, table) for table in (person, atena, insured, address)]
    received = take(world, union, replace(record, address="書き換え"), DEAD)
    assert (received.applied, received.listed) == (1, 1)
    entry = one(world, check_entry)
    assert (entry.cause, entry.atena_number, entry.origin) == (
        cause,
        record.atena_number,
        "terminal",
    )
    after = [rows(world, table) for table in (person, atena, insured, address)]
    for had, has in zip(before, after, strict=True):
        assert [row for row in has if row in had] == had
    assert take(world, union, record).listed == 0  # it stands open already
    assert len(rows(world, check_entry)) == 1


@pytest.mark.req("SEC-108")
def test_a_past_number_of_somebody_else_stays_where_it_is(world, union):
    take(world, union, replace(DEAD, former_atena="000000000000019"))
    owner = one(world, atena, atena_number="000000000000019").person_id
    received = take(world, union, OLD)
    assert (received.applied, received.listed) == (1, 1)
    assert one(world, check_entry).cause == "former_atena_elsewhere"
    assert one(world, atena, atena_number="000000000000019").person_id == owner


def test_a_support_measure_is_lengthened_and_never_ended_by_a_file(world, union):
    take(world, union, DEAD)
    take(world, union, replace(DEAD, support_until="2028-01-09"))
    take(world, union, replace(DEAD, support_measure="0", support_from="", support_until=""))
    row = one(world, restriction)
    assert (row.until_on, row.lifted_at) == ("2028-01-09", "")


@pytest.mark.req("SEC-54")
@pytest.mark.parametrize(
    ("profile", "kept"),
    [
        ("counter", {OLD.name, YOUNG.name}),
        ("branch", {OLD.name}),
        ("relay", set()),
    ],
)
def test_what_may_not_rest_here_is_counted_and_dropped(world, union, profile, kept):
    world.set_fact("profile", profile)
    stranger = replace(ALONE, name="他　人")
    received = take(world, union, YOUNG, stranger, OLD)
    assert {row.name for row in rows(world, person)} == kept
    assert received.dropped == 3 - len(kept)


@pytest.mark.req("SEC-54")
def test_those_of_65_are_kept_from_the_day_they_are(world, union):
    day = world.clock.now().date().isoformat()
    assert day == "2026-11-16"
    today = replace(ALONE, birth_sort="1961-11-16", name="今日　六十五")
    tomorrow = replace(
        ALONE,
        birth_sort="1961-11-17",
        name="明日　六十五",
        atena_number="000000000999999",
        household_number="000000000001111",
    )
    take(world, union, today, tomorrow)
    assert [row.name for row in rows(world, person)] == ["今日　六十五"]


def test_blocks_know_of_each_other(world, union):
    """A file of more than one block, the household's elder at its end."""
    others = [
        replace(
            DEAD,
            atena_number=f"{n:015d}",
            insured_number=f"{n:08d}",
            household_number=f"{n:015d}",
            support_measure="0",
        )
        for n in range(1, BLOCK + 6)
    ]
    received = take(world, union, YOUNG, *others, OLD)
    assert (received.applied, received.dropped) == (BLOCK + 7, 0)
    with world.store.view(("person", "household_member")) as work:
        count = len(work.all(select(person.c.id)))
        house = work.all(
            select(household_member.c.person_id).where(
                household_member.c.household_number == OLD.household_number
            )
        )
    assert count == BLOCK + 7
    assert len(house) == 2
