"""What a terminal sends: resume, one effect per id, every cause of refusal, streams."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from sqlalchemy import insert

from app.core.errors import UserError
from app.peers.union.line.delivery import deliver
from app.peers.union.tables import terminal as terminal_table
from app.training.people import atena_of, my_number_of
from app.wire import protocol
from app.wire.container import ContainerPlace
from app.wire.protocol import Cause
from app.wire.refusals import ContainerRefused
from app.wire.statements import Settlement
from app.wire.strict_cbor import encode
from tests.support.union_inside import notification, union_inside
from tests.support.union_terminal import RefusedError, UnionTerminal


@pytest.fixture(scope="module")
def desk(union):
    enrolled = UnionTerminal(union, name="窓口2").enrol()
    yield enrolled
    enrolled.close()


def record(index, **values):
    return notification(3000 + index, **values)


@pytest.mark.req("FLOW-104")
def test_the_same_id_twice_is_one_decision(union, desk):
    sent = desk.build("FILE-01", [record(1)])
    desk.upload(sent)
    first = desk.complete(sent)
    again = desk.complete(sent)
    assert first == again
    assert first.settlement is Settlement.ACCEPTED
    assert len(desk.receive("FILE-16")) == 1
    made = [d for d in union.first.act("decisions") if d["notification_id"] == sent.id]
    assert len(made) == 1
    rebuilt = desk.build("FILE-01", [record(1)], sent_id=sent.id)
    head = desk.client.head(protocol.upload_path(sent.id))
    assert head.headers[protocol.UPLOAD_STATE] == "settled"
    desk.ask("POST", protocol.upload_path(sent.id), encode(rebuilt.start))
    assert desk.complete(rebuilt).digest == first.digest
    assert desk.receive("FILE-16") == []
    desk.places["FILE-01"] = ContainerPlace(1, sent.place.sequence + 1, sent.digest)


def test_resume_goes_on_from_the_true_offset(desk):
    sent = desk.build("FILE-01", [record(2)])
    desk.ask("POST", protocol.upload_path(sent.id), encode(sent.start))
    path = protocol.upload_path(sent.id)
    desk.ask("PATCH", path, sent.data[:100], {protocol.UPLOAD_OFFSET: "0"})
    with pytest.raises(RefusedError) as early:
        desk.complete(sent)
    assert early.value.cause is Cause.INCOMPLETE
    with pytest.raises(RefusedError) as wrong:
        desk.ask("PATCH", path, sent.data[50:], {protocol.UPLOAD_OFFSET: "50"})
    assert (wrong.value.cause, wrong.value.offset) == (Cause.WRONG_OFFSET, "100")
    desk.ask("PATCH", path, sent.data[100:], {protocol.UPLOAD_OFFSET: "100"})
    assert desk.complete(sent).settlement is Settlement.ACCEPTED


def test_bytes_damaged_on_the_way_begin_again(desk):
    sent = desk.build("FILE-01", [record(3)])
    path = protocol.upload_path(sent.id)
    desk.ask("POST", path, encode(sent.start))
    damaged = sent.data[:-1] + bytes([sent.data[-1] ^ 1])
    desk.ask("PATCH", path, damaged, {protocol.UPLOAD_OFFSET: "0"})
    with pytest.raises(RefusedError) as refused:
        desk.complete(sent)
    assert refused.value.cause is Cause.INCOMPLETE
    assert desk.client.head(path).headers[protocol.UPLOAD_OFFSET] == "0"
    desk.upload(sent)
    assert desk.complete(sent).settlement is Settlement.ACCEPTED


CAUSES = [
    ("container.repeat", lambda place: {"place": replace(place, sequence=place.sequence - 1)}),
    ("container.previous", lambda place: {"place": replace(place, previous="0" * 64)}),
    ("container.restored", lambda place: {"place": replace(place, epoch=0)}),
    ("container.sender", lambda _: {"sender": "T98"}),
    ("container.receiver", lambda _: {"receiver": "U13"}),
    ("container.municipality", lambda _: {"municipality": "152986"}),
    ("container.layout", lambda _: {"layout": "other"}),
    ("container.layout_version", lambda _: {"layout_version": 9}),
    ("container.count", lambda _: {"count": 2}),
]


@pytest.mark.req("SEC-51")
@pytest.mark.parametrize(("cause", "header"), CAUSES)
def test_a_wrong_container_is_refused_with_its_cause_and_takes_no_place(desk, cause, header):
    index = 10 + CAUSES.index((cause, header))
    before = desk.send("FILE-01", [record(100 + index)])
    assert before.settlement is Settlement.ACCEPTED
    desk.receive("FILE-16")
    place = desk.places["FILE-01"]
    receipt = desk.send("FILE-01", [record(index)], **header(place))
    assert (receipt.settlement, receipt.cause) == (Settlement.REJECTED, cause)
    assert receipt.message
    assert desk.waiting() == ()
    desk.places["FILE-01"] = place
    after = desk.send("FILE-01", [record(index)])
    assert after.settlement is Settlement.ACCEPTED
    desk.receive("FILE-16")


def test_what_comes_too_early_waits_for_the_one_before_and_is_not_refused(desk):
    """Refused for good it would never be sent again, although nothing is wrong with it."""
    desk.send("FILE-01", [record(20)])
    place = desk.places["FILE-01"]
    before = desk.build("FILE-01", [record(21)])
    after = desk.build(
        "FILE-01",
        [record(22)],
        place=ContainerPlace(place.epoch, place.sequence + 1, before.digest),
    )
    desk.upload(after)
    with pytest.raises(RefusedError) as early:
        desk.complete(after)
    assert early.value.cause is Cause.OUT_OF_PLACE
    desk.upload(before)
    for sent in (before, after):
        assert desk.complete(sent).settlement is Settlement.ACCEPTED
    desk.receive("FILE-16")


def test_a_restored_terminal_begins_a_higher_epoch(union):
    restored = UnionTerminal(union, name="窓口3").enrol()
    assert restored.send("FILE-01", [record(50)]).settlement is Settlement.ACCEPTED
    higher = ContainerPlace(2, 1, "")
    assert restored.send("FILE-01", [record(51)], place=higher).settlement is Settlement.ACCEPTED
    lower = restored.send("FILE-01", [record(52)], place=ContainerPlace(1, 2, ""))
    assert lower.cause == "container.restored"
    restored.close()


def test_files_that_do_not_go_up_are_refused(desk):
    receipt = desk.send("FILE-24", [])
    assert receipt.cause == "container.layout"


@pytest.mark.req("SEC-51")
def test_another_municipalitys_person_is_neither_taken_nor_told(union, desk):
    stranger = record(60, municipality_code="152986", atena_number=atena_of(1))
    receipt = desk.send("FILE-01", [stranger])
    assert receipt.settlement is Settlement.ACCEPTED
    (decision,) = desk.receive("FILE-16")
    assert (decision.outcome, decision.reasons) == ("refused", "municipality_differs")
    acts = {item["act"] for item in union.first.act("log")}
    assert "other_municipality" in acts


@pytest.mark.req("SEC-51", "SEC-115")
def test_nobody_sees_anothers_files(union, desk, terminal):
    desk.send("FILE-01", [record(70)])
    (item,) = desk.waiting()
    assert item.id not in {other.id for other in terminal.waiting()}
    with pytest.raises(RefusedError) as refused:
        terminal.ask("GET", protocol.download_path(item.id))
    assert refused.value.cause is Cause.NOT_FOUND
    desk.receive("FILE-16")


@pytest.mark.req("SEC-130")
def test_the_answer_to_a_refused_person_goes_once_it_is_acknowledged(desk):
    desk.send("FILE-01", [record(71, my_number=my_number_of(1))])
    (item,) = desk.waiting()
    desk.fetch(item)
    desk.acknowledge(item)
    with pytest.raises(RefusedError) as refused:
        desk.fetch(item)
    assert refused.value.cause is Cause.NOT_FOUND


def test_an_acknowledgement_about_other_bytes_is_refused(desk):
    desk.send("FILE-01", [record(72)])
    (item,) = desk.waiting()
    with pytest.raises(RefusedError) as refused:
        desk.acknowledge(replace(item, digest="0" * 64))
    assert refused.value.cause is Cause.OTHER_CONTENT
    assert desk.waiting() == (item,)
    desk.acknowledge(item)
    desk.acknowledge(item)
    desk.contact()  # of a version that says nothing of its places: it has lost nothing by that
    assert desk.waiting() == ()


@pytest.mark.parametrize(
    ("kind", "error"), [("drop", False), ("drop_answer", True)], ids=["before", "after"]
)
def test_a_lost_answer_is_asked_for_again(union, desk, kind, error):
    sent = desk.build("FILE-01", [record(80 + error)])
    desk.upload(sent)
    union.first.fault(kind, "complete")
    with pytest.raises(httpx.TransportError):
        desk.complete(sent)
    state = desk.client.head(protocol.upload_path(sent.id)).headers[protocol.UPLOAD_STATE]
    assert state == ("settled" if error else "receiving")
    assert desk.complete(sent).settlement is Settlement.ACCEPTED
    assert len(desk.receive("FILE-16")) == 1


def test_delay_corrupt_reorder_repeat(union, desk):
    desk.send("FILE-01", [record(90)])
    desk.send("FILE-01", [record(91)])
    first, second = desk.waiting()
    union.first.fault("corrupt", "fetch")
    with pytest.raises(ContainerRefused):
        desk.open(desk.fetch(first))
    desk.open(desk.fetch(first))
    union.first.fault("reorder", "down")
    assert desk.waiting() == (second, first)
    assert desk.waiting() == (first, second)
    desk.acknowledge(first)
    union.first.fault("repeat", "down")
    assert first in desk.waiting()
    assert desk.waiting() == (second,)
    union.first.fault("delay", "down", seconds=0.4)
    desk.client.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.TimeoutException):
        desk.waiting()
    desk.client.timeout = httpx.Timeout(20)
    assert desk.waiting() == (second,)
    desk.acknowledge(second)


def test_containers_of_one_stream_follow_each_other(desk):
    desk.send("FILE-01", [record(95)])
    desk.send("FILE-01", [record(96)])
    first, second = desk.waiting()
    one, two = desk.fetch(first), desk.fetch(second)
    assert desk.open(two)[0].previous == first.digest
    assert desk.open(two)[0].sequence == desk.open(one)[0].sequence + 1
    desk.receive("FILE-16")


@pytest.mark.req("SEC-115")
def test_nothing_is_sealed_for_an_address_that_is_not_enrolled(tmp_path):
    with union_inside(tmp_path / "u") as inside:
        with pytest.raises(UserError) as refused, inside.database.write() as connection:
            deliver(inside, connection, "T55", "FILE-24", [])
        assert refused.value.code == "union.no_terminal"
        with inside.database.write() as connection:
            connection.execute(
                insert(terminal_table).values(
                    id="T55",
                    municipality="152994",
                    name="窓口",
                    profile="counter",
                    state="withdrawn",
                    enrolled_at="2026-11-20T09:00:00+09:00",
                )
            )
        with pytest.raises(UserError) as withdrawn, inside.database.write() as connection:
            deliver(inside, connection, "T55", "FILE-24", [])
        assert withdrawn.value.code == "union.no_terminal"
        assert list(inside.downloads.iterdir()) == []
