"""Taking the store's keys from people (鍵の更新): a new data key and, when it was held, a new
number key; nobody who is gone is sealed to (DESIGN 4 "Keys")."""

from __future__ import annotations

from collections.abc import Collection

from app.security.acts.approval import Subject
from app.security.gate.gate import Gate, SystemHand
from app.security.keys import my_number
from app.security.keys.keyslots import loan_of
from app.security.vault.store_access import StoreAccess


def shut_out(
    gate: Gate, access: StoreAccess, leaving: Collection[str], number_key: bytes | None
) -> None:
    """After the act: the changed number key goes to those who stay, then the store gets a new
    data key without the slots of those ``leaving`` and of everybody else who is gone by now.
    Raises as ``StoreAccess.rotate``."""
    out = {*leaving, *gate.gone()}
    out |= {loan_of(one) for one in (*out, *gate.loans_over())}
    if number_key is not None:
        _pass_on(gate, access, number_key, out)
    access.rotate(out)


def shut_out_gone(hand: SystemHand, access: StoreAccess) -> tuple[str, ...]:
    """The terminal's own work on the day somebody is gone (SEC-34, SEC-41): who was shut out now.

    Everybody whose id has ended loses the slots by a new generation of the data key, and so does a
    lent key whose time is over. When somebody
    still holds the number key (番号鍵) who is not entitled to it any more (left, expired, right
    ended), it is made anew; while nobody is there who holds it, theirs is dropped and the store
    remembers that the next holder has to make it anew. Raises as ``StoreAccess.rotate``; what was
    cut short is finished at the next open.
    """
    gate = hand.gate
    lent = {loan_of(one) for one in (*gate.gone(), *gate.loans_over())}
    gone = sorted(one for one in (*gate.gone(), *lent) if access.is_admitted(one))
    ended = sorted(one for one in gate.without_numbers() if access.has_numbers(one))
    can = access.number_key is not None
    renew, owe = can and (bool(ended) or access.owes_numbers()), bool(ended) and not can
    if not (gone or renew or owe):
        return ()
    with hand.system(gate.catalog.shuts_out, subject=Subject("list", "leavers")) as work:
        fresh = access.begin_number_change(work) if renew else None
        if owe:
            my_number.owe(work)
    if fresh is not None:
        _pass_on(gate, access, fresh, gone)
    for staff_id in ended if owe else ():
        access.revoke_number(staff_id)
    if gone:
        access.rotate(gone)
    return tuple(gone)


def reseal_numbers(hand: SystemHand, access: StoreAccess) -> bool:
    """A bit of the terminal's own work after a change of the number key (SEC-53): the next
    numbers are sealed anew, as an act of its own, so that one cut short is only done again. True
    while more may be left. Nothing happens while nobody is there who holds the key. Raises as
    ``StoreAccess.reseal_numbers``."""
    if not access.reseals_numbers():
        return False
    with hand.system(hand.gate.catalog.reseals, subject=Subject("list", "numbers")) as work:
        return access.reseal_numbers(work) > 0


def _pass_on(gate: Gate, access: StoreAccess, number_key: bytes, out: Collection[str]) -> None:
    former = access.number_key
    access.end_number_change(number_key, {*out, *gate.without_numbers()})
    gate.renew_number_key(former, number_key)
