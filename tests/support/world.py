"""A terminal in a folder: real store, real journal, staff with rights and keys, a fixed clock.

``new_world(tmp_path)`` copies a template that is built once per test run and catalogue, so a
test pays for opening only. People are named by their role:

    clerk S101, branch S102, supervisor S201, supervisor2 S202, administrator S301,
    nobody S900 (registered, without any right)
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, insert, select, update

from app.catalog import CATALOG
from app.core.clock import JST, FixedClock
from app.core.paths import Paths
from app.core.relying_party import TRAINING_RP_ID
from app.core.tables import Tables, load_tables, shipped_tables
from app.rules.calendar.days import BusinessCalendar
from app.security import vault
from app.security.acts.approval import Approval, Role
from app.security.acts.prepared import PreparedAct
from app.security.authenticators.verify import verify_assertion
from app.security.control.deeds import HoursException, PasswordChange
from app.security.control.keeper import Control
from app.security.control.state import ControlState
from app.security.gate.checks import Conditions, GateRules
from app.security.gate.facts import grant_of
from app.security.gate.gate import Gate, SystemHand
from app.security.gate.shut_out import shut_out_gone
from app.security.journal.genesis import Founder, Genesis, write_genesis
from app.security.journal.journal import Journal
from app.security.journal.line import Line
from app.security.keys import keyslots
from app.security.keys.sealing import pair_from_secret
from app.security.keys.slot_model import SlotFile
from app.security.keys.slot_storage import read_slot_file, write_slot_file
from app.security.keys.terminal_secret import TerminalSecret
from app.security.spec import Catalog, Hand
from app.security.staff.grants import access_of
from app.security.staff.roles import roles_on
from app.security.staff.session import LiveSession, LiveSessions, Session
from app.security.vault.store_access import StoreAccess
from db.tables.control import credential, grant_row, setting, staff, store_fact, terminal_key
from db.work import Store, Work
from tests.support import keys
from tests.support.room import once
from tests.support.signers import Signer
from tests.support.state_of_rows import READERS, state_of_rows

MONDAY_MORNING = datetime(2026, 11, 16, 10, 0, tzinfo=JST)
DATA_KEY = bytes(range(32))
NUMBER_KEY = bytes(range(32, 64))
STORE_ID = "store-1"
TERMINAL = "T01"
SECRET = TerminalSecret(TERMINAL, b"s" * 32)
RECOVERY = pair_from_secret(b"r" * 32)
STORE_PAIR = pair_from_secret(b"p" * 32)

STAFF = {
    "clerk": ("S101", "窓口 花子", "clerk"),
    "branch": ("S102", "出張 次郎", "branch"),
    "supervisor": ("S201", "責任 一郎", "supervisor"),
    "supervisor2": ("S202", "責任 二郎", "supervisor"),
    "administrator": ("S301", "管理 三郎", "administrator"),
    "nobody": ("S900", "権限 無子", ""),
}
NUMBER_HOLDERS = ("clerk", "supervisor", "supervisor2")
GRANTED_UNTIL = date(2027, 3, 31)

_TEMPLATES: dict[str, Path] = {}
_STATES: dict[str, ControlState] = {}


@dataclass
class Surroundings:
    """What the terminal sees around it; tests switch it."""

    peer: bool = True
    scanned: bool = True


@dataclass
class World:
    """One open terminal."""

    paths: Paths
    store: Store
    journal: Journal
    gate: Gate
    clock: FixedClock
    catalog: Catalog
    tables: Tables
    sessions: LiveSessions
    surroundings: Surroundings
    access: StoreAccess
    calendar: BusinessCalendar
    control: Control
    engine_hand: SystemHand
    scheduler_hand: SystemHand
    signers: dict[str, Signer] = field(default_factory=dict)

    def staff_id(self, who: str) -> str:
        """The staff id of a role name."""
        return STAFF[who][0]

    def session(self, who: str = "clerk") -> Session:
        """The live session of this person, opened now if there is none."""
        staff_id, name, _ = STAFF[who]
        for live in self.sessions.all():
            if live.session.staff_id == staff_id:
                return live.session
        session = Session(f"session-{staff_id}", staff_id, name)
        now = self.clock.monotonic()
        number_key = NUMBER_KEY if who in NUMBER_HOLDERS else None
        self.sessions.enter(LiveSession(session, now, now, number_key=number_key))
        return session

    def touch_of(self, session: Session) -> PreparedAct:
        """A prepared act that needs this person's touch and nothing else."""
        content = PasswordChange(session.staff_id)
        return self.gate.prepare("own.change_password", session, content=content, sentence="例")

    def signer(self, staff_id: str) -> Signer:
        """This person's key."""
        return self.signers[staff_id]

    def own(self, prepared: PreparedAct, *, verified: bool = True) -> Approval:
        """The operator's own touch."""
        signer = self.signer(prepared.session.staff_id)
        assertion = signer.sign(prepared.challenge, verified=verified)
        return Approval(prepared.session.staff_id, Role.ACTOR, assertion)

    def second(
        self, prepared: PreparedAct, who: str, role: Role, *, verified: bool = True
    ) -> Approval:
        """A second person's touch."""
        ask = self.gate.ask(prepared, self.staff_id(who), role)
        assertion = self.signer(ask.staff_id).sign(ask.challenge, verified=verified)
        return Approval(ask.staff_id, role, assertion)

    def approvals(self, prepared: PreparedAct) -> list[Approval]:
        """Everything that this draft needs, from people who may."""
        given = []
        for role in prepared.needs:
            if role is Role.ACTOR:
                given.append(self.own(prepared))
            else:
                given.append(self.second_of(prepared, role))
        return given

    def second_of(self, prepared: PreparedAct, role: Role, *, verified: bool = True) -> Approval:
        """A second person's touch by somebody who may."""
        return self.second(prepared, self._other(prepared, role), role, verified=verified)

    def _other(self, prepared: PreparedAct, role: Role) -> str:
        others = ("supervisor", "supervisor2") if role is Role.SUPERVISOR else tuple(STAFF)
        for who in others:
            staff_id = self.staff_id(who)
            if staff_id != prepared.session.staff_id and (
                role is Role.SUPERVISOR or self.holds(staff_id, prepared.function.id)
            ):
                return who
        raise LookupError(f"nobody can be {role} for {prepared.function.id}")

    def holds(self, staff_id: str, function_id: str) -> bool:
        """Whether a grant row of this function exists for this person."""
        statement = grant_row.select().where(
            grant_row.c.staff_id == staff_id, grant_row.c.function_id == function_id
        )
        with self.store.view(("grant_row",)) as work:
            return work.first(statement) is not None

    def hand_of(self, function_id: str) -> SystemHand:
        """The handle through which the terminal does this work of its own."""
        by = {Hand.ENGINE: self.engine_hand, Hand.SCHEDULER: self.scheduler_hand}
        return by[self.catalog[function_id].hand]

    def shut_out(self) -> tuple[str, ...]:
        """What the terminal does by itself when a right has ended."""
        return shut_out_gone(self.scheduler_hand, self.access)

    def lines(self) -> list[Line]:
        """The whole journal."""
        return list(self.journal.lines())

    def last_line(self) -> Line:
        """The newest line."""
        return self.journal.line(self.journal.head.number)

    @contextmanager
    def hands_on(self, *tables: str) -> Iterator[Work]:
        """Write to the store past the gate, and have it believed: to set a scene."""
        with self.store.update(tables, tables) as work:
            yield work
        if READERS.keys() & set(tables):
            self.control.state = state_of_rows(self.store, STORE_ID, self.control.state, tables)

    def change_staff(self, who: str, **values: Any) -> None:
        """Change a person's row past the gate."""
        with self.hands_on("staff") as work:
            work.run(update(staff).where(staff.c.id == self.staff_id(who)).values(**values))

    def change_grant(self, who: str, function_id: str, **values: Any) -> None:
        """Change a right's row past the gate."""
        mine = and_(
            grant_row.c.staff_id == self.staff_id(who), grant_row.c.function_id == function_id
        )
        with self.store.update(("grant_row",), ("grant_row",)) as work:
            work.run(update(grant_row).where(mine).values(**values))
            changed = [grant_of(row) for row in work.all(select(grant_row).where(mine))]
        state = self.control.state.draft()
        state.put(*changed)
        self.control.state = state

    def add_grant(self, who: str, function_id: str, **values: Any) -> None:
        """Give a right past the gate."""
        row = _grant_values(self.catalog, self.staff_id(who), function_id, 999_000)
        row |= {"id": f"{TERMINAL}-1-g-{self.staff_id(who)}-{function_id}"} | values
        with self.hands_on("grant_row") as work:
            work.run(insert(grant_row).values(**row))

    def set_fact(self, name: str, value: str) -> None:
        """Set a fact of the store past the gate."""
        with self.hands_on("store_fact") as work:
            if not work.run(
                update(store_fact).where(store_fact.c.name == name).values(value=value)
            ):
                work.run(insert(store_fact).values(name=name, value=value))

    def set_setting(self, name: str, value: str) -> None:
        """Change a setting past the gate."""
        row = {"name": name, "value": value, "set_by": "test", "set_at": "2026-11-16"}
        with self.hands_on("setting") as work:
            if not work.run(update(setting).where(setting.c.name == name).values(**row)):
                work.run(insert(setting).values(**row))

    def later(self, **delta: float) -> None:
        """Let time pass (``minutes=5``)."""
        self.clock.advance(timedelta(**delta))

    def close(self) -> None:
        """Close store and journal."""
        self.journal.close()
        self.store.close()


def new_world(
    folder: Path, *, catalog: Catalog = CATALOG, start: datetime = MONDAY_MORNING
) -> World:
    """A terminal of its own in ``folder``. Close it."""
    template = _template(catalog)
    shutil.copytree(template, folder / "terminal")
    known = _STATES.get(catalog.version)
    made = open_world(folder / "terminal", catalog=catalog, start=start, state=known)
    if known is None:
        _STATES[catalog.version] = made.control.state.draft()
    return made


def open_world(
    data: Path,
    *,
    catalog: Catalog = CATALOG,
    start: datetime = MONDAY_MORNING,
    state: ControlState | None = None,
) -> World:
    """Open the terminal in ``data`` (again). ``state`` is what its rows say, where that is known
    without reading them."""
    paths = Paths(data)
    clock = FixedClock(start)
    tables = shared_tables()
    store = vault.open_store(paths, DATA_KEY)
    connection = vault.open_journal(paths, DATA_KEY)
    journal = Journal.open(connection, TERMINAL, store.identity.epoch, clock)
    sessions = LiveSessions()
    surroundings = Surroundings()
    rules = _house(catalog, tables, surroundings)
    slots = read_slot_file(paths.slots, SECRET)
    access = StoreAccess(paths, slots, SECRET, store, connection, DATA_KEY, NUMBER_KEY)
    control = Control(rules.house, state.draft() if state else state_of_rows(store, STORE_ID))
    gate = Gate(store, journal, clock, rules, sessions, control)
    signers = {staff_id: Signer.of(staff_id) for staff_id, _, _ in STAFF.values()}
    for signer in signers.values():
        signer.counter = 1000  # above whatever an earlier run of this terminal has seen
    return World(
        paths,
        store,
        journal,
        gate,
        clock,
        catalog,
        tables,
        sessions,
        surroundings,
        access,
        rules.calendar,
        control,
        gate.hand(Hand.ENGINE),
        gate.hand(Hand.SCHEDULER),
        signers,
    )


@contextmanager
def world_in(folder: Path, **options: Any) -> Iterator[World]:
    """A world, closed at the end."""
    world = new_world(folder, **options)
    try:
        yield world
    finally:
        world.close()


@functools.cache
def shared_tables() -> Tables:
    """The shipped tables, loaded once."""
    return load_tables(shipped_tables())


def _house(catalog: Catalog, tables: Tables, surroundings: Surroundings) -> GateRules:
    return GateRules(
        calendar=BusinessCalendar.from_table(tables["closed_days"]),
        purposes=frozenset(str(code) for code in tables["purposes"].codes(date(2026, 11, 16))),
        conditions=Conditions(lambda: surroundings.peer, lambda: surroundings.scanned),
        check_assertion=verify_assertion,
        catalog=catalog,
        registry=catalog.version,
        roles=lambda day: roles_on(tables, catalog, day),
    )


def _template(catalog: Catalog) -> Path:
    key = catalog.version
    if key not in _TEMPLATES:
        folder = once(f"world-{key}", lambda made: _build(made / "terminal", catalog))
        _TEMPLATES[key] = folder / "terminal"
    return _TEMPLATES[key]


def _build(data: Path, catalog: Catalog) -> None:
    paths = Paths(data)
    clock = FixedClock(MONDAY_MORNING - timedelta(days=7))
    facts = {
        "rp_id": TRAINING_RP_ID,
        "municipality_code": "999998",
        "terminal_state": "registered",
        "clock_mark": clock.now().isoformat(),
    }
    founding = vault.Founding(STORE_ID, TERMINAL, training=True, facts=facts)
    store = vault.create(paths, DATA_KEY, founding)
    journal = Journal.create(vault.open_journal(paths, DATA_KEY, create=True), TERMINAL, 1, clock)
    found(journal, clock)
    write_slot_file(paths.slots, _slots(), SECRET)
    _fill(store, catalog, clock)
    journal.close()
    store.close()


def _slots() -> SlotFile:
    """Everybody's keys: password ``pw-<id>`` and the key ``key-<id>`` (``tests.support.keys``)."""
    persons = tuple(keys.person(staff_id) for staff_id, _, _ in STAFF.values())
    genesis = keyslots.Genesis(
        store_id=STORE_ID,
        store_public=STORE_PAIR.public,
        recovery_public=RECOVERY.public,
        founders=persons,
        data_key=DATA_KEY,
        number_key=NUMBER_KEY,
        number_holders=frozenset(STAFF[who][0] for who in NUMBER_HOLDERS),
    )
    return keyslots.new_slot_file(genesis, SECRET)


def found(journal: Journal, clock: FixedClock) -> str:
    """Genesis by both supervisors; the fingerprint."""
    signers = [Signer.of("S201"), Signer.of("S202")]
    genesis = Genesis(
        STORE_ID,
        TERMINAL,
        "999998",
        TRAINING_RP_ID,
        True,
        tuple(
            Founder(staff_id, signer.credential_id, signer.public_key)
            for staff_id, signer in zip(("S201", "S202"), signers, strict=True)
        ),
        RECOVERY.public,
        clock.now().isoformat(),
    )
    assertions = [signer.sign(genesis.challenge) for signer in signers]
    return write_genesis(journal, genesis, assertions, verify_assertion)


def _fill(store: Store, catalog: Catalog, clock: FixedClock) -> None:
    roles = {role.code: role for role in roles_on(shared_tables(), catalog, clock.now().date())}
    rows = ("staff", "credential", "grant_row", "terminal_key")
    with store.update(rows, rows) as work:
        number = 0
        work.run(insert(terminal_key).values(name="store_private", value=STORE_PAIR.private))
        for staff_id, name, code in STAFF.values():
            work.run(insert(staff).values(**staff_values(staff_id, name)))
            signer = Signer.of(staff_id)
            work.run(insert(credential).values(**credential_values(staff_id, signer)))
            for function_id in roles[code].function_ids if code else ():
                number += 1
                values = _grant_values(catalog, staff_id, function_id, number)
                work.run(insert(grant_row).values(**values))


def staff_values(staff_id: str, name: str) -> dict[str, Any]:
    return {
        "id": staff_id,
        "name": name,
        "post": "保険年金課",
        "valid_from": "2026-04-01",
        "valid_to": "2027-03-31",
        "password_set_on": "2026-11-02",
    }


def credential_values(staff_id: str, signer: Signer) -> dict[str, Any]:
    """A credential row for a signer."""
    return {
        "id": signer.credential_id,
        "staff_id": staff_id,
        "label": "研修用",
        "public_key": signer.public_key,
        "attestation": b"",
        "aaguid": "00000000-0000-0000-0000-000000000000",
        "attested": "allowed",
        "registered_by": "S201",
        "registered_at": "2026-11-02T09:00:00+09:00",
    }


def _grant_values(catalog: Catalog, staff_id: str, function_id: str, number: int) -> dict[str, Any]:
    return {
        "id": f"{TERMINAL}-0-{number:06d}",
        "staff_id": staff_id,
        "function_id": function_id,
        "access": access_of(catalog[function_id]).value,
        "valid_from": "2026-11-02",
        "valid_to": GRANTED_UNTIL.isoformat(),
        "state": "confirmed",
        "reason": "着任",
        "requested_by": "S201",
        "requested_at": "2026-11-02T09:00:00+09:00",
        "approved_by": "S202",
        "approved_at": "2026-11-02T09:01:00+09:00",
        "effected_by": "S301",
        "effected_at": "2026-11-02T09:02:00+09:00",
        "confirmed_by": "S201",
        "confirmed_at": "2026-11-02T09:03:00+09:00",
    }


def words_of(world: World, text: str) -> HoursException:
    """A deed with a word in it."""
    return HoursException(world.clock.now() + timedelta(hours=1), text)


def commit(world: World, prepared: PreparedAct, approvals: Sequence[Approval] | None = None) -> int:
    """Run a draft with an empty handler; the line number of its act."""
    given = world.approvals(prepared) if approvals is None else approvals
    with world.gate.act(prepared, given) as work:
        return work.line
