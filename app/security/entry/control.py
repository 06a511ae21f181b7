"""The control log when the store opens (DESIGN 1.10): proved once, its head held against the
journal's, and what it does not lead to written down."""

from __future__ import annotations

import cbor2
from sqlalchemy import select

from app.security.acts.approval import Subject
from app.security.control import brought
from app.security.control.founders import rows_lost
from app.security.control.keeper import Control, prove_control
from app.security.control.rows import UNSIGNED
from app.security.control.state import ORIGIN
from app.security.founding.recovering import CONTROL_HEAD
from app.security.gate.checks import GateRules
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State
from app.wire.heads import Head
from db.tables.control import control_row
from db.work import Store

LOGIN = "session.login"
"""The line of a login; it carries the head of the control log."""


def open_control(store: Store, journal: Journal, rules: GateRules) -> Control:
    """Prove the control log and keep the result for the time that the store is open.

    Rows that it does not lead to, and rows of the log that prove nothing, give no right and are
    named in the journal. Raises ``EnvironmentFault`` ``control.rows_lost`` when the log lacks
    rows that the journal knows of.
    """
    control = prove_control(store, journal, rules.house, rules.check_assertion)
    known = _last_head(journal)
    if known is not None and not _has(store, known):
        raise rows_lost()
    control.strange += brought.settle(store, journal)
    _note(journal, control)
    return control


_LOOKED_BACK = 50_000
"""So many lines back the last head of the log is looked for; every login writes it."""


def _last_head(journal: Journal) -> Head | None:
    """The head of the control log that the journal wrote down last."""
    for _, line in zip(range(_LOOKED_BACK), journal.newest_first(), strict=False):
        entry = line.entry
        carries = entry.state is State.DONE or entry.function_id in (LOGIN, CONTROL_HEAD)
        if carries and entry.payload:
            number, value = cbor2.loads(entry.payload)
            return Head(number, value)
    return None


def _has(store: Store, known: Head) -> bool:
    """Whether the log contains that head; it may be ahead of it, never behind."""
    if known == ORIGIN:
        return True
    with store.view(("control_row",)) as work:
        kept = work.scalar(select(control_row.c.hash).where(control_row.c.number == known.number))
    return kept is not None and bytes(kept) == known.hash


def _note(journal: Journal, control: Control) -> None:
    """Name what nobody signed for; ids and codes only."""
    rows = [[one.table, one.key, one.how] for one in control.strange]
    rows += [["control_row", str(one.number), one.code] for one in control.faults]
    if rows:
        journal.append(
            Entry(
                State.EVENT,
                UNSIGNED,
                subject=Subject("list", "rights"),
                query_kind=f"rows-{len(rows)}",
                payload=cbor2.dumps(rows, canonical=True),
            )
        )
