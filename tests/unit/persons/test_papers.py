"""Which printed items are untrue: after any corrections, by what is known now of the day on which
the paper was issued, against the naive replay of the history's test."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from app.persons import effects
from app.persons.papers import CAUSE, items_of_entry
from db.tables.cases import check_entry, decision
from db.tables.certificates import certificate
from forms.catalog import find_decided_form
from tests.support.soak import tries
from tests.support.world import World
from tests.unit.persons.conftest import undone
from tests.unit.persons.test_history import (
    DAYS,
    ERAS,
    FIRST,
    HER,
    START,
    Model,
    entered,
    step,
    steps,
    values_of,
)

NUMBER = "N-1"
DECIDES = "eligibility.receive_decision"
FOR_EVER = "9999-12-31"
PRINTED = {
    "paper": "eligibility_certificate",
    "issue_on": FIRST.isoformat(),
    "name": HER.name,
    "kana": HER.kana,
    "birth_sort": HER.birth_sort,
    "sex": HER.sex,
    "address": HER.address,
    "building": HER.building,
    "address_printed": "1",
    "insured_number": HER.insured_number,
    "acquired_on": HER.acquired_on,
    "copay_ratio": HER.copay_ratio,
    "copay_from": HER.copay_from,
    "limit_printed": "0",
}


def issue(work: Any, her: str, **printed: str) -> None:
    """Her paper, as it stands in the store after its issue."""
    record = json.dumps(PRINTED | printed)
    names = ("id", "outcome", "digest", "received_at")
    work.run(insert(decision).values(**dict.fromkeys(names, "D"), record=record))
    names = ("form_id", "reserved_by", "reserved_at")  # type: ignore[assignment]
    values = dict.fromkeys(names, "x")
    form = find_decided_form((PRINTED | printed)["paper"], FIRST)
    values["form_id"] = form.id if form else ""
    work.run(
        insert(certificate).values(
            number=NUMBER, state="issued", decision_id="D", person_id=her, **values
        )
    )


def marked(work: Any) -> set[str]:
    text = work.one(select(certificate)).untrue_items
    return set(text.split("・")) if text else set()


def entries(work: Any) -> list[Any]:
    return work.all(select(check_entry).where(check_entry.c.cause == CAUSE))


def listed(work: Any) -> list[str]:
    """The items that stand open on the check list, with repetitions."""
    open_ones = [row for row in entries(work) if not row.disposition]
    return sorted(item for row in open_ones for item in items_of_entry(row.detail, NUMBER))


def differing(model: Model) -> set[str]:
    """The items of which the replay now says something else of the day of issue."""
    day = FIRST.isoformat()
    name, address, copay = (model.told[kind].on(day, FOR_EVER) for kind in _KINDS)
    periods = model.periods[-1][1]
    acquired = [
        since for _, since, lost in periods if since <= day and (not lost or day < lost)
    ] or [""]
    now = {
        "氏名": (name["name"], "name"),
        "フリガナ": (name["kana"], "kana"),
        "住所": (address["written"], "address"),
        "方書": (address["building"], "building"),
        "負担割合": ((copay or {"ratio": ""})["ratio"], "copay_ratio"),
        "被保険者番号": (model.insured_on(day, FOR_EVER), "insured_number"),
        "資格取得年月日": (acquired[0], "acquired_on"),
    }
    return {label for label, (value, printed) in now.items() if value != PRINTED[printed]}


_KINDS = ("name", "address", "copay")


@st.composite
def swings(draw: Any) -> Any:
    """訂正 of past days, to another value or to the printed one."""
    address = values_of(HER)["address"]
    kind, printed, other = draw(
        st.sampled_from(
            (
                ("name", {"name": HER.name, "kana": HER.kana}, {"name": "甲", "kana": "コウ"}),
                ("address", address, address | {"written": "甲"}),
                ("copay", {"ratio": HER.copay_ratio}, {"ratio": "3"}),
            )
        )
    )
    value = {"provisional": "0"} if kind == "copay" else {}
    value |= draw(st.sampled_from((printed, other)))
    since, until = draw(st.sampled_from(DAYS[2:8])), draw(st.sampled_from(DAYS[6:9]))
    return kind, value, min(since, until), until


swung = st.lists(st.tuples(st.integers(0, 2), swings()), max_size=5)
back = tuple(
    (0, (kind, value, DAYS[5], DAYS[7]))
    for kind, value in (
        ("name", {"name": HER.name, "kana": HER.kana}),
        ("address", values_of(HER)["address"]),
        ("copay", {"ratio": HER.copay_ratio, "provisional": "0"}),
    )
)
"""Facts of the day of issue as they were printed."""


def test_after_any_corrections_the_mark_says_what_differs_now(world: World) -> None:
    seen: set[tuple[bool, bool]] = set()

    @settings(
        max_examples=tries(60, 3_000),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.builds(lambda first, then: [*first, *then, *back], steps, swung))
    def holds(said: list[Any]) -> None:
        model = Model()
        with undone(world, DECIDES) as work:
            work.at = START
            her = entered(world, work, model)
            issue(work, her)
            for days, one in said:
                work.at += timedelta(days=days, minutes=1)
                step(world, work, one, her, model)
                expected = differing(model)
                assert marked(work) == expected
                assert listed(work) == sorted(expected)
                assert bool(work.one(select(certificate)).untrue_at) == bool(expected)
                settled = any(row.disposition == "true_again" for row in entries(work))
                seen.add((bool(expected), settled))

    holds()
    assert (True, False) in seen and (False, True) in seen  # it was marked, and no longer


def test_a_mark_that_is_taken_away_names_what_brought_it(world: World) -> None:
    with undone(world, DECIDES) as work:
        work.at = START
        her = entered(world, work, Model())
        issue(work, her)
        writer = effects.writer_of_decision(work, "U15-D-7", ERAS)
        for name in ("訂正　甲", HER.name):
            value = {"name": name, "kana": HER.kana}
            effects.changes(writer, her, "name", value, since=DAYS[0])
        (entry,) = entries(work)
        assert entry.disposition == "true_again"
        assert (entry.disposed_by, entry.disposed_at) == (work.staff_id, work.at.isoformat())
        assert "氏名が" in entry.detail and "決定 U15-D-7により" in entry.detail


def test_what_a_person_settled_stays_as_it_was_settled(world: World) -> None:
    with undone(world, DECIDES) as work:
        work.at = START
        her = entered(world, work, Model())
        issue(work, her)
        writer = effects.writer_of_decision(work, "U15-D-7", ERAS)
        changed = {"name": "訂正　甲", "kana": HER.kana}
        effects.changes(writer, her, "name", changed, since=DAYS[0])
        work.run(update(check_entry).values(disposition="notified", disposed_by="S101"))
        (before,) = entries(work)
        effects.changes(writer, her, "name", changed | {"name": HER.name}, since=DAYS[0])
        assert entries(work) == [before] and not marked(work)


def test_an_entry_of_two_items_is_settled_by_the_second(world: World) -> None:
    """An earlier version listed what it found at once in one entry."""
    with undone(world, DECIDES) as work:
        work.at = START
        her = entered(world, work, Model())
        issue(work, her)
        writer = effects.writer_of_decision(work, "U15-D-7", ERAS)
        effects.changes(writer, her, "name", {"name": "甲", "kana": "コウ"}, since=DAYS[0])
        first, second = entries(work)
        both = first.detail.replace("氏名", "氏名・フリガナ")
        work.run(update(check_entry).where(check_entry.c.id == first.id).values(detail=both))
        work.run(update(check_entry).where(check_entry.c.id == second.id).values(cause="x"))
        for name, kana, disposition in (
            (HER.name, "コウ", ""),
            (HER.name, HER.kana, "true_again"),
        ):
            value = {"name": name, "kana": kana}
            effects.changes(writer, her, "name", value, since=DAYS[0])
            assert [row.disposition for row in entries(work)] == [disposition]


@pytest.mark.parametrize(
    ("kind", "subject", "value"),
    [
        ("phone", "", {"phone": "0250009999"}),
        ("address", "mailing", {"written": "送付先1番"}),
        ("address", "former", {"written": "前住所1番"}),
    ],
)
def test_what_is_not_printed_makes_no_paper_untrue(
    world: World, kind: str, subject: str, value: dict[str, str]
) -> None:
    with undone(world, DECIDES) as work:
        work.at = START
        her = entered(world, work, Model())
        issue(work, her)
        writer = effects.writer_of_decision(work, "U15-D-7", ERAS)
        effects.changes(writer, her, kind, value, since=DAYS[0], subject=subject)
        assert not marked(work) and not entries(work)


def test_nothing_differs_from_days_of_which_nobody_said_anything(world: World) -> None:
    """A paper that was issued before the days that the register speaks of: an older one, or one
    for an acquisition that is still to come."""
    early = "2020-01-01"
    with undone(world, DECIDES) as work:
        work.at = START
        her = entered(world, work, Model())
        issue(work, her, issue_on=early, acquired_on=early, copay_from=early)
        writer = effects.writer_of_decision(work, "U15-D-7", ERAS)
        effects.changes(writer, her, "copay", {"ratio": "1"}, since=DAYS[8])
        assert not marked(work)
        effects.changes(writer, her, "copay", {"ratio": "1"}, since="2019-08-01")
        assert marked(work) == {"負担割合"}
