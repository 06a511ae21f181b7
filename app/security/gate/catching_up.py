"""What moves by itself, without an act of its own, is never behind the journal (DESIGN 1.10).

The clock mark (時刻の基準) and the keys' counters are rows that somebody could put back by hand. At
open they are brought to what the journal's chained lines say: the newest moment that the gate
believed, and the counters that the keys themselves signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import bindparam, update

from app.security.gate.clock_mark import MARK_FACT
from app.security.journal.journal import Journal
from app.security.journal.line import Line, State
from app.security.spec import Catalog
from db.tables.control import credential
from db.work import Store

_LOOKED_AT = 5_000  # lines from the end
_COUNTER_AT = slice(33, 37)  # of authenticator data
_RAISED = (
    update(credential)
    .where(credential.c.id == bindparam("key"), credential.c.counter < bindparam("seen"))
    .values(counter=bindparam("seen"))
)


def catch_up(store: Store, journal: Journal, catalog: Catalog) -> None:
    """Raise the clock mark and the counters to what the journal's newest lines say."""
    newest = list(islice(journal.newest_first(), _LOOKED_AT))
    mark = next(_believed_moments(newest, catalog), None)
    counters: dict[bytes, int] = {}
    for line in newest:
        for one in line.entry.evidence:
            seen = int.from_bytes(one.authenticator_data[_COUNTER_AT], "big")
            counters[one.credential_id] = max(seen, counters.get(one.credential_id, 0))
    with store.update(("credential.counter",), ("credential.counter", _MARK)) as work:
        kept = work.fact(MARK_FACT)
        if mark is not None and (not kept or datetime.fromisoformat(kept) < mark):
            work.set_fact(MARK_FACT, mark.isoformat())
        for key, seen in counters.items():
            work.run(_RAISED, {"key": key, "seen": seen})


_MARK = f"store_fact.{MARK_FACT}"


def _believed_moments(newest: list[Line], catalog: Catalog) -> Iterator[datetime]:
    """The moments, newest first, at which the gate let something pass that it lets pass by a
    believable clock alone. Where two persons set the clock, what lies before it says nothing."""
    for line in newest:
        entry, function = line.entry, catalog.get(line.entry.function_id)
        set_it = function is not None and function.sets_clock and entry.state is State.DONE
        passed = entry.state in (State.BEGUN, State.VIEW) and not entry.cause
        if set_it or (passed and function is not None and not function.while_clock_wrong):
            yield datetime.fromisoformat(line.at)
