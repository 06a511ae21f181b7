"""The counter at work: window, door, screens and the line, put together (窓口端末)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.catalog import CASES, CATALOG
from app.core.errors import EnvironmentFault
from app.core.files import write_whole
from app.core.shown import as_shown
from app.rules.calendar.days import BusinessCalendar
from app.security.authenticators.port import Assertion, Authenticator
from app.security.authenticators.verify import signed_policy
from app.security.authenticators.worker import DeviceWorker
from app.security.control.state import PutPackage
from app.security.entry.doorway import Doorway, Question
from app.security.entry.login import (
    Admission,
    Due,
    Vigil,
    Wakefulness,
    is_removed,
    read_vigil,
    shut,
    touched,
)
from app.security.entry.terminal import OpenTerminal
from app.security.gate.carry_out import Touch
from app.security.gate.checks import held_back
from app.security.staff.session import Session
from app.security.vault.removal import removed
from app.security.vault.typed_pages import TypedPage, TypedPages
from app.start.compose import Parts
from app.start.decommission import GONE_ON, Decided, destroy, last_things
from app.start.ending import tell
from app.start.found import found_at
from app.start.installation import Installation
from app.start.letters import next_letters
from app.start.manual import FIRST_CHAPTER, operators_manual
from app.start.packets import around
from app.start.pieces import Pieces
from app.start.threshold import Threshold
from app.start.union_line import UnionLine
from app.sync.ending import Parting
from app.sync.engine import Engine
from app.sync.round import Problem
from app.ui.base.desk import Desk, Office, StaffDoor
from app.ui.base.door import ErrorDoor
from app.ui.base.help import ManualDialog
from app.ui.base.names import NamePainter
from app.ui.base.operations import Operations
from app.ui.base.pages import Page
from app.ui.base.printing import PrintQueue
from app.ui.base.screen_picture import picture_of
from app.ui.base.theme import set_letters
from app.ui.base.touch import ScreenPrompts, TouchDesk
from app.ui.base.watch import Background
from app.ui.shell.behind import Behind
from app.ui.shell.login import LoginForm
from app.ui.shell.menu import menu_entries
from app.ui.shell.one_visitor import OneVisitor
from app.ui.shell.visitor import VisitorDesk, other_monitor
from app.ui.shell.window import MainWindow
from forms.fonts import FontSet
from forms.press import Press
from forms.spool import Printer

_DUE_EVERY_MS = 5_000
_WHY = {
    "time.slept": "端末が休止していたため、ログオフしました。",
    "time.over": "利用時間か、ロックしていられる時間が終わったため、ログオフしました。",
    "log.joined": "この端末は管理簿に参加しました。管理簿の職員でログインしてください。",
    "rights.taken": "ほかの端末で、あなたの権限かキーが変えられたため、ログオフしました。",
    "tables.changed": "きょうから新しい表（料率・基準など）を使います。ログインし直してください。",
}
"""Why a session ended without its person."""
_CONTACT_EVERY_MS = 60_000
_LOCKED_AFTER_MS = 2_000
"""So long the store's worker has for what the lock writes; then the session is locked anyhow."""

_PAUSE_MS, _PAUSE_AFTER_KEY_MS = 1_000, 250
"""A form that comes by itself takes no key before nobody typed for so long; after F12 for less."""

_SETTINGS = "settings"
"""The name under which troubles of reading the settings are told."""

AuthenticatorOf = Callable[[ScreenPrompts], Authenticator]
"""Makes the authenticator that asks through the screen."""


class Counter(QObject):
    """One program run: from the login screen to the closed store."""

    def __init__(
        self,
        parts: Parts,
        authenticator_of: AuthenticatorOf,
        printer: Printer,
        fonts: FontSet,
        press: Press,
        *,
        threshold: Threshold | None = None,
        on_login_try: Callable[[str], None] = lambda staff_id: None,
    ) -> None:
        super().__init__()
        self._parts = parts
        self._fonts = fonts
        self._press = press
        self._on_login_try = on_login_try
        self._log = logging.getLogger("madoguchi")
        self.background = Background()
        self.door = ErrorDoor(self._log, self.background, lambda: self.window.covered)
        self.operations = Operations(self.door.show, self.door.murmur)
        self.printing = PrintQueue(printer, self.door.murmur)
        self._prompts = ScreenPrompts()
        self._worker = DeviceWorker()
        self.touch = TouchDesk(
            authenticator_of(self._prompts),
            self._prompts,
            self._worker,
            self.operations,
            self.door,
            NamePainter(fonts),
        )
        self._calendar = BusinessCalendar.from_table(parts.tables["closed_days"])
        self._doorway: Doorway = parts.doorway(lambda: self.line.reachable)
        self._session: Session | None = None
        self._package: PutPackage | None = None
        self._desk: Desk | None = None
        self._area = ""
        self._home = ""
        self._limited = False
        self._permitted: frozenset[str] = frozenset()
        self.form: LoginForm | None = None
        self.window = threshold.window if threshold is not None else _window(parts.installation)
        self._behind = Behind(self.window)
        self.visitors = self._visitor_desk(NamePainter(fonts))
        self.line = UnionLine(self.window, self.background, parts.clock, self._calendar, self._stop)
        self._listen()
        self._closed = False
        self.background.troubled.connect(self._say_trouble)
        self._vigil: Vigil | None = None
        self._reading = False
        self._wakefulness = Wakefulness()
        self._pieces = Pieces(self, self.operations)
        self._due = self._every(_DUE_EVERY_MS, self.look_at_the_clock)
        self._contact = self._every(_CONTACT_EVERY_MS, self.contact)
        if threshold is None:
            self.show_login()
        else:
            self.form = threshold.form
            threshold.hand_over(self._log_in)

    def _listen(self) -> None:
        """What the window and the desktop ask for."""
        self._visitor = OneVisitor(self.window, self._open)
        self.window.chosen.connect(self._choose)
        self.window.lock_asked.connect(lambda: self.lock())
        self.window.log_off_asked.connect(self.log_off)
        self.window.print_asked.connect(self.print_screen)
        self.window.help_asked.connect(self.show_help)
        self.window.search_asked.connect(self.search)
        self.window.letters_asked.connect(self.change_letters)
        self.window.closing.connect(self.close)
        self.window.input_seen.connect(self.note_input)
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self.window)
        # The end of the desktop's session asks the program to end without closing the window.
        application.aboutToQuit.connect(self.close)

    def _every(self, milliseconds: int, work: Callable[[], None]) -> QTimer:
        """A timer that runs ``work`` again and again once it is started."""
        timer = QTimer(self)
        timer.setInterval(milliseconds)
        timer.timeout.connect(work)
        return timer

    # -- the door --------------------------------------------------------------------------

    def _visitor_desk(self, painter: NamePainter) -> VisitorDesk:
        return VisitorDesk(
            painter,
            lambda: None if self.window.covered else self.window.open_screen(),
            lambda: self.touch.signing,
            lambda: other_monitor(self.window),
        )

    def show_login(self) -> None:
        """Show the login form; nobody's data is on the screen."""
        self.window.set_menu(())
        self.window.set_staff("")
        self.form = LoginForm(self._log_in)
        self.window.show_screen(self.form)
        self.form.first_focus()

    @property
    def desk(self) -> Desk | None:
        """What the screens work with; None before login."""
        return self._desk

    @property
    def journal_line(self) -> int:
        """The number of the journal's newest line; 0 while the store is closed."""
        terminal = self._doorway.terminal
        return terminal.journal.head.number if terminal is not None else 0

    def _log_in(self, staff_id: str, password: str) -> None:
        form = self.form
        assert form is not None
        self._on_login_try(staff_id)
        form.set_busy(True, "セキュリティキーの案内を待っています。")
        self.operations.run(
            form,
            lambda: self._doorway.ask(staff_id),
            lambda question: self._ask_key(form, question, password, self._enter),
            lambda error: self._refuse(form, error),
        )

    def _ask_key(
        self,
        form: LoginForm,
        question: Question,
        password: str,
        go_on: Callable[[LoginForm, Question, str, Assertion], None],
    ) -> None:
        def failed(error: BaseException) -> None:
            self.operations.run(
                form, lambda: self._doorway.failed(question, error), lambda _none: None
            )
            self._refuse(form, error)

        self.touch.sign(
            self.window,
            Touch("ログインします。", question.touched, question.request.prf_salt),
            lambda assertion: go_on(form, question, password, assertion),
            on_failure=failed,
            on_cancel=lambda: form.set_busy(False),
        )

    def _enter(
        self, form: LoginForm, question: Question, password: str, assertion: Assertion
    ) -> None:
        form.set_busy(True, "確かめています。")
        self.operations.run(
            form,
            lambda: self._doorway.enter(question, password, assertion),
            self._admitted,
            lambda error: self._refuse(form, error),
        )

    def _refuse(self, form: LoginForm, error: BaseException) -> None:
        """Said in the form itself: it may stand on the cover, above which nothing opens."""
        _, message, remedy = as_shown(error, self._log)
        form.refuse(message, remedy)

    def _admitted(self, admission: Admission) -> None:
        self._session = admission.session
        terminal = self._doorway.terminal
        assert terminal is not None
        self._package = terminal.gate.table_package()
        parts, told = self._parts.in_force(terminal)
        if told:
            self.window.say(told)
        press = self._press
        if parts is not self._parts:
            press = Press(self._fonts, parts.tables)
        with suppress(EnvironmentFault):  # a note for the self-check, worth no refused login
            write_whole(parts.paths.tables_version, parts.tables.version.encode())
        engine = self.line.engine = parts.engine(terminal, lambda: self.window.covered)
        self._desk = self._desk_for(terminal, admission.session, engine, parts, press)
        self.form = None
        self._area = ""
        self.background.forget()
        self.background.resume()
        # A limited session (password, clock) may run what mends it and nothing else, not even
        # the entrance of its area.
        self._limited = admission.only is not None
        if terminal.gate.has_visitor_window():
            self.visitors.begin()
        self.window.set_staff(admission.session.staff_name)
        if admission.password_days_left <= 14:
            self.window.say(f"パスワードの有効期間はあと {admission.password_days_left} 日です。")
        self._due.start()
        self._contact.start()
        self._vigil = admission.vigil
        self.operations.run(
            self,
            lambda: (self._offered(terminal, admission.session), is_removed(terminal)),
            lambda found: self.remove() if found[1] else self._open_desk(*found[0]),
        )

    def _desk_for(
        self,
        terminal: OpenTerminal,
        session: Session,
        engine: Engine,
        parts: Parts,
        press: Press,
    ) -> Desk:
        """What the screens of this session work with."""
        installation = self._parts.installation
        return Desk(
            gate=terminal.gate,
            catalog=CATALOG,
            session=session,
            engine=engine,
            clock=self._parts.clock,
            tables=parts.tables,
            fonts=self._fonts,
            press=press,
            operations=self.operations,
            touch=self.touch,
            background=self.background,
            door=self.door,
            go=self.go,
            home=self.home,
            say=self.window.say,
            door_of_staff=self._door_of_staff(terminal),
            office=Office(installation.municipality_code, installation.office, installation.phone),
            printer=self.printing,
            training=installation.training,
            kinds=CASES,
            media=self._parts.media,
            around=around(self._parts, terminal),
            finish=terminal.scheduler_hand.only(CATALOG.finishes),
            pages=TypedPages(terminal.access),
        )

    def _offered(self, terminal: OpenTerminal, session: Session) -> tuple[frozenset[str], str]:
        """What the person may run, less what the terminal's own state keeps from everybody, and
        why, "" when nothing is kept."""
        permitted = terminal.gate.permitted(session)
        today = self._parts.clock.now().date()
        kept = held_back(permitted, terminal.control.state, today, CATALOG)
        told = {refused.message for refused in kept.values()}
        return permitted - kept.keys(), "".join(sorted(told))

    def _door_of_staff(self, terminal: OpenTerminal) -> StaffDoor:
        policy = signed_policy(self._parts.installation.policy, terminal.control.state.in_force)
        return StaffDoor(self._doorway, terminal, self.log_off, policy, self.remove)

    def _open_desk(self, permitted: frozenset[str], held_back: str) -> None:
        if held_back:
            self.window.say(held_back)
        self._permitted = permitted
        entries = menu_entries(CATALOG, permitted)
        self.window.set_menu(entries)
        homes = [one for one in (CATALOG.home, CATALOG.home_else) if one in permitted]
        self._home = next(iter([*homes, *(entry.function_id for entry in entries)]), "")
        self.home()
        terminal = self._doorway.terminal
        if terminal is not None and not self._limited:
            self._keep_house(terminal)
            self._offer_what_was_typed()
        self.contact()

    def _offer_what_was_typed(self) -> None:
        """The page on which this person typed when the session or the program ended."""
        desk = self._desk
        pages = desk.pages if desk is not None else None
        if desk is None or pages is None:
            return

        def found(page: TypedPage | None) -> None:
            if page is not None and page.opening in self._permitted:
                self._behind.offer_opening(
                    f"入力の途中だった受付があります：{page.title}（受付番号 {page.case_id}）",
                    lambda: self.go(page.opening, case_id=page.case_id),
                )

        self.operations.aside(self, lambda: pages.newest_of(desk.session.staff_id), found)

    def _keep_house(self, terminal: OpenTerminal) -> None:
        """The terminal's own work that its functions put at the login, less what its state keeps
        from everybody: it would only be refused."""
        at_login = [one.id for one in CATALOG.values() if one.at_login]
        today = self._parts.clock.now().date()
        kept = held_back(at_login, terminal.control.state, today, CATALOG)
        for function in (CATALOG[one] for one in at_login if one not in kept):
            run = found_at(function.run)
            self.operations.aside(
                self, partial(run, terminal.scheduler_hand, self._calendar), lambda _none: None
            )

    # -- screens ---------------------------------------------------------------------------

    def home(self, **ended: Any) -> None:
        """Back to the start screen: the catalogue's, or the first that this person may open.
        ``ended`` is the case that just ended (``Desk.home``), for the catalogue's."""
        self._visitor.ended()
        if self._home:
            self.go(self._home, **ended if self._home == CATALOG.home else {})

    def go(self, function_id: str, **arguments: Any) -> None:
        """Open a function's screen, that of another visitor only when the clerk says so."""
        self._visitor.go(function_id, arguments)

    def _choose(self, function_id: str) -> None:
        """From the menu, perhaps in the middle of a case: what is typed of it is kept."""
        self._visitor.leaves(self.window.open_screen())
        if not self.operations.busy:  # else it is being kept, or sent, already
            self._keep_what_is_typed()
        self.go(function_id)

    def _open(self, function_id: str, arguments: Mapping[str, Any]) -> None:
        """Entering another area of work is an act (SEC-29)."""
        desk = self._desk
        if desk is None:
            return
        function = CATALOG[function_id]
        if function.area == self._area or self._limited:
            self._show(function_id, arguments)
            return

        def entered(_none: None) -> None:
            if self.window.covered:
                return
            self._area = function.area
            self._show(function_id, arguments)

        def work() -> None:
            with desk.gate.view(f"{function.area}.enter", desk.session):
                pass

        self.operations.run(self, work, entered)

    def _show(self, function_id: str, arguments: Mapping[str, Any]) -> None:
        desk = self._desk
        assert desk is not None
        function = CATALOG[function_id]
        given = {**dict(function.given), **arguments}
        screen: QWidget = found_at(function.screen)(desk, **given)
        self.window.show_screen(screen, function_id)

    def print_screen(self) -> None:
        """The open screen on paper, secrets covered, for whoever may print it (SEC-55)."""
        desk, page, function_id = self._desk, self.window.open_screen(), CATALOG.prints_screen
        if desk is None or page is None or self.window.covered:
            return
        if function_id not in self._permitted:
            self.window.say("この端末では、画面を印刷する権限がありません。")
            return
        print_picture = found_at(CATALOG[function_id].run)
        print_picture(desk, page, self.window.shown, picture_of(self.window))

    def search(self) -> None:
        """The search, from wherever one is."""
        page = self.window.open_screen()
        if CATALOG.searches not in self._permitted or self.window.covered:
            return
        if self.window.shown == CATALOG.searches and isinstance(page, Page):
            page.first_focus()
        else:
            self._choose(CATALOG.searches)

    def show_help(self) -> None:
        """The manual at the page of the open screen."""
        if self.window.covered:
            return
        manual = operators_manual(self._parts.clock.now().date(), self._parts.tables)
        shown = self.window.shown
        heading = CATALOG[shown].label if shown in CATALOG else FIRST_CHAPTER
        self.manual = ManualDialog(self.window, manual, heading)
        self.manual.open()
        self.manual.go_to_heading()

    def change_letters(self, step: int) -> None:
        """Larger or smaller letters on this desk, kept for the next time."""
        letters = next_letters(self._parts.paths, step)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        set_letters(application, letters)
        self.window.refit()
        self.window.say(f"文字の大きさは {letters} ポイントです。")

    # -- leaving ---------------------------------------------------------------------------

    def lock(self, pause: int = _PAUSE_AFTER_KEY_MS) -> None:
        """離席: cover everything, then lock the session (SEC-64 … 66, SEC-68). The password is
        taken after nobody typed for ``pause`` milliseconds."""
        session = self._session
        if session is None or self.window.covered:
            return
        self.visitors.black()
        self.background.pause()
        self.door.close()
        self.window.close_dialogs()
        self._behind.note_focus()
        self.window.set_covered(True)
        self._keep_what_is_typed()
        self._behind.put()
        form = LoginForm(
            self._unlock,
            heading="離席中",
            staff_id=session.staff_id,
            note="同じ職員のパスワードとセキュリティキーで戻ります。",
        )
        place = self.window.cover.place
        while place.count():
            item = place.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        place.addWidget(form)
        form.wait_for_a_pause(pause)
        self.form = form
        form.first_focus()
        self.operations.aside(self, lambda: self._doorway.lock(session), lambda _none: None)
        QTimer.singleShot(_LOCKED_AFTER_MS, self, lambda: self._lock_now(session))

    def _lock_now(self, session: Session) -> None:
        """The store's worker has had its time; the session is locked whether it had or not."""
        terminal = self._doorway.terminal
        if terminal is not None and self._session is session and self.window.covered:
            shut(terminal, session)

    def _keep_what_is_typed(self) -> None:
        """What the open screen holds and nobody has saved: before it goes."""
        screen = self.window.open_screen()
        if not isinstance(screen, Page):
            return
        work = screen.keep()

        def kept(outcome: object) -> None:
            if isValid(screen):
                screen.note_kept(outcome)

        if work is not None:
            self.operations.aside(self, work, kept)

    def _unlock(self, staff_id: str, password: str) -> None:
        form = self.form
        assert form is not None
        self._on_login_try(staff_id)
        form.set_busy(True, "セキュリティキーの案内を待っています。")
        self.operations.run(
            form,
            lambda: self._doorway.ask(staff_id),
            lambda question: self._ask_key(form, question, password, self._come_back),
            lambda error: self._refuse(form, error),
        )

    def _come_back(
        self, form: LoginForm, question: Question, password: str, assertion: Assertion
    ) -> None:
        session = self._session
        assert session is not None

        def back(_none: None) -> None:
            self.form = None
            self.background.resume()
            if self._behind.in_hand:
                self.window.set_covered(False)
                self._behind.back()
                return
            self.home()
            self.window.set_covered(False)
            self._behind.offer()

        self.operations.run(
            form,
            lambda: self._doorway.unlock(session, question, password, assertion),
            back,
            lambda error: self._refuse(form, error),
        )

    def log_off(self, cause: str = "") -> None:
        """End the session; the store closes. Whoever comes back reads why it ended by itself."""
        session, self._session = self._session, None
        if session is None:
            return
        if not self.window.covered:
            self._keep_what_is_typed()
        self._desk = None
        self.visitors.end()
        self._visitor.ended()
        self._behind.forget()
        self.background.pause()
        self._wakefulness.rest()
        self._due.stop()
        self._contact.stop()
        self.line.close()
        self.window.set_covered(False)
        self.show_login()
        self.window.show_ending("")
        if self.form is not None:
            self.form.tell(_WHY.get(cause, ""))
            if cause:
                self.form.wait_for_a_pause(_PAUSE_MS)
        self.operations.run(self, lambda: self._doorway.log_off(session, cause), lambda _none: None)

    def remove(self, decided: Decided = GONE_ON) -> None:
        """端末の廃止 was decided: the union is told, the session ends, and nothing that is stored
        stays but the certificate of erasure."""
        parts, terminal = self._parts, self._doorway.terminal
        assert terminal is not None
        engine = self.line.engine or parts.engine(terminal, lambda: True)
        self.window.say("この端末を廃止しています。電源を切らないでください。")
        self.operations.run(
            self, lambda: last_things(parts, terminal, engine, decided), self._destroy
        )

    def _destroy(self, parting: Parting) -> None:
        self.log_off("terminal.removed")
        form = self.form
        if form is not None:
            form.set_busy(True, "この端末を廃止しています。電源を切らないでください。")
        self.operations.run(self, lambda: destroy(self._parts, parting), self._removed)

    def _removed(self, outcome: str) -> None:
        """Nobody can log in any more; the window says so until it is closed."""
        said = removed(self._parts.paths)
        if self.form is not None:
            self.form.refuse(said.message, outcome)
            self.form.setEnabled(False)

    def close(self) -> None:
        """End of the program, however it comes: what is typed is kept, the session ends in the
        journal, nothing stays open."""
        if self._closed:
            return
        self._closed = True
        self.visitors.end()
        session, self._session = self._session, None
        if session is not None and not self.window.covered:
            self._keep_what_is_typed()
        if session is not None:
            self.operations.aside(
                self, lambda: self._doorway.log_off(session, "program.ended"), lambda _none: None
            )
        self.line.close()
        self._due.stop()
        self._contact.stop()
        self.operations.close()
        self.printing.close()
        self._doorway.close()
        self._worker.close(2.0)

    def look_at_the_clock(self) -> None:
        terminal, session, vigil = self._doorway.terminal, self._session, self._vigil
        if terminal is None or session is None or vigil is None:
            return
        if self._wakefulness.has_slept(self._parts.clock.now()):
            self.log_off("time.slept")
            return
        if terminal.gate.table_package() != self._package:
            # A day on which other tables begin: nobody goes on by yesterday's figures.
            self.log_off("tables.changed")
            return

        due = vigil.due(terminal, session)
        if due is Due.ENDED:
            self.log_off(terminal.sessions.cause_of(session))
            return
        tell(self.window, vigil.left(terminal, session))
        if due is Due.LOCK:
            self.lock(_PAUSE_MS)
        elif due is Due.CLOSE:
            self.log_off("time.over")
        elif not self._reading:
            self._read_settings(terminal)
            if not self._limited:
                self._pieces.look(terminal)

    def _read_settings(self, terminal: OpenTerminal) -> None:
        """The minutes of the lock and the hours as they are set now; what was known last counts
        when they cannot be read."""
        self._reading = True

        def read(vigil: Vigil) -> None:
            self._reading = False
            self._vigil = vigil
            self.background.well(_SETTINGS)

        def failed(error: BaseException) -> None:
            self._reading = False
            if self._session is not None:  # after log-off the store is closed
                self.door.murmur(error, _SETTINGS)

        def look() -> Vigil:
            self._doorway.keep_day()
            return read_vigil(terminal)

        self.operations.aside(self, look, read, failed)

    def note_input(self) -> None:
        """Keyboard or mouse was used: the idle time starts anew."""
        terminal, session = self._doorway.terminal, self._session
        if terminal is not None and session is not None and not self.window.covered:
            touched(terminal, session)

    def _say_trouble(self) -> None:
        """The newest trouble of what goes on behind the person's back, in the status line."""
        if self.background.troubles:
            self.window.say(self.background.troubles[-1])

    # -- the line --------------------------------------------------------------------------

    def contact(self) -> None:
        """One round with the union in the background."""
        if self._session is not None:
            self.line.contact(self, self.operations, self.door)

    def _stop(self, problem: Problem) -> None:
        """The journal is not the one that the union knows: nobody works here any more."""
        self.log_off(problem.code)
        self.operations.run(self, self._doorway.stop, lambda _none: None)
        fault = EnvironmentFault(problem.code, problem.message, problem.remedy)
        self.door.show(self.window, fault)


def _window(installation: Installation) -> MainWindow:
    return MainWindow(training=installation.training, terminal=installation.office)
