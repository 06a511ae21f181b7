"""復旧: two shares and two supervisors with fresh keys open a terminal whose keys are lost.

The keyring was lost, or nobody who could log in is left. Store and journal stay as they are; the
slot file begins anew with the two, the terminal gets a new secret, and everybody else is admitted
again by acts. What was done, by whom and with which keys is a line of the journal, signed by both.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event

from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.core.paths import Paths
from app.security import vault
from app.security.acts.approval import Evidence
from app.security.acts.content import encode
from app.security.authenticators.verify import RegistrationPolicy, verify_assertion
from app.security.control.deeds import FreshKey, KeyEntry, Recovery
from app.security.control.done import Done
from app.security.control.keeper import Control, prove_control
from app.security.control.log import ControlRow
from app.security.control.proof import (
    recovery_challenge,
    recovery_signed,
    recovery_statement,
    seal_of,
)
from app.security.control.rows import TABLES
from app.security.control.rules import House
from app.security.founding.founding import FounderPerson, provisional_number
from app.security.gate.traces import head_payload
from app.security.journal.journal import RESTORED, Journal
from app.security.journal.line import Entry, State
from app.security.journal.mirrors import take_as_it_is
from app.security.keys import keyslots
from app.security.keys.recovery import combine, open_store_keys, signer_of
from app.security.keys.sealing import KeyPair
from app.security.keys.slot_model import SlotFile, encode_person_keys
from app.security.keys.slot_storage import read_unauthenticated, write_slot_file
from app.security.keys.terminal_secret import NO_LINES, SecretShelf, new_terminal_secret
from app.security.keys.terminal_state import NOTHING_YET
from db.work import Store

RECOVERED = "journal.recovery"
CONTROL_HEAD = "control.head"
"""The line that says, after a recovery, where the control log stands: after a restore it may stand
before what the journal said earlier."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The store that was opened and the number of the journal's line about it."""

    store_id: str
    journal_line: int


@dataclass(frozen=True, slots=True)
class Rescue:
    """Two ``papers`` (recovery shares as typed) and two ``persons``. ``slots`` is the slot file to
    begin from where the one in its place is gone; ``restored`` is what the journal says of the
    backup that was put back before, empty for none."""

    papers: Sequence[str]
    persons: Sequence[FounderPerson]
    slots: SlotFile | None = None
    restored: bytes = b""


def recover(
    paths: Paths,
    shelf: SecretShelf,
    account: str,
    policy: RegistrationPolicy,
    rescue: Rescue,
    clock: Clock,
    house: House,
) -> Recovered:
    """Open the terminal by two papers for two persons.

    Both must be supervisors by the control log whose rights hold today; their passwords and keys
    are fresh (``FounderPerson.registered``). Called again after a crash it goes through once
    more. Raises ``UserError`` ``recovery.*`` and ``recover.two_persons``,
    ``recover.not_supervisor``; ``EnvironmentFault`` ``keyslots.*``, ``store.*``, ``keyring.*``,
    ``disk.*``.
    """
    persons = rescue.persons
    file = rescue.slots or read_unauthenticated(paths.slots)
    pair = combine(rescue.papers)
    keys = open_store_keys(file, pair)
    _, data_key = keys.newest_first()[0]
    terminal = new_terminal_secret(provisional_number())
    slots = keyslots.refound(file, terminal, [one.registered.keys for one in persons], keys)
    if keys.number_key is not None:
        for one in persons:
            slots = keyslots.grant_number(slots, terminal, one.staff_id, keys.number_key)
    store = vault.open_store(paths, data_key)
    try:
        with closing(vault.open_journal(paths, data_key)) as connection:
            identity = store.identity
            journal = Journal.open(connection, identity.terminal, identity.epoch, clock)
            control = prove_control(store, journal, house, verify_assertion)
            if not control.state.recovery_check:
                raise _before_the_log()
            if rescue.restored:
                journal.append(Entry(State.EVENT, RESTORED, payload=rescue.restored))
            line = _enter(store, journal, control, _Signing(pair, persons, policy, clock))
            take_as_it_is(store, journal, slots)
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


def _before_the_log() -> EnvironmentFault:
    return EnvironmentFault(
        "recovery.before_log",
        "この端末は、復旧を証明する鍵ができる前の版で初期設定されています。",
        "復旧鍵は保存データを開けますが、職員は入れません。端末を作り直し、"
        "広域連合に相談してください。",
    )


@dataclass(frozen=True, slots=True)
class _Signing:
    """Who signs a recovery, with what, and when."""

    pair: KeyPair = field(repr=False)
    persons: Sequence[FounderPerson]
    policy: RegistrationPolicy
    clock: Clock


def _enter(store: Store, journal: Journal, control: Control, signing: _Signing) -> int:
    """The control row of the recovery and what it leads to. The journal's line comes first: no
    key without its record. Gives the line's number."""
    now = signing.clock.now()
    persons = signing.persons
    deed = Recovery(
        tuple(
            FreshKey(
                one.staff_id,
                KeyEntry.of(one.registered.credential, "復旧"),
                encode_person_keys(one.registered.keys),
            )
            for one in persons
        ),
        store.identity.terminal,
    )
    salt = secrets.token_bytes(16)
    ids = [one.staff_id for one in persons]
    number = control.state.head.number + 1
    after = control.after(deed, Done(ids[0], ids[-1], deed.terminal, 0, salt, now, number))
    row = _sign(control.state.store_id, deed, salt, signing, now.isoformat())
    line = journal.append(Entry(State.EVENT, RECOVERED, ids[0], payload=row.to_bytes()))
    rows = (*TABLES, "control_row")
    with store.update(rows, rows) as work:
        control.write(work, after, row, line)
    journal.append(Entry(State.EVENT, CONTROL_HEAD, ids[0], payload=head_payload(after.head)))
    return line


def _sign(store_id: str, deed: Recovery, salt: bytes, signing: _Signing, at: str) -> ControlRow:
    what = encode((deed, ()))
    signed = recovery_signed(recovery_statement(store_id, salt, what), at)
    challenge = recovery_challenge(signed)
    evidence = []
    for one in signing.persons:
        made = one.registered.credential
        assertion = one.authenticator.assert_(
            signing.policy.rp_id, challenge, (made.credential_id,), uv=True, cancel=Event()
        )
        verify_assertion(
            made.public_key,
            signing.policy.rp_id,
            challenge,
            assertion,
            require_uv=True,
            stored_counter=None,
        )
        evidence.append(Evidence.of(signed, assertion))
    return ControlRow(what, salt, tuple(evidence), seal_of(signer_of(signing.pair), signed))
