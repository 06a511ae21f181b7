"""端末の廃止 (SEC-147, SEC-158): one action removes this terminal, or the site that it was.

``bring_up`` before anybody touches, the act, then ``part`` as the last thing that the open store
does; what is destroyed afterwards is the vault's (``vault.removal``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.clock import Clock
from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.security.acts.approval import Approval
from app.security.control.deeds import Removal
from app.security.control.state import FOUNDED, REMOVED
from app.security.entry.terminal import OpenTerminal
from app.security.gate.facts import TERMINAL_STATE_FACT
from app.security.gate.gate import Gate, PreparedAct, Session, Subject, SystemHand
from app.security.journal.segments import close_part, open_month, segments
from app.sync.ending import Parting, say
from app.sync.engine import Engine
from app.sync.outbox import count_open
from app.sync.terminal_keys import read_keys
from app.sync.work import EXCHANGE
from app.wire.endings import Ending, ErasedKind

_CLOSE = "records.close_month"
WITHDRAWN = frozenset(("peer.withdrawn", "peer.certificate_withdrawn"))
"""The union's operators were quicker: there is nothing more to tell it."""
_NEVER = "登録していない"
MOST_SIGNS = 40
"""Signs of a reason at most: what the certificate has room for."""
_CONTACTS = 200
"""Contacts at most until every month is there: each takes ten parts."""


@dataclass(frozen=True, slots=True)
class Decided:
    """That this terminal ends, and who decided it (staff ids)."""

    reason: str
    ordered_by: str
    confirmed_by: str


def bring_up(terminal: OpenTerminal, engine: Engine, *, alone: bool = False) -> None:
    """Everything that can go up goes up before anybody touches.

    Raises ``UserError`` ``removal.no_contact`` when the union was not reached, unless ``alone``:
    the line of this terminal will never come back.
    """
    if terminal.control.state.terminal.state == FOUNDED:  # never enrolled
        return
    problem = engine.contact().problem
    if problem is None or alone or problem.code in WITHDRAWN:
        return
    raise UserError(
        "removal.no_contact",
        f"広域連合に届いていないため、廃止できません（{problem.message}）。",
        "回線がつながってから、もう一度行ってください。回線がもう使えない端末なら"
        "「回線は使えない」を選びます。操作記録の最後の部分は失われ、消去証明書にそう書かれます。",
    )


def prepare_removal(gate: Gate, session: Session, removal: Removal) -> PreparedAct:
    """What two touch for. Raises ``UserError`` ``removal.reason``."""
    if not 0 < len(removal.reason) <= MOST_SIGNS:
        raise UserError(
            "removal.reason",
            f"廃止の理由は、1字から{MOST_SIGNS}字までで入れてください。",
            "消去証明書に入る長さに、短くしてください。",
            field="reason",
        )
    return gate.prepare(
        "admin.remove_terminal",
        session,
        subject=Subject("terminal", removal.terminal or "this"),
        content=removal,
        sentence=f"端末 {removal.terminal} を廃止します（理由：{removal.reason}）。"
        "保存データ、操作記録、バックアップと鍵をこの機械からすべて消します。元に戻せません。",
    )


def perform_removal(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> Decided:
    """The terminal takes no further act; destroying it follows (``vault.removal``).

    Raises ``UserError`` ``removal.unsent`` while something prepared here has not reached the
    union; then nothing changed.
    """
    with gate.act(prepared, approvals) as work:
        removal: Removal = work.content
        waiting = count_open(work)
        if waiting:
            raise UserError(
                "removal.unsent",
                f"広域連合に届いていない送信が {waiting}件あるため、廃止できません。",
                "回線がつながるのを待つか、今日の仕事で送信を取りやめてから、もう一度行ってください。",
            )
        work.set_fact(TERMINAL_STATE_FACT, REMOVED)
        others = [one.staff_id for one in approvals if one.staff_id != work.staff_id]
        return Decided(removal.reason, work.staff_id, others[0] if others else "")


def part(
    terminal: OpenTerminal,
    hand: SystemHand,
    engine: Engine,
    clock: Clock,
    decided: Decided,
    kinds: tuple[ErasedKind, ...],
) -> Parting:
    """Close and send the rest of the journal, and tell the union that this terminal ends: from
    its receipt on it is withdrawn. What could not be told stands in the parting's word."""
    municipality = _municipality(hand)

    def ending() -> Ending:
        return _ending(terminal, municipality, clock, decided, kinds)

    if not municipality:
        return Parting(ending(), None, _NEVER)
    try:
        _send_the_journal(terminal, hand, engine, clock)
        parting = engine.last_word(lambda here: say(here, ending()))
    except MadoguchiError as fault:
        told = "取消済み" if fault.code in WITHDRAWN else "届け出られなかった"
        word = f"{told}（{fault.code}）"
        return Parting(ending(), None, word)
    unsent = _unsent(terminal)
    if unsent:
        return Parting(parting.ending, parting.keys, f"{parting.word}　操作記録の未送付 {unsent}件")
    return parting


def _ending(
    terminal: OpenTerminal,
    municipality: str,
    clock: Clock,
    decided: Decided,
    kinds: tuple[ErasedKind, ...],
) -> Ending:
    identity = terminal.store.identity
    head = terminal.journal.last_countersigned()
    place = head.head if head is not None else terminal.journal.head
    now = clock.now()
    return Ending(
        municipality=municipality,
        terminal=identity.terminal,
        store=identity.store_id,
        number=f"{identity.terminal}-X{now:%Y%m%d-%H%M%S}",
        reason=decided.reason,
        ordered_by=decided.ordered_by,
        confirmed_by=decided.confirmed_by,
        line=place.number,
        hash=place.hash,
        kinds=kinds,
        at=now.isoformat(timespec="seconds"),
    )


def _send_the_journal(
    terminal: OpenTerminal, hand: SystemHand, engine: Engine, clock: Clock
) -> None:
    """The lines first, then their sealed months; the running month goes up unfinished, for there
    is no later day on which it could."""
    month = f"{clock.now():%Y-%m}"
    for _ in range(_CONTACTS):
        engine.last_word(lambda _here: None)
        if open_month(terminal.journal) >= month:
            break  # the months that are over close at every contact, some at a time
    _close_what_is_open(terminal, hand, clock, month)
    for _ in range(_CONTACTS):
        engine.last_word(lambda _here: None)
        if not _unsent(terminal):
            return


def _close_what_is_open(terminal: OpenTerminal, hand: SystemHand, clock: Clock, month: str) -> None:
    journal = terminal.journal
    with hand.system(EXCHANGE) as work:
        archive = read_keys(work).facts.archive_receiving
    with hand.system(_CLOSE, subject=Subject("list", month)):
        through = journal.head.number
        while (made := close_part(journal, month, archive, clock)) and made.last < through:
            pass


def _unsent(terminal: OpenTerminal) -> int:
    return sum(1 for one in segments(terminal.journal) if not one.receipt)


def _municipality(hand: SystemHand) -> str:
    """ "" for a terminal that was never enrolled."""
    try:
        with hand.system(EXCHANGE) as work:
            return read_keys(work).facts.municipality
    except EnvironmentFault:
        return ""
