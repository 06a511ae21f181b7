"""The one writer of persons: what was judged becomes rows, and what it changes history.

``Writer`` writes for one origin: a file, a decision, an act. Whatever it writes stands in the
transaction of its unit of work and becomes true with it, rows, history and check list together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.sql.base import Executable

from app.core.signs import hidden_sign
from app.persons import known, stopping
from app.persons.judging import ADDRESS, PERIOD, Contradiction, Judged, Taken, Word
from app.persons.memory import Memory
from app.persons.same import put_found
from app.rules.calendar.wareki import Eras
from app.rules.values.value import shown_sign
from app.security.control.state import SUPPORT
from app.wire.records import InsuredRecord
from db import search
from db.tables.persons import (
    address,
    atena,
    household,
    household_member,
    insured,
    restriction,
)

READS = (*known.READS, "fact", "origin", *stopping.READS, "decision", "watermark")
WRITES = (*known.READS, "fact", "origin", "same_person", *stopping.WRITES)
_ON_PAPER = {"name", "birth_written", "sex"}
"""What a paper shows of a person's own row."""
"""What a function that writes persons declares."""

_WRITTEN = {
    "name": "氏名",
    "kana": "カナ氏名",
    "alias": "通称",
    "alias_kana": "通称のカナ",
    "address": "住所",
    "building": "方書",
}


class Writer:
    """Writes persons for one source. ``batch`` marks the rows of a file (0 for others)."""

    def __init__(self, memory: Memory, eras: Eras, batch: int = 0) -> None:
        self.memory = memory
        self.work = memory.work
        self._eras = eras
        self._batch = batch

    def judge(self, found: known.Known, word: Word) -> Judged:
        """An empty block against what is known."""
        return Judged(found, word, self.memory.origin, self._batch, self.memory.ids, self._eras)

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
        stopping.pull_restricted(work, {row["person_id"] for row in judged.new_restrictions})
        self._run(_LONGER, judged.longer_restrictions)
        for person_id, row in (*judged.new_persons.items(), *judged.changed_persons.items()):
            self._list_hidden(person_id, row)
        for person_id, row in (*judged.new_addresses.items(), *judged.changed_addresses.items()):
            self._list_hidden(person_id, row)
        for found, place, person_id in judged.listed:
            self.memory.list_entry(found, person_id=person_id, place=place, case_id=case_id)
        source = self.memory.source
        for one, former in judged.same:
            put_found(work, one, former, "former_number", (source.staff_id, source.at, 0))
        self.memory.remember(judged.changes)
        states = {key: row.get("state") for key, row in judged.changed_persons.items()}
        stopping.pull_dead(work, [key for key, state in states.items() if state == stopping.DEAD])
        away = [key for key, state in states.items() if state in stopping.MOVED_AWAY]
        stopping.pull_from_batches(work, away, stopping.MOVED)
        stopping.pull_from_batches(work, judged.changed_addresses, stopping.REMOVED)
        other = [key for key, row in judged.changed_persons.items() if _ON_PAPER & row.keys()]
        stopping.pull_from_batches(work, other, stopping.CHANGED)

    def _list_hidden(self, person_id: str, row: Mapping[str, Any]) -> None:
        """A text with a sign that nobody sees is kept as it came and put on the check list."""
        if not hidden_sign("".join(row.get(column) or "" for column in _WRITTEN)):
            return
        for column, label in _WRITTEN.items():
            if sign := hidden_sign(row.get(column) or ""):
                detail = f"{label}に目に見えない記号{shown_sign(sign)}があります。"
                self.memory.list_entry(
                    Contradiction("hidden_sign", f"{detail}送り元に直してもらってください。"),
                    person_id=person_id,
                )

    def _insert(self, table: Table, rows: Collection[dict[str, Any]]) -> None:
        """Rows of one table fill the same columns, in the order of the first."""
        if rows:
            names = tuple(next(iter(rows)))
            self.work.insert_rows(table, names, list(map(itemgetter(*names), rows)))

    def _run(self, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.work.run(statement, rows)


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
    .values(kind=SUPPORT, until_on=bindparam("until"), version=restriction.c.version + 1)
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
