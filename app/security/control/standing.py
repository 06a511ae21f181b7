"""Whether a control row stands in the journal where its act began (DESIGN 5).

What was signed names its own moment, which whoever signs may choose. The journal's line names when
and behind what it was written, and the union signs the chain of lines: so an act that is dated back
finds no line, or only one behind the last head that the union signed (docs/threat-model.md).
The journal of another terminal is not here: its rows stand in the order that the union signed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from app.security.acts.approval import Evidence, SignedAct
from app.security.journal.journal import Journal
from app.security.journal.levels import Levels
from app.security.journal.line import State
from app.security.journal.order import dated_back, is_of_its_day
from app.wire.heads import Head
from db.tables.control import act
from db.work import ReadRows

READS = ("act",)
_LINE = select(act.c.journal_line).where(act.c.nonce == bindparam("nonce"))


def is_own(work: ReadRows, said: SignedAct) -> bool:
    """Whether this store wrote the act itself."""
    return work.scalar(_LINE, {"nonce": said.nonce.hex()}) is not None


class Standing:
    """Asked row by row, in the log's order. ``work`` reads the store that the log lies in."""

    def __init__(self, work: ReadRows, journal: Journal, levels: Levels) -> None:
        self._dated_back = dated_back(journal, levels)
        self._work = work
        self._journal = journal
        self._kept_from = journal.first_kept()
        self._last = 0

    def knows(self, said: SignedAct) -> bool:
        """Whether this store wrote the act itself."""
        return is_own(self._work, said)

    def holds(self, said: SignedAct, evidence: Sequence[Evidence]) -> bool:
        """Whether the act that these signatures are over began in a line of its own, on the day
        that they name, behind the line of the row before. Lines of dropped months are believed."""
        number = self._work.scalar(_LINE, {"nonce": said.nonce.hex()})
        if number is None or number <= self._last:
            return False
        try:
            line = self._journal.line(number)
        except KeyError:
            return bool(1 < number < self._kept_from)
        self._last = number
        entry = line.entry
        return (
            entry.state is State.BEGUN
            and entry.nonce == said.nonce
            and entry.evidence == tuple(evidence)
            and is_of_its_day(said.at, line)
            and number not in self._dated_back
            and said.head_number < number
            and self._has(said)
        )

    def _has(self, said: SignedAct) -> bool:
        """Whether the place that was signed is in this journal, where it is still here."""
        dropped = 1 < said.head_number < self._kept_from
        return dropped or self._journal.has(Head(said.head_number, said.head_hash))
