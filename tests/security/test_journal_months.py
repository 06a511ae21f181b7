"""The journal's months: closed in parts, sealed, receipted by the union, dropped when they may."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.clock import JST
from app.core.errors import EnvironmentFault
from app.security.authenticators.verify import verify_assertion
from app.security.journal.findings import PublicKey, Report, UnionWord
from app.security.journal.segments import (
    Segment,
    close_month,
    drop_month,
    sealed,
    take_receipt,
)
from app.security.journal.verify import segment_lines, verify, verify_chain
from app.security.keys.sealing import KeyPair, new_pair, open_with
from app.wire.heads import START, countersign
from app.wire.keys import signing_keys
from app.wire.segments import SegmentReceipt
from app.wire.statements import sign
from tests.support.signers import Signer
from tests.support.world import STAFF, STORE_ID, TERMINAL, World, commit, words_of, world_in

pytestmark = pytest.mark.req("SEC-103", "SEC-105")
UNION = Ed25519PrivateKey.from_private_bytes(b"u" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
UNION_KEYS = signing_keys(UNION.public_key().public_bytes_raw())
KEYS = {
    Signer.of(staff_id).credential_id: PublicKey(staff_id, Signer.of(staff_id).public_key)
    for staff_id, _, _ in STAFF.values()
}


@pytest.fixture
def used(tmp_path: Path) -> Iterator[World]:
    """A journal of ten lines: genesis, three views, three acts."""
    with world_in(tmp_path) as world:
        administrator = world.session("administrator")
        for words in ("一", "二", "三"):
            with world.gate.view("admin.enter", administrator):
                pass
            prepared = world.gate.prepare(
                "admin.hours_exception",
                administrator,
                content=words_of(world, words),
                sentence=words,
            )
            commit(world, prepared)
        assert world.journal.head.number == 10
        yield world


def checked(world: World, **options: Any) -> Report:
    return verify(world.journal, KEYS, verify_assertion, **options)


def receipt_of(segment: Segment, key: Ed25519PrivateKey = UNION, **other: Any) -> bytes:
    """The union's word over a segment, or over something else."""
    said = SegmentReceipt(
        "999998",
        TERMINAL,
        STORE_ID,
        segment.month,
        segment.first,
        segment.last,
        segment.before,
        segment.hash,
        segment.digest,
        "2026-12-01T09:05:00+09:00",
    )
    return sign(dataclasses.replace(said, **other), key)


def closed(world: World, audit: KeyPair) -> Segment:
    world.clock.set_wall(datetime(2026, 12, 1, 9, 0, tzinfo=JST))
    (segment,) = close_month(world.journal, "2026-11", audit.public, world.clock)
    return segment


def countersigned(world: World) -> None:
    record = countersign(UNION, STORE_ID, TERMINAL, world.journal.head, "2026-12-01T10:00:00+09:00")
    world.journal.keep_head(record, STORE_ID, UNION.public_key())


def test_a_month_is_closed_when_it_is_over_and_once(used: World) -> None:
    audit = new_pair()
    with pytest.raises(ValueError, match="over"):
        close_month(used.journal, "2026-11", audit.public, used.clock)
    segment = closed(used, audit)
    before, lines = segment_lines(open_with(audit.private, sealed(used.journal, segment)))
    assert (before, len(lines)) == (START, 10)
    assert b"admin.enter" not in sealed(used.journal, segment)
    assert close_month(used.journal, "2026-11", audit.public, used.clock) == ()
    with pytest.raises(ValueError, match="order"):
        close_month(used.journal, "2026-10", audit.public, used.clock)


@pytest.mark.parametrize(
    "other",
    [
        {"last": 9},
        {"first": 2},
        {"hash": bytes(32)},
        {"before": b"b" * 32},
        {"digest": bytes(32)},
        {"month": "2026-10"},
        {"store": "S-other"},
    ],
)
def test_a_receipt_over_anything_else_is_none(used: World, other: dict[str, Any]) -> None:
    segment = closed(used, new_pair())
    for receipt in (receipt_of(segment, **other), receipt_of(segment, STRANGER), b""):
        with pytest.raises(EnvironmentFault, match=r"journal\.receipt"):
            take_receipt(used.journal, segment, receipt, UNION_KEYS, STORE_ID)
    assert sealed(used.journal, segment)  # it can be sent again
    take_receipt(used.journal, segment, receipt_of(segment), UNION_KEYS, STORE_ID)
    assert not sealed(used.journal, segment)


def test_a_month_stays_until_it_is_receipted_thirteen_months_old_and_countersigned(
    used: World,
) -> None:
    def drop() -> int:
        return drop_month(used.journal, "2026-11", used.clock, UNION_KEYS, STORE_ID)

    segment = closed(used, new_pair())
    used.clock.advance(timedelta(days=31 * 14))
    countersigned(used)
    with pytest.raises(EnvironmentFault, match=r"journal\.keep"):
        drop()
    take_receipt(used.journal, segment, receipt_of(segment), UNION_KEYS, STORE_ID)
    used.clock.advance(timedelta(days=-31 * 3))
    with pytest.raises(EnvironmentFault, match=r"journal\.keep"):
        drop()
    used.clock.advance(timedelta(days=31 * 3))
    anchor = used.journal.head
    assert drop() == 10
    report = checked(used, anchor=anchor, union=UnionWord(UNION_KEYS))
    assert report.whole, report.findings
    assert [line.number for line in used.lines()][:2] == [1, 11]
    head, _, broken = verify_chain(used.journal, UnionWord(UNION_KEYS))
    assert (head, broken) == (used.journal.head, ())


def test_a_month_that_no_head_lies_behind_is_not_dropped(used: World) -> None:
    segment = closed(used, new_pair())
    take_receipt(used.journal, segment, receipt_of(segment), UNION_KEYS, STORE_ID)
    used.clock.advance(timedelta(days=31 * 14))
    with pytest.raises(EnvironmentFault, match=r"journal\.keep"):
        drop_month(used.journal, "2026-11", used.clock, UNION_KEYS, STORE_ID)


def test_a_long_month_is_closed_in_parts_that_one_message_takes(
    used: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.security.journal.segments.LINES_AT_ONCE", 4)
    used.clock.set_wall(datetime(2026, 12, 1, 9, 0, tzinfo=JST))
    audit = new_pair()
    parts = close_month(used.journal, "2026-11", audit.public, used.clock)
    assert [(one.first, one.last) for one in parts] == [(1, 4), (5, 8), (9, 10)]
    assert [one.before for one in parts[1:]] == [one.hash for one in parts[:-1]]
    for part in parts:
        take_receipt(used.journal, part, receipt_of(part), UNION_KEYS, STORE_ID)
    countersigned(used)
    used.clock.advance(timedelta(days=31 * 14))
    assert drop_month(used.journal, "2026-11", used.clock, UNION_KEYS, STORE_ID) == 10
    assert checked(used, union=UnionWord(UNION_KEYS)).whole
