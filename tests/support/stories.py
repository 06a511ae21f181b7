"""Stories through real floors: a founded, enrolled, filled terminal beside a real union.

The training room is set up once (about ten seconds); every story gets a copy of it with its own
union process and its own entries in the OS keyring, so that it may break what it likes:

    def test_...(story):
        with story.desk() as desk:
            view = desk.compared(story.movers[0])

A terminal runs in this process (``story.desk``) or, to be killed, in a forked one
(``story.in_terminal_process``, ``story.killed_at``), whose temporary, home and working
directories are private.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from app.cases import slips
from app.cases.drafts import KeyedCase
from app.core.clock import JST, SystemClock
from app.core.tables import Tables
from app.demo.keys import KeyDrawer
from app.demo.people import CLERK, SECOND_CLERK, TrainingStaff
from app.demo.room import Plan, Script, training_room
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.peers.union.embed import Union, embedded
from app.peers.union.system import ShiftedClock
from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.gate.gate import Gate
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.terminal_secret import Mirror, TerminalSecret
from app.security.keys.terminal_state import TerminalState
from app.security.staff.session import Session
from app.start.compose import Parts, make_parts
from app.sync.engine import Engine
from app.training.movers import FACILITIES, Mover
from app.training.municipality import Municipality
from app.training.people import MUNICIPALITY_CODE, atena_of, my_number_of
from db.tables.persons import atena
from db.work import Store
from forms.spool import FolderPrinter, Printer
from tests.support.children import in_child
from tests.support.forked_union import ForkedUnion
from tests.support.keyring_daemon import KeyringDaemon, worker_keyring
from tests.support.keys import QUICK
from tests.support.plaintext_scan import Finding, scan
from tests.support.verbs import Verbs, shared_press

MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=JST)
"""A Friday; every story begins half an hour later."""

PERSONS = 150
_SERVICE = "madoguchi-training"
_PORTS = range(20_000, 32_000)  # below those that the system hands out by itself
_FIRST_STRANGER = 9_100_000


@dataclass(frozen=True)
class Template:
    """The finished room, closed: what a story copies. ``fingerprint`` is genesis'."""

    folder: Path
    port: int
    secret: TerminalSecret
    mirror: Mirror | None
    state: TerminalState | None
    place: Municipality
    movers: tuple[Mover, ...]
    fingerprint: str


def make_template(folder: Path) -> Template:
    """Found, enrol and fill a terminal; two clerks have all rights of their role."""
    clock = ShiftedClock(SystemClock())
    clock.set_to(MORNING)
    port = _free_port()
    (folder / "keys").mkdir()
    plan = Plan(
        persons=PERSONS,
        folder=folder,
        parameters=QUICK,
        staff=(CLERK, SECOND_CLERK),
        keys=KeyDrawer(touched_at_once=True, folder=folder / "keys"),
        open_union=lambda data: embedded(data, moment=MORNING, port=port, start=ForkedUnion),
    )
    with training_room(clock, plan) as room:
        room.union.first.facilities(FACILITIES)
        shelf = OsKeyring(_SERVICE)
        secret, mirror, state = (
            shelf.read_terminal_secret(),
            shelf.read_mirror(),
            shelf.read_state(),
        )
        assert secret is not None
        return Template(
            folder, port, secret, mirror, state, room.place, room.movers, room.fingerprint
        )


def _free_port() -> int:
    """A port for the whole session, though nobody listens at it between two stories: chosen by
    chance, so that two sessions on one machine do not meet."""
    for port in random.SystemRandom().sample(_PORTS, 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


class Story:
    """One copy of the room. ``union`` runs until ``stop_union``; ``clock`` is the terminal's."""

    def __init__(self, template: Template, folder: Path, income_unknown: str = "") -> None:
        for name in ("terminal", "union", "keys"):
            shutil.copytree(template.folder / name, folder / name)
        self.template = template
        self.folder = folder
        self.clock = ShiftedClock(SystemClock())
        self.clock.set_to(MORNING.replace(hour=10))
        self.movers = template.movers
        self._income_unknown = income_unknown
        self._union: Union | None = None
        self._down = ExitStack()
        for place in (self.temporary, self.home):
            place.mkdir(parents=True)

    @property
    def data(self) -> Path:
        """The terminal's data directory."""
        return self.folder / "terminal"

    @property
    def temporary(self) -> Path:
        """Where a terminal process of this story puts temporary files."""
        return self.folder / "private" / "temporary"

    @property
    def home(self) -> Path:
        """The home of its account, and where it is started."""
        return self.folder / "private" / "home"

    @property
    def printed(self) -> Path:
        """What came out of the printer."""
        return self.folder / "printed"

    @property
    def union(self) -> Union:
        """The running union."""
        assert self._union is not None
        return self._union

    def start_union(self) -> None:
        """Start the union (again) where the terminal looks for it."""
        self._union = self._down.enter_context(
            embedded(
                self.folder / "union",
                moment=self.clock.now(),
                income_unknown=self._income_unknown,
                port=self.template.port,
                start=ForkedUnion,
            )
        )

    def stop_union(self) -> None:
        """Stop the union; nobody answers at its address."""
        self._union = None
        self._down.close()

    def union_rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What stands in the union's own database."""
        with closing(sqlite3.connect(self._books)) as connection:
            return connection.execute(statement, values).fetchall()

    def change_union(self, statement: str, *values: object) -> None:
        """What its officials, or another desk, changed there meanwhile."""
        with closing(sqlite3.connect(self._books)) as connection, connection:
            assert connection.execute(statement, values).rowcount == 1

    @property
    def _books(self) -> Path:
        (file,) = (self.folder / "union").rglob("*.db")
        return file

    def set_clock(self, moment: datetime) -> None:
        """Another moment for both."""
        self.clock.set_to(moment)
        self.union.first.set_clock(moment)

    def parts(self) -> Parts:
        """The terminal's parts, as its program makes them."""
        return make_parts(self.data, self.clock, OsKeyring)

    def drawer(self) -> KeyDrawer:
        """Everybody's keys, as they are now."""
        return KeyDrawer(touched_at_once=True, folder=self.folder / "keys")

    @contextmanager
    def desk(self, person: TrainingStaff = CLERK, printer: Printer | None = None) -> Iterator[Desk]:
        """Start the program, log in, log off at the end."""
        parts = self.parts()
        script = Script(parts, self.drawer(), parts.doorway(lambda: True))
        session = script.enter(person)
        try:
            yield Desk(self, script, session, printer or FolderPrinter(self.printed))
        finally:
            script.doorway.close()

    # -- processes -------------------------------------------------------------------------

    def in_terminal_process(self, work: Callable[[], Any]) -> Any:
        """Run ``work`` in a process of the terminal; what it returns comes back."""

        def inside() -> Any:
            self._settle_in()
            return work()

        return in_child(inside)

    def killed_at(self, work: Callable[[], None]) -> None:
        """Run ``work`` in a process of the terminal that must die of ``die`` in the middle."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                self._settle_in()
                work()
                os.write(writing, b"it ran to its end")
            except BaseException:
                os.write(writing, traceback.format_exc().encode())
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as source:
            said = source.read().decode()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed, f"the terminal was not killed: {said}"

    def _settle_in(self) -> None:
        for name in ("TMPDIR", "TMP", "TEMP", "SQLITE_TMPDIR"):
            os.environ[name] = str(self.temporary)
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            os.environ[name] = str(self.home)
        tempfile.tempdir = None
        os.chdir(self.home)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        sys.dont_write_bytecode = True

    def written(self) -> tuple[Path, ...]:
        """Every folder that a terminal process writes in."""
        return (self.data, self.temporary, self.home)

    def found_in_clear(self, texts: Sequence[str]) -> list[Finding]:
        """What of ``texts`` lies in clear in any of them."""
        return scan(self.written(), texts)

    # -- people ----------------------------------------------------------------------------

    def stranger(self, number: int, **changed: str) -> Mover:
        """Another person like the first mover with numbers of her own, or as ``changed``."""
        index = _FIRST_STRANGER + number
        numbers = {"atena_number": atena_of(index), "my_number": my_number_of(index)}
        mover = self.movers[0]
        person = replace(mover.person, **(numbers | changed))  # type: ignore[arg-type]
        return replace(mover, person=person, former_insured_number="")


def die() -> None:
    """The process ends here and now, as in a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Desk(Verbs):
    """A clerk logged in at the story's terminal, who does one thing after another. The second
    person logs in at the same terminal for it."""

    story: Story
    script: Script
    session: Session
    printer: Printer
    second = "second"

    def __post_init__(self) -> None:
        self.press = shared_press()
        self._engine = self.script.parts.engine(self.script.terminal, lambda: True)

    @property
    def gate(self) -> Gate:
        return self.script.terminal.gate

    @property
    def store(self) -> Store:
        return self.script.terminal.store

    @property
    def tables(self) -> Tables:
        return self.script.parts.tables

    @property
    def at(self) -> slips.At:
        here = self.script.parts.installation
        return slips.At(self.story.clock.now(), here.office, here.phone)

    @property
    def engine(self) -> Engine:
        return self._engine

    @contextmanager
    def logged_in(self, who: str = "") -> Iterator[Session]:
        if not who:
            yield self.session
            return
        session = self.script.enter({"clerk": CLERK, "second": SECOND_CLERK}[who])
        yield session
        self.script.doorway.log_off(session)

    def approvals(self, prepared: PreparedAct) -> tuple[Approval, ...]:
        return self.script.approvals(prepared)

    def open_case(self, mover: Mover) -> KeyedCase:
        """A fresh case with her individual number kept."""
        return self.begin(number=mover.person.my_number)

    def entered(self, whom: Any = None, **changed: str) -> KeyedCase:
        """Keyed from the papers of a mover."""
        return self.key_in(self.open_case(whom), entry(whom, self.today, **changed))

    def atena_of(self, person_id: str) -> str:
        """The atena number by which the union knows a person of the store."""
        (row,) = [one for one in self.rows(atena) if one.person_id == person_id and one.current]
        return str(row.atena_number)


def entry(mover: Mover, on: Any, **changed: str) -> dict[str, str]:
    """What the clerk keys from the papers of ``mover``; her number is kept apart."""
    record = mover.notification("", on)
    values = {name: str(getattr(record, name)) for name in MOVE_IN.fields if hasattr(record, name)}
    values |= {"purpose_explained": "1", "municipality_code": MUNICIPALITY_CODE, "my_number": ""}
    return {**values, **changed}


NO_COPAY_PAPER = {
    "copay_paper": "0",
    "copay_paper_on": "",
    "copay_taxed": "",
    "copay_taxable_income": "",
    "copay_revenue": "",
    "copay_pension_other": "",
    "copay_base_income": "",
    "copay_all_income_zero": "",
    "copay_class": "",
}
"""Somebody who brought no 負担区分等証明書."""


def text_of(pdf: bytes) -> str:
    """The text layer of a PDF, as somebody copies it out."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@contextmanager
def own_entries(template: Template) -> Iterator[None]:
    """The keyring holds what it held on the machine that the template was set up on."""
    with in_keyring(worker_keyring()):
        shelf = OsKeyring(_SERVICE)
        shelf.forget()
        shelf.keep_terminal_secret(template.secret)
        if template.mirror is not None:
            shelf.keep_mirror(template.mirror)
        if template.state is not None:
            shelf.keep_state(template.state)
        yield
        shelf.forget()


@contextmanager
def in_keyring(ring: KeyringDaemon) -> Iterator[None]:
    """This process belongs to the machine with that keyring."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ring.env.items():
            patch.setenv(name, value)
        yield


@contextmanager
def story_in(template: Template, folder: Path, income_unknown: str = "") -> Iterator[Story]:
    """A copy of the room in ``folder`` with keyring and running union."""
    with own_entries(template):
        story = Story(template, folder, income_unknown)
        story.start_union()
        try:
            yield story
        finally:
            story.stop_union()
