"""The journal for somebody who does not want to believe this program (docs/auditing.md 1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.errors import MadoguchiError
from app.rules.calendar.days import BusinessCalendar
from app.security.journal.findings import PublicKey, UnionWord
from app.security.journal.genesis import read_genesis
from app.security.journal.journal import Journal
from app.security.journal.levels import UNKNOWN, level_of
from app.security.journal.segments import segments
from app.security.spec import Function
from app.wire.heads import CountersignedHead

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """By which rules the lines are judged: ``functions`` as they are declared and were, and
    ``calendar``, the days on which the office works. ``control`` are the rows (number, hash, body)
    of the control log, which name staff; none for a file without personal data."""

    functions: tuple[Function, ...] = ()
    control: Sequence[tuple[int, bytes, bytes]] = ()
    calendar: BusinessCalendar = UNKNOWN.calendar


def exported(
    journal: Journal,
    keys: Mapping[bytes, PublicKey],
    union: UnionWord,
    at: datetime,
    rules: Rules = Rules(),  # frozen
) -> Iterator[str]:
    """The lines of the file, one JSON object each, without personal data but for what the control
    rows say of staff; also those of a journal whose faults somebody else shall see. Raises
    ``EnvironmentFault`` ``journal.damaged``."""
    store_id, terminal = _whose(journal)
    yield _said(
        "journal",
        format=FORMAT,
        store=store_id,
        terminal=terminal,
        exported_at=at.isoformat(),
    )
    for key_id, key in union.keys.items():
        yield _said("union_key", id=key_id, public=key.public_bytes_raw())
    for credential_id, one in sorted(keys.items()):
        yield _said("credential", id=credential_id, staff=one.staff_id, public=one.public_key)
    yield _said("calendar", closed=[day.isoformat() for day in sorted(rules.calendar.closed)])
    for function in rules.functions:
        yield from _function(function)
    for number, value, body in rules.control:
        yield _said("control", number=number, hash=value, body=body)
    for part in segments(journal):
        yield _said("segment", **{name: getattr(part, name) for name in part.__slots__})
    for note in journal.heads():
        yield _head("head", note.record)
    count = 0
    for number, value, body in journal.file.each(
        "SELECT number, hash, body FROM line ORDER BY number"
    ):
        count += 1
        yield _said("line", number=number, hash=bytes(value), body=bytes(body))
    if union.last is not None:
        yield _head("last_head", union.last)
    yield _said("end", lines=count)


def _function(function: Function) -> Iterator[str]:
    """What its acts need, oldest first; the last one holds from then on (``until`` empty)."""
    days = [former.until for former in function.formerly]
    for until in [*days, None]:
        level = level_of(function.on(until or date.max))
        yield _said(
            "function",
            id=function.id,
            until="" if until is None else until.isoformat(),
            roles=sorted(level.roles),
            verified=sorted(level.verified),
            by_clock=level.by_clock,
            sets_clock=level.sets_clock,
            later=level.later,
            puts_off=level.puts_off,
            deed=function.deed,
            supervises=function.supervises,
        )


def _whose(journal: Journal) -> tuple[str, str]:
    """Store and terminal by the first line; empty when it does not say."""
    try:
        genesis = read_genesis(journal.line(1))
    except (MadoguchiError, KeyError, ValueError):
        return "", ""
    return genesis.store_id, genesis.terminal


def _head(kind: str, record: CountersignedHead) -> str:
    return _said(
        kind,
        store=record.store_id,
        terminal=record.terminal,
        number=record.head.number,
        hash=record.head.hash,
        at=record.at,
        signature=record.signature,
    )


def _said(kind: str, **fields: Any) -> str:
    plain = {
        name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()
    }
    return json.dumps({"kind": kind, **plain}, ensure_ascii=True)
