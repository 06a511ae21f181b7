"""FILE-17 被保険者情報 into the store: persons, households, addresses, eligibility.

What is new is inserted, what changed is changed and remembered, what contradicts goes to the
check list (確認リスト) and changes nothing (SEC-108, SEC-110); ``app.persons`` decides and
writes. Blocks of records keep the memory flat; the whole file is one transaction of the
engine's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from app.core.tables import Tables
from app.persons import known
from app.persons.judging import Word
from app.persons.memory import Memory, Source
from app.persons.writing import Writer
from app.rules.calendar.wareki import Eras
from app.security.gate.gate import ActWork
from app.sync.inbox import Applied, Handler, next_batch
from app.wire.files import FileSpec
from app.wire.records import InsuredRecord
from app.wire.scope import Scope
from db import search

BLOCK = 1000
"""Records looked up and written together."""

Numbered = tuple[int, InsuredRecord]
"""A record with its number in the file."""


def receiver(tables: Tables) -> Handler:
    """The handler of FILE-17 (the function ``files.receive_insured``). It goes through the
    records twice: those held for their own sake first, then members of their households."""
    eras = Eras(tables["eras"])

    def receive(work: ActWork, spec: FileSpec, records: Iterable[InsuredRecord]) -> Applied:
        return _receive(work, records, eras)

    return receive


def _receive(work: ActWork, records: Iterable[InsuredRecord], eras: Eras) -> Applied:
    profile = work.fact("profile")
    scope = Scope.on(str(profile or "counter"), work.at.date())
    taking = _Taking(work, eras)
    others = 0
    for block in _blocks(enumerate(records, start=1)):
        held = [pair for pair in block if scope.holds(pair[1])]
        taking.take(held)
        others += len(block) - len(held)
    if others and not scope.holds_by_household():
        taking.dropped += others
    elif others:
        numbered = enumerate(records, start=1)
        for block in _blocks(pair for pair in numbered if not scope.holds(pair[1])):
            taking.take(block, members_only=True)
    return Applied(taking.applied, taking.dropped, taking.listed, search.WATERMARK)


def _blocks(records: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    source = iter(records)
    while block := list(islice(source, BLOCK)):
        yield block


class _Taking:
    """Takes block by block and counts."""

    def __init__(self, work: ActWork, eras: Eras) -> None:
        self.applied = 0
        self.dropped = 0
        self.listed = 0
        self._work = work
        batch = next_batch(work)
        source = Source("file", str(batch), work.staff_id, work.at.isoformat())
        self._writer = Writer(Memory(work, source, of_file=True), eras, batch)
        self._word = Word("届いた被保険者情報", work.at.date().isoformat(), is_register=True)

    def take(self, block: list[Numbered], *, members_only: bool = False) -> None:
        """Write one block; with ``members_only`` those whose household is held here."""
        found = known.load(self._work, [record for _, record in block])
        if members_only:
            wanted = [
                (line, record)
                for line, record in block
                if (record.municipality_code, record.household_number) in found.households
            ]
            self.dropped += len(block) - len(wanted)
            block = wanted
        before = self._writer.memory.entries
        self.applied += sum(one.taken for one in self._writer.take(block, self._word, found))
        self.listed += self._writer.memory.entries - before
