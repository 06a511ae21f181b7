"""The outbox: a row on disk, sealed, confirmed by enough people, before anything is sent."""

from __future__ import annotations

import io

import pyrage
import pytest
from sqlalchemy import delete

from app.core.errors import EnvironmentFault, UserError
from app.sync import outbox as outgoing
from app.sync.states import Outgoing
from app.wire.codec import FileRefused, decode_file
from app.wire.files import FILES
from db.tables.control import store_fact
from tests.support.line import CODES
from tests.support.sendings import TABLES, act_of, confirmed, prepared, rows, sample, sending


def _opened(identity, row):
    _, body = outgoing.unpack(bytes(row.payload))
    out = io.BytesIO()
    pyrage.decrypt_io(io.BytesIO(body), out, [identity])
    return out.getvalue()


@pytest.mark.req("SEC-96", "FLOW-103")
def test_what_is_prepared_rests_sealed_to_union_and_archive(world, union):
    outbox_id = prepared(world)
    row = sending(world, outbox_id)
    record = sample("FILE-01")[0]
    assert row.state == Outgoing.PREPARED
    assert row.record_count == 1
    assert record.my_number.encode() not in bytes(row.payload)
    for party in (union.me, union.archive):
        plain = _opened(party.receiving, row)
        assert decode_file(FILES["FILE-01"], plain, CODES) == (record,)


def test_the_number_lies_nowhere_on_the_disk_in_clear(world, union):
    prepared(world)
    number, name = (getattr(sample("FILE-01")[0], n) for n in ("my_number", "name"))
    for path in world.paths.data.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for encoding in ("utf-8", "utf-16-le", "shift_jis"):
                assert number.encode(encoding) not in data
                assert name.replace("\U000e0100", "").encode(encoding, "ignore") not in data


@pytest.mark.req("SEC-112")
def test_a_wrong_value_is_never_prepared(world, union):
    with pytest.raises(FileRefused) as refused:
        prepared(world, my_number="12345")
    assert refused.value.code == "file.digits"
    assert rows(world, outgoing.outbox) == []  # type: ignore[attr-defined]


def test_before_enrolment_nothing_can_be_prepared(world, union):
    with world.hands_on("store_fact") as work:
        work.run(delete(store_fact).where(store_fact.c.name == "line.union"))
    with pytest.raises(EnvironmentFault) as fault:
        prepared(world)
    assert fault.value.code == "line.not_enrolled"


@pytest.mark.req("SEC-114")
def test_a_batch_needs_two_different_people(world, union):
    outbox_id = prepared(world, "FILE-03")
    with world.hands_on(*TABLES) as work:
        assert outgoing.confirm(act_of(world, work), outbox_id, "S101") is False
    assert sending(world, outbox_id).state == Outgoing.PREPARED
    with world.hands_on(*TABLES) as work, pytest.raises(UserError) as refused:
        outgoing.confirm(act_of(world, work), outbox_id, "S101")
    assert refused.value.code == "outbox.same_person"
    with world.hands_on(*TABLES) as work:
        assert outgoing.confirm(act_of(world, work), outbox_id, "S201") is True
    assert sending(world, outbox_id).confirmed_by == "S101 S201"


def test_withdrawn_only_before_it_is_under_way(world, union):
    outbox_id = confirmed(world)
    with world.hands_on(*TABLES) as work:
        outgoing.withdraw(act_of(world, work), outbox_id)
    row = sending(world, outbox_id)
    assert (row.state, bytes(row.payload)) == (Outgoing.WITHDRAWN, b"")
    for again in (outgoing.withdraw, lambda act, id_: outgoing.confirm(act, id_, "S201")):
        with world.hands_on(*TABLES) as work, pytest.raises(UserError):
            again(act_of(world, work), outbox_id)
    with world.hands_on(*TABLES) as work, pytest.raises(UserError) as refused:
        outgoing.withdraw(act_of(world, work), "T01-1-999999")
    assert refused.value.code == "outbox.unknown"


@pytest.mark.req("SEC-98", "SEC-13")
def test_the_day_list_shows_what_is_not_settled(world, union):
    first, second = prepared(world), confirmed(world, case_id="T01-1-000099")
    with world.hands_on(*TABLES) as work:
        act = act_of(world, work)
        lines = outgoing.open_lines(act)
        assert outgoing.count_open(act) == 2
    assert [(line.id, line.state, line.title) for line in lines] == [
        (first, Outgoing.PREPARED, "届出情報"),
        (second, Outgoing.CONFIRMED, "届出情報"),
    ]


def test_a_payload_that_is_none_is_a_bug():
    for broken in (b"", b"\0\0\0\0", b"\0\0\0\x09abc"):
        with pytest.raises(Exception, match=r"outbox\.payload"):
            outgoing.unpack(broken)
