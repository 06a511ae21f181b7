"""A terminal that was founded by itself follows the municipality's control log (decision 025, 7).

Both of its founders compare the code of that log with one of its desks and sign, as the last deed
of their own log, that this store follows it. From that row on people, keys, rights and settings are
those of the municipality; what the own founding gave is over. The row itself does not travel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.security.control import rules
from app.security.control.deeds import FollowLog
from app.security.control.done import Done
from app.security.control.proof import Prover
from app.security.control.rules import House
from app.security.control.shared import Shared, digest
from app.security.control.state import ControlState
from app.security.keys.slot_model import ContentError, decode_person_keys
from app.security.refusals import refusal
from app.wire.control import ControlHead, origin

LEAST_WHO_ENTER = 2
"""So many supervisors of the municipality must be able to log in here afterwards."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A whole log of another founding, as it came: its rows, the union's word on them, read and as
    it was signed, and who judges them."""

    bodies: tuple[bytes, ...]
    told: ControlHead
    signed: bytes
    prover: Prover

    @property
    def code(self) -> str:
        """By which two persons at two desks compare it (照合コード)."""
        return log_code(self.bodies[0])


@dataclass(frozen=True, slots=True)
class Joined:
    """Where the deed leads to; ``numbers`` are those that the rows get here."""

    state: ControlState
    shared: Shared
    offer: Offer
    numbers: tuple[int, ...]


def log_code(first: bytes) -> str:
    """The code of the log that begins with this row: 8 groups of 4 hex digits."""
    text = hashlib.sha256(first).hexdigest()[:32].upper()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def follows(deed: FollowLog, bodies: Sequence[bytes]) -> bool:
    """Whether these rows are the log that the deed names."""
    return bool(bodies) and log_code(bodies[0]) == deed.code


def join(
    own: ControlState, deed: FollowLog, done: Done, offer: Offer | None, house: House
) -> Joined:
    """What follows from the deed. ``own`` is the state of the own log. Raises ``Refusal``
    ``control.no_offer`` when no such log has come, ``control.nobody_enters`` when fewer than two
    supervisors of it could log in here afterwards."""
    if offer is None or not follows(deed, offer.bodies):
        raise refusal("control.no_offer")
    numbers = tuple(range(done.number + 1, done.number + 1 + len(offer.bodies)))
    start = ControlState(head=origin(offer.told.municipality), terminal=own.terminal)
    base = offer.prover.follow(start, zip(numbers, offer.bodies, strict=True))
    able = [
        one for one in rules.supervisors(base.state, done.day, house) if _opens(base.state, one)
    ]
    if len(able) < LEAST_WHO_ENTER:
        raise refusal("control.nobody_enters")
    known = {digest(body): number for number, body in zip(numbers, offer.bodies, strict=True)}
    shared = Shared(base.state, (), base.faults, known, frozenset(), offer.told, offer.bodies[0])
    return Joined(base.state.draft(), shared, offer, numbers)


def _opens(state: ControlState, staff_id: str) -> bool:
    """Whether the log carries what this person needs to sit down at any terminal."""
    try:
        return not decode_person_keys(state.sealed.get(staff_id, b"")).rests_on_keyring
    except ContentError:
        return False
