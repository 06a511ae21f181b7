"""A kind of case: one declaration, from its pages to what comes after (the registry CASES).

Every area has its kinds in ``app/functions/<area>/kinds``, one module each, and
``app.catalog`` collects them. Screens, checks, sending, receiving, comparison, papers, journal
and day board follow from the declaration; nothing of a kind stands anywhere else here. What is
sent and answered stands in ``app.wire.bodies`` under the same code, and the union decides it in
``app.peers.union.office.kinds``. To add one: docs/howto/add-a-case.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

from app.cases.about import FROM_REGISTER, PAYER, About, Begin, Newcomer
from app.cases.answers import Compared, Told
from app.cases.becoming import Becomes
from app.cases.effects import Effect
from app.cases.entry import NUMBER, EntryField, EntryPage, Values
from app.persons.at_home import Fits
from app.wire.files import FILES, FileSpec, sent_in
from app.wire.layout import BodyLayout, columns


class Look(StrEnum):
    """When a second person looks an entry through (SEC-13): as the setting of the municipality
    says (before the sending or on the same day), always before, or never."""

    BY_SETTING = "by_setting"
    BEFORE = "before"
    NONE = "none"


def _never(values: Values) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class SecondLook:
    """When a second person looks. ``supervised`` tells by the values whether two checkers and a
    supervisor are needed before the sending (SEC-14); ``supervised_label`` says for whom."""

    look: Look = Look.BY_SETTING
    supervised: Callable[[Values], bool] = _never
    supervised_label: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document asked for. ``or_by`` names who can be asked instead of the visitor
    (ADD-03), "" when there is no other way."""

    title: str
    or_by: str = ""
    required: bool = True

    @property
    def words(self) -> str:
        """As the clerk reads it."""
        other = f"（または{self.or_by}に照会）" if self.or_by else ""
        return f"{self.title}{other}" if self.required else f"{self.title}{other}（あれば）"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What comes after an accepted decision: a line of the day board. ``days`` is until when
    (None: no day); ``opens`` is the function that opens the case which settles it ("" for one
    that is settled by hand); ``applies`` looks at what was keyed; ``told`` is what the visitor
    takes home of it, "" where it is the office's work."""

    code: str
    label: str
    next_step: str
    days: int | None = None
    opens: str = ""
    applies: Callable[[Values], bool] = lambda values: True
    told: str = ""


@dataclass(frozen=True, slots=True)
class HandedOn:
    """引継: the fields that name the desk which takes a case over, how many papers go along, and,
    where a kind asks for them, what the visitor came for and what is wanted."""

    desk: str
    papers: str
    matter: str = ""
    wanted: str = ""


@dataclass(frozen=True)
class CaseKind:
    """One kind of case (届出・申請の種別).

    ``code`` is that of ``notification_kinds`` and of the bodies on the wire. ``sentence`` is what
    the clerk signs, with the fields' texts, and ``whom``'s, by name. ``refusals`` are the codes of
    ``refusal_reasons`` that the union may answer with. ``papers`` are the codes of ``papers``
    that may follow; the decision names the one. ``settles`` are the follow-ups of other kinds
    that are settled when it is opened. ``begins`` is how it may begin, where that is not what
    ``about`` says by itself. ``keeps_roles`` are the roles (codes of ``person_roles``, prefixes
    of ``blocks.role``) that stay with the person once the case is accepted, for a later case to
    offer. ``handed_on`` says to whom it goes with its papers, where it does not stay here: 引継票
    may be printed. ``becomes`` is what an accepted case makes of the person, where other kinds can
    begin then. ``fits`` is when the person's page offers it by itself. ``group`` is under which
    heading it is offered. ``says`` are columns that every sending of the kind says alike.
    ``source`` is where its rules stand (law, DOMAIN, requirement ids).
    """

    code: str
    area: str
    label: str
    help: str
    about: About
    pages: tuple[EntryPage, ...]
    sentence: str
    compared: tuple[Compared, ...]
    told: tuple[Told, ...]
    effect: Effect
    refusals: tuple[str, ...]
    group: str = "届出"
    says: tuple[tuple[str, str], ...] = ()
    second_look: SecondLook = SecondLook()
    documents: tuple[Document, ...] = ()
    papers: tuple[str, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()
    settles: tuple[str, ...] = ()
    begins: tuple[Begin, ...] = ()
    keeps_roles: tuple[str, ...] = ()
    becomes: Becomes | None = None
    handed_on: HandedOn | None = None
    fits: Fits | None = None
    source: str = ""

    @cached_property
    def fields(self) -> Mapping[str, EntryField]:
        """Every field of its pages by name."""
        return MappingProxyType({field.name: field for page in self.pages for field in page.fields})

    @cached_property
    def answered(self) -> tuple[Compared, ...]:
        """What the decision answers of what was keyed: ``compared``, then every other field that
        the decision has under the same name. Nothing that is keyed and answered is left out."""
        there = {name for one in self.compared for name in (one.name, one.decided)}
        answers = {column.name for column in columns(self.answer.record)}
        more = [name for name in self.fields if name in answers - there]
        return (*self.compared, *(Compared(name, if_keyed=True) for name in more))

    @property
    def for_newcomer(self) -> bool:
        """Whether it begins without anybody opened."""
        return isinstance(self.about, Newcomer)

    @property
    def is_brought(self) -> bool:
        """Whether somebody brings it; what an official asks (情報照会) nobody does."""
        return "notifier" in self.fields

    @property
    def beginnings(self) -> tuple[Begin, ...]:
        """How it may begin."""
        return self.begins or self.about.begins

    @cached_property
    def from_register(self) -> tuple[str, ...]:
        """The columns of what it sends that the address master fills (``about.said_of``)."""
        if self.for_newcomer:
            return ()
        sent = {column.name for column in columns(self.body.record)}
        keyed = {name for name in self.fields if name not in PAYER}
        return tuple(name for name in FROM_REGISTER if name in sent - keyed)

    def name_in(self, values: Values) -> str:
        """Whom an entry of it names: a newcomer, or a payer of no register here; "" for one about
        a known person, whom nobody keys."""
        return values.get(self.about.named_by[0], "")

    def kana_in(self, values: Values) -> str:
        """The kana to ``name_in``."""
        return values.get(self.about.named_by[1], "")

    @property
    def settles_lines(self) -> bool:
        """Whether a line of the day board is settled when it is opened."""
        return bool(self.settles) or Begin.LINE in self.beginnings

    @property
    def asks_number(self) -> bool:
        """Whether 個人番号 is asked for."""
        return NUMBER in self.fields

    @property
    def sent_in(self) -> FileSpec:
        """The file in which it goes up."""
        return sent_in(self.code)

    @property
    def answered_in(self) -> FileSpec:
        """The file in which its decision comes down."""
        return FILES[self.sent_in.answered_in]

    @property
    def body(self) -> BodyLayout:
        """The layout of what it sends."""
        return self.sent_in.newest(self.code)

    @property
    def answer(self) -> BodyLayout:
        """The newest layout of what it is answered with."""
        return self.answered_in.newest(self.code)

    def function(self, act: str) -> str:
        """The id of the function by which ``act`` is done on cases of this area, e.g.
        ``save_draft``."""
        return f"{self.area}.{act}"

    @property
    def opening(self) -> str:
        """The id of the function that opens it."""
        return self.function(f"open_{self.code}")

    @property
    def sending(self) -> str:
        """The id of the function that sends it."""
        return self.function(f"send_{self.code}")

    @property
    def supervised_sending(self) -> str:
        """The id of the function that sends it with a supervisor's approval (SEC-14)."""
        return self.function(f"send_{self.code}_supervised")

    @property
    def has_supervised_sending(self) -> bool:
        """Whether there is such a function."""
        return self.second_look.supervised is not _never


Kinds: TypeAlias = Mapping[str, CaseKind]
"""CASES: every kind by its code."""


def collect(*groups: tuple[CaseKind, ...]) -> Kinds:
    """The kinds of all areas by code. Raises ValueError for one declared twice, and for a
    follow-up that opens a kind which does not begin from a line."""
    found: dict[str, CaseKind] = {}
    for kind in (kind for group in groups for kind in group):
        if kind.code in found:
            raise ValueError(f"kind of case declared twice: {kind.code}")
        found[kind.code] = kind
    opened = {kind.opening: kind for kind in found.values()}
    for after in (one for kind in found.values() for one in kind.follow_up if one.opens in opened):
        if Begin.LINE not in opened[after.opens].beginnings:
            raise ValueError(f"{after.code}: {after.opens} does not begin from a line")
    return MappingProxyType(found)
