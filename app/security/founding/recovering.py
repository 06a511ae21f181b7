"""復旧: two shares and two supervisors with fresh keys open a terminal whose keys are lost.

The keyring was lost, or nobody who could log in is left. Store and journal stay as they are; the
slot file begins anew with the two, the terminal gets a new secret, and everybody else is admitted
again by acts. What was done, by whom and with which keys is a line of the journal, signed by both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Event

import cbor2
from sqlalchemy import insert, select, update

from app.core.clock import Clock
from app.core.errors import UserError
from app.core.paths import Paths
from app.security import vault
from app.security.authenticators.port import Assertion
from app.security.authenticators.verify import RegistrationPolicy, verify_assertion
from app.security.founding.founding import FounderPerson, credential_row, provisional_number
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State
from app.security.journal.mirrors import take_as_it_is
from app.security.keys import keyslots
from app.security.keys.recovery import combine, open_store_keys
from app.security.keys.slot_storage import read_unauthenticated, write_slot_file
from app.security.keys.terminal_secret import NO_LINES, SecretShelf, new_terminal_secret
from app.security.keys.terminal_state import NOTHING_YET
from db.tables.control import credential, grant_row, staff
from db.work import Store

RECOVERED = "journal.recovery"
_DOMAIN = b"madoguchi-recovery-v1"
_FORMAT = 1
_PERSONS = 2


@dataclass(frozen=True, slots=True)
class Recovered:
    """The store that was opened and the number of the journal's line about it."""

    store_id: str
    journal_line: int


@dataclass(frozen=True, slots=True)
class Rescue:
    """Two ``papers`` (recovery shares as typed), two ``persons``, and the right that makes
    somebody a supervisor (``Catalog.supervises``)."""

    papers: Sequence[str]
    persons: Sequence[FounderPerson]
    supervises: str


def recover(
    paths: Paths,
    shelf: SecretShelf,
    account: str,
    policy: RegistrationPolicy,
    rescue: Rescue,
    clock: Clock,
) -> Recovered:
    """Open the terminal by two papers for two persons.

    Both must be supervisors of this store whose rights hold today; their passwords and keys are
    fresh (``FounderPerson.registered``). Called again after a crash it goes through once more.
    Raises ``UserError`` ``recovery.*`` and ``recover.two_persons``, ``recover.not_supervisor``;
    ``EnvironmentFault`` ``keyslots.*``, ``store.*``, ``keyring.*``, ``disk.*``.
    """
    persons = rescue.persons
    file = read_unauthenticated(paths.slots)
    keys = open_store_keys(file, combine(rescue.papers))
    if len({one.staff_id for one in persons}) != _PERSONS:
        raise UserError(
            "recover.two_persons",
            "復旧には、別々の責任者が二人必要です。",
            "もう一人の責任者と一緒に、最初から行ってください。",
        )
    _, data_key = keys.newest_first()[0]
    terminal = new_terminal_secret(provisional_number())
    slots = keyslots.refound(file, terminal, [one.registered.keys for one in persons], keys)
    if keys.number_key is not None:
        for one in persons:
            slots = keyslots.grant_number(slots, terminal, one.staff_id, keys.number_key)
    store = vault.open_store(paths, data_key)
    try:
        for one in persons:
            _require_supervisor(store, one.staff_id, rescue.supervises, clock.now().date())
        statement, assertions = _sign(file.store_id, policy, persons, clock)
        with _open_journal(paths, store, data_key, clock) as journal:
            line = _note(journal, statement, persons, assertions)
            take_as_it_is(store, journal, slots)
        _enter_credentials(store, persons, clock)
    finally:
        store.close()
    shelf.keep_terminal_secret(terminal)
    shelf.keep_state(NOTHING_YET)
    write_slot_file(paths.slots, slots, terminal)
    _begin_vestibule_anew(paths, shelf, line)
    return Recovered(file.store_id, line)


def _begin_vestibule_anew(paths: Paths, shelf: SecretShelf, line: int) -> None:
    """The way out of a damaged one. What there was stays beside it, for whoever looks into it."""
    if paths.vestibule.exists():
        paths.vestibule.replace(paths.vestibule.with_name(f"vestibule.before-{line}"))
    shelf.keep_mirror(NO_LINES)


def _require_supervisor(store: Store, staff_id: str, supervises: str, today: date) -> None:
    day = today.isoformat()
    with store.view(("staff", "grant_row")) as work:
        person = work.first(select(staff.c.left_on, staff.c.valid_to).where(staff.c.id == staff_id))
        right = work.first(
            select(grant_row.c.id).where(
                grant_row.c.staff_id == staff_id,
                grant_row.c.function_id == supervises,
                grant_row.c.state == "confirmed",
                grant_row.c.valid_from <= day,
                grant_row.c.valid_to >= day,
            )
        )
    gone = person is None or person.valid_to < day or (person.left_on and person.left_on <= day)
    if gone or right is None:
        raise UserError(
            "recover.not_supervisor",
            f"職員 {staff_id} は、いま責任者の権限を持つ職員ではありません。",
            "権限の有効な責任者二人で行ってください。いないときは広域連合に相談してください。",
            field="staff_id",
        )


def _sign(
    store_id: str, policy: RegistrationPolicy, persons: Sequence[FounderPerson], clock: Clock
) -> tuple[bytes, list[Assertion]]:
    statement = cbor2.dumps(
        [
            _FORMAT,
            store_id,
            [
                [
                    one.staff_id,
                    one.registered.credential.credential_id,
                    one.registered.credential.public_key,
                ]
                for one in persons
            ],
            clock.now().isoformat(),
        ],
        canonical=True,
    )
    challenge = hashlib.sha256(_DOMAIN + statement).digest()
    given = []
    for one in persons:
        made = one.registered.credential
        assertion = one.authenticator.assert_(
            policy.rp_id, challenge, (made.credential_id,), uv=True, cancel=Event()
        )
        verify_assertion(
            made.public_key,
            policy.rp_id,
            challenge,
            assertion,
            require_uv=True,
            stored_counter=None,
        )
        given.append(assertion)
    return statement, given


@contextmanager
def _open_journal(paths: Paths, store: Store, data_key: bytes, clock: Clock) -> Iterator[Journal]:
    connection = vault.open_journal(paths, data_key)
    try:
        identity = store.identity
        yield Journal.open(connection, identity.terminal, identity.epoch, clock)
    finally:
        connection.close()


def _note(
    journal: Journal,
    statement: bytes,
    persons: Sequence[FounderPerson],
    assertions: Sequence[Assertion],
) -> int:
    """The journal's line comes first: no key without its record."""
    signatures = [
        [one.credential_id, one.authenticator_data, one.client_data, one.signature]
        for one in assertions
    ]
    payload = cbor2.dumps([statement, signatures], canonical=True)
    return journal.append(Entry(State.EVENT, RECOVERED, persons[0].staff_id, payload=payload))


def _enter_credentials(store: Store, persons: Sequence[FounderPerson], clock: Clock) -> None:
    now = clock.now()
    with store.update(("credential", "staff"), ("credential", "staff")) as work:
        for at, one in enumerate(persons):
            other = persons[1 - at].staff_id
            row = credential_row(one, other, now.isoformat()) | {"label": "復旧"}
            work.run(insert(credential).values(**row))
            work.run(
                update(staff)
                .where(staff.c.id == one.staff_id)
                .values(password_set_on=now.date().isoformat(), version=staff.c.version + 1)
            )
