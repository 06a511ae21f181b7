"""Small signed statements: receipts, acknowledgements, contacts, peer time, enrolment.

A statement is a frozen dataclass; on the line it is deterministic CBOR with an Ed25519
signature. The signed bytes begin with a domain and the statement's kind, so that no
statement can be taken for another or for a container's head. Countersigned journal heads have
their own form (``app.wire.heads``), because the journal keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import EnvironmentFault
from app.wire.heads import Head, LineDigest
from app.wire.keys import SigningKeys, fingerprint, signing_id, signing_keys
from app.wire.protocol import StreamPlace
from app.wire.strict_cbor import decode, encode

T = TypeVar("T")
_DOMAIN = b"madoguchi-statement-v1\0"


class StatementRefused(EnvironmentFault):
    """A signed statement that does not count: ``statement.kind``, ``.key`` or ``.signature``."""


class Settlement(StrEnum):
    """What became of a file that arrived whole: 受理 or 不受理."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Receipt:
    """受領証: the receiver's word on one container. Alone makes it ``accepted`` (DESIGN 1.4).

    ``id`` is the idempotency id, ``digest`` SHA-256 of the whole container (hex), ``content``
    that of its plain file as its header says. A rejected one names its cause (a code) and the
    sentence that says it; it takes no place in its stream, the next container takes it. The
    same id again gets the first receipt again, whatever its place: one id, one effect.
    """

    id: str
    digest: str
    content: str
    sender: str
    receiver: str
    stream: str
    epoch: int
    sequence: int
    settlement: Settlement
    cause: str
    message: str
    at: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """受取確認: the terminal's word that an announced file is applied (accepted) or refused
    for what it holds (rejected, with its cause). Either way its place in the stream is taken,
    because those after it may be on their way. A container that is damaged or out of order is
    not acknowledged: it stays announced and is fetched again.
    """

    id: str
    digest: str
    terminal: str
    stream: str
    epoch: int
    sequence: int
    settlement: Settlement
    cause: str
    applied: int
    dropped: int
    at: str


@dataclass(frozen=True, slots=True)
class PeerTime:
    """The union's time in answer to ``nonce`` (32 bytes of the asker's choosing)."""

    nonce: bytes
    at: str


@dataclass(frozen=True, slots=True)
class Contact:
    """What a terminal says at each contact: journal lines since the last head, its positions.

    ``since`` is the head the union last countersigned (as the terminal knows it), ``lines``
    the digests of the lines after it in order: ``app.wire.heads.follow`` leads from one to
    the other. ``control`` is the position of the municipal control log already applied and
    ``control_hash`` the chain hash there (empty where no log is shared); ``control_rows`` are rows
    to be put behind that very place, and are kept only while it is the last one
    (``app.wire.control``).
    ``proof`` is the newest head that the union signed (encoded, empty for none) and ``receipts``
    its newest receipt of each stream: a union that does not remember them was restored.
    ``places`` is the last place of each downward stream that the store holds, and ``opens`` the
    ids of the receiving keys that it holds: a terminal that was restored from an older backup is
    behind what it acknowledged, and is given it again. A relay, which opens nothing, names none.
    """

    municipality: str
    terminal: str
    store: str
    epoch: int
    nonce: bytes
    since: Head
    lines: tuple[LineDigest, ...]
    control: int
    at: str
    proof: bytes = b""
    receipts: tuple[bytes, ...] = ()
    places: tuple[StreamPlace, ...] = ()
    opens: tuple[str, ...] = ()
    control_hash: bytes = b""
    control_rows: tuple[bytes, ...] = ()


class Recalled(StrEnum):
    """What became of a recall: 回収した, すでに使った, 受け取っていない."""

    RECALLED = "recalled"
    USED = "used"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Recall:
    """Two persons want back a file that was accepted and is wrong. ``content`` is the digest of
    the plain file (hex), as in its receipt."""

    id: str
    content: str
    terminal: str
    asked_by: tuple[str, ...]
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class RecallAnswer:
    """The union's word on a recall; the same one for whoever asks again."""

    id: str
    content: str
    outcome: Recalled
    at: str


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A terminal's request: public halves only, signed by its own new signing key.

    ``csr`` is a PKCS#10 request (DER) for the TLS key, ``signing`` 32 raw bytes, ``receiving``
    an age recipient. ``replaces`` is the key id of the signing key it renews, or "".
    """

    municipality: str
    terminal_name: str
    profile: str
    csr: bytes
    signing: bytes
    receiving: str
    replaces: str
    at: str


@dataclass(frozen=True, slots=True)
class EnrolmentAnswer:
    """What two operators approved: identity, keys of the other side, and until when.

    Certificates are PEM bytes; ``fingerprint`` is that of the request answered.
    ``hosts`` is the allow list of "host:port"; ``epoch`` the first epoch to use.
    """

    municipality: str
    terminal: str
    union: str
    profile: str
    fingerprint: str
    certificate: bytes
    authorities: bytes
    union_signing: tuple[bytes, ...]
    union_receiving: str
    archive_receiving: str
    hosts: tuple[str, ...]
    epoch: int
    valid_from: str
    valid_to: str
    at: str


@dataclass(frozen=True, slots=True)
class _Envelope:
    kind: str
    key: str
    body: bytes
    signature: bytes


def sign(statement: Any, key: Ed25519PrivateKey) -> bytes:
    """The statement's signed bytes."""
    kind = type(statement).__name__
    body = encode(statement)
    return encode(_Envelope(kind, signing_id(key), body, key.sign(_signed(kind, body))))


def open_signed(kind: type[T], data: bytes, keys: SigningKeys) -> T:
    """The statement of ``kind`` in ``data``, its signature verified with one of ``keys``.

    Raises MalformedBody, or StatementRefused: another kind, a key that is not in ``keys``, a
    signature that does not fit.
    """
    envelope = decode(_Envelope, data)
    if envelope.kind != kind.__name__:
        raise _refused("kind", "求めたものと違う種類の署名文です")
    public = keys.get(envelope.key)
    if public is None:
        raise _refused("key", "登録されていない鍵で署名されています")
    try:
        public.verify(envelope.signature, _signed(envelope.kind, envelope.body))
    except InvalidSignature as cause:
        raise _refused("signature", "署名が合いません") from cause
    return decode(kind, envelope.body)


def peek(kind: type[T], data: bytes) -> T:
    """The statement as it stands, unverified: to find whose key to verify it with, no more."""
    envelope = decode(_Envelope, data)
    if envelope.kind != kind.__name__:
        raise _refused("kind", "求めたものと違う種類の署名文です")
    return decode(kind, envelope.body)


def request_fingerprint(request: EnrolmentRequest) -> str:
    """The digits by which supervisors at the terminal and operators of the union compare an
    enrolment: over all three public halves that the request names."""
    return fingerprint(request.csr, request.signing, request.receiving.encode("ascii"))


def open_self_signed(data: bytes) -> EnrolmentRequest:
    """An enrolment request, signed by the very signing key it names (proof of possession).

    Raises like ``open_signed``; a public half that is no Ed25519 key is ``statement.key``.
    """
    request = peek(EnrolmentRequest, data)
    try:
        keys = signing_keys(request.signing)
    except ValueError as cause:
        raise _refused("key", "署名鍵の形が正しくありません") from cause
    return open_signed(EnrolmentRequest, data, keys)


def _signed(kind: str, body: bytes) -> bytes:
    return _DOMAIN + kind.encode("ascii") + b"\0" + body


def _refused(cause: str, what: str) -> StatementRefused:
    return StatementRefused(
        f"statement.{cause}",
        f"相手の署名文を確かめられませんでした: {what}。",
        "何も変えていません。接続先が正しいか確かめ、システム管理者に連絡してください。",
    )
