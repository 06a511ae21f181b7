"""Acts that wait for their second person (SEC-40): what may be tried on what waits.

The row lies in the store, where whoever opens it with own factors and an outside tool may write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.errors import MadoguchiError
from app.functions.admin import put_off, upkeep
from app.functions.admin import staff as staff_service
from app.security.acts.approval import Evidence, Role
from app.security.acts.content import encode
from app.security.authenticators.verify import verify_assertion
from app.security.control.deeds import OfficeChange
from app.security.control.log import ControlRow, RowError
from app.security.control.proof import Prover
from app.security.refusals import Refusal
from db.tables.control import put_off_act
from tests.support.world import World, world_in

CHANGE = OfficeChange("S102", "税務課", date(2027, 3, 31), 1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def post(world: World) -> str:
    return world.control.state.person("S102").post


def begin(world: World) -> str:
    """The administrator's change of an office, put off; its id."""
    prepared = staff_service.prepare_office(world.gate, world.session("administrator"), CHANGE)
    world.gate.put_off(prepared, [world.own(prepared)])
    assert post(world) != "税務課"
    return prepared.nonce.hex()


def second(world: World, act_id: str, who: str = "supervisor") -> None:
    prepared, own = world.gate.resume(act_id, world.session(who))
    approvals = [own, world.second(prepared, who, Role.SUPERVISOR)]
    staff_service.perform_office(world.gate, prepared, approvals)


def rewrite(world: World, act_id: str, **values: Any) -> None:
    with world.hands_on("put_off_act") as work:
        work.run(update(put_off_act).where(put_off_act.c.id == act_id).values(**values))


@pytest.mark.req("SEC-40")
def test_seconded_two_days_later_it_is_done_once(world: World) -> None:
    act_id = begin(world)
    world.later(days=2)
    listed = put_off.list_waiting(world.gate, world.session("supervisor"), world.catalog)
    assert [one.id for one in listed] == [act_id]
    second(world, act_id)
    assert post(world) == "税務課"
    assert put_off.list_waiting(world.gate, world.session("supervisor"), world.catalog) == ()
    with pytest.raises(Refusal, match=r"act\.(nonce_used|row_changed)"):
        second(world, act_id)


def test_the_operator_is_not_the_second_person_too(world: World) -> None:
    world.add_grant("administrator", "admin.supervise")
    act_id = begin(world)
    with pytest.raises(Refusal, match=r"approval\.same_person"):
        second(world, act_id, "administrator")


@pytest.mark.parametrize(
    "values",
    [
        {"sentence": "職員 S102 の所属を変更します。"},
        {"what": encode((OfficeChange("S101", "税務課", date(2027, 3, 31), 1), ()))},
        {"salt": b"another salt 123"},
        {"signature": b"0" * 64},
        {"staff_id": "S301x"},
        {"function_id": "admin.mark_leaver"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_row_that_somebody_rewrote_is_no_act(world: World, values: dict[str, Any]) -> None:
    act_id = begin(world)
    rewrite(world, act_id, **values)
    if "function_id" in values:  # what is signed counts, not what stands beside it
        second(world, act_id)
        assert post(world) == "税務課"
        return
    with pytest.raises(MadoguchiError) as refused:
        second(world, act_id)
    assert refused.value.code in ("act.altered", "assertion.proof", "approval.none")
    assert post(world) != "税務課"


def test_later_than_five_business_days_whatever_the_row_says(world: World) -> None:
    act_id = begin(world)
    rewrite(world, act_id, valid_until="2027-12-31")
    world.later(days=10)
    with pytest.raises(Refusal, match=r"act\.waited_too_long"):
        second(world, act_id)


@pytest.mark.req("SEC-41")
@pytest.mark.parametrize("gone", ["left", "right"])
def test_an_operator_who_is_gone_by_then_did_nothing(world: World, gone: str) -> None:
    act_id = begin(world)
    world.later(days=2)
    if gone == "left":
        world.change_staff("administrator", left_on="2026-11-17")
    else:
        world.change_grant("administrator", "admin.change_office", valid_to="2026-11-17")
    with pytest.raises(Refusal):
        second(world, act_id)
    assert post(world) != "税務課"


def test_what_changed_meanwhile_is_not_changed_again(world: World) -> None:
    act_id = begin(world)
    other = replace(CHANGE, post="福祉課")
    prepared = staff_service.prepare_office(world.gate, world.session("administrator"), other)
    staff_service.perform_office(world.gate, prepared, world.approvals(prepared))
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        second(world, act_id)
    assert post(world) == "福祉課"


def test_only_functions_that_say_so_may_wait(world: World) -> None:
    change = upkeep.KeyChange(("S102",))
    prepared = upkeep.prepare_rotate(world.gate, world.session("administrator"), change)
    with pytest.raises(Refusal, match=r"act\.may_not_wait"):
        world.gate.put_off(prepared, [world.own(prepared)])


def test_a_touch_over_another_act_puts_nothing_off(world: World) -> None:
    session = world.session("administrator")
    prepared = staff_service.prepare_office(world.gate, session, CHANGE)
    other = staff_service.prepare_office(world.gate, session, CHANGE)
    with pytest.raises(MadoguchiError, match=r"assertion\."):
        world.gate.put_off(prepared, [world.own(other)])
    with world.store.view(("put_off_act",)) as work:
        assert work.all(select(put_off_act)) == []


@pytest.mark.parametrize(
    ("moment", "lent", "code"),
    [
        ("2026-11-17T10:00:00+09:00", False, ""),
        ("2026-11-17T10:00:00+09:00", True, "key"),
        ("2026-11-15T10:00:00+09:00", False, "content"),
        ("2026-11-27T10:00:00+09:00", False, "order"),
    ],
)
def test_a_reader_of_the_log_takes_only_moments_that_an_act_may_have(
    world: World, moment: str, lent: bool, code: str
) -> None:
    """Both signatures are good; an outside tool chose when the second one was made. A key that was
    ``lent`` to the operator for the first day counts no more on the second."""
    prepared = staff_service.prepare_office(world.gate, world.session("administrator"), CHANGE)
    seconded = replace(prepared, seconded_at=moment)
    right = world.control.state.grants_of("S201", "admin.supervise")[0].id
    own = world.own(prepared)
    other = world.second(seconded, "supervisor", Role.SUPERVISOR)
    row = ControlRow(
        encode((prepared.content, prepared.versions)),
        prepared.salt,
        (
            Evidence.of(prepared.signed("S301", Role.ACTOR, prepared.grant_id), own.assertion),
            Evidence.of(seconded.signed("S201", Role.SUPERVISOR, right), other.assertion),
        ),
    )
    state = world.control.state.draft()
    state.rp_id = prepared.rp_id
    if lent:
        key = state.keys[own.assertion.credential_id]
        closing = world.clock.now().replace(hour=19)
        state.keys[own.assertion.credential_id] = replace(key, until=closing)
    prover = Prover(world.control.house, verify_assertion)
    if not code:
        assert prover.take(state, row.to_bytes()).person("S102").post == "税務課"
        return
    with pytest.raises(RowError) as refused:
        prover.take(state, row.to_bytes())
    assert refused.value.code == code
