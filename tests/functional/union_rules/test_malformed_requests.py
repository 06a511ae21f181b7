"""What a terminal asks wrongly is its own mistake on either database, never the union's."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cbor2
import pytest

from app.peers.union.embed import embedded
from app.wire import protocol
from app.wire.protocol import Cause, UploadStart
from app.wire.strict_cbor import MalformedBody, decode, encode
from tests.support.forked_union import ForkedUnion
from tests.support.union_terminal import MORNING, RefusedError, UnionTerminal

START = UploadStart("FILE-01", "file-01", 1, 1, 10, "0" * 64)
UP = protocol.upload_path("T01-1-000077")
OFFSET = protocol.UPLOAD_OFFSET


@pytest.fixture
def terminal(tmp_path, database):
    with embedded(tmp_path, database=database, moment=MORNING, start=ForkedUnion) as running:
        enrolled = UnionTerminal(running).enrol()
        yield enrolled
        enrolled.close()


def _start(**values):
    return encode(replace(START, **values))


REQUESTS = [
    ("POST", UP, b"", {}),
    ("POST", UP, encode("text"), {}),
    ("POST", UP, _start(file_id="FILE\0"), {}),
    ("POST", UP, _start(stream="\0"), {}),
    ("POST", UP, _start(sequence=2**63), {}),
    ("POST", UP, _start(epoch=-(2**63) - 1), {}),
    ("POST", UP, _start(size=2**64), {}),
    ("PATCH", UP, b"x", {}),
    ("PATCH", UP, b"x", {OFFSET: "-1"}),
    ("PATCH", UP, b"x", {OFFSET: "1" * 5000}),
    ("POST", protocol.upload_path("%00"), _start(), {}),
    ("POST", protocol.complete_path("a%00b"), b"", {}),
    ("GET", protocol.receipt_path("%00"), b"", {}),
    ("GET", protocol.download_path("%00"), b"", {}),
    ("POST", protocol.acknowledge_path("%00"), b"", {}),
    ("GET", protocol.enrolment_path("%00"), b"", {}),
    ("GET", protocol.TIME + "?nonce=%00", b"", {}),
    ("POST", protocol.CONTACT, b"\xff", {}),
    ("POST", protocol.RENEWALS, b"\xff", {}),
    ("POST", protocol.ENROLMENTS, b"\xff", {}),
]


def test_no_malformed_request_is_a_fault_of_the_union(terminal):
    terminal.ask("POST", UP, encode(START))  # so that a chunk could be appended
    for method, path, body, headers in REQUESTS:
        with pytest.raises(RefusedError) as refused:
            terminal.ask(method, path, body, headers)
        told = (method, path, body[:40], refused.value.cause)
        assert refused.value.cause in (Cause.MALFORMED, Cause.BAD_SIGNATURE), told


def test_a_number_or_text_that_no_table_holds_is_no_body():
    @dataclass(frozen=True, slots=True)
    class Pair:
        number: int
        text: str

    assert decode(Pair, encode(Pair(2**63 - 1, "見本"))).number == 2**63 - 1
    for number, text in ((2**63, ""), (-(2**63) - 1, ""), (2**80, ""), (0, "a\0b")):
        with pytest.raises(MalformedBody):
            decode(Pair, cbor2.dumps({"text": text, "number": number}, canonical=True))
