"""Sitting down at another desk (DESIGN 4, decision 025): the control log carries everybody's sealed
private half, and each terminal seals its own data key to whoever holds a right in force.

What puts the right in force is a touch that the log proves; so this needs no act of its own, and
follows from the state alone: done after rows came and at every opening, whatever was cut short is
done the next time.
"""

from __future__ import annotations

from app.security.control.keeper import Control
from app.security.control.state import ControlState, in_use
from app.security.gate.gate import Gate
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State
from app.security.keys.keypairs import PersonKeys
from app.security.keys.keyslots import is_loan, loan_of
from app.security.keys.slot_model import ContentError, decode_person_keys
from app.security.vault.store_access import StoreAccess

SEATED = "slots.seated"
"""The journal's line that somebody of the municipality's log can open this store from now on."""

LOST = "slots.lost"
"""That the keys of somebody who stays were taken here, because another desk ended them."""


def seat(gate: Gate, access: StoreAccess, control: Control, journal: Journal) -> None:
    """Bring the slot file to where the log of many desks leads. Nothing where none is shared.

    Slots under a pair or a key that another desk ended go with a new generation of the data key; a
    new password takes the old one's place; who holds a right in force is admitted, with the number
    key when it is needed and held here now. Raises as ``StoreAccess.rotate`` and ``admit``.
    """
    if not control.told_at:
        return
    state = control.state
    wanted = {
        name: keys
        for name, keys in _sealed(state)
        if _is_here(gate, state, name) and _in_use(state, keys)
    }
    ended = {name for name in _names(access) if _has_ended(access, state, wanted, name)}
    enters = {name: keys for name, keys in wanted.items() if _may_enter(gate, state, name)}
    seated = _admit(gate, access, {n: k for n, k in enters.items() if n not in ended})
    if ended and not set(_names(access)) - ended:
        # Nobody would be left to open the store: those who go on under a pair of another founding
        # (a terminal that joins) take their places first, and the new generation follows at once.
        again = {name: keys for name, keys in enters.items() if name in ended}
        seated += _admit(gate, access, again)
        ended -= again.keys()
        access.rotate(ended)
    elif ended:
        access.rotate(ended)
        for name in sorted(ended):
            journal.append(Entry(State.EVENT, LOST, _person(name)))
    seated += _admit(gate, access, enters)
    for name, keys in wanted.items():
        held = access.slots.find(name)
        if held is None or held.keys != keys:  # a right to come, or a new password
            access.enter(keys)
    for name in seated:
        journal.append(Entry(State.EVENT, SEATED, _person(name)))


def _admit(gate: Gate, access: StoreAccess, enters: dict[str, PersonKeys]) -> list[str]:
    """Seal the store's keys to those of ``enters`` who lack them; who they are."""
    holders = {}
    for name, keys in enters.items():
        held = access.slots.find(name)
        if held is None or held.keys.public != keys.public:
            access.enter(keys)
        if not access.is_admitted(name):
            holders[name] = _numbers(gate, access, name)
    access.admit_all(holders)
    return list(holders)


def _sealed(state: ControlState) -> list[tuple[str, PersonKeys]]:
    """Everybody's slot entry that another terminal can use: one whose secret lies in a keyring
    opens at the terminal of that keyring alone."""
    found = []
    for name, encoded in state.sealed.items():
        try:
            keys = decode_person_keys(encoded)
        except ContentError:
            continue
        if keys.staff_id == name and not keys.rests_on_keyring:
            found.append((name, keys))
    return found


def _names(access: StoreAccess) -> list[str]:
    return [holder.keys.staff_id for holder in access.slots.holders if holder.data_keys]


def _person(name: str) -> str:
    """Whose a slot is: a lent key's is its borrower's."""
    return name.removesuffix(loan_of("")) if is_loan(name) else name


def _is_here(gate: Gate, state: ControlState, name: str) -> bool:
    """Whether the person belongs here today, and for a lent key, whether it still counts."""
    person = state.people.get(_person(name))
    if person is None or person.problem(gate.now().date()):
        return False
    return not is_loan(name) or _person(name) not in gate.loans_over()


def _may_enter(gate: Gate, state: ControlState, name: str) -> bool:
    """Whether the person holds a right that is in force today."""
    today, calendar = gate.now().date(), gate.calendar
    return any(not one.problem(today, calendar) for one in state.grants_of(_person(name)))


def _numbers(gate: Gate, access: StoreAccess, name: str) -> bool:
    """Whether the number key is passed on as well: needed there, and held here now."""
    entitled = _person(name) not in gate.without_numbers()
    return entitled and access.number_key is not None


def _has_ended(
    access: StoreAccess, state: ControlState, wanted: dict[str, PersonKeys], name: str
) -> bool:
    """Whether what opens the store under this name must not any more: the log has another pair, or
    none of its keys is in use."""
    held = access.slots.find(name)
    if held is None or _person(name) not in state.people:
        return held is not None
    keys = wanted.get(name)
    if keys is not None and keys.public != held.keys.public:
        return True
    return not _in_use(state, held.keys)


def _in_use(state: ControlState, keys: PersonKeys) -> bool:
    """Whether a security key that opens this pair is registered and not revoked."""
    return bool(in_use(state.keys, keys.credential_ids))
