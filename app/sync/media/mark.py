"""Whether a medium is ours: hardware serial and our signed mark together (SEC-79, SEC-81).

The mark lies on the medium and names the serial of the hardware it was made for, so a byte copy
on another stick is another stick. It is signed by a key of this store made for marks alone, which
no renewal of the line's keys touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Row

from app.core.errors import EnvironmentFault, UserError
from app.sync.media.faults import media_fault, media_refusal
from app.sync.media.files import opened, write_file
from app.sync.media.port import Attached
from app.sync.terminal_keys import Rows, read_values, write_values
from app.wire.keys import signing_keys
from app.wire.statements import open_signed, sign
from app.wire.strict_cbor import MalformedBody

MARK = "medium.mark"
KEY_NAME = "media_signing"
_LONGEST = 16 * 1024


@dataclass(frozen=True, slots=True)
class MediumMark:
    """登録の印: which medium of which municipality this is, and on which hardware."""

    id: str
    serial: str
    municipality: str
    label: str
    at: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A medium that is plugged in, and what it is here. ``fault`` is why it is not used, None
    when it is ours; ``medium_id`` and ``label`` are those of its row, "" when it has none."""

    attached: Attached
    medium_id: str = ""
    label: str = ""
    encrypts: bool = False
    fault: UserError | EnvironmentFault | None = None


def mark_key(work: Rows, *, make: bool = False) -> Ed25519PrivateKey | None:
    """This store's key for marks; with ``make`` it is made when there is none."""
    held = read_values(work).get(KEY_NAME)
    if held is not None:
        return Ed25519PrivateKey.from_private_bytes(held)
    if not make:
        return None
    key = Ed25519PrivateKey.generate()
    write_values(work, {KEY_NAME: key.private_bytes_raw()})
    return key


def public_half(key: Ed25519PrivateKey) -> bytes:
    """The half by which marks are checked."""
    return key.public_key().public_bytes_raw()


def write_mark(attached: Attached, mark: bytes) -> None:
    """Put the signed mark on the medium. Raises as ``write_file``."""
    write_file(attached, "", MARK, lambda out: out.write(mark))


def signed_mark(mark: MediumMark, key: Ed25519PrivateKey) -> bytes:
    """The bytes of a mark."""
    return sign(mark, key)


def judged(
    found: Iterable[Attached], rows: Mapping[str, Row[Any]], public: bytes, municipality: str
) -> tuple[Judged, ...]:
    """What each medium that is plugged in is. ``rows`` are those of ``medium`` by id, ``public``
    the half of the mark's key (b"" before the first mark was made)."""
    media = tuple(found)
    serials = [one.serial for one in media]
    return tuple(
        Judged(one, fault=media_refusal("same_serial"))
        if one.serial and serials.count(one.serial) > 1
        else _judge(one, rows, public, municipality)
        for one in media
    )


def _judge(
    attached: Attached, rows: Mapping[str, Row[Any]], public: bytes, municipality: str
) -> Judged:
    if not attached.serial:
        return Judged(attached, fault=media_refusal("no_serial"))
    by_serial = [row for row in rows.values() if row.serial == attached.serial]
    live = next((row for row in by_serial if row.state == "registered"), None)
    try:
        data = _read_mark(attached)
    except (UserError, EnvironmentFault) as fault:
        return Judged(attached, fault=fault)
    if data is None:
        lost = live is not None
        return Judged(attached, fault=media_refusal("mark_lost" if lost else "unregistered"))
    try:
        mark = open_signed(MediumMark, data, signing_keys(public) if public else {})
    except (EnvironmentFault, MalformedBody):
        return Judged(attached, fault=media_refusal("mark_forged"))
    row = rows.get(mark.id)
    if row is None or bytes(row.mark) != data:
        return Judged(attached, fault=media_refusal("mark_forged"))
    known = Judged(attached, row.id, row.label, bool(row.encrypts))
    if mark.serial != attached.serial or row.serial != attached.serial:
        return Judged(attached, fault=media_refusal("copied"))
    if row.state != "registered":
        return Judged(attached, row.id, row.label, fault=media_refusal("disposed"))
    if mark.municipality != municipality:
        return Judged(attached, row.id, row.label, fault=media_refusal("other_municipality"))
    return known


def _read_mark(attached: Attached) -> bytes | None:
    if not attached.mount.is_dir():
        raise media_fault(FileNotFoundError(str(attached.mount)))
    try:
        with opened(attached, "", MARK) as source:
            return source.read(_LONGEST)
    except UserError as fault:
        if fault.code == "media.no_file":
            return None
        raise
