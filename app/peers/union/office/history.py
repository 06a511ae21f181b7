"""What the union knew when: the same two time axes as a terminal's (``app.rules.calendar.axes``).

Current state stays in ``person``, ``coverage`` and ``share``. A fact has rows in ``fact`` from its
first change on; until then its current row is its history, known since the person's ``brought``.
Whoever changes persons says first what brings the change (``bring``); writers follow each other,
so the newest origin is the one of the running transaction.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from app.core.canon import canonical_json
from app.peers.union.database import among
from app.peers.union.system import System
from app.peers.union.tables import coverage, fact, origin, person, share
from app.rules.calendar.axes import Span, whole
from app.rules.calendar.days import day_after
from app.rules.calendar.knowing import AS_BEFORE, ENDED, Held, Word, as_told, begin, tell, unsaid

Line = tuple[str, str]
"""A kind of fact and which one, "" where there is one only."""

Lines = dict[Line, tuple[Span, ...]]

KINDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "kana"),
    "alias": ("alias", "alias_kana"),
    "birth": ("birth_written", "birth_sort", "birth_precision", "sex", "person_kind"),
    "phone": ("phone",),
    "state": ("state",),
    "address": ("municipality_code", "postal_code", "address", "building", "facility_code"),
    "household": ("household_number", "relation", "is_head"),
    "number": ("atena_number",),
    "restriction": ("support_until",),
}
"""Kinds of fact by the columns of ``person`` they stand in; beside them ``eligibility`` from the
coverages, ``copay`` and ``limit`` from the share."""

_OF_ITS_OWN_DAY = {"state": "state_on", "restriction": "support_from"}
_AT_ONCE = 1_000


def bring(
    system: System, connection: Connection, kind: str, ref: str, by: str, since: str = ""
) -> int:
    """Say what brings the changes that follow: a file, a case, an official's act. ``since``: the
    day from which its word is true where it names none, else today. Gives its number."""
    number = int(connection.execute(select(func.coalesce(func.max(origin.c.id), 0))).scalar_one())
    values = {"kind": kind, "ref": ref, "by": by, "at": system.now()}
    since = since or system.today().isoformat()
    connection.execute(insert(origin).values(id=number + 1, **values, since=since))
    return number + 1


def newest(connection: Connection) -> Row[Any]:
    """What brings the present changes."""
    return connection.execute(select(origin).order_by(origin.c.id.desc()).limit(1)).one()


def lines_now(connection: Connection, person_ids: Collection[int]) -> dict[int, Lines]:
    """What the current tables state, by person, each line whole."""
    said: dict[int, dict[Line, list[Span]]] = {}
    for row in connection.execute(select(person).where(among(person.c.id, person_ids))):
        said[row.id] = defaultdict(list)
        for kind, names in KINDS.items():
            since = getattr(row, _OF_ITS_OWN_DAY[kind]) if kind in _OF_ITS_OWN_DAY else ""
            if kind == "restriction" and not since:
                continue
            value = {name: getattr(row, name) for name in names}
            if kind == "restriction":
                value["support_measure"] = "1"
            said[row.id][(kind, "")] = [Span(_text(value), since)]
    periods: dict[int, list[Row[Any]]] = defaultdict(list)
    mine = select(coverage).where(among(coverage.c.person_id, person_ids))
    for row in connection.execute(mine.order_by(coverage.c.acquired_on, coverage.c.id)):
        periods[row.person_id].append(row)
    shares: dict[int, list[Row[Any]]] = defaultdict(list)
    theirs = select(share).where(among(share.c.person_id, person_ids))
    for row in connection.execute(theirs.order_by(share.c.copay_from)):
        shares[row.person_id].append(row)
    for key, rows in periods.items():
        said[key][("eligibility", "")] = _periods(rows)
    found: dict[int, Lines] = {
        key: {line: whole(spans) for line, spans in lines.items()} for key, lines in said.items()
    }
    for key, rows in shares.items():
        found[key] |= share_lines(rows, periods.get(key, []))
    return found


def remember(
    connection: Connection,
    person_id: int,
    before: Mapping[Line, Sequence[Span]],
    *,
    since: str = "",
    reason: str = "",
) -> int:
    """Write down what has changed of a person since ``before`` (``lines_now``); ``since`` is the
    day from which it is true where the fact has none of its own. Gives how many lines changed."""
    now = lines_now(connection, (person_id,))[person_id]
    return remember_all(connection, {person_id: (before, now)}, since=since, reason=reason)


def remember_all(
    connection: Connection,
    changes: Mapping[int, tuple[Mapping[Line, Sequence[Span]], Lines]],
    *,
    since: str = "",
    reason: str = "",
) -> int:
    """As ``remember``, of many at once: by person, what was and what is."""
    by = newest(connection)
    known = _brought(connection, changes)
    words: dict[tuple[int, Line], tuple[Sequence[Span], list[Span]]] = {}
    for person_id, (before, now) in changes.items():
        if known[person_id][1] == by.id:
            continue  # still coming in: the beginning of the history
        for line in now.keys() | before.keys():
            old, new = before.get(line, whole(())), now.get(line, whole(()))
            if tuple(old) != new:
                said = _said(line[0], old, new, since or by.since)
                words[person_id, line] = (old, said)
    return _lay_all(connection, words, by, reason, known)


def last_events(connection: Connection, person_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """What was last brought of each person: the 異動事由 ("" where none was told) and the day from
    which it is true. A person of whom nothing changed since they came in has none."""
    rows = connection.execute(
        select(fact.c.person_id, fact.c.origin, fact.c.true_from, fact.c.reason)
        .where(
            among(fact.c.person_id, person_ids), fact.c.known_until == "", fact.c.true_from != ""
        )
        .order_by(fact.c.person_id, fact.c.origin.desc(), fact.c.true_from.desc(), fact.c.kind)
    )
    found: dict[int, tuple[str, str]] = {}
    for row in rows:
        found.setdefault(row.person_id, (row.reason, row.true_from))
    return found


def say(
    connection: Connection,
    person_id: int,
    line: Line,
    value: Mapping[str, str],
    *,
    since: str,
    until: str = "",
    reason: str = "",
) -> None:
    """One fact that stands in no current table is ``value`` (empty: nothing holds) from ``since``
    up to the day before ``until``."""
    text = _text(dict(value)) if any(value.values()) else ""
    said = [Span(text, since, until)]
    _lay(connection, person_id, line, (whole(()), said), newest(connection), reason)


def ends(connection: Connection, person_id: int, line: Line, last_day: str, reason: str) -> None:
    """What holds of one fact that stands in no current table ends: ``last_day`` is the last day on
    which it holds. What it took the place of for a time holds again from the next day."""
    said = [Span(ENDED, day_after(last_day))]
    _lay(connection, person_id, line, (whole(()), said), newest(connection), reason)


def loss_of(connection: Connection, person_id: int, lost_on: str) -> int:
    """What brought the loss of ``lost_on`` that is known now (a number of origin); 0 where nothing
    that is written down did."""
    found = connection.execute(
        select(fact.c.origin).where(
            fact.c.person_id == person_id,
            fact.c.kind == "eligibility",
            fact.c.true_from == lost_on,
            fact.c.known_until == "",
        )
    ).scalar()
    return int(found or 0)


def take_back(connection: Connection, person_id: int, line: Line, by: int, reason: str) -> None:
    """What ``by`` (``loss_of``) said of one fact that stands in no current table was never so: what
    held before it holds again, over the days that it had."""
    mine = (fact.c.person_id == person_id, fact.c.kind == line[0], fact.c.subject == line[1])
    rows = list(connection.execute(select(fact).where(*mine).order_by(fact.c.number)))
    now = {row.number for row in rows if not row.known_until}
    said = unsaid([_held(row) for row in rows], now, by)
    if by and said:
        _lay(connection, person_id, line, (whole(()), said), newest(connection), reason)


def held_on(connection: Connection, person_id: int, line: Line, day: str) -> Span | None:
    """What holds of one fact on ``day``, as it is known now; None for nothing."""
    rows = connection.execute(
        select(fact.c.value, fact.c.true_from, fact.c.true_until).where(
            fact.c.person_id == person_id,
            fact.c.kind == line[0],
            fact.c.subject == line[1],
            fact.c.known_until == "",
        )
    )
    spans = (Span(*row) for row in rows)
    return next((one for one in spans if one.value and one.holds_on(day)), None)


def as_of(
    connection: Connection, person_id: int, day: date, known_on: date
) -> dict[Line, dict[str, Any]]:
    """What was true of a person on ``day``, as known at the end of ``known_on``: the values that
    held, by line. Empty for somebody unknown then."""
    lines = _all_lines(connection, (person_id,)).get(person_id, {})
    return _seen(lines, day, known_on)


def as_of_all(
    connection: Connection, person_ids: Collection[int], day: date, known_on: date
) -> dict[int, dict[Line, dict[str, Any]]]:
    """As ``as_of``, of many at once; everybody asked for has an entry."""
    lines = _all_lines(connection, person_ids)
    return {one: _seen(lines.get(one, {}), day, known_on) for one in person_ids}


def values_of(connection: Connection, person_id: int, line: Line) -> list[dict[str, Any]]:
    """Every value that was ever known of one fact with a history, oldest first."""
    rows = connection.execute(
        select(fact.c.value)
        .where(
            fact.c.person_id == person_id,
            fact.c.kind == line[0],
            fact.c.subject == line[1],
            fact.c.value != "",
        )
        .order_by(fact.c.number)
    )
    return [_value(value) for value in rows.scalars()]


def register_as_of(
    connection: Connection, kind: str, day: date, known_on: date
) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The register as of ``day``, as known at the end of ``known_on``: person id, subject and value
    of every fact of a kind that held, by person; memory stays flat."""
    last = 0
    while ids := [
        row.id
        for row in connection.execute(
            select(person.c.id).where(person.c.id > last).order_by(person.c.id).limit(_AT_ONCE)
        )
    ]:
        last = ids[-1]
        for person_id, lines in sorted(_all_lines(connection, ids).items()):
            mine = {line: held for line, held in lines.items() if line[0] == kind}
            for (_, subject), value in sorted(_seen(mine, day, known_on).items()):
                yield person_id, subject, value


def _seen(
    lines: Mapping[Line, Sequence[tuple[Held, str]]], day: date, known_on: date
) -> dict[Line, dict[str, Any]]:
    moment, text = (known_on + timedelta(days=1)).isoformat(), day.isoformat()
    found = {}
    for line, spans in lines.items():
        for held, until in spans:
            known = held.known_from < moment and not (until and until < moment)
            if known and held.span.value and held.span.holds_on(text):
                found[line] = _value(held.span.value)
    return found


def _all_lines(
    connection: Connection, person_ids: Collection[int]
) -> dict[int, dict[Line, list[tuple[Held, str]]]]:
    """Every line with all its spans, each with the moment at which it was known no more."""
    found: dict[int, dict[Line, list[tuple[Held, str]]]] = defaultdict(dict)
    rows = connection.execute(
        select(fact)
        .where(among(fact.c.person_id, person_ids))
        .order_by(fact.c.person_id, fact.c.kind, fact.c.subject, fact.c.number)
    )
    for row in rows:
        mine = found[row.person_id].setdefault((row.kind, row.subject), [])
        mine.append((_held(row), row.known_until))
    since = _brought(connection, person_ids)
    for person_id, lines in lines_now(connection, person_ids).items():
        for line, spans in lines.items():
            if line not in found[person_id]:
                begun = begin(spans, *since[person_id])
                found[person_id][line] = [(held, "") for held in begun]
    return found


def _lay(
    connection: Connection,
    person_id: int,
    line: Line,
    change: tuple[Sequence[Span], Sequence[Span]],
    by: Row[Any],
    reason: str,
) -> int:
    """Lay what is said over one line; 1 when the line has changed."""
    known = _brought(connection, (person_id,))
    return _lay_all(connection, {(person_id, line): change}, by, reason, known)


def _lay_all(
    connection: Connection,
    words: Mapping[tuple[int, Line], tuple[Sequence[Span], Sequence[Span]]],
    by: Row[Any],
    reason: str,
    known: Mapping[int, tuple[str, int]],
) -> int:
    """Lay what is said (and what was known before, where nothing is written yet) over many lines;
    how many have changed."""
    written = _written(connection, words)
    ended: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    count = 0
    for (person_id, line), (before, said) in words.items():
        stored = written.get((person_id, line), [])
        held = stored or list(begin(before, *known[person_id]))
        told = tell(held, said, Word(by.at, by.id, reason=reason))
        spans = [one.span for one in held]
        if not told.added and (stored or all(as_told(spans, span) in spans for span in said)):
            continue
        count += 1
        key = {"person_id": person_id, "kind": line[0], "subject": line[1]}
        gone = frozenset(told.ended)
        if stored:
            mine = {f"of_{name}": value for name, value in key.items()}
            ended += [{**mine, "of_number": one, "at": told.at} for one in gone]
        else:
            rows += [_row(key, one, told.at if one.number in gone else "") for one in held]
        rows += [_row(key, one, "") for one in told.added]
    if ended:
        connection.execute(_ENDS, ended)
    if rows:
        connection.execute(insert(fact), rows)
    return count


_ENDS = (
    update(fact)
    .where(
        *(fact.c[name] == bindparam(f"of_{name}") for name in
          ("person_id", "kind", "subject", "number"))
    )
    .values(known_until=bindparam("at"))
)  # fmt: skip


def _written(
    connection: Connection, words: Collection[tuple[int, Line]]
) -> dict[tuple[int, Line], list[Held]]:
    """The spans of these lines that are known now, of those that are written down."""
    found: dict[tuple[int, Line], list[Held]] = {}
    rows = connection.execute(
        select(fact)
        .where(
            among(fact.c.person_id, {person_id for person_id, _ in words}),
            fact.c.kind.in_({line[0] for _, line in words}),
            fact.c.known_until == "",
        )
        .order_by(fact.c.true_from)
    )
    for row in rows:
        found.setdefault((row.person_id, (row.kind, row.subject)), []).append(_held(row))
    return found


def _brought(connection: Connection, person_ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """Since when each person is known, and by what (a number of origin)."""
    rows = connection.execute(
        select(person.c.id, person.c.brought, origin.c.at)
        .select_from(person.outerjoin(origin, origin.c.id == person.c.brought))
        .where(among(person.c.id, person_ids))
    )
    return {row.id: (row.at or "", row.brought) for row in rows}


def _said(kind: str, old: Sequence[Span], new: Sequence[Span], since: str) -> list[Span]:
    """What is said when the current tables go from one line to the other. 資格 is stated whole;
    a share, a state and a measure from their own day; anything else from ``since``."""
    if kind == "eligibility":
        return list(new)
    if kind in ("copay", "limit"):
        ends = {(span.value, span.true_from): span.true_until for span in old}
        said = []
        for span in new:
            ended = ends.get((span.value, span.true_from))
            if ended is None and (span.value or span.true_from):
                said.append(span)
            elif ended and span.value and not "" < span.true_until <= ended:
                # the period in which it holds goes on again: so does the share
                said.append(Span(span.value, ended, span.true_until))
        return said
    if kind not in _OF_ITS_OWN_DAY:
        return [Span(new[-1].value, since)]
    before, now = old[-1], new[-1]
    if not now.value or (not now.true_from and now.value != before.value):
        return [Span(now.value, since)]
    said = [now]
    if now.value == before.value and "" < before.true_from < now.true_from:
        said.append(Span(AS_BEFORE, before.true_from, now.true_from))
    return said


def _periods(rows: Sequence[Row[Any]]) -> list[Span]:
    spans = []
    for at, row in enumerate(rows):
        following = rows[at + 1].acquired_on if at + 1 < len(rows) else ""
        value = {
            "insured_number": row.insured_number,
            "acquired_on": row.acquired_on,
            "acquisition_reason": row.acquisition_reason,
        }
        spans.append(Span(_text(value), row.acquired_on, row.lost_on or following))
        if row.lost_on:
            spans.append(Span(_text({"loss_reason": row.loss_reason}), row.lost_on, following))
    return [span for span in spans if not span.is_empty]


def share_lines(rows: Sequence[Any], periods: Sequence[Row[Any]]) -> Lines:
    """The lines ``copay`` and ``limit`` of a person whose shares are ``rows``, in the order of
    their days, and whose coverages are ``periods``, oldest first."""
    copay, limit = [], []
    for at, row in enumerate(rows):
        later = rows[at + 1 :]
        value = {"ratio": str(row.copay_ratio), "provisional": str(row.provisional)}
        until = min((one.copay_from for one in later), default="")
        copay.append(_in_force(value, row.copay_from, until, periods))
        until = min((one.limit_from for one in later), default="")
        limit.append(_in_force({"limit_class": row.limit_class}, row.limit_from, until, periods))
    return {("copay", ""): whole(copay), ("limit", ""): whole(limit)}


def _in_force(
    value: Mapping[str, str], since: str, until: str, periods: Sequence[Row[Any]]
) -> Span:
    """A share holds until the next one, and no longer than the period in which it begins."""
    own = [row for row in periods if row.acquired_on <= since] or list(periods[:1])
    ends = [day for day in (until, own[-1].lost_on if own else "") if day]
    return Span(_text(value), since, min(ends, default=""))


def _text(value: Mapping[str, Any]) -> str:
    return canonical_json(dict(value)) if any(value.values()) else ""


def _value(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def _held(row: Row[Any]) -> Held:
    span = Span(row.value, row.true_from, row.true_until)
    replaces = tuple(int(number) for number in row.replaces.split())
    return Held(
        row.number,
        span,
        row.known_from,
        row.origin,
        row.line,
        bool(row.carried),
        replaces,
        row.reason,
    )


def _row(key: Mapping[str, Any], held: Held, known_until: str) -> dict[str, Any]:
    return {
        **key,
        "number": held.number,
        "value": held.span.value,
        "true_from": held.span.true_from,
        "true_until": held.span.true_until,
        "known_from": held.known_from,
        "known_until": known_until,
        "origin": held.origin,
        "line": held.line,
        "replaces": " ".join(map(str, held.replaces)),
        "carried": int(held.carried),
        "reason": held.reason,
    }
