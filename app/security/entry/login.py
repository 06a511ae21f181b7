"""Login after the keys are open (ログイン): the last questions before any screen (DESIGN 4).

The vestibule (``entrance``) took staff id, password and security key and opened the keys.
Here the key's signature is checked against the credential's row, then journal, person, clock,
hours and password are asked, in this order. Every outcome is a journal line.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.errors import MadoguchiError
from app.core.settings import Settings
from app.security.acts.approval import Assertion
from app.security.control.state import REMOVED
from app.security.entry.control import LOGIN
from app.security.entry.terminal import OpenTerminal, keep_counter, keep_mark
from app.security.gate.clock_mark import Judgement, believed, judge_here, moved
from app.security.gate.facts import (
    READS,
    TerminalFacts,
    read_credential,
    read_place,
)
from app.security.gate.traces import head_payload
from app.security.journal.journal import fork
from app.security.journal.line import Entry, State
from app.security.keys import my_number
from app.security.keys.keyslots import Unlocked
from app.security.refusals import refusal
from app.security.staff.grants import Grant
from app.security.staff.hours import Hours, hours_of
from app.security.staff.password import AgeState, PasswordRules, age_of
from app.security.staff.people import Staff
from app.security.staff.session import LOG_OFF, LiveSession, Session
from app.wire.heads import CountersignedHead

LOCK, UNLOCK = "session.lock", "session.unlock"


@dataclass(frozen=True, slots=True)
class LoginProof:
    """What a person's key signed at the login: our random challenge and its answer."""

    rp_id: str
    challenge: bytes
    assertion: Assertion


class Due(StrEnum):
    """What time demands of the terminal now: ロック, 保存データを閉じる, 利用時間の終わり; or that
    the session ended because another desk took what it rests on."""

    NOTHING = "nothing"
    LOCK = "lock"
    CLOSE = "close"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Vigil:
    """What time demands, by the settings that were read last: how long nobody may touch the
    desk, how long a locked store stays open, the usable hours. It asks the store nothing, so that
    the lock comes also while the store cannot be read."""

    idle: timedelta
    locked: timedelta
    hours: Hours

    @classmethod
    def by(cls, settings: Settings) -> Vigil:
        """By these settings; ``Settings({})`` are those that the program ships with."""
        return cls(
            timedelta(minutes=settings.number("lock.idle_minutes")),
            timedelta(minutes=settings.number("lock.store_minutes")),
            hours_of(settings),
        )

    def due(self, terminal: OpenTerminal, session: Session) -> Due:
        """What the shell must do now: lock after the idle time (SEC-65), close the store when a
        lock has lasted as long as the setting allows, close at the end of the hours (SEC-69)."""
        if not terminal.sessions.is_live(session):
            return Due.ENDED
        live = terminal.sessions.get(session)
        monotonic = terminal.clock.monotonic()
        if live.only is None and not self.hours.is_open(terminal.clock.now()):
            return Due.CLOSE
        if live.locked_at is not None:
            over = timedelta(seconds=monotonic - live.locked_at) >= self.locked
            return Due.CLOSE if over else Due.NOTHING
        over = timedelta(seconds=monotonic - live.used_at) >= self.idle
        return Due.LOCK if over else Due.NOTHING

    def left(self, terminal: OpenTerminal, session: Session) -> timedelta | None:
        """How long the usable hours go on; None for a session that they do not end."""
        live = terminal.sessions.get(session)
        return self.hours.left(terminal.clock.now()) if live.only is None else None


@dataclass(frozen=True, slots=True)
class Admission:
    """Who came in, and what for: ``only`` limits the session (None: no limit), ``reason`` is
    the code of the limit, ``password_days_left`` counts to the last usable day, ``vigil`` is what
    time will demand of the session."""

    session: Session
    only: frozenset[str] | None
    reason: str
    password_days_left: int
    vigil: Vigil


def log_in(
    terminal: OpenTerminal,
    unlocked: Unlocked,
    proof: LoginProof,
    *,
    union_head: CountersignedHead | None = None,
) -> Admission:
    """Let the person in whose keys are open.

    ``union_head`` is the last head the union countersigned, when it could be asked; a journal
    without it is a fork. Raises ``EnvironmentFault`` ``journal.fork`` (only recovery may be
    offered then) and ``assertion.*``, ``Refusal`` ``staff.*``, ``clock.*``, ``hours.closed``,
    ``session.second``; the caller closes the terminal unless somebody else uses it.
    """
    staff_id = unlocked.person.staff_id
    session_id = _fresh_session_id()
    with _refusing(terminal, LOGIN, staff_id, session_id):
        _check_journal(terminal, union_head)
        _check_proof(terminal, staff_id, proof)
        with terminal.store.view(READS) as work:
            state = terminal.control.state
            person = state.person(staff_id)
            rights = state.grants_of(staff_id)
            place = read_place(work, state)
            number_key = unlocked.keys.number_key
            if number_key is not None:
                number_key = my_number.current_key(work, number_key)
        now = terminal.clock.now()
        person.check(believed(place.mark, now).date())
        limit = _limits(terminal, person, rights, place, now)
        age = age_of(person.password_set_on, now.date(), password_rules(place.settings))
        session = Session(session_id, staff_id, person.called)
        monotonic = terminal.clock.monotonic()
        live = LiveSession(session, monotonic, monotonic, limit.only, number_key)
        live.limit = limit.refused_as
        terminal.sessions.enter(live)
    try:
        entry = Entry(
            State.EVENT,
            LOGIN,
            staff_id,
            session=session_id,
            query_kind=limit.reason,
            payload=head_payload(terminal.control.state.head),
        )
        terminal.journal.append(entry)
        if not limit.reason.startswith("clock."):
            keep_mark(terminal.store, now if place.mark is None else moved(place.mark, now))
    except BaseException:
        terminal.sessions.leave(session)
        raise
    terminal.access.number_key = number_key
    if number_key is not None:
        _end_number_change(terminal, number_key)
        _end_issue(terminal)
    vigil = Vigil.by(place.settings)
    return Admission(session, limit.only, limit.reason, age.days_left, vigil)


def _fresh_session_id() -> str:
    """64 random bits in letters only: digits could look like a number to the journal."""
    return secrets.token_hex(8).translate(_LETTERS)


_LETTERS = str.maketrans("0123456789", "ghijkmnpqr")


def is_removed(terminal: OpenTerminal) -> bool:
    """Whether the removal of this terminal was decided and not finished."""
    with terminal.store.view(READS) as work:
        return read_place(work, terminal.control.state).state == REMOVED


def lock(terminal: OpenTerminal, session: Session) -> None:
    """Lock the screen (離席時ロック, SEC-64): nothing runs in the session, its number key is
    forgotten; the store stays open for the engine until ``what_is_due`` says otherwise."""
    shut(terminal, session)
    terminal.journal.append(Entry(State.EVENT, LOCK, session.staff_id, session=session.id))


def unlock(terminal: OpenTerminal, session: Session, unlocked: Unlocked, proof: LoginProof) -> None:
    """Unlock by the same person's password and key. Raises ``Refusal`` ``session.other`` for
    another person, and as ``log_in``."""
    with _refusing(terminal, UNLOCK, unlocked.person.staff_id, session.id):
        live = terminal.sessions.get(session)
        if unlocked.person.staff_id != session.staff_id:
            raise refusal("session.other")
        _check_proof(terminal, session.staff_id, proof)
        with terminal.store.view(READS) as work:
            place = read_place(work, terminal.control.state)
            day = believed(place.mark, terminal.clock.now()).date()
            terminal.control.state.person(session.staff_id).check(day)
            number_key = unlocked.keys.number_key
            if number_key is not None:
                number_key = my_number.current_key(work, number_key)
        if live.only is None:
            _check_time(place, terminal.clock.now())
    terminal.journal.append(Entry(State.EVENT, UNLOCK, session.staff_id, session=session.id))
    live.locked_at = None
    live.verified_at = live.used_at = terminal.clock.monotonic()
    live.number_key = number_key
    terminal.access.number_key = number_key


def log_off(terminal: OpenTerminal, session: Session, cause: str = "") -> None:
    """End a session (SEC-67). ``cause``: a code when the terminal ends it by itself. The
    caller closes the terminal when nobody else is in. Session and number key are gone even
    when the journal cannot be written: raises ``EnvironmentFault`` ``journal.*`` then."""
    terminal.sessions.leave(session)
    terminal.access.number_key = None
    terminal.journal.append(
        Entry(State.EVENT, LOG_OFF, session.staff_id, session=session.id, cause=cause)
    )


def touched(terminal: OpenTerminal, session: Session) -> None:
    """The person used keyboard or mouse: the idle time starts anew."""
    if not terminal.sessions.is_live(session):
        return  # ended from elsewhere a moment ago; the next look at the clock says so
    terminal.sessions.get(session).used_at = terminal.clock.monotonic()


def read_vigil(terminal: OpenTerminal) -> Vigil:
    """The settings as the store has them now. Raises what the store raises."""
    return Vigil.by(terminal.control.state.in_force)


def what_is_due(terminal: OpenTerminal, session: Session) -> Due:
    """What time demands by the settings of this moment."""
    return read_vigil(terminal).due(terminal, session)


def shut(terminal: OpenTerminal, session: Session) -> None:
    """Lock the session in memory, at once and without the store: nothing runs in it any more.
    ``lock`` follows and writes the line."""
    live = terminal.sessions.get(session)
    if live.locked_at is None:
        live.locked_at = terminal.clock.monotonic()
    live.number_key = None
    terminal.access.number_key = None


LONGEST_SILENCE = timedelta(seconds=90)
"""Longer than this between two looks at the clock, and the machine was asleep."""


class Wakefulness:
    """Tells a machine that slept (スリープ, 休止) from one that worked on: told every few
    seconds, it notices a gap. The store closes at suspend (DESIGN 4); what cannot be done
    before the machine sleeps is done the moment it wakes. A clock that is set forward looks
    the same and costs a login."""

    def __init__(self) -> None:
        self._last: datetime | None = None

    def has_slept(self, now: datetime) -> bool:
        """Whether more than 90 seconds lie between ``now`` and the last time this was asked."""
        last, self._last = self._last, now
        return last is not None and now - last > LONGEST_SILENCE

    def rest(self) -> None:
        """Nobody is logged in: the next question begins anew."""
        self._last = None


def password_rules(settings: Settings) -> PasswordRules:
    """The rules as the settings say."""
    return PasswordRules(
        longest_age=settings.number("password.days"),
        warning=settings.number("password.warn_days"),
    )


def _check_time(place: TerminalFacts, now: datetime) -> None:
    """A session without limits goes on only by a believable clock and inside the hours; else
    log off and in again, which offers what may still be done. Raises ``Refusal``."""
    judgement = judge_here(place.mark, now, ahead=place.ahead)
    if judgement is not Judgement.GOOD:
        raise refusal(f"clock.{judgement}")
    if not hours_of(place.settings).is_open(now):
        raise refusal("hours.closed")


def _end_number_change(terminal: OpenTerminal, number_key: bytes) -> None:
    """A change of the number key that was cut short ends with a holder's login."""
    with terminal.store.view(my_number.ROTATION_WRITES) as work:
        if not my_number.is_changing(work):
            return
    terminal.access.end_number_change(number_key, terminal.gate.without_numbers())


def _end_issue(terminal: OpenTerminal) -> None:
    """Recovery shares that were issued by an act, and sealed to by nobody because it was cut
    short, are sealed to at a holder's login."""
    recipient = terminal.control.state.recovery_recipient
    if recipient:
        terminal.access.renew_recovery(recipient)


def _check_journal(terminal: OpenTerminal, union_head: CountersignedHead | None) -> None:
    """The heads that the union signed must all be in this journal."""
    for record in (terminal.journal.last_countersigned(), union_head):
        if record is not None and not terminal.journal.has(record.head):
            raise fork()


def _check_proof(terminal: OpenTerminal, staff_id: str, proof: LoginProof) -> None:
    with terminal.store.view(READS) as work:
        answered, now = bytes(proof.assertion.credential_id), terminal.clock.now()
        key = read_credential(work, terminal.control.state, answered, now)
    if key is None or key.staff_id != staff_id:
        raise refusal("approval.unknown_key")
    if key.revoked:
        raise refusal("approval.key_revoked")
    counter = terminal.rules.check_assertion(
        key.public_key,
        proof.rp_id,
        proof.challenge,
        proof.assertion,
        require_uv=True,
        stored_counter=key.counter,
    )
    keep_counter(terminal.store, key.id, counter)


@dataclass(frozen=True, slots=True)
class _Limit:
    """What a session is limited to, why it is (code), and what everything else is refused as."""

    only: frozenset[str] | None
    reason: str
    refused_as: str


_NO_LIMIT = _Limit(None, "", "session.limited")


def _limits(
    terminal: OpenTerminal,
    person: Staff,
    rights: tuple[Grant, ...],
    place: TerminalFacts,
    now: datetime,
) -> _Limit:
    """What the session is limited to. Raises ``Refusal`` when nothing is left."""
    catalog, calendar = terminal.rules.catalog, terminal.rules.calendar
    day = believed(place.mark, now).date()
    held = {one.function_id for one in rights if not one.problem(day, calendar)}

    def left_of(exempt: frozenset[str], code: str, refused_as: str) -> _Limit:
        if not exempt & held:
            raise refusal(code)
        return _Limit(exempt & held, code, refused_as)

    judgement = judge_here(place.mark, now, ahead=place.ahead)
    if judgement is not Judgement.GOOD:
        return left_of(catalog.while_clock_wrong, f"clock.{judgement}", "session.clock_only")
    if not hours_of(place.settings).is_open(now):
        exempt = catalog.outside_hours - catalog.while_clock_wrong
        return left_of(exempt, "hours.closed", "session.hours_only")
    age = age_of(person.password_set_on, now.date(), password_rules(place.settings))
    if age.state is AgeState.LAPSED:
        raise refusal("staff.password_expired")
    if age.state is AgeState.CHANGE_ONLY:
        code = "session.password_only"
        return _Limit(catalog.with_old_password, code, code)
    return _NO_LIMIT


@contextmanager
def _refusing(terminal: OpenTerminal, event: str, staff_id: str, session_id: str) -> Iterator[None]:
    try:
        yield
    except MadoguchiError as problem:
        terminal.journal.append(
            Entry(State.REFUSED, event, staff_id, session=session_id, cause=problem.code)
        )
        raise
