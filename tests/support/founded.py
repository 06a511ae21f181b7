"""A terminal founded the real way: two founders with software keys, shares typed back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Event

from app.catalog import CATALOG
from app.core.clock import JST, FixedClock
from app.core.paths import Paths
from app.core.relying_party import TRAINING_RP_ID
from app.core.tables import Tables, load_tables, shipped_tables
from app.rules.calendar.days import BusinessCalendar
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.registration import register_person
from app.security.authenticators.verify import verify_assertion
from app.security.entry.doorway import Doorway
from app.security.entry.entrance import Entrance
from app.security.entry.lockout import LockoutRule
from app.security.founding.founding import Founded, FounderPerson, Place, found
from app.security.gate.checks import Conditions, GateRules, registry_version
from app.security.keys.recovery import RecoveryIssue
from app.security.keys.terminal_secret import SecretShelf
from app.security.staff.session import Session
from tests.support.authenticators import TRAINING, Person, key_with_pin
from tests.support.keys import QUICK
from tests.support.shelf import MemoryShelf

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=JST)
PASSWORDS = {"S201": "Tachiaoi-73-kaki", "S202": "Nadeshiko-41-ume"}
NAMES = {"S201": "責任 一郎", "S202": "責任 二郎"}


def typed_back(issue: RecoveryIssue, papers: list[str] | None = None) -> str:
    """Type every share back (and keep it in ``papers``); the public half."""
    while not issue.done:
        words = " ".join(issue.current.words)
        issue.confirm(words)
        if papers is not None:
            papers.append(words)
    return issue.public


@dataclass
class FoundedTerminal:
    """A founded terminal, closed; ``login`` opens it."""

    paths: Paths
    shelf: SecretShelf
    clock: FixedClock
    tables: Tables
    founded: Founded
    keys: dict[str, CtapAuthenticator]
    recovery_public: str
    papers: list[str] = field(default_factory=list)
    peer: list[bool] = field(default_factory=lambda: [True])

    def rules(self) -> GateRules:
        return GateRules(
            calendar=BusinessCalendar.from_table(self.tables["closed_days"]),
            purposes=frozenset(
                str(code) for code in self.tables["purposes"].codes(date(2026, 11, 16))
            ),
            conditions=Conditions(lambda: self.peer[0], lambda: False),
            check_assertion=verify_assertion,
            registry=registry_version(CATALOG),
        )

    def login(self) -> Doorway:
        entrance = Entrance.open(self.paths, self.shelf, LockoutRule(), self.clock)
        return Doorway(self.paths, entrance, CATALOG, self.clock, self.rules(), TRAINING_RP_ID)

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


def found_terminal(
    folder: Path,
    *,
    shelf: SecretShelf | None = None,
    clock: FixedClock | None = None,
    same_key: bool = False,
    make_key: Callable[[], CtapAuthenticator] | None = None,
) -> FoundedTerminal:
    """Found a training terminal in ``folder``."""
    clock = clock or FixedClock(MONDAY)
    shelf = shelf or MemoryShelf()
    tables = load_tables(shipped_tables())
    keys: dict[str, CtapAuthenticator] = {}
    founders = []
    for staff_id, password in PASSWORDS.items():
        if same_key and keys:
            port = next(iter(keys.values()))
        else:
            port = make_key() if make_key else software_authenticator()
        keys[staff_id] = port
        taken = [one.registered.credential.credential_id for one in founders]
        registered = register_person(
            port, TRAINING, staff_id, NAMES[staff_id], password, QUICK, taken=taken
        )
        founders.append(FounderPerson(staff_id, NAMES[staff_id], "保険年金課", registered, port))
    papers: list[str] = []
    recovery = typed_back(RecoveryIssue(), papers)
    paths = Paths(folder / "terminal")
    founded = found(
        paths,
        shelf,
        Place("T01", "999998", ""),
        TRAINING,
        founders,
        recovery,
        CATALOG,
        tables,
        clock,
    )
    return FoundedTerminal(paths, shelf, clock, tables, founded, keys, recovery, papers)


def software_authenticator() -> CtapAuthenticator:
    """A software key with a PIN and a willing person."""
    key = key_with_pin(touched_at_once=True)
    return CtapAuthenticator(key.plugged, Person(), seconds=10)
