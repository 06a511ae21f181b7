"""The municipal control log (管理簿) at one terminal: sent, fetched and applied first at every
contact (DESIGN 4, decision 025).

The union's answer is taken whole or not at all: rows that do not continue what was applied here,
or do not lead to the head that the union signed, change nothing, the cause is named, and the log
grows older. What each row says is judged by this terminal alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import cbor2

from app.core.errors import EnvironmentFault, MadoguchiError
from app.security.acts.approval import AssertionCheck, Evidence, SignedAct, Subject
from app.security.control import standing
from app.security.control.joining import Offer
from app.security.control.keeper import Control
from app.security.control.proof import Prover, said_in
from app.security.control.rows import UNSIGNED
from app.security.control.shared import Shared, Step, step
from app.security.control.state import ControlState
from app.security.gate.hand import SystemHand
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State
from app.security.staff.grants import GrantState
from app.security.staff.session import LOG_OFF, LiveSessions
from app.wire.control import ControlHead, follow_rows, origin, portion
from app.wire.heads import Head
from app.wire.keys import SigningKeys
from app.wire.protocol import ControlRow
from app.wire.statements import open_signed
from db.work import Store

REFUSED = "control.refused"
"""The journal's line about an answer of which nothing was applied."""

_WHAT = "広域連合から来た管理簿（職員、権限、設定の記録）を取り込めませんでした: "
_DO = "何も変えていません。権限の変更はこの端末に届いていません。システム管理者に連絡してください。"

TAKEN_ELSEWHERE = "rights.taken"
"""Why a session ended: another desk took a right, a key or the place here."""

_WRITTEN_EVERY = timedelta(hours=1)

_NO_LONGER = (GrantState.REVOKED, GrantState.LAPSED)

REFUSALS = {
    "control.unsigned": "広域連合の署名がありません。",
    "control.other_municipality": "別の市町村の管理簿です。",
    "control.older": "この端末が取り込んだものより古い管理簿です。",
    "control.forked": "この端末が取り込んだものと途中から違う管理簿です。",
    "control.cut": "途中の行が抜けています。",
    "control.altered": "行の並びか中身が、広域連合の署名したものと違います。",
    "control.other_genesis": "この端末の初期設定から始まる管理簿ではありません。",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a contact says of the log: the last place applied, and rows to be put behind it."""

    position: int
    hash: bytes
    rows: tuple[bytes, ...]


class MunicipalLog:
    """The log over one open terminal. ``problem`` is why the newest answer was not applied."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        control: Control,
        hand: SystemHand,
        check: AssertionCheck,
        sessions: LiveSessions,
    ) -> None:
        self._store = store
        self._journal = journal
        self._control = control
        self._hand = hand
        self._check = check
        self._sessions = sessions
        self._fetched: tuple[bytes, ...] = ()
        self._is_first = False
        self.problem: MadoguchiError | None = None

    @property
    def told_at(self) -> str:
        """As ``Control.told_at``."""
        return self._control.told_at

    def position(self) -> int | None:
        """The position of the last row applied; None while this terminal shares no log."""
        shared = self._control.shared
        return shared.base.head.number or None if shared is not None else None

    def begin(self) -> None:
        """A contact begins: what an earlier one fetched in part is asked for again, and nothing is
        sent before the union has said that its log is empty or this terminal's own."""
        self._fetched, self._is_first = (), False

    def tell(self, municipality: str) -> Told:
        """What the next contact says. Nothing where the log is one that nobody else could prove."""
        shared = self._shared(municipality)
        if shared is None:
            return Told(0, b"", ())
        place = follow_rows(shared.base.head, self._fetched)
        begun = self._is_first or shared.base.head.number
        waiting = portion(body for _, body in shared.waiting) if begun and not self._fetched else ()
        return Told(place.number, place.hash, waiting)

    def take(
        self,
        municipality: str,
        rows: Sequence[ControlRow],
        signed: bytes,
        keys: SigningKeys,
    ) -> bool:
        """Judge the union's answer and apply it when it is whole; True while there is more to fetch
        or to send. Raises nothing for an answer that is refused: ``problem`` says why."""
        if self._shared(municipality) is None:
            return False
        try:
            more = self._take(municipality, rows, signed, keys)
        except EnvironmentFault as fault:
            self._fetched = ()
            self._name(fault)
            return False
        self.problem = None
        return more

    def _take(
        self, municipality: str, rows: Sequence[ControlRow], signed: bytes, keys: SigningKeys
    ) -> bool:
        with self._control.turn():
            shared = self._shared(municipality)
            assert shared is not None
            told = _read(municipality, signed, keys)
            place = follow_rows(shared.base.head, self._fetched)
            self._fetched += _following(place, rows)
            reached = follow_rows(shared.base.head, self._fetched)
            if reached.number < told.position and rows:
                return True
            _check(shared.base.head, reached, told)
            if not _is_ours(shared, self._fetched):
                self._offer(shared, (told, signed))
                raise refused("control.other_genesis")
            if not told.position and not self._is_first:
                self._is_first = True
                return bool(shared.waiting)
            self._apply(shared, (told, signed))
            left = self._control.shared
            return left is not None and bool(left.waiting) and reached != shared.base.head

    def _offer(self, shared: Shared, told: tuple[ControlHead, bytes]) -> None:
        """The log of another founding, whole and in the union's order: two persons may say that
        this terminal follows it (``FollowLog``). Nothing of it counts before."""
        here = (self._store.identity.terminal, self._store.identity.epoch)

        def stands(said: SignedAct, _evidence: Sequence[Evidence]) -> bool:
            return (said.terminal, said.epoch) != here

        prover = Prover(self._control.house, self._check, stands, lambda said: False)
        self._control.offer = Offer(self._fetched, *told, prover)

    def _apply(self, shared: Shared, told: tuple[ControlHead, bytes]) -> None:
        bodies, self._fetched = self._fetched, ()
        if not bodies and shared.told is not None and _is_soon(shared.told, told[0]):
            self._control.shared = replace(shared, told=told[0])
            return
        with self._store.view(standing.READS) as work:  # short: what proves takes a while
            every = (*bodies, *(body for _, body in shared.waiting))
            own = {said.nonce for said in said_in(every) if standing.is_own(work, said)}
        done = step(self._control.state, shared, bodies, told, self._prover(own, shared))
        self._hand.take_rows(done)
        self._control.carry_over(done)
        if done.named:
            self._note_faults(done)
        self._end_sessions(done)

    def _end_sessions(self, done: Step) -> None:
        """Whoever lost a right, the key or the place here by what other desks signed is out at
        once; a new login shows what is left."""
        for live in self._sessions.all():
            staff_id = live.session.staff_id
            if has_lost(done.before, done.state, staff_id, self._hand.now()):
                self._sessions.leave(live.session, TAKEN_ELSEWHERE)
                self._journal.append(
                    Entry(
                        State.EVENT,
                        LOG_OFF,
                        staff_id,
                        session=live.session.id,
                        cause=TAKEN_ELSEWHERE,
                    )
                )

    def _shared(self, municipality: str) -> Shared | None:
        shared = self._control.shared
        if shared is None or shared.base.head.number:
            return shared
        base = shared.base.draft()
        base.head = origin(municipality)
        return replace(shared, base=base)

    def _prover(self, mine: Collection[bytes], shared: Shared) -> Prover:
        identity = self._store.identity
        here = (identity.terminal, identity.epoch)

        def stands(said: SignedAct, _evidence: Sequence[Evidence]) -> bool:
            """An own act was judged by the journal when it was written or the store was opened;
            nobody else can have signed one here in this epoch."""
            if said.nonce in mine:
                return said.nonce not in shared.denied
            return (said.terminal, said.epoch) != here

        def own(said: SignedAct) -> bool:
            return said.terminal == here[0] or said.nonce in mine

        return Prover(self._control.house, self._check, stands, own)

    def _note_faults(self, done: Step) -> None:
        named = [["control_row", str(one.number), one.code, *one.who] for one in done.named]
        self._journal.append(
            Entry(
                State.EVENT,
                UNSIGNED,
                subject=Subject("list", "rights"),
                query_kind=f"rows-{len(named)}",
                payload=cbor2.dumps(named, canonical=True),
            )
        )

    def _name(self, fault: EnvironmentFault) -> None:
        """One line for each new cause, not one for each contact."""
        if self.problem is None or self.problem.code != fault.code:
            self._journal.append(Entry(State.EVENT, REFUSED, cause=fault.code))
        self.problem = fault


def has_lost(before: ControlState, now: ControlState, staff_id: str, at: datetime) -> bool:
    """Whether this person has no longer what they had: the place here, a key, or a right."""
    person, was = now.people.get(staff_id), before.people.get(staff_id)
    if person is None or (person.is_gone(at.date()) and not (was and was.is_gone(at.date()))):
        return True
    keys = (set(state.keys_of(staff_id)) for state in (before, now))
    rights = (
        {one.id for one in state.grants_of(staff_id) if one.state not in _NO_LONGER}
        for state in (before, now)
    )
    return any(old - new for old, new in (tuple(keys), tuple(rights)))


def refused(code: str) -> EnvironmentFault:
    """The fault of an answer of which nothing is applied (``REFUSALS``)."""
    return EnvironmentFault(code, _WHAT + REFUSALS[code], _DO)


def _read(municipality: str, signed: bytes, keys: SigningKeys) -> ControlHead:
    try:
        told = open_signed(ControlHead, signed, keys)
    except MadoguchiError as cause:
        raise refused("control.unsigned") from cause
    if told.municipality != municipality:
        raise refused("control.other_municipality")
    return told


def _is_soon(kept: ControlHead, told: ControlHead) -> bool:
    """Whether nothing but the moment is new, and that by so little that it is not written down."""
    late = datetime.fromisoformat(told.at) - datetime.fromisoformat(kept.at)
    return kept.head == told.head and timedelta() <= late < _WRITTEN_EVERY


def _following(place: Head, rows: Sequence[ControlRow]) -> tuple[bytes, ...]:
    numbers = [row.position for row in rows]
    if numbers != list(range(place.number + 1, place.number + 1 + len(rows))):
        raise refused("control.cut")
    return tuple(row.body for row in rows)


def _check(ours: Head, reached: Head, told: ControlHead) -> None:
    """The rows lead from what is applied here to what the union signed."""
    if told.position < ours.number:
        raise refused("control.older")
    if reached.number != told.position:
        raise refused("control.cut")
    if reached.hash != told.hash:
        raise refused("control.forked" if reached == ours else "control.altered")


def _is_ours(shared: Shared, fetched: Sequence[bytes]) -> bool:
    """Whether the log begins with the founding that this terminal's own log begins with."""
    if shared.base.head.number or not fetched:
        return True
    return bool(shared.waiting) and fetched[0] == shared.waiting[0][1]
