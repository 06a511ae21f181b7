"""Receiving: verified whole before it is opened, applied whole or not at all, acknowledged."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from types import SimpleNamespace

import pytest

from app.core.errors import EnvironmentFault, UserError
from app.sync.engine import Engine
from app.sync.faults import line_fault
from app.sync.inbox import Applied, last_applied
from app.sync.receiving import LARGE, container_path
from app.sync.states import Incoming
from app.wire.files import FILES
from app.wire.statements import Settlement
from db.tables.cases import check_entry
from db.tables.exchange import inbox, staged_record, stream_state, watermark
from tests.support.framed import FRAME, encode_file
from tests.support.line import CODES, bench_of, engine_of
from tests.support.sendings import SAMPLES, received, rows, sample

CHECKS = "FILE-24"


def _folder(world):
    return world.paths.data / "exchange"


def _untouched(world):
    """Nothing of a file came into the store."""
    assert rows(world, check_entry) == []
    assert rows(world, staged_record) == []
    assert rows(world, watermark) == []


@pytest.mark.req("FILE-24", "SEC-96")
def test_a_file_is_applied_and_acknowledged(world, union):
    item = union.announce(CHECKS, list(sample(CHECKS)))
    report = engine_of(world, union).contact()
    assert report.problem is None
    assert [(r.state, r.applied, r.listed) for r in report.received] == [(Incoming.APPLIED, 2, 2)]
    row = received(world, item.id)
    assert (row.state, row.record_count, row.batch) == (Incoming.APPLIED, 2, 1)
    assert row.container_digest == item.digest
    assert rows(world, staged_record) == []
    assert [(m.subject, m.batch) for m in rows(world, watermark)] == [("file-24", 1)]
    assert [a.settlement for a in union.acknowledged] == [Settlement.ACCEPTED]
    copy = container_path(_folder(world), item.id).read_bytes()
    assert hashlib.sha256(copy).hexdigest() == item.digest  # sealed, retrievable
    with world.store.view(("inbox",)) as work:
        assert last_applied(work, CHECKS) == row.applied_at


def test_the_next_one_follows_and_nothing_is_applied_twice(world, union):
    for _ in range(2):
        union.announce(CHECKS, list(sample(CHECKS)))
    engine = engine_of(world, union)
    assert len(engine.contact().received) == 2
    assert len(rows(world, check_entry)) == 2  # the same entries: kept as they are
    union.acknowledged.clear()  # the acknowledgements got lost
    again = engine.contact()
    assert [r.state for r in again.received] == [Incoming.APPLIED, Incoming.APPLIED]
    assert len(union.acknowledged) == 2
    assert [s.sequence for s in rows(world, stream_state)] == [2]


@pytest.mark.parametrize("where", [0, 9, 40, -70, -1])
def test_one_flipped_bit_changes_nothing_and_the_next_fetch_is_taken(world, union, where):
    item = union.announce(CHECKS, list(sample(CHECKS)))
    good = union.listed[0][1]
    broken = bytearray(good)
    broken[where] ^= 1
    union.damage(item.id, bytes(broken))
    engine = engine_of(world, union)
    report = engine.contact().received[0]
    assert report.state is Incoming.QUARANTINED
    assert report.problem.code.startswith("container.")
    assert report.problem.code in received(world, item.id).cause
    _untouched(world)
    assert union.acknowledged == []
    assert not container_path(_folder(world), item.id).exists()
    union.damage(item.id, good)
    assert engine.contact().received[0].state is Incoming.APPLIED


@pytest.mark.parametrize(
    ("other", "cause"),
    [
        ({"receiver": "T02"}, "receiver"),
        ({"municipality": "151009"}, "municipality"),
        ({"layout_version": 9}, "layout_version"),
        ({"sequence": 2}, "announced"),
        ({"id": "U15-1-999999"}, "announced"),
    ],
)
@pytest.mark.req("SEC-112", "SEC-115")
def test_a_wrong_header_changes_nothing(world, union, other, cause):
    union.announce(CHECKS, list(sample(CHECKS)), **other)
    report = engine_of(world, union).contact().received[0]
    assert report.problem.code == f"container.{cause}"
    _untouched(world)


def test_a_gap_is_refused_and_waits_for_the_one_before(world, union):
    union.announce(CHECKS, [sample(CHECKS)[0]])
    union.announce(CHECKS, [sample(CHECKS)[1]])
    first, second = union.listed
    union.listed = [second]
    engine = engine_of(world, union)
    assert engine.contact().received[0].problem.code == "container.gap"
    _untouched(world)
    union.listed = [second, first]  # and in the wrong order
    assert [r.state for r in engine.contact().received] == [Incoming.APPLIED] * 2
    assert [a.sequence for a in union.acknowledged] == [1, 2]


def test_another_container_in_a_place_taken_is_a_repeat(world, union):
    union.announce(CHECKS, [sample(CHECKS)[0]])
    engine = engine_of(world, union)
    engine.contact()
    union._down.clear()
    union.announce(CHECKS, [sample(CHECKS)[1]])
    report = engine.contact().received[-1]
    assert report.problem.code == "container.repeat"
    assert len(rows(world, check_entry)) == 1


def test_a_break_in_the_chain_is_refused(world, union):
    union.announce(CHECKS, [sample(CHECKS)[0]])
    engine = engine_of(world, union)
    engine.contact()
    union._down["file-24"] = replace(union._down["file-24"], previous="0" * 64)
    union.announce(CHECKS, [sample(CHECKS)[1]])
    assert engine.contact().received[-1].problem.code == "container.previous"


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize("broken", ["code.cause", "columns", "required.detail"])
def test_a_file_that_breaks_its_layout_is_refused_whole_and_said_so(world, union, broken):
    plain = (SAMPLES / CHECKS / f"broken.{broken}.csv").read_bytes()
    union.announce_plain(CHECKS, plain, 2, layout_version=1)
    union.announce(CHECKS, list(sample(CHECKS)))
    reports = engine_of(world, union).contact().received
    assert [r.state for r in reports] == [Incoming.QUARANTINED, Incoming.APPLIED]
    assert reports[0].problem.code == f"file.{broken.split('.')[0]}"
    assert "行目" in reports[0].problem.message
    assert [a.settlement for a in union.acknowledged] == [Settlement.REJECTED, Settlement.ACCEPTED]
    assert union.acknowledged[0].cause == reports[0].problem.code


def test_a_wrong_count_is_refused_whole(world, union):
    plain = encode_file(FILES[CHECKS], sample(CHECKS), CODES)
    union.announce_plain(CHECKS, plain, 3)
    report = engine_of(world, union).contact().received[0]
    assert report.problem.code == "container.count"
    _untouched(world)
    assert union.acknowledged[0].settlement is Settlement.REJECTED


def test_a_handler_that_refuses_quarantines_the_file_whole(world, union):
    def refusing(work, spec, records):
        list(records)
        raise UserError("files.not_ours", "この端末の受付ではありません。", "確かめてください。")

    item = union.announce(CHECKS, list(sample(CHECKS)))
    handlers = {"files.receive_check_list": refusing}
    report = engine_of(world, union, handlers=handlers).contact().received[0]
    assert report.problem.code == "files.not_ours"
    assert "files.not_ours" in received(world, item.id).cause
    _untouched(world)
    union.acknowledged.clear()
    again = engine_of(world, union, handlers=handlers).contact()
    assert [a.cause for a in union.acknowledged] == ["files.not_ours"]
    assert again.received[0].state is Incoming.QUARANTINED


def test_a_refusal_of_the_gate_says_nothing_of_the_file(world, union):
    """Between staging and applying the terminal is withdrawn: the file itself is right."""
    item = union.announce(CHECKS, list(sample(CHECKS)))

    def system(function_id, **other):
        if function_id == "files.receive_check_list":
            world.set_fact("terminal_state", "withdrawn")
        return world.engine_hand.system(function_id, **other)

    engine = engine_of(world, union, hand=SimpleNamespace(system=system))
    assert engine.contact().problem.code == "terminal.withdrawn"
    world.set_fact("terminal_state", "registered")
    assert received(world, item.id).state == Incoming.STAGED
    assert engine_of(world, union).contact().received[0].state is Incoming.APPLIED


def test_trouble_of_the_machine_leaves_the_file_for_the_next_round(world, union):
    full = EnvironmentFault("store.full", "空きがありません。", "片付けてください。")

    def failing(work, spec, records):
        raise full

    item = union.announce(CHECKS, list(sample(CHECKS)))
    report = engine_of(world, union, handlers={"files.receive_check_list": failing}).contact()
    assert report.problem.code == "store.full"
    assert received(world, item.id).state == Incoming.STAGED
    assert union.acknowledged == []
    assert engine_of(world, union).contact().received[0].state is Incoming.APPLIED


@pytest.mark.parametrize("cause", ["cut", "peer_expired", "peer_unknown", "certificate_expired"])
def test_a_line_that_ends_goes_on_where_the_file_on_disk_ends(world, union, cause):
    item = union.announce(CHECKS, [replace(sample(CHECKS)[0], detail="あ" * 480)] * 1200)
    union.listed = [(item, union.listed[0][1])]
    asked = []
    original = union.fetch

    def cut(announced, offset):
        asked.append(offset)
        if len(asked) == 2:
            raise line_fault(cause)
        return original(announced, offset)

    union.fetch = cut
    engine = engine_of(world, union)
    assert engine.contact().problem.code == f"line.{cause}"
    assert received(world, item.id).state == Incoming.FETCHING
    report = engine.contact()
    assert report.received[0].state is Incoming.APPLIED
    assert asked == [0, 1024 * 1024, 1024 * 1024]


def test_a_large_file_waits_for_a_quiet_moment_and_is_staged_in_turns(world, union):
    records = [replace(sample(CHECKS)[0], entry_id=f"U15-1-{n:06d}") for n in range(LARGE + 1)]
    item = union.announce(CHECKS, records)
    steps = []
    report = engine_of(world, union, quiet=lambda: False, step=steps.append).contact()
    assert report.waiting == 1
    assert received(world, item.id).state == Incoming.STAGED
    assert steps.count("receive.stage_chunk") > 2
    assert len(rows(world, staged_record)) == LARGE + 1
    assert rows(world, check_entry) == []
    done = engine_of(world, union).contact()
    assert done.received[0].applied == LARGE + 1
    assert rows(world, staged_record) == []


def test_a_refused_file_in_turns_leaves_no_staged_rows(world, union):
    wrong = replace(sample(CHECKS)[0], entry_id="U15-1-000009")
    plain = encode_file(FILES[CHECKS], [sample(CHECKS)[0]] * 600 + [wrong], CODES)
    plain = plain.replace(b"U15-1-000009", b"U15-1-/0009x"[:12])
    union.announce_plain(CHECKS, plain, 601)
    report = engine_of(world, union, quiet=lambda: False).contact().received[0]
    assert report.problem.code == "file.id"
    _untouched(world)


def test_a_handler_gets_the_records_twice_if_it_asks(world, union):
    seen = []

    def twice(work, spec, records):
        seen.append([r.entry_id for r in records])
        seen.append([r.entry_id for r in records])
        return Applied(2, 0)

    union.announce(CHECKS, list(sample(CHECKS)))
    engine_of(world, union, handlers={"files.receive_check_list": twice}).contact()
    assert seen[0] == seen[1] == [r.entry_id for r in sample(CHECKS)]
    assert [i.state for i in rows(world, inbox)] == [Incoming.APPLIED]


def test_an_engine_without_a_handler_is_not_built(world, union):
    with pytest.raises(ValueError, match="receive_decision"):
        Engine(bench_of(world, {}), lambda keys: union, journal=world.journal)


@pytest.mark.req("SEC-112")
def test_a_business_day_s_edition_is_taken_once_and_the_next_one_is(world, union):
    frame = replace(FRAME, business_on="2026-11-13", edition=1)
    for edition in (1, 1, 2):
        plain = encode_file(FILES[CHECKS], sample(CHECKS), CODES, replace(frame, edition=edition))
        union.announce_plain(CHECKS, plain, 2)
    first, again, second = engine_of(world, union).contact().received
    assert first.state is second.state is Incoming.APPLIED
    assert (again.state, again.problem.code) == (Incoming.QUARANTINED, "file.again")
    assert "すでに受け取っています" in again.problem.message
