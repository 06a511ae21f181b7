"""The first start of a terminal (初期設定): store, keys, journal and the two founders.

Order: the recovery shares are typed back before anything is written; then the terminal secret
goes into the OS keyring, the slot file, the store and the journal are made, and both founders
sign the first line. A founding that breaks off leaves no store (the next one starts afresh).
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy import insert

from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.core.paths import Paths
from app.core.settings import KEY_MODELS, KEY_ROOTS, SETTINGS
from app.core.tables import Tables
from app.security import vault
from app.security.acts.approval import Evidence
from app.security.acts.content import digest_of, encode
from app.security.authenticators.port import Assertion, Authenticator
from app.security.authenticators.registration import Registered
from app.security.authenticators.verify import Profile, RegistrationPolicy, verify_assertion
from app.security.control import deeds as control_deeds
from app.security.control.deeds import Founding, KeyEntry, SettingChange
from app.security.control.founders import founders_end, founding_functions
from app.security.control.log import ControlRow
from app.security.control.proof import Prover
from app.security.control.rows import TABLES, append, write_changes
from app.security.control.rules import House
from app.security.control.state import ControlState
from app.security.journal.genesis import Founder, Genesis, write_genesis
from app.security.journal.journal import Journal
from app.security.keys import keyslots
from app.security.keys.recovery import RecoveryPublic
from app.security.keys.sealing import KeyPair, new_pair, random_key
from app.security.keys.slot_model import encode_person_keys
from app.security.keys.slot_storage import write_slot_file
from app.security.keys.terminal_secret import NO_LINES, SecretShelf, new_terminal_secret
from app.security.keys.terminal_state import NOTHING_YET
from app.security.spec import Catalog
from app.security.staff.roles import roles_on
from app.security.vault.store_access import STORE_PRIVATE
from db.tables.control import terminal_key
from db.work import Store

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_PROVISIONAL_LETTERS = 8


@dataclass(frozen=True, slots=True)
class FounderPerson:
    """One of the two: who they are, what they registered, and their authenticator."""

    staff_id: str
    name: str
    post: str
    registered: Registered
    authenticator: Authenticator


def provisional_number() -> str:
    """What a terminal is called until the union's answer names it. Random, so that files copied
    from another terminal are known by it (``keyslots.other_terminal``); letters only."""
    return "P" + "".join(secrets.choice(_LETTERS) for _ in range(_PROVISIONAL_LETTERS))


@dataclass(frozen=True, slots=True)
class FoundingPlace:
    """Where the terminal stands. ``terminal`` is its provisional number until the union's
    answer names it; ``municipality_code`` has 6 digits."""

    terminal: str
    municipality_code: str
    account: str


@dataclass(frozen=True, slots=True)
class Founded:
    """What the founders write down: the fingerprint of the journal's first line."""

    store_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What a founding stands on: which keys are taken, the functions and the code tables, and
    the municipality's own ``settings`` from the start (hours of use and the like), checked as
    later changes are."""

    policy: RegistrationPolicy
    catalog: Catalog
    tables: Tables
    settings: Mapping[str, str] = field(default_factory=dict)


def found_store(
    paths: Paths,
    shelf: SecretShelf,
    place: FoundingPlace,
    ground: Ground,
    founders: Sequence[FounderPerson],
    recovery: RecoveryPublic,
    clock: Clock,
) -> Founded:
    """Make the terminal's store and leave it closed.

    ``recovery`` comes from a ``RecoveryIssue`` whose shares were typed back. Raises
    ``EnvironmentFault`` ``store.exists``, ``keyring.*``, ``disk.*``; ``UserError``
    ``genesis.two_founders``; and what the authenticators raise at the touch.
    """
    if paths.store.exists():
        raise EnvironmentFault(
            "store.exists",
            "この端末には、すでに保存データがあります。初期設定はできません。",
            "そのままログインしてください。作り直すときは、先に端末の廃止の手順で消去します。",
        )
    founding, salt = _founding_deed(ground, founders, clock), secrets.token_bytes(16)
    what = encode((founding, ()))
    genesis = _genesis(place, ground.policy, founders, recovery, clock, digest_of(salt, what))
    assertions = [_signed(genesis, one) for one in founders]
    terminal = new_terminal_secret(place.terminal)
    keys = _Keys(random_key(), random_key(), new_pair())
    slots = keyslots.new_slot_file(
        keyslots.Genesis(
            genesis.store_id,
            keys.store.public,
            recovery.recipient,
            tuple(one.registered.keys for one in founders),
            keys.data,
            keys.number,
            # They have no function that shows a number; they hold the key to pass it on.
            number_holders=frozenset(one.staff_id for one in founders),
            account=place.account,
        ),
        terminal,
    )
    paths.make()
    shelf.keep_terminal_secret(terminal)
    shelf.keep_state(NOTHING_YET)
    shelf.keep_mirror(NO_LINES)
    store = vault.create(paths, keys.data, _founding(genesis, place, clock))
    try:
        payload = genesis.to_bytes()
        evidence = tuple(Evidence.of(payload, one) for one in assertions)
        _fill(store, keys.store.private, ControlRow(what, salt, evidence, payload), ground)
        connection = vault.open_journal(paths, keys.data, create=True)
        with closing(connection):  # also when it fails: what is open cannot be made anew
            journal = Journal.create(connection, place.terminal, store.identity.epoch, clock)
            mark = write_genesis(journal, genesis, assertions, verify_assertion)
    finally:
        store.close()
    write_slot_file(paths.slots, slots, terminal)
    return Founded(genesis.store_id, mark)


@dataclass(frozen=True, slots=True)
class _Keys:
    """The fresh keys of a store: its data key, the number key, its own pair."""

    data: bytes
    number: bytes
    store: KeyPair


def _genesis(
    place: FoundingPlace,
    policy: RegistrationPolicy,
    founders: Sequence[FounderPerson],
    recovery: RecoveryPublic,
    clock: Clock,
    founding: bytes,
) -> Genesis:
    """What both founders sign."""
    return Genesis(
        f"S-{secrets.token_hex(8)}",
        place.terminal,
        place.municipality_code,
        policy.rp_id,
        policy.profile is Profile.TRAINING,
        tuple(
            Founder(
                one.staff_id,
                one.registered.credential.credential_id,
                one.registered.credential.public_key,
            )
            for one in founders
        ),
        recovery.recipient,
        clock.now().isoformat(),
        founding,
        recovery.check,
    )


def _signed(genesis: Genesis, founder: FounderPerson) -> Assertion:
    return founder.authenticator.assert_(
        genesis.rp_id,
        genesis.challenge,
        (founder.registered.credential.credential_id,),
        uv=True,
        cancel=Event(),
    )


def _founding(genesis: Genesis, place: FoundingPlace, clock: Clock) -> vault.Founding:
    facts = {
        "rp_id": genesis.rp_id,
        "municipality_code": place.municipality_code,
        "terminal_state": "founded",
        "clock_mark": clock.now().isoformat(),
    }
    return vault.Founding(genesis.store_id, place.terminal, genesis.training, facts=facts)


def _founding_deed(ground: Ground, founders: Sequence[FounderPerson], clock: Clock) -> Founding:
    """Both founders with staggered ends, their rights, and the municipality's settings."""
    today = clock.now().date()
    return Founding(
        tuple(
            control_deeds.Founder(
                one.staff_id,
                one.name,
                one.post,
                today,
                founders_end(today, at),
                KeyEntry.of(one.registered.credential, "初期設定"),
                encode_person_keys(one.registered.keys),
            )
            for at, one in enumerate(founders)
        ),
        founding_functions(ground.catalog, roles_on(ground.tables, ground.catalog, today)),
        tuple(
            SettingChange(name, SETTINGS[name].check(value))
            for name, value in {**ground.settings, **_key_settings(ground.policy)}.items()
        ),
    )


def _key_settings(policy: RegistrationPolicy) -> dict[str, str]:
    """Which keys need no witnesses, as the installation's file says at the founding: both founders
    sign it, and from then on only what is signed counts."""
    roots = sorted(base64.b64encode(root).decode("ascii") for root in policy.roots)
    lists = {KEY_MODELS: sorted(policy.allowed_aaguids), KEY_ROOTS: roots}
    return {name: " ".join(items) for name, items in lists.items() if items}


def _fill(store: Store, private: bytes, row: ControlRow, ground: Ground) -> None:
    """The store's own key, and the first row of the control log with all that it leads to."""
    house = House.of(ground.catalog, ground.tables)
    before = ControlState()
    after = Prover(house, verify_assertion).take(before, row.to_bytes())
    rows = (*TABLES, "control_row", "terminal_key")
    with store.update(rows, rows) as work:
        work.run(insert(terminal_key).values(name=STORE_PRIVATE, value=private))
        append(work, before, row.to_bytes())
        write_changes(work, ControlState(), after, 1)
