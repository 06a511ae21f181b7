"""What a page of a guided entry is made of: fields, pages, and the rules over them.

A kind of case declares its pages with these parts (``app.cases.kind``); the screen renders them,
the checks walk them, and the record that is sent is filled from them. A form shows exactly the
fields declared and no free one (SEC-11, SEC-12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from app.cases.whom import Whom
from app.core.errors import UserError
from app.core.tables import Tables
from app.rules.calendar.wareki import WarekiDate
from app.rules.calendar.wareki_input import parse_date
from app.rules.values.reader import Asked, Reader, ValueKind
from db import items
from db.work import ReadRows

if TYPE_CHECKING:
    from app.cases.households import Household

Values = Mapping[str, str]
"""The draft: field name to text; absent is the empty string."""

TODAY = "today"
"""As ``EntryField.first``: the day of the opening."""

NUMBER = "my_number"
"""The name of the field of 個人番号, in every kind that asks for one. Its value is sealed apart
from the draft and never among the values that a screen or a store keeps."""

HIDDEN = items.HIDDEN
"""What stands in place of an item that was keyed and is not shown again (支援措置)."""

DOCUMENTS = "documents"
"""In the values of an entry: which of the documents asked for were received, a title a line."""


def documents_of(values: Values) -> tuple[str, ...]:
    """The titles of the documents that were received."""
    return tuple(values.get(DOCUMENTS, "").split("\n")) if values.get(DOCUMENTS) else ()


def documents_in(titles: Iterable[str]) -> str:
    """What ``documents_of`` reads."""
    return "\n".join(titles)


FieldKind = ValueKind
"""How a field is keyed and checked: by the kind of its value."""


class Thing(StrEnum):
    """What a field names that belongs to one person: the holder of an account, the number by which
    she is insured, that of a paper (its own, or the insured number on it), her 宛名番号."""

    ACCOUNT_HOLDER = "account_holder"
    INSURED_NUMBER = "insured_number"
    PAPER = "paper"
    ATENA_NUMBER = "atena_number"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose it must be: in the clerk's words (この方, 申請者 …), and as she is known so far."""

    words: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class Belongs:
    """That a field names a thing of one person's (``app.cases.belonging``)."""

    thing: Thing
    whose: Whose


@dataclass(frozen=True, slots=True)
class Found:
    """What the terminal knows by what was keyed in a field: ``words`` for beneath the field,
    ``values`` for fields that are empty, ``person_id`` whose data that is."""

    words: str
    values: Values
    person_id: str = ""


Fills: TypeAlias = Callable[[str, Reader], Values]
"""What the text of a field says of others, by the tables: municipality code → where an address
begins."""

LooksUp: TypeAlias = Callable[[ReadRows, Values], Found | None]
"""What the store knows by the values that are keyed."""


@dataclass(frozen=True, slots=True)
class EntryField:
    """One field: its record column, words, kind and when it is shown and required.

    ``codes`` is a code table; ``width`` digits or visible characters; ``shown`` and
    ``needed`` look at the values keyed so far; ``first`` stands there when a case is opened.
    ``yes`` is the word of a ticked flag. What is ``kept_here`` is not sent (SEC-17, SEC-18).
    ``belongs`` says whose the thing must be that the field names. ``beside`` names the field that
    it is read with: a branch with its bank. ``rule`` goes with the field wherever it stands;
    ``explained`` says what follows from its day, beneath it. ``offers`` are the words that a digit
    stands for. ``fills``: what the filled field says of empty ones, by the tables;
    ``looks_up``: what the store says of them.
    """

    name: str
    label: str
    kind: FieldKind
    width: int = 100
    codes: str = ""
    note: str = ""
    required: bool = False
    read_only: bool = False
    shown: Callable[[Values], bool] = lambda values: True
    needed: Callable[[Values], bool] | None = None
    first: str = ""
    yes: str = "はい"
    kept_here: bool = False
    belongs: Belongs | None = None
    beside: str = ""
    rule: Rule | None = None
    explained: Callable[[date, Tables], str] | None = None
    offers: tuple[str, ...] = ()
    fills: Fills | None = None
    looks_up: LooksUp | None = None

    @property
    def asked(self) -> Asked:
        """The field as the check of its kind is asked, alone."""
        return Asked(self.label.strip("　"), self.width, self.codes)

    def asked_in(self, values: Values) -> Asked:
        """The field as the check of its kind is asked, among what is keyed."""
        return replace(self.asked, beside=values.get(self.beside, "").strip())

    def is_required(self, values: Values) -> bool:
        """Whether the field must be filled, given what is keyed so far."""
        if not self.shown(values):
            return False
        return self.needed(values) if self.needed is not None else self.required


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen: ``level`` error or warning; ``field`` is where; ``code`` is what a
    clerk's answer to a warning refers to; ``person_id`` is whom it names and who may be opened."""

    field: str
    level: str
    code: str
    message: str
    remedy: str
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What is keyed so far, as a rule sees it. ``whom`` is the person from the address master;
    None for a newcomer, of whom ``household`` is the one that was keyed, as it is known here."""

    fields: Mapping[str, EntryField]
    values: Values
    reader: Reader
    whom: Whom | None = None
    household: Household | None = None

    @property
    def tables(self) -> Tables:
        """The code tables."""
        return self.reader.tables

    @property
    def today(self) -> date:
        """The day of the entry."""
        return self.reader.day

    def text(self, name: str) -> str:
        """A field's text; "" where there is none."""
        return self.values.get(name, "").strip()

    def is_shown(self, name: str) -> bool:
        """Whether the field is on its page now."""
        return self.fields[name].shown(self.values)

    def label(self, name: str) -> str:
        """The field's words."""
        return self.fields[name].label.strip("　")

    def day(self, name: str) -> WarekiDate | None:
        """A field's date; None where there is none, or none that can be read."""
        typed = self.text(name)
        if not typed or name not in self.fields:
            return None
        try:
            uncertain = self.fields[name].kind is FieldKind.BIRTH
            return parse_date(typed, self.reader.eras, uncertain=uncertain)
        except UserError:
            return None


Whose: TypeAlias = Callable[[Entered], Owner | None]
"""Whose a thing must be, in an entry; None where nobody is known yet."""

Rule: TypeAlias = Callable[[Entered], Iterator[Finding]]
"""A rule of a page over several fields, or over a field and what is known."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One step of the guided entry: its words, its fields and its own rules. ``step`` is its
    title in the row of steps; ``lead`` says what to do."""

    id: str
    title: str
    lead: str
    fields: tuple[EntryField, ...]
    rules: tuple[Rule, ...] = ()
    step: str = ""


def error(field: str, code: str, message: str, remedy: str, person_id: str = "") -> Finding:
    """A finding that stops the sending."""
    return Finding(field, "error", code, message, remedy, person_id)


def warning(field: str, code: str, message: str, remedy: str) -> Finding:
    """A finding that the clerk must answer."""
    return Finding(field, "warning", code, message, remedy)


def when(name: str, *wanted: str) -> Callable[[Values], bool]:
    """For ``shown`` and ``needed``: the field ``name`` has one of these values."""
    return lambda values: values.get(name, "") in wanted
