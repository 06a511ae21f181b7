"""Acts that wait for their second person (二人目を待つ手続き; SEC-40, SEC-46).

The operator has touched over the act; nothing of it has happened. It rests in the store with
the operator's signature until a second person signs the same words, on that day or later, and is
carried out then. What was put off proves itself: whoever changes its row changes what was signed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, insert, select

from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Approval, Assertion, Confirmed, Role, Subject, read_signed
from app.security.acts.content import decode, encode, read_as
from app.security.acts.prepared import PreparedAct, RowVersion, roles_needed
from app.security.acts.seconding import last_day
from app.security.refusals import refusal
from app.security.spec import Catalog, Function
from app.security.staff.session import Session
from app.wire.heads import Head
from db.tables.control import put_off_act
from db.work import ReadRows, Rows

if TYPE_CHECKING:
    from app.security.gate.gate import Gate
    from app.security.vault.store_access import StoreAccess

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Later:
    """How a function's act goes on when it waited: the class of its content, and what performs it
    with both approvals. A function's ``later`` names one as "module:NAME"."""

    content: type
    perform: Callable[[Gate, PreparedAct, Sequence[Approval], StoreAccess], object]


def later_of(function: Function) -> Later:
    """Raises ``Refusal`` ``act.may_not_wait`` for a function whose acts cannot."""
    if not function.later:
        raise refusal("act.may_not_wait")
    module, _, name = function.later.partition(":")
    found: Later = getattr(importlib.import_module(module), name)
    return found


def row_of(prepared: PreparedAct, own: Confirmed, calendar: BusinessCalendar) -> dict[str, Any]:
    """What is kept of an act that is put off: all that was signed, and the operator's answer."""
    evidence, at = own.evidence, datetime.fromisoformat(prepared.at)
    return {
        "id": prepared.nonce.hex(),
        "function_id": prepared.function.id,
        "staff_id": prepared.session.staff_id,
        "session_id": prepared.session.id,
        "staff_name": prepared.session.staff_name,
        "valid_until": last_day(at, calendar).isoformat(),
        "sentence": prepared.sentence,
        "salt": prepared.salt,
        "what": encode((prepared.content, prepared.versions)),
        "signed": evidence.signed,
        "credential_id": evidence.credential_id,
        "authenticator_data": evidence.authenticator_data,
        "client_data": evidence.client_data,
        "signature": evidence.signature,
        "put_off_at": prepared.at,
        "ended": "",
        "ended_by": "",
        "ended_at": "",
    }


def read_act(row: Row[Any], catalog: Catalog, rp_id: str, carrier: Session) -> PreparedAct:
    """The act out of its row, without the gate's seal and the moment of the second person.

    Raises ``Refusal`` ``act.altered`` for a row that does not fit what was signed.
    """
    try:
        said = read_signed(bytes(row.signed))
        content, versions = decode(bytes(row.what))
        function = catalog[said.function_id]
        kind = later_of(function).content
        prepared = PreparedAct(
            function=function,
            session=Session(row.session_id, said.staff_id, row.staff_name),
            subject=Subject(said.subject.kind, said.subject.key),
            purpose=said.purpose,
            content=read_as({kind.__name__: kind}, content),
            sentence=row.sentence,
            versions=tuple(_version(one) for one in versions),
            digest=said.document_digest,
            store_id=said.store_id,
            terminal=said.terminal,
            epoch=said.epoch,
            registry=said.registry,
            nonce=said.nonce,
            salt=bytes(row.salt),
            head=Head(said.head_number, said.head_hash),
            grant_id=said.grant_id,
            at=said.at,
            needs=roles_needed(function),
            credential_ids=(bytes(row.credential_id),),
            rp_id=rp_id,
            verify=True,
            carrier=carrier,
        )
    except (ValueError, KeyError, TypeError) as cause:
        raise refusal("act.altered") from cause
    if prepared.signed(said.staff_id, Role.ACTOR, said.grant_id) != bytes(row.signed):
        raise refusal("act.altered")
    return prepared


def keep(work: Rows, row: dict[str, Any]) -> None:
    """Put the row in."""
    work.run(insert(put_off_act).values(**row))


def find(work: ReadRows, act_id: str) -> Row[Any] | None:
    """The row of an act that was put off; None for none."""
    rows = work.all(select(put_off_act).where(put_off_act.c.id == act_id))
    return rows[0] if rows else None


def own_approval(row: Row[Any]) -> Approval:
    """The operator's touch, as it was kept."""
    assertion = Assertion(
        bytes(row.credential_id),
        bytes(row.authenticator_data),
        bytes(row.client_data),
        bytes(row.signature),
        0,
        True,
        True,
    )
    return Approval(row.staff_id, Role.ACTOR, assertion)


def _version(plain: Any) -> RowVersion:
    name, fields = plain
    if name != RowVersion.__name__:
        raise ValueError("a row version is wanted")
    key = fields["key"]
    return RowVersion(
        fields["table"], tuple(key) if isinstance(key, list) else key, fields["version"]
    )
