"""The bytes of one control row (docs/auditing.md): a signed act with its content.

A row carries everything that proves it but the public keys, which earlier rows registered, and
the two of the founders, which its genesis names. So the same bytes can lie beside the rows of
this store and travel to another terminal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import cbor2

from app.security.acts.approval import Evidence
from app.security.acts.content import decode
from app.wire.heads import Head, chain_hash

ROW_FORMAT = 1


class RowError(ValueError):
    """A control row that proves nothing. ``code`` says why (``FINDINGS``)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


@dataclass(frozen=True, slots=True)
class ControlRow:
    """``what`` is the deterministic CBOR of (content, row versions), whose digest under ``salt``
    every signature covers. ``seal`` is the payload of the journal's first line in the row of a
    founding, the signature of the recovery key in that of a recovery, and empty in an act's."""

    what: bytes
    salt: bytes
    evidence: tuple[Evidence, ...]
    seal: bytes = b""

    def to_bytes(self) -> bytes:
        """Deterministic CBOR."""
        return cbor2.dumps(
            [
                ROW_FORMAT,
                self.seal,
                self.salt,
                self.what,
                [
                    [e.signed, e.credential_id, e.authenticator_data, e.client_data, e.signature]
                    for e in self.evidence
                ],
            ],
            canonical=True,
        )

    @property
    def content(self) -> Any:
        """The content in its plain form. Raises ``RowError`` ``form``."""
        try:
            content, _versions = decode(self.what)
        except (ValueError, TypeError) as cause:
            raise RowError("form") from cause
        return content


def read_row(body: bytes) -> ControlRow:
    """Read what ``to_bytes`` wrote. Raises ``RowError`` ``form``."""
    try:
        version, seal, salt, what, evidence = cbor2.loads(body)
        kept = tuple(Evidence(*parts) for parts in evidence)
    except (TypeError, ValueError, OverflowError, cbor2.CBORDecodeError) as cause:
        raise RowError("form") from cause
    parts = (seal, salt, what, *(part for one in kept for part in _bytes_of(one)))
    if version != ROW_FORMAT or not all(isinstance(part, bytes) for part in parts):
        raise RowError("form")
    return ControlRow(what, salt, kept, seal)


def _bytes_of(one: Evidence) -> tuple[bytes, ...]:
    return (one.signed, one.credential_id, one.authenticator_data, one.client_data, one.signature)


def after(head: Head, body: bytes) -> Head:
    """The head of the log when ``body`` is put behind ``head``."""
    number = head.number + 1
    return Head(number, chain_hash(head.hash, number, hashlib.sha256(body).digest()))
