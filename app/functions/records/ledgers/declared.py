"""What a ledger (台帳) declares: its steps and what is written at each, who writes, who confirms,
what it prints. Functions, screen, print, search and day board follow from the declaration.

A ledger holds records (件); a record is a row of entries, one or more for each of its steps (段階).
Nothing here runs anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.security.spec import SecondPerson

PRINT = "records.print_ledger"
"""The function that prints any ledger that may be shown."""


SHELF = "records.ledgers"
"""The function that lists the ledgers."""


class Form(StrEnum):
    """How an item is written: 文, 日 (as everywhere at the counter), 選択, 職員番号, a whole number
    (件数, 人数), and which kind of case (its label): a case begins from such a record."""

    TEXT = "text"
    DAY = "day"
    CHOICE = "choice"
    STAFF = "staff"
    COUNT = "count"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is written (項目). ``choices`` are codes with their words; ``limit`` is in
    signs; ``note`` says on the screen what is meant; ``ahead`` lets a day lie in the future."""

    name: str
    label: str
    form: Form = Form.TEXT
    required: bool = True
    note: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    limit: int = 200
    ahead: bool = False

    def word(self, value: str) -> str:
        """The words of a choice; of everything else the value."""
        return dict(self.choices).get(value, value)


@dataclass(frozen=True, slots=True)
class Step:
    """One step (段階) of a record. ``confirmed``: the ledger's second person takes part, before it
    counts. ``again``: it may be written more than once. ``ends`` closes the record; ``ends_on``
    closes it where an item has one of these values (an application that is refused). ``days``:
    the step is due so many days after the record began; 0 for no term;
    ``due_item`` names the day of the record by which it is due. ``by_program``: nobody
    writes or corrects it by hand. ``may_skip``: the step after it may be written without it."""

    code: str
    label: str
    items: tuple[Item, ...]
    confirmed: bool = False
    again: bool = False
    ends: bool = False
    ends_on: tuple[str, tuple[str, ...]] = ("", ())
    days: int = 0
    due_item: str = ""
    by_program: bool = False
    may_skip: bool = False

    def closes(self, cells: Mapping[str, str]) -> bool:
        """Whether the record is closed once this step says ``cells``."""
        name, values = self.ends_on
        return self.ends or (bool(name) and cells.get(name, "") in values)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger. ``steps`` follow each other; the next may be written when every one before it
    is there. ``columns`` are the items that the list shows; ``second`` is who takes part in
    steps that are ``confirmed``; ``sheet`` is the form of one record ("" for none);
    ``noun`` is what one record is called; ``help`` says in the manual what it is for;
    ``gives`` is the function whose screen makes what a record orders to be given ("" for
    none); ``of_person``: a record is begun on an opened person's page and is about that person;
    ``alone``: it may also be begun without anybody opened; ``board`` are the items that the day
    board says of a record;
    ``personal``: insured persons are written of, so it is shut while the founders are alone."""

    id: str
    title: str
    noun: str
    help: str
    steps: tuple[Step, ...]
    columns: tuple[str, ...]
    second: SecondPerson = SecondPerson.NONE
    sheet: str = ""
    of_person: bool = False
    personal: bool = False
    alone: bool = False
    gives: str = ""
    board: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [item.name for item in self.items]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.id}: an item is declared twice")
        if self.of_person and not self.personal:
            raise ValueError(f"{self.id}: what is about a person is personal")
        if self.alone and not self.of_person:
            raise ValueError(f"{self.id}: every ledger but one of persons is begun alone")
        if not {*self.columns, *self.board} <= set(names):
            raise ValueError(f"{self.id}: a column is no item")
        if any(step.confirmed for step in self.steps) != (self.second is not SecondPerson.NONE):
            raise ValueError(f"{self.id}: somebody confirms exactly where a step is confirmed")

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything that may be written, in the order of the steps."""
        return tuple(item for step in self.steps for item in step.items)

    @property
    def shows(self) -> str:
        """The function that shows it."""
        return f"records.show_{self.id}"

    @property
    def writes(self) -> str:
        """The function that writes a step which one person may write."""
        return f"records.write_{self.id}"

    @property
    def confirms(self) -> str:
        """The function that writes a step which a second person confirms."""
        return f"records.confirm_{self.id}"

    def step(self, code: str) -> Step:
        """The step of this code. Raises ``KeyError``."""
        return {step.code: step for step in self.steps}[code]

    def writer(self, step: Step) -> str:
        """The function that writes a step."""
        return self.confirms if step.confirmed else self.writes
