"""受付の件数と時間: sums of the parts of a visit, never anybody's own (SEC-62)."""

from __future__ import annotations

import dataclasses
import typing
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.functions.records import phases
from app.functions.records.phases import LEAST, Phase, Sums
from app.security.journal.line import Entry, State
from tests.support.counter import Counter

DAY = date(2026, 11, 16)
OPENS = frozenset(("eligibility.open_move_in",))


def case(minute: int, kind: str = "move_in", **more: str) -> SimpleNamespace:
    at = datetime.fromisoformat("2026-11-16T09:00:00+09:00") + timedelta(minutes=minute)

    def after(minutes: float) -> str:
        return (at + timedelta(minutes=minutes)).isoformat()

    said = {"prepared_at": after(4), "received_at": after(5), "compared_at": after(7),
            "settled_at": after(10)}  # fmt: skip
    return SimpleNamespace(kind=kind, opened_at=after(0), **{**said, **more})


def line(at: str, state: State, function: str, staff: str = "S101") -> SimpleNamespace:
    return SimpleNamespace(at=f"2026-11-16T{at}+09:00", entry=Entry(state, function, staff))


@pytest.mark.req("SEC-62")
def test_the_parts_of_a_visit_are_summed_and_few_visits_are_not_told() -> None:
    rows = [case(at * 10) for at in range(LEAST)]
    found = phases.sums(rows, [timedelta(seconds=30)] * (LEAST - 1), DAY, DAY)
    assert found.phases == (
        Phase("本人の確認", LEAST - 1, None),  # four visits would tell of one
        Phase("入力", LEAST, 240 * LEAST),
        Phase("決定を待つ", LEAST, 60 * LEAST),
        Phase("見比べと説明", LEAST, 120 * LEAST),
        Phase("作成と手渡し", LEAST, 180 * LEAST),
    )
    assert found.phases[1].mean == 240
    assert found.days == ((DAY, LEAST),) and found.kinds == (("move_in", LEAST),)


def test_what_did_not_happen_in_one_visit_or_has_no_end_is_left_out() -> None:
    rows = [case(at, received_at="2026-11-18T09:00:00+09:00") for at in range(LEAST)]
    rows += [case(at, prepared_at="") for at in range(LEAST)]
    by_label = {one.label: one.visits for one in phases.sums(rows, [], DAY, DAY).phases}
    assert (by_label["入力"], by_label["決定を待つ"]) == (LEAST, 0)


def test_looking_for_the_visitor_ends_with_the_case_that_the_same_clerk_opens() -> None:
    lines = [
        line("09:00:00", State.VIEW, "persons.search"),
        line("09:00:10", State.VIEW, "persons.open", "S102"),
        line("09:00:20", State.VIEW, "persons.open"),
        line("09:00:50", State.BEGUN, "eligibility.open_move_in"),
        line("09:01:00", State.BEGUN, "own.change_password", "S102"),  # no visit
        line("09:02:00", State.BEGUN, "eligibility.open_move_in", "S102"),
        line("09:10:00", State.VIEW, "persons.search"),
        line("09:50:00", State.BEGUN, "eligibility.open_move_in"),  # too long: another visitor
    ]
    assert phases.identifying(lines, OPENS) == [timedelta(seconds=50)]  # type: ignore[arg-type]


@pytest.mark.req("SEC-62")
def test_a_whole_visit_is_counted_and_nothing_of_anybody_comes_with_it(counter: Counter) -> None:
    issued = counter.issued()
    counter.settle(issued, good=True)
    world = counter.world
    found = phases.show(
        counter.gate, world.session("supervisor"), world.journal.newest_first(), OPENS
    )
    assert [count for _, count in found.days][-1] == 1 and len(found.days) == phases.DAYS
    assert found.kinds == (("move_in", 1),)
    assert all(one.seconds is None for one in found.phases)  # one visit is not told
    # the type itself has no room for whom a number is of
    for kind in (Sums, Phase):
        assert not {"staff_id", "person_id", "case_id", "id"} & {
            field.name for field in dataclasses.fields(kind)
        }
    assert "str" in str(typing.get_type_hints(Phase)["label"])
