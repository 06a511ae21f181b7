"""初期登録: a new or replaced terminal is filled from the union before anybody searches in it.

Enrolment opens it, and the restoring of a backup (復元のあとの受け取り). From then on every contact
asks the union for the next part and compares, file by file, the records that the union sealed for
this terminal with those that came and were taken; it closes when both counts are equal: the fact
is then the moment (ISO) of that. A terminal that was enrolled before this existed has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, func, select
from sqlalchemy.sql.base import Executable

from app.security.gate.facts import FIRST_LOAD_FACT, FIRST_LOAD_OPEN, STANDS_FACT
from app.sync.states import Incoming
from app.sync.terminal_keys import Rows
from app.wire.files import FILES
from app.wire.protocol import Filling
from db.tables.exchange import inbox

_BY_UNION = f"{FIRST_LOAD_FACT}."
FACTS = (f"store_fact.{FIRST_LOAD_FACT}", f"store_fact.{_BY_UNION}*")
READS = (*FACTS, "inbox")


class Reads(Protocol):
    """The part of a unit of work that looking needs."""

    def all(self, statement: Executable, params: Any = None) -> list[Row[Any]]: ...

    def fact(self, name: str) -> str | None: ...

    def facts(self, under: str) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Count:
    """One file of the first load: records by the union's count (-1: it has not said) and records
    that came and were taken here; ``stopped`` in files that could not be taken."""

    file_id: str
    title: str
    sealed: int
    taken: int
    stopped: int

    @property
    def equal(self) -> bool:
        """Whether both sides have the same."""
        return self.sealed == self.taken


@dataclass(frozen=True, slots=True)
class FirstLoad:
    """How far it is. ``done_at`` is ISO, "" while it is open; ``more``: the union has not said
    everything yet. ``stands`` is the moment (ISO) of the backup that was restored, "" else."""

    counts: tuple[Count, ...]
    more: bool
    done_at: str
    stands: str = ""


def begin(work: Rows) -> None:
    """Open it: from now on nobody searches before everything came."""
    work.set_fact(FIRST_LOAD_FACT, FIRST_LOAD_OPEN)


def is_open(work: Reads) -> bool:
    """Whether it is under way."""
    return work.fact(FIRST_LOAD_FACT) == FIRST_LOAD_OPEN


def stands(work: Reads) -> str:
    """The moment (ISO) up to which a restored terminal's data stand; "" for one that is full."""
    return work.fact(STANDS_FACT) or ""


def progress(work: Reads) -> FirstLoad | None:
    """How far it is; None for a terminal that never had one."""
    facts = work.facts(_BY_UNION)
    state = work.fact(FIRST_LOAD_FACT) or ""
    if not state:
        return None
    here = {
        (row.file_id, row.state == Incoming.QUARANTINED): int(row.records)
        for row in work.all(
            select(inbox.c.file_id, inbox.c.state, func.sum(inbox.c.record_count).label("records"))
            .where(inbox.c.state.in_((Incoming.APPLIED, Incoming.QUARANTINED)))
            .group_by(inbox.c.file_id, inbox.c.state)
        )
    }
    counts = tuple(
        Count(
            file_id,
            FILES[file_id].title,
            int(told),
            here.get((file_id, False), 0),
            here.get((file_id, True), 0),
        )
        for file_id, told in (
            (name.removeprefix(_BY_UNION), value)
            for name, value in sorted(facts.items())
            if name.startswith(_BY_UNION)
        )
        if file_id in FILES
    )
    counts = tuple(sorted(counts, key=lambda count: -count.sealed))
    more = facts.get(_BY_UNION + "more", "1") == "1"
    stands = work.fact(STANDS_FACT) or ""
    return FirstLoad(counts, more, "" if state == FIRST_LOAD_OPEN else state, stands)


def note(work: Any, told: Filling, control: int | None) -> bool:
    """Keep what the union says and compare; whether everything is here now. ``control`` is the
    position of the control log here, None where it is not shared yet."""
    values = {
        f"{_BY_UNION}{one.file_id}": str(one.records) for one in told.files if one.file_id in FILES
    }
    for name, value in {**values, f"{_BY_UNION}more": str(int(told.more))}.items():
        work.set_fact(name, value)
    found = progress(work)
    assert found is not None
    log_is_here = control is None or control >= told.control
    if told.more or not log_is_here or not all(count.equal for count in found.counts):
        return False
    at: datetime = work.at
    work.set_fact(FIRST_LOAD_FACT, at.isoformat(timespec="seconds"))
    if found.stands:
        work.set_fact(STANDS_FACT, "")
    return True
