"""What a touch signs, and whether an approval is one (承認, DESIGN 5 "A touch signs").

An approval proves that this key signed these bytes. It does not prove what an eye saw.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import cbor2

from app.security.authenticators.port import Assertion

__all__ = [
    "NO_SUBJECT",
    "Approval",
    "Assertion",
    "AssertionCheck",
    "Confirmed",
    "Credential",
    "Evidence",
    "Role",
    "SignedAct",
    "Subject",
    "challenge_of",
    "read_signed",
    "sentence_digest",
]

ACT_DOMAIN = b"madoguchi-act-v1"
FORMAT_VERSION = 1


class Role(StrEnum):
    """As what somebody takes part in an act: 操作者, 確認者, 責任者."""

    ACTOR = "actor"
    CONFIRMER = "confirmer"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's touch over one prepared act, made by the device worker."""

    staff_id: str
    role: Role
    assertion: Assertion


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act is about. ``kind``: person, case, certificate, list, staff, grant, setting
    or none; ``key``: an id of ours, never a number or a name."""

    kind: str
    key: str = ""

    @classmethod
    def none(cls) -> Subject:
        """An act about nothing in particular."""
        return NO_SUBJECT


NO_SUBJECT = Subject("none")


@dataclass(frozen=True, slots=True)
class SignedAct:
    """The fields under one signature. Digests are 32 bytes; ``at`` is ISO text with offset;
    ``head_number`` and ``head_hash`` are the journal's head when the act was prepared."""

    store_id: str
    terminal: str
    epoch: int
    nonce: bytes
    head_number: int
    head_hash: bytes
    function_id: str
    registry: str
    staff_id: str
    role: Role
    subject: Subject
    purpose: str
    content_digest: bytes
    sentence_digest: bytes
    document_digest: bytes
    grant_id: str
    at: str

    def to_bytes(self) -> bytes:
        """The deterministic CBOR that the journal keeps."""
        return cbor2.dumps(
            [
                FORMAT_VERSION,
                self.store_id,
                self.terminal,
                self.epoch,
                self.nonce,
                self.head_number,
                self.head_hash,
                self.function_id,
                self.registry,
                self.staff_id,
                self.role.value,
                self.subject.kind,
                self.subject.key,
                self.purpose,
                self.content_digest,
                self.sentence_digest,
                self.document_digest,
                self.grant_id,
                self.at,
            ],
            canonical=True,
        )

    @property
    def challenge(self) -> bytes:
        """The 32 bytes that the key is asked to sign."""
        return challenge_of(self.to_bytes())


def challenge_of(signed: bytes) -> bytes:
    """The challenge over kept bytes, as the verifier of a journal recomputes it."""
    return hashlib.sha256(ACT_DOMAIN + signed).digest()


def sentence_digest(sentence: str) -> bytes:
    """SHA-256 of the Japanese sentence shown before the touch, in UTF-8."""
    return hashlib.sha256(sentence.encode()).digest()


def read_signed(signed: bytes) -> SignedAct:
    """The fields of kept bytes. Raises ``ValueError`` for bytes of another form."""
    try:
        fields = cbor2.loads(signed)
        version, *rest = fields
        if version != FORMAT_VERSION:
            raise ValueError(f"signed act of format {version}")
        (
            store_id,
            terminal,
            epoch,
            nonce,
            head_number,
            head_hash,
            function_id,
            registry,
            staff_id,
            role,
            subject_kind,
            subject_key,
            purpose,
            content_digest,
            shown_digest,
            document_digest,
            grant_id,
            at,
        ) = rest
    except (TypeError, cbor2.CBORDecodeError) as cause:
        raise ValueError("not the bytes of a signed act") from cause
    return SignedAct(
        store_id,
        terminal,
        epoch,
        nonce,
        head_number,
        head_hash,
        function_id,
        registry,
        staff_id,
        Role(role),
        Subject(subject_kind, subject_key),
        purpose,
        content_digest,
        shown_digest,
        document_digest,
        grant_id,
        at,
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept of an approval: the signed bytes and the authenticator's answer."""

    signed: bytes
    credential_id: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    @classmethod
    def of(cls, signed: bytes, assertion: Assertion) -> Evidence:
        """The kept form of one person's touch over ``signed``."""
        return cls(
            signed,
            bytes(assertion.credential_id),
            bytes(assertion.authenticator_data),
            bytes(assertion.client_data),
            bytes(assertion.signature),
        )


@dataclass(frozen=True, slots=True)
class Credential:
    """A registered public key as an approval is checked against it."""

    id: bytes
    staff_id: str
    public_key: bytes
    counter: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A checked approval: who, as what, the key's new counter (None for a touch that was checked
    and counted on an earlier day), and what is kept."""

    staff_id: str
    role: Role
    counter: int | None
    verified: bool
    evidence: Evidence


class AssertionCheck(Protocol):
    """``app.security.authenticators.verify.verify_assertion``."""

    def __call__(
        self,
        public_key: bytes,
        rp_id: str,
        challenge: bytes,
        assertion: Assertion,
        *,
        require_uv: bool,
        stored_counter: int | None,
    ) -> int: ...
