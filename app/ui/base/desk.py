"""What the composition root hands to every screen: nothing is found, all is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.core.clock import Clock
from app.core.tables import Tables
from app.security.gate.carry_out import (
    Perform,
    Prepare,
    PutOff,
    Steps,
    carry_out,
    with_recent,
)
from app.sync.media.desk import MediaDesk, no_media
from app.ui.base.act import Door, Ending, Failed, Hands, Nothing, Toucher, take_steps
from app.ui.base.operations import Operations
from app.ui.base.pages import Page
from app.ui.base.picker import Offer, pick
from app.ui.base.watch import Background, Watch

if TYPE_CHECKING:
    from app.security.authenticators.verify import RegistrationPolicy
    from app.security.entry.doorway import Doorway
    from app.security.entry.terminal import OpenTerminal
    from app.security.gate.gate import Gate, SystemHand
    from app.security.spec import Catalog
    from app.security.staff.session import Session
    from app.security.vault.typed_pages import TypedPages
    from app.sync.engine import Engine
    from app.ui.base.printing import PrintQueue
    from forms.fonts import FontSet
    from forms.press import Press


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Office:
    """Where this counter stands: municipality code (6 digits), its name on slips, its phone, its
    hours for the public, who issues its papers (the deputy while there is one), and the seal: a
    picture (PNG), or ``omission``, the words that it is left out. What nobody put in force yet is
    empty."""

    municipality_code: str
    name: str
    phone: str
    hours: str = ""
    issuer: str = ""
    seal: bytes = b""
    omission: str = ""


@dataclass(frozen=True, slots=True)
class StaffDoor:
    """The door this person came in by, for what changes keys and the terminal itself: ``log_off``
    ends the session with a cause (a code); ``policy`` says which security keys are taken;
    ``remove`` ends the session and the terminal with everything that is stored (端末の廃止), told
    who decided it."""

    doorway: Doorway
    terminal: OpenTerminal
    log_off: Callable[[str], None]
    policy: RegistrationPolicy
    remove: Callable[[Any], None]


@dataclass(frozen=True)
class Desk:
    """The counter as a screen sees it (窓口). ``go`` opens a function's screen with its
    arguments; ``home`` returns to the start screen; ``say`` writes in the status line.

    A screen works with the store by ``run`` (a view, or an act that needs no touch),
    ``carry_out`` (an act that is touched for) and ``watch`` (looking again behind the person's
    back), and by nothing else: where the verification of 15 minutes ago is all that is missing,
    the key is asked for and the work goes on. ``done`` gets the outcome; ``failed`` gets the
    cause, which the error door shows where it is not given; ``ended`` is called when it did not
    come to the act, by a cause or because the person gave up.

    ``kinds`` is CASES, the kinds of case by code; ``media`` are this machine's removable media,
    ``home(after=case, known=…)`` leads to the start screen where a case has just ended: the next
    one of the same sitting can begin there. ``finish`` is the terminal's own ending of a move that
    a person began there. ``around`` is what the composition root knows of the machine and the
    union, for the packet of an audit (``app.functions.records.audit.service.Around``).
    ``pages`` keeps what is being typed beside the store, where there is one.
    """

    gate: Gate
    catalog: Catalog
    session: Session
    engine: Engine
    clock: Clock
    tables: Tables
    fonts: FontSet
    press: Press
    operations: Operations
    touch: Toucher
    background: Background
    door: Door
    go: Callable[..., None]
    home: Callable[..., None]
    say: Callable[[str], None]
    door_of_staff: StaffDoor
    office: Office
    printer: PrintQueue
    training: bool
    kinds: Mapping[str, Any]
    finish: SystemHand
    media: MediaDesk = field(default_factory=no_media)
    around: Any = None
    pages: TypedPages | None = None

    @property
    def counter(self) -> Office:
        """What this counter's papers say today: as two persons put it in force, before that as
        the terminal was set up (``office``)."""
        card = self.gate.office_card(self.office.name)
        if card is None:
            return self.office
        return replace(
            self.office,
            name=card.name,
            phone=card.phone,
            hours=card.hours,
            issuer=card.deputy or card.issuer,
            seal=card.seal,
            omission=card.omission,
        )

    def begin(self, screen: QWidget, **arguments: Any) -> None:
        """Open a case that begins without anybody opened (a newcomer's); which one is asked
        where this person may begin several."""
        ones = [kind for kind in self.kinds.values() if kind.for_newcomer]

        def offer(permitted: frozenset[str]) -> None:
            # with no right to any the gate says so
            mine = [kind for kind in ones if kind.opening in permitted] or ones[:1]
            if len(mine) == 1:
                self.go(mine[0].opening, **arguments)
                return
            pick(
                screen,
                "どの届出を始めますか。",
                [Offer(kind.group, kind.label, kind.code) for kind in mine],
                lambda at: self.go(mine[at].opening, **arguments),
            )

        self.run(screen, lambda: self.gate.permitted(self.session), offer)

    @property
    def begins_what(self) -> str:
        """What ``begin`` begins, as a button says it."""
        ones = [kind.label for kind in self.kinds.values() if kind.for_newcomer]
        return f"{ones[0]}を始める" if len(ones) == 1 else "新しい方の届出を始める"

    def run(
        self,
        screen: QWidget,
        work: Callable[[], T],
        done: Callable[[T], None],
        *,
        failed: Failed | None = None,
        ended: Nothing | None = None,
    ) -> None:
        """Run ``work`` on the store worker. It is run again after a touch when it was refused
        as not recent, so it is one view or one act, or refused before its first one."""
        steps = with_recent(self.gate, self.session, work)
        self._take(screen, steps, Ending(done, failed, ended))

    def carry_out(
        self,
        screen: QWidget,
        prepare: Prepare,
        perform: Perform[T],
        done: Callable[[T], None],
        *,
        failed: Failed | None = None,
        ended: Nothing | None = None,
    ) -> None:
        """Prepare an act, ask for every touch it needs, the operator's first, and perform it.
        ``prepare`` gives the prepared act; ``perform`` gets it and the approvals."""
        steps = carry_out(self.gate, self.session, prepare, perform)
        self.walk(screen, steps, done, failed=failed, ended=ended)

    def walk(
        self,
        screen: QWidget,
        steps: Steps[T],
        done: Callable[[T], None],
        *,
        failed: Failed | None = None,
        ended: Nothing | None = None,
    ) -> None:
        """Take other steps than those of one act (``app.security.gate.carry_out``). What was typed
        on the screen has been used when they end well."""
        self._take(screen, _using(screen, steps), Ending(done, failed, ended))

    def _take(self, screen: QWidget, steps: Steps[T], ending: Ending[T]) -> None:
        background = self.background
        hands = Hands(self.operations, self.touch, self.door, lambda: background.paused)
        take_steps(hands, screen, steps, ending)

    def beside(self, work: Callable[[], T], done: Callable[[T], None] | None = None) -> None:
        """Do ``work`` on the store's worker beside what the person types: the screen is not busy
        for it, no key is asked for, and what fails is told in the status line. Nothing is begun
        any more once the program ends."""
        if self.operations.closed:
            return
        self.operations.aside(None, work, done or (lambda _outcome: None))

    def over_the_line(
        self, screen: QWidget, work: Callable[[], T], done: Callable[[T], None]
    ) -> None:
        """Run ``work`` of the person's own on the network pool while the screen says so."""
        self.operations.net(screen, work, done, lambda error: self.door.show(screen, error))

    def watch(self, screen: QWidget, work: Callable[[], T], done: Callable[[T], None]) -> Watch[T]:
        """Look again by ``work`` whenever something came over the line, until the watch is
        stopped or the screen closed (``app.ui.base.watch``)."""
        return Watch(screen, self.background, self.operations, work, done, self.say)


def _using(screen: QWidget, steps: Steps[T]) -> Steps[T]:
    """``steps``, and then the note that the page's entries are used; kept for later, they are."""
    try:
        outcome = yield from steps
    except PutOff:
        _used(screen)
        raise
    _used(screen)
    return outcome


def _used(screen: QWidget) -> None:
    if isinstance(screen, Page) and isValid(screen):
        screen.note_used()
