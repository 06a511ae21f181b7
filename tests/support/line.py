"""A union in memory at the other end of a line, and a terminal enrolled with it.

``LoopUnion`` keeps the rules of ``app.wire`` (offsets, digests, places, signed receipts) and
can be told to misbehave. It decides nothing: what is sent is kept, what is to be received is
put there by the test. Real sockets and the real union have tests of their own.
"""

from __future__ import annotations

import copy
import hashlib
import io
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from app.cases.state import was_rejected
from app.start import compose
from app.sync.engine import Engine
from app.sync.faults import PeerRefused
from app.sync.inbox import Handler
from app.sync.round import EngineParts
from app.sync.terminal_keys import LineFacts, write_facts, write_values
from app.wire.codec import decode_file
from app.wire.container import ContainerPlace, check_count, check_place, open_body, peek, verify
from app.wire.files import FILES
from app.wire.heads import CountersignedHead, ForkError, Head, LineDigest, countersign, follow
from app.wire.keys import recipient_id, signing_keys
from app.wire.protocol import (
    ContactAnswer,
    ControlRow,
    DownItem,
    EnrolmentState,
    Filling,
    Renewal,
    Returned,
    StreamPlace,
    UploadStart,
    UploadState,
    stream_of,
)
from app.wire.refusals import ContainerRefused
from app.wire.segments import SegmentOffer, SegmentReceipt, SegmentSent
from app.wire.statements import (
    Acknowledgement,
    Contact,
    PeerTime,
    Recall,
    RecallAnswer,
    Recalled,
    Receipt,
    Settlement,
    open_signed,
    sign,
)
from app.wire.values import code_sets
from tests.support.framed import FRAME, encode_file
from tests.support.parties import LAYOUTS, MUNICIPALITY, Party, container
from tests.support.world import World, shared_tables

CODES = code_sets(shared_tables(), date(2026, 11, 16))
AT = "2026-11-16T10:00:00+09:00"
READS_AND_WRITES = ("terminal_key", "store_fact", "outbox", "inbox", "staged_record")


@dataclass
class _Upload:
    start: UploadStart
    data: bytearray = field(default_factory=bytearray)
    receipt: bytes | None = None


class LoopUnion:
    """The union's side. ``seen`` lists every call in order; ``before`` is asked first and may
    raise; ``after`` is told when the union has already done its part and may raise too."""

    def __init__(self) -> None:
        self.me = Party("U15")
        self.terminal = Party("T01")
        self.archive = Party("archive")
        self.uploads: dict[str, _Upload] = {}
        self.taken: list[tuple[str, tuple[Any, ...]]] = []  # what was accepted, once each
        self.listed: list[tuple[DownItem, Any]] = []
        self.acknowledged: list[Acknowledgement] = []
        self.head: CountersignedHead | None = None
        self.control: list[ControlRow] = []
        self.lines: tuple[LineDigest, ...] = ()
        self.segments: dict[int, bytes] = {}
        self.seen: list[str] = []
        self.given_back: list[Returned] = []
        self.recalled: list[Recall] = []
        self.recalls_as = Recalled.RECALLED
        self.epoch = 1
        self.places: tuple[StreamPlace, ...] = ()
        self.before: Callable[[str], None] = lambda name: None
        self.after: Callable[[str], None] = lambda name: None
        self.judge: Callable[[str, tuple[Any, ...]], tuple[str, str]] = lambda *_: ("", "")
        self.chunk_limit = 0
        self.now: Callable[[], str] = lambda: AT
        """The union's time: that of the terminal which is enrolled with it."""
        self._up: dict[str, ContainerPlace] = {}
        self._down: dict[str, ContainerPlace] = {}
        self._made = 0

    def as_it_is(self) -> LoopUnion:
        """The union at this moment, which goes on by itself and lets everything pass."""
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, list | dict):
                setattr(other, name, copy.copy(value))
        other.uploads = {
            key: replace(one, data=bytearray(one.data)) for key, one in self.uploads.items()
        }
        other.before = other.after = lambda name: None
        return other

    # -- what a test puts there --------------------------------------------------------

    def announce(self, file_id: str, records: list[Any], **other: Any) -> DownItem:
        """Put a file there for the terminal; ``other`` changes the header."""
        edition = replace(FRAME, edition=self._made + 1)
        plain = encode_file(FILES[file_id], records, CODES, edition)
        return self.announce_plain(file_id, plain, len(records), **other)

    def announce_plain(self, file_id: str, plain: bytes, count: int, **other: Any) -> DownItem:
        """Put a file of these bytes there."""
        place = self.next_place(file_id)
        self._made += 1
        item_id = f"U15-1-{self._made:06d}"
        data = container(
            self.me,
            self.terminal,
            self.archive,
            plain,
            file_id=file_id,
            idempotency_id=item_id,
            place=place,
            count=count,
            **other,
        )
        kept = (hashlib.sha256(data).hexdigest(), len(data))
        return self.list_container(file_id, item_id, place, kept, data)

    def next_place(self, file_id: str) -> ContainerPlace:
        """The place of the next container of this file."""
        return self._down.get(stream_of(file_id), ContainerPlace(1, 1, ""))

    def list_container(
        self, file_id: str, item_id: str, place: ContainerPlace, kept: tuple[str, int], data: Any
    ) -> DownItem:
        """Announce a container by its digest and size; ``data`` gives the parts asked for."""
        digest, size = kept
        stream = stream_of(file_id)
        self._down[stream] = ContainerPlace(1, place.sequence + 1, digest)
        item = DownItem(item_id, file_id, stream, place.epoch, place.sequence, size, digest, AT)
        self.listed.append((item, data))
        return item

    def damage(self, item_id: str, data: bytes) -> None:
        """Replace an announced container's bytes."""
        self.listed = [(i, data if i.id == item_id else d) for i, d in self.listed]

    # -- the transport -----------------------------------------------------------------

    def contact(self, statement: bytes) -> ContactAnswer:
        self._asked("contact")
        said = open_signed(Contact, statement, signing_keys(self.terminal.public))
        if self.head is not None and said.since.number > self.head.head.number:
            raise PeerRefused("fork", "記録がつながりません。", "連絡してください。")
        try:
            reached = follow(said.since, said.lines)
        except ForkError as cause:
            raise PeerRefused("fork", "記録がつながりません。", "連絡してください。") from cause
        self.lines += said.lines
        self.head = countersign(self.me.signing, said.store, said.terminal, reached, AT)
        time = sign(PeerTime(said.nonce, self.now()), self.me.signing)
        rows = tuple(row for row in self.control if row.position > said.control)
        self.after("contact")
        return ContactAnswer(self.head, time, rows, self.epoch, self.places)

    def last_head(self) -> CountersignedHead | None:
        self._asked("last_head")
        return self.head

    def digests(self, first: int, last: int) -> tuple[LineDigest, ...]:
        self._asked("digests")
        return tuple(line for line in self.lines if first <= line.number <= last)

    def send_segment(self, segment: SegmentSent) -> bytes:
        self._asked("send_segment")
        offer = open_signed(SegmentOffer, segment.offer, signing_keys(self.terminal.public))
        receipt = SegmentReceipt(**{**asdict(offer), "at": AT})
        self.segments[offer.first] = segment.sealed
        self.after("send_segment")
        return sign(receipt, self.me.signing)

    def upload_offset(self, outbox_id: str) -> tuple[int, UploadState] | None:
        self._asked("upload_offset")
        upload = self.uploads.get(outbox_id)
        if upload is None:
            return None
        state = UploadState.RECEIVING if upload.receipt is None else UploadState.SETTLED
        return len(upload.data), state

    def start_upload(self, outbox_id: str, start: UploadStart) -> int:
        self._asked("start_upload")
        upload = self.uploads.setdefault(outbox_id, _Upload(start))
        if upload.start != start:
            raise PeerRefused("other_content", "別の内容です。", "連絡してください。")
        self.after("start_upload")
        return len(upload.data)

    def send_chunk(self, outbox_id: str, offset: int, chunk: bytes) -> int:
        self._asked("send_chunk")
        upload = self.uploads[outbox_id]
        if offset != len(upload.data):
            there = len(upload.data)
            raise PeerRefused("wrong_offset", "位置が違います。", "続けてください。", there)
        upload.data += chunk[: self.chunk_limit] if self.chunk_limit else chunk
        self.after("send_chunk")
        return len(upload.data)

    def complete(self, outbox_id: str) -> bytes:
        self._asked("complete")
        upload = self.uploads[outbox_id]
        if upload.receipt is None:
            upload.receipt = self._settle(outbox_id, bytes(upload.data))
        self.after("complete")
        return upload.receipt

    def receipt(self, outbox_id: str) -> bytes | None:
        self._asked("receipt")
        return self.uploads[outbox_id].receipt

    def down_list(self) -> tuple[DownItem, ...]:
        self._asked("down_list")
        settled = {said.id for said in self.acknowledged}
        return tuple(item for item, _ in self.listed if item.id not in settled)

    def fetch(self, item: DownItem, offset: int) -> bytes:
        self._asked("fetch")
        data = next(data for listed, data in self.listed if listed.id == item.id)
        return data[offset : offset + 1024 * 1024]

    def acknowledge(self, item_id: str, statement: bytes) -> None:
        self._asked("acknowledge")
        said = open_signed(Acknowledgement, statement, signing_keys(self.terminal.public))
        assert said.id == item_id
        if all(known.id != item_id for known in self.acknowledged):
            self.acknowledged.append(said)
        self.after("acknowledge")

    def give_back(self, decision: Returned) -> None:
        self._asked("give_back")
        self.given_back.append(decision)

    def recall(self, outbox_id: str, statement: bytes) -> bytes:
        self._asked("recall")
        said = open_signed(Recall, statement, signing_keys(self.terminal.public))
        assert said.id == outbox_id and len(set(said.asked_by)) == 2
        self.recalled.append(said)
        return sign(RecallAnswer(said.id, said.content, self.recalls_as, said.at), self.me.signing)

    def filling(self) -> Filling:
        raise AssertionError("this terminal was enrolled long ago")

    def end(self, statement: bytes) -> bytes:
        raise NotImplementedError  # a union that ends a terminal is the real one

    def renew(self, renewal: Renewal) -> EnrolmentState:
        raise AssertionError("renewals are tried against the real union")

    def enrolment(self, request_id: str) -> EnrolmentState:
        raise AssertionError("enrolments are tried against the real union")

    def heed(self, stopped: threading.Event) -> None:
        """Whatever a test does here takes no time."""

    def close(self) -> None:
        """Nothing is held open."""

    def _asked(self, name: str) -> None:
        self.seen.append(name)
        self.before(name)

    def _settle(self, outbox_id: str, data: bytes) -> bytes:
        header = peek(io.BytesIO(data))
        cause, message = "", ""
        try:
            records = self._records(data)
            cause, message = self.judge(outbox_id, records)
        except ContainerRefused as refused:
            cause, message = refused.code, refused.message
        digest = hashlib.sha256(data).hexdigest()
        if not cause:
            self.taken.append((outbox_id, records))
            self._up[header.stream] = ContainerPlace(header.epoch, header.sequence + 1, digest)
        receipt = Receipt(
            id=outbox_id,
            digest=digest,
            content=header.body.plain_digest,
            sender=header.sender,
            receiver=header.receiver,
            stream=header.stream,
            epoch=header.epoch,
            sequence=header.sequence,
            settlement=Settlement.REJECTED if cause else Settlement.ACCEPTED,
            cause=cause,
            message=message,
            at=AT,
        )
        return sign(receipt, self.me.signing)

    def _records(self, data: bytes) -> tuple[Any, ...]:
        found = verify(io.BytesIO(data), self.me.listens_to(self.terminal))
        check_place(found.header, self._up.get(found.header.stream, ContainerPlace(1, 1, "")))
        plain = io.BytesIO()
        open_body(io.BytesIO(data), found, self.me.identities, plain)
        records = decode_file(FILES[found.header.file_id], plain.getvalue(), CODES)
        check_count(found.header, len(records))
        return records


def enrol(world: World, union: LoopUnion) -> None:
    """Give the terminal of ``world`` its place on the line with ``union``."""
    terminal = union.terminal
    union.now = lambda: world.clock.now().isoformat()
    facts = LineFacts(
        municipality=MUNICIPALITY,
        terminal=terminal.name,
        union=union.me.name,
        union_receiving=union.me.recipient,
        archive_receiving=union.archive.recipient,
        hosts=("127.0.0.1:1",),
        valid_to="2027-11-16T00:00:00+09:00",
    )
    with world.hands_on("terminal_key", "store_fact") as work:
        write_facts(work, facts)
        write_values(
            work,
            {
                "tls": b"-",
                "tls_certificate": b"-",
                "authorities": b"-",
                "signing": terminal.signing.private_bytes_raw(),
                "union_signing": union.me.public,
                f"receiving:{recipient_id(terminal.recipient)}": str(terminal.receiving).encode(),
            },
        )


def engine_of(world: World, union: LoopUnion, **options: Any) -> Engine:
    """An engine of this terminal on a line to ``union``."""
    handlers = {
        **compose.handlers(world.tables),
        "eligibility.receive_decision": lambda *_: None,
    }
    values: dict[str, Any] = {"journal": world.journal, **options}
    handlers |= values.pop("handlers", {})
    bench = bench_of(
        world,
        handlers,  # type: ignore[arg-type]
        **{name: values.pop(name) for name in ("hand", "codes", "quiet", "step") if name in values},
    )
    return Engine(bench, lambda keys: union, **values)


def bench_of(world: World, handlers: Mapping[str, Handler], **other: Any) -> EngineParts:
    """What an engine of this terminal is built with; ``other`` replaces parts of it."""
    parts: dict[str, Any] = {
        "hand": world.engine_hand,
        "handlers": handlers,
        "clock": world.clock,
        "codes": CODES,
        "folder": world.paths.data / "exchange",
        "quiet": lambda: True,
        "step": lambda name: None,
        "on_rejected": was_rejected,
    }
    return EngineParts(**parts | other)


__all__ = ["AT", "CODES", "LAYOUTS", "Head", "LoopUnion", "bench_of", "engine_of", "enrol"]
