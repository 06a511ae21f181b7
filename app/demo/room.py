"""The training room (研修室): a founded, enrolled and filled terminal beside a running union.

Everything is real but the people: store, keyring, keys, line, union. It lies in a temporary
folder and is gone at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import TypeVar

from app.catalog import CATALOG
from app.core.clock import Clock
from app.core.language import in_words
from app.core.paths import Paths
from app.core.tables import load_tables, shipped_tables
from app.demo.keyring_session import keyring_daemon
from app.demo.keys import KeyDrawer
from app.demo.midnight import begin_within_a_day
from app.demo.people import ANSWERING, FOUNDERS, STAFF, TrainingStaff
from app.demo.scratch import scratch_folder
from app.functions.admin import enrolment, rights, staff
from app.functions.admin.rights_list import GrantLine, list_grants
from app.functions.admin.staff import KeyEntry, NewStaff
from app.peers.union.embed import Union, embedded
from app.security.acts.approval import Approval, Role
from app.security.acts.prepared import Ask, PreparedAct
from app.security.authenticators.registration import Registered, Registrant, register_person
from app.security.entry.doorway import Doorway
from app.security.entry.terminal import OpenTerminal
from app.security.founding.founding import (
    FounderPerson,
    FoundingPlace,
    Ground,
    found_store,
    provisional_number,
)
from app.security.keys.derivation import STANDARD, Argon2Parameters
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.recovery import RecoveryIssue
from app.security.keys.slot_model import encode_person_keys
from app.security.staff.roles import role_on
from app.security.staff.session import Session
from app.start.compose import Parts, make_parts
from app.start.installation import Installation, write_installation
from app.sync.enrolment import open_unenrolled
from app.training.movers import Mover, movers
from app.training.municipality import Municipality, municipality
from app.training.people import MUNICIPALITY_CODE, seed_line

T = TypeVar("T")

_OFFICE = "見本市 保険年金課"
_PHONE = "0000-00-0000"
_RIGHTS_DAYS = 120
_ANY_TIME = {"hours.weekdays": "1234567", "hours.from": "00:00", "hours.to": "24:00"}
"""Practising is possible on any day at any time."""

SETTING_UP = timedelta(seconds=30)
"""Longer than founding, staff, rights and enrolment take."""


@dataclass(frozen=True, slots=True)
class Room:
    """The finished room. ``place`` is the synthetic municipality, ``movers`` are the visit's
    persons, who are in nobody's store."""

    parts: Parts
    keys: KeyDrawer
    union: Union
    place: Municipality
    movers: tuple[Mover, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a room shall be like. ``persons`` is the size of the municipality. ``staff`` get keys
    and rights beside the founders and the two who answer for the terminal with them; ``keys``
    is the drawer they lie in (None: a new one), and ``touched_at_once`` says whether its keys are
    touched by themselves once the room is ready. ``folder`` holds everything (None: a temporary
    one); ``open_union`` starts the union on a folder in it."""

    persons: int = 10_000
    touched_at_once: bool = True
    folder: Path | None = None
    parameters: Argon2Parameters = STANDARD
    staff: Sequence[TrainingStaff] = STAFF
    keys: KeyDrawer | None = None
    open_union: Callable[[Path], AbstractContextManager[Union]] = embedded


@contextmanager
def training_room(
    clock: Clock, plan: Plan, *, say: Callable[[str], None] = lambda text: None
) -> Iterator[Room]:
    """Set the room up and take it down at the end. About ten seconds at 10,000 persons. ``say``
    is told what is being done."""
    persons, folder = plan.persons, plan.folder
    with ExitStack() as stack:
        if folder is None:
            folder = stack.enter_context(scratch_folder("madoguchi-room-"))
        say(in_words("キーリングを用意しています。", "Starting a keyring."))
        ring = stack.enter_context(keyring_daemon())
        stack.enter_context(_environment(ring.env))
        tables = load_tables(shipped_tables())
        place = municipality(tables, persons, on=clock.now().date())
        say(in_words("広域連合の標準システムを起動しています。", "Starting the union."))
        union = stack.enter_context(plan.open_union(folder / "union"))
        say(in_words(f"住民 {persons:,} 人を登録しています。", f"Loading {persons:,} persons."))
        union.first.load(_counted(map(seed_line, place.persons()), persons, say))
        keys = plan.keys or KeyDrawer(touched_at_once=True)
        begin_within_a_day(clock, SETTING_UP, say)
        paths = Paths(folder / "terminal")
        say(in_words("端末を初期設定しています。", "Founding the terminal."))
        fingerprint = found_training_terminal(paths, keys, clock, plan.parameters)
        parts = make_parts(paths.data, clock, OsKeyring)
        _set_up(parts, keys, union, plan.staff, plan.parameters, say)
        _fill(parts, keys, say)
        keys.set_touched_at_once(plan.touched_at_once)
        yield Room(parts, keys, union, place, movers(tables, place), fingerprint)


_COUNTED = 20_000


def _counted(lines: Iterable[T], whole: int, say: Callable[[str], None]) -> Iterator[T]:
    """``lines``, telling every so many how far it is: a million persons take minutes."""
    for number, line in enumerate(lines, start=1):
        if number % _COUNTED == 0:
            say(f"  {number:,} / {whole:,}")
        yield line


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def found_training_terminal(
    paths: Paths, keys: KeyDrawer, clock: Clock, parameters: Argon2Parameters
) -> str:
    """First start of a training terminal by the two founders; the fingerprint of genesis."""
    installation = Installation(True, MUNICIPALITY_CODE, _OFFICE, _PHONE)
    write_installation(paths, installation)
    registered: list[Registered] = []
    founders = []
    for person in FOUNDERS:
        authenticator = keys.authenticator_of(person.staff_id)
        made = register_person(
            authenticator,
            installation.policy,
            Registrant(person.staff_id, person.name, person.password, parameters),
            taken=[one.credential.credential_id for one in registered],
        )
        registered.append(made)
        founders.append(
            FounderPerson(person.staff_id, person.name, person.post, made, authenticator)
        )
    issue = RecoveryIssue()
    while not issue.done:
        issue.confirm(" ".join(issue.current.words))
    made_store = found_store(
        paths,
        OsKeyring(installation.keyring_service),
        FoundingPlace(provisional_number(), MUNICIPALITY_CODE, ""),
        Ground(installation.policy, CATALOG, load_tables(shipped_tables()), _ANY_TIME),
        founders,
        issue.halves,
        clock,
    )
    return made_store.fingerprint


class Script:
    """Acts by people with their keys, without a screen: for setting the room up."""

    def __init__(self, parts: Parts, keys: KeyDrawer, doorway: Doorway) -> None:
        self.parts = parts
        self.keys = keys
        self.doorway = doorway

    @property
    def terminal(self) -> OpenTerminal:
        """The open terminal."""
        assert self.doorway.terminal is not None
        return self.doorway.terminal

    def enter(self, person: TrainingStaff) -> Session:
        """Log in."""
        question = self.doorway.ask(person.staff_id)
        assertion = self.keys.authenticator_of(person.staff_id).assert_(
            question.rp_id,
            question.challenge,
            question.request.credential_ids,
            uv=True,
            prf_salt=question.request.prf_salt,
            cancel=Event(),
        )
        return self.doorway.enter(question, person.password, assertion).session

    def approvals(self, prepared: PreparedAct, second: str = "") -> tuple[Approval, ...]:
        """The touches that ``prepared`` needs; ``second`` is the other person's staff id."""
        given = []
        for role in prepared.needs:
            ask = (
                prepared.own_ask
                if role is Role.ACTOR
                else self.terminal.gate.ask(prepared, second, role)
            )
            given.append(self.touch(ask))
        return tuple(given)

    def touch(self, ask: Ask) -> Approval:
        """The touch of the person who is asked."""
        assertion = self.keys.authenticator_of(ask.staff_id).assert_(
            ask.rp_id, ask.challenge, ask.credential_ids, uv=ask.verify, cancel=Event()
        )
        return Approval(ask.staff_id, ask.role, assertion)


def _set_up(
    parts: Parts,
    keys: KeyDrawer,
    union: Union,
    people: Sequence[TrainingStaff],
    parameters: Argon2Parameters,
    say: Callable[[str], None],
) -> None:
    """Staff, rights through all four steps, enrolment."""
    first, second = FOUNDERS
    script = Script(parts, keys, parts.doorway(lambda: True))
    sessions = {person.staff_id: script.enter(person) for person in FOUNDERS}
    for person in (*ANSWERING, *people):
        say(
            in_words(
                f"職員 {person.staff_id} {person.name} を登録し、権限を与えています。",
                f"Registering {person.staff_id} and granting rights.",
            )
        )
        _register(script, sessions[first.staff_id], person, second.staff_id, parameters)
        _grant(script, sessions, person)
    say(in_words("端末を広域連合に登録しています。", "Enrolling the terminal."))
    enrol_training_terminal(script, sessions[first.staff_id], second.staff_id, union)
    for session in sessions.values():
        script.doorway.log_off(session)


def _register(
    script: Script,
    session: Session,
    person: TrainingStaff,
    second: str,
    parameters: Argon2Parameters,
) -> None:
    made = register_person(
        script.keys.authenticator_of(person.staff_id),
        script.parts.installation.policy,
        Registrant(person.staff_id, person.name, person.password, parameters),
    )
    today = script.parts.clock.now().date()
    new = NewStaff(
        person.staff_id,
        person.name,
        person.post,
        False,
        today,
        today + timedelta(days=_RIGHTS_DAYS),
        KeyEntry.of(made.credential, "研修用"),
        encode_person_keys(made.keys),
    )
    gate = script.terminal.gate
    prepared = staff.prepare_register(gate, session, new)
    approvals = script.approvals(prepared, second)
    staff.perform_register(gate, prepared, approvals, script.terminal.access, made.keys)


def _grant(script: Script, sessions: dict[str, Session], person: TrainingStaff) -> None:
    """申請 and 反映 by the first founder, 承認 and 確認 by the second."""
    first, second = (sessions[founder.staff_id] for founder in FOUNDERS)
    parts, terminal = script.parts, script.terminal
    gate, calendar = terminal.gate, terminal.rules.calendar
    today = parts.clock.now().date()
    role = role_on(parts.tables, CATALOG, person.role, today)
    request = rights.Request(
        person.staff_id,
        person.role,
        role.function_ids,
        today,
        today + timedelta(days=_RIGHTS_DAYS),
        "研修",
    )
    prepared = rights.prepare_request(gate, first, request, CATALOG, parts.tables)
    rights.perform_request(gate, prepared, script.approvals(prepared), CATALOG)
    prepared = rights.prepare_approve(gate, second, _lines_of(script, second, person))
    rights.perform_approve(gate, prepared, script.approvals(prepared))
    prepared = rights.prepare_effect(gate, first, _lines_of(script, first, person))
    rights.perform_effect(gate, prepared, script.approvals(prepared), terminal.access, CATALOG)
    prepared = rights.prepare_confirm(gate, second, _lines_of(script, second, person), calendar)
    rights.perform_confirm(gate, prepared, script.approvals(prepared), calendar)


def _lines_of(script: Script, session: Session, person: TrainingStaff) -> Sequence[GrantLine]:
    terminal = script.terminal
    lines = list_grants(terminal.gate, session, CATALOG, terminal.rules.calendar)
    return [line for line in lines if line.grant.staff_id == person.staff_id]


def enrol_training_terminal(script: Script, session: Session, second: str, union: Union) -> None:
    """Ask, let the union's operators approve, and take the answer; two supervisors touch."""
    gate = script.terminal.gate
    engine = script.terminal.engine_hand
    asked = enrolment.ask(
        engine,
        municipality=MUNICIPALITY_CODE,
        terminal_name=_OFFICE,
        profile="counter",
        at=script.parts.clock.now(),
    )
    line = open_unenrolled(union.address, union.authorities)
    try:
        state = line.enrol(asked.statement)
        enrolment.note(engine, state.id)
        union.approve_waiting()
        state = line.enrolment(state.id)
    finally:
        line.close()
    answer = enrolment.settled(state, asked, union.authorities)
    prepared = enrolment.prepare_take(gate, session, asked, answer)
    enrolment.perform_take(gate, prepared, script.approvals(prepared, second), answer)


def _fill(parts: Parts, keys: KeyDrawer, say: Callable[[str], None]) -> None:
    """The first load (初期登録), through the real line and the real handler."""
    script = Script(parts, keys, parts.doorway(lambda: True))
    session = script.enter(FOUNDERS[0])
    say(in_words("被保険者情報を受け取っています。", "Receiving it."))
    report = parts.engine(script.terminal, lambda: True).contact()
    if report.problem is not None:
        raise RuntimeError(f"{report.problem.code}: {report.problem.message}")
    script.doorway.log_off(session)
