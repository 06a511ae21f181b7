"""Whatever is done to a journal's file before the union's last head is found, and an outsider's
verifier, written from docs/auditing.md alone, finds it too.

3,000 tamperings in ``make soak``: delete, swap, edit, insert, truncate, replay, strip, replace
the file, fake segment, remove heads; each as it is or chained anew, with the heads behind it or
without.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.clock import JST, FixedClock
from app.security.authenticators.verify import verify_assertion
from app.security.journal.export import exported
from app.security.journal.file import JournalFile
from app.security.journal.findings import PublicKey, Report, UnionWord
from app.security.journal.genesis import read_genesis
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State, decode_line, encode_line
from app.security.journal.segments import close_month, drop_month, take_receipt
from app.security.journal.verify import verify
from app.security.keys.sealing import new_pair
from app.security.keys.terminal_state import STATE_EVENT, TerminalState
from app.wire.heads import START, CountersignedHead, LineDigest, chain_hash, countersign
from app.wire.keys import signing_keys
from app.wire.segments import SegmentReceipt
from app.wire.statements import sign
from tests.support import independent_signatures, independent_verifier
from tests.support.journal_hands import digests
from tests.support.signers import Signer
from tests.support.soak import tries
from tests.support.world import STAFF, STORE_ID, TERMINAL, World, commit, words_of, world_in

pytestmark = pytest.mark.req("SEC-105")
UNION = Ed25519PrivateKey.from_private_bytes(b"u" * 32)
UNION_KEYS = signing_keys(UNION.public_key().public_bytes_raw())
AT = datetime(2026, 11, 16, 12, 0, tzinfo=JST)
KEYS = {
    Signer.of(staff_id).credential_id: PublicKey(staff_id, Signer.of(staff_id).public_key)
    for staff_id, _, _ in STAFF.values()
}
TRIES = tries(250, 3_000)
OURS = ("app", "db", "tests")
Row = tuple[Any, ...]


@dataclass
class Rows:
    """The content of a journal's file, open to every hand."""

    lines: list[Row]
    heads: list[Row]
    segments: list[Row]

    def copy(self) -> Rows:
        return Rows([*self.lines], [*self.heads], [*self.segments])

    def chain_anew(self, first: int) -> None:
        """Number and chain everything from line ``first`` on."""
        gone = self.segments[-1] if self.segments else (0, 0, "", b"", START.hash)
        kept = [row for row in self.lines if row[0] < first]
        number, value = (gone[1], gone[4])  # behind the dropped months, or the start
        if kept and kept[-1][0] > number:
            number, value = kept[-1][:2]
        for row in self.lines[len(kept) :]:
            if row[0] == 1:  # genesis, which nothing chains to where its month is gone
                kept.append((1, chain_hash(START.hash, 1, hashlib.sha256(row[2]).digest()), row[2]))
                number, value = (number, value) if gone[1] else kept[-1][:2]
                continue
            number += 1
            value = chain_hash(value, number, hashlib.sha256(row[2]).digest())
            kept.append((number, value, row[2]))
        self.lines = kept

    def opened(self) -> Journal:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        JournalFile(connection).create()
        for table, rows in (("line", self.lines), ("head", self.heads), ("segment", self.segments)):
            for row in rows:
                marks = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
        return Journal.open(connection, TERMINAL, 1, FixedClock(AT))


@dataclass
class Known:
    """A journal, an older copy of it, and what the union knows."""

    rows: Rows
    older: Rows
    last: CountersignedHead
    lines: dict[int, LineDigest] = field(default_factory=dict)

    @property
    def word(self) -> UnionWord:
        return UnionWord(
            UNION_KEYS,
            self.last,
            lambda first, last: tuple(
                line for number, line in sorted(self.lines.items()) if first <= number <= last
            ),
        )


def _rows(world: World) -> Rows:
    tables = ("line", "head", "segment")
    return Rows(*(list(world.journal.file.rows(f"SELECT * FROM {name}")) for name in tables))


def _work(world: World, turns: int) -> None:
    session = world.session("administrator")
    for turn in range(turns):
        with world.gate.view("admin.enter", session):
            pass
        words = words_of(world, f"{turn}")
        commit(
            world,
            world.gate.prepare("admin.hours_exception", session, content=words, sentence="例"),
        )


def _contact(world: World, lines: dict[int, LineDigest]) -> CountersignedHead:
    lines |= {line.number: line for line in digests(world)}
    last = countersign(UNION, STORE_ID, TERMINAL, world.journal.head, AT.isoformat())
    world.journal.keep_head(last, STORE_ID, UNION.public_key())
    return last


def _drop_a_month(world: World, lines: dict[int, LineDigest]) -> None:
    world.clock.set_wall(datetime(2026, 12, 1, 9, 0, tzinfo=JST))
    for part in close_month(world.journal, "2026-11", new_pair().public, world.clock):
        names = ("month", "first", "last", "before", "hash", "digest")
        fields: dict[str, Any] = {name: getattr(part, name) for name in names}
        said = SegmentReceipt("999998", TERMINAL, STORE_ID, at=AT.isoformat(), **fields)
        take_receipt(world.journal, part, sign(said, UNION), UNION_KEYS, STORE_ID)
    _contact(world, lines)
    world.clock.advance(timedelta(days=31 * 14))
    world.set_fact("clock_mark", world.clock.now().isoformat())
    drop_month(world.journal, "2026-11", world.clock, UNION_KEYS, STORE_ID)
    world.clock.set_wall(datetime(2026, 11, 16, 12, 0, tzinfo=JST))  # rights and hours of the world
    world.set_fact("clock_mark", world.clock.now().isoformat())


@functools.cache
def known(dropped: bool) -> Known:
    """A journal of some fifty lines with three heads; ``dropped``: behind a dropped month."""
    lines: dict[int, LineDigest] = {}
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        _work(world, 2)
        if dropped:
            _drop_a_month(world, lines)
        ((first,),) = world.journal.file.rows("SELECT hash FROM line WHERE number = 1")
        state = TerminalState(genesis=bytes(first)).to_bytes()
        world.journal.append(Entry(State.EVENT, STATE_EVENT, payload=state))
        for _ in range(2):
            _work(world, 2)
            _contact(world, lines)
        older = _rows(world)
        _work(world, 2)
        last = _contact(world, lines)
        _work(world, 1)
        return Known(_rows(world), older, last, lines)


# -- what hands can do: each gives the first line it touched, 0 for a table alone ------------


def _delete(dice: random.Random, it: Known, rows: Rows) -> int:
    place = dice.randrange(1, len(rows.lines))
    first = rows.lines[place][0]
    del rows.lines[place : place + dice.randint(1, 3)]
    return int(first)


def _swap(dice: random.Random, it: Known, rows: Rows) -> int:
    one, other = sorted(dice.sample(range(1, len(rows.lines)), 2))
    a, b = rows.lines[one], rows.lines[other]
    rows.lines[one], rows.lines[other] = (a[0], a[1], b[2]), (b[0], b[1], a[2])
    return int(a[0])


def _edit(dice: random.Random, it: Known, rows: Rows) -> int:
    place = dice.randrange(len(rows.lines))
    number, value, body = rows.lines[place]
    if dice.random() < 0.5:
        at = dice.randrange(len(body))
        body = body[:at] + bytes([body[at] ^ (1 << dice.randrange(8))]) + body[at + 1 :]
    else:
        line = decode_line(number, body)
        change = dice.choice(
            [{"staff_id": "S900"}, {"purpose": "other"}, {"cause": "x"}, {"shown": ("T01-1-1",)}]
        )
        entry = dataclasses.replace(line.entry, **change)  # type: ignore[arg-type]
        body = encode_line(line.at, line.terminal, line.epoch, entry)
    rows.lines[place] = (number, value, body)
    return int(number)


def _insert(dice: random.Random, it: Known, rows: Rows) -> int:
    place = dice.randrange(1, len(rows.lines))
    number = int(rows.lines[place][0])
    copied = dice.choice(rows.lines)[2]
    later = [(n + 1, value, body) for n, value, body in rows.lines[place:]]
    rows.lines[place:] = [(number, rows.lines[place][1], copied), *later]
    return number


def _truncate(dice: random.Random, it: Known, rows: Rows) -> int:
    place = dice.randrange(1, len(rows.lines))
    first = int(rows.lines[place][0])
    del rows.lines[place:]
    return first


def _replay(dice: random.Random, it: Known, rows: Rows) -> int:
    number = int(rows.lines[-1][0]) + 1
    rows.lines.append((number, bytes(32), dice.choice(rows.lines)[2]))
    return number


def _strip(dice: random.Random, it: Known, rows: Rows) -> int:
    signed = [place for place, row in enumerate(rows.lines) if b"webauthn.get" in row[2]]
    place = dice.choice(signed)
    number, value, body = rows.lines[place]
    line = decode_line(number, body)
    entry = dataclasses.replace(line.entry, evidence=())
    rows.lines[place] = (number, value, encode_line(line.at, line.terminal, line.epoch, entry))
    return int(number)


def _replace_by_older(dice: random.Random, it: Known, rows: Rows) -> int:
    older = it.older.copy()
    rows.lines, rows.heads, rows.segments = older.lines, older.heads, older.segments
    return int(rows.lines[-1][0]) + 1


def _replace_by_another(dice: random.Random, it: Known, rows: Rows) -> int:
    """Another terminal's journal, whole in itself."""
    other = known(dropped=False).rows.copy()
    line = decode_line(1, other.lines[0][2])
    genesis = dataclasses.replace(read_genesis(line), store_id="S-other")
    entry = dataclasses.replace(line.entry, payload=genesis.to_bytes())
    body = encode_line(line.at, line.terminal, line.epoch, entry)
    rows.lines = [(1, bytes(32), body), *other.lines[1:]]
    rows.heads, rows.segments = other.heads, other.segments
    return 1


def _fake_segment(dice: random.Random, it: Known, rows: Rows) -> int:
    place = dice.randrange(2, len(rows.lines) - 1)
    number, value, _ = rows.lines[place]
    dropped_at = f"20{dice.randint(26, 40)}-02-01T09:00:00+09:00"
    receipt = dice.choice([b"", b"x", *(row[8] for row in rows.segments)])
    fake = (1, number, "2025-12", START.hash, value, bytes(32), b"", "2026-01-01", receipt,
            dropped_at)  # fmt: skip
    rows.segments = [fake]
    del rows.lines[1 : place + 1]
    return 0


def _remove_heads(dice: random.Random, it: Known, rows: Rows) -> int:
    gone = dice.sample(range(len(rows.heads)), dice.randint(1, len(rows.heads)))
    rows.heads = [row for place, row in enumerate(rows.heads) if place not in gone]
    return 0


HANDS: dict[str, Callable[[random.Random, Known, Rows], int]] = {
    "delete": _delete,
    "swap": _swap,
    "edit": _edit,
    "insert": _insert,
    "truncate": _truncate,
    "replay": _replay,
    "strip": _strip,
    "older file": _replace_by_older,
    "another file": _replace_by_another,
    "fake segment": _fake_segment,
    "remove heads": _remove_heads,
}


NAMED = ("edit", "strip", "delete", "swap", "insert")
"""Where the union's digests must name the very line, however well the chain was made anew."""


def first_other(it: Known, rows: Rows) -> int:
    """The first line that is not the one whose digest the union got."""
    for number, _, body in rows.lines:
        told = it.lines.get(number)
        if told is None or told.digest != hashlib.sha256(body).digest():
            return int(number)
    return int(rows.lines[-1][0]) + 1


def proved(it: Known, rows: Rows) -> tuple[Report, list[tuple[int, str]]]:
    """What our proof says, and what the outsider's says of the exported file."""
    journal = rows.opened()
    try:
        report = verify(journal, KEYS, verify_assertion, union=it.word)
        text = "\n".join(exported(journal, KEYS, it.word, AT))
    finally:
        journal.close()
    return report, list(independent_verifier.Journal(text).faults())


@pytest.mark.parametrize("dropped", [False, True], ids=["whole", "behind a dropped month"])
def test_an_untouched_journal_is_whole_for_both(dropped: bool) -> None:
    it = known(dropped)
    report, outside = proved(it, it.rows)
    assert report.whole, report.findings
    assert outside == []
    assert report.window.lines == int(it.rows.lines[-1][0]) - it.last.head.number > 0


def test_every_tampering_before_the_last_head_is_found() -> None:
    dice = random.Random(None if TRIES > 1000 else 105)
    tried: Counter[str] = Counter()
    inside = 0
    for turn in range(TRIES):
        it = known(dropped=turn % 3 == 2)
        name = list(HANDS)[turn % len(HANDS)]
        rows = it.rows.copy()
        first = HANDS[name](dice, it, rows)
        anew = first > 0 and dice.random() < 0.6
        if anew:
            rows.chain_anew(first)
            if dice.random() < 0.5:
                rows.heads = [row for row in rows.heads if row[0] < first]
        if first > it.last.head.number:
            inside += 1  # the window that DESIGN 5 concedes
            continue
        if rows == it.rows:
            continue
        report, outside = proved(it, rows)
        told = f"{name} at {first}, chained anew: {anew}, turn {turn}"
        assert report.findings, told
        assert outside, f"the outsider: {told}"
        wrong = report.findings[0]
        if anew and name in NAMED and first_other(it, rows) <= it.last.head.number:
            assert wrong.line == first_other(it, rows), f"{told}: {wrong}"
        tried[name] += 1
    assert set(tried) >= set(HANDS) - {"replay"}
    assert inside < TRIES / 3


def test_the_verifier_is_short_and_knows_nothing_of_ours() -> None:
    source = Path(independent_verifier.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 200
    imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
    ours = [one.split()[1] for one in imports if one.split()[1].split(".")[0] in OURS]
    assert ours == ["tests.support.independent_signatures"]
    plain = Path(independent_signatures.__file__).read_text(encoding="utf-8")
    theirs = tuple(f"from {one}" for one in OURS)
    assert not [line for line in plain.splitlines() if line.startswith(theirs)]
