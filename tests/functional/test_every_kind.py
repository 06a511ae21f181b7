"""Every kind of case through the window against the real union, once refused and once, mended,
accepted; each row is written by hand from its source and says what must follow.

A person who lost her eligibility in one row gets it back in another, so the rows are played in
their order by one clerk on one day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from app.cases.decisions import DecisionView
from app.cases.kind import Look
from app.catalog import CASES
from app.training.movers import Mover
from db.tables.cases import case_file
from db.tables.persons import insured, person
from tests.support.stories import Desk, Story, entry
from tests.support.window import CaseWindow

TODAY = "R8.11.20"
BROUGHT = {"channel": "counter", "notifier": "household", "identity_check": "photo_one"}
ENTERS = {"card_use": "not_registered", "delivery": "counter"}


@dataclass(frozen=True)
class Row:
    """``whom``: "insured", "young" (65 to 74, never insured), "newcomer", or the code of a row
    played before. ``wrong`` is keyed first and refused for ``reason``, ``keyed`` then mends it.
    ``decided`` are items of the decision, ``period`` what the store says of the last period."""

    code: str
    whom: str
    keyed: Mapping[str, str]
    wrong: Mapping[str, str]
    reason: str
    decided: Mapping[str, str]
    period: Mapping[str, str] = field(default_factory=dict)
    state: str = "1"


DEAD = "already_dead"
"""As ``reason``: the union learned meanwhile that she is dead, and learns that she is not."""
NO_LOSS = "no_loss"
"""As ``reason``: in the union's books the loss was taken back already."""
OTHERWISE = {
    DEAD: (
        "SELECT state, id FROM person WHERE atena_number = ?",
        "UPDATE person SET state = ? WHERE id = ?",
        "3",
    ),
    NO_LOSS: (
        "SELECT lost_on, coverage.id FROM coverage JOIN person ON person.id = person_id"
        " WHERE atena_number = ? ORDER BY acquired_on DESC LIMIT 1",
        "UPDATE coverage SET lost_on = ? WHERE id = ?",
        "",
    ),
}
NOTHING: Mapping[str, str] = {}
PAPER = {"paper_return": "later"}


LOSSES = (
    # 高確法53条1項: the day after leaving, DOMAIN 2.4
    Row(
        "move_out",
        "insured",
        {
            "event_on": "R8.11.10",
            "confirmed": "1",
            "to_municipality_code": "131016",
            "to_address": "東京都千代田区見本1-1",
            "paper_return": "returned",
        },
        {"to_municipality_code": "152986", "to_address": "見本県手本町1-1"},
        "same_prefecture_out",
        {"lost_on": "2026-11-11", "loss_reason": "LOS_OUT", "article": "高確法53条1項"},
        {"lost_on": "2026-11-11", "loss_reason": "LOS_OUT"},
        "2",
    ),
    # DOMAIN 2.4: 国外転出, the day after leaving
    Row(
        "move_out_abroad",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "confirmed": "1", "country": "ブラジル"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_ABROAD", "paper_due": "1"},
        {"lost_on": "2026-11-11"},
        "2",
    ),
    # 高確法53条2項: the day of 51条1号 itself
    Row(
        "welfare_start",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "welfare_office": "見本福祉事務所"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-10", "loss_reason": "LOS_WELF"},
        {"lost_on": "2026-11-10"},
    ),
    # 高確法53条1項・51条2号: the day after
    Row(
        "exemption",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "ground": "short_stay"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_EXEMPT"},
        {"lost_on": "2026-11-11"},
    ),
    # 高確法55条, DOMAIN 2.6: the same day as the acquisition there
    Row(
        "special_address_end",
        "insured",
        {
            **PAPER,
            "event_on": "R8.11.10",
            "to_municipality_code": "131016",
            "elsewhere_from": "R8.11.12",
        },
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-12", "loss_reason": "LOS_SPADDR"},
        {"lost_on": "2026-11-12"},
        "2",
    ),
    # DOMAIN 2.4: 職権喪失 by the base event
    Row(
        "ex_officio_loss",
        "insured",
        {**PAPER, "event_on": "R8.11.10", "base": "LOS_OUT", "found_by": "住民票の除票"},
        {"base": "LOS_EXOFF"},
        "base_missing",
        {
            "lost_on": "2026-11-11",
            "loss_reason": "LOS_EXOFF",
            "article": "高確法53条1項（職権）",
        },
        {"lost_on": "2026-11-11"},
    ),
    # DOMAIN 2.4: 居所不明, by the base event (no address: the day after)
    Row(
        "whereabouts",
        "insured",
        {
            **PAPER,
            "event_on": "R8.11.10",
            "letters_on": "R8.9.1",
            "visited_on": "R8.10.1",
            "answers": "近隣の方は姿を見ていない",
            "decided_by": "保険年金課長",
        },
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-11", "loss_reason": "LOS_EXOFF", "state": "9"},
        {"lost_on": "2026-11-11"},
        "9",
    ),
)

GAINS = (
    # 高確法51条1号・52条: the day of 廃止
    Row(
        "welfare_end",
        "welfare_start",
        {"event_on": "R8.11.15", "welfare_end": "ended", "welfare_office": "見本福祉事務所"},
        NOTHING,
        DEAD,
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_WELF_END"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
    # 則9条, DOMAIN 2.3: more than three months, exactly three are not enough
    Row(
        "longer_stay",
        "exemption",
        {"event_on": "R8.11.15", "status": "long_term", "stay": "y1"},
        {"stay": "m3"},
        "stay_too_short",
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_OTHER"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
    # DOMAIN 2.7: 異動の取消し gives the history that would have been
    Row(
        "loss_cancelled",
        "move_out_abroad",
        {"event_on": "R8.11.19", "found_by": "出国の取りやめ"},
        NOTHING,
        NO_LOSS,
        NOTHING,
        {"lost_on": "", "loss_reason": ""},
    ),
    # DOMAIN 2.3: 職権取得, the true day
    Row(
        "ex_officio",
        "ex_officio_loss",
        {"event_on": "R8.11.15", "found_by": "住民票の写し"},
        NOTHING,
        DEAD,
        {"acquired_on": "2026-11-15", "acquisition_reason": "ACQ_EXOFF"},
        {"acquired_on": "2026-11-15", "lost_on": ""},
    ),
    # 高確法52条3号, DOMAIN 2.3・2.5: the day of 認定, never before the receipt
    Row(
        "disability",
        "young",
        {
            "event_on": "R8.11.15",
            "proof": "physical_2",
            "former_insurance": "国民健康保険",
        },
        {"proof": "physical_5"},
        "degree_too_light",
        {"acquired_on": "2026-11-20", "acquisition_reason": "ACQ_DIS"},
        {"acquired_on": "2026-11-20", "lost_on": ""},
    ),
    # 則8条2項, DOMAIN 2.4: prospective only
    Row(
        "disability_withdrawal",
        "disability",
        {**PAPER, "event_on": "R8.11.20", "next_insurance": "国民健康保険"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-20", "loss_reason": "LOS_DIS_WD"},
        {"lost_on": "2026-11-20"},
    ),
    # 高確法52条3号, DOMAIN 2.3・2.5: the day of 認定, never before the receipt
    Row(
        "disability",
        "young",
        {
            "event_on": "R8.11.15",
            "proof": "physical_2",
            "former_insurance": "国民健康保険",
        },
        {"proof": "physical_5"},
        "degree_too_light",
        {"acquired_on": "2026-11-20", "acquisition_reason": "ACQ_DIS"},
        {"acquired_on": "2026-11-20", "lost_on": ""},
    ),
    # DOMAIN 2.4: 障害認定 is for those under 75
    Row(
        "disability_end",
        "disability",
        {**PAPER, "event_on": "R8.11.20", "ground": "lighter"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-21", "loss_reason": "LOS_DIS"},
        {"lost_on": "2026-11-21"},
    ),
    # DOMAIN 2.4: 取得と喪失が同日: never insured
    Row(
        "acquisition_cancelled",
        "welfare_end",
        {**PAPER, "event_on": "R8.11.20", "found_by": "保護廃止の取消し"},
        NOTHING,
        DEAD,
        {"lost_on": "2026-11-15", "loss_reason": "LOS_EXOFF"},
        {"acquired_on": "2026-11-15", "lost_on": "2026-11-15"},
    ),
)


ARRIVALS = (
    # 高確法52条2号, DOMAIN 2.3: the day the address here began
    Row(
        "move_in_abroad",
        "newcomer",
        {"event_on": "R8.11.10", "country": "ブラジル"},
        {"address": "見本県手本町1-1"},
        "outside_area",
        {"acquired_on": "2026-11-10", "acquisition_reason": "ACQ_ABROAD"},
    ),
    # 則9条, DOMAIN 2.3: 90 days are not more than three months
    Row(
        "foreigner",
        "newcomer",
        {"event_on": "R8.11.10", "person_kind": "2", "status": "long_term", "stay": "y1"},
        {"stay": "d90"},
        "stay_too_short",
        {"acquired_on": "2026-11-10", "acquisition_reason": "ACQ_OTHER"},
    ),
    # 高確法55条の2, DOMAIN 2.6: from 75, for those whom 国保 kept here
    Row(
        "special_address",
        "newcomer",
        {
            "event_on": "R8.6.1",
            "birth_written": "S26.6.1",
            "address": "東京都千代田区見本1-1",
            "is_head": "1",
            "facility_kind": "special_nursing_home",
            "facility_name": "見本の里",
            "under_nhi": "1",
        },
        {"under_nhi": "0"},
        "not_carried_over",
        {"acquired_on": "2026-06-01", "acquisition_reason": "ACQ_SPADDR"},
    ),
    # DOMAIN 1.3・2.4: 県内転居, no loss; number and day of acquisition stay
    Row(
        "move_in_within",
        "newcomer",
        {
            "event_on": "R8.11.10",
            "former_municipality_code": "152986",
            "former_insured_number": "70000019",
        },
        {"former_insured_number": "70000027"},
        "not_elsewhere_here",
        {
            "insured_number": "70000019",
            "acquired_on": "2020-05-03",
            "acquisition_reason": "ACQ_AGE",
        },
    ),
)


@dataclass
class Counter:
    """The clerk, the window, and who has been taken already."""

    story: Story
    desk: Desk
    window: CaseWindow
    taken: dict[str, str] = field(default_factory=dict)

    def whom(self, row: Row) -> str:
        if row.whom in CASES:
            return self.taken[row.whom]
        lived = {one.person_id for one in self.desk.rows(insured) if not one.lost_on}
        ever = {one.person_id for one in self.desk.rows(insured)}
        for one in self.desk.rows(person):
            if one.id in self.taken.values() or one.state != "1":
                continue
            birth = date.fromisoformat(one.birth_sort)
            if row.whom == "insured" and one.id in lived:
                return str(one.id)
            young = date(1952, 1, 1) < birth < date(1960, 1, 1)
            if row.whom == "young" and one.id not in ever and young:
                return str(one.id)
        raise AssertionError(f"nobody is {row.whom}")

    @contextmanager
    def told_otherwise(self, person_id: str, reason: str) -> Iterator[None]:
        """What the union was told by mistake, and learns to be wrong."""
        if reason not in OTHERWISE:
            yield
            return
        read, change, wrong = OTHERWISE[reason]
        atena = self.desk.atena_of(person_id)
        ((before, key),) = self.story.union_rows(read, atena)
        self.story.change_union(change, wrong, key)
        yield
        self.story.change_union(change, before, key)

    def play(self, row: Row, keyed: Mapping[str, str], person_id: str) -> DecisionView:
        kind = CASES[row.code]
        self.window.begin(kind, person_id)
        self.window.key_in({**BROUGHT, **ENTERS, **keyed})
        if kind.second_look.look is Look.BEFORE:
            (case,) = [one for one in self.desk.rows(case_file) if one.state == "draft"]
            self.desk.look(case.id, kind=kind)
            self.window.go(kind.opening, case_id=case.id)
            self.window.until(lambda: self.window.screen.step == len(kind.pages))
        view = self.window.send()
        self.window.leave()
        return view


def played(counter: Counter, row: Row) -> None:
    """Refused, mended, accepted; and what the store says then."""
    person_id = counter.taken[row.code] = counter.whom(row)
    with counter.told_otherwise(person_id, row.reason):
        refused = counter.play(row, {**row.keyed, **row.wrong}, person_id)
    assert refused.record is not None and refused.record.reasons.split() == [row.reason]
    view = counter.play(row, row.keyed, person_id)
    assert view.record is not None and view.record.outcome == "accepted", view.record
    said = {name: getattr(view.record, name) for name in row.decided}
    assert said == dict(row.decided)
    last = max(
        (one for one in counter.desk.rows(insured) if one.person_id == person_id),
        key=lambda one: one.acquired_on,
    )
    assert {name: getattr(last, name) for name in row.period} == dict(row.period)
    (now,) = [one for one in counter.desk.rows(person) if one.id == person_id]
    assert now.state == row.state


@pytest.mark.req("FLOW-101", "FLOW-102", "FLOW-103", "FLOW-106")
def test_every_loss(story: Story, qtbot: Any) -> None:
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        for row in (*LOSSES, *GAINS):
            played(counter, row)
        counter.window.close()


def insured_next_door(story: Story, mover: Mover) -> None:
    """The union insures the mover in the neighbouring municipality."""
    one = mover.person
    story.change_union(
        "INSERT INTO person (id, municipality_code, atena_number, household_number, relation,"
        " person_kind, name, kana, birth_written, birth_sort, birth_precision, sex, state,"
        " postal_code, address, origin) VALUES"
        " (900001, '152986', ?, '000000000009999', '本人', '1', ?, ?, ?, ?, 'day', ?, '1',"
        " '9990002', '見本県手本町1-1', 'register')",
        "000000000900015",
        one.name,
        one.kana,
        one.birth_written,
        one.birth_sort.isoformat(),
        one.sex,
    )
    story.change_union(
        "INSERT INTO coverage (id, person_id, insured_number, acquired_on, acquisition_reason)"
        " VALUES (900001, 900001, '70000019', '2020-05-03', 'ACQ_AGE')"
    )


@pytest.mark.req("FLOW-101", "FLOW-102", "FLOW-103", "FLOW-104", "FLOW-106", "FLOW-1011")
def test_every_arrival(story: Story, qtbot: Any) -> None:
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        for number, row in enumerate(ARRIVALS):
            mover = story.stranger(number)
            if row.code == "move_in_within":
                insured_next_door(story, mover)
            values = {**entry(mover, desk.today), **BROUGHT, **ENTERS, **row.keyed}
            values["my_number"] = mover.person.my_number
            other = {"my_number": story.stranger(50 + number).person.my_number}
            refused = counter.play(row, {**values, **other, **row.wrong}, "")
            assert refused.record is not None and refused.record.reasons.split() == [row.reason]
            view = counter.play(row, values, "")
            assert view.record is not None and view.record.outcome == "accepted", view.record
            assert {name: getattr(view.record, name) for name in row.decided} == dict(row.decided)
            (known,) = [
                one
                for one in desk.rows(insured)
                if one.insured_number == view.record.insured_number
            ]
            assert known.acquired_on == view.record.acquired_on
            assert desk.atena_of(known.person_id) == mover.person.atena_number
        counter.window.close()
