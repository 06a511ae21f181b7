"""Several desks of one municipality that share its control log, and the union between them.

Each desk is a founded terminal with a store, people and keys of its own; ``Town`` keeps the log as
the union does and can be made to lie.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from app.core.clock import FixedClock
from app.security.control.deeds import TakeEnrolment
from app.security.entry.doorway import Doorway
from app.security.entry.terminal import OpenTerminal
from app.security.staff.session import Session
from app.wire.control import ControlHead, follow_rows, origin, portion
from app.wire.heads import Head
from app.wire.keys import SigningKeys, signing_keys
from app.wire.protocol import ControlRow
from app.wire.statements import sign
from db.tables.control import terminal_key
from tests.support.founded import MONDAY, FoundedTerminal, copied, found_terminal

TOWN = "999998"

Answer = tuple[tuple[ControlRow, ...], bytes]


@dataclass
class Town:
    """The union's side. ``rows`` are kept behind the last place alone; ``lie`` changes an answer
    before it is given."""

    clock: FixedClock
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    municipality: str = TOWN
    rows: list[bytes] = field(default_factory=list)
    lie: Callable[[Answer], Answer] = lambda answer: answer

    @property
    def keys(self) -> SigningKeys:
        """By which terminals know the union."""
        return signing_keys(self.key.public_key().public_bytes_raw())

    @property
    def head(self) -> Head:
        """The last place."""
        return follow_rows(origin(self.municipality), self.rows)

    def signed(self, head: Head | None = None, municipality: str = "") -> bytes:
        """The union's word on a place."""
        at = self.clock.now().isoformat()
        place = head or self.head
        said = ControlHead(municipality or self.municipality, place.number, place.hash, at)
        return sign(said, self.key)

    def contact(self, terminal: OpenTerminal) -> bool:
        """One contact with everything that it needs; whether the log was applied."""
        log = terminal.municipal_log
        log.begin()
        for _ in range(50):
            told = log.tell(self.municipality)
            if told.rows and Head(told.position, told.hash) == self.head:
                self.rows += [body for body in told.rows if body not in self.rows]
            bodies = portion(self.rows[told.position :])
            rows = tuple(
                ControlRow(at, body) for at, body in enumerate(bodies, start=told.position + 1)
            )
            if not log.take(self.municipality, *self.lie((rows, self.signed())), self.keys):
                return log.problem is None
        raise AssertionError("a contact without an end")


@dataclass
class Desk:
    """One terminal of the town; ``enter`` opens it."""

    made: FoundedTerminal
    number: str
    door: Doorway | None = None

    @property
    def terminal(self) -> OpenTerminal:
        """The open terminal."""
        assert self.door is not None and self.door.terminal is not None
        return self.door.terminal

    def enter(self, staff_id: str = "S201") -> Session:
        """Log in; the terminal is opened when it was closed."""
        if self.door is None:
            self.door = self.made.login()
        return self.made.enter(self.door, staff_id)

    def sign(self, session: Session, function_id: str, content: object, second: str = "") -> int:
        """An act of administration by real touches."""
        assert self.door is not None
        return self.made.sign(self.door, session, function_id, content, second)

    def later(self, **delta: float) -> None:
        """Time passes here."""
        self.made.clock.advance(timedelta(**delta))

    def close(self) -> None:
        """Close the terminal."""
        if self.door is not None:
            self.door.close()
        self.door = None


def desk_of(town: Town, folder: Path, number: str) -> Desk:
    """A desk whose own log begins with the town's founding, enrolled under ``number``."""
    folder.mkdir()
    return enrolled(town, Desk(found_terminal(folder), number))


def enrolled(town: Town, desk: Desk) -> Desk:
    """The desk, known to the town's union under its number."""
    number, session = desk.number, desk.enter()
    taken = TakeEnrolment("0f1e", "広域連合", number, TOWN, "counter", "2027-11-16")
    prepared = desk.terminal.gate.prepare(
        "admin.take_enrolment", session, content=taken, sentence="例"
    )
    touches = desk.made.touches(desk.terminal.gate, prepared, "S202")
    with desk.terminal.gate.act(prepared, touches) as work:
        for name, value in (("terminal", number), ("profile", "counter")):
            work.set_fact(name, value)
        work.set_fact("terminal_state", "registered")
        public = town.key.public_key().public_bytes_raw()
        row = {"name": "union_signing", "value": public, "valid_to": ""}
        work.run(insert(terminal_key), row)
    desk.close()
    return desk


def town_in(folder: Path, numbers: Sequence[str] = ("T11", "T12")) -> tuple[Town, list[Desk]]:
    """A town of several desks; each has had its first contact and is closed. Made once for each
    worker; a test gets copies."""
    town, desks = _made_once(tuple(numbers))
    copies = []
    for desk in desks:
        (folder / desk.number).mkdir()
        copies.append(Desk(copied(desk.made, folder / desk.number), desk.number))
    return Town(FixedClock(MONDAY), town.key, rows=list(town.rows)), copies


def offered_town() -> Town:
    """A town whose log two desks already follow, for one that does not yet; no desk of it."""
    town, _ = _made_once(("T11", "T12"))
    return Town(FixedClock(MONDAY), town.key, rows=list(town.rows))


@functools.cache
def _made_once(numbers: tuple[str, ...]) -> tuple[Town, list[Desk]]:
    town = Town(FixedClock(MONDAY))
    return town, desks_of(town, Path(tempfile.mkdtemp(prefix="town-")), numbers)


def desks_of(town: Town, folder: Path, numbers: Sequence[str]) -> list[Desk]:
    """Several desks; each has had its first contact and is closed."""
    made = [desk_of(town, folder / number, number) for number in numbers]
    for desk in made:
        desk.enter()
        assert town.contact(desk.terminal), desk.terminal.municipal_log.problem
        desk.close()
    return made
