"""The last word of a terminal to the union (端末の廃止, SEC-158): before its keys are destroyed,
and once more over a line opened with the keys that are left in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.core.errors import MadoguchiError
from app.sync.faults import line_fault
from app.sync.round import Round
from app.sync.terminal_keys import TerminalKeys
from app.sync.transport import Transport
from app.wire.endings import Ending, EndingReceipt
from app.wire.statements import open_signed, sign


@dataclass(frozen=True, slots=True)
class Parting:
    """What was said, and the keys to say the rest with; ``keys`` is None where the union could
    not be told. ``word`` is what became of it, for the certificate."""

    ending: Ending
    keys: TerminalKeys | None
    word: str

    def __repr__(self) -> str:
        """Never the keys."""
        return f"Parting({self.ending.number})"


def say(here: Round, ending: Ending) -> Parting:
    """Tell the union that this terminal ends; from its receipt on it is withdrawn. Raises what the
    line raises, and ``statement.*`` for a receipt that is not the union's word over this."""
    receipt = _told(here.line, here.keys, ending)
    return Parting(ending, here.keys, f"届出済み（{receipt.at[:16].replace('T', ' ')} 受領）")


def say_done(
    parting: Parting, done_at: str, paper: bytes, open_line: Callable[[TerminalKeys], Transport]
) -> bool:
    """Tell the union that everything is destroyed; whether it heard."""
    if parting.keys is None:
        return False
    try:
        line = open_line(parting.keys)
        try:
            _told(line, parting.keys, replace(parting.ending, done_at=done_at, paper=paper))
        finally:
            line.close()
    except MadoguchiError:
        return False  # the paper says it; the union's operators see that this word is missing
    return True


def _told(line: Transport, keys: TerminalKeys, ending: Ending) -> EndingReceipt:
    receipt = open_signed(EndingReceipt, line.end(sign(ending, keys.signing_key)), keys.union_keys)
    said = (receipt.terminal, receipt.store, receipt.number, receipt.done_at)
    if said != (ending.terminal, ending.store, ending.number, ending.done_at):
        raise line_fault("answer")
    return receipt
