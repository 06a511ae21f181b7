"""How soon a revocation of one desk is in force at thirty others (DESIGN 4, decision 025)."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.catalog import CATALOG
from app.peers.union.embed import embedded
from app.security.authenticators.verify import verify_assertion
from app.security.control.deeds import Revoke
from app.security.control.effects import right_of
from app.security.control.proof import Prover
from app.security.control.rules import House
from app.security.control.state import ControlState
from app.security.staff.grants import GrantState
from app.start.counter import _CONTACT_EVERY_MS
from app.wire.control import ControlHead, origin
from app.wire.heads import START, Head
from app.wire.statements import open_signed
from tests.benchmarks.frame import Bench, Limit, Row
from tests.support.forked_union import ForkedUnion
from tests.support.town import town_in
from tests.support.union_terminal import MORNING, UnionTerminal
from tests.support.world import shared_tables

CLIENTS = 30
EVERY = _CONTACT_EVERY_MS / 1000
UNDER = "152994"
"""The municipality under which the union keeps the rows; they name none themselves."""
_WHOSE, _RIGHT = "S202", "records.verify"


@dataclass
class Light:
    """A terminal without a store: the whole line, and the proof of what comes over it."""

    line: UnionTerminal
    prover: Prover
    state: ControlState = field(default_factory=lambda: ControlState(head=origin(UNDER)))
    journal: Head = START
    seconds: float = 0.0

    def contact(self, rows: tuple[bytes, ...] = ()) -> bool:
        """Whether the right is revoked by what is known here now."""
        place = self.state.head
        answer = self.line.contact(
            self.journal,
            control=place.number,
            control_hash=place.hash,
            control_rows=rows,
        )
        self.journal = answer.head.head
        told = open_signed(ControlHead, answer.control_head, self.line.union_keys)
        proved = self.prover.follow(
            self.state, [(row.position, row.body) for row in answer.control]
        )
        assert not proved.faults and proved.state.head == told.head
        self.state = proved.state
        held = self.state.grants_of(_WHOSE, _RIGHT)
        return bool(held) and held[0].state is GrantState.REVOKED

    def wait(self, offset: float, begun: float) -> None:
        """Contact every minute, from its own moment on, until the right is revoked here."""
        time.sleep(offset)
        while not self.contact():
            time.sleep(EVERY)
        self.seconds = time.monotonic() - begun


def desk_rows() -> Iterable[Row]:
    """Seconds from the touch that takes a right until the last of the others knows and proves it,
    each of them in contact every minute from a moment of its own."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        town, (desk, _) = town_in(place)
        before = tuple(town.rows)
        session = desk.enter("S201")
        right = right_of(desk.terminal.control.state.grants_of(_WHOSE, _RIGHT)[0])
        desk.sign(session, "admin.revoke_grant", Revoke((right,)))
        assert town.contact(desk.terminal)
        desk.close()
        house = House.of(CATALOG, shared_tables())
        with embedded(place / "union", moment=MORNING, start=ForkedUnion) as union:
            lines = [
                UnionTerminal(union, municipality=UNDER, name=f"窓口{n}").enrol()
                for n in range(CLIENTS + 1)
            ]
            first, *others = [Light(one, Prover(house, verify_assertion)) for one in lines]
            first.contact(before)
            assert not any(one.contact() for one in others)
            begun = time.monotonic()
            assert first.contact(tuple(town.rows[len(before) :]))
            alone = time.monotonic() - begun
            waits = [
                threading.Thread(target=one.wait, args=(EVERY * at / CLIENTS, begun))
                for at, one in enumerate(others, start=1)
            ]
            for one in waits:
                one.start()
            for one in waits:
                one.join()
            for line in lines:
                line.close()
    last = max(one.seconds for one in others)
    assert all(one.seconds for one in others)
    limit = Limit("one minute, which each waits at most", EVERY)
    note = f"{CLIENTS} light clients, own contact {alone:.2f} s, every {EVERY:.0f} s"
    yield Row("a revocation in force on 30 terminals", 300.0, last, "s", limit, note=note)


BENCHES = (Bench("desks", "A revocation reaches thirty terminals", desk_rows),)
