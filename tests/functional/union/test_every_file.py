"""Every file that goes up is taken, held and answered; every one that comes down is delivered from
what is held: by the registry, none by a copy of its own (SEC-108, SEC-110, SEC-114)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.core.errors import UserError
from app.peers.union.office.taking import OWN, TAKERS
from app.wire.files import FILES, Route
from app.wire.frame import Frame
from app.wire.protocol import recall_path
from app.wire.statements import Recall, RecallAnswer, Recalled, Settlement, open_signed, sign
from tests.support.framed import FRAME, encode_file
from tests.support.line import CODES
from tests.support.sendings import sample
from tests.support.union_terminal import RefusedError, UnionTerminal

CITY = "152994"
HELD_UP = sorted(one for one in TAKERS if one not in OWN and FILES[one].route is Route.UP)
HELD_DOWN = sorted(
    spec.id
    for spec in FILES.values()
    if spec.route is Route.DOWN and spec.id not in ("FILE-17", "FILE-24")
)
SHARED = sorted(spec.id for spec in FILES.values() if spec.route is Route.SHARED)


@pytest.fixture(scope="module")
def desks(union):
    made = [UnionTerminal(union, name=f"窓口{number}").enrol() for number in (41, 42)]
    yield made
    for one in made:
        one.close()


def _frame(file_id: str, edition: int) -> Frame:
    return replace(FRAME, sender="M15", business_on="2026-11-13", edition=edition)


def test_every_upward_file_has_a_taker() -> None:
    goes_up = {spec.id for spec in FILES.values() if spec.route in (Route.UP, Route.SHARED)}
    assert set(TAKERS) == (goes_up | {"FILE-01", "FILE-10", "FILE-11"}) - {"FILE-15"}


@pytest.mark.req("FILE-04", "FILE-06", "FILE-07", "FILE-08", "FILE-09", "FILE-11", "FILE-12")
@pytest.mark.req("FILE-13", "FILE-14", "SEC-110")
@pytest.mark.parametrize("file_id", HELD_UP)
def test_an_upward_file_is_taken_once_and_its_contradictions_come_back(desks, file_id) -> None:
    first, second = desks
    first.receive("FILE-24")
    records = [replace(one, municipality_code=CITY) for one in sample(file_id)]
    receipt = first.send(file_id, records, frame=_frame(file_id, 1))
    assert receipt.settlement is Settlement.ACCEPTED, receipt
    listed = first.receive("FILE-24")
    assert {one.atena_number for one in listed} <= {one.atena_number for one in records}
    if FILES[file_id].told_back:  # to every counter, the one that carried it included
        for desk in desks:
            assert _by_key(file_id, desk.receive(file_id)) == _by_key(file_id, records)
    # The same edition of the day again, from another terminal: a business duplicate.
    again = second.send(file_id, records, frame=_frame(file_id, 1))
    assert (again.settlement, again.cause) == (Settlement.REJECTED, "union.taken")
    assert "同じ内容" in again.message
    corrected = second.send(file_id, records[:1], frame=_frame(file_id, 2))
    assert corrected.settlement is Settlement.ACCEPTED


@pytest.mark.req("SEC-51")
@pytest.mark.parametrize("file_id", HELD_UP)
def test_another_municipality_s_file_is_refused_whole(desks, file_id) -> None:
    records = [replace(one, municipality_code="131016") for one in sample(file_id)]
    receipt = desks[0].send(file_id, records, frame=_frame(file_id, 50))
    assert receipt.cause == "union.other_municipality"
    receipt = desks[0].send(
        file_id, sample(file_id), frame=replace(_frame(file_id, 51), municipality="131016")
    )
    assert receipt.cause == "union.other_municipality"


@pytest.mark.req("SEC-108")
def test_a_blank_number_of_an_unregistered_resident_is_listed(desks) -> None:
    desks[0].receive("FILE-24")
    blank = [replace(sample("FILE-04")[1], atena_number="000000000777777")]
    assert desks[0].send("FILE-04", blank, frame=_frame("FILE-04", 60)).cause == ""
    listed = [one for one in desks[0].receive("FILE-24") if one.atena_number.endswith("777777")]
    assert [one.cause for one in listed] == ["number_blank"]


@pytest.mark.req("SEC-114")
@pytest.mark.req("FILE-18", "FILE-19", "FILE-20", "FILE-22", "FILE-23")
def test_a_downward_file_is_delivered_from_what_is_held_by_two_operators(desks, union) -> None:
    for file_id in HELD_DOWN:
        data = encode_file(FILES[file_id], sample(file_id), CODES)
        assert union.first.hold(CITY, file_id, data) == len(sample(file_id))
    with pytest.raises(UserError) as refused:
        union.second.confirm_delivery(CITY)
    assert refused.value.code == "union.nothing_proposed"
    union.first.deliver(CITY)
    with pytest.raises(UserError) as refused:
        union.first.confirm_delivery(CITY)
    assert refused.value.code == "union.same_operator"
    assert union.second.confirm_delivery(CITY) > 0
    for desk in desks:
        for file_id in HELD_DOWN:
            assert _by_key(file_id, desk.receive(file_id)) == _by_key(file_id, sample(file_id))
    # What says nothing new is not delivered again.
    for file_id in HELD_DOWN:
        assert (
            union.first.hold(CITY, file_id, encode_file(FILES[file_id], sample(file_id), CODES))
            == 0
        )
    assert union.deliver(CITY) == 0


def _by_key(file_id: str, records: Any) -> dict[tuple[str, ...], Any]:
    return {tuple(getattr(one, name) for name in FILES[file_id].key): one for one in records}


@pytest.mark.parametrize("file_id", SHARED)
def test_what_one_desk_says_the_others_are_told_and_not_itself(desks, file_id) -> None:
    first, second = desks
    second.receive(file_id)
    assert first.send(file_id, list(sample(file_id))).settlement is Settlement.ACCEPTED
    assert first.receive(file_id) == []
    assert _by_key(file_id, second.receive(file_id)) == _by_key(file_id, sample(file_id))
    assert second.receive(file_id) == []


@pytest.mark.req("SEC-115")
def test_a_new_desk_is_told_everything_that_is_shared(union, desks) -> None:
    for file_id in SHARED:
        desks[0].send(file_id, list(sample(file_id)))
    newest = UnionTerminal(union, name="窓口43").enrol()
    for file_id in SHARED:
        assert _by_key(file_id, newest.receive(file_id)) == _by_key(file_id, sample(file_id))
    newest.close()


@pytest.mark.req("SEC-112")
def test_an_older_layout_is_taken_beside_the_newest_and_an_unknown_one_is_not(desks) -> None:
    old = FILES["FILE-03"].at(1)
    records = [old.record(**_values(old, sample("FILE-03")[0]))]
    assert desks[0].send("FILE-03", records, spec=old).settlement is Settlement.ACCEPTED
    unknown = desks[0].send("FILE-03", list(sample("FILE-03")), layout_version=9)
    assert unknown.cause == "container.layout_version"


def _values(spec: Any, record: Any) -> dict[str, str]:
    return {column.name: getattr(record, column.name) for column in spec.columns}


def _asked_back(desk: UnionTerminal, sent: Any, *, content: str, by: tuple[str, ...]) -> Any:
    said = Recall(sent.id, content, desk.id, by, "違う月の分", "2026-11-20T10:00:00+09:00")
    answer = desk.ask("POST", recall_path(sent.id), sign(said, desk.signing))
    return open_signed(RecallAnswer, answer, desk.union_keys)


def _sent(desk: UnionTerminal, file_id: str, records: list[Any], frame: Frame) -> Any:
    made = desk.build(file_id, records, frame=frame)
    desk.upload(made)
    return made, desk.complete(made)


@pytest.mark.req("SEC-114")
def test_what_is_only_held_is_recalled_and_what_changed_persons_was_used(desks) -> None:
    desk = desks[0]
    records = [
        replace(one, municipality_code=CITY, atena_number="000000000666666")
        for one in sample("FILE-13")
    ]
    sent, receipt = _sent(desk, "FILE-13", records, _frame("FILE-13", 70))
    with pytest.raises(RefusedError) as alone:
        _asked_back(desk, sent, content=receipt.content, by=("S101", "S101"))
    assert alone.value.cause == "malformed"
    with pytest.raises(RefusedError) as other:
        _asked_back(desk, sent, content="0" * 64, by=("S101", "S201"))
    assert other.value.cause == "other_content"
    told = _asked_back(desk, sent, content=receipt.content, by=("S101", "S201"))
    assert told.outcome is Recalled.RECALLED
    assert _asked_back(desk, sent, content=receipt.content, by=("S102", "S202")) == told
    # The corrected edition is taken, and the register's file has been used at once.
    corrected = desk.send("FILE-13", records, frame=_frame("FILE-13", 71))
    assert corrected.settlement is Settlement.ACCEPTED
    daily, receipt = _sent(desk, "FILE-03", [], _frame("FILE-03", 70))
    used = _asked_back(desk, daily, content=receipt.content, by=("S101", "S201"))
    assert used.outcome is Recalled.USED
    never = replace(sent, id="T99-1-000999")
    gone = _asked_back(desk, never, content=receipt.content, by=("S101", "S201"))
    assert gone.outcome is Recalled.UNKNOWN
