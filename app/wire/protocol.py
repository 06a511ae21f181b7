"""The HTTPS interface between a terminal and the union's standard system, as data (DESIGN 6).

Everything goes over one host and port with mutual TLS 1.3; only ``ENROLMENTS`` answers
without a client certificate (the certificate is what it is about). Bodies are deterministic
CBOR (``app.wire.strict_cbor``), signed ones statements (``app.wire.statements``).

    enrol     POST ENROLMENTS                 signed EnrolmentRequest  → EnrolmentState
              GET  enrolment_path(id)                                  → EnrolmentState
    renew     POST RENEWALS                   Renewal                  → EnrolmentState
    contact   POST CONTACT                    signed Contact           → ContactAnswer
    head      GET  HEAD                                                → CountersignedHead, 404 none
    time      GET  TIME?nonce=<64 hex>                                 → signed PeerTime
    up        HEAD upload_path(id)            → 200 with UPLOAD_OFFSET, UPLOAD_STATE; 404 unknown
              POST upload_path(id)            UploadStart              → 201, or 200 when begun
              PATCH upload_path(id)           chunk, UPLOAD_OFFSET     → 204 with the new offset
              POST complete_path(id)                                   → signed Receipt
              GET  receipt_path(id)                                    → signed Receipt, 404 open
              POST recall_path(id)            signed Recall            → signed RecallAnswer
    down      GET  DOWN                                                → DownList
              GET  download_path(id)          Range: bytes=a-b         → 206 (200 without)
              POST acknowledge_path(id)       signed Acknowledgement   → 204
    returned  POST RETURNED                   Returned                 → 204
    journal   GET  DIGESTS?first=<n>&last=<n>                          → Digests, 404 none
              POST SEGMENTS                   SegmentSent              → signed SegmentReceipt
    filling   POST FILLING                                             → Filling
    ending    POST ENDING                     signed Ending            → signed EndingReceipt

A refusal has the status of its cause (``STATUS``) and a ``Refusal`` as body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.core.files import is_file_name
from app.wire.heads import CountersignedHead

VERSION = 1
PREFIX = "/v1"
CHUNK = 1024 * 1024
"""Bytes in one PATCH and one ranged fetch at most (TECH 8: the best of those measured)."""
LARGEST = 2 * 1024**3
"""Bytes of one container at most, in either direction."""
LINES_AT_ONCE = 20_000
"""Journal lines in one contact at most; a longer journal takes several contacts."""
MEDIA_TYPE = "application/vnd.madoguchi+cbor"
UPLOAD_OFFSET = "Upload-Offset"
UPLOAD_STATE = "Upload-State"

ENROLMENTS = f"{PREFIX}/enrolments"
RENEWALS = f"{PREFIX}/renewals"
CONTACT = f"{PREFIX}/contact"
HEAD = f"{PREFIX}/head"
TIME = f"{PREFIX}/time"
UP = f"{PREFIX}/up"
DOWN = f"{PREFIX}/down"
RETURNED = f"{PREFIX}/returned"
DIGESTS = f"{PREFIX}/digests"
SEGMENTS = f"{PREFIX}/segments"
FILLING = f"{PREFIX}/filling"
ENDING = f"{PREFIX}/ending"


def enrolment_path(request_id: str) -> str:
    """Where the state of an enrolment or renewal request is asked."""
    return f"{ENROLMENTS}/{request_id}"


def upload_path(outbox_id: str) -> str:
    """Where a container is sent to."""
    return f"{UP}/{outbox_id}"


def complete_path(outbox_id: str) -> str:
    """Where a container sent whole is handed over."""
    return f"{UP}/{outbox_id}/complete"


def receipt_path(outbox_id: str) -> str:
    """Where the receipt of a container handed over is asked for again."""
    return f"{UP}/{outbox_id}/receipt"


def recall_path(outbox_id: str) -> str:
    """Where a file that was accepted is asked back."""
    return f"{UP}/{outbox_id}/recall"


def download_path(item_id: str) -> str:
    """Where an announced container is fetched."""
    return f"{DOWN}/{item_id}"


def acknowledge_path(item_id: str) -> str:
    """Where an announced container is acknowledged."""
    return f"{DOWN}/{item_id}/acknowledgement"


class UploadState(StrEnum):
    """The value of the header ``UPLOAD_STATE``: receiving, or settled (a receipt exists)."""

    RECEIVING = "receiving"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class UploadStart:
    """What will be sent: the whole container's size (bytes) and SHA-256 (hex)."""

    file_id: str
    stream: str
    epoch: int
    sequence: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class DownItem:
    """One announced container; ``size`` in bytes, ``digest`` SHA-256 of the whole (hex).

    ``gone`` says why a container that a restored terminal would need is not to be had any more
    (``Gone``), "" for every other: its place is taken without it, and a person settles it.
    """

    id: str
    file_id: str
    stream: str
    epoch: int
    sequence: int
    size: int
    digest: str
    announced_at: str
    gone: str = ""


class Gone(StrEnum):
    """Why a delivered container is not to be had again: its copy was erased (期限, 不受理の決定),
    or it is sealed to a key that the restored terminal does not hold."""

    ERASED = "erased"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class DownList:
    """What waits for this terminal and is not acknowledged, in the order to be taken."""

    items: tuple[DownItem, ...]


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One row of the municipal control log; ``body`` carries the signatures that prove it."""

    position: int
    body: bytes


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """How far a stream of this terminal came, as the union knows it. ``direction``: up, or down
    (there the last place before the present epoch of the union)."""

    direction: str
    stream: str
    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """The union's answer: the head reached, countersigned; its ``PeerTime`` (a signed
    statement); the control rows after the position the terminal named, in order, and the signed
    ``ControlHead`` of the whole log (``app.wire.control``).

    ``epoch`` is the union's own: it rises when two operators confirm that it was restored.
    From ``places`` the terminal then learns what the union no longer has.
    """

    head: CountersignedHead
    time: bytes
    control: tuple[ControlRow, ...]
    epoch: int = 1
    places: tuple[StreamPlace, ...] = ()
    control_head: bytes = b""


@dataclass(frozen=True, slots=True)
class Returned:
    """A decision given back to a union that no longer has it: the container's signed head as it
    came, and the plain file that the head vouches for."""

    head: bytes
    plain: bytes


@dataclass(frozen=True, slots=True)
class FilledFile:
    """What a terminal was given of a file: records sealed for it, and of these the records in
    containers that it acknowledged as applied."""

    file_id: str
    records: int
    acknowledged: int


@dataclass(frozen=True, slots=True)
class Filling:
    """How far the first load (初期登録) of a terminal is, by the union's count. ``more``: not
    everything is sealed yet; asked again, the union seals the next part. ``control`` is the
    position of the last row of the municipality's control log."""

    files: tuple[FilledFile, ...]
    more: bool
    control: int


class EnrolmentStep(StrEnum):
    """Where a request stands: 承認待ち, 承認, 却下."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class EnrolmentState:
    """The state of a request; ``answer`` is a signed EnrolmentAnswer once approved, else
    empty; ``note`` says why it was refused."""

    id: str
    step: EnrolmentStep
    answer: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Renewal:
    """A signed EnrolmentRequest, signed again as a whole by the signing key in force."""

    request: bytes
    key: str
    signature: bytes


RENEWAL_DOMAIN = b"madoguchi-renewal-v1\0"
"""Comes before the request's bytes in what the key in force signs."""


class Cause(StrEnum):
    """Why the union refuses a request; the Japanese sentence comes with it."""

    MALFORMED = "malformed"  # not the declared body
    NO_CERTIFICATE = "no_certificate"
    UNKNOWN_TERMINAL = "unknown_terminal"
    EXPIRED = "expired"  # the certificate is past its last day
    WITHDRAWN = "withdrawn"  # the terminal's enrolment was withdrawn
    CERTIFICATE_WITHDRAWN = "certificate_withdrawn"  # this certificate alone
    NOT_FOUND = "not_found"
    WRONG_OFFSET = "wrong_offset"  # UPLOAD_OFFSET in the answer is the true one
    OTHER_CONTENT = "other_content"  # the same id with another digest or size
    INCOMPLETE = "incomplete"  # completed before all bytes were there
    TOO_LARGE = "too_large"
    BAD_SIGNATURE = "bad_signature"
    FORK = "fork"  # the journal goes another way before the countersigned head
    OLD_COPY = "old_copy"  # the journal ends before the countersigned head
    OTHER_STORE = "other_store"  # another store speaks by this terminal's certificate
    HEAD_UNKNOWN = "head_unknown"  # the journal goes on from a head that is not known
    BUSY = "busy"
    OUT_OF_PLACE = "out_of_place"  # what comes before it in its stream is not here
    RESTORED = "restored"  # the union's data are older than what it signed
    FAULT = "fault"  # the union's own mistake; the message holds its incident number


OTHER_JOURNALS = frozenset((Cause.FORK, Cause.OLD_COPY, Cause.OTHER_STORE, Cause.HEAD_UNKNOWN))
"""Each says in its own way that a journal is not the one that the union knows (DESIGN 5)."""

STATUS: dict[Cause, int] = {
    Cause.MALFORMED: 400,
    Cause.NO_CERTIFICATE: 401,
    Cause.UNKNOWN_TERMINAL: 403,
    Cause.EXPIRED: 403,
    Cause.WITHDRAWN: 403,
    Cause.CERTIFICATE_WITHDRAWN: 403,
    Cause.NOT_FOUND: 404,
    Cause.WRONG_OFFSET: 409,
    Cause.OTHER_CONTENT: 409,
    Cause.INCOMPLETE: 409,
    Cause.TOO_LARGE: 413,
    Cause.BAD_SIGNATURE: 422,
    Cause.FORK: 409,
    Cause.OLD_COPY: 409,
    Cause.OTHER_STORE: 409,
    Cause.HEAD_UNKNOWN: 409,
    Cause.BUSY: 503,
    Cause.OUT_OF_PLACE: 409,
    Cause.RESTORED: 503,
    Cause.FAULT: 500,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The body of every refusal."""

    cause: Cause
    message: str
    remedy: str


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def is_id(text: str) -> bool:
    """Whether ``text`` can be an idempotency or request id: plain signs, fit for a path."""
    return _ID.fullmatch(text) is not None and is_file_name(text)


def stream_of(file_id: str) -> str:
    """The stream a file travels in: one for each file, so that a large one holds none up."""
    return file_id.lower()
