"""What one round over the line uses and what it reports."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.core.clock import Clock
from app.core.errors import Bug, MadoguchiError
from app.core.progress import Progress
from app.core.shown import log_incident
from app.sync.faults import ExchangeCancelled, LineFault, PeerRefused
from app.sync.inbox import Handler
from app.sync.states import Incoming, Outgoing
from app.sync.terminal_keys import TerminalKeys
from app.sync.transport import Transport
from app.sync.work import EngineHand, EngineWork
from app.wire.protocol import DownItem
from app.wire.refusals import ContainerRefused
from app.wire.statements import StatementRefused
from app.wire.strict_cbor import MalformedBody
from app.wire.values import Codes

_log = logging.getLogger(__name__)
_OF_ONE_EXCHANGE = (LineFault, PeerRefused, StatementRefused, MalformedBody, ContainerRefused)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault as it is shown: code, what happened, what to do."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ReceiveReport:
    """What became of one received file. While it is not ``settled``, the files after it in its
    stream wait; ``problem`` may stand beside a file that was taken in spite of it."""

    inbox_id: str
    file_id: str
    state: Incoming
    applied: int = 0
    dropped: int = 0
    listed: int = 0
    problem: Problem | None = None
    settled: bool = True


@dataclass(frozen=True, slots=True)
class SendReport:
    """What became of one sending. ``problem`` says why it is not accepted (yet);
    ``received`` what came back in the same round, the decision among it."""

    outbox_id: str
    state: Outgoing
    problem: Problem | None = None
    received: tuple[ReceiveReport, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the union's receipt says so."""
        return self.state is Outgoing.ACCEPTED


@dataclass(frozen=True, slots=True)
class ContactReport:
    """What one round did. ``problem`` is the trouble that ended it, or that the line still had
    at its end; that of one item stands in the item's own report. ``control_problem`` is why nothing
    of the control log was applied, ``control_at`` the moment (ISO) as of which it is known, "" for
    a terminal that shares none. ``waiting`` counts files that are staged and wait for a quiet
    moment; ``peer_time`` is ISO or ""."""

    sent: tuple[SendReport, ...] = ()
    received: tuple[ReceiveReport, ...] = ()
    control_rows: int = 0
    peer_time: str = ""
    waiting: int = 0
    cancelled: bool = False
    problem: Problem | None = None
    control_problem: Problem | None = None
    control_at: str = ""


@dataclass(frozen=True, slots=True)
class EngineParts:
    """What the engine is built with.

    ``handlers`` maps function ids to what applies a file; ``folder`` holds received
    containers, sealed; ``quiet`` says whether nobody works (locked or just opened); ``step`` is
    told each step before it is taken; ``on_rejected`` is told of a case whose sending the peer
    did not take, in the unit of work that settles the sending. ``hand_over`` gets what came, whole
    and verified and still sealed, where nothing is opened here (the relay), and says why it waits,
    "" when it was taken; it may be asked again. ``tell`` prepares what this desk has to tell the
    others. ``progress`` is told how far a transfer or an applying is.
    """

    hand: EngineHand
    handlers: Mapping[str, Handler]
    clock: Clock
    codes: Codes
    folder: Path
    quiet: Callable[[], bool]
    step: Callable[[str], None]
    on_rejected: Callable[[EngineWork, str], None]
    hand_over: Callable[[DownItem, Path], str] | None = None
    tell: Callable[[], None] = lambda: None
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True, slots=True)
class Round:
    """One open line with the keys that opened it. ``cancel`` is looked at between chunks."""

    bench: EngineParts
    line: Transport
    keys: TerminalKeys
    cancel: threading.Event = field(default_factory=threading.Event)

    def go_on(self, step: str) -> None:
        """Name the step about to be taken. Raises ExchangeCancelled when asked to stop."""
        if self.cancel.is_set():
            raise ExchangeCancelled
        self.bench.step(step)


def item_fault(error: Exception) -> MadoguchiError:
    """The fault of an exchange that concerns one item: the line's, the peer's, or a mistake of
    ours (logged under a number, without values). The round goes on with the other items.

    What concerns the whole terminal (the store, the gate) is raised again.
    """
    if isinstance(error, _OF_ONE_EXCHANGE):
        return error
    if isinstance(error, (MadoguchiError, ExchangeCancelled)):
        raise error
    incident = log_incident(error, _log)
    return Bug(
        "exchange.bug",
        f"送受信の途中でプログラムの誤りがありました（エラー番号 {incident}）。",
        "ほかの送受信は続けています。エラー番号を控えて、システム管理者に連絡してください。",
    )


def of_the_line(problem: Problem | None) -> bool:
    """Whether the line itself had trouble, so that the next item may well meet it too."""
    return problem is not None and problem.code.startswith("line.")


def problem_of(fault: MadoguchiError) -> Problem:
    """A fault as a value."""
    return Problem(fault.code, fault.message, fault.remedy)


def told(fault: MadoguchiError) -> str:
    """A fault as it is kept beside an item: the sentence and the code."""
    return f"{fault.message}（{fault.code}）"
