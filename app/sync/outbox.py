"""The outbox (送信待ち): what the clerk did is a row on disk before anything is sent.

``prepare``, ``confirm`` and ``withdraw`` run inside an act whose function declares ``READS``
and ``WRITES``; everything later is the engine's. The file's bytes are sealed to the union and
to the archive at once, so that 個人番号 never rests here in clear, not even in the store.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.sql.base import Executable

from app.core.errors import Bug, UserError
from app.sync.states import OPEN_OUTGOING, Outgoing
from app.sync.terminal_keys import LINE_FACTS, LineFacts, read_facts
from app.wire.codec import Encoding
from app.wire.container import BodyFacts, seal_body
from app.wire.files import FILES, FileSpec, Route
from app.wire.frame import Frame
from app.wire.protocol import stream_of
from app.wire.strict_cbor import decode, encode
from app.wire.values import Codes
from db.tables.exchange import outbox
from db.work import ReadRows

READS = ("outbox", "store_fact.epoch", LINE_FACTS)
WRITES = ("outbox",)
"""What a function declares that prepares, confirms or withdraws a sending."""


class OutboxWork(Protocol):
    """The part of an act's unit of work that this module uses."""

    staff_id: str
    at: datetime

    def all(self, statement: Executable, params: Any = None) -> list[Row[Any]]: ...

    def first(self, statement: Executable, params: Any = None) -> Row[Any] | None: ...

    def scalar(self, statement: Executable, params: Any = None) -> Any: ...

    def run(self, statement: Executable, params: Any = None) -> int: ...

    def fact(self, name: str) -> str | None: ...

    def new_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One item as the day list shows it. ``cause`` is why it waits or was refused."""

    id: str
    file_id: str
    title: str
    case_id: str
    count: int
    state: Outgoing
    attempts: int
    cause: str
    next_try_at: str
    prepared_at: str
    settled_at: str


def prepare(
    work: OutboxWork,
    file_id: str,
    records: Iterable[Any],
    *,
    codes: Codes,
    case_id: str = "",
    route: Route | None = None,
    business_on: str = "",
) -> str:
    """Write a file of ``records`` into the outbox; its id is the idempotency id for ever.

    ``business_on`` (YYYY-MM-DD, "" for today) and the edition stand in the head of a framed file.
    Every record is checked by its layout and by ``codes`` (``app.wire.values.code_sets``)
    first. Raises FileRefused for a wrong value, EnvironmentFault ``line.not_enrolled``.
    """
    spec = FILES[file_id]
    facts = read_facts(work)
    frame = _frame(work, spec, facts, business_on) if spec.framed else None
    encoding, body = Encoding(spec, records, codes, frame), io.BytesIO()
    sealed = seal_body(encoding, body, facts.union_receiving, facts.archive_receiving)
    return put(
        work,
        SealedFile(
            file_id,
            sealed,
            body.getvalue(),
            encoding.count,
            layout_version=spec.version,
            business_on=frame.business_on if frame else "",
            edition=frame.edition if frame else 0,
        ),
        case_id=case_id,
        route=route,
    )


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file that is sealed to the union and to the archive already, in this version of its
    layout; business day and edition as its head says, "" and 0 where it has none."""

    file_id: str
    facts: BodyFacts
    body: bytes
    count: int
    layout_version: int
    business_on: str = ""
    edition: int = 0


def put(
    work: OutboxWork,
    sealed: SealedFile,
    *,
    case_id: str = "",
    route: Route | None = None,
    prepared_by: str = "",
) -> str:
    """Write a sealed file into the outbox; its id. ``prepared_by`` is whose act it comes from,
    where the terminal itself writes it down."""
    outbox_id = work.new_id()
    work.run(
        insert(outbox).values(
            id=outbox_id,
            file_id=sealed.file_id,
            route=str(route or FILES[sealed.file_id].route),
            stream=stream_of(sealed.file_id),
            epoch=0,
            sequence=None,
            payload=pack(sealed.facts, sealed.body),
            payload_digest=sealed.facts.plain_digest,
            record_count=sealed.count,
            layout_version=sealed.layout_version,
            business_on=sealed.business_on,
            edition=sealed.edition,
            state=Outgoing.PREPARED,
            case_id=case_id or None,
            prepared_by=prepared_by or work.staff_id,
            prepared_at=work.at.isoformat(),
        )
    )
    return outbox_id


def _frame(work: OutboxWork, spec: FileSpec, facts: LineFacts, business_on: str) -> Frame:
    """The head of the next edition of a file of its business day."""
    day = business_on or work.at.date().isoformat()
    last = work.scalar(
        select(func.max(outbox.c.edition)).where(
            outbox.c.file_id == spec.id, outbox.c.business_on == day
        )
    )
    epoch = work.fact("epoch")
    return Frame(
        sender=f"{facts.terminal}-{epoch}",  # a restored terminal counts its editions anew
        municipality=facts.municipality,
        business_on=day,
        edition=int(last or 0) + 1,
        made_at=work.at.isoformat(timespec="seconds"),
    )


def confirm(work: OutboxWork, outbox_id: str, staff_id: str) -> bool:
    """Note that ``staff_id`` confirmed content and destination; whether enough have now.

    A file that needs two persons (SEC-114) wants two different ones. Raises UserError
    ``outbox.same_person`` for the same one twice, ``outbox.state`` when it is not waiting for
    a confirmation.
    """
    row = _row(work, outbox_id)
    if row.state != Outgoing.PREPARED:
        raise not_waiting()
    already = row.confirmed_by.split(" ") if row.confirmed_by else []
    if staff_id in already:
        raise same_person()
    confirmed = [*already, staff_id]
    enough = len(confirmed) >= FILES[row.file_id].confirmations
    work.run(
        update(outbox)
        .where(outbox.c.id == outbox_id)
        .values(
            confirmed_by=" ".join(confirmed),
            state=Outgoing.CONFIRMED if enough else Outgoing.PREPARED,
            version=outbox.c.version + 1,
        )
    )
    return enough


def withdraw(work: OutboxWork, outbox_id: str) -> None:
    """Take a sending back that has not begun. Raises UserError ``outbox.under_way``."""
    row = _row(work, outbox_id)
    if row.state not in (Outgoing.PREPARED, Outgoing.CONFIRMED):
        raise UserError(
            "outbox.under_way",
            "この送信はすでに始まっているか、終わっているため、取り下げられません。",
            "広域連合の決定を待ち、誤りがあれば訂正の届出を送ってください。",
        )
    work.run(
        update(outbox)
        .where(outbox.c.id == outbox_id)
        .values(
            state=Outgoing.WITHDRAWN,
            payload=b"",
            settled_at=work.at.isoformat(),
            version=outbox.c.version + 1,
        )
    )


def open_lines(work: ReadRows) -> tuple[OutboxLine, ...]:
    """Everything not settled, oldest first: the day does not close over it (SEC-13, SEC-98)."""
    rows = work.all(
        select(outbox)
        .where(outbox.c.state.in_(OPEN_OUTGOING))
        .order_by(outbox.c.prepared_at, outbox.c.id)
    )
    return tuple(line_of(row) for row in rows)


def count_open(work: ReadRows) -> int:
    """How many sendings are not settled."""
    statement = select(func.count()).where(outbox.c.state.in_(OPEN_OUTGOING))
    return int(work.scalar(statement) or 0)


def line_of(row: Row[Any]) -> OutboxLine:
    """A row of the outbox as a value, without its content."""
    return OutboxLine(
        id=row.id,
        file_id=row.file_id,
        title=FILES[row.file_id].title,
        case_id=row.case_id or "",
        count=row.record_count,
        state=Outgoing(row.state),
        attempts=row.attempts,
        cause=row.last_cause,
        next_try_at=row.next_try_at,
        prepared_at=row.prepared_at,
        settled_at=row.settled_at,
    )


def pack(facts: BodyFacts, body: bytes) -> bytes:
    """What rests in ``payload``: the facts of the sealed body and the body."""
    head = encode(facts)
    return len(head).to_bytes(4, "big") + head + body


def unpack(payload: bytes) -> tuple[BodyFacts, bytes]:
    """The inverse of ``pack``. Raises Bug ``outbox.payload`` for anything else."""
    length = int.from_bytes(payload[:4], "big")
    if len(payload) < 4 + length or not length:
        raise Bug(
            "outbox.payload",
            "送信待ちの内容が読み取れません。",
            "表示された番号を添えてシステム管理者に連絡してください。",
        )
    return decode(BodyFacts, payload[4 : 4 + length]), payload[4 + length :]


def spec_of(row: Row[Any]) -> FileSpec:
    """The declaration of a row's file, in the version in which it was prepared."""
    return FILES[row.file_id].at(row.layout_version)


def _row(work: OutboxWork, outbox_id: str) -> Row[Any]:
    row = work.first(select(outbox).where(outbox.c.id == outbox_id))
    if row is None:
        raise unknown_sending()
    return row


def not_waiting() -> UserError:
    """It is past its confirmations."""
    return UserError(
        "outbox.state",
        "この送信は、確認を待っている状態ではありません。",
        "送信の一覧を開き直して、今の状態を確かめてください。",
    )


def same_person() -> UserError:
    """The second one must be somebody else."""
    return UserError(
        "outbox.same_person",
        "あなたはこの送信をすでに確認しています。",
        "二人目の確認は、別の職員が行ってください。",
    )


def unknown_sending() -> UserError:
    """No such item."""
    return UserError(
        "outbox.unknown",
        "その送信が見つかりません。",
        "送信の一覧を開き直してください。",
    )
