"""One's own password (パスワードの変更, SEC-27, SEC-28)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.core.canon import canonical_json
from app.security.acts.approval import Approval
from app.security.control.deeds import PasswordChange
from app.security.entry.login import password_rules
from app.security.gate.gate import ActWork, Gate, PreparedAct, Session, Subject
from app.security.keys.derivation import STANDARD, Argon2Parameters
from app.security.keys.keypairs import OpenedPerson, PersonKeys
from app.security.keys.slot_model import decode_person_keys, encode_person_keys
from app.security.refusals import refusal
from app.security.staff.password import PasswordMark, check_new_password, mark_of
from app.security.vault.store_access import StoreAccess
from db.tables.prefs import preference

_MARKS = "password_marks"


def prepare_change(gate: Gate, session: Session, keys: PersonKeys) -> PreparedAct:
    """One's own password only; ``keys`` is the own pair under the new one
    (``StoreAccess.under_password``)."""
    return gate.prepare(
        "own.change_password",
        session,
        subject=Subject("staff", session.staff_id),
        content=PasswordChange(session.staff_id, encode_person_keys(keys)),
        sentence="自分のパスワードを変更します。次のログインから新しいパスワードを使います。",
    )


def perform_change(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    opened: OpenedPerson,
    password: str,
    parameters: Argon2Parameters = STANDARD,
) -> None:
    """Seal the person's private half under the new password.

    ``opened`` are the person's keys, opened just now with the old password and the security
    key. Raises ``UserError`` ``password.*`` for a weak or a former one; then nothing changed.
    A session limited to this must log in anew.
    """
    with gate.act(prepared, approvals) as work:
        change: PasswordChange = work.content
        if opened.staff_id != change.staff_id:
            raise ValueError("a password is changed by its owner")
        rules = password_rules(work.control.in_force)
        former = _marks(work, change.staff_id)
        check_new_password(password, change.staff_id, rules, former, parameters)
        kept = (mark_of(password, parameters), *former)[: rules.remembered]
        _keep_marks(work, change.staff_id, kept)
        keys = decode_person_keys(change.keys)
        if (keys.staff_id, keys.public) != (opened.staff_id, opened.pair.public):
            raise refusal("act.altered")
        access.enter(keys)


def _marks(work: ActWork, staff_id: str) -> tuple[PasswordMark, ...]:
    mine = (preference.c.staff_id == staff_id, preference.c.name == _MARKS)
    text = work.scalar(select(preference.c.value).where(*mine))
    pairs = json.loads(text) if text else []
    return tuple(PasswordMark(bytes.fromhex(salt), bytes.fromhex(mark)) for salt, mark in pairs)


def _keep_marks(work: ActWork, staff_id: str, marks: Sequence[PasswordMark]) -> None:
    text = canonical_json([[mark.salt.hex(), mark.digest.hex()] for mark in marks])
    statement = insert(preference).values(staff_id=staff_id, name=_MARKS, value=text)
    keys = [preference.c.staff_id, preference.c.name]
    work.run(statement.on_conflict_do_update(index_elements=keys, set_={"value": text}))
