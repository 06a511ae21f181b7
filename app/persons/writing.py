"""The one writer of persons: what was judged becomes rows, and what it changes history.

``Writer`` writes for one origin: a file, a decision, an act. Whatever it writes stands in the
transaction of its unit of work and becomes true with it, rows, history and check list together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy.sql.base import Executable

from app.persons import facts, known
from app.persons.judging import ADDRESS, PERIOD, Change, Contradiction, Judged, Taken, Word
from app.persons.papers import Untrue, mark_untrue
from app.rules.calendar.axes import Span, lay
from app.rules.calendar.wareki import Eras
from app.wire.records import InsuredRecord
from db import search
from db.tables.cases import check_entry
from db.tables.history import fact, origin
from db.tables.persons import (
    address,
    atena,
    household,
    household_member,
    insured,
    person,
    restriction,
)
from db.work import Rows

READS = (*known.READS, "fact", "origin", "certificate", "decision", "watermark")
WRITES = (*known.READS, "fact", "origin", "certificate")
"""What a function that writes persons declares."""

_IDS_AT_ONCE = 1000


class PersonWork(Rows, Protocol):
    """The unit of work of an act or of the terminal's own work."""

    def new_id(self) -> str: ...

    def new_ids(self, count: int) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """What brings knowledge. ``kind``: file, decision, act. ``ref``: batch of the file, number
    of the decision, line of the journal. ``at``: ISO moment from which it is known."""

    kind: str
    ref: str
    staff_id: str
    at: str
    reason: str = ""


class Writer:
    """Writes persons for one source. ``batch`` marks the rows of a file (0 for others)."""

    def __init__(self, work: PersonWork, source: Source, eras: Eras, batch: int = 0) -> None:
        self.work = work
        self._source = source
        self._eras = eras
        self._batch = batch
        self._ids = _fresh_ids(work, _IDS_AT_ONCE if batch else 1)
        self._origin = 0
        self.entries = 0
        """How many entries this writer put on the check list."""

    @property
    def origin(self) -> int:
        """The number of the source's row, written when it is first asked for."""
        if not self._origin:
            last = self.work.scalar(select(func.coalesce(func.max(origin.c.id), 0)))
            self._origin = int(last) + 1
            values = {name: getattr(self._source, name) for name in Source.__slots__}
            self.work.run(insert(origin).values(id=self._origin, **values))
        return self._origin

    def judge(self, found: known.Known, word: Word) -> Judged:
        """An empty block against what is known."""
        return Judged(found, word, self.origin, self._batch, self._ids, self._eras)

    def take(
        self,
        block: Sequence[tuple[int, InsuredRecord]],
        word: Word,
        found: known.Known | None = None,
    ) -> list[Taken]:
        """Judge and write a block of numbered records. Periods are judged in order of
        acquisition, so that the end of one is known before the next; the answers come in that
        order."""
        if found is None:
            found = known.load(self.work, [record for _, record in block])
        judged = self.judge(found, word)
        ordered = sorted(block, key=lambda pair: pair[1].acquired_on)
        taken = [judged.take(record, line) for line, record in ordered]
        self.write(judged, word.case_id)
        return taken

    def write(self, judged: Judged, case_id: str = "") -> None:
        """Write what a block came to, table by table, persons first."""
        work = self.work
        search.insert_persons(work, judged.new_persons.values())
        batch = {"batch": self._batch} if self._batch else {}
        for person_id, changed in judged.changed_persons.items():
            search.update_person(work, person_id, {**changed, **batch})
        self._insert(atena, judged.atena)
        self._run(_CURRENT, [_number(*item) for item in judged.renumbered.items()])
        self._insert(household, judged.households)
        self._run(_LEAVE, [_of(row, "person_id", "municipality_code") for row in judged.moved])
        self._insert(household_member, judged.members.values())
        self._insert(address, judged.new_addresses.values())
        self._run(_ADDRESS, [_address(row) for row in judged.changed_addresses.values()])
        names = ("of_insured_number", "of_acquired_on")
        self._run(_REMOVE, [dict(zip(names, key, strict=True)) for key in judged.removed_periods])
        self._insert(insured, judged.new_periods.values())
        self._run(_PERIOD, [_period(row) for row in judged.changed_periods.values()])
        self._insert(restriction, judged.new_restrictions)
        self._run(_LONGER, judged.longer_restrictions)
        for found, place, person_id in judged.listed:
            self.list_entry(found, person_id=person_id, place=place, case_id=case_id)
        self.remember(judged.changes)

    def list_entry(
        self,
        found: Contradiction,
        *,
        person_id: str = "",
        place: tuple[str, str] = ("", ""),
        case_id: str = "",
    ) -> str:
        """Put one contradiction on the check list (確認リスト); gives the entry's id."""
        entry_id = next(self._ids)
        self.entries += 1
        self.work.run(
            insert(check_entry).values(
                id=entry_id,
                origin="terminal",
                cause=found.cause,
                person_id=person_id or None,
                case_id=case_id or None,
                municipality_code=place[0],
                atena_number=place[1],
                detail=found.detail,
                listed_at=self._source.at,
            )
        )
        return entry_id

    # -- history -------------------------------------------------------------------------

    def remember(self, changes: Sequence[Change]) -> int:
        """Write changes into the history; what a paper of that day said wrongly is marked.
        Gives how many persons' lines changed."""
        if not changes:
            return 0
        persons = {change.person_id for change in changes}
        lines = _Lines(self.work, persons)
        grouped: dict[tuple[str, str, str], list[Change]] = defaultdict(list)
        for change in changes:
            grouped[(change.person_id, *change.of)].append(change)
        told: dict[str, list[tuple[str, Span]]] = {}
        for (person_id, kind, subject), group in grouped.items():
            added = self._lay(lines, person_id, (kind, subject), group)
            if added:
                told.setdefault(person_id, []).extend((kind, span) for span in added)
        self._insert(fact, lines.added)
        self._run(_END, lines.ended)
        for paper in mark_untrue(self.work, told, self._source.at) if told else ():
            self._list_untrue(paper)
        return len(told)

    def _list_untrue(self, paper: Untrue) -> None:
        place = self.work.first(
            select(atena.c.municipality_code, atena.c.atena_number)
            .where(atena.c.person_id == paper.person_id)
            .order_by(atena.c.current.desc())
        )
        detail = (
            f"交付した証（発行番号 {paper.number}）の{paper.items}が、訂正後の記録と違います。"
            "証に印を付けました。回収と差し替えを確かめてください。"
        )
        self.list_entry(
            Contradiction("certificate_untrue", detail),
            person_id=paper.person_id,
            place=tuple(place) if place else ("", ""),
        )

    def _lay(
        self, lines: _Lines, person_id: str, of: tuple[str, str], group: Sequence[Change]
    ) -> list[Span]:
        """Lay what is said over one line; gives the spans that say something new."""
        key = (person_id, *of)
        stored = lines.known.get(key)
        since = lines.origins[person_id]
        line = stored or [
            _Row(number, span, since[1], since[0], 0, 0)
            for number, span in enumerate(group[0].before, start=1)
        ]
        laid = lay([row.span for row in line], [span for one in group for span in one.said])
        if not laid.added:
            return []
        # what is known later is never known from an earlier moment, whatever the clock says
        at = max(self._source.at, *(row.known_from for row in line))
        number = max(row.number for row in line)
        ended = {line[place].number for place in laid.ended}
        if stored is None:
            lines.added += [_fact(key, row, at if row.number in ended else "") for row in line]
        else:
            lines.ended += [_ended(key, one, at) for one in sorted(ended)]
        last = group[-1]
        for more, added in enumerate(laid.added, start=1):
            old = line[added.replaces[0]]
            row = _Row(
                number + more,
                added.span,
                at,
                old.origin if added.carried else self.origin,
                old.line if added.carried else last.line,
                int(added.carried),
                " ".join(str(line[place].number) for place in added.replaces),
                "" if added.carried else last.reason or self._source.reason,
            )
            lines.added.append(_fact(key, row, ""))
        return [added.span for added in laid.added if not added.carried]

    def _insert(self, table: Table, rows: Collection[dict[str, Any]]) -> None:
        """Rows of one table fill the same columns, in the order of the first."""
        if rows:
            names = tuple(next(iter(rows)))
            self.work.insert_rows(table, names, list(map(itemgetter(*names), rows)))

    def _run(self, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.work.run(statement, rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """A span of a line as it is or will be written."""

    number: int
    span: Span
    known_from: str
    origin: int
    line: int
    carried: int
    replaces: str = ""
    reason: str = ""


class _Lines:
    """What is known now of some persons' lines that have a history, and what becomes of it."""

    def __init__(self, work: PersonWork, persons: Collection[str]) -> None:
        self.known: dict[tuple[str, str, str], list[_Row]] = defaultdict(list)
        self.added: list[dict[str, Any]] = []
        self.ended: list[dict[str, Any]] = []
        rows = work.all(
            select(fact)
            .where(fact.c.person_id.in_(persons), fact.c.known_until == "")
            .order_by(fact.c.true_from)
        )
        for row in rows:
            span = Span(row.value, row.true_from, row.true_until)
            self.known[(row.person_id, row.kind, row.subject)].append(
                _Row(row.number, span, row.known_from, row.origin, row.line, int(row.carried))
            )
        came = work.all(
            select(person.c.id, person.c.origin, func.coalesce(origin.c.at, "").label("at"))
            .select_from(person.outerjoin(origin, origin.c.id == person.c.origin))
            .where(person.c.id.in_(persons))
        )
        self.origins = {row.id: (row.origin, row.at) for row in came}


def _fact(key: tuple[str, str, str], row: _Row, known_until: str) -> dict[str, Any]:
    return {
        "person_id": key[0],
        "kind": key[1],
        "subject": key[2],
        "number": row.number,
        "value": row.span.value,
        "true_from": row.span.true_from,
        "true_until": row.span.true_until,
        "known_from": row.known_from,
        "known_until": known_until,
        "origin": row.origin,
        "line": row.line,
        "replaces": row.replaces,
        "carried": row.carried,
        "reason": row.reason,
        "found_by": facts.found_by(key[1], row.span.value),
    }


def _ended(key: tuple[str, str, str], number: int, at: str) -> dict[str, Any]:
    names = dict(zip(("of_person", "of_kind", "of_subject"), key, strict=True))
    return {**names, "of_number": number, "at": at}


def _fresh_ids(work: PersonWork, at_once: int) -> Iterator[str]:
    """Ids without end; few are left over, and no query is made for each."""
    while True:
        yield from work.new_ids(at_once)


_END = (
    update(fact)
    .where(
        fact.c.person_id == bindparam("of_person"),
        fact.c.kind == bindparam("of_kind"),
        fact.c.subject == bindparam("of_subject"),
        fact.c.number == bindparam("of_number"),
    )
    .values(known_until=bindparam("at"))
)
_LEAVE = delete(household_member).where(
    household_member.c.person_id == bindparam("of_person_id"),
    household_member.c.municipality_code == bindparam("of_municipality_code"),
)
_CURRENT = (
    update(atena)
    .where(
        atena.c.municipality_code == bindparam("of_municipality_code"),
        atena.c.atena_number == bindparam("of_atena_number"),
    )
    .values(current=bindparam("in_use"))
)
_ADDRESS = (
    update(address)
    .where(address.c.person_id == bindparam("of_person_id"), address.c.kind == "current")
    .values(version=address.c.version + 1)
)
_MY_PERIOD = (
    insured.c.insured_number == bindparam("of_insured_number"),
    insured.c.acquired_on == bindparam("of_acquired_on"),
)
_PERIOD = update(insured).where(*_MY_PERIOD).values(version=insured.c.version + 1)
_REMOVE = delete(insured).where(*_MY_PERIOD)
_LONGER = (
    update(restriction)
    .where(restriction.c.id == bindparam("of_id"))
    .values(until_on=bindparam("until"), version=restriction.c.version + 1)
)


def _of(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """The key of a row, under names that are no columns (SQLAlchemy reserves those)."""
    return {f"of_{name}": row[name] for name in names}


def _number(key: tuple[str, str], in_use: bool) -> dict[str, Any]:
    return {"of_municipality_code": key[0], "of_atena_number": key[1], "in_use": in_use}


def _address(row: dict[str, Any]) -> dict[str, Any]:
    return {**_of(row, "person_id"), **{name: row[name] for name in (*ADDRESS, "since")}}


def _period(row: dict[str, Any]) -> dict[str, Any]:
    values = {name: row[name] for name in (*PERIOD, "provisional", "batch")}
    return {**_of(row, "insured_number", "acquired_on"), **values}
