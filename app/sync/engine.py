"""The exchange engine (送受信): one round after another over one line (DESIGN 6).

A round: last head → control log and heads → what is due is sent → what waits is fetched and
applied. Everything is a row on disk before and after each step, so a round may end anywhere:
the next one asks the peer first and goes on. No transaction is open while the line is used.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select

from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.core.progress import Progress
from app.sync import first_load, keeping, sending
from app.sync.faults import ExchangeCancelled, line_fault
from app.sync.inbox import last_applied
from app.sync.outbox import unknown_sending
from app.sync.recalling import ask_back
from app.sync.receiving import receive
from app.sync.restored import make_whole, newest_receipts, places_held
from app.sync.round import (
    ContactReport,
    EngineParts,
    Problem,
    ReceiveReport,
    Round,
    SendReport,
    of_the_line,
    problem_of,
)
from app.sync.sending import asked_wait
from app.sync.states import Incoming, Outgoing
from app.sync.terminal_keys import TerminalKeys, read_keys, receiving_keys
from app.sync.transport import OpenLine
from app.sync.work import EXCHANGE
from app.wire.files import FILES
from app.wire.heads import START, CountersignedHead, Head, LineDigest
from app.wire.keys import SigningKeys
from app.wire.protocol import LINES_AT_ONCE, ControlRow
from app.wire.statements import Contact, PeerTime, open_signed, sign
from app.wire.strict_cbor import encode
from app.wire.values import Codes
from db.tables.exchange import inbox, outbox

T = TypeVar("T")
_log = logging.getLogger(__name__)


class HeadKeeper(Protocol):
    """The journal as the engine sees it (``app.security.journal.journal``)."""

    def last_countersigned(self) -> CountersignedHead | None: ...

    def lines_since(self, head: Head, limit: int = ...) -> tuple[LineDigest, ...]: ...

    def keep_head(
        self, record: CountersignedHead, store_id: str, key: Ed25519PublicKey
    ) -> None: ...


class ControlTold(Protocol):
    """What a contact says of the control log."""

    @property
    def position(self) -> int: ...

    @property
    def hash(self) -> bytes: ...

    @property
    def rows(self) -> tuple[bytes, ...]: ...


class ControlLog(Protocol):
    """The municipal control log (管理簿): fetched and applied first at every contact
    (``app.security.gate.control_log``)."""

    @property
    def problem(self) -> MadoguchiError | None: ...

    @property
    def told_at(self) -> str: ...

    def begin(self) -> None: ...

    def position(self) -> int | None: ...

    def tell(self, municipality: str) -> ControlTold: ...

    def take(
        self,
        municipality: str,
        rows: tuple[ControlRow, ...],
        signed: bytes,
        keys: SigningKeys,
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Nothing:
    position: int = 0
    hash: bytes = b""
    rows: tuple[bytes, ...] = ()


class NoControlLog:
    """A terminal without people of its own (the relay): it shares no control log."""

    problem = None
    told_at = ""

    def begin(self) -> None:
        """Nothing is asked for."""

    def position(self) -> int | None:
        return None

    def tell(self, municipality: str) -> ControlTold:
        return _Nothing()

    def take(
        self,
        municipality: str,
        rows: tuple[ControlRow, ...],
        signed: bytes,
        keys: SigningKeys,
    ) -> bool:
        """Nothing came."""
        return False


class Engine:
    """Sends and receives for one terminal. One round at a time, from any thread.

    ``on_time`` takes the union's signed time; ``on_contact`` is told of each round that came to
    its end, while its line is still open.
    """

    def __init__(
        self,
        bench: EngineParts,
        open_line: OpenLine,
        *,
        journal: HeadKeeper,
        control: ControlLog | None = None,
        on_time: Callable[[datetime], None] = lambda moment: None,
        on_contact: Callable[[Round], None] = lambda here: None,
    ) -> None:
        missing = {spec.applied_by for spec in FILES.values()} - {"", *bench.handlers}
        if missing:
            raise ValueError(f"nothing applies what {sorted(missing)} should")
        self._bench = bench
        self._open_line = open_line
        self._journal = journal
        self._control = control or NoControlLog()
        self._on_time = on_time
        self._on_contact = on_contact
        self._turn = threading.Lock()
        self._stops: set[threading.Event] = set()
        self._closed = False
        self._not_before = 0.0  # of the clock's monotonic time
        self._tidied: date | None = None

    @property
    def folder(self) -> Path:
        """Where received containers lie, sealed."""
        return self._bench.folder

    @property
    def progress(self) -> Progress:
        """How far the transfer or the applying under way is."""
        return self._bench.progress

    @property
    def codes(self) -> Codes:
        """The codes that hold for what is sent and received."""
        return self._bench.codes

    def contact(self) -> ContactReport:
        """One whole round. What was done stays done; an item that cannot be sent or taken
        holds up its own stream and nothing else. Raises nothing for an unreachable peer."""
        done = ContactReport()
        if self._bench.clock.monotonic() < self._not_before:
            return replace(done, problem=problem_of(line_fault("busy")))
        try:
            with self._round() as here:
                rows, peer_time = self._heads(here)
                told = self._control.problem
                trouble = None if told is None else problem_of(told)
                done = replace(
                    done, control_rows=rows, peer_time=peer_time, control_problem=trouble
                )
                self._bench.tell()
                for report in self._send_due(here):
                    done = replace(done, sent=(*done.sent, report))
                ask_back(here)
                for received in self._receive(here):
                    problem = received.problem if of_the_line(received.problem) else None
                    all_received = (*done.received, received)
                    done = replace(done, received=all_received, problem=problem)
                self._forget_old()
                self._on_contact(here)
        except ExchangeCancelled:
            done = replace(done, cancelled=True)
        except (EnvironmentFault, UserError) as fault:
            self._not_before = self._bench.clock.monotonic() + asked_wait(fault).total_seconds()
            done = replace(done, problem=problem_of(fault))
        waiting = sum(report.state is Incoming.STAGED for report in done.received)
        return replace(done, waiting=waiting, control_at=self._control.told_at)

    def last_word(self, say: Callable[[Round], T]) -> T:
        """The rest of the journal, then what this terminal says at its end, and the answer;
        nothing is received any more. Raises what the line raises, and ExchangeCancelled."""
        with self._round() as here:
            self._heads(here, NoControlLog())  # what others decide counts here no more
            self._on_contact(here)
            return say(here)

    def send_now(self, outbox_id: str) -> SendReport:
        """Send one confirmed item at once (即時) and take what comes back, the decision first.

        Raises nothing for an unreachable peer: the report says so and the item waits. Raises
        UserError ``outbox.unknown``.
        """
        report: SendReport | None = None
        received: list[ReceiveReport] = []
        problem: Problem | None = None
        cancelled = False
        try:
            with self._round() as here:
                for sent in self._send_due(here, outbox_id):
                    report = sent if sent.outbox_id == outbox_id else report
                received.extend(_receive_all(here))
        except ExchangeCancelled:
            cancelled = True
        except (EnvironmentFault, UserError) as fault:
            problem = problem_of(fault)
        if report is None:
            report = self._not_tried(outbox_id, problem, cancelled=cancelled)
        return replace(report, received=tuple(received), problem=report.problem or problem)

    def _receive(self, here: Round) -> Iterator[ReceiveReport]:
        """What waits for this terminal; while it is being filled, part after part of that until
        both sides count the same, or until something does not go on."""
        if not self._is_being_filled():
            yield from _receive_all(here)
            return
        # Nobody can search yet, so nobody waits for the store.
        filled = replace(here, bench=replace(here.bench, quiet=lambda: True))
        while True:
            here.go_on("fill.ask")
            told = here.line.filling()
            with self._bench.hand.system(EXCHANGE) as work:
                done = first_load.note(work, told, self._control.position())
            reports = list(_receive_all(filled))
            yield from reports
            stopped = not all(report.settled for report in reports)
            if done or stopped or not reports:
                return

    def _is_being_filled(self) -> bool:
        with self._bench.hand.system(EXCHANGE) as work:
            return first_load.is_open(work)

    def cancel(self) -> None:
        """Stop at once the round that is running and those that wait for their turn, from any
        thread; nothing counts as failed."""
        for stop in tuple(self._stops):
            stop.set()

    def close(self) -> None:
        """Stop everything as ``cancel`` does, and begin nothing any more: the program ends."""
        self._closed = True
        self.cancel()

    def last_received(self, file_id: str) -> str:
        """The moment the last file of this kind was applied (ISO), "" for never (SEC-118)."""
        with self._bench.hand.system(EXCHANGE) as work:
            return last_applied(work, file_id)

    def stands(self) -> str:
        """The moment (ISO) up to which a restored terminal's data stand, "" when it is full."""
        with self._bench.hand.system(EXCHANGE) as work:
            return first_load.stands(work)

    def open_items(self) -> int:
        """How many items are under way or wait, both directions (for the status line)."""
        with self._bench.hand.system(EXCHANGE) as work:
            out = select(func.count()).where(outbox.c.state.in_(_TO_SEND))
            into = select(func.count()).where(inbox.c.state.in_(_TO_RECEIVE))
            return int(work.scalar(out) or 0) + int(work.scalar(into) or 0)

    def _forget_old(self) -> None:
        """Once a day: sealed copies whose time is over go (SEC-96). One that cannot be removed
        is tried again the next day, and stops nothing."""
        today = self._bench.clock.now().date()
        if self._tidied == today:
            return
        self._tidied = today
        with self._bench.hand.system(EXCHANGE) as work:
            keeping.forget_sent(work, today)
            work.set_fact(keeping.TIDIED_FACT, today.isoformat())
        try:
            with self._bench.hand.system(EXCHANGE) as work:
                paths = keeping.received_too_long_ago(work, self._bench.folder, today)
            keeping.forget_received(paths)
        except OSError as cause:
            _log.warning("a received copy could not be removed: %s", cause)

    @contextmanager
    def _round(self) -> Iterator[Round]:
        stop = threading.Event()
        self._stops.add(stop)
        try:
            with self._turn:
                if stop.is_set() or self._closed:
                    raise ExchangeCancelled
                self._bench.step("keys")
                with self._bench.hand.system(EXCHANGE) as work:
                    keys = read_keys(work)
                line = self._open_line(keys)
                line.heed(stop)
                try:
                    yield Round(self._bench, line, keys, stop)
                finally:
                    self._bench.progress.end()
                    line.close()
        finally:
            self._stops.discard(stop)

    def _heads(self, here: Round, control: ControlLog | None = None) -> tuple[int, str]:
        """Last head, journal lines, countersigned head, time, control rows (of ``control``, else of
        this terminal's own log); how many rows came, and the union's time."""
        control = control or self._control
        store_id, epoch = self._store()
        key = here.keys.first_union_key
        here.go_on("contact.last_head")
        last = here.line.last_head()
        if last is not None:
            self._journal.keep_head(last, store_id, key)
        rows, at = 0, ""
        control.begin()
        while True:
            known = self._journal.last_countersigned()
            since = known.head if known is not None else START
            lines = self._journal.lines_since(since, LINES_AT_ONCE)
            here.go_on("contact.lines")
            nonce = secrets.token_bytes(32)
            answer = here.line.contact(
                self._statement(here.keys, control, (store_id, epoch, nonce), since, lines)
            )
            here.go_on("contact.keep_head")
            self._journal.keep_head(answer.head, store_id, key)
            at = self._take_time(here.keys, answer.time, nonce)
            here.go_on("contact.control")
            more = control.take(
                here.keys.facts.municipality,
                answer.control,
                answer.control_head,
                here.keys.union_keys,
            )
            make_whole(here, answer.epoch, answer.places)
            rows += len(answer.control)
            if len(lines) < LINES_AT_ONCE and not more:
                return rows, at
            if answer.head.head.number <= since.number and len(lines) == LINES_AT_ONCE:
                raise line_fault("answer")  # it takes lines and never gets any further

    def _statement(
        self,
        keys: TerminalKeys,
        log: ControlLog,
        place: tuple[str, int, bytes],
        since: Head,
        lines: tuple[LineDigest, ...],
    ) -> bytes:
        proof = self._journal.last_countersigned()
        with self._bench.hand.system(EXCHANGE) as work:
            receipts = newest_receipts(work, keys.facts.union)
            places = places_held(work, keys.facts.union)
            opens = receiving_keys(work, keys)
        store_id, epoch, nonce = place
        control = log.tell(keys.facts.municipality)
        contact = Contact(
            municipality=keys.facts.municipality,
            terminal=keys.facts.terminal,
            store=store_id,
            epoch=epoch,
            nonce=nonce,
            since=since,
            lines=lines,
            control=control.position,
            control_hash=control.hash,
            control_rows=control.rows,
            at=self._bench.clock.now().isoformat(timespec="seconds"),
            proof=encode(proof) if proof is not None else b"",
            receipts=receipts,
            places=places,
            opens=opens,
        )
        return sign(contact, keys.signing_key)

    def _take_time(self, keys: TerminalKeys, statement: bytes, nonce: bytes) -> str:
        told = open_signed(PeerTime, statement, keys.union_keys)
        if told.nonce != nonce:
            raise line_fault("time")
        self._on_time(datetime.fromisoformat(told.at))
        return told.at

    def _store(self) -> tuple[str, int]:
        with self._bench.hand.system(EXCHANGE) as work:
            return work.fact("store_id"), int(work.fact("epoch"))

    def _send_due(self, here: Round, outbox_id: str = "") -> Iterator[SendReport]:
        """What is due, stream by stream in order: an unsettled item holds up those after it."""
        with self._bench.hand.system(EXCHANGE) as work:
            rows = sending.due(work, outbox_id)
        held: set[str] = set()
        in_trouble = 0
        for item in rows:
            if item.stream in held:
                continue
            report = sending.send(here, item.id)
            if report.state not in (Outgoing.ACCEPTED, Outgoing.REJECTED):
                held.add(item.stream)
            yield report
            in_trouble = in_trouble + 1 if of_the_line(report.problem) else 0
            if in_trouble == _GIVEN_UP:
                return

    def _not_tried(self, outbox_id: str, problem: Problem | None, *, cancelled: bool) -> SendReport:
        """The report of an item whose turn did not come, and why."""
        with self._bench.hand.system(EXCHANGE) as work:
            state = work.scalar(select(outbox.c.state).where(outbox.c.id == outbox_id))
            if state is None:
                raise unknown_sending()
            if state == Outgoing.CONFIRMED and problem is None and not cancelled:
                problem = sending.note_behind(work, outbox_id)
        return SendReport(outbox_id, Outgoing(state), problem)


_GIVEN_UP = 2
"""After so many sendings in a row that met trouble of the line, the others wait too."""
_TO_SEND = (Outgoing.PREPARED, Outgoing.CONFIRMED, Outgoing.SENDING, Outgoing.SENT)
_TO_RECEIVE = (Incoming.ANNOUNCED, Incoming.FETCHING, Incoming.VERIFIED, Incoming.STAGED)


def _receive_all(here: Round) -> Iterator[ReceiveReport]:
    """What waits for this terminal, each stream in its order: what is not settled holds up
    those after it, and no other stream."""
    here.go_on("receive.list")
    items = here.line.down_list()
    streams = list(dict.fromkeys(item.stream for item in items))
    in_order = sorted(
        items, key=lambda item: (streams.index(item.stream), item.epoch, item.sequence)
    )
    held: set[str] = set()
    for item in in_order:
        if item.stream in held:
            continue
        report = receive(here, item)
        if not report.settled:
            held.add(item.stream)
        yield report
