"""A record of a ledger as its entries make it: what stands, what was corrected, what comes next.

Pure: from rows to values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.text import search_key
from app.functions.records.ledgers.declared import Ledger, Step


@dataclass(frozen=True, slots=True)
class Written:
    """One entry. ``corrects`` is the id of the entry that it stands for ("" for none),
    ``corrected_by`` the id of the one that stands for it. ``at`` is ISO text with offset,
    ``line`` the journal's."""

    id: str
    record_id: str
    step: str
    cells: Mapping[str, str]
    corrects: str
    why: str
    written_by: str
    confirmed_by: str
    at: str
    line: int
    person_id: str = ""
    corrected_by: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One record (件), its entries in the order in which they were written."""

    ledger: Ledger
    id: str
    entries: tuple[Written, ...]

    @property
    def standing(self) -> tuple[Written, ...]:
        """The entries that nothing corrects, by step and time."""
        order = {step.code: at for at, step in enumerate(self.ledger.steps)}
        kept = [one for one in self.entries if not one.corrected_by]
        return tuple(sorted(kept, key=lambda one: (order[one.step], one.line)))

    @property
    def values(self) -> dict[str, str]:
        """What each item says now; of a step that was written more than once the last."""
        return {name: value for one in self.standing for name, value in one.cells.items()}

    @property
    def began(self) -> str:
        """When it was begun (ISO)."""
        return self.entries[0].at

    @property
    def closed(self) -> bool:
        """Whether nothing comes after what stands."""
        return any(self.ledger.step(one.step).closes(one.cells) for one in self.standing)

    @property
    def open_steps(self) -> tuple[Step, ...]:
        """The steps that may be written now, the one that is due next first."""
        if self.closed:
            return ()
        there = {one.step for one in self.standing}
        steps = self.ledger.steps
        due: list[Step] = []
        for step in (one for one in steps if one.code not in there):
            due.append(step)
            if not step.may_skip:
                break
        return (*due, *(step for step in steps if step.again and step.code in there))

    @property
    def state(self) -> str:
        """Where it is, in words."""
        if self.closed:
            return "終わり"
        steps = self.open_steps
        return f"次：{steps[0].label}" if steps else "終わり"

    @property
    def due_on(self) -> date | None:
        """By which day the next step is to be written; None for no term."""
        steps = self.open_steps
        said = self.values.get(steps[0].due_item, "") if steps else ""
        if said:
            return date.fromisoformat(said)
        if not steps or not steps[0].days:
            return None
        return date.fromisoformat(self.began[:10]) + timedelta(days=steps[0].days)

    @property
    def found_by(self) -> str:
        """Everything that is written in it, folded for search."""
        labels = {item.name: item for item in self.ledger.items}
        said = [
            labels[name].word(value) if name in labels else value
            for one in self.entries
            for name, value in one.cells.items()
        ]
        return "\n".join(search_key(text) for text in (self.id, *said) if text)


def fold(ledger: Ledger, written: Iterable[Written]) -> tuple[Record, ...]:
    """The records of a ledger out of its entries in any order, the newest record first."""
    by_record: dict[str, list[Written]] = {}
    for one in sorted(written, key=lambda entry: (entry.at, entry.line)):
        by_record.setdefault(one.record_id, []).append(one)
    records = [Record(ledger, key, tuple(ones)) for key, ones in by_record.items()]
    return tuple(sorted(records, key=lambda one: (one.began, one.id), reverse=True))
