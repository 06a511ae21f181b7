"""One way from a button to an act (house rules: act, freshness, background)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog, QWidget

from app.cases import check_list, drafts
from app.core.errors import UserError
from app.persons import restrictions
from app.persons.screens.person import PersonScreen
from app.persons.show import open_person
from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.gate.carry_out import RENEW, CallSecond, Touch, carry_out, take_at_once
from app.security.journal.line import State
from db.tables.persons import restriction
from tests.support.counter import Resident, counter_in, put_residents
from tests.support.desk import Room
from tests.support.world import MONDAY_MORNING


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with counter_in(tmp_path) as counter:
        put_residents(counter.world, Resident())
        made = Room(counter, qtbot)
        yield made
        made.operations.close()


@pytest.fixture
def screen(room: Room) -> QWidget:
    return room.add(QWidget())


def looked_at(room: Room, who: str = "clerk") -> Any:
    world = room.counter.world
    today = MONDAY_MORNING.date()
    return lambda: open_person(
        world.gate,
        world.session(who),
        "P-1",
        world.tables,
        today,
        by_number=False,
        confirmed=False,
    )


def mark(room: Room, desk: Any) -> Any:
    today = MONDAY_MORNING.date()
    return lambda: restrictions.prepare_mark(desk.gate, desk.session, "P-1", today, today)


class TestRecent:
    """No screen dies after fifteen minutes."""

    @pytest.mark.req("SEC-22")
    def test_a_view_asks_for_the_key_and_goes_on(self, room: Room, screen: QWidget) -> None:
        desk, seen = room.desk(), []
        room.counter.world.later(minutes=16)
        desk.run(screen, looked_at(room), seen.append)
        room.until(lambda: bool(seen))
        assert room.touch.sentences == [RENEW]
        desk.run(screen, looked_at(room), seen.append)
        room.until(lambda: len(seen) == 2)
        assert room.touch.sentences == [RENEW]  # it counts anew

    def test_giving_up_ends_without_a_word_and_without_the_data(
        self, room: Room, screen: QWidget
    ) -> None:
        desk, seen, ended = room.desk(), [], []
        room.counter.world.later(minutes=16)
        room.touch.given_up = True
        desk.run(screen, looked_at(room), seen.append, ended=lambda: ended.append(True))
        room.until(lambda: bool(ended))
        assert seen == [] and room.door.shown == []

    def test_any_other_refusal_is_told_and_nothing_is_touched(
        self, room: Room, screen: QWidget
    ) -> None:
        desk, ended = room.desk("nobody"), []
        desk.run(
            screen,
            looked_at(room, "nobody"),
            lambda _seen: None,
            failed=room.refused.append,
            ended=lambda: ended.append(True),
        )
        room.until(lambda: bool(ended))
        assert [error.code for error in room.refused] == ["right.none"]
        assert room.touch.sentences == []

    def test_refused_as_not_recent_again_it_does_not_ask_for_ever(
        self, room: Room, screen: QWidget
    ) -> None:
        world, ended = room.counter.world, []
        world.later(minutes=16)

        def stale() -> Any:
            world.later(minutes=16)
            return looked_at(room)()

        room.desk().run(
            screen,
            stale,
            lambda _seen: None,
            failed=room.refused.append,
            ended=lambda: ended.append(True),
        )
        room.until(lambda: bool(ended))
        assert [error.code for error in room.refused] == ["fresh.recent"]
        assert room.touch.sentences == [RENEW]


class TestAct:
    def test_the_touches_come_in_order_and_the_act_is_done(
        self, room: Room, screen: QWidget
    ) -> None:
        desk, done = room.desk(), []
        desk.carry_out(
            screen,
            mark(room, desk),
            lambda prepared, given: restrictions.perform_mark(desk.gate, prepared, given),
            done.append,
        )
        room.until(lambda: bool(done))
        assert len(room.touch.sentences) == 1 and len(room.counter.rows(restriction)) == 1

    def test_given_up_at_the_key_nothing_is_done_and_the_screen_lives(
        self, room: Room, screen: QWidget
    ) -> None:
        desk, done, ended = room.desk(), [], []
        room.touch.given_up = True
        desk.carry_out(
            screen,
            mark(room, desk),
            lambda prepared, given: restrictions.perform_mark(desk.gate, prepared, given),
            done.append,
            ended=lambda: ended.append(True),
        )
        room.until(lambda: bool(ended))
        assert done == [] and room.counter.rows(restriction) == []

    def test_what_was_refused_is_shown_once_and_then_the_screen_lives(
        self, room: Room, screen: QWidget
    ) -> None:
        desk, ended = room.desk(), []

        def perform(_draft: PreparedAct, _given: tuple[Approval, ...]) -> None:
            raise UserError("test.refused", "できません。", "直してください。")

        desk.carry_out(
            screen,
            mark(room, desk),
            perform,
            lambda _none: None,
            ended=lambda: ended.append(len(room.door.shown)),
        )
        room.qtbot.waitUntil(lambda: bool(ended), timeout=10_000)
        assert ended == [1] and [error.code for error in room.door.shown] == ["test.refused"]  # type: ignore[attr-defined]

    def test_a_closed_second_persons_box_gives_up(self, room: Room) -> None:
        put_residents(
            room.counter.world,
            Resident(id="P-2", atena_number="000000000005678", insured_number="", care=True),
        )
        screen = room.add(PersonScreen(room.desk("supervisor"), "P-2"))
        room.until(lambda: screen.lift_button.isEnabled())
        screen.lift_button.click()
        room.until(lambda: screen.findChild(QInputDialog) is not None)
        screen.findChild(QInputDialog).reject()
        room.settle()
        assert room.counter.rows(restriction)[0].lifted_at == ""


class TestWatch:
    """Waiting for the union is nobody's doing (SEC-65)."""

    def watched(self, room: Room, screen: QWidget) -> tuple[Any, list[Any]]:
        world, seen = room.counter.world, []

        def work() -> Any:
            subject = drafts.Subject("list", "cases")  # type: ignore[attr-defined]
            with world.gate.view(
                "day.show",
                world.session(),
                subject=subject,
                background=True,
            ) as work:
                return work.at

        return room.desk().watch(screen, work, seen.append), seen

    @pytest.mark.req("SEC-65")
    def test_it_looks_when_something_came_and_does_not_hold_off_the_lock(
        self, room: Room, screen: QWidget
    ) -> None:
        world = room.counter.world
        _, seen = self.watched(room, screen)
        (live,) = [one for one in world.sessions.all() if one.session == world.session()]
        before = live.used_at
        world.later(minutes=4)
        room.background.tell()
        assert not room.operations.busy
        room.until(lambda: bool(seen))
        assert live.used_at == before
        check_list.list_checks(world.gate, world.session())
        assert live.used_at > before  # what a person does counts

    @pytest.mark.req("SEC-66")
    def test_while_locked_it_does_not_look(self, room: Room, screen: QWidget) -> None:
        _, seen = self.watched(room, screen)
        lines = len(room.counter.world.lines())
        room.background.pause()
        room.background.tell()
        room.qtbot.wait(50)
        assert seen == [] and len(room.counter.world.lines()) == lines
        room.background.resume()
        room.background.tell()
        room.until(lambda: bool(seen))

    def test_its_failure_is_a_line_of_text_and_the_end(self, room: Room, screen: QWidget) -> None:
        world = room.counter.world
        watch, seen = self.watched(room, screen)
        world.gate._sessions.get(world.session()).locked_at = 1.0
        room.background.tell()
        room.until(lambda: bool(room.said))
        lines = len(world.lines())
        room.background.tell()
        room.qtbot.wait(50)
        assert watch.stopped and seen == [] and room.door.shown == [] and len(room.said) == 1
        assert len(world.lines()) == lines

    def test_a_closed_screen_looks_no_more(self, room: Room) -> None:
        screen = QWidget()
        _, seen = self.watched(room, screen)
        lines = len(room.counter.world.lines())
        screen.deleteLater()
        room.qtbot.wait(50)
        room.background.tell()
        room.qtbot.wait(50)
        assert seen == [] and len(room.counter.world.lines()) == lines


def test_at_the_keyboard_the_same_steps_are_taken_at_once(room: Room) -> None:
    world = room.counter.world
    gate, session = world.gate, world.session("supervisor")
    put_residents(
        world, Resident(id="P-2", atena_number="000000000005678", insured_number="", care=True)
    )
    said: list[str] = []

    def touch(step: Touch) -> Any:
        said.append(step.ask.staff_id)
        return world.signer(step.ask.staff_id).sign(step.ask.challenge)

    def second(step: CallSecond) -> str:
        said.append(step.role)
        return world.staff_id("supervisor2")

    steps = carry_out(
        gate,
        session,
        lambda: restrictions.prepare_lift(gate, session, "P-2"),
        lambda prepared, given: restrictions.perform_lift(gate, prepared, given),
    )
    take_at_once(steps, touch, second)
    assert said == ["S201", "supervisor", "S202"]
    assert room.counter.rows(restriction)[0].lifted_at != ""
    assert world.last_line().entry.state is State.DONE
