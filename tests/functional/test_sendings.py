"""A batch goes up when two different persons have confirmed it, and stays open until the union's
receipt (SEC-98, SEC-114)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from app.core.errors import UserError
from app.functions.files import sendings
from app.security.refusals import Refusal
from app.sync import outbox as outgoing
from app.sync.states import Outgoing
from db.tables.exchange import outbox
from tests.support.line import CODES, LoopUnion, engine_of, enrol
from tests.support.sending_examples import handlers_of_files
from tests.support.sendings import act_of, sample, sending
from tests.support.world import World, world_in

BATCHES = [f"FILE-{number:02d}" for number in (3, 4, 6, 7, 8, 9, 12, 13, 14)]


@pytest.fixture
def world(tmp_path):
    with world_in(tmp_path) as opened:
        handlers_of_files(opened)
        yield opened


@pytest.fixture
def union(world: World) -> LoopUnion:
    union = LoopUnion()
    enrol(world, union)
    return union


def _prepared(world: World, file_id: str, records: Any = None) -> str:
    with world.hands_on("outbox", "store_fact") as work:
        act = act_of(world, work)
        return outgoing.prepare(act, file_id, records or list(sample(file_id)), codes=CODES)


def _confirm(world: World, who: str, outbox_id: str) -> bool:
    prepared = sendings.prepare_confirm(world.gate, world.session(who), outbox_id)
    return sendings.perform_confirm(world.gate, prepared, world.approvals(prepared))


@pytest.mark.req("SEC-114", "SEC-98")
@pytest.mark.parametrize("file_id", BATCHES)
def test_every_batch_needs_two_persons_and_stays_until_the_receipt(world, union, file_id) -> None:
    outbox_id = _prepared(world, file_id)
    assert engine_of(world, union).contact().sent == ()
    assert _confirm(world, "clerk", outbox_id) is False
    assert engine_of(world, union).contact().sent == ()
    with pytest.raises(UserError) as same:
        sendings.prepare_confirm(world.gate, world.session("clerk"), outbox_id)
    assert same.value.code == "outbox.same_person"
    assert _confirm(world, "branch", outbox_id) is True
    (line,) = sendings.lines(world.gate, world.session("clerk"))
    assert (line.id, line.state, line.missing) == (outbox_id, Outgoing.CONFIRMED, 0)
    (report,) = engine_of(world, union).contact().sent
    assert report.accepted
    assert sendings.lines(world.gate, world.session("clerk")) == ()


@pytest.mark.req("SEC-114")
def test_one_person_cannot_confirm_twice_by_an_act_prepared_before(world, union) -> None:
    outbox_id = _prepared(world, "FILE-13")
    first = sendings.prepare_confirm(world.gate, world.session("clerk"), outbox_id)
    second = sendings.prepare_confirm(world.gate, world.session("clerk"), outbox_id)
    sendings.perform_confirm(world.gate, first, world.approvals(first))
    with pytest.raises(UserError) as again:
        sendings.perform_confirm(world.gate, second, world.approvals(second))
    assert again.value.code == "outbox.same_person"
    assert sending(world, outbox_id).state == Outgoing.PREPARED


def test_what_was_confirmed_is_what_goes(world, union) -> None:
    outbox_id = _prepared(world, "FILE-13")
    prepared = sendings.prepare_confirm(world.gate, world.session("clerk"), outbox_id)
    with world.hands_on("outbox") as work:
        work.run(update(outbox).values(payload_digest="0" * 64))
    with pytest.raises(UserError) as changed:
        sendings.perform_confirm(world.gate, prepared, world.approvals(prepared))
    assert changed.value.code == "outbox.changed"


def test_the_list_shows_what_is_more_or_less_than_the_last_time(world, union) -> None:
    first = _prepared(world, "FILE-13")
    (line,) = sendings.lines(world.gate, world.session("clerk"))
    assert (line.count, line.before, line.difference) == (2, None, None)
    assert (line.business_on, line.edition) == (world.clock.now().date().isoformat(), 1)
    for who in ("clerk", "branch"):
        _confirm(world, who, first)
    engine_of(world, union).contact()
    world.later(minutes=1)
    _prepared(world, "FILE-13", list(sample("FILE-13"))[:1])
    (line,) = sendings.lines(world.gate, world.session("clerk"))
    assert (line.before, line.difference, line.edition) == (2, -1, 2)


def test_a_sending_is_taken_back_with_a_reason_before_it_begins(world, union) -> None:
    outbox_id = _prepared(world, "FILE-13")
    session = world.session("clerk")
    with pytest.raises(UserError) as blank:
        sendings.prepare_withdraw(world.gate, session, outbox_id, "　")
    assert (blank.value.code, blank.value.field) == ("outbox.no_reason", "reason")
    prepared = sendings.prepare_withdraw(world.gate, session, outbox_id, "件数が違う")
    sendings.perform_withdraw(world.gate, prepared, world.approvals(prepared))
    assert sending(world, outbox_id).state == Outgoing.WITHDRAWN
    assert sendings.lines(world.gate, session) == ()
    with pytest.raises(UserError) as gone:
        sendings.prepare_confirm(world.gate, session, outbox_id)
    assert gone.value.code == "outbox.state"


def test_who_may_not_send_may_not_confirm(world, union) -> None:
    outbox_id = _prepared(world, "FILE-13")
    with pytest.raises(Refusal, match=r"right\.none"):
        sendings.prepare_confirm(world.gate, world.session("supervisor"), outbox_id)


def test_a_sending_of_a_case_or_between_desks_is_not_confirmed_here(world, union) -> None:
    for file_id in ("DESK-01",):
        outbox_id = _prepared(world, file_id)
        with pytest.raises(UserError) as unknown:
            sendings.prepare_confirm(world.gate, world.session("clerk"), outbox_id)
        assert unknown.value.code == "outbox.unknown"
    assert sendings.lines(world.gate, world.session("clerk")) == ()
