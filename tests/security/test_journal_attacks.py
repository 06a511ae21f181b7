"""Hands inside: somebody with the journal's key, an outside tool and no union's signature.

Each attack was tried on the program before its mend and got through there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.clock import JST
from app.core.errors import EnvironmentFault, MadoguchiError
from app.security import vault
from app.security.acts.approval import Evidence
from app.security.authenticators.verify import verify_assertion
from app.security.journal.findings import DigestsOf, PublicKey, Report, UnionWord
from app.security.journal.genesis import Founder, read_genesis
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State, encode_line
from app.security.journal.segments import close_month, drop_month, take_receipt
from app.security.journal.verify import verify
from app.security.keys.sealing import new_pair
from app.wire.heads import CountersignedHead, Head, LineDigest, countersign
from app.wire.keys import signing_keys
from app.wire.segments import SegmentReceipt
from app.wire.statements import sign
from tests.support.journal_hands import (
    attack,
    bodies,
    chain_anew,
    digests,
    rewrite_from,
    rewritten,
)
from tests.support.signers import Signer
from tests.support.world import (
    DATA_KEY,
    STAFF,
    STORE_ID,
    TERMINAL,
    World,
    commit,
    words_of,
    world_in,
)

pytestmark = pytest.mark.req("SEC-105")
UNION = Ed25519PrivateKey.from_private_bytes(b"u" * 32)
UNION_KEYS = signing_keys(UNION.public_key().public_bytes_raw())
AT = "2026-11-16T10:00:00+09:00"
KEYS = {
    Signer.of(staff_id).credential_id: PublicKey(staff_id, Signer.of(staff_id).public_key)
    for staff_id, _, _ in STAFF.values()
}


class Union:
    """What the union remembers of this journal: its last head and the lines' digests."""

    def __init__(self) -> None:
        self.last: CountersignedHead | None = None
        self.lines: dict[int, LineDigest] = {}

    def contact(self, world: World) -> CountersignedHead:
        """A contact: the digests go up, the head comes back and is kept."""
        self.lines |= {line.number: line for line in digests(world)}
        self.last = countersign(UNION, STORE_ID, TERMINAL, world.journal.head, AT)
        world.journal.keep_head(self.last, STORE_ID, UNION.public_key())
        return self.last

    def word(self) -> UnionWord:
        """What it answers while it can be reached."""
        digests_of: DigestsOf = lambda first, last: tuple(  # noqa: E731
            line for number, line in sorted(self.lines.items()) if first <= number <= last
        )
        return UnionWord(UNION_KEYS, self.last, digests_of)


SILENT = UnionWord(UNION_KEYS)
"""A union that this terminal belongs to and cannot reach now."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


@pytest.fixture
def union(world: World) -> Union:
    """A journal of thirty-odd lines with three heads, and what the union knows of it."""
    union = Union()
    session = world.session("administrator")
    for turn in range(3):
        for step in range(3):
            with world.gate.view("admin.enter", session):
                pass
            words = words_of(world, f"{turn}{step}")
            commit(
                world,
                world.gate.prepare("admin.hours_exception", session, content=words, sentence="例"),
            )
        union.contact(world)
    with world.gate.view("admin.enter", session):
        pass
    return union


def checked(world: World, word: UnionWord, anchor: Head | str | None = None) -> Report:
    return verify(world.journal, KEYS, verify_assertion, union=word, anchor=anchor)


def found(world: World, word: UnionWord, anchor: Head | str | None = None) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in checked(world, word, anchor).findings]


def proved_to(union: Union) -> int:
    """The last line that the union signed."""
    assert union.last is not None
    return union.last.head.number


def somebody_else(entry: Entry) -> Entry:
    return dataclasses.replace(entry, session="session-S900")


def test_nothing_is_found_in_a_journal_that_nobody_touched(world: World, union: Union) -> None:
    for word in (union.word(), SILENT):
        assert checked(world, word).whole


# -- segments --------------------------------------------------------------------------------


def test_a_segment_that_nobody_receipted_hides_no_lines(world: World, union: Union) -> None:
    """A row of the table says that the first lines were dropped; the lines are gone."""
    ((value,),) = world.journal.file.rows("SELECT hash FROM line WHERE number = 9")
    attack(
        world,
        (
            "INSERT INTO segment (month, first, last, before, hash, digest, closed_at, dropped_at)"
            " VALUES ('2025-01', 1, 9, zeroblob(32), ?, zeroblob(32), '2025-02-01', ?)",
            (value, "2026-11-01T00:00:00+09:00"),
        ),
        ("DELETE FROM line WHERE number BETWEEN 2 AND 9", ()),
    )
    assert found(world, SILENT) == [(1, "segment")]


def receipted(world: World, union: Union, month: str = "2026-11") -> None:
    """Close the month and take the union's receipts, dated when they came."""
    for part in close_month(world.journal, month, new_pair().public, world.clock):
        said = SegmentReceipt(
            "999998",
            TERMINAL,
            STORE_ID,
            part.month,
            part.first,
            part.last,
            part.before,
            part.hash,
            part.digest,
            AT,
        )
        take_receipt(world.journal, part, sign(said, UNION), UNION_KEYS, STORE_ID)
    union.contact(world)


@pytest.mark.parametrize("dropped_at", ["2026-12-02T09:00:00+09:00", "2028-02-01T09:00:00+09:00"])
def test_a_receipted_month_that_is_dropped_before_its_time_is_told(
    world: World, union: Union, dropped_at: str
) -> None:
    world.clock.set_wall(datetime(2026, 12, 1, 9, 0, tzinfo=JST))
    receipted(world, union)
    ((last,),) = world.journal.file.rows("SELECT max(last) FROM segment")
    attack(
        world,
        ("UPDATE segment SET dropped_at = ?", (dropped_at,)),
        ("DELETE FROM line WHERE number BETWEEN 2 AND ?", (last,)),
    )
    assert [code for _, code in found(world, union.word())] == ["segment"]


def genesis_of_strangers(world: World) -> bytes:
    """A first line for the same store whose founders are others, with their true signatures."""
    signers = {name: Signer.of(f"stranger-{name}") for name in ("S201", "S202")}
    genesis = dataclasses.replace(
        read_genesis(world.journal.line(1)),
        founders=tuple(
            Founder(name, one.credential_id, one.public_key) for name, one in signers.items()
        ),
    )
    payload = genesis.to_bytes()
    evidence = tuple(Evidence.of(payload, one.sign(genesis.challenge)) for one in signers.values())
    line = world.journal.line(1)
    entry = dataclasses.replace(line.entry, payload=payload, evidence=evidence)
    return encode_line(line.at, line.terminal, line.epoch, entry)


def test_a_genesis_of_others_behind_a_dropped_month_is_told(world: World, union: Union) -> None:
    """No chain leads from genesis to the kept lines any more: the union still knows line 1."""
    world.clock.set_wall(datetime(2026, 12, 1, 9, 0, tzinfo=JST))
    receipted(world, union)
    world.clock.advance(timedelta(days=31 * 14))
    drop_month(world.journal, "2026-11", world.clock, UNION_KEYS, STORE_ID)
    union.contact(world)
    assert checked(world, union.word()).whole
    attack(world, *chain_anew([genesis_of_strangers(world)]))
    assert found(world, union.word()) == [(1, "genesis")]


# -- heads -----------------------------------------------------------------------------------


def test_heads_that_are_taken_from_the_table_are_missed(world: World, union: Union) -> None:
    attack(world, ("DELETE FROM head WHERE number < (SELECT max(number) FROM head)", ()))
    codes = [code for _, code in found(world, SILENT)]
    assert codes == ["head_missing", "head_missing"]


def test_a_line_changed_after_all_heads_were_removed_is_found_by_the_union(
    world: World, union: Union
) -> None:
    number = proved_to(union)  # the end of an act, after which nobody signed anything
    attack(world, ("DELETE FROM head", ()))
    rewrite_from(world, number, somebody_else)
    assert found(world, union.word()) == [(number, "rechained")]


def test_a_head_of_the_table_that_the_union_never_signed_is_no_proof(
    world: World, union: Union
) -> None:
    rewrite_from(world, 5, somebody_else)
    rows = world.journal.file.rows("SELECT number, hash FROM line")
    values = dict(rows)
    attack(
        world,
        *(
            (
                "UPDATE head SET hash = ? WHERE number = ?",
                (values[note.record.head.number], note.record.head.number),
            )
            for note in world.journal.heads()
        ),
    )
    assert found(world, union.word()) == [(5, "rechained")]


def test_a_head_s_line_put_in_twice_breaks_the_count(world: World, union: Union) -> None:
    """In the lines that no head covers yet, where the chain alone says nothing."""
    lines = bodies(world)
    body = next(body for _, body in reversed(lines) if b"journal.head" in body)
    last, value = world.journal.head.number, world.journal.head.hash
    attack(world, *chain_anew([body], last + 1, value))
    assert (last + 1, "head_order") in found(world, SILENT)


# -- which line, and no second cause ---------------------------------------------------------


@pytest.mark.parametrize("number", [2, 5, 9, 20])
def test_the_first_line_of_a_rechained_edit_is_named_by_the_union(
    world: World, union: Union, number: int
) -> None:
    rewrite_from(world, number, somebody_else)
    assert found(world, union.word()) == [(number, "rechained")]
    (fault,) = checked(world, SILENT).findings
    assert fault.line <= number <= fault.last


def test_a_line_whose_own_hash_was_made_to_fit_is_named_and_not_the_next_one(
    world: World, union: Union
) -> None:
    lines = bodies(world)
    forged = rewritten(5, lines[4][1], somebody_else)
    ((before,),) = world.journal.file.rows("SELECT hash FROM line WHERE number = 4")
    attack(world, *chain_anew([forged], 5, before))
    assert found(world, union.word()) == [(5, "changed")]


def test_lines_cut_off_with_their_heads_are_missed_by_the_union(world: World, union: Union) -> None:
    first = proved_to(union) - 2  # a view and a whole act: nothing is left half-done
    attack(
        world,
        ("DELETE FROM line WHERE number >= ?", (first,)),
        ("DELETE FROM head WHERE number >= ?", (first,)),
    )
    assert found(world, union.word()) == [(first, "cut")]


def test_one_wrong_line_is_one_cause_whatever_else_is_asked(world: World, union: Union) -> None:
    anchor = checked(world, union.word()).fingerprint
    attack(world, ("UPDATE line SET body = ? WHERE number = 5", (b"\x80",)))
    for mark in (anchor, world.journal.head, None):
        assert found(world, union.word(), mark) == [(5, "changed")]


def test_what_could_not_be_asked_is_said(world: World, union: Union) -> None:
    assert checked(world, union.word()).unchecked == ()
    assert checked(world, SILENT).unchecked == ("union_silent",)
    assert checked(world, UnionWord()).unchecked == ("no_union",)


def test_a_union_that_falls_silent_in_the_middle_leaves_the_range(
    world: World, union: Union
) -> None:
    def silent(first: int, last: int) -> tuple[LineDigest, ...]:
        raise EnvironmentFault("line.lost", "", "")

    rewrite_from(world, 5, somebody_else)
    word = dataclasses.replace(union.word(), digests=silent)
    (fault,) = checked(world, word).findings
    assert fault.code == "rechained" and fault.line <= 5 <= fault.last
    assert "どこか" in fault.message


def test_the_window_is_told_in_lines_and_seconds(world: World, union: Union) -> None:
    last = union.last
    assert last is not None
    world.clock.advance(timedelta(seconds=90))
    with world.gate.view("admin.enter", world.session("administrator")):
        pass
    window = checked(world, union.word()).window
    assert window.lines == world.journal.head.number - last.head.number
    newest = datetime.fromisoformat(world.lines()[-1].at)
    assert window.seconds == (newest - datetime.fromisoformat(AT)).total_seconds() > 0
    rewrite_from(world, last.head.number + 1, somebody_else)  # inside it: conceded (DESIGN 5)
    assert checked(world, union.word()).whole
    rewrite_from(world, last.head.number, somebody_else)
    assert found(world, union.word()) == [(last.head.number, "rechained")]


# -- what an older program wrote -------------------------------------------------------------

_AS_VERSION_1 = (
    ("DROP TABLE segment", ()),
    (
        "CREATE TABLE segment (month TEXT PRIMARY KEY, first INTEGER NOT NULL,"
        " last INTEGER NOT NULL, before BLOB NOT NULL, hash BLOB NOT NULL, digest BLOB NOT NULL,"
        " closed_at TEXT NOT NULL, accepted_at TEXT NOT NULL DEFAULT '',"
        " dropped_at TEXT NOT NULL DEFAULT '')",
        (),
    ),
    (
        "INSERT INTO segment (month, first, last, before, hash, digest, closed_at) VALUES"
        " ('2026-10', 1, 4, zeroblob(32), zeroblob(32), zeroblob(32), '2026-11-01')",
        (),
    ),
    ("ALTER TABLE head DROP COLUMN count", ()),
    ("ALTER TABLE head DROP COLUMN previous", ()),
    (
        "CREATE TRIGGER line_kept BEFORE DELETE ON line WHEN NOT EXISTS (SELECT 1 FROM segment"
        " WHERE OLD.number BETWEEN first AND last AND dropped_at <> '') BEGIN"
        " SELECT RAISE(ABORT, 'journal lines are never removed'); END",
        (),
    ),
    ("PRAGMA user_version = 1", ()),
)


def test_a_journal_of_the_first_version_goes_on(world: World) -> None:
    record = countersign(UNION, STORE_ID, TERMINAL, world.journal.head, AT)
    payload = cbor2.dumps([record.head.number, record.head.hash, record.signature])
    world.journal.append(Entry(State.EVENT, "journal.head", payload=payload))
    attack(
        world,
        (
            "INSERT INTO head (number, hash, store_id, terminal, at, signature)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (record.head.number, record.head.hash, STORE_ID, TERMINAL, AT, record.signature),
        ),
        *_AS_VERSION_1,
    )
    connection = vault.open_journal(world.paths, DATA_KEY)
    journal = Journal.open(connection, TERMINAL, 1, world.clock)
    try:
        assert journal.last_countersigned() == record
        again = countersign(UNION, STORE_ID, TERMINAL, journal.head, AT)
        journal.keep_head(again, STORE_ID, UNION.public_key())
        assert [note.count for note in journal.heads()] == [0, 2]
        assert [one[0] for one in journal.file.rows("SELECT month FROM segment")] == ["2026-10"]
        report = verify(journal, KEYS, verify_assertion, union=SILENT)
        assert report.whole, report.findings
        with pytest.raises(MadoguchiError), journal.file.write() as file:
            file.execute("DELETE FROM line WHERE number = 2")
    finally:
        journal.close()
