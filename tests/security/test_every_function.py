"""Every function of the catalogue: it succeeds with all rights, and is refused, with a line in
the journal, as soon as one thing is missing (generated from FUNCTIONS)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Insert, Update, insert, update

from app.catalog import CATALOG
from app.core.errors import MadoguchiError
from app.security.acts.approval import Approval, Role
from app.security.acts.prepared import PreparedAct
from app.security.gate.gate import RowVersion
from app.security.journal.line import State
from app.security.spec import Actor, Function, MyNumber, Need, StepUp
from db.tables import METADATA
from db.tables.control import act
from tests.support.attempts import Attempt
from tests.support.examples import EXAMPLES, attempt_of
from tests.support.signers import Signer
from tests.support.world import World, world_in

EXEMPT_FROM_HOURS = {"admin.clock", "admin.hours_exception"}


@contextmanager
def refused(world: World, code: str) -> Iterator[None]:
    """The block is refused with this cause, and the journal's newest line says so."""
    before = world.journal.head.number
    with pytest.raises(MadoguchiError) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.message.endswith("。")
    assert caught.value.remedy.endswith("。")
    assert world.journal.head.number > before, "a refusal leaves a line"
    entry = world.last_line().entry
    assert (entry.state, entry.cause) == (State.REFUSED, code)


class Case:
    """One function in one world, attempted in many ways."""

    def __init__(self, world: World, function: Function) -> None:
        self.world = world
        self.function = function
        self.attempt: Attempt = attempt_of(world, function)

    def run(self) -> object:
        """The example with everything it needs."""
        if self.attempt.system is not None:
            return self.attempt.system()
        session = self.world.session(self.attempt.who)
        if self.attempt.view is not None:
            return self.attempt.view(session)
        if self.attempt.does is not None:
            return self.attempt.does(session)
        prepared = self.prepared()
        return self.perform(prepared, self.world.approvals(prepared))

    def prepared(self) -> PreparedAct:
        assert self.attempt.prepare is not None
        return self.attempt.prepare(self.world.session(self.attempt.who))

    def perform(self, prepared: PreparedAct, approvals: Sequence[Approval]) -> object:
        assert self.attempt.perform is not None
        return self.attempt.perform(prepared, approvals)

    @property
    def acts(self) -> bool:
        return self.attempt.prepare is not None

    @property
    def who(self) -> str:
        return self.attempt.who

    def act_refused(self, code: str, change: Callable[[], None], back: Callable[[], None]) -> None:
        """Refused at once; and refused too when things change after the preparation."""
        if self.acts:
            prepared = self.prepared()
            approvals = self.world.approvals(prepared)
            change()
            with refused(self.world, code):
                self.perform(prepared, approvals)
        else:
            change()
        with refused(self.world, code):
            self.run()
        back()


@pytest.mark.req("SEC-20", "SEC-29", "SEC-37", "SEC-47", "SEC-95")
@pytest.mark.parametrize("function_id", list(CATALOG))
def test_refused_when_anything_is_missing_and_done_when_nothing_is(
    function_id: str, tmp_path: Path
) -> None:
    with world_in(tmp_path) as world:
        world.set_fact("terminal_media", "1")
        function = CATALOG[function_id]
        case = Case(world, function)
        if function.actor is Actor.SYSTEM:
            _system_hazards(case)
        else:
            _standing_hazards(case)
            _circumstance_hazards(case)
            _freshness_hazards(case)
            _need_hazards(case)
            if case.acts:
                _draft_hazards(case)
                _approval_hazards(case)
        before = world.journal.head.number
        case.run()
        lines = [line.entry for line in world.journal.lines(before + 1)]
        mine = [entry for entry in lines if entry.function_id == function_id]
        assert mine, "an act leaves a line"
        ended = State.VIEW if case.attempt.view is not None else State.DONE
        assert mine[-1].state is ended


def _system_hazards(case: Case) -> None:
    world = case.world
    world.set_fact("terminal_state", "withdrawn")
    with refused(world, "terminal.withdrawn"):
        case.run()
    world.set_fact("terminal_state", "registered")
    with refused(world, "right.none"):
        world.gate.prepare(case.function.id, world.session("administrator"))


def _standing_hazards(case: Case) -> None:
    world, who, function_id = case.world, case.who, case.function.id

    def grant(**values: str) -> Callable[[], None]:
        return lambda: world.change_grant(who, function_id, **values)

    def person(**values: str) -> Callable[[], None]:
        return lambda: world.change_staff(who, **values)

    good_dates = {"valid_from": "2026-11-02", "valid_to": "2027-03-31"}
    confirmed = {"state": "confirmed", "effected_at": "2026-11-02T09:02:00+09:00"}
    case.act_refused("right.ended", grant(valid_to="2026-11-15"), grant(**good_dates))
    case.act_refused("right.not_yet", grant(valid_from="2026-11-17"), grant(**good_dates))
    case.act_refused("right.revoked", grant(state="revoked"), grant(**confirmed))
    case.act_refused("right.pending", grant(state="approved"), grant(**confirmed))
    overdue = {"state": "effective", "effected_at": "2026-11-06T09:00:00+09:00"}
    case.act_refused("right.lapsed", grant(**overdue), grant(**confirmed))
    access = "inquire" if case.function.kind.value == "inquire" else "update"
    case.act_refused("right.none", grant(access="other"), grant(access=access))
    ends = {"valid_from": "2026-04-01", "valid_to": "2027-03-31", "left_on": ""}
    case.act_refused("staff.ended", person(valid_to="2026-11-15"), person(**ends))
    case.act_refused("staff.not_yet", person(valid_from="2026-11-17"), person(**ends))
    case.act_refused("staff.left", person(left_on="2026-11-16"), person(**ends))


def _circumstance_hazards(case: Case) -> None:
    world, function = case.world, case.function
    if function.id not in EXEMPT_FROM_HOURS:
        # the hours end before the present moment, so that nothing else changes
        case.act_refused(
            "hours.closed",
            lambda: world.set_setting("hours.to", "09:00"),
            lambda: world.set_setting("hours.to", "19:00"),
        )
    case.act_refused(
        "terminal.withdrawn",
        lambda: world.set_fact("terminal_state", "withdrawn"),
        lambda: world.set_fact("terminal_state", "registered"),
    )
    if not CATALOG.area_of(function).before_registration:
        case.act_refused(
            "terminal.not_registered",
            lambda: world.set_fact("terminal_state", "founded"),
            lambda: world.set_fact("terminal_state", "registered"),
        )
    if function.id != "admin.clock":
        now = world.clock.now()
        for code, moment in (("clock.back", now - timedelta(minutes=3)),):
            case.act_refused(
                code,
                lambda moment=moment: world.clock.set_wall(moment),  # type: ignore[misc]
                lambda: world.clock.set_wall(now),
            )
    live = world.sessions.get(world.session(case.who))

    def lock(moment: float | None) -> Callable[[], None]:
        def change() -> None:
            live.locked_at = moment

        return change

    case.act_refused("session.locked", lock(1.0), lock(None))


def _freshness_hazards(case: Case) -> None:
    world, function = case.world, case.function
    live = world.sessions.get(world.session(case.who))
    if function.step_up is StepUp.RECENT:
        verified = live.verified_at

        def stale(at: float) -> Callable[[], None]:
            def change() -> None:
                live.verified_at = at

            return change

        case.act_refused("fresh.recent", stale(verified - 16 * 60), stale(verified))
    if function.my_number is not MyNumber.NONE:
        key = live.number_key

        def number_key(value: bytes | None) -> Callable[[], None]:
            def change() -> None:
                live.number_key = value

            return change

        number_key(None)()
        with refused(world, "number.no_key"):
            case.run()
        number_key(key)()


def _need_hazards(case: Case) -> None:
    world, function = case.world, case.function
    for need, code, attribute in (
        (Need.PEER, "need.peer", "peer"),
        (Need.SCANNED_MEDIUM, "need.scanned_medium", "scanned"),
    ):
        if need in function.needs:
            case.act_refused(
                code,
                lambda name=attribute: setattr(world.surroundings, name, False),  # type: ignore[misc]
                lambda name=attribute: setattr(world.surroundings, name, True),  # type: ignore[misc]
            )
    if Need.MEDIA_TERMINAL in function.needs:
        case.act_refused(
            "need.media_terminal",
            lambda: world.set_fact("terminal_media", "0"),
            lambda: world.set_fact("terminal_media", "1"),
        )


def _draft_hazards(case: Case) -> None:
    world = case.world
    prepared = case.prepared()
    approvals = world.approvals(prepared)
    for change in (
        {"content": "something else"},
        {"sentence": "別の文"},
        {"digest": b"d" * 32},
        {"purpose": "audit"},
        {"subject": dataclasses.replace(prepared.subject, key="T01-1-999999")},
        {"versions": (RowVersion("staff", "S101", 1),)},
        {"at": (world.clock.now() - timedelta(minutes=1)).isoformat()},
        {"nonce": b"n" * 16},
        {"grant_id": "T01-1-999998"},
    ):
        with refused(world, "act.altered"):
            case.perform(dataclasses.replace(prepared, **change), approvals)
    for change in ({"terminal": "T02"}, {"store_id": "store-2"}, {"epoch": 2}):  # type: ignore[assignment]
        with refused(world, "terminal.other"):
            case.perform(dataclasses.replace(prepared, **change), approvals)
    lost = dataclasses.replace(prepared.head, hash=b"x" * 32)
    with refused(world, "act.journal_lost"):
        case.perform(dataclasses.replace(prepared, head=lost), approvals)
    for seen in prepared.versions:
        with world.hands_on(seen.table) as work:
            work.run(_bump(seen, 1))
        with refused(world, "act.row_changed"):
            case.perform(prepared, approvals)
        with world.hands_on(seen.table) as work:
            work.run(_bump(seen, -1))
    with world.hands_on("act") as work:
        work.run(_used(prepared, 900_000))
    with refused(world, "act.nonce_used"):
        case.perform(prepared, approvals)


def _approval_hazards(case: Case) -> None:
    world, function = case.world, case.function
    prepared = case.prepared()
    approvals = world.approvals(prepared)
    for role in prepared.needs:
        rest = [one for one in approvals if one.role is not role]
        missing = "approval.none" if role is Role.ACTOR else "approval.second_missing"
        with refused(world, missing):
            case.perform(prepared, rest)
        (mine,) = [one for one in approvals if one.role is role]
        with refused(world, "approval.twice"):
            case.perform(prepared, [*approvals, mine])
        other = Signer.of("S900").sign(b"c" * 32)
        with refused(world, "approval.unknown_key"):
            case.perform(prepared, [*rest, dataclasses.replace(mine, assertion=other)])
        forged = dataclasses.replace(mine.assertion, signature=b"0" * 70)
        with refused(world, "assertion.proof"):
            case.perform(prepared, [*rest, dataclasses.replace(mine, assertion=forged)])
        elsewhere = world.signer(mine.staff_id).sign(b"another challenge of 32 bytes...")
        with refused(world, "assertion.proof"):
            case.perform(prepared, [*rest, dataclasses.replace(mine, assertion=elsewhere)])
        if role is not Role.ACTOR:
            _second_person_hazards(case, prepared, rest, role)
    if Role.ACTOR not in prepared.needs:
        extra = world.own(prepared)
        with refused(world, "approval.not_asked"):
            case.perform(prepared, [*approvals, extra])
    live = world.sessions.get(world.session(case.who))
    if Role.ACTOR in prepared.needs:
        verified = live.verified_at
        late = case.prepared()  # what it reads for that must be recent by itself
        live.verified_at = verified - 16 * 60
        rest = [one for one in world.approvals(late) if one.role is not Role.ACTOR]
        with refused(world, "fresh.verification"):
            case.perform(late, [world.own(late, verified=False), *rest])
        live.verified_at = verified
    assert function.second_person.value == "none" or len(prepared.needs) > (
        function.step_up is StepUp.TOUCH
    )


def _second_person_hazards(
    case: Case, prepared: PreparedAct, rest: Sequence[Approval], role: Role
) -> None:
    world = case.world
    own = world.signer(prepared.session.staff_id).sign(prepared.challenge)
    with refused(world, "approval.same_person"):
        case.perform(prepared, [*rest, Approval(prepared.session.staff_id, role, own)])
    stranger = world.signer("S900").sign(prepared.challenge)
    with refused(world, "approval.right"):
        case.perform(prepared, [*rest, Approval("S900", role, stranger)])
    with refused(world, "approval.right"):
        world.gate.ask(prepared, "S900", role)
    unverified = world.second_of(prepared, role, verified=False)
    with refused(world, "fresh.verification"):
        case.perform(prepared, [*rest, unverified])


def _bump(seen: RowVersion, step: int) -> Update:
    table = METADATA.tables[seen.table]
    (column,) = table.primary_key.columns
    return update(table).where(column == seen.key).values(version=table.c.version + step)


def _used(prepared: PreparedAct, line: int) -> Insert:
    return insert(act).values(
        nonce=prepared.nonce.hex(),
        function_id=prepared.function.id,
        staff_id="S101",
        journal_line=line,
        at="2026-11-16T10:00:00+09:00",
        salt=b"",
    )


def test_every_example_is_of_a_function() -> None:
    assert set(EXAMPLES) <= set(CATALOG)


COUNTER_AREAS = {"persons", "eligibility", "files"}
BY_THE_GATE_ALONE = {"eligibility.verify_by_system"}
"""A right without a service of its own: it opens a choice in the entry (SEC-05)."""


def test_every_function_at_the_counter_has_an_example_of_its_own() -> None:
    at_the_counter = {f.id for f in CATALOG.values() if f.area in COUNTER_AREAS}
    entrances = {f"{area}.enter" for area in COUNTER_AREAS}
    assert at_the_counter - entrances - BY_THE_GATE_ALONE <= set(EXAMPLES)
