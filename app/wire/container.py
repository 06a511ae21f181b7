"""The container every exchanged file travels in (DESIGN 6).

    magic 8 bytes | header length 4 bytes, big-endian | header | signature 64 bytes | age body

The header is deterministic CBOR; the Ed25519 signature covers it, and it names the digest and
size of the body, so one flipped bit anywhere is found. The body is sealed to the receiver and
to the municipality's archive key, so that what was sent can be read back (SEC-96). Nothing is
decrypted before signature and cipher digest of the whole file are verified: an age stream cut
short releases plain text before its error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeAlias

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.wire.keys import SigningKeys, recipient_id, signing_id
from app.wire.refusals import ContainerCause, ContainerRefused
from app.wire.strict_cbor import MalformedBody, decode, encode

MAGIC = b"MDGCNT1\n"
_DOMAIN = b"madoguchi-container-v1\0"
_LONGEST_HEADER = 64 * 1024
_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """What sealing a body fixed: digests are SHA-256 in hex, sizes in bytes."""

    plain_digest: str
    plain_size: int
    cipher_digest: str
    cipher_size: int
    receiver_key: str
    archive_key: str


@dataclass(frozen=True, slots=True)
class Header:
    """Who sends what to whom, in which place of which stream. ``previous`` is SHA-256 (hex)
    of the whole container before this one in (sender, epoch, receiver, stream), "" for the
    first; ``id`` the idempotency id, fixed when the file was prepared; ``created`` a moment."""

    version: int
    sender: str
    receiver: str
    municipality: str
    file_id: str
    layout: str
    layout_version: int
    stream: str
    epoch: int
    sequence: int
    previous: str
    id: str
    count: int
    body: BodyFacts
    created: str
    signing_key: str


@dataclass(frozen=True, slots=True)
class ContainerPlace:
    """A place in a stream: the epoch, the sequence and the previous container's digest."""

    epoch: int
    sequence: int
    previous: str


Layouts: TypeAlias = Mapping[str, tuple[str, Collection[int]]]
"""Layouts by file id, each with its versions."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who the verifier is and whom it listens to; ``layouts`` maps file ids to the layout and
    those of its versions that are understood here."""

    receiver: str
    municipality: str
    sender: str
    keys: SigningKeys
    layouts: Layouts


@dataclass(frozen=True, slots=True)
class Verified:
    """A container whose signature, digests, address and layout were all found right.

    ``digest`` is SHA-256 (hex) of the whole file, ``body_at`` the offset of the age body.
    """

    header: Header
    digest: str
    body_at: int


class Source(Protocol):
    """Gives bytes in order."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most ``size``; empty at the end."""
        ...


class Sink(Protocol):
    """Takes decrypted bytes in order."""

    def write(self, data: bytes, /) -> int | None:
        """Take the next bytes."""
        ...


def first_place(epoch: int) -> ContainerPlace:
    """The first place of a stream in ``epoch``."""
    return ContainerPlace(epoch, 1, "")


def following(last: Header | None, digest: str, epoch: int) -> ContainerPlace:
    """The place after ``last`` (whose container's digest is ``digest``), in ``epoch``.

    A higher epoch than the last one begins again at 1 (the sender was restored).
    """
    if last is None or epoch > last.epoch:
        return first_place(epoch)
    return ContainerPlace(last.epoch, last.sequence + 1, digest)


def seal_body(plain: Source, out: Sink, receiver: str, archive: str) -> BodyFacts:
    """Seal ``plain`` to the receiver's and the archive's age recipients, streaming.

    Raises ContainerRefused ``container.recipient`` for a recipient that is no age key; what
    reading ``plain`` raises passes.
    """
    try:
        recipients = [pyrage.x25519.Recipient.from_str(text) for text in (receiver, archive)]
    except pyrage.RecipientError as cause:
        raise ContainerRefused(ContainerCause.RECIPIENT) from cause
    reader, writer = _Counted(plain), _Counted(out)
    try:
        pyrage.encrypt_io(reader, writer, recipients)
    except pyrage.EncryptError:
        # pyrage keeps only the text of what reading or writing raised
        if reader.failure is not None:
            raise reader.failure from None
        raise
    return BodyFacts(
        reader.digest.hexdigest(),
        reader.size,
        writer.digest.hexdigest(),
        writer.size,
        recipient_id(receiver),
        recipient_id(archive),
    )


def write_head(header: Header, key: Ed25519PrivateKey) -> bytes:
    """The container's bytes up to the body. ``header.signing_key`` must be ``key``'s id."""
    if header.signing_key != signing_id(key):
        raise ValueError("the header names another signing key")
    raw = encode(header)
    return MAGIC + len(raw).to_bytes(4, "big") + raw + key.sign(_DOMAIN + raw)


def peek(source: BinaryIO) -> Header:
    """The header as it stands, unverified: to find whose keys to verify with, nothing else."""
    return _read_head(source, hashlib.sha256())[0]


def verify(source: BinaryIO, addressee: Addressee) -> Verified:
    """Verify the whole container in ``source`` (read from its present position).

    Raises ContainerRefused with the cause, in this order: form, version, unknown key,
    signature, digest or size of the body, sender, receiver, municipality, layout. Its place in
    the stream is ``check_place``'s matter, because a repeat may still be answered.
    """
    whole = hashlib.sha256()
    header, size = _verified_head(source, addressee.keys, whole)
    _check_body(source, header.body, whole)
    _check_address(header, addressee)
    return Verified(header, whole.hexdigest(), size)


def verify_head(source: BinaryIO, keys: SigningKeys) -> Header:
    """Verify a container's head alone: what its sender vouched for, the plain file's digest among
    it. Raises ContainerRefused: form, version, unknown key, signature."""
    return _verified_head(source, keys, hashlib.sha256())[0]


def _verified_head(source: BinaryIO, keys: SigningKeys, whole: _Digest) -> tuple[Header, int]:
    header, raw, signature = _read_head(source, whole)
    if header.version != 1:
        raise ContainerRefused(ContainerCause.VERSION)
    public = keys.get(header.signing_key)
    if public is None:
        raise ContainerRefused(ContainerCause.UNKNOWN_KEY)
    try:
        public.verify(signature, _DOMAIN + raw)
    except InvalidSignature as cause:
        raise ContainerRefused(ContainerCause.SIGNATURE) from cause
    return header, len(MAGIC) + 4 + len(raw) + 64


def check_place(header: Header, expected: ContainerPlace) -> None:
    """Refuse a container that is not the next of its stream.

    Raises ContainerRefused: ``restored`` (made before its sender was restored, which began a
    higher epoch), ``epoch`` (a higher one than expected), ``repeat``, ``gap`` or ``previous`` (the
    container before it is not the one known here).
    """
    if header.epoch < expected.epoch:
        raise ContainerRefused(ContainerCause.RESTORED)
    if header.epoch > expected.epoch:
        raise ContainerRefused(ContainerCause.EPOCH)
    if header.sequence < expected.sequence:
        raise ContainerRefused(ContainerCause.REPEAT)
    if header.sequence > expected.sequence:
        raise ContainerRefused(ContainerCause.GAP)
    if header.previous != expected.previous:
        raise ContainerRefused(ContainerCause.PREVIOUS)


def open_body(source: BinaryIO, verified: Verified, identities: Mapping[str, str], to: Sink) -> int:
    """Decrypt a *verified* container's body into ``to``; returns the plain size.

    ``source`` stands at the container's beginning and is the very file that was verified;
    ``identities`` maps key ids to age identities. Raises ContainerRefused: ``not_ours`` when no
    identity is the receiver's or the archive's, ``body`` when the age stream is broken,
    ``plain`` when the plain text is not what the header says. What reading ``source`` raises and
    what ``to`` raises passes.
    """
    facts = verified.header.body
    text = identities.get(facts.receiver_key) or identities.get(facts.archive_key)
    if text is None:
        raise ContainerRefused(ContainerCause.NOT_OURS)
    source.seek(verified.body_at, 1)
    reader, writer = _Counted(source), _Counted(to)
    try:
        pyrage.decrypt_io(reader, writer, [pyrage.x25519.Identity.from_str(text)])
    except pyrage.DecryptError as cause:
        if reader.failure is not None:  # the disk's or medium's trouble, not the container's
            raise reader.failure from None
        raise ContainerRefused(ContainerCause.BODY) from cause
    if writer.digest.hexdigest() != facts.plain_digest or writer.size != facts.plain_size:
        raise ContainerRefused(ContainerCause.PLAIN)
    return writer.size


def check_count(header: Header, count: int) -> None:
    """Refuse a file with another number of records than its header says (件数)."""
    if count != header.count:
        raise ContainerRefused(ContainerCause.COUNT)


class _Counted:
    """Passes bytes through and keeps their digest and number."""

    def __init__(self, under: Source | Sink) -> None:
        self._under = under
        self.digest = hashlib.sha256()
        self.size = 0
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._under.read(size)  # type: ignore[union-attr]
        except Exception as failure:
            self.failure = failure
            raise
        self._note(data)
        return data

    def write(self, data: bytes) -> int:
        self._under.write(data)  # type: ignore[union-attr]
        self._note(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def _note(self, data: bytes) -> None:
        self.digest.update(data)
        self.size += len(data)


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def _read_head(source: BinaryIO, whole: _Digest) -> tuple[Header, bytes, bytes]:
    start = source.read(len(MAGIC) + 4)
    length = int.from_bytes(start[len(MAGIC) :], "big")
    if len(start) != len(MAGIC) + 4 or start[: len(MAGIC)] != MAGIC or length > _LONGEST_HEADER:
        raise ContainerRefused(ContainerCause.FORM)
    raw, signature = source.read(length), source.read(64)
    if len(raw) != length or len(signature) != 64:
        raise ContainerRefused(ContainerCause.FORM)
    whole.update(start + raw + signature)
    try:
        return decode(Header, raw), raw, signature
    except MalformedBody as cause:
        raise ContainerRefused(ContainerCause.FORM) from cause


def _check_body(source: BinaryIO, facts: BodyFacts, whole: _Digest) -> None:
    body, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        body.update(block)
        whole.update(block)
        size += len(block)
    if size != facts.cipher_size or body.hexdigest() != facts.cipher_digest:
        raise ContainerRefused(ContainerCause.DIGEST)


def _check_address(header: Header, addressee: Addressee) -> None:
    if header.sender != addressee.sender:
        raise ContainerRefused(ContainerCause.SENDER)
    if header.receiver != addressee.receiver:
        raise ContainerRefused(ContainerCause.RECEIVER)
    if header.municipality != addressee.municipality:
        raise ContainerRefused(ContainerCause.MUNICIPALITY)
    known = addressee.layouts.get(header.file_id)
    if known is None or known[0] != header.layout:
        raise ContainerRefused(ContainerCause.LAYOUT)
    if header.layout_version not in known[1]:
        raise ContainerRefused(ContainerCause.LAYOUT_VERSION)
