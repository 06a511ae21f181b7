"""Taking a person in (職員の登録): the newcomer's own password and key, then the touches of the
two who answer for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from threading import Event
from typing import Any

from app.functions.admin import staff
from app.functions.admin.staff import KeyEntry, NewStaff
from app.security.authenticators.port import Authenticator
from app.security.authenticators.registration import Registered, Registrant, register_person
from app.security.authenticators.verify import RegistrationPolicy
from app.security.entry.terminal import OpenTerminal
from app.security.gate.carry_out import Enrol, Steps, Work, carry_out, with_recent
from app.security.keys.derivation import STANDARD, Argon2Parameters
from app.security.keys.slot_model import encode_person_keys
from app.security.staff.password import PasswordRules, check_new_password
from app.security.staff.session import Session


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is registered, as the form says it. ``key_label`` names the thing (its sticker);
    ``witnesses`` are the two supervisors who saw a key that no maker vouches for."""

    staff_id: str
    name: str
    post: str
    contractor: bool
    valid_from: date
    valid_to: date
    key_label: str
    witnesses: tuple[str, ...] = ()


def admit(
    terminal: OpenTerminal,
    session: Session,
    policy: RegistrationPolicy,
    newcomer: Newcomer,
    password: str,
    parameters: Argon2Parameters = STANDARD,
) -> Steps[None]:
    """The steps from the filled form to the registered person: the newcomer's key (two touches),
    the operator's and a supervisor's touch over the same sentence.

    What can be wrong of the form is told before anybody touches: ``UserError`` ``staff.*``,
    ``password.*``. Raises besides as ``register_person`` and ``staff.perform_register``.
    """
    gate = terminal.gate
    known: staff.StaffList = yield from with_recent(
        gate, session, lambda: staff.list_staff(gate, session)
    )
    yield Work(lambda: _check(newcomer, password, known, gate.now().date(), parameters))
    made: Registered = yield Enrol(
        f"職員 {newcomer.staff_id}（{newcomer.name}）のキーを登録します。本人が触れます。",
        lambda key, cancel: _made(key, policy, newcomer, password, parameters, known, cancel),
    )
    new = NewStaff(
        newcomer.staff_id,
        newcomer.name,
        newcomer.post,
        newcomer.contractor,
        newcomer.valid_from,
        newcomer.valid_to,
        KeyEntry.of(made.credential, newcomer.key_label),
        encode_person_keys(made.keys),
    )

    def perform(prepared: Any, approvals: Any) -> None:
        staff.perform_register(gate, prepared, approvals, terminal.access, made.keys)

    yield from carry_out(gate, session, lambda: staff.prepare_register(gate, session, new), perform)


def _check(
    newcomer: Newcomer,
    password: str,
    known: staff.StaffList,
    today: date,
    parameters: Argon2Parameters,
) -> None:
    staff.check_staff_id(newcomer.staff_id)
    staff.check_period(newcomer.valid_from, newcomer.valid_to, today)
    staff.check_not_taken(newcomer.staff_id, {line.staff_id for line in known.lines})
    check_new_password(password, newcomer.staff_id, PasswordRules(), (), parameters)


def _made(
    key: Authenticator,
    policy: RegistrationPolicy,
    newcomer: Newcomer,
    password: str,
    parameters: Argon2Parameters,
    known: staff.StaffList,
    cancel: Event,
) -> Registered:
    return register_person(
        key,
        policy,
        Registrant(newcomer.staff_id, newcomer.name, password, parameters),
        taken=_known_keys(known),
        witnesses=newcomer.witnesses,
        cancel=cancel,
    )


def _known_keys(known: staff.StaffList) -> Collection[bytes]:
    return known.key_ids
