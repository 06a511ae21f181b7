"""A terminal founded the real way: two founders with software keys, shares typed back.

The ordinary one is founded once for each worker; a test gets a copy of it and of its keys.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from app.catalog import CATALOG
from app.core.clock import JST, FixedClock
from app.core.paths import Paths
from app.core.relying_party import TRAINING_RP_ID
from app.core.tables import Tables
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Approval, Assertion, Role
from app.security.acts.prepared import PreparedAct
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.registration import Registrant, register_person
from app.security.authenticators.verify import verify_assertion
from app.security.control.keeper import Control, prove_control
from app.security.control.state import ControlState
from app.security.entry.doorway import Doorway
from app.security.entry.entrance import Entrance
from app.security.entry.lockout import LockoutRule
from app.security.founding.founding import (
    Founded,
    FounderPerson,
    FoundingPlace,
    Ground,
    found_store,
)
from app.security.gate.checks import Conditions, GateRules
from app.security.gate.gate import Gate
from app.security.keys.recovery import RecoveryIssue, RecoveryPublic
from app.security.keys.terminal_secret import SecretShelf
from app.security.staff.roles import roles_on
from app.security.staff.session import Session
from app.training.software_key import SoftwareKey
from tests.support.authenticators import TRAINING, Person, key_with_pin
from tests.support.keys import QUICK
from tests.support.shelf import MemoryShelf
from tests.support.world import shared_tables

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=JST)
PASSWORDS = {"S201": "Tachiaoi-73-kaki", "S202": "Nadeshiko-41-ume"}
NAMES = {"S201": "責任 一郎", "S202": "責任 二郎"}


def typed_back(issue: RecoveryIssue, papers: list[str] | None = None) -> RecoveryPublic:
    """Type every share back (and keep it in ``papers``); what is public."""
    while not issue.done:
        words = " ".join(issue.current.words)
        issue.confirm(words)
        if papers is not None:
            papers.append(words)
    return issue.halves


@dataclass
class FoundedTerminal:
    """A founded terminal, closed; ``login`` opens it."""

    folder: Path
    shelf: SecretShelf
    clock: FixedClock
    founded: Founded
    keys: dict[str, CtapAuthenticator]
    recovery_public: str
    papers: list[str] = field(default_factory=list)
    peer: list[bool] = field(default_factory=lambda: [True])

    @property
    def paths(self) -> Paths:
        """The terminal's data directory."""
        return Paths(self.folder / "terminal")

    @property
    def tables(self) -> Tables:
        """The shipped tables."""
        return shared_tables()

    def rules(self) -> GateRules:
        return GateRules(
            calendar=BusinessCalendar.from_table(self.tables["closed_days"]),
            purposes=frozenset(
                str(code) for code in self.tables["purposes"].codes(date(2026, 11, 16))
            ),
            conditions=Conditions(lambda: self.peer[0], lambda: False),
            check_assertion=verify_assertion,
            catalog=CATALOG,
            registry=CATALOG.version,
            roles=lambda day: roles_on(self.tables, CATALOG, day),
        )

    def login(self) -> Doorway:
        entrance = Entrance.open(self.paths, self.shelf, LockoutRule(), self.clock)
        return Doorway(self.paths, entrance, CATALOG, self.clock, self.rules(), TRAINING_RP_ID)

    def sign(
        self, login: Doorway, session: Session, function_id: str, content: object, second: str = ""
    ) -> int:
        """An act of administration through the gate, by real touches; ``second`` is who else
        approves it. The number of its journal line."""
        assert login.terminal is not None
        gate = login.terminal.gate
        prepared = gate.prepare(function_id, session, content=content, sentence="例")
        with gate.act(prepared, self.touches(gate, prepared, second)) as work:
            return work.line

    def touches(self, gate: Gate, prepared: PreparedAct, second: str = "") -> list[Approval]:
        """The touch of who prepared it, and of ``second`` as supervisor."""
        asks = [prepared.own_ask]
        if second:
            asks.append(gate.ask(prepared, second, Role.SUPERVISOR))
        return [
            Approval(
                ask.staff_id,
                ask.role,
                self.keys[ask.staff_id].assert_(
                    ask.rp_id, ask.challenge, ask.credential_ids, uv=True, cancel=Event()
                ),
            )
            for ask in asks
        ]

    def act_with(self, gate: Gate, prepared: PreparedAct, assertion: Assertion) -> None:
        """Perform what was prepared with this answer as the operator's touch."""
        mine = Approval(prepared.session.staff_id, Role.ACTOR, assertion)
        with gate.act(prepared, [mine]):
            pass

    def enter(
        self, login: Doorway, staff_id: str, *, password: str = "", key_of: str = ""
    ) -> Session:
        """Log in with this person's password and key, or with others'."""
        question = login.ask(staff_id)
        try:
            assertion = self.keys[key_of or staff_id].assert_(
                question.rp_id,
                question.challenge,
                question.request.credential_ids,
                uv=True,
                prf_salt=question.request.prf_salt,
                cancel=Event(),
            )
        except Exception as error:
            login.failed(question, error)
            raise
        return login.enter(question, password or PASSWORDS[staff_id], assertion).session


def believing(monkeypatch: pytest.MonkeyPatch, change: Callable[[ControlState], None]) -> None:
    """From the next open on the control log leads somewhere else: to set a scene that nobody
    signed for."""

    def changed(*parts: Any) -> Control:
        control = prove_control(*parts)
        change(control.state)
        return control

    monkeypatch.setattr("app.security.entry.control.prove_control", changed)


def person_is(monkeypatch: pytest.MonkeyPatch, staff_id: str, **values: Any) -> None:
    """As ``believing``, of one person's dates."""

    def change(state: ControlState) -> None:
        state.people[staff_id] = replace(state.people[staff_id], **values)

    believing(monkeypatch, change)


def found_terminal(
    folder: Path, *, shelf: SecretShelf | None = None, same_key: bool = False
) -> FoundedTerminal:
    """A training terminal in ``folder``: a copy, or founded now on ``shelf`` or by two founders
    with one key."""
    if shelf is None and not same_key:
        return copied(_founded_for_copies(), folder)
    return founded_now(folder, shelf or MemoryShelf(), same_key=same_key)


def software_authenticator(path: Path | None = None) -> CtapAuthenticator:
    """A software key with a PIN and a willing person; ``path`` is the key's own memory."""
    return _plugged(key_with_pin(path=path, touched_at_once=True))


@functools.cache
def _founded_for_copies() -> FoundedTerminal:
    folder = Path(tempfile.mkdtemp(prefix="founded-"))
    (folder / "keys").mkdir()
    return founded_now(folder, MemoryShelf(), keep_keys=True)


def founded_now(
    folder: Path, shelf: SecretShelf, *, same_key: bool = False, keep_keys: bool = False
) -> FoundedTerminal:
    clock = FixedClock(MONDAY)
    keys: dict[str, CtapAuthenticator] = {}
    founders = []
    for staff_id, password in PASSWORDS.items():
        if same_key and keys:
            port = next(iter(keys.values()))
        else:
            port = software_authenticator(_memory_of(folder, staff_id) if keep_keys else None)
        keys[staff_id] = port
        taken = [one.registered.credential.credential_id for one in founders]
        registered = register_person(
            port, TRAINING, Registrant(staff_id, NAMES[staff_id], password, QUICK), taken=taken
        )
        founders.append(FounderPerson(staff_id, NAMES[staff_id], "保険年金課", registered, port))
    papers: list[str] = []
    recovery = typed_back(RecoveryIssue(), papers)
    founded = found_store(
        Paths(folder / "terminal"),
        shelf,
        FoundingPlace("T01", "999998", ""),
        Ground(TRAINING, CATALOG, shared_tables()),
        founders,
        recovery,
        clock,
    )
    return FoundedTerminal(folder, shelf, clock, founded, keys, recovery.recipient, papers)


def copied(made: FoundedTerminal, folder: Path) -> FoundedTerminal:
    """The same terminal with the same people and keys somewhere else, on a shelf of its own."""
    for name in ("terminal", "keys"):
        shutil.copytree(made.folder / name, folder / name)
    shelf = MemoryShelf()
    shelf.secret, shelf.mirror = made.shelf.read_terminal_secret(), made.shelf.read_mirror()
    shelf.state = made.shelf.read_state()
    keys = {
        staff_id: _plugged(SoftwareKey(_memory_of(folder, staff_id), touched_at_once=True))
        for staff_id in made.keys
    }
    return FoundedTerminal(
        folder,
        shelf,
        FixedClock(MONDAY),
        made.founded,
        keys,
        made.recovery_public,
        list(made.papers),
    )


def _memory_of(folder: Path, staff_id: str) -> Path:
    return folder / "keys" / f"{staff_id}.key"


def _plugged(key: SoftwareKey) -> CtapAuthenticator:
    return CtapAuthenticator(key.plugged, Person(), seconds=10)
