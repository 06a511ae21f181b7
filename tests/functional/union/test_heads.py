"""Journal heads: recomputed, countersigned, a fork refused (DESIGN 5)."""

from __future__ import annotations

import pytest

from app.wire import protocol
from app.wire.heads import START, CountersignedHead, Head, is_countersigned
from app.wire.keys import signing_keys
from app.wire.protocol import Cause
from app.wire.statements import PeerTime, open_signed
from app.wire.strict_cbor import decode
from tests.support.union_terminal import RefusedError, UnionTerminal

LINES = (b"genesis", b"login", b"search")


@pytest.fixture
def desk(union):
    enrolled = UnionTerminal(union, name="窓口H").enrol()
    yield enrolled
    enrolled.close()


def known(desk) -> CountersignedHead:
    return decode(CountersignedHead, desk.ask("GET", protocol.HEAD))


def test_lines_lead_to_a_countersigned_head(desk):
    with pytest.raises(RefusedError) as none:
        known(desk)
    assert none.value.cause is Cause.NOT_FOUND
    answer = desk.contact(START, LINES)
    assert answer.head.head.number == 3
    (key,) = signing_keys(*desk.answer.union_signing).values()
    assert is_countersigned(key, answer.head)
    assert known(desk) == answer.head
    more = desk.contact(answer.head.head, (b"send",))
    assert more.head.head.number == 4
    assert open_signed(PeerTime, more.time, desk.union_keys).at.startswith("2026-11-20")
    assert more.control == ()


def test_nothing_new_keeps_the_head(desk):
    first = desk.contact(START, LINES).head
    assert desk.contact(first.head).head == first


def test_a_lost_answer_is_no_fork(desk):
    first = desk.contact(START, LINES).head
    again = desk.contact(START, (*LINES, b"send")).head
    assert again.head.number == 4
    assert desk.contact(first.head, (b"send", b"lock")).head.head.number == 5


@pytest.mark.parametrize(
    ("since", "lines", "cause"),
    [
        (START, (b"genesis", b"other", b"search"), Cause.FORK),  # rewritten before the head
        (START, (b"genesis", b"login"), Cause.OLD_COPY),  # shorter than the head
        (START, (), Cause.OLD_COPY),  # begun anew
        (Head(3, bytes(32)), (b"send",), Cause.FORK),  # beside the head
        (Head(9, bytes(32)), (b"send",), Cause.HEAD_UNKNOWN),  # beyond what is known
    ],
)
def test_another_journal_is_refused_by_its_cause_and_changes_nothing(
    union, desk, since, lines, cause
):
    head = desk.contact(START, LINES).head
    with pytest.raises(RefusedError) as refused:
        desk.contact(since, lines)
    assert refused.value.cause is cause
    assert known(desk) == head
    forks = [i for i in union.first.act("log") if i["act"] == "fork"]
    assert forks[-1]["subject"] == desk.id
    assert refused.value.message in forks[-1]["detail"]


def test_a_head_where_none_was_ever_signed_is_unknown(desk):
    with pytest.raises(RefusedError) as refused:
        desk.contact(Head(3, bytes(32)), (b"send",))
    assert refused.value.cause is Cause.HEAD_UNKNOWN


def test_another_store_behind_the_same_certificate_is_told_as_that(desk):
    head = desk.contact(START, LINES).head
    with pytest.raises(RefusedError) as refused:
        desk.contact(head.head, (b"send",), store="S-2")
    assert refused.value.cause is Cause.OTHER_STORE


def test_a_contact_about_another_terminal_is_refused(desk):
    with pytest.raises(RefusedError) as refused:
        desk.contact(START, LINES, terminal="T98")
    assert refused.value.cause is Cause.BAD_SIGNATURE
