"""What a function declares about itself: the entries of the FUNCTIONS registry (DESIGN 3).

Menu, permission table (対応表), step-up, journal and manual are derived from these entries;
the gate enforces them. Nothing here runs anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from app.core.canon import canonical_json
from app.security.evidence import Evidence
from app.security.scheduled import Scheduled
from app.security.waiting import Source

GATES_OWN = frozenset({"act", "control_row", "control_place", "counter"})
"""Tables that the gate and the unit of work write by their own statements; facts of the store
(``store_fact``) are declared one by one."""


class Lane(StrEnum):
    """Which scheme a function serves; the individual-number policy differs (CON-03)."""

    LATE_STAGE = "後期"
    NHI = "国保"


class Kind(StrEnum):
    """What a function does: 照会, 更新, 送信, 印刷, 管理."""

    INQUIRE = "inquire"
    UPDATE = "update"
    SEND = "send"
    PRINT = "print"
    ADMINISTER = "administer"


class Actor(StrEnum):
    """Who may run it: a member of staff at the counter, or the terminal itself."""

    STAFF = "staff"
    SYSTEM = "system"


class Hand(StrEnum):
    """Through which handle the terminal does its own work: the exchange's engine, or the
    scheduler of what is due at a login and at midnight."""

    ENGINE = "engine"
    SCHEDULER = "scheduler"


class StepUp(StrEnum):
    """How fresh the authentication must be: a session, user verification within the last
    15 minutes, or the person's own key now over this very act."""

    SESSION = "session"
    RECENT = "recent"
    TOUCH = "touch"


class SecondPerson(StrEnum):
    """Whether another person must take part before the act has effect."""

    NONE = "none"
    CONFIRM = "confirm"
    SUPERVISOR = "supervisor"


class MyNumber(StrEnum):
    """What the function may do with the individual number (個人番号)."""

    NONE = "none"
    SHOW = "show"
    SEARCH = "search"
    UPDATE = "update"


class Need(StrEnum):
    """Conditions of the terminal that the gate checks before the act."""

    PEER = "peer"
    MEDIA_TERMINAL = "media_terminal"
    SCANNED_MEDIUM = "scanned_medium"
    FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Formerly:
    """What a function asked for before it was changed: up to and including the day ``until``.
    Whoever raises or lowers a level keeps the former one here, oldest first: acts of then are
    judged by it."""

    until: date
    step_up: StepUp
    second_person: SecondPerson


@dataclass(frozen=True, slots=True)
class Function:
    """One entry of FUNCTIONS (事務の機能); ``id`` is also the permission's name.

    ``reads`` and ``writes`` name tables (``"person"``) or columns (``"person.name"``); the
    unit of work lets the store touch nothing else. ``screen`` and ``run`` are
    ``"module:name"`` strings resolved when needed; a function has one of them or none
    (when another screen calls its service). ``purpose`` says whether one must be chosen.
    ``home`` marks the one screen that opens after the login, ``home_else`` the one for whoever
    has no right to that. ``reads_what_waits`` adds the
    tables of every area's sources to ``reads``, ``reads_schedule`` those of what is done on a
    schedule, ``reads_evidence`` those of what the areas show an auditor.
    ``given`` are arguments that its screen always gets; ``from_person`` puts it among what can
    be begun on an opened person's page, ``person_key`` makes it a button of that page with a key
    of its own.

    ``personal`` says that it opens what is written of insured persons though its area is there
    from the founding on: it waits for registration and for the end of the founders' start.

    ``at_login`` marks the terminal's own work that begins when somebody has logged in: its
    ``run`` gets the gate and the calendar of business days. ``in_pieces`` marks what it does a
    piece at a time while somebody is logged in: its ``run`` gets the handle and the keys
    (``StoreAccess``) and says True while more is left.

    What the gate lets pass where it refuses everything else: ``while_clock_wrong`` runs while
    the machine's time cannot be believed, ``outside_hours`` outside the usable hours,
    ``at_the_end`` (the terminal's own work alone) after the terminal's end was decided,
    ``with_old_password`` in the last days of one's password. ``sets_clock`` makes the machine's
    time believed again. ``supervises`` marks the one right that makes a second person a
    supervisor (責任者), ``administers`` the one that makes somebody an administrator (管理者):
    without both beside the founders no counter opens. ``deputises`` marks the right of a named
    deputy (職務代理), ``shuts_out`` the terminal's own work on the day somebody is gone,
    ``reseals`` its work after a change of the number key, ``takes_control`` that of applying what
    other desks signed,
    ``finishes`` its work at the end of a move over a medium that a person began. ``deed``
    names what its acts say (``app.security.control.deeds``): they change who may do what, and are
    rows of the control log. ``puts_off`` marks what keeps an act until its second person comes,
    ``later`` ("module:name" of an ``app.security.gate.later.Later``) the functions whose acts may
    wait so. ``prints_screen`` marks what prints the open screen: its ``run`` gets the desk,
    the page, its function's id and the picture (PNG), ``searches`` the screen on which persons are
    looked for. ``formerly`` is what its acts asked for
    before.

    Of restricted persons (支援措置): ``hands_out`` marks what gives somebody's data out of the
    counter though it prints nothing (draws the paper's picture, answers by telephone), stopped
    like a print; ``reads_hidden`` what computes with what is hidden (compares, sends) and shows
    nothing of it.
    """

    id: str
    area: str
    kind: Kind
    label: str
    help: str
    lane: Lane = Lane.LATE_STAGE
    actor: Actor = Actor.STAFF
    step_up: StepUp = StepUp.SESSION
    second_person: SecondPerson = SecondPerson.NONE
    purpose: bool = False
    my_number: MyNumber = MyNumber.NONE
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    screen: str = ""
    run: str = ""
    given: tuple[tuple[str, str], ...] = ()
    menu: bool = False
    home: bool = False
    home_else: bool = False
    reads_what_waits: bool = False
    reads_schedule: bool = False
    reads_evidence: bool = False
    at_login: bool = False
    in_pieces: bool = False
    while_clock_wrong: bool = False
    outside_hours: bool = False
    at_the_end: bool = False
    with_old_password: bool = False
    sets_clock: bool = False
    supervises: bool = False
    administers: bool = False
    deputises: bool = False
    shuts_out: bool = False
    takes_control: bool = False
    reseals: bool = False
    finishes: bool = False
    puts_off: bool = False
    later: str = ""
    prints_screen: bool = False
    searches: bool = False
    from_person: bool = False
    person_key: str = ""
    deed: str = ""
    formerly: tuple[Formerly, ...] = ()
    hands_out: bool = False
    reads_hidden: bool = False
    personal: bool = False

    @property
    def leaves_counter(self) -> bool:
        """Whether what it makes leaves the counter: papers, their pictures, answers."""
        return self.kind is Kind.PRINT or self.hands_out

    @property
    def hand(self) -> Hand:
        """Whose work it is, of the terminal's own: what is due at a login or on a day is the
        scheduler's, everything else the engine's."""
        due = self.at_login or self.in_pieces or self.shuts_out or self.reseals
        return Hand.SCHEDULER if due else Hand.ENGINE

    def on(self, day: date) -> Function:
        """The function as it was declared on ``day``."""
        for former in self.formerly:
            if day <= former.until:
                return replace(
                    self, step_up=former.step_up, second_person=former.second_person, formerly=()
                )
        return self


@dataclass(frozen=True, slots=True)
class Area:
    """An area of work (事務): entering it is itself an act (SEC-29). ``waits`` are the sources
    of what waits in it for somebody, ``scheduled`` those of what is done on a schedule,
    ``evidence`` what it shows an auditor.
    ``before_registration``: it works before the union has
    registered the terminal, which must be set up somehow. ``by_founding``: the founders get its
    rights with the founding, which gives no right to the day's business."""

    id: str
    label: str
    order: int
    waits: tuple[Source, ...] = ()
    before_registration: bool = False
    by_founding: bool = False
    scheduled: tuple[Scheduled, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Catalog(Mapping[str, Function]):
    """The functions by id, in declared order. Raises ``ValueError`` on a contradiction.

    ``home``, ``home_else``, ``supervises``, ``administers``, ``deputises``, ``shuts_out``,
    ``takes_control``, ``reseals``, ``finishes``, ``puts_off``, ``prints_screen`` and ``searches``
    are the ids of the functions marked so, "" for none; ``while_clock_wrong``, ``outside_hours``
    and ``with_old_password`` those of all marked so.
    """

    def __init__(self, areas: tuple[Area, ...], functions: tuple[Function, ...]) -> None:
        self.areas = tuple(sorted(areas, key=lambda area: area.order))
        self._areas = known = {area.id: area for area in areas}
        self._functions: dict[str, Function] = {}
        for function in functions:
            if function.id in self._functions:
                raise ValueError(f"function declared twice: {function.id}")
            if function.area not in known:
                raise ValueError(f"{function.id}: unknown area {function.area}")
            if not function.id.startswith(function.area + "."):
                raise ValueError(f"{function.id}: an id begins with its area")
            if function.screen and function.run:
                raise ValueError(f"{function.id}: has a screen or a run, not both")
            if function.menu and not (function.screen or function.run):
                raise ValueError(f"{function.id}: a menu entry leads somewhere")
            by_itself = function.at_login or function.in_pieces
            if by_itself and (function.actor is not Actor.SYSTEM or not function.run):
                raise ValueError(f"{function.id}: what begins at the login is the terminal's")
            touched = {name.partition(".")[0] for name in function.writes}
            if touched & GATES_OWN or "store_fact" in function.reads + function.writes:
                raise ValueError(f"{function.id}: that is the gate's own")
            self._functions[function.id] = self._with_sources(function)
        self.home = self._only(lambda one: one.home, "the home")
        self.home_else = self._only(lambda one: one.home_else, "the other home")
        self.supervises = self._only(lambda one: one.supervises, "a supervisor's right")
        self.deputises = self._only(lambda one: one.deputises, "a deputy's right")
        self.shuts_out = self._only(lambda one: one.shuts_out, "the shutting out of leavers")
        self.takes_control = self._only(lambda one: one.takes_control, "the taking of others' rows")
        self.reseals = self._only(lambda one: one.reseals, "the sealing anew of numbers")
        self.finishes = self._only(lambda one: one.finishes, "the ending of a move")
        self.puts_off = self._only(lambda one: one.puts_off, "the putting off of acts")
        self.prints_screen = self._only(lambda one: one.prints_screen, "the print of the screen")
        self.searches = self._only(lambda one: one.searches, "the search")
        self.administers = self._only(lambda one: one.administers, "an administrator's right")
        self.while_clock_wrong = self._all(lambda one: one.while_clock_wrong)
        self.outside_hours = self._all(lambda one: one.outside_hours)
        self.with_old_password = self._all(lambda one: one.with_old_password)

    @cached_property
    def version(self) -> str:
        """16 hex digits that change with any declaration: what was signed names its rules."""
        declared = [
            {name: str(getattr(one, name)) for name in Function.__slots__}
            for one in self._functions.values()
        ]
        return hashlib.sha256(canonical_json(declared).encode()).hexdigest()[:16]

    def _all(self, marked: Callable[[Function], bool]) -> frozenset[str]:
        return frozenset(one.id for one in self._functions.values() if marked(one))

    def _only(self, marked: Callable[[Function], bool], what: str) -> str:
        """The id of the one function that is marked; "" for none."""
        found = self._all(marked)
        if len(found) > 1:
            raise ValueError(f"more than one function is {what}: {sorted(found)}")
        return next(iter(found), "")

    def _with_sources(self, function: Function) -> Function:
        sources: list[Source | Scheduled | Evidence] = []
        for area in self.areas:
            sources += area.waits if function.reads_what_waits else ()
            sources += area.scheduled if function.reads_schedule else ()
            sources += area.evidence if function.reads_evidence else ()
        named = (name for source in sources for name in source.reads)
        return replace(function, reads=tuple(dict.fromkeys((*function.reads, *named))))

    def __getitem__(self, function_id: str) -> Function:
        return self._functions[function_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)

    def area_of(self, function: Function) -> Area:
        """The area that a function belongs to."""
        return self._areas[function.area]

    def of_area(self, area_id: str) -> tuple[Function, ...]:
        """The area's functions in declared order."""
        return tuple(f for f in self._functions.values() if f.area == area_id)
