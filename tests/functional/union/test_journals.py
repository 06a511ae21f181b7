"""What the union keeps of a journal: the lines' digests, sealed months, and its receipts."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import pytest

from app.wire import protocol
from app.wire.heads import START, LineDigest, follow
from app.wire.protocol import Cause
from app.wire.segments import LARGEST, Digests, SegmentOffer, SegmentReceipt, SegmentSent
from app.wire.statements import open_signed, peek, sign
from app.wire.strict_cbor import decode, encode
from tests.support.union_terminal import RefusedError, UnionTerminal

pytestmark = pytest.mark.req("SEC-103", "SEC-105")
LINES = (b"genesis", b"login", b"search", b"send")
SEALED = b"sealed to the audit key"


@pytest.fixture
def desk(union):
    enrolled = UnionTerminal(union, name="窓口J").enrol()
    yield enrolled
    enrolled.close()


def digests_of(*bodies: bytes, first: int = 1) -> tuple[LineDigest, ...]:
    return tuple(
        LineDigest(number, hashlib.sha256(body).digest())
        for number, body in enumerate(bodies, first)
    )


def asked(desk, first: object, last: object) -> tuple[LineDigest, ...]:
    answer = desk.ask("GET", f"{protocol.DIGESTS}?first={first}&last={last}")
    return decode(Digests, answer).lines


def offered(desk, first: int, last: int, /, **other: Any) -> SegmentSent:
    """A segment of these lines, sealed, as the terminal sends it."""
    before = follow(START, digests_of(*LINES[: first - 1]))
    end = follow(before, digests_of(*LINES[first - 1 : last], first=first))
    offer = SegmentOffer(
        desk.municipality,
        desk.id,
        "S-1",
        "2026-10",
        first,
        last,
        before.hash,
        end.hash,
        hashlib.sha256(SEALED).digest(),
    )
    sealed = other.pop("sealed", SEALED)
    return SegmentSent(sign(dataclasses.replace(offer, **other), desk.signing), sealed)


def send(desk, segment: SegmentSent) -> SegmentReceipt:
    data = desk.ask("POST", protocol.SEGMENTS, encode(segment))
    return open_signed(SegmentReceipt, data, desk.union_keys)


def refused(desk, segment: SegmentSent) -> Cause:
    with pytest.raises(RefusedError) as caught:
        send(desk, segment)
    return caught.value.cause


def test_the_digests_of_all_contacts_can_be_asked_for(desk):
    first = desk.contact(START, LINES[:2]).head.head
    desk.contact(first, LINES[2:])
    assert asked(desk, 1, 4) == digests_of(*LINES)
    assert asked(desk, 2, 3) == digests_of(*LINES)[1:3]
    assert asked(desk, 5, 9) == ()


def test_a_repeated_contact_keeps_each_digest_once(desk):
    desk.contact(START, LINES[:2])
    desk.contact(START, LINES)  # the answer was lost: the same lines come again
    assert asked(desk, 1, 4) == digests_of(*LINES)


@pytest.mark.parametrize(
    ("first", "last"), [("", 3), (0, 3), (3, 2), ("x", 3), (-1, 2), ("9" * 40, "9" * 40), ("１", 2)]
)
def test_numbers_that_are_none_are_refused(desk, first, last):
    desk.contact(START, LINES)
    with pytest.raises(RefusedError) as caught:
        asked(desk, first, last)
    assert caught.value.cause is Cause.MALFORMED


def test_another_terminal_s_lines_cannot_be_asked_for(union, desk):
    desk.contact(START, LINES)
    other = UnionTerminal(union, name="窓口K").enrol()
    try:
        with pytest.raises(RefusedError) as caught:
            asked(other, 1, 4)
        assert caught.value.cause is Cause.NOT_FOUND
    finally:
        other.close()


def test_a_sealed_month_is_receipted_over_its_numbers_and_hashes(desk):
    desk.contact(START, LINES)
    receipt = send(desk, offered(desk, 1, 3))
    end = follow(START, digests_of(*LINES[:3]))
    assert (receipt.first, receipt.last) == (1, 3)
    assert (receipt.before, receipt.hash) == (START.hash, end.hash)
    assert receipt.digest == hashlib.sha256(SEALED).digest()
    assert send(desk, offered(desk, 1, 3)) == receipt  # the answer was lost
    assert send(desk, offered(desk, 4, 4)).before == end.hash


@pytest.mark.parametrize(
    ("other", "cause"),
    [
        ({"terminal": "T98"}, Cause.BAD_SIGNATURE),
        ({"municipality": "999999"}, Cause.BAD_SIGNATURE),
        ({"store": "S-2"}, Cause.OUT_OF_PLACE),
        ({"hash": bytes(32)}, Cause.OUT_OF_PLACE),
        ({"before": bytes(31) + b"x"}, Cause.OUT_OF_PLACE),
        ({"last": 9}, Cause.OUT_OF_PLACE),
        ({"first": 0}, Cause.TOO_LARGE),
        ({"first": 3, "last": 1}, Cause.TOO_LARGE),
        ({"last": 2**62}, Cause.TOO_LARGE),
        ({"digest": bytes(32)}, Cause.OTHER_CONTENT),
        ({"sealed": b"something else"}, Cause.OTHER_CONTENT),
        ({"sealed": bytes(LARGEST + 1)}, Cause.TOO_LARGE),
    ],
)
def test_a_segment_that_the_digests_do_not_prove_gets_no_receipt(desk, other, cause):
    desk.contact(START, LINES)
    assert refused(desk, offered(desk, 1, 3, **other)) is cause


def test_lines_that_no_contact_brought_get_no_receipt(desk):
    desk.contact(START, LINES[:2])
    assert refused(desk, offered(desk, 1, 3)) is Cause.OUT_OF_PLACE


def test_a_receipted_segment_is_not_replaced_by_another(desk):
    desk.contact(START, LINES)
    send(desk, offered(desk, 1, 3))
    other = offered(desk, 1, 3, sealed=b"other", digest=hashlib.sha256(b"other").digest())
    assert refused(desk, other) is Cause.OTHER_CONTENT


def test_a_stranger_s_signature_is_no_offer(union, desk):
    desk.contact(START, LINES)
    other = UnionTerminal(union, name="窓口L").enrol()
    try:
        offer = peek(SegmentOffer, offered(desk, 1, 3).offer)
        forged = SegmentSent(sign(offer, other.signing), SEALED)
        assert refused(desk, forged) is Cause.BAD_SIGNATURE
    finally:
        other.close()
