"""The gate (関門): no data without an act (DESIGN 1.1, 5).

``prepare`` an act, collect approvals, ``act`` on it; or ``view``; the terminal's own work goes
through a ``hand``. The gate asks every question of ``gate_checks``, opens the unit of work
with the function's ``reads`` and ``writes`` only, and writes the journal. A refusal leaves a
journal line too. Acts never nest.

Inside one process this is no border against hostile code (DESIGN 5); it stops mistakes,
curious colleagues and careless code.
"""

from __future__ import annotations

import dataclasses
import hmac
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from app.core.clock import Clock
from app.core.errors import Bug, MadoguchiError
from app.security.acts.approval import (
    NO_SUBJECT,
    Approval,
    Assertion,
    Confirmed,
    Role,
    Subject,
    challenge_of,
)
from app.security.acts.prepared import Ask, PreparedAct, RowVersion, WithDocument, roles_needed
from app.security.acts.seconding import last_day
from app.security.control import brought
from app.security.control.keeper import Control
from app.security.control.order import WRITES as ORDER_WRITES
from app.security.control.rows import TABLES as CONTROL_TABLES
from app.security.control.shared import Step
from app.security.control.state import ControlState
from app.security.gate import checks, later, restricted
from app.security.gate.checks import GateRules, Questions
from app.security.gate.facts import READS, read_place
from app.security.gate.hand import SystemHand
from app.security.gate.telling import Telling
from app.security.gate.traces import (
    begun,
    cause_of,
    check_deed,
    done_of,
    head_payload,
    keep_counter,
    keep_counters,
    note_act,
    note_own,
    note_system,
    put_off_line,
    row_of,
)
from app.security.gate.work import ActWork, GateWork, ViewWork
from app.security.journal.journal import SYSTEM, Journal
from app.security.journal.line import Entry, State, is_id
from app.security.keys.my_number import FACTS as NUMBER_FACTS
from app.security.keys.my_number import MyNumbers
from app.security.refusals import Refusal, misuse, refusal
from app.security.spec import Actor, Function, Hand, Kind, MyNumber
from app.security.staff.grants import access_of
from app.security.staff.session import LiveSession, LiveSessions, Session
from db.work import Store, Work

__all__ = [
    "ActWork",
    "Approval",
    "Ask",
    "Gate",
    "GateRules",
    "PreparedAct",
    "RowVersion",
    "Session",
    "Subject",
    "SystemHand",
    "ViewWork",
    "WithDocument",
]

REFRESH = "session.refresh"
_OWN_WRITES = ("act", "credential.counter")
"""What the gate writes in every act's unit of work, before it hands it over without these."""
_DEED_WRITES = ("control_row", *CONTROL_TABLES, *ORDER_WRITES)
"""What it writes besides for a deed, and for the deeds of other desks."""


class Gate(Telling):
    """The only way to the store's rows. One for an open store; used by one thread at a time
    (another thread's unit of work waits in the store). ``administered`` is called after each act
    of administration."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        rules: GateRules,
        sessions: LiveSessions,
        control: Control,
        administered: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(control, clock, rules)
        self._store = store
        self._journal = journal
        self._sessions = sessions
        self._administered = administered
        self._seal_key = secrets.token_bytes(32)
        self._questions = Questions(store, journal, clock, rules, control)
        self._inside = threading.local()
        self._given: set[Hand] = set()

    def prepare(
        self,
        function_id: str,
        session: Session,
        *,
        subject: Subject = NO_SUBJECT,
        purpose: str = "",
        content: object = None,
        sentence: str = "",
        versions: Sequence[RowVersion] = (),
    ) -> PreparedAct:
        """The prepared act for ``act``; the checks are made now, and all of them again then.

        ``content`` is a frozen dataclass of plain values (``app.security.acts.content``), or
        ``WithDocument`` of one; ``sentence`` the Japanese sentence shown before the touch,
        ``versions`` the rows seen. Raises ``Refusal``.
        """
        function = self._function(function_id)
        held = content if isinstance(content, WithDocument) else WithDocument(content, b"")
        check_deed(function, held.content)
        with self._refusing(function, session, subject, purpose):
            live = self._sessions.usable(session)
            with self._store.view(READS, whole=True) as work:
                grant, place = self._questions.standing(work, function, live, purpose)
                self._check_leaves(work, function, subject, session)
        identity = self._store.identity
        prepared = PreparedAct(
            function=function,
            session=session,
            subject=subject,
            purpose=purpose,
            content=held.content,
            sentence=sentence,
            versions=tuple(versions),
            digest=held.digest,
            store_id=self._questions.store_of(function),
            terminal=identity.terminal,
            epoch=identity.epoch,
            registry=self._rules.registry,
            nonce=secrets.token_bytes(16),
            salt=secrets.token_bytes(16),
            head=self._journal.head,
            grant_id=grant.id,
            at=self._clock.now().isoformat(),
            needs=roles_needed(function),
            credential_ids=self._control.state.keys_of(session.staff_id),
            rp_id=place.rp_id,
            verify=checks.must_verify(function, Role.ACTOR, live, self._clock.monotonic()),
        )
        with self._refusing(function, session, subject, purpose):
            self._where_to(prepared, ())
        return dataclasses.replace(prepared, seal=self._seal(prepared))

    def ask(self, prepared: PreparedAct, staff_id: str, role: Role) -> Ask:
        """What the device worker needs for a second person's touch over ``prepared``.

        Raises ``Refusal`` ``approval.same_person``, ``approval.right``,
        ``approval.not_asked``.
        """
        with (
            self._refusing(prepared.function, prepared.session, prepared.subject, prepared.purpose),
            self._store.view(READS) as work,
        ):
            day = self._questions.day_for(work)
            state = self._control.state
            right = checks.second_right(state, staff_id, role, prepared, day, self._rules)
            keys = state.keys_of(staff_id)
        challenge = challenge_of(prepared.signed(staff_id, role, right.id))
        return Ask(staff_id, role, prepared.rp_id, challenge, keys, True)

    @contextmanager
    def act(self, prepared: PreparedAct, approvals: Sequence[Approval] = ()) -> Iterator[ActWork]:
        """Run a prepared act. The block commits as a whole or not at all.

        Raises ``Refusal`` (nothing happened), ``EnvironmentFault`` ``journal.*`` when no line
        could be written (nothing happened), and what the block raises (rolled back, the
        journal's line ends ``failed``).
        """
        function, session = prepared.function, prepared.session
        with self._alone(), self._control.turn():
            with self._refusing(function, session, prepared.subject, prepared.purpose, prepared):
                live = self._sessions.usable(prepared.carrier or session)
                self._questions.check_origin(prepared)
                self._check_unaltered(prepared)
                confirmed = self._questions.allowed(prepared, approvals, live)
                if function.leaves_counter:
                    with self._store.view(READS, whole=True) as own:
                        self._check_leaves(own, function, prepared.subject, session)
                number_key = checks.number_key(function, live)
                after = self._where_to(prepared, confirmed)
            line = self._journal.begin(begun(prepared, confirmed))

            def main(work: Work) -> ActWork:
                note_act(work, prepared, line, self._clock.now())
                self._check_leaves(work, function, prepared.subject, session)
                checks.check_rows(work, prepared.versions)
                keep_counters(work, confirmed)
                acting = self._act_work(work, prepared, line, number_key)
                if after is not None:
                    self._control.write(work, after, row_of(prepared, confirmed), line)
                    acting.allow_control(after)
                    acting.changed_rights = after.rights_since(self._control.state)
                return acting

            with self._main(
                function, line, session.staff_id, prepared.subject, main, after
            ) as acting:
                yield acting
            self._after(function, live, () if prepared.carrier else confirmed)

    def put_off(self, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
        """Keep an act that its operator touched for, until a second person signs it too; nothing
        of it happens. Raises ``Refusal`` as ``act``, and ``act.may_not_wait``."""
        function = self._catalog[self._catalog.puts_off]
        session = prepared.session
        with self._alone():
            with self._refusing(
                prepared.function, session, prepared.subject, prepared.purpose, prepared
            ):
                later.later_of(prepared.function)
                live = self._sessions.usable(session)
                self._questions.check_origin(prepared)
                self._check_unaltered(prepared)
                (own,) = self._questions.allowed(prepared, approvals, live, (Role.ACTOR,))
                kept = later.row_of(prepared, own, self._rules.calendar)
            nonce = secrets.token_bytes(16)
            line = self._journal.begin(put_off_line(prepared, own.evidence, function, nonce))

            def main(work: Work) -> ActWork:
                now = self._clock.now()
                note_own(work, function.id, session.staff_id, nonce, line, now)
                keep_counters(work, (own,))
                return ActWork(work, session.staff_id, now, prepared.subject, "", None, line)

            with self._main(function, line, session.staff_id, prepared.subject, main) as acting:
                later.keep(acting, kept)

    def resume(self, act_id: str, carrier: Session) -> tuple[PreparedAct, Approval]:
        """An act that waited, to be signed by its second person now and carried out by the session
        ``carrier``; with it the operator's own approval. Raises ``Refusal`` ``act.not_waiting``,
        ``act.waited_too_long``, ``act.altered``."""
        self._sessions.usable(carrier)
        with self._store.view((*READS, "put_off_act")) as work:
            row = later.find(work, act_id)
            rp_id = read_place(work, self._control.state).rp_id
        if row is None or row.ended:
            raise refusal("act.not_waiting")
        prepared = later.read_act(row, self._catalog, rp_id, carrier)
        last = last_day(datetime.fromisoformat(prepared.at), self._rules.calendar)
        now = self._clock.now()
        if now.date() > last:
            raise refusal("act.waited_too_long")
        prepared = dataclasses.replace(prepared, seconded_at=now.isoformat())
        sealed = dataclasses.replace(prepared, seal=self._seal(prepared))
        return sealed, later.own_approval(row)

    @contextmanager
    def view(
        self,
        function_id: str,
        session: Session,
        *,
        subject: Subject = NO_SUBJECT,
        purpose: str = "",
        background: bool = False,
    ) -> Iterator[ViewWork]:
        """Read what the function declares. The journal's line is written before the block's
        end returns; without it the caller gets an error, not the data. ``background``: a screen
        looks again by itself, which does not hold the lock off. Raises ``Refusal``."""
        function = self._function(function_id)
        if function.kind is not Kind.INQUIRE or function.writes or roles_needed(function):
            raise misuse("gate.view", f"{function_id} は照会だけの機能ではありません。")
        with self._alone():
            with self._refusing(function, session, subject, purpose):
                live = self._sessions.usable(session)
                with self._store.view(READS, whole=True) as own:
                    self._questions.standing(own, function, live, purpose, counts=not background)
                    self._check_leaves(own, function, subject, session)
                    opened = restricted.opened_to(own, session.id, self._clock.now())
                    rights = self._rights(own, live) if function.reads_what_waits else None
                number_key = checks.number_key(function, live)
            entry = Entry(
                State.VIEW,
                function.id,
                session.staff_id,
                session=session.id,
                subject=subject,
                purpose=purpose,
            )
            reads = (*function.reads, *_beside(function))
            with self._store.view(reads, opened=opened, whole=function.reads_hidden) as work:
                seen = ViewWork(work, session.staff_id, self._clock.now(), subject, purpose)
                seen.allow_opened(opened)
                seen.allow_rights(rights)
                seen.allow_control(self._control_for(function))
                seen.allow_days(self._rules.calendar)
                self._give_numbers(seen, work, number_key)
                cause = ""
                try:
                    yield seen
                except BaseException as problem:
                    cause = cause_of(problem)
                    raise
                finally:
                    self._journal.append(
                        dataclasses.replace(
                            entry,
                            cause=cause,
                            shown=seen.shown,
                            query_kind=seen.query_kind,
                            numbers=seen.numbers,
                        )
                    )

    @property
    def terminal(self) -> str:
        """The number of this terminal."""
        return self._store.identity.terminal

    def hand(self, which: Hand) -> SystemHand:
        """The engine's or the scheduler's handle to the terminal's own work. Each is given once,
        to whoever opens the terminal; raises ``Bug`` ``gate.hand`` to everybody who comes later."""
        if which in self._given:
            raise misuse("gate.hand", "端末が行う仕事を、担当でない所が始めようとしました。")
        self._given.add(which)
        return SystemHand(self, which, self._system)

    @contextmanager
    def _system(
        self,
        function_id: str,
        which: Hand,
        subject: Subject,
        digest: bytes,
        brought: bytes,
        step: Step | None = None,
    ) -> Iterator[ActWork]:
        function = self._function(function_id)
        nobody = Session("", SYSTEM, "")
        with self._alone():
            with self._refusing(function, nobody, subject, ""):
                checks.check_actor(function, Actor.SYSTEM)
                checks.check_hand(function, which)
                with self._store.view(READS) as own:
                    place = read_place(own, self._control.state)
                checks.check_terminal(function, self._catalog.area_of(function), place)
                self._questions.believe_clock(function, place)
            nonce = secrets.token_bytes(16)
            entry = Entry(
                State.BEGUN,
                function.id,
                SYSTEM,
                subject=subject,
                nonce=nonce,
                document_digest=digest,
                payload=brought,
            )
            line = self._journal.begin(entry)

            def main(work: Work) -> ActWork:
                now = self._clock.now()
                note_system(work, function.id, nonce, line, now)
                if step is not None:
                    step.write(work, line)
                acting = ActWork(work, SYSTEM, now, subject, "", None, line)
                acting.allow_days(self._rules.calendar)
                acting.allow_control(self._control_for(function))
                return acting

            after = None if step is None else step.state
            with self._main(function, line, SYSTEM, subject, main, after) as acting:
                yield acting

    def vouches(self, line: int, digest: bytes) -> bool:
        """Whether the work of journal line ``line`` brought what has this SHA-256: asked before a
        row that came from outside is believed."""
        return self._journal.vouches(line, digest)

    def permitted(self, session: Session) -> frozenset[str]:
        """The functions this session's person may run today: menu and areas follow it
        (SEC-30). Empty for a locked or unknown session. Leaves no line. Raises
        ``Refusal`` ``staff.*`` for somebody who no longer belongs here."""
        try:
            live = self._sessions.usable(session)
        except Refusal:
            return frozenset()
        with self._store.view(READS) as work:
            return self._rights(work, live)

    def _rights(self, work: Work, live: LiveSession) -> frozenset[str]:
        session = live.session
        today = self._questions.day_for(work).date()
        self._control.state.person(session.staff_id).check(today)
        rights = self._control.state.grants_of(session.staff_id)
        calendar = self._rules.calendar
        allowed = {
            right.function_id
            for right in rights
            if right.function_id in self._catalog
            and right.access == access_of(self._catalog[right.function_id]).value
            and not right.problem(today, calendar)
        }
        return frozenset(allowed if live.only is None else allowed & live.only)

    def ask_refresh(self, session: Session) -> Ask:
        """What the device worker needs to verify the session's person anew."""
        live = self._sessions.usable(session)
        live.challenge = secrets.token_bytes(32)
        with self._store.view(READS) as work:
            rp_id = read_place(work, self._control.state).rp_id
        keys = self._control.state.keys_of(session.staff_id)
        return Ask(session.staff_id, Role.ACTOR, rp_id, live.challenge, keys, True)

    def refresh(self, session: Session, assertion: Assertion) -> None:
        """Take in a verification asked for by ``ask_refresh``: ``recent`` counts anew.

        Raises ``Refusal`` or the authenticator's ``assertion.*``; both leave a line.
        """
        entry = Entry(State.REFUSED, REFRESH, session.staff_id, session=session.id)
        with self._refusing_as(entry):
            live = self._sessions.usable(session)
            challenge, live.challenge = live.challenge, b""
            if not challenge:
                raise refusal("fresh.not_asked")
            with self._store.view(READS) as work:
                state = self._control.state
                now = self._clock.now()
                key = checks.own_key(work, state, session.staff_id, assertion, now)
                rp_id = read_place(work, state).rp_id
            counter = self._rules.check_assertion(
                key.public_key,
                rp_id,
                challenge,
                assertion,
                require_uv=True,
                stored_counter=key.counter,
            )
        with self._store.update((), ("credential.counter",)) as work:
            keep_counter(work, key.id, counter)
        self._journal.append(dataclasses.replace(entry, state=State.EVENT))
        live.verified_at = self._clock.monotonic()

    def renew_number_key(self, former: bytes | None, fresh: bytes) -> None:
        """The number key was changed by an act: open sessions that hold it go on with it."""
        for live in self._sessions.all():
            if live.number_key is not None and live.number_key == former:
                live.number_key = fresh

    # -- the unit of work ----------------------------------------------------------------

    @contextmanager
    def _main(
        self,
        function: Function,
        line: int,
        staff_id: str,
        subject: Subject,
        start: Callable[[Work], ActWork],
        after: ControlState | None = None,
    ) -> Iterator[ActWork]:
        end = Entry(State.DONE, function.id, staff_id, subject=subject, of=line)
        own = _OWN_WRITES if after is None else (*_OWN_WRITES, *_DEED_WRITES)
        reads = (*function.reads, *_beside(function))
        seen = (*reads, *function.writes, *restricted.READS)
        try:
            with self._store.update(seen, own) as work:
                acting = start(work)
                work.narrow(reads, function.writes)
                yield acting
                if brought.concerns(function.writes):
                    brought.note(work, self._journal, line)
        except BaseException as problem:
            failed = dataclasses.replace(end, state=State.FAILED, cause=cause_of(problem))
            self._journal.end(failed)
            raise
        if after is not None:
            self._control.carry_on(after)
            end = dataclasses.replace(end, payload=head_payload(after.head))
        self._journal.end(end)

    def _where_to(
        self, prepared: PreparedAct, confirmed: Sequence[Confirmed]
    ) -> ControlState | None:
        """Where an act's deed leads to; None for an act that changes nobody's rights."""
        if not prepared.function.deed:
            return None
        number = self._control.state.head.number + 1
        return self._control.after(prepared.content, done_of(prepared, confirmed, number))

    def _control_for(self, function: Function) -> ControlState | None:
        declared = {name.partition(".")[0] for name in (*function.reads, *function.writes)}
        return self._control.state if declared & set(CONTROL_TABLES) else None

    def _check_leaves(
        self, work: Work, function: Function, subject: Subject, session: Session
    ) -> None:
        restricted.check_leaves(work.whole, function, subject, session.id, self._clock.now())

    def _act_work(self, work: Work, prepared: PreparedAct, line: int, key: bytes | None) -> ActWork:
        acting = ActWork(
            work,
            prepared.session.staff_id,
            self._clock.now(),
            prepared.subject,
            prepared.purpose,
            prepared.content,
            line,
        )
        self._give_numbers(acting, work, key)
        now, session_id = self._clock.now(), prepared.session.id
        acting.allow_opened(restricted.opened_to(work, session_id, now))
        acting.allow_control(self._control_for(prepared.function))
        acting.allow_days(self._rules.calendar)
        return acting

    def _give_numbers(self, target: GateWork, work: Work, key: bytes | None) -> None:
        if key is not None:
            target.allow_numbers(MyNumbers(work, key))

    def _after(self, function: Function, live: LiveSession, confirmed: Sequence[Confirmed]) -> None:
        if any(one.role is Role.ACTOR and one.verified for one in confirmed):
            live.verified_at = self._clock.monotonic()
        if function.sets_clock:
            self._questions.clock_was_set(self._clock.now())
        if function.kind is Kind.ADMINISTER:
            self._administered()

    # -- small things ----------------------------------------------------------------------

    def _function(self, function_id: str) -> Function:
        function = self._catalog.get(function_id)
        if function is None:
            raise misuse("gate.unknown_function", f"機能 {function_id} は宣言されていません。")
        return function

    def _check_unaltered(self, prepared: PreparedAct) -> None:
        """What the caller hands in is what ``prepare`` handed out; function and roles are the
        catalogue's own. Raises ``Refusal`` ``act.altered``."""
        function = self._catalog.get(prepared.function.id)
        ours = function == prepared.function and prepared.needs == roles_needed(prepared.function)
        if not ours or not hmac.compare_digest(prepared.seal, self._seal(prepared)):
            raise refusal("act.altered")

    def _seal(self, prepared: PreparedAct) -> bytes:
        return hmac.digest(self._seal_key, prepared.sealed_bytes(), "sha256")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if getattr(self._inside, "busy", False):
            raise misuse("gate.nested", "処理の中でもう一つの処理を始めようとしました。")
        self._inside.busy = True
        try:
            yield
        finally:
            self._inside.busy = False

    @contextmanager
    def _refusing(
        self,
        function: Function,
        session: Session,
        subject: Subject,
        purpose: str,
        prepared: PreparedAct | None = None,
    ) -> Iterator[None]:
        entry = Entry(
            State.REFUSED,
            function.id,
            session.staff_id,
            session=session.id,
            subject=subject,
            purpose=purpose if purpose in self._rules.purposes else "",
            nonce=b"" if prepared is None else prepared.nonce,
        )
        if not (is_id(subject.kind) and is_id(subject.key)):
            raise misuse("gate.subject", "操作の対象が、この端末の番号で示されていません。")
        with self._refusing_as(entry):
            yield

    @contextmanager
    def _refusing_as(self, entry: Entry) -> Iterator[None]:
        try:
            yield
        except MadoguchiError as problem:
            if not isinstance(problem, Bug):
                self._journal.append(dataclasses.replace(entry, cause=problem.code))
            raise


def _beside(function: Function) -> tuple[str, ...]:
    """What a function needs beside its tables, for the numbers that it declares."""
    return () if function.my_number is MyNumber.NONE else NUMBER_FACTS
