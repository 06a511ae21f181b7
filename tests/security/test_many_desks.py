"""One control log for many desks (decision 025): what one desk signs holds at all of them; what the
union adds, leaves out, puts in another order or tells again is refused, named, and changes nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest
from sqlalchemy import insert, select, update

from app.security.control.deeds import HoursException, Request, Requests, Revoke, SettingChange
from app.security.control.effects import right_of
from app.security.control.log import ControlRow as SignedRow
from app.security.control.log import after, read_row
from app.security.control.rows import TABLES, UNSIGNED, read_log
from app.security.staff.grants import GrantState
from app.security.staff.hours import EXCEPTION_UNTIL
from app.wire.control import follow_rows, origin
from app.wire.heads import Head
from app.wire.protocol import ControlRow
from db.tables.control import control_place, control_row, credential, grant_row, setting, staff
from db.work import Work
from tests.support.founded import MONDAY, copied, founded_now
from tests.support.shelf import MemoryShelf
from tests.support.town import TOWN, Answer, Desk, Town, town_in

IDLE = "lock.idle_minutes"
DAYS = (date(2026, 11, 16), date(2027, 3, 31))


@pytest.fixture
def place(tmp_path: Path) -> tuple[Town, list[Desk]]:
    return town_in(tmp_path)


@pytest.fixture
def town(place: tuple[Town, list[Desk]]) -> Town:
    return place[0]


@pytest.fixture
def desks(place: tuple[Town, list[Desk]]) -> list[Desk]:
    return place[1]


def set_idle(desk: Desk, minutes: str) -> None:
    session = desk.enter()
    desk.sign(session, "admin.change_setting", SettingChange(IDLE, minutes))


def idle(desk: Desk) -> str:
    return desk.terminal.control.state.settings[IDLE].value


def test_what_one_desk_signs_holds_at_the_other(town: Town, desks: list[Desk]) -> None:
    one, other = desks
    set_idle(one, "3")
    assert town.contact(one.terminal)
    other.enter()
    assert IDLE not in other.terminal.control.state.settings
    assert town.contact(other.terminal)
    assert idle(other) == "3"
    assert other.terminal.control.faults == ()
    other.close()
    other.enter()
    assert idle(other) == "3"
    assert (other.terminal.control.faults, other.terminal.control.strange) == ((), ())
    assert one.terminal.control.state.terminal.number == "T11"
    assert other.terminal.control.state.terminal.number == "T12"


LIES: dict[str, Callable[[Town, Answer], Answer]] = {
    "control.unsigned": lambda town, answer: (answer[0], Town(town.clock, rows=town.rows).signed()),
    "control.other_municipality": lambda town, answer: (
        answer[0],
        town.signed(municipality="152986"),
    ),
    "control.older": lambda town, _: ((), town.signed(follow_rows(origin(TOWN), town.rows[:1]))),
    "control.forked": lambda town, _: ((), town.signed(Head(len(town.rows) - 2, bytes(32)))),
    "control.cut": lambda town, answer: (answer[0][1:], answer[1]),
    "control.altered": lambda town, answer: (_renumbered(answer[0][::-1]), answer[1]),
}


def _renumbered(rows: Sequence[ControlRow]) -> tuple[ControlRow, ...]:
    first = min(row.position for row in rows)
    return tuple(ControlRow(first + at, row.body) for at, row in enumerate(rows))


def written(desk: Desk) -> list[tuple[Any, ...]]:
    """Everything of the store that the log leads to, with the log itself."""
    keys = [column for column in credential.c if column.name != "counter"]  # moves by itself
    with desk.terminal.store.view((*TABLES, "control_row", "control_place")) as work:
        tables = [select(one) for one in (staff, grant_row, setting, control_row, control_place)]
        return [tuple(row) for one in (*tables, select(*keys)) for row in work.all(one)]


def test_an_answer_that_is_not_the_log_changes_nothing_and_is_named(
    town: Town, desks: list[Desk]
) -> None:
    one, other = desks
    set_idle(one, "3")
    set_idle_again(one, "4")
    assert town.contact(one.terminal)
    other.enter()
    before, state = written(other), other.terminal.control.state
    for code, lie in LIES.items():
        town.lie = functools.partial(lie, town)
        assert not town.contact(other.terminal)
        problem = other.terminal.municipal_log.problem
        assert problem is not None and problem.code == code and problem.remedy
        assert other.terminal.control.state is state
        assert written(other) == before
        assert not town.contact(other.terminal)
        lines = [line.entry.cause for line in other.terminal.journal.lines()]
        assert lines.count(code) == 1  # once, not at every contact
    town.lie = lambda answer: answer
    assert town.contact(other.terminal)
    assert idle(other) == "4"


def set_idle_again(desk: Desk, minutes: str) -> None:
    session = desk.terminal.sessions.all()[0].session
    desk.sign(session, "admin.change_setting", SettingChange(IDLE, minutes))


def forged(body: bytes) -> bytes:
    """The same act with another content, under the same signatures."""
    row = read_row(body)
    return SignedRow(row.what.replace(b"3", b"9"), row.salt, row.evidence, row.seal).to_bytes()


@pytest.mark.parametrize("case", ["forged", "replayed", "made up"])
def test_a_row_that_the_union_adds_gives_nothing_and_is_named_at_every_desk(
    town: Town, desks: list[Desk], case: str
) -> None:
    one, other = desks
    set_idle(one, "3")
    assert town.contact(one.terminal)
    honest = town.rows[-1]
    added = {"forged": forged(honest), "replayed": honest, "made up": b"row"}[case]
    code = {"forged": "content", "replayed": "replayed", "made up": "form"}[case]
    town.rows.append(added)
    set_idle_again(one, "5")  # and the log goes on behind it
    assert town.contact(one.terminal)
    other.enter()
    assert town.contact(other.terminal)
    who = ("", "") if case == "made up" else ("T11", "S201")
    for desk in desks:
        (fault,) = desk.terminal.control.faults
        assert (fault.code, (fault.terminal, fault.staff_id)) == (code, who)
        named = [
            cbor2.loads(line.entry.payload)
            for line in desk.terminal.journal.lines()
            if line.entry.function_id == UNSIGNED
        ]
        assert [row[2:] for row in named[-1]] == [[code, *filter(None, who)]]
        assert idle(desk) == "5"
        desk.close()
        desk.enter()
        assert [one.code for one in desk.terminal.control.faults] == [code]
        assert idle(desk) == "5"


def test_a_log_of_another_founding_is_not_taken(
    town: Town, desks: list[Desk], tmp_path: Path
) -> None:
    strange = Desk(founded_now(tmp_path / "x", MemoryShelf()), "T01")
    strange.enter()
    assert not town.contact(strange.terminal)
    problem = strange.terminal.municipal_log.problem
    assert problem is not None and problem.code == "control.other_genesis"
    assert strange.terminal.municipal_log.position() is None
    assert len(town.rows) == 3  # and nothing of it was sent


@pytest.mark.req("SEC-49")
def test_two_supervisors_at_two_desks_on_one_right_at_once(town: Town, desks: list[Desk]) -> None:
    one, other = desks
    sessions = [desk.enter() for desk in desks]
    right = right_of(one.terminal.control.state.grants_of("S202", "records.verify")[0])
    for desk, session in zip(desks, sessions, strict=True):
        desk.sign(session, "admin.revoke_grant", Revoke((right,)))
    assert town.contact(one.terminal)
    assert town.contact(other.terminal)
    assert town.contact(one.terminal)
    for desk in desks:
        (fault,) = desk.terminal.control.faults
        assert (fault.code, fault.terminal) == ("deed", "T12")
        (held,) = desk.terminal.control.state.grants_of("S202", "records.verify")
        assert held.state is GrantState.REVOKED
        assert (held.version, desk.terminal.control.strange) == (right.version + 1, ())
        desk.close()
        desk.enter()
        assert [one.terminal for one in desk.terminal.control.faults] == ["T12"]
        assert desk.terminal.control.strange == ()


def test_an_own_act_holds_at_once_and_yields_to_one_that_the_union_has_before_it(
    town: Town, desks: list[Desk]
) -> None:
    one, other = desks
    made = Requests((Request("S202", "auditor", ("records.verify",), *DAYS, "着任"),))
    for desk in desks:
        desk.sign(desk.enter(), "admin.request_grant", made)
    asked = [desk.terminal.control.state for desk in desks]
    (ours,) = set(asked[1].grants) - set(asked[0].grants)
    other.sign(
        other.terminal.sessions.all()[0].session,
        "admin.revoke_grant",
        Revoke((right_of(asked[1].grants[ours]),)),
    )
    assert town.contact(one.terminal)
    assert town.contact(other.terminal)
    assert town.contact(one.terminal)
    assert asked[0].grants.keys() | {ours} == one.terminal.control.state.grants.keys()
    same = [desk.terminal.control.state.grants.keys() for desk in desks]
    assert same[0] == same[1]
    for desk in desks:
        with desk.terminal.store.view(("grant_row",)) as work:
            assert {row.id for row in work.all(select(grant_row.c.id))} == same[0]


def test_the_order_edited_by_hand_gives_others_rows_nothing_until_it_is_told_again(
    town: Town, desks: list[Desk]
) -> None:
    one, other = desks
    set_idle(one, "3")
    assert town.contact(one.terminal)
    other.enter()
    assert town.contact(other.terminal)
    with other.terminal.store.update(("control_place",), ("control_place",)) as work:
        work.run(update(control_place).where(control_place.c.position == 4).values(number=2))
    other.close()
    other.enter()
    assert IDLE not in other.terminal.control.state.settings
    assert ("journal", "T11") in [(f.code, f.terminal) for f in other.terminal.control.faults]
    assert town.contact(other.terminal)
    assert idle(other) == "3"
    assert other.terminal.control.faults == ()


def test_a_row_of_another_desk_written_by_hand_gives_nothing(town: Town, desks: list[Desk]) -> None:
    """Signed with real keys, at a terminal that the union never heard of."""
    one, other = desks
    set_idle(one, "3")
    with one.terminal.store.view(("control_row",)) as work:
        body = read_log(work)[-1][2]
    other.enter()
    head = after(other.terminal.control.state.head, body)
    with other.terminal.store.update(("control_row",), ("control_row",)) as work:
        work.run(insert(control_row).values(number=head.number, hash=head.hash, body=body))
    other.close()
    other.enter()
    assert IDLE not in other.terminal.control.state.settings
    assert [(one.code, one.terminal) for one in other.terminal.control.faults] == [
        ("journal", "T11")
    ]


def test_what_a_copy_of_this_terminal_signed_gives_nothing_here(
    town: Town, desks: list[Desk], tmp_path: Path
) -> None:
    """Real keys, the right terminal and epoch, and the union's place: but not in this journal."""
    one, _ = desks
    (tmp_path / "copy").mkdir()
    twin = Desk(copied(one.made, tmp_path / "copy"), "T11")
    set_idle(twin, "9")
    assert town.contact(twin.terminal)
    one.enter()
    assert town.contact(one.terminal)
    for _ in range(2):
        assert IDLE not in one.terminal.control.state.settings
        faults = [(fault.code, fault.terminal) for fault in one.terminal.control.faults]
        assert faults == [("journal", "T11")]
        one.close()
        one.enter()


def test_a_terminal_that_was_off_for_three_weeks_catches_up_and_its_old_act_yields(
    town: Town, desks: list[Desk]
) -> None:
    one, other = desks
    set_idle(other, "9")  # and never told anybody
    other.close()
    for desk in desks:
        desk.made.clock.advance(timedelta(days=21))
    town.clock.advance(timedelta(days=21))
    one.enter()
    assert town.contact(one.terminal)
    set_idle_again(one, "3")
    assert town.contact(one.terminal)
    other.enter()
    assert town.contact(other.terminal)
    assert town.contact(one.terminal)
    for desk in desks:
        assert idle(desk) == "3"
        assert [(f.code, f.terminal) for f in desk.terminal.control.faults] == [("order", "T12")]


def test_longer_hours_and_what_a_terminal_is_are_of_one_desk_alone(
    town: Town, desks: list[Desk]
) -> None:
    one, other = desks
    late = HoursException(MONDAY + timedelta(hours=12), "月末の処理")
    one.sign(one.enter(), "admin.hours_exception", late)
    assert town.contact(one.terminal)
    other.enter()
    assert town.contact(other.terminal)
    assert EXCEPTION_UNTIL in one.terminal.control.state.settings
    assert EXCEPTION_UNTIL not in other.terminal.control.state.settings
    assert other.terminal.control.faults == ()
    numbers = [desk.terminal.control.state.terminal.number for desk in desks]
    assert numbers == ["T11", "T12"]


def test_cut_off_at_any_write_the_store_has_the_old_or_the_new_state(
    town: Town, desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = desks
    set_idle(one, "3")
    assert town.contact(one.terminal)
    other.enter()
    before, real = written(other), Work.run
    cut = 0
    while True:
        left = iter(range(cut, -1, -1))

        def run(work: Work, *given: Any, left: Iterator[int] = left) -> int:
            if next(left, 1) == 0:
                raise KeyboardInterrupt
            return real(work, *given)

        with monkeypatch.context() as cutting:
            cutting.setattr(Work, "run", run)
            try:
                assert town.contact(other.terminal)
                break
            except KeyboardInterrupt:
                cut += 1
        assert written(other) == before
        assert IDLE not in other.terminal.control.state.settings
        if cut % 2:  # and the next opening goes on from there too
            other.close()
            other.enter()
            assert other.terminal.control.strange == ()
    assert cut >= 5
    assert idle(other) == "3"
