"""回収: a municipality wants back a file that was taken and is wrong.

What is only held is given up; what changed persons or decided cases, or was all said again by a
later file, is used already and stays: a corrected edition follows in both cases. The answer is
signed, kept, and the same for whoever asks again.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from app.core.errors import MadoguchiError
from app.peers.union.line.enrolment import Caller, signing_publics
from app.peers.union.line.refusal import Refused
from app.peers.union.office.taking import OWN
from app.peers.union.system import System, log_act
from app.peers.union.tables import file_taken, held
from app.wire.keys import signing_keys
from app.wire.protocol import Cause
from app.wire.statements import Recall, RecallAnswer, Recalled, open_signed, sign


def recall(system: System, caller: Caller, upload_id: str, data: bytes) -> bytes:
    """Answer a recall. Raises Refused for one that this terminal did not sign, and for a file of
    another content."""
    with system.database.write() as connection:
        said = _said(system, connection, caller, data)
        row = connection.execute(
            select(file_taken).where(
                file_taken.c.municipality == caller.municipality,
                file_taken.c.terminal == caller.terminal,
                file_taken.c.upload == upload_id,
            )
        ).first()
        if row is None:
            return _answer(system, said, Recalled.UNKNOWN)
        if (said.id, said.content) != (row.upload, row.digest):
            raise Refused(Cause.OTHER_CONTENT)
        if row.recall is not None:
            return bytes(row.recall)
        outcome = _give_up(connection, caller, row.file_id, upload_id, row.records)
        answer = _answer(system, said, outcome)
        mine = (file_taken.c.terminal == caller.terminal, file_taken.c.upload == upload_id)
        connection.execute(update(file_taken).where(*mine).values(recall=answer))
        log_act(system, connection, caller.terminal, "recall", upload_id, outcome=outcome.value)
        return answer


def _give_up(
    connection: Connection, caller: Caller, file_id: str, upload_id: str, records: int
) -> Recalled:
    """Drop what is held of a file, all of it or nothing."""
    if file_id in OWN:
        return Recalled.USED
    mine = (
        held.c.municipality == caller.municipality,
        held.c.file_id == file_id,
        held.c.upload == upload_id,
    )
    if records and connection.execute(select(held.c.key).where(*mine)).first() is None:
        return Recalled.USED  # a later file has said it all again
    connection.execute(delete(held).where(*mine))
    return Recalled.RECALLED


def _said(system: System, connection: Connection, caller: Caller, data: bytes) -> Recall:
    keys = signing_keys(*signing_publics(system, connection, caller.terminal))
    try:
        said = open_signed(Recall, data, keys)
    except MadoguchiError as cause:
        raise Refused(Cause.BAD_SIGNATURE) from cause
    two = len(set(said.asked_by)) >= 2
    if said.terminal != caller.terminal or not two or not said.reason.strip():
        raise Refused(Cause.MALFORMED)
    return said


def _answer(system: System, said: Recall, outcome: Recalled) -> bytes:
    answer = RecallAnswer(said.id, said.content, outcome, system.now())
    return sign(answer, system.keys.signing)
