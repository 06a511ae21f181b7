"""The door of one process (入口): from "who is there" to a session, in the right order.

entrance (slot file, keyring, vestibule) → the person's key → keys → store, journal → what the
vestibule remembers → login. A wrong try counts before anybody gets another one.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.core.clock import Clock
from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.core.paths import Paths
from app.security import vault
from app.security.acts.approval import Role
from app.security.acts.prepared import Ask
from app.security.authenticators.port import Assertion
from app.security.entry import login
from app.security.entry.entrance import Entrance, KeyRequest
from app.security.entry.login import Admission, LoginProof
from app.security.entry.terminal import OpenTerminal, open_terminal, take_over_vestibule
from app.security.gate.checks import GateRules
from app.security.journal.journal import fork
from app.security.keys.keypairs import OpenedPerson
from app.security.keys.keyslots import Unlocked
from app.security.refusals import refusal
from app.security.spec import Catalog
from app.security.staff.session import Session
from app.wire.heads import CountersignedHead

_CHALLENGE_BYTES = 32
_log = logging.getLogger(__name__)
AskUnion = Callable[[OpenTerminal], CountersignedHead | None]
"""Asks the union for the last head that it countersigned; None while it cannot be reached."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person's key is asked at the door. ``challenge`` is 32 fresh bytes."""

    staff_id: str
    request: KeyRequest
    challenge: bytes
    rp_id: str

    @property
    def touched(self) -> Ask:
        """What the device worker needs for this touch: the key's PIN, fingerprint or face."""
        keys = self.request.credential_ids
        return Ask(self.staff_id, Role.ACTOR, self.rp_id, self.challenge, keys, True)


class Doorway:
    """One process's door. ``rp_id`` is the relying party of this installation; ``ask_union`` is
    asked once the key has answered and before anybody is in; ``terminal`` is open from the first
    admission until ``close``."""

    def __init__(
        self,
        paths: Paths,
        entrance: Entrance,
        catalog: Catalog,
        clock: Clock,
        rules: GateRules,
        rp_id: str,
        ask_union: AskUnion = lambda terminal: None,
    ) -> None:
        self._paths = paths
        self._entrance = entrance
        self._catalog = catalog
        self._clock = clock
        self._rules = rules
        self._rp_id = rp_id
        self._ask_union = ask_union
        self.terminal: OpenTerminal | None = None
        self._day: date | None = None
        self._reseals = False
        self._stopped: EnvironmentFault | None = None

    def ask(self, staff_id: str) -> Question:
        """Begin a try. Raises ``UserError`` ``login.locked_out``; ``EnvironmentFault``
        ``journal.fork`` after ``stop``."""
        if self._stopped is not None:
            raise self._stopped
        request = self._entrance.request(staff_id)
        return Question(staff_id, request, secrets.token_bytes(_CHALLENGE_BYTES), self._rp_id)

    def failed(self, question: Question, error: BaseException) -> None:
        """The key refused: counted when it is a wrong try; giving up is none."""
        if isinstance(error, MadoguchiError):
            self._entrance.failed(question.staff_id, error)

    def enter(
        self,
        question: Question,
        password: str,
        assertion: Assertion,
        *,
        union_head: CountersignedHead | None = None,
    ) -> Admission:
        """Open what must be opened and let the person in, or say why not.

        Raises as ``Entrance.unlock``, ``open_terminal`` and ``log_in``; an older store is
        migrated first, after a sealed backup. Nothing stays open that was closed before.
        """
        unlocked = self._entrance.unlock(question.staff_id, password, assertion)
        fresh = self.terminal is None
        terminal = self.terminal or self._open(unlocked)
        try:
            head = union_head
            if head is None and fresh:
                head = self._ask_union(terminal)
            admission = login.log_in(
                terminal, unlocked, _proof(question, assertion), union_head=head
            )
            self._mirror(terminal, admission)
        except BaseException as problem:
            self.failed(question, problem)
            if fresh:
                terminal.close()
            raise
        self._entrance.succeeded(question.staff_id)
        self.terminal = terminal
        if admission.only is None:
            self.begin_day()
        return admission

    def begin_day(self) -> None:
        """At the first login of a day, and at midnight while open: whoever is gone loses the keys
        (``shut_out_gone``). What the machine refuses stays owed to the next time; the gate lets
        nobody who is gone do anything meanwhile."""
        terminal, self._day = self._opened(), self._clock.now().date()
        self._reseals = True
        try:
            terminal.follow_log()
        except MadoguchiError as fault:
            _log.warning("the keys of those who are gone were not taken: %s", fault.code)

    def keep_day(self) -> None:
        """Called again and again while the terminal is open: at midnight a new day begins, and
        after a change of the number key some more numbers are sealed anew. What the machine
        refuses of that stays owed to the next login."""
        if self.terminal is None:
            return
        if self._day != self._clock.now().date():
            self.begin_day()
        if self._reseals:
            self._reseal(self.terminal)

    def _reseal(self, terminal: OpenTerminal) -> None:
        try:
            terminal.reseal()
        except MadoguchiError as fault:
            self._reseals = False
            _log.warning("numbers were not sealed anew: %s", fault.code)

    def _mirror(self, terminal: OpenTerminal, admission: Admission) -> None:
        """Somebody is in: from now on the terminal's state is mirrored."""
        try:
            terminal.mirrors.begin()
        except BaseException:
            terminal.sessions.leave(admission.session)
            raise

    def lock(self, session: Session) -> None:
        """離席."""
        login.lock(self._opened(), session)
        self._opened().mirrors.write()

    def unlock(
        self, session: Session, question: Question, password: str, assertion: Assertion
    ) -> None:
        """Come back with the same person's two factors (SEC-64). Raises as ``enter``."""
        terminal = self._opened()
        unlocked = self._entrance.unlock(question.staff_id, password, assertion)
        try:
            login.unlock(terminal, session, unlocked, _proof(question, assertion))
        except BaseException as problem:
            self.failed(question, problem)
            raise
        self._entrance.succeeded(question.staff_id)

    def own_keys(self, question: Question, password: str, assertion: Assertion) -> OpenedPerson:
        """A person's own pair, opened just now with both factors, to seal it anew (change of
        password). Raises as ``Entrance.unlock``, a wrong try counted; ``UserError``
        ``key.on_loan`` for a lent key, which opens a pair of its own."""
        if self._entrance.answers_with_loan(question.staff_id, assertion):
            raise UserError(
                "key.on_loan",
                "貸出鍵では、パスワードの変更やキーの追加はできません。",
                "自分のキーがあるときに行ってください。",
            )
        return self._entrance.unlock(question.staff_id, password, assertion).person

    def log_off(self, session: Session, cause: str = "") -> None:
        """End the session; the store closes with the last one (SEC-67)."""
        terminal = self._opened()
        try:
            if terminal.sessions.is_live(session):
                login.log_off(terminal, session, cause)
        finally:
            if not terminal.sessions.all():
                self.close()

    def stop(self) -> None:
        """The union's last head is not in this journal (``journal.fork``): close everything,
        and let nobody in for the rest of this run; only recovery is left (DESIGN 5). The next
        open journal says so, and a new start finds it out again at its first contact."""
        self._stopped = fork()
        if self.terminal is not None:
            self.terminal.mirrors.stop()
        self.close()
        self._entrance.vestibule.note(self._stopped.code)

    def close(self) -> None:
        """Close whatever is open: end of hours, suspend, end of the program."""
        terminal, self.terminal = self.terminal, None
        if terminal is not None:
            terminal.close()

    def _opened(self) -> OpenTerminal:
        if self.terminal is None:
            raise refusal("session.none")
        return self.terminal

    def _open(self, unlocked: Unlocked) -> OpenTerminal:
        try:
            terminal = self._open_store(unlocked)
        except EnvironmentFault as fault:
            if fault.code != "store.older_schema":
                raise
            _, data_key = unlocked.keys.newest_first()[0]
            recovery = self._entrance.slots.recovery_public
            vault.migrate(self._paths, data_key, recovery, self._clock)
            terminal = self._open_store(unlocked)
        try:
            take_over_vestibule(terminal, self._entrance)
        except BaseException:
            terminal.close()
            raise
        return terminal

    def _open_store(self, unlocked: Unlocked) -> OpenTerminal:
        return open_terminal(
            self._paths,
            self._entrance,
            unlocked.keys,
            self._catalog,
            self._clock,
            self._rules,
        )


def _proof(question: Question, assertion: Assertion) -> LoginProof:
    return LoginProof(question.rp_id, question.challenge, assertion)
