"""The journal: each claim of DESIGN 5 is broken here once, and found."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update

from app.core.errors import EnvironmentFault, UserError
from app.core.paths import Paths
from app.security import vault
from app.security.acts.approval import Subject
from app.security.acts.content import salted_digest
from app.security.authenticators.verify import verify_assertion
from app.security.journal.genesis import Founder, Genesis, read_genesis, write_genesis
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State, decode_line, encode_line
from app.security.journal.verify import (
    FINDINGS,
    PublicKey,
    Report,
    UnionWord,
    read_anchor,
    verify,
)
from app.wire.heads import START, Head, chain_hash, countersign, follow
from app.wire.keys import signing_keys
from db.tables.control import act
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
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
UNION_KEYS = signing_keys(UNION.public_key().public_bytes_raw())
KEYS = {
    Signer.of(staff_id).credential_id: PublicKey(staff_id, Signer.of(staff_id).public_key)
    for staff_id, _, _ in STAFF.values()
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


@pytest.fixture
def used(world: World) -> World:
    """A journal of ten lines: genesis, views, three acts with signatures, a refusal."""
    administrator = world.session("administrator")
    with world.gate.view("admin.enter", administrator):
        pass
    for words in ("一", "二", "三"):
        prepared = world.gate.prepare(
            "admin.hours_exception", administrator, content=words_of(world, words), sentence=words
        )
        commit(world, prepared)
    with (
        pytest.raises(UserError),
        world.gate.view("admin.enter", world.session("nobody")),
    ):
        pass
    with world.gate.view("admin.permission_table", administrator):
        pass
    assert world.journal.head.number == 10
    return world


def checked(world: World, **options: Any) -> Report:
    return verify(world.journal, KEYS, verify_assertion, **options)


def found(world: World, **options: Any) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in checked(world, **options).findings]


def attack(world: World, *statements: tuple[str, tuple[Any, ...]]) -> None:
    """Write to the file as somebody with the key and without our code would."""
    connection = vault.open_journal(world.paths, DATA_KEY)
    for trigger in ("line_stays", "line_kept", "head_stays", "head_kept"):
        connection.execute(f"DROP TRIGGER {trigger}")
    for sql, parameters in statements:
        connection.execute(sql, parameters)
    connection.close()


def rewrite_from(world: World, number: int, change: Any) -> None:
    """Change one line and chain everything after it anew: the strongest forgery."""
    rows = world.journal.file.rows("SELECT number, hash, body FROM line ORDER BY number")
    value, statements = START.hash, []
    for place, _, body in rows:
        if place == number:
            line = decode_line(place, body)
            entry = change(line.entry)
            body = encode_line(line.at, line.terminal, line.epoch, entry)
        value = chain_hash(value, place, hashlib.sha256(body).digest())
        statements.append(
            ("UPDATE line SET hash = ?, body = ? WHERE number = ?", (value, body, place))
        )
    attack(world, *statements)


def test_an_untouched_journal_is_whole(used: World) -> None:
    report = checked(used, anchor=used.journal.head)
    assert report.whole, report.findings
    assert (report.lines, report.signatures, report.first) == (10, 5, 1)
    assert report.fingerprint.count("-") == 7


def test_a_changed_line_is_found(used: World) -> None:
    body = used.journal.file.rows("SELECT body FROM line WHERE number = 5")[0][0]
    attack(used, ("UPDATE line SET body = ? WHERE number = 5", (body.replace(b"S301", b"S201"),)))
    assert found(used) == [(5, "changed")]
    assert "5行目" in checked(used).findings[0].message


def test_a_removed_line_is_found(used: World) -> None:
    attack(used, ("DELETE FROM line WHERE number = 6", ()))
    assert found(used) == [(6, "missing")]


def test_removed_newest_lines_are_found_by_the_anchor_only(used: World) -> None:
    anchor = used.journal.head
    attack(used, ("DELETE FROM line WHERE number > 8", ()))
    assert found(used) == []
    assert found(used, anchor=anchor) == [(10, "anchor")]


def test_reordered_lines_are_found(used: World) -> None:
    three, five = (
        used.journal.file.rows("SELECT hash, body FROM line WHERE number = ?", (n,))[0]
        for n in (3, 5)
    )
    change = "UPDATE line SET hash = ?, body = ? WHERE number = ?"
    attack(used, (change, (*five, 3)), (change, (*three, 5)))
    assert found(used) == [(3, "changed")]


def test_a_rewritten_tail_is_found_by_the_last_countersigned_head(used: World) -> None:
    record = countersign(UNION, STORE_ID, TERMINAL, used.journal.head, "2026-11-16T10:00:00+09:00")
    used.journal.keep_head(record, STORE_ID, UNION.public_key())
    rewrite_from(used, 2, lambda entry: dataclasses.replace(entry, staff_id="S201"))
    assert (1, "rechained") in found(used, union=UnionWord(UNION_KEYS))


def test_an_act_given_to_somebody_else_does_not_carry_the_signature(used: World) -> None:
    rewrite_from(used, 3, lambda entry: dataclasses.replace(entry, staff_id="S201"))
    assert (3, "other_act") in found(used)


def test_an_act_given_another_subject_does_not_carry_the_signature(used: World) -> None:
    forged = Subject("staff", "S101")
    rewrite_from(used, 3, lambda entry: dataclasses.replace(entry, subject=forged))
    assert (3, "other_act") in found(used)


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": b"m" * 16},
        {"content_digest": b"c" * 32},
        {"document_digest": b"d" * 32},
        {"purpose": "audit"},
        {"function_id": "admin.back_up"},
    ],
)
def test_whatever_a_signed_line_says_is_under_its_signature(
    used: World, change: dict[str, Any]
) -> None:
    rewrite_from(used, 3, lambda entry: dataclasses.replace(entry, **change))
    assert (3, "other_act") in found(used)


def test_a_line_rewritten_before_a_signed_act_breaks_the_head_it_signed(used: World) -> None:
    rewrite_from(used, 2, lambda entry: dataclasses.replace(entry, shown=("S101",)))
    assert found(used) == [(3, "other_act"), (5, "other_act"), (7, "other_act")]


def test_a_genesis_with_one_founder_s_signature_is_found(used: World) -> None:
    rewrite_from(used, 1, lambda entry: dataclasses.replace(entry, evidence=entry.evidence[:1]))
    assert (1, "genesis") in found(used)


def test_an_end_without_its_beginning_is_found(used: World) -> None:
    rewrite_from(used, 8, lambda entry: dataclasses.replace(entry, of=2))
    assert {(8, "end_alone"), (7, "no_end")} <= set(found(used))


def test_a_forged_signature_is_found(used: World) -> None:
    def forge(entry: Entry) -> Entry:
        (evidence,) = entry.evidence
        stranger = Signer.of("stranger")
        assertion = stranger.sign(hashlib.sha256(b"something else").digest())
        forged = dataclasses.replace(
            evidence,
            authenticator_data=assertion.authenticator_data,
            client_data=assertion.client_data,
            signature=assertion.signature,
        )
        return dataclasses.replace(entry, evidence=(forged,))

    rewrite_from(used, 3, forge)
    assert (3, "signature") in found(used)


def test_a_key_that_was_never_registered_is_found(used: World) -> None:
    keys = {name: key for name, key in KEYS.items() if key.staff_id != "S301"}
    report = verify(used.journal, keys, verify_assertion)
    assert [one.code for one in report.findings] == ["unknown_key"] * 3


def test_another_genesis_has_another_fingerprint_and_fails_its_signature(used: World) -> None:
    before = checked(used).fingerprint
    genesis = read_genesis(used.journal.line(1))
    changed = dataclasses.replace(genesis, recovery_public="age1attacker").to_bytes()
    rewrite_from(used, 1, lambda entry: dataclasses.replace(entry, payload=changed))
    report = checked(used)
    assert (1, "signature") in [(one.line, one.code) for one in report.findings]
    assert report.fingerprint != before


def test_the_anchor_is_typed_as_a_fingerprint_or_as_a_head(used: World) -> None:
    report = checked(used)
    assert checked(used, anchor=read_anchor(report.fingerprint.lower())).whole
    typed = f" {report.head.number}:{report.head.hash.hex()} "
    assert checked(used, anchor=read_anchor(typed)).whole
    other = read_anchor("0000-1111-2222-3333-4444-5555-6666-7777")
    assert found(used, anchor=other) == [(1, "anchor")]
    for wrong in ("", "1:ab", "x:" + "0" * 64, "0000-1111"):
        with pytest.raises(UserError, match=r"journal\.anchor"):
            read_anchor(wrong)


def test_lines_cannot_be_changed_or_removed_by_our_own_connection(used: World) -> None:
    for sql in ("UPDATE line SET body = x'00'", "DELETE FROM line"):
        with pytest.raises(EnvironmentFault), used.journal.file.write() as connection:
            connection.execute(sql)
    assert checked(used).whole


def test_the_union_follows_the_digests_and_refuses_a_fork(used: World, tmp_path: Path) -> None:
    known = Head(4, used.journal.file.rows("SELECT hash FROM line WHERE number = 4")[0][0])
    assert follow(known, used.journal.lines_since(known)) == used.journal.head
    stranger = Head(4, b"x" * 32)
    with pytest.raises(EnvironmentFault, match=r"journal\.fork"):
        used.journal.lines_since(stranger)
    record = countersign(UNION, STORE_ID, TERMINAL, stranger, "2026-11-16T10:00:00+09:00")
    with pytest.raises(EnvironmentFault, match=r"journal\.fork"):
        used.journal.keep_head(record, STORE_ID, UNION.public_key())


def test_a_head_of_another_union_or_store_is_refused(used: World) -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"v" * 32)
    at = "2026-11-16T10:00:00+09:00"
    for record in (
        countersign(other, STORE_ID, TERMINAL, used.journal.head, at),
        countersign(UNION, "store-2", TERMINAL, used.journal.head, at),
        countersign(UNION, STORE_ID, "T02", used.journal.head, at),
    ):
        with pytest.raises(EnvironmentFault, match=r"journal\.head_forged"):
            used.journal.keep_head(record, STORE_ID, UNION.public_key())
    assert used.journal.last_countersigned() is None


def test_an_older_copy_lacks_the_head_that_the_union_knows(used: World, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    used.journal.file.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(used.paths.journal, old)
    with used.gate.view("admin.enter", used.session("administrator")):
        pass
    head = used.journal.head
    used.journal.close()
    shutil.copy(old, used.paths.journal)
    again = Journal.open(vault.open_journal(used.paths, DATA_KEY), TERMINAL, 1, used.clock)
    assert not again.has(head)
    again.close()


def test_erased_content_leaves_the_chain_whole_and_reveals_nothing(used: World) -> None:
    line = next(one for one in used.lines() if one.entry.state is State.BEGUN)
    with used.store.view(("act",)) as work:
        salt = work.one(select(act).where(act.c.journal_line == line.number)).salt
    assert salted_digest(salt, (words_of(used, "一"), ())) == line.entry.content_digest
    with used.hands_on("act") as work:
        work.run(update(act).values(salt=b""))
    assert salted_digest(b"", (words_of(used, "一"), ())) != line.entry.content_digest
    assert checked(used).whole


def test_without_a_line_there_is_no_act(world: World) -> None:
    session = world.session("administrator")
    prepared = world.touch_of(session)
    approvals = world.approvals(prepared)
    (pages,) = world.journal.file.rows("PRAGMA page_count")[0]
    world.journal.file.rows(f"PRAGMA max_page_count = {pages}")
    fill(world.journal)
    with pytest.raises(EnvironmentFault, match=r"journal\.full"):
        commit(world, prepared, approvals)
    with pytest.raises(EnvironmentFault, match=r"journal\.full"):
        read_something(world)
    with world.store.view(("act",)) as work:
        assert work.first(select(act)) is None
    world.journal.file.rows("PRAGMA max_page_count = 100000")
    commit(world, prepared, approvals)
    assert checked(world).whole


def read_something(world: World) -> str:
    with world.gate.view("admin.enter", world.session("administrator")):
        return "data"


def fill(journal: Journal) -> None:
    """Use up what is left in the last pages."""
    with pytest.raises(EnvironmentFault):
        for _ in range(10_000):
            journal.append(Entry(State.EVENT, "test.fill", payload=b"x" * 50))
    with pytest.raises(EnvironmentFault):
        for _ in range(10_000):
            journal.append(Entry(State.EVENT, "f"))


def test_an_end_that_cannot_be_written_is_owed_and_comes_first(world: World) -> None:
    prepared = world.touch_of(world.session("administrator"))
    approvals = world.approvals(prepared)
    with world.gate.act(prepared, approvals) as work:
        line = work.line
        (pages,) = world.journal.file.rows("PRAGMA page_count")[0]
        world.journal.file.rows(f"PRAGMA max_page_count = {pages}")
        fill(world.journal)
    assert [one.number for one in world.journal.open_acts()] == [line]
    world.journal.file.rows("PRAGMA max_page_count = 100000")
    read_something(world)
    assert world.journal.open_acts() == ()
    assert checked(world).whole


@pytest.mark.parametrize("committed", [True, False])
def test_a_begun_without_an_end_is_closed_from_what_the_store_shows(
    world: World, committed: bool
) -> None:
    entry = Entry(State.BEGUN, "admin.back_up", "S301", nonce=b"n" * 16)
    number = world.journal.begin(entry)
    world.journal.close()
    journal = Journal.open(vault.open_journal(world.paths, DATA_KEY), TERMINAL, 1, world.clock)
    world.journal = journal
    assert (number, "no_end") in found(world)
    assert journal.settle(lambda one: committed and one.nonce == b"n" * 16) == 1
    end = world.last_line().entry
    assert (end.state, end.of) == (State.DONE if committed else State.FAILED, number)
    assert checked(world).whole


def test_a_newer_journal_is_refused(world: World) -> None:
    world.journal.file.rows("PRAGMA user_version = 99")
    with pytest.raises(EnvironmentFault, match=r"journal\.version"):
        Journal.open(vault.open_journal(world.paths, DATA_KEY), TERMINAL, 1, world.clock)


def test_every_finding_has_its_sentence() -> None:
    assert all(text.endswith("。") for text in FINDINGS.values())


@pytest.mark.parametrize("names", [("S201",), ("S201", "S201"), ("S201", "S202", "S301"), ()])
def test_genesis_needs_two_founders_with_two_keys(
    world: World, tmp_path: Path, names: tuple[str, ...]
) -> None:
    genesis = Genesis(
        STORE_ID,
        TERMINAL,
        "999998",
        "training.madoguchi.internal",
        True,
        tuple(
            Founder(name, Signer.of(name).credential_id, Signer.of(name).public_key)
            for name in names
        ),
        "age1",
        "2026-11-16T10:00:00+09:00",
    )
    assertions = [Signer.of(name).sign(genesis.challenge) for name in names]
    with pytest.raises(UserError, match=r"genesis\.two_founders"):
        write_genesis(world.journal, genesis, assertions, verify_assertion)


def genesis_of(one: tuple[str, Signer], other: tuple[str, Signer]) -> Genesis:
    founders = tuple(Founder(name, key.credential_id, key.public_key) for name, key in (one, other))
    rp_id = "training.madoguchi.internal"
    at = "2026-11-16T10:00:00+09:00"
    return Genesis(STORE_ID, TERMINAL, "999998", rp_id, True, founders, "age1", at)


def test_one_key_is_not_two_founders(world: World) -> None:
    key = Signer.of("S201")
    genesis = genesis_of(("S201", key), ("S202", key))
    signed = [key.sign(genesis.challenge), key.sign(genesis.challenge)]
    with pytest.raises(UserError, match=r"genesis\.two_founders"):
        write_genesis(world.journal, genesis, signed, verify_assertion)


@pytest.mark.parametrize("verified", [(True, False), (False, True)])
def test_presence_alone_founds_nothing(
    world: World, tmp_path: Path, verified: tuple[bool, bool]
) -> None:
    paths = Paths(tmp_path / "fresh")
    paths.make()
    connection = vault.open_journal(paths, DATA_KEY, create=True)
    journal = Journal.create(connection, TERMINAL, 1, world.clock)
    keys = [Signer.of("S201"), Signer.of("S202")]
    genesis = genesis_of(("S201", keys[0]), ("S202", keys[1]))
    signed = [
        key.sign(genesis.challenge, verified=done) for key, done in zip(keys, verified, strict=True)
    ]
    with pytest.raises(EnvironmentFault, match=r"assertion\.no_verification"):
        write_genesis(journal, genesis, signed, verify_assertion)
    assert journal.head.number == 0
    journal.close()
