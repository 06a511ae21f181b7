"""The day board: every area tells what waits, one screen shows it, one act closes the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from sqlalchemy import insert

from app.cases import board, follow_ups
from app.cases.screens.board import BoardScreen
from app.cases.state import CaseState
from app.cases.waiting import REJECTED, SECOND_LOOK, SENDING, SHEET
from app.catalog import CASES, CATALOG, collect
from app.core.errors import UserError
from app.security.spec import Actor, Area, Catalog, Function, Kind, Lane
from app.security.waiting import Source, Waits
from app.sync import outbox as outgoing
from app.sync.states import Incoming
from app.wire.files import FILES
from db.tables.cases import case_file, check_entry, follow_up
from db.tables.exchange import inbox
from db.tables.persons import restriction
from tests.support.counter import Counter, Resident, counter_in, put_residents
from tests.support.desk import Room
from tests.support.line import CODES, LoopUnion
from tests.support.sendings import act_of, sample
from tests.support.world import World, new_world

DAY = date(2026, 11, 16)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A counter that got the day's file of insured persons."""
    with counter_in(tmp_path) as made:
        put_file(made.world, "union-0", 9, Incoming.APPLIED, at="2026-11-16T06:00:00+09:00")
        yield made


@pytest.fixture
def room(counter: Counter, qtbot: Any) -> Iterator[Room]:
    made = Room(counter, qtbot)
    yield made
    made.operations.close()


def seen(counter: Counter, who: str = "clerk") -> dict[str, Waits]:
    world = counter.world
    return {line.key: line for line in board.lines(world.gate, world.session(who), CATALOG)}


class TestSources:
    """What each area lets wait, and for whom."""

    def test_an_empty_day_has_no_line(self, counter: Counter) -> None:
        assert seen(counter) == {}

    def test_every_state_of_a_case_that_is_not_over_is_a_line_with_a_step(
        self, counter: Counter
    ) -> None:
        lines = {}
        for number, state in enumerate(CaseState):
            with counter.world.hands_on("case_file") as work:
                work.run(
                    insert(case_file).values(
                        id=f"T01-1-9{number}",
                        kind="move_in",
                        state=state,
                        opened_by="S101",
                        opened_at="2026-11-16T09:00:00+09:00",
                    )
                )
            lines[state] = f"T01-1-9{number}" in seen(counter)
        assert {state for state, there in lines.items() if not there} == {
            CaseState.CLOSED,
            CaseState.CANCELLED,
        }
        for line in seen(counter).values():
            assert line.next_step and line.state and line.opens in CATALOG
            assert CATALOG[line.opens].screen

    def test_whose_since_when_and_why(self, counter: Counter) -> None:
        case_id = counter.rejected()
        line = seen(counter)[case_id]
        assert line.whose == "辻󠄀﨑　髙子" and line.what == "県外転入の届出"
        assert line.since.startswith("2026-11-16T10:00")
        assert line.holds_day == (REJECTED,) and "検査数字" in line.cause

    def test_the_check_list_is_one_line_with_its_count(self, counter: Counter) -> None:
        with counter.world.hands_on("check_entry") as work:
            for number in range(3):
                work.run(
                    insert(check_entry).values(
                        id=f"T01-1-8{number}",
                        origin="union",
                        cause="resident_differs",
                        detail="",
                        listed_at=f"2026-11-1{number}T09:00:00+09:00",
                        disposition="ok" if number == 0 else "",
                    )
                )
        line = seen(counter)["checks"]
        assert (line.state, line.since[:10]) == ("2件", "2026-11-11")
        assert line.holds_day == ()

    def test_a_measure_that_is_over_waits_for_who_may_prolong_it(self, counter: Counter) -> None:
        put_residents(counter.world, Resident(care=True))
        assert "support" not in str(seen(counter, "supervisor"))
        with counter.world.hands_on("restriction") as work:
            work.run(restriction.update().values(until_on="2026-11-15"))
        (line,) = [one for one in seen(counter, "supervisor").values() if one.what == "支援措置"]
        assert line.opens == "persons.open" and dict(line.given) == {"person_id": "P-1"}
        assert [one for one in seen(counter, "clerk").values() if one.what == "支援措置"] == [line]
        assert not [one for one in seen(counter, "branch").values() if one.what == "支援措置"]

    def test_a_password_near_its_end_is_told_to_its_owner_alone(self, counter: Counter) -> None:
        counter.world.change_staff("clerk", password_set_on="2026-08-25")
        assert seen(counter)["password"].due == "2026-11-23"
        assert "password" not in seen(counter, "supervisor")

    def test_rights_at_a_step_wait_for_supervisors(self, counter: Counter) -> None:
        counter.world.change_grant("branch", "persons.open", state="requested", confirmed_by="")
        assert seen(counter, "supervisor")["grants_requested"].state == "1件"
        assert "grants_requested" not in seen(counter)

    def test_a_sending_of_no_case_holds_the_day(self, counter: Counter) -> None:
        world = counter.world
        with world.hands_on("outbox", "store_fact", "terminal_key", "act") as work:
            outbox_id = outgoing.prepare(
                act_of(world, work), "FILE-01", [sample("FILE-01")[0]], codes=CODES
            )
        assert seen(counter)[outbox_id].holds_day
        with pytest.raises(UserError, match=outbox_id):
            board.prepare_close(world.gate, world.session("supervisor"), CATALOG, DAY)

    def test_a_file_set_aside_waits_though_a_later_one_is_taken(self, counter: Counter) -> None:
        put_file(counter.world, "union-1", 1, Incoming.QUARANTINED)
        line = seen(counter)["union-1"]
        assert line.what == FILES["FILE-17"].title and line.cause == "中身が壊れています"
        put_file(counter.world, "union-2", 2, Incoming.APPLIED)
        line = seen(counter)["union-1"]
        assert (line.opens, line.given) == ("files.show_set_aside", (("item_id", "union-1"),))


def put_file(world: World, key: str, sequence: int, state: Incoming, at: str = "") -> None:
    """A received file; ``at`` is when it was applied."""
    with world.hands_on("inbox") as work:
        work.run(
            insert(inbox).values(
                id=key,
                file_id="FILE-17",
                stream="insured",
                epoch=1,
                sequence=sequence,
                size=1,
                state=state,
                cause="中身が壊れています" if state is Incoming.QUARANTINED else "",
                applied_at=at,
                announced_at=f"2026-11-16T0{sequence}:00:00+09:00",
            )
        )


class TestRights:
    def test_without_the_right_to_an_area_its_lines_are_not_there(self, counter: Counter) -> None:
        case = counter.entered()
        assert case.id in seen(counter) and case.id not in seen(counter, "administrator")

    def test_but_they_hold_the_day_whoever_closes_it(self, counter: Counter) -> None:
        world, case_id = counter.world, counter.rejected()
        world.change_grant("supervisor", "eligibility.enter", valid_to="2026-11-01")
        assert case_id not in seen(counter, "supervisor")
        with pytest.raises(UserError, match=case_id):
            board.prepare_close(world.gate, world.session("supervisor"), CATALOG, DAY)

    def test_the_journal_notes_whose_lines_were_shown(self, counter: Counter) -> None:
        case = counter.entered()
        seen(counter)
        entry = counter.world.last_line().entry
        assert entry.function_id == "day.show" and entry.shown == (case.id,)


WAITING = st.builds(
    Waits,
    key=st.integers(1, 10**6).map(lambda n: f"T01-1-{n}"),
    what=st.just("もの"),
    state=st.just("待ち"),
    since=st.integers(10, 22).map(lambda d: f"2026-11-{d}T09:00:00+09:00"),
    next_step=st.just("する"),
    holds_day=st.lists(st.sampled_from((SECOND_LOOK, SHEET, SENDING)), unique=True).map(tuple),
)


class TestClosing:
    @given(st.lists(WAITING, max_size=12))
    def test_the_day_closes_exactly_when_nothing_of_it_or_before_has_a_reason(
        self, waiting: list[Waits]
    ) -> None:
        held = [line for line in waiting if line.holds_day and line.since[:10] <= "2026-11-16"]
        if not held:
            board._refuse_open(waiting, DAY)
            return
        with pytest.raises(UserError) as refused:
            board._refuse_open(waiting, DAY)
        for reason in {reason for line in held for reason in line.holds_day}:
            count = sum(reason in line.holds_day for line in held)
            assert f"{reason} {count}件" in refused.value.message


class TestRegistry:
    """A source is declared once; what it says is on the board and before the day's end."""

    LINE = Waits("T01-1-1", "ためし", "待ち", "2026-11-16", "する", holds_day=("ためしの受付",))

    def test_a_new_areas_source_is_read_shown_and_holds_the_day(self, counter: Counter) -> None:
        source = Source(("check_entry",), lambda work: (self.LINE,), "day.show")
        area = Area("trial", "ためし", 99, (source,))
        run = Function("trial.run", "trial", Kind.INQUIRE, "ためす", "ためします。")
        specs = [(one, tuple(CATALOG.of_area(one.id))[1:]) for one in CATALOG.areas]
        catalog = collect((*specs, (area, (run,))))
        assert "check_entry" in catalog["day.show"].reads
        world = counter.world
        assert self.LINE in board.lines(world.gate, world.session(), catalog)
        with pytest.raises(UserError, match="ためしの受付 1件"):
            board.prepare_close(world.gate, world.session("supervisor"), catalog, DAY)

    def test_a_source_reads_what_it_declares_and_no_more(self, counter: Counter) -> None:
        for area in CATALOG.areas:
            for source in area.waits:
                with counter.world.store.view(source.reads) as work:
                    tuple(source.lines(Asked(work, counter.world)))

    def test_there_is_one_home_and_everybody_who_works_has_it(self, counter: Counter) -> None:
        assert CATALOG.home == "day.show"
        with pytest.raises(ValueError, match="home"):
            twice = replace(CATALOG["persons.search"], home=True)
            collect(
                ((CATALOG.areas[0], (CATALOG["day.show"],)), (Area("persons", "", 1), (twice,)))
            )
        for who in ("clerk", "branch", "supervisor", "administrator"):
            permitted = counter.world.gate.permitted(counter.world.session(who))
            assert CATALOG.home in permitted, who


class Asked:
    """A unit of work as a source sees it."""

    def __init__(self, work: Any, world: World) -> None:
        self._work = work
        self.staff_id = "S101"
        self.at = world.clock.now()
        self.business_days = world.calendar

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


@dataclass(frozen=True)
class ToReturn:
    """As a kind of case declares what comes after it."""

    code: str = "trial_to_return"
    label: str = "資格確認書の返還"
    next_step: str = "返された資格確認書を確かめる"
    days: int | None = 14


class TestFollowUps:
    """What comes after a case waits until it is settled, by hand or by another case."""

    @pytest.fixture
    def catalog(self) -> Catalog:
        source = follow_ups.follow_up_source({"trial_to_return": ToReturn()}, CASES)
        area = Area("trial", "ためし", 99, (replace(source, right="day.show"),))
        begin = Function(
            "trial.begin",
            "trial",
            Kind.UPDATE,
            "始める",
            "始めます。",
            Lane.LATE_STAGE,
            Actor.SYSTEM,
            reads=follow_ups.READS,
            writes=follow_ups.WRITES,
        )
        specs = [(one, tuple(CATALOG.of_area(one.id))[1:]) for one in CATALOG.areas]
        return collect((*specs, (area, (begin,))))

    @pytest.fixture
    def other(self, tmp_path: Path, catalog: Catalog) -> Iterator[Counter]:
        made = Counter(new_world(tmp_path / "other", catalog=catalog), LoopUnion())
        put_residents(made.world, Resident())
        yield made
        made.world.close()

    def begin(self, counter: Counter) -> str:
        case = counter.entered()
        with counter.world.engine_hand.system("trial.begin") as work:
            return follow_ups.begin(work, ToReturn(), case.id, "P-1", DAY)

    def waiting(self, counter: Counter, catalog: Catalog) -> list[Waits]:
        world = counter.world
        lines = board.lines(world.gate, world.session(), catalog)
        return [line for line in lines if line.settles]

    def test_it_says_whose_and_until_when(self, other: Counter, catalog: Catalog) -> None:
        made = self.begin(other)
        (line,) = self.waiting(other, catalog)
        assert (line.key, line.whose, line.due) == (made, "髙橋　タケ", "2026-11-30")
        assert line.state == "待ち" and line.holds_day == ()
        other.world.later(days=15)
        other.world.sessions.get(other.world.session()).verified_at = other.world.clock.monotonic()
        (line,) = self.waiting(other, catalog)
        assert line.state == "期限切れ"

    @pytest.mark.parametrize("how", follow_ups.HOW)
    def test_settled_by_hand_it_is_gone_and_cannot_be_settled_again(
        self, other: Counter, catalog: Catalog, how: str
    ) -> None:
        world, made = other.world, self.begin(other)
        follow_ups.settle(world.gate, world.session(), made, how)
        assert self.waiting(other, catalog) == []
        (row,) = other.rows(follow_up)
        assert (row.how, row.settled_by) == (how, "S101")
        with pytest.raises(UserError) as twice:
            follow_ups.settle(world.gate, world.session(), made, how)
        assert twice.value.code == "day.settled"

    def test_any_other_way_is_refused(self, other: Counter) -> None:
        with pytest.raises(UserError) as refused:
            follow_ups.settle(other.world.gate, other.world.session(), self.begin(other), "lost")
        assert refused.value.code == "day.how"

    def test_settled_by_the_case_that_it_asked_for(self, other: Counter, catalog: Catalog) -> None:
        self.begin(other)
        with other.world.engine_hand.system("trial.begin") as work:
            assert follow_ups.settle_by_case(work, "P-2", "trial_to_return", "T01-1-9") == 0
            assert follow_ups.settle_by_case(work, "P-1", "trial_to_return", "T01-1-9") == 1
        assert self.waiting(other, catalog) == []

    def test_from_the_board(self, other: Counter, catalog: Catalog, qtbot: Any) -> None:
        self.begin(other)
        room = Room(other, qtbot)
        screen = room.add(BoardScreen(room.desk()))
        room.until(lambda: any(line.settles for line in screen.lines))
        for row, line in enumerate(screen.lines):
            screen.table.selectRow(row)
            assert screen.settle_button.isEnabled() == bool(line.settles)
        screen.table.selectRow([bool(line.settles) for line in screen.lines].index(True))
        screen.settle_button.click()
        screen.findChild(QInputDialog).textValueSelected.emit("済んだ")
        room.until(lambda: not any(line.settles for line in screen.lines))
        room.operations.close()


class TestScreen:
    def test_by_the_keyboard_each_line_leads_to_its_next_step(self, room: Room) -> None:
        first = room.counter.rejected()
        screen = room.add(BoardScreen(room.desk()))
        room.until(lambda: bool(screen.lines))
        assert [line.key for line in screen.lines] == [first]
        screen.table.setFocus()
        QTest.keyClick(screen.table, Qt.Key.Key_Return)
        given = {"kind": "move_in", "case_id": first}
        assert room.went == [("eligibility.show_rejection", given)]

    def test_what_came_over_the_line_is_shown_without_a_key(self, room: Room) -> None:
        sent = room.counter.send(room.counter.entered())
        screen = room.add(BoardScreen(room.desk()))
        room.until(lambda: bool(screen.lines) and screen.lines[0].state == "決定待ち")
        assert room.counter.engine.send_now(sent.outbox_id).accepted
        room.background.tell()
        room.until(lambda: screen.lines[0].state == "決定あり")

    def test_the_chosen_line_says_its_reasons_in_full(self, room: Room) -> None:
        room.counter.rejected()
        screen = room.add(BoardScreen(room.desk()))
        room.until(lambda: bool(screen.lines))
        said = screen._why.itemAt(0).widget().text()
        assert REJECTED in said and "宛名番号の検査数字が合いません" in said

    def test_the_supervisor_closes_the_day_and_is_told_what_stops_it(self, room: Room) -> None:
        case_id = room.counter.rejected()
        screen = room.add(BoardScreen(room.desk("supervisor")))
        room.until(lambda: screen.close_button.isEnabled())
        screen.close_button.click()
        room.qtbot.waitUntil(lambda: bool(room.door.shown), timeout=10_000)
        assert case_id in room.door.shown.pop().message  # type: ignore[attr-defined]
        assert room.touch.sentences == []

    def test_a_clerk_is_not_offered_it(self, room: Room) -> None:
        screen = room.add(BoardScreen(room.desk()))
        room.settle()
        assert not screen.close_button.isEnabled() and screen.close_button.isHidden()
