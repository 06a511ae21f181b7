"""Support measures (支援措置) that a file or a decision of the union brought (DESIGN 1.10).

Nobody signed such a row: its file was signed, and is not kept for as long as the measure lasts. So
whenever one changes, the gate writes what all of them say now into the journal, as a digest in an
event of its own, and keeps the rows beside the number of that line. At open the rows are held
against both: what somebody moved, changed or took away by hand is put back and named, and so is a
copy of an earlier day. Rows that somebody signed are ``beside``'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import cbor2
from sqlalchemy import insert, select, update

from app.security.control.rows import Unsigned
from app.security.control.state import is_made_id
from app.security.journal.journal import RESTORED, Journal
from app.security.journal.line import Entry, State
from db.tables.persons import person, restriction
from db.work import ReadRows, Rows, Store, Work

BROUGHT = "support.brought"
"""The journal's event; its payload is the number of the ``begun`` line and the digest."""

FACT = "measures_brought"
READS = ("restriction", "person.id", f"store_fact.{FACT}")
WRITES = ("restriction", f"store_fact.{FACT}")

_FIELDS = ("id", "person_id", "kind", "from_on", "until_on")
"""What a measure is. When it ended is a signed act's word alone (``beside``)."""

_SAID_ANEW_AFTER = timedelta(days=180)
"""Well before thirteen months, after which a receipted month may go (DESIGN 5)."""

Measures = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows as the journal's line ``line`` says that they are."""

    line: int
    rows: Measures


def concerns(writes: Sequence[str]) -> bool:
    """Whether a function that writes this may write measures, whole or in part."""
    return any(name.partition(".")[0] == restriction.name for name in writes)


def note(work: Work, journal: Journal, begun: int) -> None:
    """For the gate, last in a unit of work that may write measures, begun with line ``begun``: say
    in the journal what they are now. Nothing is written where nothing changed."""
    work.narrow(READS, WRITES)
    rows, kept = _rows(work), _kept(work)
    if rows != (kept.rows if kept is not None else ()):
        _write(work, journal, begun, rows)


def settle(store: Store, journal: Journal) -> tuple[Unsigned, ...]:
    """At open: the rows that say something else than the journal does, put back. Where neither
    line nor kept rows are as they must be, ``*`` is named and the rows stay as they are."""
    with store.update(READS, WRITES) as work:
        kept, rows = _kept(work), _rows(work)
        if kept is None and not _said_since(journal, 0, rows):
            if rows:  # of a version that did not say them yet
                _write(work, journal, 0, rows)
            return ()
        if kept is None or not _stands(journal, kept) or _said_since(journal, kept.line, kept.rows):
            return (Unsigned("restriction", "*", "changed"),)
        found = _put_back(work, kept.rows, rows)
        if _is_old(journal, kept.line):
            _write(work, journal, 0, kept.rows)
        return found


def _write(work: Rows, journal: Journal, begun: int, rows: Measures) -> None:
    payload = cbor2.dumps([begun, _digest(rows)], canonical=True)
    line = journal.append(Entry(State.EVENT, BROUGHT, payload=payload))
    work.set_fact(FACT, json.dumps([line, rows], ensure_ascii=True))


def _rows(work: ReadRows) -> Measures:
    columns = [restriction.c[name] for name in _FIELDS]
    rows = work.all(select(*columns).order_by(restriction.c.id))
    return tuple(tuple(map(str, row)) for row in rows if not is_made_id(row.id))


def _kept(work: ReadRows) -> Kept | None:
    text = work.fact(FACT)
    if text is None:
        return None
    try:
        line, rows = json.loads(text)
        return Kept(int(line), tuple(tuple(map(str, row)) for row in rows))
    except (ValueError, TypeError):
        return Kept(0, ())


def _digest(rows: Measures) -> bytes:
    return hashlib.sha256(cbor2.dumps([list(row) for row in rows], canonical=True)).digest()


def _stands(journal: Journal, kept: Kept) -> bool:
    """Whether the journal's line says these rows."""
    try:
        entry = journal.line(kept.line).entry
    except KeyError:
        return False
    return entry.function_id == BROUGHT and _read(entry.payload)[1] == _digest(kept.rows)


def _is_old(journal: Journal, line: int) -> bool:
    """Whether what is said must be said anew before its month is dropped from the journal."""
    said, newest = (
        datetime.fromisoformat(journal.line(one).at) for one in (line, journal.head.number)
    )
    return newest - said > _SAID_ANEW_AFTER


def _said_since(journal: Journal, line: int, rows: Measures) -> bool:
    """Whether work that was carried out said other measures than these behind that line: then the
    store's are of an earlier day, and no restore put them there. (The same may have been said by an
    opening that was cut off.)"""
    sql = "SELECT number FROM line WHERE number > ? AND instr(body, ?) > 0 ORDER BY number"
    later = [number for (number,) in journal.file.rows(sql, (line, BROUGHT.encode()))]
    if not later:
        return False
    restored = [number for (number,) in journal.file.rows(sql, (line, RESTORED.encode()))]
    later = [number for number in later if number > max(restored, default=0)]
    return any(_was_done(journal, number, _digest(rows)) for number in later)


def _was_done(journal: Journal, number: int, same: bytes) -> bool:
    entry = journal.line(number).entry
    if entry.function_id != BROUGHT:
        return False
    begun, digest = _read(entry.payload)
    if digest == same:
        return False
    if not begun:
        return True
    after = (one.entry for one in journal.lines(number + 1))
    end = next((one for one in after if one.of == begun), None)
    return end is not None and end.state is State.DONE


def _read(payload: bytes) -> tuple[int, bytes]:
    begun, digest = cbor2.loads(payload)
    return begun, digest


def _put_back(work: Rows, kept: Measures, rows: Measures) -> tuple[Unsigned, ...]:
    found, wanted = [], {row[0]: row for row in kept}
    for row in rows:
        mine = wanted.pop(row[0], None)
        if mine is None:  # it only adds; the next delivery or a supervisor takes it away
            found.append(Unsigned("restriction", row[0], "added"))
        elif mine != row:
            found.append(Unsigned("restriction", row[0], "changed"))
            work.run(update(restriction).where(restriction.c.id == row[0]).values(_values(mine)))
    here = _persons(work, [row[1] for row in wanted.values()])
    for id_, row in wanted.items():
        if row[1] in here:  # else the person went out of scope, and the measure with them
            found.append(Unsigned("restriction", id_, "missing"))
            work.run(insert(restriction).values(_values(row)))
    return tuple(found)


def _persons(work: ReadRows, ids: Sequence[str]) -> set[str]:
    return {row.id for row in work.all(select(person.c.id).where(person.c.id.in_(ids)))}


def _values(row: Sequence[str]) -> dict[str, Any]:
    return dict(zip(_FIELDS, row, strict=True))
