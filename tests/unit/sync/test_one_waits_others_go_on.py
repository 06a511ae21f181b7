"""One item that waits, is refused, cut or damaged stops nothing but its own stream."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from app.core.errors import EnvironmentFault
from app.sync.faults import ExchangeCancelled, PeerRefused, line_fault
from app.sync.receiving import container_path
from app.sync.states import Incoming, Outgoing
from db.tables.exchange import outbox
from tests.support.line import engine_of
from tests.support.sendings import confirmed, received, sample, sending

CHECKS = "FILE-24"
PLACES = ("upload_offset", "start_upload", "send_chunk", "complete", "receipt")

FAULTS = {
    "cut": lambda: line_fault("cut"),
    "timeout": lambda: line_fault("timeout"),
    "answer": lambda: line_fault("answer"),
    "busy": lambda: PeerRefused("busy", "混んでいます。", "待ってください。"),
    "peer's own": lambda: PeerRefused("fault", "誤り（エラー番号 1）。", "連絡してください。"),
    "our own": lambda: RuntimeError("見本　花子"),
}


def failing(union, place, item_id, fault, at=1):
    """Let ``place`` fail for one item from its ``at``-th call on."""
    original, calls = getattr(union, place), []

    def method(called, *rest):
        if getattr(called, "id", called) == item_id:
            calls.append(called)
            if len(calls) >= at:
                raise fault()
        return original(called, *rest)

    setattr(union, place, method)
    return lambda: setattr(union, place, original)


def down(union):
    def nobody(name):
        raise line_fault("unreachable")

    union.before = nobody


def up(union):
    union.before = lambda name: None


def test_the_second_waits_silently_behind_the_first(world, union):
    """The field's own case: down, send A, send B, back, and a contact before A is due again."""
    down(union)
    engine = engine_of(world, union)
    first = confirmed(world)
    engine.send_now(first)
    second = confirmed(world, case_id="T01-1-000078")
    assert engine.send_now(second).problem.code == "line.unreachable"
    batch = confirmed(world, "FILE-03")
    item = union.announce(CHECKS, list(sample(CHECKS)))
    up(union)
    for _ in range(3):
        report = engine.contact()
        assert report.problem is None
        assert first not in {id_ for id_, _ in union.taken}
        assert sending(world, second).state == Outgoing.CONFIRMED
    assert sending(world, batch).state == Outgoing.ACCEPTED
    assert received(world, item.id).state == Incoming.APPLIED
    world.later(minutes=1)
    assert [s.outbox_id for s in engine.contact().sent] == [first, second]
    assert [id_ for id_, _ in union.taken] == [batch, first, second]


def test_who_sends_behind_another_is_told_why_it_waits(world, union):
    engine = engine_of(world, union)
    first, second = confirmed(world), confirmed(world, case_id="T01-1-000078")
    restore = failing(union, "complete", first, FAULTS["busy"])
    engine.send_now(first)
    report = engine.send_now(second)
    assert report.state is Outgoing.CONFIRMED
    assert report.problem.code == "outbox.behind"
    assert "outbox.behind" in sending(world, second).last_cause
    restore()
    assert engine.send_now(second).accepted  # the first is sent before it, back-off or not
    assert [id_ for id_, _ in union.taken] == [first, second]
    assert sending(world, second).last_cause == ""


def expect_a_bug(expected_log, fault):
    """A mistake of our own is in the log with its number; the line's troubles are not."""
    if fault == "our own":
        expected_log.expect("bug incident=.* type=RuntimeError", count=1)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", ["start_upload", "send_chunk", "complete"])
@pytest.mark.parametrize("at", [1, 3])
def test_a_sending_that_fails_anywhere_holds_up_its_stream_only(
    world, union, fault, place, at, expected_log
):
    if at > 1 and place != "send_chunk":
        return
    union.chunk_limit = 700
    first, second = confirmed(world), confirmed(world, case_id="T01-1-000078")
    batch = confirmed(world, "FILE-03")
    item = union.announce(CHECKS, list(sample(CHECKS)))
    expect_a_bug(expected_log, fault)
    restore = failing(union, place, first, FAULTS[fault], at)
    engine = engine_of(world, union)
    report = engine.contact()
    assert report.problem is None
    told = {s.outbox_id: s.problem for s in report.sent if s.problem}
    assert set(told) == {first}
    assert "見本" not in told[first].message
    assert sending(world, second).state == Outgoing.CONFIRMED
    assert sending(world, batch).state == Outgoing.ACCEPTED
    assert received(world, item.id).state == Incoming.APPLIED
    assert engine.contact().sent == ()  # neither of the two before its time
    restore()
    world.later(minutes=1)
    assert [s.accepted for s in engine.contact().sent] == [True, True]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", ["fetch", "acknowledge"])
def test_a_file_that_cannot_be_taken_holds_up_its_stream_only(
    world, union, fault, place, expected_log
):
    expect_a_bug(expected_log, fault)
    first = union.announce(CHECKS, list(sample(CHECKS)))
    second = union.announce(CHECKS, list(sample(CHECKS)))
    other = union.announce("FILE-17", list(sample("FILE-17")))
    sent = confirmed(world)
    restore = failing(union, place, first.id, FAULTS[fault])
    report = engine_of(world, union).contact()
    assert report.problem is None
    assert [r.problem is None for r in report.received] == [False, True]
    assert received(world, other.id).state == Incoming.APPLIED
    assert sending(world, sent).state == Outgoing.ACCEPTED
    restore()
    report = engine_of(world, union).contact()
    assert [r.inbox_id for r in report.received] == [first.id, second.id]
    assert {said.id for said in union.acknowledged} == {first.id, second.id, other.id}


def test_a_mistake_of_ours_in_applying_holds_up_its_stream_only(world, union, expected_log):
    expected_log.expect("bug incident=.* type=KeyError", count=1)

    def broken(*_):
        raise KeyError("見本　花子")

    first = union.announce(CHECKS, list(sample(CHECKS)))
    other = union.announce("FILE-17", list(sample("FILE-17")))
    report = engine_of(world, union, handlers={"files.receive_check_list": broken}).contact()
    assert report.problem is None
    problem = report.received[0].problem
    assert problem.code == "exchange.bug"
    assert "エラー番号" in problem.message
    assert received(world, first.id).state == Incoming.STAGED
    assert received(world, other.id).state == Incoming.APPLIED
    engine_of(world, union).contact()
    assert received(world, first.id).state == Incoming.APPLIED


def test_a_line_that_is_gone_is_not_tried_for_every_stream(world, union):
    confirmed(world)
    confirmed(world, "FILE-03")
    engine = engine_of(world, union)
    union.after = lambda name: down(union) if name == "contact" else None
    report = engine.contact()
    assert report.problem.code == "line.unreachable"
    assert len(report.sent) == 2
    assert union.seen.count("down_list") == 1


def test_what_concerns_the_whole_terminal_ends_the_round(world, union):
    sent = confirmed(world)

    def full(*_):
        raise EnvironmentFault("store.full", "空きがありません。", "片付けてください。")

    union.complete = full
    report = engine_of(world, union).contact()
    assert report.problem.code == "store.full"
    assert sending(world, sent).attempts == 1


# -- point 13: a wait is never longer than its rule


@pytest.mark.parametrize(
    ("ahead", "due"),
    [
        (timedelta(seconds=1), False),
        (timedelta(minutes=15), False),
        (timedelta(minutes=15, seconds=1), True),
        (timedelta(days=20), True),
        (timedelta(days=4000), True),
        (timedelta(seconds=0), True),
        (-timedelta(days=1), True),
    ],
)
def test_more_than_the_longest_back_off_counts_as_due(world, union, ahead, due):
    """A clock that ran ahead noted the next try; then it was set right."""
    outbox_id = confirmed(world)
    with world.hands_on("outbox") as work:
        at = (world.clock.now() + ahead).isoformat()
        work.run(update(outbox).values(next_try_at=at, attempts=1))
    sent = engine_of(world, union).contact().sent
    assert [s.outbox_id for s in sent] == ([outbox_id] if due else [])


@pytest.mark.parametrize("written", ["", "2026-11-16T09:00:00.123456+09:00", "no moment", "2026"])
def test_a_next_try_that_says_nothing_is_due(world, union, written):
    outbox_id = confirmed(world)
    with world.hands_on("outbox") as work:
        work.run(update(outbox).values(next_try_at=written))
    assert [s.outbox_id for s in engine_of(world, union).contact().sent] == [outbox_id]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [(0, 15), (10, 15), (120, 120), (15 * 60, 15 * 60), (10**6, 15 * 60), (10.0**15, 15 * 60)],
)
@pytest.mark.parametrize("kind", ["own", "gateway"])
def test_a_busy_peer_is_left_alone_as_long_as_it_asks_within_our_limits(
    world, union, asked, seconds, kind
):
    def busy(*_):
        if kind == "own":
            raise PeerRefused("busy", "混んでいます。", "待ってください。", retry_after=asked)
        raise line_fault("busy", retry_after=asked)

    outbox_id = confirmed(world)
    union.complete = busy
    engine_of(world, union).contact()
    wait = datetime.fromisoformat(sending(world, outbox_id).next_try_at) - world.clock.now()
    assert wait == timedelta(seconds=seconds)


@pytest.mark.parametrize(("asked", "seconds"), [(100, 100), (10**6, 15 * 60)])
def test_a_round_refused_as_busy_is_not_tried_again_before_its_time(world, union, asked, seconds):
    engine = engine_of(world, union)

    def busy(name):
        raise line_fault("busy", retry_after=asked)

    union.before = busy
    assert engine.contact().problem.code == "line.busy"
    up(union)
    union.seen.clear()
    world.later(seconds=seconds - 1)
    assert engine.contact().problem.code == "line.busy"
    assert union.seen == []
    world.later(seconds=1)
    assert engine.contact().problem is None


def test_lines_that_are_taken_and_never_countersigned_end_as_a_fault(world, union, monkeypatch):
    monkeypatch.setattr("app.sync.engine.LINES_AT_ONCE", 2)
    original, calls = union.contact, []

    def never_further(statement):
        calls.append(statement)
        answer = original(statement)
        union.head = first.setdefault("head", answer.head)
        return replace(answer, head=union.head)

    first = {}
    union.contact = never_further
    report = engine_of(world, union).contact()
    assert report.problem.code == "line.answer"
    assert len(calls) <= 3


# -- stopping


class Held:
    """A union that does not answer until the line is told to stop."""

    def __init__(self, union):
        self.union = union
        self.waits = threading.Event()
        union.heed = self.heed
        union.before = self.before

    def heed(self, stopped):
        self.stopped = stopped

    def before(self, name):
        self.waits.set()
        if self.stopped.wait(30):
            raise ExchangeCancelled
        raise AssertionError("nobody stopped it")


def test_to_stop_works_at_once_for_what_runs_and_for_what_waits_its_turn(world, union):
    held = Held(union)
    outbox_id = confirmed(world)
    engine = engine_of(world, union)
    reports = []
    running = threading.Thread(target=lambda: reports.append(engine.contact()))
    running.start()
    assert held.waits.wait(30)
    behind = threading.Thread(target=lambda: reports.append(engine.send_now(outbox_id)))  # type: ignore[arg-type]
    behind.start()
    while len(engine._stops) < 2:  # until it stands in the queue
        threading.Event().wait(0.001)
    engine.cancel()
    for thread in (running, behind):
        thread.join(30)
        assert not thread.is_alive()
    first, second = reports
    assert first.cancelled
    assert second.problem is None
    assert second.state is Outgoing.CONFIRMED  # type: ignore[attr-defined]
    assert sending(world, outbox_id).attempts == 0
    union.before, union.heed = (lambda name: None), (lambda stopped: None)
    assert engine.send_now(outbox_id).accepted  # to stop once is not to stop for ever


# -- point 14: what was verified is looked at again when it is used


def verified_only(world, union, item):
    """Stop after the verification."""

    class Stop(BaseException):
        pass

    def step(name):
        if name == "receive.stage":
            raise Stop

    with pytest.raises(Stop):
        engine_of(world, union, step=step).contact()
    assert received(world, item.id).state == Incoming.VERIFIED
    return container_path(world.paths.data / "exchange", item.id)


def gone(path):
    path.unlink()


def a_folder(path):
    path.unlink()
    path.mkdir()


def a_filled_folder(path):
    a_folder(path)
    (path / "something").write_text("x")


def shorter(path):
    path.write_bytes(path.read_bytes()[:-1])


def other(path):
    path.write_bytes(b"\0" * path.stat().st_size)


def a_link_to_nothing(path):
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


SPOILT = (gone, a_folder, a_filled_folder, shorter, other, a_link_to_nothing)


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_container_that_is_not_there_any_more_is_fetched_again_and_named(world, union, spoil):
    item = union.announce(CHECKS, list(sample(CHECKS)))
    spoil(verified_only(world, union, item))
    other_item = union.announce("FILE-17", list(sample("FILE-17")))
    later = union.announce(CHECKS, list(sample(CHECKS)))
    engine = engine_of(world, union)
    reports = [*engine.contact().received, *engine.contact().received]
    problems = [r.problem for r in reports if r.inbox_id == item.id and r.problem]
    assert len(problems) == 1
    assert item.id in problems[0].message or problems[0].code.startswith("container.")
    for taken in (item, other_item, later):
        assert received(world, taken.id).state == Incoming.APPLIED


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_was_half_fetched_is_looked_at_again_too(world, union, spoil):
    item = union.announce(CHECKS, list(sample(CHECKS)))
    failing(union, "fetch", item.id, FAULTS["cut"])()
    restore = failing(union, "fetch", item.id, FAULTS["cut"])
    engine_of(world, union).contact()
    restore()
    path = container_path(world.paths.data / "exchange", item.id)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(union.listed[0][1][:500])
    spoil(path)
    engine = engine_of(world, union)
    engine.contact()
    engine.contact()
    assert received(world, item.id).state == Incoming.APPLIED


def test_a_folder_that_cannot_be_used_is_told_and_the_others_go_on(world, union):
    (world.paths.data / "exchange").write_text("not a folder")
    union.announce(CHECKS, list(sample(CHECKS)))
    sent = confirmed(world)
    report = engine_of(world, union).contact()
    assert report.received[0].problem.code == "line.disk"
    assert sending(world, sent).state == Outgoing.ACCEPTED
