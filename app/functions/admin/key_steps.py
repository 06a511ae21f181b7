"""A person's security keys at the screen (予備・紛失・再登録): the steps around the acts.

A spare key opens the same pair, and its owner is there with the key and the password in use. A lost
key means a new pair: whoever held it may have seen what it opens, so the old pair is shut out
and the person is registered anew, with a new password too. So is whoever forgot the password or
let it lapse (失効).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from app.functions.admin import rights_list, staff, upkeep
from app.functions.admin.staff import (
    KeyEntry,
    KeyRevocation,
    LoanKey,
    NewKey,
    Reregistration,
    StaffKey,
    StaffLine,
)
from app.functions.admin.upkeep import KeyChange
from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.authenticators.port import Authenticator
from app.security.authenticators.registration import (
    Registered,
    Registrant,
    register_person,
    register_spare,
)
from app.security.authenticators.verify import RegistrationPolicy
from app.security.entry.doorway import Doorway, Question
from app.security.entry.terminal import OpenTerminal
from app.security.gate.carry_out import Enrol, Steps, Touch, Work, carry_out, with_recent
from app.security.keys import keyslots
from app.security.keys.derivation import STANDARD, Argon2Parameters
from app.security.keys.keypairs import OpenedPerson, make_person_keys, with_authenticators
from app.security.keys.slot_model import encode_person_keys
from app.security.spec import Catalog, Function, MyNumber
from app.security.staff.grants import GrantState
from app.security.staff.password import PasswordRules, check_new_password
from app.security.staff.session import Session

_IN_FORCE = (GrantState.EFFECTIVE, GrantState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose key, what it is called, and who saw it where no maker vouches for it."""

    person: StaffLine
    label: str
    witnesses: tuple[str, ...] = ()


def add_spare(
    doorway: Doorway,
    terminal: OpenTerminal,
    session: Session,
    policy: RegistrationPolicy,
    owner: Owner,
    password: str,
) -> Steps[None]:
    """予備のキー: the owner's password and key open the pair, the new key is sealed to it, and the
    operator and a supervisor touch. Raises as the door and ``staff.perform_add_key``."""
    gate, access = terminal.gate, terminal.access
    staff_id = owner.person.staff_id
    known: staff.StaffList = yield from with_recent(
        gate, session, lambda: staff.list_staff(gate, session)
    )
    question: Question = yield Work(lambda: doorway.ask(staff_id))
    sentence = f"職員 {staff_id}（{owner.person.name}）が、今のキーで本人であることを示します。"
    assertion = yield Touch(sentence, question.touched, question.request.prf_salt)
    opened: OpenedPerson = yield Work(lambda: doorway.own_keys(question, password, assertion))

    def register(key: Authenticator, cancel: Event) -> Registered:
        keys = keyslots.keys_of(access.slots, staff_id)
        made, output = register_spare(
            key,
            policy,
            (staff_id, owner.person.name),
            keys.prf_salt,
            taken=known.key_ids,
            witnesses=owner.witnesses,
            cancel=cancel,
        )
        return Registered(with_authenticators(keys, opened, (output,)), made)

    made: Registered = yield Enrol(
        f"職員 {staff_id}（{owner.person.name}）の予備のキーを登録します。本人が触れます。",
        register,
    )
    yield from _enter(terminal, session, owner, made)


def reissue(
    terminal: OpenTerminal,
    session: Session,
    policy: RegistrationPolicy,
    owner: Owner,
    password: str,
    catalog: Catalog,
    parameters: Argon2Parameters = STANDARD,
) -> Steps[None]:
    """再登録: a new pair under a new key and a new password, opened to what the person's rights in
    force need. Two answer for it by touch. Raises as ``admitting.admit``, and ``Refusal``
    ``staff.needs_number_key``."""
    gate, access = terminal.gate, terminal.access
    person = owner.person
    known: staff.StaffList = yield from with_recent(
        gate, session, lambda: staff.list_staff(gate, session)
    )
    yield Work(
        lambda: check_new_password(password, person.staff_id, PasswordRules(), (), parameters)
    )
    held: tuple[rights_list.GrantLine, ...] = yield from with_recent(
        gate,
        session,
        lambda: rights_list.list_grants(gate, session, catalog, terminal.rules.calendar),
    )
    mine = _in_force(held, person.staff_id, catalog)
    numbers = any(one.my_number is not MyNumber.NONE for one in mine)
    yield Work(lambda: staff.check_can_give(access, person.staff_id, numbers=numbers))
    others = [one for one in known.key_ids if one not in _ids(person.registered)]

    def register(key: Authenticator, cancel: Event) -> Registered:
        return register_person(
            key,
            policy,
            Registrant(person.staff_id, person.name, password, parameters),
            taken=others,
            witnesses=owner.witnesses,
            cancel=cancel,
        )

    made: Registered = yield Enrol(
        f"職員 {person.staff_id}（{person.name}）のキーを登録し直します。本人が触れます。", register
    )
    new = Reregistration(
        person.staff_id,
        KeyEntry.of(made.credential, owner.label),
        encode_person_keys(made.keys),
    )

    def perform(prepared: PreparedAct, given: tuple[Approval, ...]) -> Any:
        return staff.perform_reregister(
            gate, prepared, given, access, made.keys, admitted=bool(mine), numbers=numbers
        )

    yield from carry_out(
        gate, session, lambda: staff.prepare_reregister(gate, session, new), perform
    )


def _in_force(
    held: Sequence[rights_list.GrantLine], staff_id: str, catalog: Catalog
) -> tuple[Function, ...]:
    """The functions of one person's rights in force."""
    return tuple(
        catalog[line.grant.function_id]
        for line in held
        if line.grant.staff_id == staff_id
        and line.grant.state in _IN_FORCE
        and line.grant.function_id in catalog
    )


def lend(
    terminal: OpenTerminal,
    session: Session,
    policy: RegistrationPolicy,
    owner: Owner,
    password: str,
    parameters: Argon2Parameters = STANDARD,
) -> Steps[None]:
    """貸出鍵: a key for today beside the own one, under the password that the person types; it
    opens a pair of its own, which goes with it. Raises as ``reissue`` and
    ``staff.perform_lend``."""
    gate, access = terminal.gate, terminal.access
    staff_id = owner.person.staff_id
    numbers = access.has_numbers(staff_id)
    yield Work(lambda: staff.check_can_give(access, staff_id, numbers=numbers))
    known: staff.StaffList = yield from with_recent(
        gate, session, lambda: staff.list_staff(gate, session)
    )
    yield Work(lambda: check_new_password(password, staff_id, PasswordRules(), (), parameters))
    salt: bytes = yield Work(lambda: keyslots.keys_of(access.slots, staff_id).prf_salt)

    def register(key: Authenticator, cancel: Event) -> Registered:
        whose = (staff_id, owner.person.name)
        made, output = register_spare(
            key,
            policy,
            whose,
            salt,
            taken=known.key_ids,
            witnesses=owner.witnesses,
            cancel=cancel,
        )
        name = keyslots.loan_of(staff_id)
        return Registered(make_person_keys(name, password, parameters, salt, (output,)), made)

    made: Registered = yield Enrol(
        f"職員 {staff_id}（{owner.person.name}）に貸す鍵を登録します。本人が触れます。", register
    )
    loan = LoanKey(
        staff_id,
        KeyEntry.of(made.credential, f"貸出 {owner.label}"),
        encode_person_keys(made.keys),
        gate.closing(),
    )

    def perform(prepared: PreparedAct, given: tuple[Approval, ...]) -> Any:
        return staff.perform_lend(gate, prepared, given, access, made.keys)

    yield from carry_out(gate, session, lambda: staff.prepare_lend(gate, session, loan), perform)


def lose(terminal: OpenTerminal, session: Session, person: StaffLine, key: StaffKey) -> Steps[None]:
    """紛失: the key approves nothing any more, and its owner's pair is shut out of the store; of a
    lent key (返却) only its own pair. Raises ``Refusal`` ``staff.last_supervisors``."""
    gate, access = terminal.gate, terminal.access
    if not key.lent_until:  # a spare key helps nobody: its pair is shut out too
        yield Work(lambda: gate.check_shut_out((person.staff_id,)))
    revocation = KeyRevocation(person.staff_id, key.credential_id)
    yield from carry_out(
        gate,
        session,
        lambda: staff.prepare_revoke_key(gate, session, revocation),
        lambda prepared, given: staff.perform_revoke_key(gate, prepared, given),
    )
    if key.lent_until:  # what it opened was its own pair; the person's own keys stay
        yield Work(terminal.shut_out)
        return
    change = KeyChange((person.staff_id,))
    yield from carry_out(
        gate,
        session,
        lambda: upkeep.prepare_rotate(gate, session, change),
        lambda prepared, given: upkeep.perform_rotate(gate, prepared, given, access),
    )


def _enter(terminal: OpenTerminal, session: Session, owner: Owner, made: Registered) -> Steps[None]:
    gate, access = terminal.gate, terminal.access
    new = NewKey(
        owner.person.staff_id,
        KeyEntry.of(made.credential, owner.label),
        encode_person_keys(made.keys),
    )

    def perform(prepared: PreparedAct, given: tuple[Approval, ...]) -> Any:
        return staff.perform_add_key(gate, prepared, given, access, made.keys)

    yield from carry_out(gate, session, lambda: staff.prepare_add_key(gate, session, new), perform)


def _ids(keys: Sequence[StaffKey]) -> frozenset[bytes]:
    return frozenset(key.credential_id for key in keys)
