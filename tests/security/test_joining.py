"""A terminal that was founded by itself follows the municipality's log (decision 025, 7)."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.core.errors import MadoguchiError
from app.functions.admin import following
from app.security.control.deeds import FollowLog, SettingChange
from app.security.refusals import Refusal
from app.security.staff.session import Session
from app.wire.control import follow_rows, origin
from tests.security.test_other_desk import PASSWORD, lets_in, newcomer
from tests.support.founded import founded_now
from tests.support.shelf import MemoryShelf
from tests.support.town import TOWN, Desk, Town, enrolled, town_in

IDLE = "lock.idle_minutes"


@pytest.fixture
def place(tmp_path: Path) -> tuple[Town, list[Desk]]:
    return town_in(tmp_path)


@pytest.fixture
def third(place: tuple[Town, list[Desk]], tmp_path: Path) -> Desk:
    """A desk with a founding, people and keys of its own."""
    desk = Desk(founded_now(tmp_path / "T21", MemoryShelf()), "T21")
    enrolled(place[0], desk)
    return desk


def follow(desk: Desk, session: Session) -> None:
    prepared = following.prepare_follow(desk.terminal, session)
    touches = desk.made.touches(desk.terminal.gate, prepared, "S202")
    following.perform_follow(desk.terminal, prepared, touches)


def offered(town: Town, desk: Desk) -> Session:
    session = desk.enter("S201")
    sent = len(town.rows)
    assert not town.contact(desk.terminal)
    problem = desk.terminal.municipal_log.problem
    assert problem is not None and problem.code == "control.other_genesis"
    assert len(town.rows) == sent  # nothing is sent before it has joined
    return session


@pytest.mark.req("SEC-49")
def test_who_was_enrolled_at_the_first_desk_sits_down_at_one_that_joins(
    place: tuple[Town, list[Desk]], third: Desk
) -> None:
    town, (one, _) = place
    newcomer(one)
    assert town.contact(one.terminal)
    before = len(town.rows)
    session = offered(town, third)
    shown = following.standing(third.terminal)
    assert shown.offered == following.standing(one.terminal).code != ""
    generation = third.terminal.access.slots.generation
    follow(third, session)
    assert third.terminal.sessions.all() == ()
    assert third.terminal.access.slots.generation == generation + 1
    assert following.standing(third.terminal).code == shown.offered
    own = dict(third.made.keys)
    assert lets_in(third, "S201", "Tachiaoi-73-kaki") != ""  # with the own founding's key
    third.made.keys.update(one.made.keys)
    assert lets_in(third, "S301", PASSWORD) == ""
    state = third.terminal.control.state
    assert third.terminal.control.faults == () == third.terminal.control.strange
    assert state.terminal.number == "T21"
    assert state.people.keys() == {"S201", "S202", "S301"}
    assert town.contact(third.terminal)
    assert len(town.rows) == before  # joining itself does not travel
    third.close()
    session = third.enter("S201")
    third.sign(session, "admin.change_setting", SettingChange(IDLE, "4"))
    assert town.contact(third.terminal) and town.contact(one.terminal)
    assert one.terminal.control.state.settings[IDLE].value == "4"
    assert (one.terminal.control.faults, len(town.rows)) == ((), before + 1)
    third.close()
    third.enter("S202")
    assert third.terminal.control.faults == () == third.terminal.control.strange
    assert third.terminal.control.state.settings[IDLE].value == "4"
    assert third.terminal.access.slots.recovery_public == one.made.recovery_public
    assert own["S201"] is not third.made.keys["S201"]


def test_one_joins_what_was_offered_and_only_with_two_who_can_enter(
    place: tuple[Town, list[Desk]], third: Desk
) -> None:
    town, (one, _) = place
    session = third.enter("S201")
    with pytest.raises(Refusal, match=r"control\.no_offer"):
        following.prepare_follow(third.terminal, session)
    assert not town.contact(third.terminal)
    wrong = FollowLog("0000-0000-0000-0000-0000-0000-0000-0000")
    with pytest.raises(Refusal, match=r"control\.no_offer"):
        third.sign(session, following.FOLLOW, wrong, "S202")
    offer = third.terminal.control.offer
    assert offer is not None
    one.enter()
    with pytest.raises(Refusal, match=r"control\.joined"):
        following.prepare_follow(one.terminal, one.terminal.sessions.all()[0].session)
    with pytest.raises(MadoguchiError, match=r"approval\.second_missing"):
        third.sign(session, following.FOLLOW, FollowLog(offer.code))
    assert third.terminal.control.told_at == ""


def test_a_log_whose_supervisors_could_not_enter_is_not_joined(
    place: tuple[Town, list[Desk]], third: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, _ = place
    session = offered(town, third)
    monkeypatch.setattr("app.security.control.joining._opens", lambda state, who: who == "S201")
    with pytest.raises(Refusal, match=r"control\.nobody_enters"):
        following.prepare_follow(third.terminal, session)


def test_cut_off_while_joining_the_terminal_is_the_old_or_the_new_one(
    place: tuple[Town, list[Desk]], third: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the row and the keys: the next opening seals them; and nothing of the act before."""
    town, (one, _) = place
    session = offered(town, third)
    prepared = following.prepare_follow(third.terminal, session)
    touches = third.made.touches(third.terminal.gate, prepared, "S202")
    with monkeypatch.context() as cutting:
        cutting.setattr("app.security.control.keeper.write_order", _fails)
        with pytest.raises(KeyboardInterrupt):
            following.perform_follow(third.terminal, prepared, touches)
    third.close()
    session = third.enter("S201")
    assert third.terminal.control.told_at == ""
    assert third.terminal.control.faults == () == third.terminal.control.strange
    assert not town.contact(third.terminal)
    follow(third, session)
    third.made.keys.update(one.made.keys)
    third.close()
    third.enter("S202")
    assert third.terminal.control.told_at


def _fails(*_given: object) -> None:
    raise KeyboardInterrupt


def test_whoever_opens_the_store_makes_it_follow_no_other_log(
    place: tuple[Town, list[Desk]], third: Desk
) -> None:
    """The row counts with the touches of both founders and the rows that the union signed."""
    town, (one, _) = place
    session = offered(town, third)
    follow(third, session)
    third.made.keys.update(one.made.keys)
    third.close()
    third.enter("S201")
    with third.terminal.store.update(
        ("store_fact.control_head",), ("store_fact.control_head",)
    ) as work:
        forged = Town(town.clock, rows=town.rows)
        told = forged.signed(follow_rows(origin(TOWN), town.rows))
        work.set_fact("control_head", base64.b64encode(told).decode())
    third.close()
    with pytest.raises(MadoguchiError):
        third.enter("S201")
