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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select

from app.cases import (
    checks,
    decisions,
    drafts,
    issuing,
    second_look,
    sending,
    slips,
)
from app.cases.decisions import DecisionView
from app.cases.drafts import KeyedCase
from app.cases.issuing import DrawnPaper, Issued
from app.cases.kind import CaseKind
from app.cases.state import SUMMARY
from app.core.clock import JST, SystemClock
from app.demo.keys import KeyDrawer
from app.demo.people import CLERK, SECOND_CLERK, TrainingStaff
from app.demo.room import Plan, Script, training_room
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.peers.union.embed import Union, embedded
from app.peers.union.system import ShiftedClock
from app.security.gate.gate import Gate
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.terminal_secret import Mirror, TerminalSecret
from app.security.staff.session import Session
from app.start.compose import Parts, make_parts
from app.sync.engine import Engine
from app.training.movers import FACILITIES, Mover
from app.training.municipality import Municipality
from app.training.people import MUNICIPALITY_CODE, atena_of, my_number_of
from db.tables.persons import atena
from forms.fonts import load_fonts
from forms.press import Press
from forms.spool import FolderPrinter, Printer
from tests.support.children import in_child
from tests.support.forked_union import ForkedUnion
from tests.support.keyring_daemon import KeyringDaemon, worker_keyring
from tests.support.keys import QUICK
from tests.support.plaintext_scan import Finding, scan

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
        secret, mirror = shelf.read_terminal_secret(), shelf.read_mirror()
        assert secret is not None
        return Template(folder, port, secret, mirror, room.place, room.movers, room.fingerprint)


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
class Desk:
    """A clerk logged in at the story's terminal, who does one thing after another."""

    story: Story
    script: Script
    session: Session
    printer: Printer
    press: Press = field(default_factory=lambda: shared_press())

    def __post_init__(self) -> None:
        self.tables = self.script.parts.tables
        self.engine: Engine = self.script.parts.engine(self.script.terminal, lambda: True)

    @property
    def gate(self) -> Gate:
        """The gate."""
        return self.script.terminal.gate

    @property
    def today(self) -> Any:
        """The terminal's day."""
        return self.story.clock.now().date()

    # -- one visit, step by step -------------------------------------------------------------

    def open_case(self, mover: Mover) -> KeyedCase:
        """A fresh case with her individual number kept."""
        case = drafts.open_case(self.gate, self.session, MOVE_IN, {})
        return drafts.keep_number(self.gate, self.session, case, mover.person.my_number)

    def key_in(self, case: KeyedCase, values: Mapping[str, str], step: str = SUMMARY) -> KeyedCase:
        """Save what is keyed."""
        return drafts.save_draft(self.gate, self.session, case, values, step)

    def entered(self, mover: Mover, **changed: str) -> KeyedCase:
        """A case keyed to its end."""
        return self.key_in(self.open_case(mover), entry(mover, self.today, **changed))

    def send(self, case: KeyedCase) -> sending.Sent:
        """Answer the warnings, touch, and put the notification into the outbox."""
        found = checks.check_all(case.kind, sending.entered(case, self.tables, self.today))
        answered = [one.code for one in found if one.level == "warning"]
        prepared = sending.prepare_send(
            self.gate, self.session, case, answered, self.tables, self.today
        )
        return sending.perform_send(
            self.gate, prepared, self.script.approvals(prepared), case.kind, self.tables
        )

    def sent(self, mover: Mover, **changed: str) -> sending.Sent:
        """Keyed and put into the outbox."""
        return self.send(self.entered(mover, **changed))

    def show(self, case_id: str) -> DecisionView:
        """The case with what the union decided."""
        return decisions.show(self.gate, self.session, MOVE_IN, case_id)

    def decided(self, mover: Mover, **changed: str) -> DecisionView:
        """Keyed, sent and answered."""
        sent = self.sent(mover, **changed)
        report = self.engine.send_now(sent.outbox_id)
        assert report.accepted, report
        return self.show(sent.case_id)

    def compare(self, view: DecisionView) -> DecisionView:
        """Record that keyed and decided were compared."""
        decisions.confirm_comparison(self.gate, self.session, view)
        return self.show(view.case_id)

    def compared(self, mover: Mover, **changed: str) -> DecisionView:
        """Keyed, sent, answered and compared."""
        return self.compare(self.decided(mover, **changed))

    def draw(self, view: DecisionView) -> DrawnPaper:
        """Number reserved, paper drawn and proved."""
        return issuing.reserve_and_draw(
            self.gate, self.session, view, issuing.Drawing(self.tables, self.press, training=True)
        )

    def issue(self, proof: DrawnPaper, view: DecisionView) -> Issued:
        """Touch, row, printer."""
        prepared = issuing.prepare_issue(self.gate, self.session, proof, view)
        given = self.script.approvals(prepared)
        return issuing.perform_issue(self.gate, prepared, given, proof, self.printer)

    def issued(self, mover: Mover, **changed: str) -> Issued:
        """A whole visit up to the paper."""
        view = self.compared(mover, **changed)
        return self.issue(self.draw(view), view)

    def settle(self, issued: Issued) -> None:
        """The paper came out right."""
        issuing.settle_sheet(self.gate, self.session, issued, good=True)

    def look(
        self, case_id: str, person: TrainingStaff = SECOND_CLERK, kind: CaseKind = MOVE_IN
    ) -> None:
        """The second look by somebody else at the same terminal."""
        session = self.script.enter(person)
        view = decisions.show(self.gate, session, kind, case_id)
        prepared = second_look.prepare_second_look(self.gate, session, view)
        second_look.perform_second_look(self.gate, prepared, self.script.approvals(prepared), kind)
        self.script.doorway.log_off(session)

    def slip(self, case_id: str) -> None:
        """Print the acceptance slip (受付票)."""
        installation = self.script.parts.installation
        slips.print_slip(
            self.gate,
            self.session,
            drafts.load_case(self.gate, self.session, MOVE_IN, case_id),
            issuing.Drawing(self.tables, self.press, training=True),
            self.printer,
            slips.At(self.story.clock.now(), installation.office, installation.phone),
        )

    def contact(self) -> Any:
        """One round with the union, in which nothing goes wrong."""
        report = self.engine.contact()
        assert report.problem is None, report
        assert all(one.problem is None for one in report.received), report
        return report

    def atena_of(self, person_id: str) -> str:
        """The atena number by which the union knows a person of the store."""
        (row,) = [one for one in self.rows(atena) if one.person_id == person_id and one.current]
        return str(row.atena_number)

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table of the store."""
        with self.script.terminal.store.view((table.name,)) as work:
            return work.all(select(table))


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


_PRESSES: list[Press] = []


def shared_press() -> Press:
    """The press, made once: it reads fonts."""
    if not _PRESSES:
        from app.core.tables import load_tables, shipped_tables

        _PRESSES.append(Press(load_fonts(), load_tables(shipped_tables())))
    return _PRESSES[0]


@contextmanager
def own_entries(template: Template) -> Iterator[None]:
    """The keyring holds what it held on the machine that the template was set up on."""
    with in_keyring(worker_keyring()):
        shelf = OsKeyring(_SERVICE)
        shelf.forget()
        shelf.keep_terminal_secret(template.secret)
        if template.mirror is not None:
            shelf.keep_mirror(template.mirror)
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
