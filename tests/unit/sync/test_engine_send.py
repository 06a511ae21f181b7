"""Sending: asked first, continued, settled by the signed receipt alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import cbor2
import pytest
from sqlalchemy import update

from app.core.errors import UserError
from app.sync.faults import PeerRefused, line_fault
from app.sync.states import Outgoing
from app.wire.container import ContainerPlace
from app.wire.keys import signing_keys
from app.wire.statements import Receipt, open_signed, sign
from db.tables.exchange import outbox
from tests.support.line import engine_of
from tests.support.sendings import confirmed, prepared, rows, sample, sending


@pytest.mark.req("FLOW-103", "SEC-98")
def test_accepted_only_with_the_receipt(world, union):
    outbox_id = confirmed(world)
    report = engine_of(world, union).contact()
    assert report.problem is None
    assert [(s.outbox_id, s.state) for s in report.sent] == [(outbox_id, Outgoing.ACCEPTED)]
    assert union.taken == [(outbox_id, (sample("FILE-01")[0],))]
    row = sending(world, outbox_id)
    assert row.state == Outgoing.ACCEPTED
    receipt = open_signed(Receipt, bytes(row.receipt), _keys(union))
    assert (receipt.id, receipt.content) == (outbox_id, row.payload_digest)
    assert bytes(row.payload) == b""
    assert row.container is not None  # the sealed copy stays (SEC-96)


def _keys(union):
    return signing_keys(union.me.public)


def test_a_chain_of_containers_in_one_stream(world, union):
    sent = [confirmed(world, case_id=f"T01-1-00009{n}") for n in range(3)]
    engine_of(world, union).contact()
    assert [outbox_id for outbox_id, _ in union.taken] == sent
    assert [sending(world, id_).sequence for id_ in sent] == [1, 2, 3]


def test_what_is_not_confirmed_is_not_sent(world, union):
    outbox_id = prepared(world)
    engine = engine_of(world, union)
    assert engine.contact().sent == ()
    report = engine.send_now(outbox_id)
    assert report.state is Outgoing.PREPARED
    assert union.taken == []


def test_a_rejection_settles_with_its_reason_and_frees_the_place(world, union):
    first, second = confirmed(world), confirmed(world, case_id="T01-1-000077")
    union.judge = lambda id_, _: (
        ("file.code", "コード表にない値です。") if id_ == first else ("", "")
    )
    report = engine_of(world, union).contact()
    assert [s.state for s in report.sent] == [Outgoing.REJECTED, Outgoing.ACCEPTED]
    assert report.sent[0].problem.code == "file.code"
    assert "コード表" in sending(world, first).last_cause
    assert sending(world, first).sequence is None
    assert sending(world, second).sequence == 1


@pytest.mark.req("FLOW-104")
def test_an_unreachable_peer_is_said_and_the_item_waits(world, union):
    outbox_id = confirmed(world)

    def down(name):
        raise line_fault("unreachable")

    union.before = down
    report = engine_of(world, union).send_now(outbox_id)
    assert not report.accepted
    assert report.problem.code == "line.unreachable"
    row = sending(world, outbox_id)
    assert (row.state, row.attempts) == (Outgoing.SENDING, 1)
    assert "line.unreachable" in row.last_cause
    union.before = lambda name: None
    assert engine_of(world, union).contact().sent == ()  # its back-off is not over
    assert engine_of(world, union).send_now(outbox_id).accepted  # the clerk need not wait
    assert len(union.taken) == 1


def test_the_back_off_grows_and_ends(world, union):
    outbox_id = confirmed(world)
    union.before = lambda name: (_ for _ in ()).throw(line_fault("timeout"))
    waits = []
    for _ in range(9):
        engine_of(world, union).send_now(outbox_id)
        row = sending(world, outbox_id)
        waits.append(datetime.fromisoformat(row.next_try_at) - world.clock.now())
    assert waits[:3] == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]
    assert waits[-1] == timedelta(minutes=15)
    union.before = lambda name: None
    world.later(minutes=16)
    assert engine_of(world, union).contact().sent[0].accepted


@pytest.mark.parametrize("cause", ["cut", "peer_expired", "certificate_expired"])
def test_goes_on_from_the_peers_offset(world, union, cause):
    outbox_id = confirmed(world)
    union.chunk_limit = 700
    calls = []

    def cut(name):
        calls.append(name)
        if calls.count("send_chunk") == 3:
            raise line_fault(cause)

    union.before = cut
    engine = engine_of(world, union)
    assert engine.send_now(outbox_id).problem.code == f"line.{cause}"
    assert len(union.uploads[outbox_id].data) == 1400
    union.before = lambda name: None
    union.seen.clear()
    assert engine.send_now(outbox_id).accepted
    assert union.seen[0] == "upload_offset"  # the peer is asked first
    assert len(union.taken) == 1


def test_a_wrong_offset_is_put_right(world, union):
    outbox_id = confirmed(world)
    union.chunk_limit = 1000
    original = union.send_chunk
    union.send_chunk = lambda id_, offset, chunk: original(id_, max(0, offset - 1), chunk)
    with_fault = engine_of(world, union).send_now(outbox_id)
    assert not with_fault.accepted  # a peer that never agrees is an error, not a loop
    union.send_chunk = original
    assert engine_of(world, union).send_now(outbox_id).accepted


@pytest.mark.parametrize("field", ["id", "content", "sender", "receiver", "stream"])
def test_a_receipt_for_something_else_settles_nothing(world, union, field):
    outbox_id = confirmed(world)
    original = union.complete

    def lying(id_):
        told = open_signed(Receipt, original(id_), _keys(union))
        return sign(replace(told, **{field: "X" * 4}), union.me.signing)  # type: ignore[arg-type]

    union.complete = lying
    report = engine_of(world, union).send_now(outbox_id)
    assert report.problem.code == "line.receipt"
    assert sending(world, outbox_id).state == Outgoing.SENT


def test_a_forged_receipt_settles_nothing(world, union):
    outbox_id = confirmed(world)
    original = union.complete

    def forged(id_):
        raw = cbor2.loads(original(id_))
        return cbor2.dumps({**raw, "signature": bytes(64)}, canonical=True)

    union.complete = forged
    report = engine_of(world, union).send_now(outbox_id)
    assert report.problem.code == "statement.signature"
    union.complete = original
    assert engine_of(world, union).send_now(outbox_id).accepted
    assert len(union.taken) == 1


def test_a_refused_item_holds_up_its_stream_only(world, union):
    first = confirmed(world)
    second = confirmed(world, case_id="T01-1-000088")
    batch = confirmed(world, "FILE-03")
    original = union.start_upload

    def refusing(id_, start):
        if id_ == first:
            raise PeerRefused("busy", "混んでいます。", "待ってください。")
        return original(id_, start)

    union.start_upload = refusing
    report = engine_of(world, union).contact()
    assert {s.outbox_id: s.state for s in report.sent} == {
        first: Outgoing.SENDING,
        batch: Outgoing.ACCEPTED,
    }
    assert sending(world, second).state == Outgoing.CONFIRMED
    union.start_upload = original
    world.later(minutes=1)
    assert all(s.accepted for s in engine_of(world, union).contact().sent)
    assert [id_ for id_, _ in union.taken] == [batch, first, second]


def test_cancelled_is_not_failed(world, union):
    outbox_id = confirmed(world)
    engine = engine_of(world, union)
    union.after = lambda name: engine.cancel() if name == "start_upload" else None
    report = engine.send_now(outbox_id)
    row = sending(world, outbox_id)
    assert report.problem is None
    assert (row.attempts, row.last_cause, row.next_try_at) == (0, "", "")
    union.after = lambda name: None
    assert engine.send_now(outbox_id).accepted


def test_after_a_restore_the_same_id_has_one_effect(world, union):
    """The union settled it; the restored store does not know and is in a new epoch."""
    outbox_id = confirmed(world)
    with world.hands_on("outbox") as work:
        work.run(update(outbox).values(state=Outgoing.CONFIRMED))
    before = sending(world, outbox_id)
    engine_of(world, union).contact()
    with world.hands_on("outbox", "stream_state") as work:
        work.run(
            update(outbox).values(
                state=Outgoing.SENDING,
                container=union_container(union, outbox_id),
                payload=bytes(before.payload),
                receipt=None,
            )
        )
    world.set_fact("epoch", "2")
    assert engine_of(world, union).send_now(outbox_id).accepted
    assert len(union.taken) == 1


def union_container(union, outbox_id):
    return bytes(union.uploads[outbox_id].data)


def test_a_new_epoch_begins_its_streams_anew(world, union):
    confirmed(world)
    engine_of(world, union).contact()
    world.set_fact("epoch", "2")
    outbox_id = confirmed(world, case_id="T01-2-000001")
    union._up.clear()
    union._up["file-01"] = ContainerPlace(2, 1, "")
    assert engine_of(world, union).send_now(outbox_id).accepted
    assert (sending(world, outbox_id).epoch, sending(world, outbox_id).sequence) == (2, 1)


def test_an_unknown_sending_is_said(world, union):
    with pytest.raises(UserError) as refused:
        engine_of(world, union).send_now("T01-1-424242")
    assert refused.value.code == "outbox.unknown"
    assert rows(world, outbox) == []


OFFSETS = {
    "to and fro": lambda offset, size: (size // 2) if offset != size // 2 else 0,
    "always the start": lambda offset, size: 0,
    "beyond the end": lambda offset, size: size + 1,
    "the end, untrue": lambda offset, size: size,
}


@pytest.mark.parametrize("answer", OFFSETS)
def test_offsets_that_never_agree_end_as_a_fault(world, union, answer):
    outbox_id = confirmed(world)
    asked = []

    def disagreeing(id_, offset, chunk):
        asked.append(offset)
        size = union.uploads[id_].start.size
        there = OFFSETS[answer](offset, size)
        raise PeerRefused("wrong_offset", "位置が違います。", "続けてください。", there)

    union.send_chunk = disagreeing
    union.complete = lambda id_: (_ for _ in ()).throw(
        PeerRefused("incomplete", "そろっていません。", "続けてください。")
    )
    report = engine_of(world, union).send_now(outbox_id)
    assert report.problem.code in ("line.offset", "peer.wrong_offset", "peer.incomplete")
    assert len(asked) <= 5
    assert not report.accepted


@pytest.mark.parametrize("taken", [1, 0, -1])
def test_a_peer_that_takes_next_to_nothing_is_given_up(world, union, taken):
    outbox_id = confirmed(world)
    asked = []

    def sip(id_, offset, chunk):
        asked.append(offset)
        return offset + taken

    union.send_chunk = sip
    report = engine_of(world, union).send_now(outbox_id)
    assert report.problem.code == "line.offset"
    assert len(asked) < 30


@pytest.mark.parametrize("start", [-1, 10**9])
def test_a_start_beyond_the_container_is_a_fault(world, union, start):
    outbox_id = confirmed(world)
    union.start_upload = lambda *_: start
    assert engine_of(world, union).send_now(outbox_id).problem.code == "line.offset"
