"""What an act leaves behind: its row, its journal lines, its control row, the keys' counters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import cbor2
from sqlalchemy import bindparam, insert, update

from app.core.errors import MadoguchiError
from app.security.acts.approval import Confirmed, Evidence, Role
from app.security.acts.content import encode
from app.security.acts.prepared import PreparedAct
from app.security.control.deeds import DEEDS
from app.security.control.done import Done
from app.security.control.log import ControlRow
from app.security.journal.line import Entry, State
from app.security.journal.touches import put_off_payload
from app.security.refusals import misuse, refusal
from app.security.spec import Function
from app.wire.heads import Head
from db.faults import RowConflict
from db.tables.control import act as act_table
from db.tables.control import credential
from db.work import Work

_ACT = insert(act_table)
_COUNTER = (
    update(credential).where(credential.c.id == bindparam("key")).values(counter=bindparam("seen"))
)


def begun(prepared: PreparedAct, confirmed: Sequence[Confirmed]) -> Entry:
    """The line that an act begins with."""
    return Entry(
        State.BEGUN,
        prepared.function.id,
        prepared.session.staff_id,
        session=prepared.session.id,
        subject=prepared.subject,
        purpose=prepared.purpose,
        nonce=prepared.nonce,
        content_digest=prepared.content_digest(),
        document_digest=prepared.digest,
        evidence=tuple(one.evidence for one in confirmed),
    )


def note_act(work: Work, prepared: PreparedAct, line: int, at: datetime) -> None:
    """The act's own row. Raises ``Refusal`` ``act.nonce_used``."""
    row = _row(prepared.function.id, prepared.session.staff_id, prepared.nonce, line, at)
    try:
        work.run(_ACT, row | {"salt": prepared.salt})
    except RowConflict as cause:
        raise refusal("act.nonce_used") from cause


def note_system(work: Work, function_id: str, nonce: bytes, line: int, at: datetime) -> None:
    """The row of the terminal's own work."""
    work.run(_ACT, _row(function_id, "system", nonce, line, at))


def note_own(
    work: Work, function_id: str, staff_id: str, nonce: bytes, line: int, at: datetime
) -> None:
    """The row of what somebody does without a touch of its own."""
    work.run(_ACT, _row(function_id, staff_id, nonce, line, at))


def put_off_line(prepared: PreparedAct, own: Evidence, function: Function, nonce: bytes) -> Entry:
    """The line under which an act is put off: whose, the digest of what waits, and the operator's
    touch, which was made here and not when the second person comes."""
    return Entry(
        State.BEGUN,
        function.id,
        prepared.session.staff_id,
        session=prepared.session.id,
        subject=prepared.subject,
        nonce=nonce,
        content_digest=prepared.content_digest(),
        payload=put_off_payload(own),
    )


def _row(function_id: str, staff_id: str, nonce: bytes, line: int, at: datetime) -> dict[str, Any]:
    return {
        "nonce": nonce.hex(),
        "function_id": function_id,
        "staff_id": staff_id,
        "journal_line": line,
        "at": at.isoformat(),
        "salt": b"",
    }


def keep_counters(work: Work, confirmed: Sequence[Confirmed]) -> None:
    """The counters of the keys that touched."""
    for one in confirmed:
        if one.counter is not None:
            keep_counter(work, one.evidence.credential_id, one.counter)


def keep_counter(work: Work, credential_id: bytes, counter: int) -> None:
    """The counter of one key."""
    work.run(_COUNTER, {"key": credential_id, "seen": counter})


def check_deed(function: Function, content: object) -> None:
    """A function that changes who may do what has its deed as content, and no other has one."""
    name = type(content).__name__
    deed = name if DEEDS.get(name) is type(content) else ""
    if deed != function.deed:
        raise misuse("gate.deed", f"{function.id} の内容ではないものが渡されました。")


def done_of(prepared: PreparedAct, confirmed: Sequence[Confirmed], number: int) -> Done:
    """A deed's act, as its effect needs it."""
    second = next((one.staff_id for one in confirmed if one.role is not Role.ACTOR), "")
    return Done(
        prepared.session.staff_id,
        second,
        prepared.terminal,
        prepared.epoch,
        prepared.nonce,
        datetime.fromisoformat(prepared.moment),
        number,
    )


def row_of(prepared: PreparedAct, confirmed: Sequence[Confirmed]) -> ControlRow:
    """The control row of an act: what was signed, and every signature."""
    return ControlRow(
        encode((prepared.content, prepared.versions)),
        prepared.salt,
        tuple(one.evidence for one in confirmed),
    )


def head_payload(head: Head) -> bytes:
    """The head of the control log in the line that ends a deed: a log that lacks it later has
    lost rows."""
    return cbor2.dumps([head.number, head.hash])


def cause_of(problem: BaseException) -> str:
    """What the journal says of a failure: our code, or ``bug`` for anything else."""
    return problem.code if isinstance(problem, MadoguchiError) else "bug"
