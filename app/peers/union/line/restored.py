"""A union whose database lost its last commits: noticed, confirmed by two, made whole again.

The database may come from a backup, or a crash may have taken what was not on disk yet. Either
way terminals hold what this union signed and does not remember: a journal head, a receipt. From
the first such proof on nothing is taken or given any more, until two operators have confirmed
the point to which the data go. Then the union's epoch rises (its streams begin anew), its
numbering leaves a gap where the forgotten numbers lie, and each terminal gives back the decisions
it has and sends again what is missing here.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.core.errors import MadoguchiError, UserError
from app.peers.union.keys import write_private
from app.peers.union.line.enrolment import Caller
from app.peers.union.line.refusal import Refused
from app.peers.union.line.streams import UP
from app.peers.union.system import System, log_act, next_value
from app.peers.union.tables import (
    counter,
    decision,
    down_item,
    journal_head,
    operator_log,
    restore,
    returned,
    stream_state,
    upload,
)
from app.wire.codec import decode_file
from app.wire.container import Header, verify_head
from app.wire.files import FILES
from app.wire.heads import CountersignedHead, is_countersigned
from app.wire.keys import signing_keys
from app.wire.protocol import Cause, Returned, StreamPlace
from app.wire.statements import Contact, Receipt, Settlement, open_signed
from app.wire.strict_cbor import decode

_DECISIONS = frozenset(spec.answered_in for spec in FILES.values() if spec.answered_in)
_NOT_OURS = "この広域連合がこの端末へ送った決定ではありません。"
_FORGOTTEN = {
    "decision": 100_000,
    "insured_number": 100_000,
    "check_entry": 100_000,
    "inquiry": 10_000,
    "terminal": 10,
}
"""By how much each numbering skips: more than were ever given between a backup and a loss."""


def epoch_of(connection: Connection) -> int:
    """The union's own epoch: 1, and one more with every confirmed restore."""
    return int(connection.execute(select(func.max(restore.c.epoch))).scalar() or 1)


def halted(connection: Connection) -> bool:
    """Whether a restore was noticed and is not confirmed."""
    found = select(restore.c.id).where(restore.c.confirmed_at == "").limit(1)
    return connection.execute(found).first() is not None


def listing(system: System) -> list[dict[str, object]]:
    """Every restore, newest first."""
    with system.database.read() as connection:
        rows = connection.execute(select(restore).order_by(restore.c.id.desc()))
        return [dict(row._mapping) for row in rows]


def given_back(system: System) -> list[dict[str, object]]:
    """The decisions that terminals gave back, without what they say."""
    columns = (
        returned.c.decision_id,
        returned.c.notification_id,
        returned.c.terminal,
        returned.c.outcome,
        returned.c.standing,
        returned.c.returned_at,
    )
    with system.database.read() as connection:
        return [dict(row._mapping) for row in connection.execute(select(*columns))]


def say(system: System, operator: str) -> int:
    """An operator says that the database was restored, before any terminal could notice."""
    with system.database.write() as connection:
        return _notice(system, connection, operator, "操作者の連絡")


def confirm(system: System, operator: str, restore_id: int) -> dict[str, object]:
    """An operator confirms the restored point; the second one's word takes effect.

    Raises UserError: ``union.no_restore``, or ``union.same_operator`` for the same one twice.
    """
    with system.database.write() as connection:
        row = connection.execute(select(restore).where(restore.c.id == restore_id)).first()
        if row is None or row.confirmed_at:
            raise UserError(
                "union.no_restore",
                "確認を待っている復元の中に、この番号はありません。",
                "復元の一覧で番号と状態を確かめてください。",
            )
        if row.first_operator == operator:
            raise UserError(
                "union.same_operator",
                "復元の時点は、別の操作者２名が確かめます。",
                "もう１名の操作者が、同じ番号を確かめてください。",
            )
        log_act(system, connection, operator, "confirm_restored", str(restore_id))
        values: dict[str, object] = {"first_operator": operator}
        if row.first_operator:
            epoch = _next_epoch(system, connection)
            values = {
                "second_operator": operator,
                "confirmed_at": system.now(),
                "epoch": epoch,
            }
            _skip_forgotten_numbers(connection)
        connection.execute(update(restore).where(restore.c.id == restore_id).values(**values))
        done = connection.execute(select(restore).where(restore.c.id == restore_id)).one()
        return dict(done._mapping)


def take_proofs(
    system: System, connection: Connection, caller: Caller, said: Contact
) -> CountersignedHead | None:
    """Look at what the terminal proves; the head that is known by it, None without one.

    What this union did not sign for this very terminal and store proves nothing and is passed
    over. Raises Refused ``restored``, after noting it, when more is proven than is known here and
    no confirmed restore explains that.
    """
    head = _proven_head(system, caller, said)
    receipts = list(_proven_receipts(system, caller, said))
    # What was signed before the last confirmed restore is explained by it.
    last = connection.execute(select(func.max(restore.c.confirmed_at))).scalar() or ""
    beyond = [
        f"受領証 {receipt.id}（{receipt.at}）"
        for receipt in receipts
        if receipt.at > last and _ahead_of_stream(connection, caller, receipt)
    ]
    if head is not None and head.at > last and _ahead_of_head(connection, caller, head):
        beyond.append(f"操作記録の {head.head.number} 行目までの確認印（{head.at}）")
    if beyond:
        _notice(system, connection, caller.terminal, "、".join(beyond))
        connection.commit()
        raise Refused(Cause.RESTORED)
    if halted(connection):
        raise Refused(Cause.RESTORED)
    return head


def places(connection: Connection, caller: Caller) -> tuple[StreamPlace, ...]:
    """How far the terminal's streams came: up, and down before the present epoch."""
    ups = connection.execute(
        select(stream_state).where(
            stream_state.c.direction == UP, stream_state.c.terminal == caller.terminal
        )
    ).all()
    found = [StreamPlace("up", row.stream, row.epoch, row.sequence) for row in ups]
    epoch = epoch_of(connection)
    if epoch > 1:
        found += _down_before(connection, caller, epoch)
    return tuple(found)


def take_back(system: System, caller: Caller, said: Returned) -> None:
    """Keep a decision of ours that the terminal gave back. Raises Refused for what is none."""
    keys = signing_keys(system.keys.signing.public_key().public_bytes_raw())
    try:
        header = verify_head(io.BytesIO(said.head), keys)
        records = _records_of(system, caller, header, said.plain)
    except MadoguchiError as cause:
        raise Refused(Cause.BAD_SIGNATURE, _NOT_OURS) from cause
    with system.database.write() as connection:
        for record in records:
            known = (
                connection.execute(
                    select(table.c[name]).where(table.c[name] == record.decision_id)
                ).first()
                for table, name in ((decision, "id"), (returned, "decision_id"))
            )
            if any(row is not None for row in known):
                continue
            refused = record.outcome == "refused"
            connection.execute(
                insert(returned).values(
                    decision_id=record.decision_id,
                    notification_id=record.notification_id,
                    terminal=caller.terminal,
                    outcome=record.outcome,
                    insured_number=getattr(record, "insured_number", ""),
                    record="" if refused else json.dumps(asdict(record), ensure_ascii=False),
                    position=next_value(connection, "returned"),
                    returned_at=system.now(),
                    standing="open",
                )
            )
            log_act(system, connection, caller.terminal, "returned", record.decision_id)


def _records_of(system: System, caller: Caller, header: Header, plain: bytes) -> tuple[Any, ...]:
    ours = (header.sender, header.receiver) == (system.setup.id, caller.terminal)
    whole = hashlib.sha256(plain).hexdigest() == header.body.plain_digest
    if not (ours and whole and header.file_id in _DECISIONS):
        raise Refused(Cause.BAD_SIGNATURE, _NOT_OURS)
    return decode_file(FILES[header.file_id], plain, system.codes)


def _proven_head(system: System, caller: Caller, said: Contact) -> CountersignedHead | None:
    try:
        head = decode(CountersignedHead, said.proof)
    except MadoguchiError:
        return None
    ours = is_countersigned(system.keys.signing.public_key(), head)
    return (
        head if ours and (head.store_id, head.terminal) == (said.store, caller.terminal) else None
    )


def _proven_receipts(system: System, caller: Caller, said: Contact) -> Iterator[Receipt]:
    keys = signing_keys(system.keys.signing.public_key().public_bytes_raw())
    for data in said.receipts:
        try:
            receipt = open_signed(Receipt, data, keys)
        except MadoguchiError:
            continue
        ours = (receipt.sender, receipt.receiver) == (caller.terminal, system.setup.id)
        if ours and receipt.settlement is Settlement.ACCEPTED:
            yield receipt


def _ahead_of_head(connection: Connection, caller: Caller, head: CountersignedHead) -> bool:
    known = connection.execute(
        select(journal_head.c.number).where(
            journal_head.c.terminal == caller.terminal, journal_head.c.store == head.store_id
        )
    ).scalar()
    return known is None or head.head.number > known


def _ahead_of_stream(connection: Connection, caller: Caller, receipt: Receipt) -> bool:
    row = connection.execute(
        select(stream_state.c.epoch, stream_state.c.sequence).where(
            stream_state.c.direction == UP,
            stream_state.c.terminal == caller.terminal,
            stream_state.c.stream == receipt.stream,
        )
    ).first()
    return row is None or (row.epoch, row.sequence) < (receipt.epoch, receipt.sequence)


def _down_before(connection: Connection, caller: Caller, epoch: int) -> Iterator[StreamPlace]:
    mine = (down_item.c.terminal == caller.terminal, down_item.c.epoch < epoch)
    streams = connection.execute(select(down_item.c.stream).where(*mine).distinct()).scalars().all()
    for stream in streams:
        row = connection.execute(
            select(down_item.c.epoch, down_item.c.sequence)
            .where(*mine, down_item.c.stream == stream)
            .order_by(down_item.c.epoch.desc(), down_item.c.sequence.desc())
            .limit(1)
        ).one()
        yield StreamPlace("down", stream, row.epoch, row.sequence)


def _notice(system: System, connection: Connection, who: str, evidence: str) -> int:
    """Note a restore, once until it is confirmed."""
    waiting = select(restore.c.id).where(restore.c.confirmed_at == "")
    found = connection.execute(waiting).scalar()
    if found is not None:
        return int(found)
    restore_id = next_value(connection, "restore")
    connection.execute(
        insert(restore).values(
            id=restore_id,
            noticed_at=system.now(),
            noticed_by=who,
            evidence=evidence,
            point=_point(connection),
        )
    )
    log_act(system, connection, who, "restore_noticed", str(restore_id))
    return restore_id


def _point(connection: Connection) -> str:
    """The newest moment that the data know of, "" when they know of nothing."""
    moments = [
        connection.execute(select(func.max(column))).scalar() or ""
        for column in (
            operator_log.c.at,
            upload.c.settled_at,
            down_item.c.announced_at,
            journal_head.c.at,
        )
    ]
    return str(max(moments))


def _next_epoch(system: System, connection: Connection) -> int:
    """One that no terminal has seen: the file beside the database survives its next restore."""
    file = system.setup.data / "epoch"
    kept = file.read_text(encoding="ascii").strip() if file.exists() else ""
    epoch = max(epoch_of(connection), int(kept) if kept.isdigit() else 0) + 1
    write_private(file, str(epoch).encode("ascii"))
    return epoch


def _skip_forgotten_numbers(connection: Connection) -> None:
    for name, gap in _FORGOTTEN.items():
        next_value(connection, name)
        connection.execute(
            update(counter).where(counter.c.name == name).values(value=counter.c.value + gap)
        )
