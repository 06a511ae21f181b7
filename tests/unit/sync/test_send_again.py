"""What goes again to a union that was restored: the very containers, each with one effect."""

from __future__ import annotations

import hashlib

import pytest

from app.sync.faults import PeerRefused
from app.sync.inbox import Applied
from app.sync.states import Outgoing
from app.wire.container import ContainerPlace
from app.wire.protocol import StreamPlace
from tests.support.line import engine_of
from tests.support.sendings import confirmed, sample, sending


@pytest.fixture
def sent(world, union):
    """Three accepted sendings of one stream."""
    ids = [confirmed(world, case_id=f"T01-1-00009{n}") for n in range(3)]
    engine_of(world, union).contact()
    assert [id_ for id_, _ in union.taken] == ids
    return ids


def forget(world, union, kept):
    """The union has the first ``kept`` of the stream, in a new epoch of its own."""
    ids = [id_ for id_, _ in union.taken]
    for lost in ids[kept:]:
        del union.uploads[lost]
    del union.taken[kept:]
    digest = ""
    if kept:
        container = bytes(sending(world, ids[kept - 1]).container)
        digest = hashlib.sha256(container).hexdigest()
    union._up["file-01"] = ContainerPlace(1, kept + 1, digest)
    union.epoch += 1
    union.places = (StreamPlace("up", "file-01", 1, kept),) if kept else ()


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_what_is_missing_goes_again_in_its_place_and_nothing_else(world, union, sent, kept):
    before = [bytes(sending(world, id_).container) for id_ in sent]
    forget(world, union, kept)
    report = engine_of(world, union).contact()
    assert [s.outbox_id for s in report.sent] == sent[kept:]
    assert [id_ for id_, _ in union.taken] == sent
    assert [bytes(sending(world, id_).container) for id_ in sent] == before
    assert engine_of(world, union).contact().sent == ()
    new = confirmed(world, case_id="T01-1-000080")
    assert engine_of(world, union).contact().sent[0].accepted
    assert sending(world, new).sequence == 4


def test_one_that_is_not_taken_again_leaves_its_place_to_the_next(world, union, sent):
    forget(world, union, 1)
    union.judge = lambda id_, _: ("file.code", "x") if id_ == sent[1] else ("", "")
    new = confirmed(world, case_id="T01-1-000080")
    report = engine_of(world, union).contact()
    assert [s.state for s in report.sent] == [
        Outgoing.REJECTED,
        Outgoing.ACCEPTED,
        Outgoing.ACCEPTED,
    ]
    assert [sending(world, id_).sequence for id_ in (sent[0], sent[2], new)] == [1, 2, 3]


def test_after_a_restore_of_this_terminal_too_the_old_containers_go_first(world, union, sent):
    original = union.start_upload

    def newer_epoch_begins_anew(id_, start):
        if start.epoch > union._up["file-01"].epoch:
            union._up["file-01"] = ContainerPlace(start.epoch, 1, "")
        return original(id_, start)

    union.start_upload = newer_epoch_begins_anew
    world.set_fact("epoch", "2")
    new = confirmed(world, case_id="T01-2-000080")
    engine_of(world, union).contact()
    assert (sending(world, new).epoch, sending(world, new).sequence) == (2, 1)
    forget(world, union, 1)
    report = engine_of(world, union).contact()
    again = [(s.outbox_id, s.accepted) for s in report.sent]
    assert again == [(sent[1], True), (sent[2], True), (new, True)]
    assert [id_ for id_, _ in union.taken] == [*sent, new]
    last = confirmed(world, case_id="T01-2-000081")
    assert engine_of(world, union).contact().sent[0].accepted
    assert (sending(world, last).epoch, sending(world, last).sequence) == (2, 2)


def test_it_is_done_once_an_epoch(world, union, sent):
    forget(world, union, 1)
    engine_of(world, union).contact()
    union.places = ()  # would ask for everything
    assert engine_of(world, union).contact().sent == ()
    union.epoch += 1
    union.places = (StreamPlace("up", "file-01", 1, 3),)
    assert engine_of(world, union).contact().sent == ()


def test_a_union_that_was_never_restored_is_sent_nothing_again(world, union, sent):
    union.places = (StreamPlace("up", "file-01", 1, 0),)
    assert engine_of(world, union).contact().sent == ()


def test_decisions_that_cannot_be_given_back_hold_nothing_up(world, union, sent, expected_log):
    expected_log.expect("a decision was not taken back: peer.bad_signature")
    handlers = {"eligibility.receive_decision": _taken}
    for _ in range(2):
        union.announce("FILE-16", [sample("FILE-16")[0]])
    engine_of(world, union, handlers=handlers).contact()
    forget(world, union, 1)
    union.places += (StreamPlace("down", "file-16", 1, 1),)
    union.give_back = _refusing
    report = engine_of(world, union, handlers=handlers).contact()
    assert report.problem is None
    assert [s.accepted for s in report.sent] == [True, True]


def test_only_the_decisions_that_are_missing_are_given_back(world, union, sent):
    handlers = {"eligibility.receive_decision": _taken}
    for _ in range(3):
        union.announce("FILE-16", [sample("FILE-16")[0]])
    engine_of(world, union, handlers=handlers).contact()
    forget(world, union, 1)
    union.places += (StreamPlace("down", "file-16", 1, 1),)
    engine_of(world, union, handlers=handlers).contact()
    assert len(union.given_back) == 2
    engine_of(world, union, handlers=handlers).contact()
    assert len(union.given_back) == 2


def _taken(work, spec, records):
    return Applied(len(list(records)), 0)


def _refusing(decision):
    raise PeerRefused("bad_signature", "違います。", "連絡してください。")
