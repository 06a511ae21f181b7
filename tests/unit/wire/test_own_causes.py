"""Whatever may be wrong with what comes over the line, or with who speaks, has its own cause and
its own sentences (issue 13, point 4): a table over the kind."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.errors import MadoguchiError
from app.peers.union.line.refusal import Refused
from app.security.refusals import refusal
from app.sync.faults import PeerRefused, line_fault
from app.wire.container import ContainerPlace, Verified, check_place, peek, verify, write_head
from app.wire.protocol import Cause
from tests.support.parties import Party, container

UNION, TERMINAL, ARCHIVE = (Party(name) for name in ("U99", "T01", "archive"))
NEXT = ContainerPlace(3, 5, "a" * 64)


def _taken(place: ContainerPlace = NEXT, **header: object) -> Verified:
    """A rightly sealed and signed container of the union, as the terminal takes it: address,
    layout, then place."""
    data = container(UNION, TERMINAL, ARCHIVE, b"x" * 30, place=place)
    if header:
        good = verify(io.BytesIO(data), TERMINAL.listens_to(UNION))
        changed = replace(peek(io.BytesIO(data)), **header)  # type: ignore[arg-type]
        data = write_head(changed, UNION.signing) + data[good.body_at :]
    found = verify(io.BytesIO(data), TERMINAL.listens_to(UNION))
    check_place(found.header, NEXT)
    return found


def _says(cause: Cause) -> Callable[[], None]:
    def speak() -> None:
        body = Refused(cause).body
        raise PeerRefused(body.cause, body.message, body.remedy)

    return speak


def _raises(error: MadoguchiError) -> Callable[[], None]:
    def speak() -> None:
        raise error

    return speak


WRONG: dict[str, tuple[str, Callable[[], object]]] = {
    "replay": ("container.repeat", lambda: _taken(replace(NEXT, sequence=4))),
    "gap": ("container.gap", lambda: _taken(replace(NEXT, sequence=6))),
    "another history": ("container.previous", lambda: _taken(replace(NEXT, previous="b" * 64))),
    "wrong addressee": ("container.receiver", lambda: _taken(receiver="T02")),
    "wrong sender": ("container.sender", lambda: _taken(sender="U98")),
    "wrong municipality": ("container.municipality", lambda: _taken(municipality="151009")),
    "another layout": ("container.layout", lambda: _taken(layout="nobody_s")),
    "old layout": ("container.layout_version", lambda: _taken(layout_version=0)),
    "made before a restore": ("container.restored", lambda: _taken(replace(NEXT, epoch=2))),
    "of an epoch to come": ("container.epoch", lambda: _taken(replace(NEXT, epoch=4))),
    "clock gone back": ("clock.back", _raises(refusal("clock.back"))),
    "clock ahead": ("clock.ahead", _raises(refusal("clock.ahead"))),
    "clock leapt": ("clock.leap", _raises(refusal("clock.leap"))),
    "certificate past its day": (
        "line.certificate_expired",
        _raises(line_fault("certificate_expired")),
    ),
    "certificate past its day, told": ("peer.expired", _says(Cause.EXPIRED)),
    "certificate withdrawn": ("peer.withdrawn", _says(Cause.WITHDRAWN)),
    "certificate of nobody": ("peer.unknown_terminal", _says(Cause.UNKNOWN_TERMINAL)),
    "no certificate": ("peer.no_certificate", _says(Cause.NO_CERTIFICATE)),
    "a journal written anew": ("peer.fork", _says(Cause.FORK)),
    "an old copy of the terminal": ("peer.old_copy", _says(Cause.OLD_COPY)),
    "a copy of the terminal": ("peer.other_store", _says(Cause.OTHER_STORE)),
    "a head of nobody": ("peer.head_unknown", _says(Cause.HEAD_UNKNOWN)),
    "a restored union": ("peer.restored", _says(Cause.RESTORED)),
    "its own certificate past its day": ("line.peer_expired", _raises(line_fault("peer_expired"))),
    "another than the peer": ("line.peer_unknown", _raises(line_fault("peer_unknown"))),
    "a line cut": ("line.cut", _raises(line_fault("cut"))),
}


def _told(name: str) -> MadoguchiError:
    with pytest.raises(MadoguchiError) as refused:
        WRONG[name][1]()
    return refused.value


@pytest.mark.req("SEC-112", "SEC-115")
@pytest.mark.parametrize("name", WRONG)
def test_each_has_its_own_cause(name: str) -> None:
    assert _taken().header.epoch == NEXT.epoch, "the good one is taken"
    told = _told(name)
    assert told.code == WRONG[name][0]
    assert told.message.endswith("。") and told.remedy.endswith("。")


def test_no_two_share_a_cause_or_a_sentence() -> None:
    told = [_told(name) for name in WRONG]
    assert len({one.code for one in told}) == len(WRONG)
    assert len({one.message for one in told}) == len(WRONG)
