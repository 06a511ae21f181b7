"""The gate's own cost and the proof of the journal (DESIGN 9), on 1,000,000 lines."""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.security.acts.approval import Subject
from app.security.authenticators.verify import verify_assertion
from app.security.journal.line import Entry, State, encode_line
from app.security.journal.verify import PublicKey, verify, verify_chain
from app.wire.heads import chain_hash
from db.engine import Tuning, connect
from tests.benchmarks import limits
from tests.benchmarks.frame import Bench, Better, Limit, Row
from tests.support.signers import Signer
from tests.support.world import DATA_KEY, STAFF, World, world_in

Cost = tuple[float, float]
"""Wall and CPU time."""

LINES = 1_000_000
ACTS = 300
SIGNATURES = 5_000


@contextmanager
def full_world() -> Iterator[World]:
    """A terminal whose journal has a million view lines, chained as the journal does."""
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        _fill(world, LINES)
        world.journal._head = world.journal.file.last()
        yield world


def _fill(world: World, count: int) -> None:
    head = world.journal.head
    number, value = head.number, head.hash
    at = world.clock.now().isoformat()
    with world.journal.file.write() as connection:
        for index in range(count):
            entry = Entry(
                State.VIEW,
                "persons.open",
                "S101",
                session="session-S101",
                subject=Subject("person", f"T01-1-{index:06d}"),
                shown=(f"T01-1-{index:06d}",),
            )
            body = encode_line(at, "T01", 1, entry)
            number += 1
            value = chain_hash(value, number, hashlib.sha256(body).digest())
            connection.execute(
                "INSERT INTO line (number, hash, body) VALUES (?, ?, ?)", (number, value, body)
            )


def gate_rows() -> Iterable[Row]:
    """Cost of the gate per act and per view, and of proving the chain."""
    with full_world() as world:
        check = 1000 / limits.signature_checks()
        for name, once, bare, more in (
            ("view", _view(world), "one bare SQLite write", 0.0),
            ("act with touch", _act(world), "one bare SQLite write and signature check", check),
        ):
            (wall, own), (write_wall, write_own) = _p95(once, limits.SqliteWrite(world.paths.data))
            note = f"{world.journal.head.number:,} lines"
            limit = Limit(bare, write_wall + more)
            yield Row(f"gate: {name}, p95 with the disk", 3.0, wall, "ms", limit, note=note)
            limit = Limit(bare, write_own + more)
            yield Row(f"gate: {name}, p95 of its own CPU time", 3.0, own, "ms", limit)
        started = time.perf_counter()
        head, count, broken = verify_chain(world.journal)
        seconds = time.perf_counter() - started
        assert head == world.journal.head
        assert not broken
        limit = Limit("bare SHA-256 over the same lines", limits.hash_chain(_lines(world)))
        yield Row("journal: chain", 50_000, count / seconds, "lines/s", limit, Better.MORE)


def _lines(world: World) -> Iterator[tuple[object, ...]]:
    """The lines as they lie in the file."""
    connection = connect(world.paths.journal, DATA_KEY, Tuning())
    try:
        yield from connection.execute("SELECT number, hash, body FROM line ORDER BY number")
    finally:
        connection.close()


def signature_rows() -> Iterable[Row]:
    """Signatures of acts verified, with everything their lines say compared. Every act is really
    signed: a line repeated is found, because its nonce was used before."""
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        session = world.session("clerk")
        for _ in range(SIGNATURES):
            prepared = world.touch_of(session)
            with world.gate.act(prepared, world.approvals(prepared)):
                pass
        keys = {
            Signer.of(one).credential_id: PublicKey(one, Signer.of(one).public_key)
            for one, _, _ in STAFF.values()
        }
        started = time.process_time()
        report = verify(world.journal, keys, verify_assertion)
        seconds = time.process_time() - started
        assert report.whole, report.findings[:3]
        rate = report.signatures / seconds
        limit = Limit("bare checks of a signature", limits.signature_checks())
        note = "CPU time, one core"
        yield Row("journal: signatures", 10_000, rate, "/s", limit, Better.MORE, note)


def _view(world: World) -> Callable[[], Cost]:
    session = world.session("clerk")

    def once() -> Cost:
        with _Watch() as watch, world.gate.view("persons.enter", session):
            pass
        return watch.cost

    return once


def _act(world: World) -> Callable[[], Cost]:
    session = world.session("clerk")

    def once() -> Cost:
        with _Watch() as preparing:
            prepared = world.touch_of(session)
        approvals = world.approvals(prepared)
        with _Watch() as acting, world.gate.act(prepared, approvals):
            pass
        return preparing.cost[0] + acting.cost[0], preparing.cost[1] + acting.cost[1]

    return once


class _Watch:
    """Wall and CPU seconds of a block."""

    cost: Cost = (0.0, 0.0)

    def __enter__(self) -> _Watch:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.cost = (time.perf_counter() - self._wall, time.process_time() - self._cpu)


def _p95(once: Callable[[], Cost], bare: limits.SqliteWrite) -> tuple[Cost, Cost]:
    """95th percentiles in milliseconds over ``ACTS`` runs of both in turn, after a few to warm
    up."""
    for _ in range(20):
        once(), bare.once()
    costs = [(*once(), *bare.once()) for _ in range(ACTS)]
    bare.close()
    wall, own, write_wall, write_own = (
        statistics.quantiles(values, n=20)[-1] * 1000 for values in zip(*costs, strict=True)
    )
    return (wall, own), (write_wall, write_own)


BENCHES = (
    Bench("gate", "The gate's own cost, and the journal's chain", gate_rows),
    Bench("signatures", "The signatures of a journal", signature_rows),
)
