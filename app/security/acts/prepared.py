"""A prepared act (準備された操作): everything an approval covers, and nothing that runs yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.security.acts.approval import Role, SignedAct, Subject, challenge_of, sentence_digest
from app.security.acts.content import encode, salted_digest
from app.security.spec import Function, SecondPerson, StepUp
from app.security.staff.session import Session
from app.wire.heads import Head


@dataclass(frozen=True, slots=True)
class RowVersion:
    """A row that the person saw, by its primary key, and the ``version`` it had then."""

    table: str
    key: str | tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class WithDocument:
    """An act's content with the document that belongs to it: ``digest`` is SHA-256 of the PDF,
    of the values as sent, or of a batch's manifest; a touch signs it too."""

    content: object
    digest: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """What the device worker needs for one touch. ``verify``: PIN, fingerprint or face is
    asked (``uv``), not presence alone."""

    staff_id: str
    role: Role
    rp_id: str
    challenge: bytes
    credential_ids: tuple[bytes, ...]
    verify: bool


@dataclass(frozen=True, slots=True)
class PreparedAct:
    """What ``gate.prepare`` hands out. Frozen, sealed by the gate that made it: an altered
    copy is refused whether it was signed or not. Valid on the day it was prepared.

    One that waited for its second person (``gate.resume``) is valid on the day of ``seconded_at``,
    the moment that the second person signs; ``carrier`` is whose session carries it out then."""

    function: Function
    session: Session
    subject: Subject
    purpose: str
    content: object
    sentence: str
    versions: tuple[RowVersion, ...]
    digest: bytes
    store_id: str
    terminal: str
    epoch: int
    registry: str
    nonce: bytes
    salt: bytes
    head: Head
    grant_id: str
    at: str
    needs: tuple[Role, ...]
    credential_ids: tuple[bytes, ...]
    rp_id: str
    verify: bool
    seconded_at: str = ""
    carrier: Session | None = None
    seal: bytes = field(default=b"", repr=False)

    def signed(self, staff_id: str, role: Role, grant_id: str) -> bytes:
        """The bytes that this person signs in this role, under that right."""
        return SignedAct(
            store_id=self.store_id,
            terminal=self.terminal,
            epoch=self.epoch,
            nonce=self.nonce,
            head_number=self.head.number,
            head_hash=self.head.hash,
            function_id=self.function.id,
            registry=self.registry,
            staff_id=staff_id,
            role=role,
            subject=self.subject,
            purpose=self.purpose,
            content_digest=self.content_digest(),
            sentence_digest=sentence_digest(self.sentence),
            document_digest=self.digest,
            grant_id=grant_id,
            at=self.at if role is Role.ACTOR else self.moment,
        ).to_bytes()

    @property
    def moment(self) -> str:
        """When the last one signs (ISO): the moment of the act."""
        return self.seconded_at or self.at

    def sealed_bytes(self) -> bytes:
        """Everything that was handed out, in one form, for the seal of the gate that made it:
        what is signed, and beside it what is asked and of whom."""
        own = self.signed(self.session.staff_id, Role.ACTOR, self.grant_id)
        session = (self.session.id, self.session.staff_id, self.session.staff_name)
        asked = (self.needs, self.credential_ids, self.rp_id, self.verify, self.sentence)
        carried = (self.seconded_at, self.carrier.id if self.carrier is not None else "")
        return encode((own, repr(self.function), session, asked, self.salt, carried))

    def content_digest(self) -> bytes:
        """SHA-256(salt ‖ content and row versions)."""
        return salted_digest(self.salt, (self.content, self.versions))

    @property
    def challenge(self) -> bytes:
        """The 32 bytes for the operator's own key; others are asked by ``gate.ask``."""
        return challenge_of(self.signed(self.session.staff_id, Role.ACTOR, self.grant_id))

    @property
    def own_ask(self) -> Ask:
        """What the device worker needs for the operator's own touch."""
        return Ask(
            self.session.staff_id,
            Role.ACTOR,
            self.rp_id,
            self.challenge,
            self.credential_ids,
            self.verify,
        )


def roles_needed(function: Function) -> tuple[Role, ...]:
    """Who must approve a function's acts, the operator first."""
    own = (Role.ACTOR,) if function.step_up is StepUp.TOUCH else ()
    second = {
        SecondPerson.NONE: (),
        SecondPerson.CONFIRM: (Role.CONFIRMER,),
        SecondPerson.SUPERVISOR: (Role.SUPERVISOR,),
    }[function.second_person]
    return own + second
