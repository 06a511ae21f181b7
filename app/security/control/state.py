"""What the control log leads to: people, keys, rights and settings in force (DESIGN 4)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.settings import Settings
from app.security.control.deeds import ClockSet, KeyEntry, OfficeCard, PutTables, TakeEnrolment
from app.security.control.done import Done
from app.security.refusals import refusal
from app.security.staff.grants import Grant
from app.security.staff.people import Staff
from app.wire.heads import Head

ORIGIN = Head(0, hashlib.sha256(b"madoguchi-control-v1").digest())
"""The place before the first row of a control log."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A registered security key. ``revoked_at`` is ISO text, "" while the key is in use; ``until``
    is when a lent one ends, None for a key of one's own."""

    staff_id: str
    entry: KeyEntry
    registered_by: str
    registered_at: str
    revoked_at: str = ""
    signed_by: int = 0
    until: datetime | None = None

    def is_usable(self, at: datetime) -> bool:
        """Whether it counts at this moment."""
        return not self.revoked_at and (self.until is None or at <= self.until)


@dataclass(frozen=True, slots=True)
class SetValue:
    """A setting that somebody changed, by whom and when (ISO)."""

    value: str
    set_by: str
    set_at: str
    signed_by: int = 0


FOUNDED, REGISTERED, REMOVED = "founded", "registered", "removed"
"""What a terminal is: 初期設定済, 登録済, 廃止 (whoever comes next finishes a removal)."""


SUPPORT, PROVISIONAL = "support_measure", "provisional"
"""Kinds of support measures (code table ``support_measures``): decided, and 仮支援措置, which is
set at once, before the request is decided."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A support measure (支援措置) that somebody signed. Days are ISO, inclusive; ``marked_at`` is
    the moment of the act."""

    person_id: str
    kind: str
    from_on: str
    until_on: str
    marked_at: str
    signed_by: int = 0


@dataclass(frozen=True, slots=True)
class Terminal:
    """What this terminal is by signed acts: ``state`` (see above), ``media`` whether it takes
    media, ``number`` and ``profile`` (窓口, 出張所, 中継) by its enrolment, "" before."""

    state: str = FOUNDED
    media: bool = False
    number: str = ""
    profile: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """The facts of the store that follow from it, by name."""
        known = {"terminal_state": self.state, "terminal_media": "1" if self.media else "0"}
        by_enrolment = {"terminal": self.number, "profile": self.profile}
        return known | {name: value for name, value in by_enrolment.items() if value}


@dataclass(frozen=True, slots=True)
class PutCard:
    """What an office shows, put in force by two persons, and when (ISO)."""

    card: OfficeCard
    set_by: str
    second: str
    set_at: str
    signed_by: int


@dataclass(frozen=True, slots=True)
class PutPackage:
    """A package of tables that two persons put in force from ``deed.since``, and when (ISO)."""

    deed: PutTables
    number: int
    title: str
    program: str
    set_by: str
    second: str
    set_at: str


@dataclass(slots=True)
class ControlState:
    """The state after the row ``head.number``. ``rp_id`` and ``store_id`` are those of genesis,
    ``recovery_check`` is the public half that proves a recovery, ``recovery_recipient`` that to
    which the store's keys are sealed, once the shares were issued again; ``vouched`` are rights for
    which two shares stood as the third person; ``founders`` are the two while
    nobody else answers for the terminal, and empty afterwards;
    ``sealed`` is everybody's encoded slot entry by its name in a slot file, with which they sit
    down at any desk; ``nonces`` are those of every act so far, ``latest`` the last moment by
    terminal.
    ``terminal`` and ``measures`` are of this terminal alone: of what desks share, a terminal's own
    acts say what it is, and the ids of persons are those of one store. ``measures``
    are the support measures that somebody signed, by the id of their row, ``lifts`` the moments
    (ISO) at which a person's measures ended: lifted, or one that was decided took their place."""

    rp_id: str = ""
    store_id: str = ""
    recovery_check: bytes = b""
    founders: tuple[str, ...] = ()
    people: dict[str, Staff] = field(default_factory=dict)
    keys: dict[bytes, HeldKey] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    settings: dict[str, SetValue] = field(default_factory=dict)
    terminal: Terminal = Terminal()
    measures: dict[str, Measure] = field(default_factory=dict)
    lifts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    offices: dict[str, tuple[PutCard, ...]] = field(default_factory=dict)
    packages: tuple[PutPackage, ...] = ()
    recovery_recipient: str = ""
    vouched: set[str] = field(default_factory=set)
    sealed: dict[str, bytes] = field(default_factory=dict)
    nonces: set[bytes] = field(default_factory=set)
    head: Head = ORIGIN
    latest: dict[str, datetime] = field(default_factory=dict)
    _held: dict[tuple[str, str], list[Grant]] | None = None
    _settings: Settings | None = None

    def draft(self) -> ControlState:
        """A copy to be changed; the values in it are shared, and what is kept to find them by:
        ``put`` and ``put_setting`` make that anew."""
        return ControlState(
            self.rp_id,
            self.store_id,
            self.recovery_check,
            self.founders,
            dict(self.people),
            dict(self.keys),
            dict(self.grants),
            dict(self.settings),
            self.terminal,
            dict(self.measures),
            dict(self.lifts),
            dict(self.offices),
            self.packages,
            self.recovery_recipient,
            set(self.vouched),
            dict(self.sealed),
            set(self.nonces),
            self.head,
            dict(self.latest),
            self._held,
            self._settings,
        )

    def note(self, deed: object, done: Done) -> None:
        """The deed took effect: no later act of its terminal may lie before it. Where two
        supervisors set the clock that terminal's moments begin anew; one that is enrolled goes on
        under its new number."""
        self.nonces.add(done.nonce)
        terminal = done.terminal
        if isinstance(deed, ClockSet):
            self.latest.pop(terminal, None)
            self.latest.pop("", None)
        elif isinstance(deed, TakeEnrolment):
            self.latest.pop(terminal, None)
            terminal = deed.terminal
        self.latest[terminal] = max(done.at, self.latest.get(terminal, done.at))

    def person(self, staff_id: str) -> Staff:
        """Raises ``Refusal`` ``staff.unknown``."""
        found = self.people.get(staff_id)
        if found is None:
            raise refusal("staff.unknown")
        return found

    def grants_of(self, staff_id: str, function_id: str = "") -> tuple[Grant, ...]:
        """One person's rights, or those to one function."""
        if self._held is None:
            held = defaultdict(list)
            for grant in self.grants.values():
                held[grant.staff_id, grant.function_id].append(grant)
                held[grant.staff_id, ""].append(grant)
            self._held = dict(held)
        return tuple(self._held.get((staff_id, function_id), ()))

    def keys_of(self, staff_id: str) -> tuple[bytes, ...]:
        """The ids of one person's keys that are in use."""
        return tuple(
            id_ for id_, key in self.keys.items() if key.staff_id == staff_id and not key.revoked_at
        )

    def loans_over(self, at: datetime) -> tuple[HeldKey, ...]:
        """The lent keys whose time has passed, or that came back."""
        lent = (one for one in self.keys.values() if one.until is not None)
        return tuple(one for one in lent if not one.is_usable(at))

    def loans_of(self, staff_id: str) -> tuple[HeldKey, ...]:
        """Every key that was ever lent to this person."""
        return tuple(
            one for one in self.keys.values() if one.staff_id == staff_id and one.until is not None
        )

    def rights_since(self, before: ControlState) -> tuple[Grant, ...]:
        """The rights that are new or changed against ``before``."""
        old = before.grants
        if old == self.grants:
            return ()
        return tuple(one for id_, one in self.grants.items() if old.get(id_) is not one)

    @property
    def in_force(self) -> Settings:
        """The settings as changed."""
        if self._settings is None:
            self._settings = Settings({name: one.value for name, one in self.settings.items()})
        return self._settings

    def office_card(self, place: str, day: date) -> PutCard | None:
        """What is in force for a place on a day: the one with the latest beginning, and of those
        the one that was signed last. None before anybody put one in force."""
        begun = [one for one in self.offices.get(place, ()) if one.card.since <= day]
        return max(begun, key=lambda one: (one.card.since, one.signed_by), default=None)

    def table_package(self, day: date) -> PutPackage | None:
        """The package whose tables are used on a day: the newest that has begun, None for the
        tables that came with the program."""
        begun = [one for one in self.packages if one.deed.since <= day]
        return max(begun, key=lambda one: one.number, default=None)

    def put(self, *grants: Grant) -> None:
        """Take in new or changed rights."""
        self._held = None
        self.grants.update((grant.id, grant) for grant in grants)

    def put_setting(self, name: str, value: SetValue) -> None:
        """Take in a changed setting."""
        self._settings = None
        self.settings[name] = value


_LETTERS = str.maketrans("0123456789", "ghijkmnpqr")


def made_id(terminal: str, epoch: int, nonce: bytes, index: int) -> str:
    """The id of what an act makes as its ``index``-th thing. It follows from what was signed,
    so every terminal that reads the act gives the same one; letters only, because digits could
    look like a number to the journal."""
    return f"{terminal}-{epoch}-{nonce.hex().translate(_LETTERS)}-{index}"


def is_made_id(id_: str) -> bool:
    """Whether an id is one that ``made_id`` gives: an act made the thing, and no file."""
    parts = id_.rsplit("-", 2)
    return len(parts) == 3 and len(parts[1]) == 32 and parts[1].isalpha()


def in_use(keys: Mapping[bytes, HeldKey], ids: Iterable[bytes]) -> tuple[bytes, ...]:
    """Those of ``ids`` that are registered and not revoked."""
    return tuple(one for one in ids if one in keys and not keys[one].revoked_at)
