"""A leaver's keys and the number key (番号鍵): changed by the act, finished after a crash."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.errors import EnvironmentFault, UserError
from app.functions.admin import staff as staff_service
from app.functions.admin import upkeep
from app.functions.records import service as records
from app.security.journal.line import State
from app.security.keys import keyslots, my_number
from app.security.keys.my_number import MyNumbers, Owner
from app.security.keys.sealing import open_with
from app.security.keys.slot_model import encode_person_keys
from app.security.keys.slot_storage import read_slot_file
from app.security.refusals import Refusal
from db.tables.control import credential
from tests.support import keys
from tests.support.examples import key_entry
from tests.support.world import NUMBER_KEY, RECOVERY, SECRET, World, world_in

TODAY = date(2026, 11, 16)
NUMBER = "123456789018"
WRITES = my_number.ROTATION_WRITES


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        with made.hands_on(*WRITES) as work:
            MyNumbers(work, NUMBER_KEY).put("person", "P1", NUMBER)
        yield made


def leave(world: World, staff_id: str, on: date = TODAY) -> bool:
    leaving = staff_service.Leaving(staff_id, on, 1)
    prepared = staff_service.prepare_leave(world.gate, world.session("administrator"), leaving)
    return staff_service.perform_leave(
        world.gate, prepared, world.approvals(prepared), world.access
    )


def rotate(world: World, *leaving: str) -> None:
    change = upkeep.KeyChange(leaving)
    prepared = upkeep.prepare_rotate(world.gate, world.session("administrator"), change)
    upkeep.perform_rotate(world.gate, prepared, world.approvals(prepared), world.access)


def opens(world: World, key: bytes) -> bool:
    with world.store.view(WRITES) as work:
        return MyNumbers(work, key).find(NUMBER) == (Owner("person", "P1"),)


def number_key_of(world: World, staff_id: str) -> bytes | None:
    slots = read_slot_file(world.paths.slots, SECRET)
    prf = keys.prf_of(f"key-{staff_id}")
    opened = keyslots.unlock(slots, SECRET, staff_id, f"pw-{staff_id}", prf)
    return opened.keys.number_key


def waits(world: World) -> bool:
    with world.store.view(WRITES) as work:
        return my_number.is_changing(work)


@pytest.mark.req("SEC-34", "SEC-41", "SEC-53")
def test_whoever_knew_the_numbers_and_leaves_takes_no_key_along(world: World) -> None:
    assert world.access.has_numbers("S101")
    old_data = world.access.data_key
    assert leave(world, "S101")
    assert world.access.data_key != old_data
    assert world.access.slots.find("S101") is None
    assert not opens(world, NUMBER_KEY)
    assert world.access.number_key is not None
    assert opens(world, world.access.number_key)
    slots = read_slot_file(world.paths.slots, SECRET)
    assert open_with(RECOVERY.private, slots.recovery_number_key) == world.access.number_key
    assert not waits(world)


@pytest.mark.req("SEC-53")
def test_those_who_stay_find_the_new_number_key_in_their_slots(world: World) -> None:
    staying = [one for one in world.access.slots.staff_ids if world.access.has_numbers(one)]
    rotate(world)
    assert staying
    for staff_id in staying:
        assert number_key_of(world, staff_id) == world.access.number_key != NUMBER_KEY


def test_an_open_session_goes_on_with_the_changed_number_key(world: World) -> None:
    session = world.session("clerk")
    assert world.sessions.get(session).number_key == NUMBER_KEY
    rotate(world)
    assert world.sessions.get(session).number_key == world.access.number_key


def test_a_day_to_come_changes_no_key_yet(world: World) -> None:
    old_data = world.access.data_key
    assert not leave(world, "S102", date(2026, 11, 30))
    assert world.access.data_key == old_data
    assert world.access.slots.find("S102") is not None


def test_a_leaver_is_shut_out_also_by_somebody_without_the_number_key(world: World) -> None:
    world.access.number_key = None
    old_data = world.access.data_key
    assert not leave(world, "S101")
    assert world.access.slots.find("S101") is None
    assert world.access.data_key != old_data
    assert opens(world, NUMBER_KEY)


def test_the_number_key_is_not_left_with_a_leaver_without_saying_so(world: World) -> None:
    world.access.number_key = None
    with pytest.raises(Refusal, match=r"number\.no_key_to_change"):
        rotate(world, "S101")
    assert world.last_line().entry.state is State.FAILED
    assert world.access.slots.find("S101") is not None


def test_a_change_cut_short_before_the_slots_is_found_by_the_next_holder(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(world.access), "end_number_change", cut)
        with pytest.raises(KeyboardInterrupt):
            leave(world, "S101")
    assert waits(world)
    held = number_key_of(world, "S301") or NUMBER_KEY
    with world.store.view(WRITES) as work:
        current = my_number.current_key(work, held)
    assert opens(world, current)
    world.access.end_number_change(current, ["S101"])
    assert not waits(world)
    with world.store.view(WRITES) as work:
        assert work.fact("number_key_chain") is None
    assert not world.access.has_numbers("S101")


def test_a_change_of_key_waits_for_a_view_that_has_its_line_still_to_write(world: World) -> None:
    reading, go_on = threading.Event(), threading.Event()
    session = world.session("administrator")

    def look() -> None:
        with world.gate.view("admin.list_staff", session):
            reading.set()
            assert go_on.wait(10)

    threads = [threading.Thread(target=look, daemon=True)]
    threads[0].start()
    assert reading.wait(10)
    threads.append(threading.Thread(target=world.access.rotate, args=([],), daemon=True))
    threads[1].start()
    threads[1].join(0.2)
    assert threads[1].is_alive()
    go_on.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert world.last_line().entry.function_id == "admin.list_staff"


def test_a_journal_that_is_being_written_puts_the_change_off_and_closes_nothing(
    world: World,
) -> None:
    old = world.access.data_key
    with world.journal.file.write(), pytest.raises(EnvironmentFault, match=r"store\.busy"):
        world.access.rotate([])
    assert world.access.data_key == old
    with world.gate.view("admin.enter", world.session("administrator")):
        pass
    world.access.rotate([])
    assert world.access.data_key != old


@pytest.mark.req("SEC-34", "SEC-41")
def test_a_leaver_s_security_keys_are_revoked_and_stay_known(world: World) -> None:
    leave(world, "S102")
    with world.store.view(("credential",)) as work:
        rows = work.all(select(credential).order_by(credential.c.staff_id))
    revoked = {row.staff_id: row.revoked_at for row in rows}
    assert revoked.pop("S102") == world.clock.now().isoformat()
    assert set(revoked.values()) == {""}
    assert all(row.public_key for row in rows)


@pytest.mark.req("SEC-43", "SEC-52")
def test_a_number_right_is_put_in_force_only_by_somebody_who_holds_the_key(world: World) -> None:
    world.access.number_key = None
    with pytest.raises(Refusal, match=r"number\.no_key"):
        world.access.admit("S102", numbers=True)
    assert not world.access.has_numbers("S102")
    world.access.number_key = NUMBER_KEY
    world.access.admit("S102", numbers=True)
    assert number_key_of(world, "S102") == NUMBER_KEY


@pytest.mark.req("SEC-21", "SEC-26", "SEC-102")
def test_a_line_leads_to_one_named_person_also_after_that_person_left(world: World) -> None:
    """No id is ever given to a second person, and whoever left keeps the name in every line."""
    today = world.clock.now().date()
    leave(world, "S102")
    for staff_id in ("S102", "S101"):
        fresh = keys.person(staff_id)
        again = staff_service.NewStaff(
            staff_id,
            "別人 五郎",
            "保険年金課",
            True,
            today,
            date(2027, 3, 31),
            key_entry(f"another {staff_id}"),
            encode_person_keys(fresh),
        )
        with pytest.raises(UserError) as refused:
            prepared = staff_service.prepare_register(
                world.gate, world.session("administrator"), again
            )
            staff_service.perform_register(
                world.gate, prepared, world.approvals(prepared), world.access, fresh
            )
        assert refused.value.code == "staff.taken"
    shown = records.view_lines(
        world.gate,
        world.session("administrator"),
        world.journal,
        world.catalog,
        records.Wanted((today, today)),
    )
    by_person = {one.staff_id: one.staff_name for one in shown if one.staff_id != "system"}
    assert by_person["S301"] == "管理 三郎"
    assert all(by_person.values())
