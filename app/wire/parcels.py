"""Small files between bodies, each signed by its sender and sealed to its receiver, whole in memory
(標準システム ⇄ 中間サーバー). What carries them, a medium or a line, is no matter here.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import UserError
from app.wire.beyond import BEYOND
from app.wire.cards import BodyCard
from app.wire.codec import decode_file, encode_file
from app.wire.container import (
    Addressee,
    ContainerPlace,
    Header,
    check_count,
    open_body,
    peek,
    seal_body,
    verify,
    write_head,
)
from app.wire.keys import recipient_id, signing_id, signing_keys
from app.wire.refusals import ContainerCause, ContainerRefused
from app.wire.values import Codes

LARGEST = 64 * 1024 * 1024
"""Bytes of a parcel: what is larger is no file of these."""


@dataclass(frozen=True)
class Own:
    """Who packs and opens: its name and private halves."""

    name: str
    signing: Ed25519PrivateKey = field(repr=False)
    identity: str = field(repr=False)

    @property
    def recipient(self) -> str:
        """What others seal to."""
        return str(pyrage.x25519.Identity.from_str(self.identity).to_public())


@dataclass(frozen=True, slots=True)
class Parcel:
    """An opened one: its head, SHA-256 of the whole (hex), and its records."""

    header: Header
    digest: str
    records: tuple[Any, ...]


def pack(
    own: Own,
    to: BodyCard,
    file_id: str,
    records: Iterable[Any],
    codes: Codes,
    place: ContainerPlace,
    at: str,
) -> bytes:
    """One file of BEYOND as a parcel in its place of the stream of its kind. Raises FileRefused
    for a record that its layout does not allow."""
    spec, rows = BEYOND[file_id], tuple(records)
    body = io.BytesIO()
    plain = io.BytesIO(encode_file(spec, rows, codes))
    facts = seal_body(plain, body, to.receiving, own.recipient)
    header = Header(
        version=1,
        sender=own.name,
        receiver=to.name,
        municipality="",
        file_id=spec.id,
        layout=spec.layout,
        layout_version=spec.version,
        stream=spec.id,
        epoch=place.epoch,
        sequence=place.sequence,
        previous=place.previous,
        id=f"{own.name}-{to.name}-{spec.id}-{place.epoch}-{place.sequence:06d}",
        count=len(rows),
        body=facts,
        created=at,
        signing_key=signing_id(own.signing),
    )
    return write_head(header, own.signing) + body.getvalue()


def head_of(data: bytes) -> Header:
    """A parcel's head as it stands, unverified: to find whom to verify it by."""
    if len(data) > LARGEST:
        raise ContainerRefused(ContainerCause.FORM)
    return peek(io.BytesIO(data))


def open_parcel(own: Own, sender: BodyCard, data: bytes, codes: Codes) -> Parcel:
    """Verify a parcel and read its records; its place in the stream is the caller's matter.

    Raises ContainerRefused with its cause, FileRefused, and UserError ``parcel.file`` for a file
    that this body does not take.
    """
    if len(data) > LARGEST:
        raise ContainerRefused(ContainerCause.FORM)
    layouts = {spec.id: (spec.layout, spec.versions) for spec in BEYOND.values()}
    keys = signing_keys(sender.signing)
    found = verify(io.BytesIO(data), Addressee(own.name, "", sender.name, keys, layouts))
    plain = io.BytesIO()
    identities = {recipient_id(own.recipient): own.identity}
    open_body(io.BytesIO(data), found, identities, plain)
    spec = BEYOND[found.header.file_id].at(found.header.layout_version)
    records = decode_file(spec, plain.getvalue(), codes)
    check_count(found.header, len(records))
    return Parcel(found.header, found.digest, records)


def digest_of(data: bytes) -> str:
    """SHA-256 of a whole parcel, in hex: what the next one of its stream names."""
    return hashlib.sha256(data).hexdigest()


def wrong_file(file_id: str) -> UserError:
    """A file that is not taken here."""
    return UserError(
        "parcel.file",
        f"{file_id} は、ここで受け取るファイルではありません。",
        "ファイルの種類と、送る先を確かめてください。",
    )
