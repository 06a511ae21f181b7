"""委託先へ: a released batch is sealed for the contractor who prints it (ADD-06; 000:843).

The list of the sheets (PAGE-01) and the parts, as they were proved and released but for who was
stopped since, go into one container of the exchange, sealed to the contractor's key and to the
archive's. It waits in ``Paths.leaving`` and leaves over a registered medium (files room), whose
ledger has its line. Whoever is stopped before it left makes it stale: it never leaves, and is
sealed anew. The contractor's receipt is compared by the digits both sides see, and noted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from app.core.errors import UserError
from app.functions.printing.batch_building import (
    digests_of,
    folder_of,
    require_batch,
)
from app.functions.printing.batch_container import (
    PagesOfBatch,
    PagesOfPart,
    Sealed,
    write_container,
)
from app.functions.printing.batch_stopped import (
    BatchSheet,
    leave_out,
    sheets_of,
    stopped_numbers,
)
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, RowVersion, Subject, WithDocument
from app.security.staff.session import Session
from app.sync.terminal_keys import LINE_FACTS, read_keys
from app.wire.container import ContainerPlace, first_place
from app.wire.files import PAGES
from app.wire.keys import check_digits
from app.wire.values import Codes
from db.tables.media import courier, sealed_out
from db.tables.printing import batch_part, print_batch
from db.work import ReadRows

SEAL, RECEIPT = "printing.seal_batch", "printing.note_receipt"
CONTRACTOR = "contractor"
READS = (
    *("print_batch", "batch_item", "batch_part", "certificate.number", "certificate.state"),
    *("mail_item", "sealed_out", "courier", "store_fact.epoch"),
    *("terminal_key", LINE_FACTS),
)
WRITES = (
    *("print_batch", "batch_item", "batch_part", "certificate", "mail_item"),
    "sealed_out",
)


@dataclass(frozen=True, slots=True)
class PartSealed:
    """A part that goes: its number, the digest of its sealed file, and the numbers left out."""

    part: int
    digest: str
    stopped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sealing:
    """What the touch is over: which parts of which batch, how many sheets, sealed to whom."""

    batch_id: str
    sealed_id: str
    to_id: str
    to_key: str
    parts: tuple[PartSealed, ...]
    sheets: int


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file: its number, sheets, the digits that the contractor reads back, its state, and
    the receipt, if it came."""

    id: str
    sheets: int
    digits: str
    to: str
    state: str
    sealed_at: str
    received_on: str
    received_by: str


@dataclass(frozen=True)
class Place:
    """Where batches and leaving files lie, and the codes in force."""

    batches: Path
    leaving: Path
    codes: Codes


def sealed_files(gate: Gate, session: Session, batch_id: str) -> tuple[SealedFile, ...]:
    """What was sealed of a batch, oldest first."""
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        rows = work.all(
            select(sealed_out, courier.c.name.label("to"))
            .join(courier, courier.c.id == sealed_out.c.to_id)
            .where(sealed_out.c.about == batch_id)
            .order_by(sealed_out.c.sealed_at, sealed_out.c.id)
        )
    return tuple(_told(row) for row in rows)


def _told(row: Row[Any]) -> SealedFile:
    return SealedFile(
        row.id,
        row.record_count,
        check_digits(row.digest),
        row.to,
        row.state,
        row.sealed_at,
        row.received_on,
        row.received_by,
    )


def prepare_seal(gate: Gate, session: Session, batch_id: str) -> PreparedAct:
    """Seal what has not gone to paper yet for the contractor.

    Raises UserError ``printing.batch_state``, ``printing.no_contractor``,
    ``printing.nothing_to_seal``, ``printing.one_waits``.
    """
    with gate.view("printing.show_batch", session, subject=Subject("batch", batch_id)) as work:
        row = require_batch(work, batch_id, ("released",))
        to = _contractor(work)
        parts, sheets = _parts_to_seal(work, batch_id)
        number = work.scalar(
            select(func.count()).select_from(sealed_out).where(sealed_out.c.about == batch_id)
        )
        if sheets:
            _next_place(work, to.id, 0)
    if not sheets:
        raise UserError(
            "printing.nothing_to_seal",
            "委託先へ渡す証が残っていません。",
            "すべて印刷に回したか、封をしたか、発送止めになっています。一覧を読み直してください。",
        )
    content = Sealing(
        batch_id, f"{batch_id}-{int(number or 0) + 1}", to.id, to.receiving, parts, sheets
    )
    stopped = sum(len(one.stopped) for one in parts)
    without = f"（発送止めの {stopped:,} 枚は入れません）" if stopped else ""
    manifest = hashlib.sha256("".join(one.digest for one in parts).encode()).digest()
    return gate.prepare(
        SEAL,
        session,
        subject=Subject("batch", batch_id),
        content=WithDocument(content, manifest),
        sentence=f"一括印刷 {sheets:,} 枚（{len(parts)}部）に封をし、委託先「{to.name}」へ渡す"
        f"ファイルを作ります{without}。",
        versions=(RowVersion("print_batch", batch_id, row.version),),
    )


def perform_seal(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], place: Place
) -> str:
    """Write the container, then its row; gives its number (封の番号). Nothing plain touches the
    disk. Raises UserError ``printing.part_stopped`` (somebody was stopped meanwhile), and as
    ``batch_building.open_part``; what was written is gone then."""
    with gate.view("printing.read_sealing", prepared.session) as work:
        keys = read_keys(work)
        content = prepared.content
        assert isinstance(content, Sealing)
        batch = require_batch(work, content.batch_id, ("released",))
        sheets = {one.part: sheets_of(work, content.batch_id, one.part) for one in content.parts}
        at = _next_place(work, content.to_id, int(work.fact("epoch") or 0))
    target = place.leaving / f"{content.sealed_id}.mdg"
    made_at = gate.now().isoformat("T", "seconds")
    sealed = Sealed(content.sealed_id, content.to_id, content.to_key, content.sheets, at, made_at)
    pages = [PagesOfPart(one.part, one.digest, sheets[one.part]) for one in content.parts]
    folder = folder_of(place.batches, content.batch_id)
    source = PagesOfBatch(folder, batch.seal, batch.form_id, tuple(pages))
    digest = write_container(target, sealed, source, keys, place.codes)
    for former in place.leaving.glob(f"{content.batch_id}-*.mdg"):  # stale, or gone already
        if former != target:
            former.unlink(missing_ok=True)
    try:
        with gate.act(prepared, approvals) as work:
            said: Sealing = work.content
            _require_as_sealed(work, said, sheets, at)
            for one in said.parts:
                leave_out(work, said.batch_id, one.stopped)
            _note(work, said, (at, digest), approvals)
            return said.sealed_id
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the contractor's receipt (受領証) says: of which sealed file, the digits, when, who."""

    sealed_id: str
    digits: str
    received_on: str
    received_by: str


def note_receipt(gate: Gate, session: Session, receipt: Receipt) -> None:
    """Note it. Raises UserError ``printing.receipt_state`` (it has not left, or is noted),
    ``printing.receipt_digits`` (not the file that was handed over)."""
    prepared = gate.prepare(
        RECEIPT, session, subject=Subject("sealed", receipt.sealed_id), content=receipt
    )
    with gate.act(prepared) as work:
        said: Receipt = work.content
        row = work.first(select(sealed_out).where(sealed_out.c.id == said.sealed_id))
        if row is None or row.state != "left":
            raise UserError(
                "printing.receipt_state",
                "この封のファイルの受領は、今は記録できません。",
                "媒体に移出したあとで記録します。記録済みのものは、もう一度記録しません。",
            )
        if "".join(said.digits.split()) != "".join(check_digits(row.digest).split()):
            raise UserError(
                "printing.receipt_digits",
                "照合コードが、渡したファイルのものと違います。",
                "委託先に、受け取ったファイルの照合コードを読み直してもらってください。違うままなら、"
                "別のファイルが渡っています。印刷を止めてもらい、責任者に知らせてください。",
                field="digits",
            )
        work.run(
            update(sealed_out)
            .where(sealed_out.c.id == said.sealed_id)
            .values(
                state="received",
                received_on=said.received_on,
                received_by=said.received_by.strip(),
                noted_by=work.staff_id,
                noted_at=work.at.isoformat(),
                version=sealed_out.c.version + 1,
            )
        )


def _contractor(work: ReadRows) -> Row[Any]:
    row = work.first(select(courier).where(courier.c.ended_at == "", courier.c.role == "print"))
    if row is None:
        raise UserError(
            "printing.no_contractor",
            "印刷の委託先が登録されていません。",
            "「電子媒体」の「相手の名刺を登録」で、委託先の名刺を登録してください。",
        )
    return row


def _parts_to_seal(work: ReadRows, batch_id: str) -> tuple[tuple[PartSealed, ...], int]:
    noted = digests_of(work, batch_id)
    rows = work.all(
        select(batch_part.c.part)
        .where(
            batch_part.c.batch_id == batch_id,
            batch_part.c.sheets > 0,
            batch_part.c.sent_at == "",
        )
        .order_by(batch_part.c.part)
    )
    parts, left = [], 0
    for row in rows:
        sheets = sheets_of(work, batch_id, row.part)
        stopped = stopped_numbers(sheets)
        parts.append(PartSealed(row.part, noted[row.part], stopped))
        left += len(sheets) - len(stopped)
    return tuple(parts), left


def _next_place(work: ReadRows, to_id: str, epoch: int) -> ContainerPlace:
    """The place after what left: a file that never left has taken none. Raises UserError
    ``printing.one_waits`` while another waits to leave, which has this place."""
    mine = select(sealed_out).where(sealed_out.c.to_id == to_id)
    if work.first(mine.where(sealed_out.c.state == "sealed")) is not None:
        raise UserError(
            "printing.one_waits",
            "前に封をしたファイルが、まだ移出されていません。",
            "先に「電子媒体」で移出してください。順番のとおりに渡します。",
        )
    last = work.first(
        mine.where(sealed_out.c.state.in_(["left", "received"]))
        .order_by(sealed_out.c.epoch.desc(), sealed_out.c.sequence.desc())
        .limit(1)
    )
    if last is None or epoch > last.epoch:
        return first_place(epoch)
    return ContainerPlace(last.epoch, last.sequence + 1, last.digest)


def _require_as_sealed(
    work: ActWork, said: Sealing, sheets: dict[int, tuple[BatchSheet, ...]], at: ContainerPlace
) -> None:
    require_batch(work, said.batch_id, ("released",))
    same = _contractor(work).receiving == said.to_key
    same = same and _parts_to_seal(work, said.batch_id) == (said.parts, said.sheets)
    same = same and all(stopped_numbers(sheets[one.part]) == one.stopped for one in said.parts)
    same = same and _next_place(work, said.to_id, at.epoch) == at
    if not same:
        raise UserError(
            "printing.part_stopped",
            "封をしているあいだに、発送止めになった方がいるか、印刷に回した部があります。",
            "何も渡していません。もう一度「委託先へ」を押してください。",
        )


def _note(
    work: ActWork,
    said: Sealing,
    made: tuple[ContainerPlace, str],
    approvals: Sequence[Approval],
) -> None:
    at, digest = made
    seconds = (one.staff_id for one in approvals if one.staff_id != work.staff_id)
    work.run(
        insert(sealed_out).values(
            id=said.sealed_id,
            file_id=PAGES.id,
            about=said.batch_id,
            to_id=said.to_id,
            epoch=at.epoch,
            sequence=at.sequence,
            record_count=said.sheets,
            digest=digest,
            state="sealed",
            sealed_by=work.staff_id,
            confirmed_by=" ".join(seconds),
            sealed_at=work.at.isoformat(),
        )
    )
    work.run(
        update(batch_part)
        .where(
            batch_part.c.batch_id == said.batch_id,
            batch_part.c.part.in_([one.part for one in said.parts]),
        )
        .values(sent_at=work.at.isoformat(), sent_how=CONTRACTOR)
    )
    work.run(
        update(print_batch)
        .where(print_batch.c.id == said.batch_id)
        .values(version=print_batch.c.version + 1)
    )
