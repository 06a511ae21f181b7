"""Acts that waited for their second person, proved from outside (docs/auditing.md 2, 5; SEC-40):
the program and the independent verifier find the same right, and the same wrong.

Tampering is played by whoever controls the unlocked process and holds real keys: lines that are
rightly chained and signed, of acts that the gate never let pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from app.catalog import CATALOG
from app.core.clock import JST
from app.functions.admin import staff as staff_service
from app.functions.admin import upkeep
from app.security.acts.approval import Evidence, Role, read_signed
from app.security.acts.prepared import PreparedAct
from app.security.authenticators.verify import verify_assertion
from app.security.control.deeds import OfficeChange, SettingChange
from app.security.control.log import after, read_row
from app.security.control.proof import Prover
from app.security.control.rows import read_log
from app.security.control.state import ORIGIN
from app.security.gate.traces import begun, put_off_line
from app.security.journal.export import Rules, exported
from app.security.journal.findings import PublicKey, UnionWord
from app.security.journal.levels import Levels
from app.security.journal.line import Entry, State
from app.security.journal.verify import verify
from tests.security.test_signed_rights import MODEL, opened
from tests.support import independent_verifier
from tests.support.founded import found_terminal
from tests.support.independent_control import Control
from tests.support.independent_signatures import in_time
from tests.support.signers import Signer
from tests.support.world import STAFF, World, commit, world_in

pytestmark = pytest.mark.req("SEC-40", "SEC-105")
CHANGE = OfficeChange("S102", "税務課", date(2027, 3, 31), 1)
FUNCTIONS = tuple(CATALOG.values())
KEYS = {
    Signer.of(staff_id).credential_id: PublicKey(staff_id, Signer.of(staff_id).public_key)
    for staff_id, _, _ in STAFF.values()
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def judged(world: World) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """What the program finds, and what somebody else finds in the exported file."""
    levels = Levels(CATALOG, world.calendar)
    report = verify(world.journal, KEYS, verify_assertion, levels=levels)
    rules = Rules(FUNCTIONS, (), world.calendar)
    text = "\n".join(exported(world.journal, KEYS, UnionWord(), world.clock.now(), rules))
    return [(one.line, one.code) for one in report.findings], list(
        independent_verifier.Journal(text).faults()
    )


def touch_again(world: World) -> None:
    commit(world, world.touch_of(world.session("administrator")))


def prepared_change(world: World) -> PreparedAct:
    return staff_service.prepare_office(world.gate, world.session("administrator"), CHANGE)


def by(world: World, prepared: PreparedAct, who: str, role: Role) -> Evidence:
    """This person's touch over it in this role, under whatever right, with the person's key."""
    staff_id = world.staff_id(who)
    signed = prepared.signed(staff_id, role, prepared.grant_id)
    told = replace(read_signed(signed), staff_id=staff_id)
    answer = world.signer(staff_id).sign(told.challenge)
    return Evidence.of(told.to_bytes(), answer)


def own(world: World, prepared: PreparedAct) -> Evidence:
    return by(world, prepared, "administrator", Role.ACTOR)


def pair(world: World, entry: Entry) -> int:
    """A line that the gate did not write, and its end."""
    line = world.journal.append(entry)
    end = Entry(State.DONE, entry.function_id, entry.staff_id, subject=entry.subject, of=line)
    world.journal.append(end)
    return line


def carried_out(
    world: World, prepared: PreparedAct, first: Evidence, who: str = "supervisor"
) -> int:
    """The act's own line now, with a second person's signature of now."""
    now = replace(prepared, seconded_at=world.clock.now().isoformat())
    other = by(world, now, who, Role.SUPERVISOR)
    return pair(world, replace(begun(prepared, ()), evidence=(first, other)))


def put_off_by_hand(world: World, prepared: PreparedAct, evidence: Evidence) -> int:
    function = CATALOG[CATALOG.puts_off]
    return pair(world, put_off_line(prepared, evidence, function, b"put off by hand!"))


def put_off(world: World) -> tuple[PreparedAct, Evidence]:
    """Through the gate, as it is done; the operator touches over other things afterwards."""
    prepared = prepared_change(world)
    mine = world.own(prepared)
    world.gate.put_off(prepared, [mine])
    touch_again(world)
    signed = prepared.signed(mine.staff_id, Role.ACTOR, prepared.grant_id)
    return prepared, Evidence.of(signed, mine.assertion)


@pytest.mark.parametrize("days", [0, 1, 8])
def test_seconded_after_other_touches_the_journal_is_whole_for_both(
    world: World, days: int
) -> None:
    """On the same day, on the next, and on the last: the fifth business day, with a holiday
    between."""
    prepared, _ = put_off(world)
    world.later(days=days)
    touch_again(world)
    resumed, mine = world.gate.resume(prepared.nonce.hex(), world.session("supervisor"))
    approvals = [mine, world.second(resumed, "supervisor", Role.SUPERVISOR)]
    staff_service.perform_office(world.gate, resumed, approvals)
    touch_again(world)
    assert judged(world) == ([], [])


def too_late(world: World) -> tuple[int, str]:
    prepared, mine = put_off(world)
    world.later(days=9)
    return carried_out(world, prepared, mine), "time"


def by_the_same_person(world: World) -> tuple[int, str]:
    prepared, mine = put_off(world)
    world.later(days=1)
    return carried_out(world, prepared, mine, "administrator"), "other_act"


def never_put_off(world: World) -> tuple[int, str]:
    prepared = prepared_change(world)
    mine = own(world, prepared)
    world.later(days=1)
    return carried_out(world, prepared, mine), "time"


def kept_back_without_being_put_off(world: World) -> tuple[int, str]:
    """Of the same day, and older than a touch that stands before it."""
    prepared = prepared_change(world)
    mine = own(world, prepared)
    touch_again(world)
    return carried_out(world, prepared, mine), "counter"


def signed_anew_as_of_then(world: World) -> tuple[int, str]:
    """The words that were put off, but another touch, made on the later day."""
    prepared, _ = put_off(world)
    world.later(days=1)
    return carried_out(world, prepared, own(world, prepared)), "time"


def before_it_was_put_off(world: World) -> tuple[int, str]:
    prepared = prepared_change(world)
    mine = own(world, prepared)
    world.later(days=1)
    line = carried_out(world, prepared, mine)
    world.later(days=-1)
    put_off_by_hand(world, prepared, mine)
    return line, "time"


def what_may_not_wait(world: World) -> tuple[int, str]:
    session = world.session("administrator")
    prepared = upkeep.prepare_rotate(world.gate, session, upkeep.KeyChange(("S102",)))
    return put_off_by_hand(world, prepared, own(world, prepared)), "other_act"


def put_off_in_another_s_name(world: World) -> tuple[int, str]:
    prepared = prepared_change(world)
    mine = own(world, prepared)
    session = replace(prepared.session, staff_id="S201")
    return put_off_by_hand(world, replace(prepared, session=session), mine), "other_act"


def put_off_with_an_old_touch(world: World) -> tuple[int, str]:
    prepared = prepared_change(world)
    mine = own(world, prepared)
    touch_again(world)
    return put_off_by_hand(world, prepared, mine), "counter"


def put_off_with_a_forged_touch(world: World) -> tuple[int, str]:
    prepared = prepared_change(world)
    forged = replace(own(world, prepared), signature=b"0" * 64)
    return put_off_by_hand(world, prepared, forged), "signature"


TAMPERED: tuple[Callable[[World], tuple[int, str]], ...] = (
    too_late,
    by_the_same_person,
    never_put_off,
    kept_back_without_being_put_off,
    signed_anew_as_of_then,
    before_it_was_put_off,
    what_may_not_wait,
    put_off_in_another_s_name,
    put_off_with_an_old_touch,
    put_off_with_a_forged_touch,
)


@pytest.mark.parametrize("tampering", TAMPERED, ids=lambda one: one.__name__)
def test_every_tampering_is_found_by_both_at_its_line(
    world: World, tampering: Callable[[World], tuple[int, str]]
) -> None:
    line, code = tampering(world)
    found, outside = judged(world)
    assert (line, code) in found
    assert line in {where for where, _ in outside}


def test_both_count_the_same_business_days(world: World) -> None:
    """Around the holidays of November and the turn of the year, from every day to every other."""
    levels, closed = Levels(CATALOG, world.calendar), set[str]()
    closed |= {day.isoformat() for day in world.calendar.closed}
    days = [date(2026, 11, 14) + timedelta(days=n) for n in range(60)]
    noon = [datetime(one.year, one.month, one.day, 12, tzinfo=JST) for one in days]
    for signed in noon:
        for other in noon:
            ours = levels.waited_in_time(signed, other)
            assert ours == in_time(signed.date(), other.date(), closed), (signed, other)


def test_the_control_log_of_such_an_act_is_proved_by_somebody_else_too(tmp_path: Path) -> None:
    """S201 puts off a supervised setting and does something else; S202 comes the next day."""
    terminal = found_terminal(tmp_path)
    door, session = opened(terminal)
    assert door.terminal is not None
    gate = door.terminal.gate
    change = SettingChange("keys.models", MODEL)
    prepared = upkeep.prepare_setting(gate, session, change)
    gate.put_off(prepared, terminal.touches(gate, prepared))
    terminal.sign(door, session, "admin.change_setting", SettingChange("lock.idle_minutes", "3"))
    door.close()
    terminal.clock.advance(timedelta(days=1))
    door, session = opened(terminal, "S202")
    assert door.terminal is not None
    gate = door.terminal.gate
    resumed, mine = gate.resume(prepared.nonce.hex(), session)
    _, theirs = terminal.touches(gate, resumed, "S202")
    upkeep.perform_setting(gate, resumed, [mine, theirs])
    door.close()
    door, _ = opened(terminal)
    assert door.terminal is not None and not door.terminal.control.faults
    journal, house = door.terminal.journal, terminal.rules().house
    with door.terminal.store.view(("control_row",)) as work:
        rows = read_log(work)
    keys = {
        id_: PublicKey(key.staff_id, key.entry.public_key)
        for id_, key in door.terminal.control.state.keys.items()
    }

    def outside(log: list[tuple[int, bytes, bytes]]) -> list[tuple[int, str]]:
        rules = Rules(FUNCTIONS, log, house.calendar)
        text = "\n".join(exported(journal, keys, UnionWord(), terminal.clock.now(), rules))
        return list(Control(text).faults())

    assert outside(rows) == []
    row = read_row(rows[-1][2])
    later = replace(read_signed(row.evidence[1].signed), at="2026-11-25T10:00:00+09:00")
    answer = terminal.keys["S202"].assert_(
        resumed.rp_id,
        later.challenge,
        (row.evidence[1].credential_id,),
        uv=True,
        cancel=Event(),
    )
    forged = replace(row, evidence=(row.evidence[0], Evidence.of(later.to_bytes(), answer)))
    head = ORIGIN
    for _, _, body in rows[:-1]:
        head = after(head, body)
    body = forged.to_bytes()
    head = after(head, body)
    log = [*rows[:-1], (head.number, head.hash, body)]
    assert [one.code for one in Prover(house, verify_assertion).replay(log).faults] == ["order"]
    assert (0, f"control row {len(log)}: not signed together") in outside(log)
    door.close()
