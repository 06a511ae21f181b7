"""What a form is: one declaration in the form's own module (DESIGN 3).

A module of a form holds its data, where they come from, its drawing, its examples and the
entry ``FORM`` (``FORMS`` in a module of several like ones). ``forms.catalog`` collects the
entries and nothing else; no other map of papers exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from app.core.tables import Tables
from forms.drawing import Sheet
from forms.items import FormData
from forms.papers import SheetSize

CERTIFICATE, NOTICE, SLIP, LIST, APPLICATION = (
    "certificate",
    "notice",
    "slip",
    "list",
    "application",
)
KINDS = (CERTIFICATE, NOTICE, SLIP, LIST, APPLICATION)

DECISION, CASE, ISSUE, PERSON, DAY = "decision", "case", "issue", "person", "day"
SOURCES = (DECISION, CASE, ISSUE, PERSON, DAY)


@dataclass(frozen=True, slots=True)
class Examples:
    """Synthetic data of a form: as they mostly are, with the longest items, and with what is
    rarest (variants, surrogates, western dates, a single character, every item empty that may
    be). ``oddest`` must print too."""

    typical: FormData
    longest: FormData
    oddest: FormData

    def __iter__(self) -> Iterator[tuple[str, FormData]]:
        yield "typical", self.typical
        yield "longest", self.longest
        yield "oddest", self.oddest


@dataclass(frozen=True, slots=True)
class Form:
    """One paper. Ids FORM-nn are the requirement list's; FORM-Nn are ours.

    ``kind`` is one of ``KINDS``. ``source`` is what it may be printed from: a received decision
    (CON-07), an accepted notification (case), a reserved or issued certificate (issue), what is
    known of a person who asks (an application to sign), or the day's rows. ``decided`` is the
    code of the table ``papers`` with which a decision orders this paper; the clerk never chooses
    it; ``from_decision`` then takes the data from the decision, the issue number and the tables.
    ``numbered``: it bears a reserved number (DESIGN 7). ``paper`` names its row in
    ``print_papers``. ``attests``: it says what was so on its day and stays good when that changes,
    so no later decision makes it void. ``asks_number``: whoever fills it in is asked for the
    individual number (個人番号). ``carried``: a card that may lie on an A4 sheet to be cut or
    peeled off (``forms.carriers``), and whose data have the address for it. Both ends of the
    validity are inclusive; None is open. A form without ``draw`` is known by name only: a paper of
    former years, shown in the history and never printed again, or pages that the union drew and the
    terminal prints unchanged.
    """

    id: str
    title: str
    kind: str
    data: type
    draw: Callable[[Sheet, Any, SheetSize], None] | None
    source: str
    numbered: bool
    paper: str
    decided: str = ""
    from_decision: Callable[[Any, str, Tables], Any] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    examples: Examples | None = None
    attests: bool = False
    asks_number: bool = False
    carried: bool = False

    def fill(self, decision: Any, number: str, tables: Tables) -> Any:
        """The data of this paper from a decision that orders it. Raises ValueError for a paper
        that no decision orders."""
        if self.from_decision is None:
            raise ValueError(f"{self.id} is not drawn from a decision")
        return self.from_decision(decision, number, tables)

    def holds_on(self, day: date) -> bool:
        """True when the paper is in use on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def shows(self, item: str) -> bool:
        """Whether the paper has an item of this name among its data."""
        return item in {field.name for field in fields(self.data)}
