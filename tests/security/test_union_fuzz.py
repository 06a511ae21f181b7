"""The line takes whatever anybody sends: refused by its own cause, never a fault of the union's,
and nothing of it stays in memory."""

from __future__ import annotations

import gc
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.wire import protocol
from app.wire.heads import Head, LineDigest
from app.wire.protocol import UPLOAD_OFFSET, UploadStart
from app.wire.segments import SegmentOffer
from app.wire.statements import Acknowledgement, Contact, EnrolmentRequest, Settlement, peek
from tests.support.soak import tries
from tests.support.union_door import Door, union_door
from tests.support.union_terminal import MORNING

NUMBERS = some.sampled_from(
    [-(2**70), -(2**63), -(2**31) - 1, -1, 0, 1, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**70]
)
TEXTS = some.one_of(
    some.sampled_from(["", "\0", "..", "/", "%00", "𠮷", "‮", "x" * 5_000, "9" * 400, "-1", "１"]),
    some.text(max_size=20),
)
TAGS = [
    cbor2.CBORTag(2, b"\xff" * 300),
    cbor2.CBORTag(0, "2026-11-20T00:00:00Z"),
    cbor2.CBORTag(1, 2**62),
    cbor2.CBORTag(4, [2**40, 3]),
    cbor2.CBORTag(5, [2**40, 3]),
    cbor2.CBORTag(30, [1, 0]),
    cbor2.CBORTag(35, "(a+)+$"),
    cbor2.CBORTag(37, b"short"),
    cbor2.CBORTag(258, [1, [2]]),
]
ODD: some.SearchStrategy[Any] = some.recursive(
    some.one_of(
        some.none(),
        some.booleans(),
        NUMBERS,
        TEXTS,
        some.binary(max_size=40),
        some.floats(),
        some.integers(0, 8).map(lambda at: TAGS[at]),
    ),
    lambda inner: some.one_of(
        some.lists(inner, max_size=4), some.dictionaries(some.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with union_door(tmp_path_factory.mktemp("union")) as made:
        yield made


def _mutated(draw: Any, body: dict[str, Any]) -> dict[str, Any]:
    """The body with up to two fields replaced, dropped or added."""
    changed = dict(body)
    for _ in range(draw(some.integers(0, 2))):
        name = draw(some.sampled_from(sorted(body)))
        how = draw(some.sampled_from(["replaced", "dropped", "added"]))
        if how == "dropped":
            changed.pop(name, None)
        else:
            changed[name if how == "replaced" else name + "x"] = draw(ODD)
    return changed


def _cut(draw: Any, raw: bytes) -> bytes:
    """The bytes as they are, cut, doubled, with one changed, or others altogether."""
    how = draw(some.sampled_from(["as it is"] * 6 + ["cut", "doubled", "changed", "other"]))
    at = draw(some.integers(0, 2**16)) % max(1, len(raw))
    if how == "cut":
        return raw[:at]
    if how == "doubled":
        return raw + raw
    if how == "changed":
        return (
            raw[:at]
            + bytes([(raw[at] if raw else 0) ^ draw(some.integers(1, 255))])
            + raw[at + 1 :]
        )
    return draw(some.binary(max_size=200)) if how == "other" else raw


def _examples(door: Door) -> dict[str, dict[str, Any]]:
    contact = Contact(
        municipality=door.terminal.municipality,
        terminal=door.terminal.id,
        store="S-1",
        epoch=1,
        nonce=bytes(32),
        since=Head(0, bytes(32)),
        lines=(LineDigest(1, bytes(32)),),
        control=0,
        at=MORNING.isoformat(),
    )
    done = Acknowledgement(
        id="1",
        digest="0" * 64,
        terminal=door.terminal.id,
        stream="file-17",
        epoch=1,
        sequence=1,
        settlement=Settlement.ACCEPTED,
        cause="",
        applied=1,
        dropped=0,
        at=MORNING.isoformat(),
    )
    offer = SegmentOffer(
        municipality=door.terminal.municipality,
        terminal=door.terminal.id,
        store="S-1",
        month="2026-11",
        first=1,
        last=1,
        before=bytes(32),
        hash=bytes(32),
        digest=hashlib.sha256(b"sealed").digest(),
    )
    asked = peek(EnrolmentRequest, door.terminal.request())
    return {
        "Contact": asdict(contact) | {"lines": [{"number": 1, "digest": bytes(32)}]},
        "Acknowledgement": asdict(done) | {"settlement": "accepted"},
        "EnrolmentRequest": asdict(asked),
        "UploadStart": asdict(UploadStart("FILE-01", "file-01", 1, 1, 100, "0" * 64)),
        "Renewal": {"request": b"", "key": "", "signature": bytes(64)},
        "SegmentOffer": asdict(offer),
        "SegmentSent": {"offer": b"", "sealed": b"sealed"},
        "Returned": {"head": b"", "plain": b""},
    }


@some.composite
def requests(
    draw: Any, door: Door, bodies: dict[str, dict[str, Any]]
) -> tuple[str, str, bytes, dict[str, str]]:
    def signed(kind: str) -> bytes:
        return door.signed(kind, _mutated(draw, bodies[kind]))

    def plain(kind: str) -> bytes:
        return cbor2.dumps(_mutated(draw, bodies[kind]), canonical=True)

    def renewal() -> bytes:
        request = signed("EnrolmentRequest")
        return cbor2.dumps(_mutated(draw, bodies["Renewal"] | {"request": request}), canonical=True)

    one = draw(
        some.sampled_from(["x-1", "x-2", "T01-1-000001"])
        | TEXTS.map(lambda text: text.replace("/", "_").replace("?", "_") or "_")
    )
    headers: dict[str, str] = {}
    digits = draw(some.sampled_from(["0", "-1", "x", "9" * 15, "9" * 30, "²", "", "1e3"]))
    route = draw(some.sampled_from(ROUTES))
    body = b""
    method, path = route
    if path in (protocol.ENROLMENTS, protocol.CONTACT):
        body = signed("EnrolmentRequest" if path == protocol.ENROLMENTS else "Contact")
    elif path == protocol.RENEWALS:
        body = renewal()
    elif path == protocol.SEGMENTS:
        sent = bodies["SegmentSent"] | {"offer": signed("SegmentOffer")}
        body = cbor2.dumps(_mutated(draw, sent), canonical=True)
    elif path == protocol.RETURNED:
        body = plain("Returned")
    elif "acknowledgement" in path:
        body = signed("Acknowledgement")
    elif (method, path) == ("POST", protocol.UP + "/{id}"):
        body = plain("UploadStart")
    elif method == "PATCH":
        body, headers = draw(some.binary(max_size=120)), {UPLOAD_OFFSET: digits}
    elif (method, path) == ("GET", protocol.DOWN + "/{id}"):
        headers = {"Range": draw(some.sampled_from([f"bytes={digits}-{digits}", "bytes=-5", "x"]))}
    elif path == protocol.DIGESTS:
        path += f"?first={digits}&last={draw(some.sampled_from(['1', digits]))}"
    elif path == protocol.TIME:
        path += "?nonce=" + draw(some.sampled_from(["", "0" * 64, "zz", "0" * 63, "%00", digits]))
    return method, path.replace("{id}", one), _cut(draw, body), headers


ROUTES = [
    ("POST", protocol.ENROLMENTS),
    ("GET", protocol.ENROLMENTS + "/{id}"),
    ("POST", protocol.RENEWALS),
    ("POST", protocol.CONTACT),
    ("GET", protocol.HEAD),
    ("GET", protocol.TIME),
    ("HEAD", protocol.UP + "/{id}"),
    ("POST", protocol.UP + "/{id}"),
    ("PATCH", protocol.UP + "/{id}"),
    ("POST", protocol.UP + "/{id}/complete"),
    ("GET", protocol.UP + "/{id}/receipt"),
    ("GET", protocol.DOWN),
    ("GET", protocol.DOWN + "/{id}"),
    ("POST", protocol.DOWN + "/{id}/acknowledgement"),
    ("POST", protocol.RETURNED),
    ("GET", protocol.DIGESTS),
    ("POST", protocol.SEGMENTS),
    ("DELETE", protocol.DOWN + "/{id}"),
]


def _fuzz(door: Door, count: int) -> dict[int, int]:
    """``count`` requests, by the terminal and without a certificate; how often which status."""
    told: dict[int, int] = {}

    @settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests(door, _examples(door)), known=some.booleans())
    def one(request: tuple[str, str, bytes, dict[str, str]], known: bool) -> None:
        door.as_terminal = known
        method, path, body, headers = request
        status, answer = door.send(method, path, body, headers)
        told[status] = told.get(status, 0) + 1
        assert status < 500 or status == 503, (method, path, body, headers, answer)
        assert "incident" not in door.said.getvalue()

    one()
    return told


def test_no_request_is_a_fault_of_the_unions_and_none_stays_in_memory(door: Door) -> None:
    _fuzz(door, tries(60, 1_000))
    gc.collect()
    before = sys.getallocatedblocks()
    told = _fuzz(door, tries(300, 10_000))
    gc.collect()
    grown = sys.getallocatedblocks() - before
    assert {200, 400, 401, 404} <= set(told), told
    assert grown < 60_000, grown  # hypothesis keeps a little of its own of every run
