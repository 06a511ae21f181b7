"""The journal's months as the terminal's own work (操作記録の月次の締め, SEC-103).

At every contact: what is over is closed part by part and sealed to the municipality's archive key,
sent up until the union's receipt is here, and dropped here when it is old enough. What is not done
yet stands on the day board (``waiting``), by what is noted in the store after each contact.
"""

from __future__ import annotations

import logging

from app.core.clock import Clock
from app.core.errors import EnvironmentFault, UserError
from app.core.settings import Settings
from app.functions.records.waiting import SINCE, THROUGH, TROUBLE, month_before
from app.security.acts.approval import Subject
from app.security.gate.gate import SystemHand
from app.security.journal.journal import Journal
from app.security.journal.segments import (
    Segment,
    age_in_months,
    close_part,
    drop_month,
    open_month,
    sealed,
    segments,
    take_receipt,
)
from app.sync.round import Round
from app.wire.segments import SegmentOffer, SegmentSent
from app.wire.statements import sign

PARTS_AT_ONCE = 10
"""Parts closed and sent in one contact at most; the next one goes on."""

_CLOSE, _DROP = "records.close_month", "records.drop_month"
_log = logging.getLogger(__name__)


class MonthKeeper:
    """Looks after the months of one open terminal, once for each contact."""

    def __init__(self, hand: SystemHand, journal: Journal, clock: Clock) -> None:
        self._hand = hand
        self._journal = journal
        self._clock = clock
        self._noted: tuple[str, str] | None = None

    def look_after(self, here: Round) -> None:
        """Close, send and drop what is due. Trouble with it holds nothing else of the contact up;
        it is noted for the day board."""
        trouble = ""
        try:
            store_id, settings = self._facts()
            for _ in range(PARTS_AT_ONCE):
                if not self._close_one(here.keys.facts.archive_receiving):
                    break
            for part in self._unsent()[:PARTS_AT_ONCE]:
                self._send(here, part, store_id)
            self._drop_old(here, store_id, settings.number("journal.keep_months"))
        except (EnvironmentFault, UserError) as fault:
            trouble = fault.code
            _log.warning("a month of the journal was not sent: %s", fault.code)
        self._note(trouble)

    def _facts(self) -> tuple[str, Settings]:
        with self._hand.system(_CLOSE) as work:
            return str(work.fact("store_id")), work.control.in_force

    def _close_one(self, archive: str) -> bool:
        month = open_month(self._journal)
        if not month or month >= f"{self._clock.now():%Y-%m}":
            return False
        with self._hand.system(_CLOSE, subject=Subject("list", month)):
            return close_part(self._journal, month, archive, self._clock) is not None

    def _unsent(self) -> list[Segment]:
        return [part for part in segments(self._journal) if not part.receipt]

    def _send(self, here: Round, part: Segment, store_id: str) -> None:
        facts = here.keys.facts
        offer = SegmentOffer(
            facts.municipality,
            facts.terminal,
            store_id,
            part.month,
            part.first,
            part.last,
            part.before,
            part.hash,
            part.digest,
        )
        here.go_on("contact.segment")
        content = sealed(self._journal, part)
        receipt = here.line.send_segment(SegmentSent(sign(offer, here.keys.signing_key), content))
        here.go_on("contact.segment_receipt")
        with self._hand.system(_CLOSE, subject=Subject("list", part.month), digest=part.digest):
            take_receipt(self._journal, part, receipt, here.keys.union_keys, store_id)

    def _drop_old(self, here: Round, store_id: str, keep: int) -> None:
        here_still = {part.month for part in segments(self._journal) if not part.dropped_at}
        for month in sorted(here_still):
            if age_in_months(month, self._clock.now()) <= keep:
                return
            with self._hand.system(_DROP, subject=Subject("list", month)):
                drop_month(self._journal, month, self._clock, here.keys.union_keys, store_id, keep)

    def _note(self, trouble: str) -> None:
        now = (self._through(), trouble)
        if now == self._noted:
            return
        try:
            with self._hand.system(_CLOSE) as work:
                work.set_fact(THROUGH, now[0])
                work.set_fact(TROUBLE, trouble)
                work.set_fact(SINCE, self._journal.line(1).at[:10])
        except (EnvironmentFault, UserError) as fault:
            _log.warning("the months of the journal were not noted: %s", fault.code)
            return
        self._noted = now

    def _through(self) -> str:
        """The month before the first of which something is still only here."""
        waiting = [part.month for part in self._unsent()]
        still_open = open_month(self._journal)
        first = min([*waiting, *([still_open] if still_open else [])], default="")
        return month_before(
            min(first or f"{self._clock.now():%Y-%m}", f"{self._clock.now():%Y-%m}")
        )
