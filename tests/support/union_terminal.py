"""A terminal as the union sees one: real keys, real TLS, containers of ``app.wire``; no store."""

from __future__ import annotations

import hashlib
import io
import secrets
import ssl
import tempfile
import weakref
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import pyrage
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from app.core.clock import JST
from app.core.tables import load_tables, shipped_tables
from app.wire import protocol
from app.wire.codec import decode_file
from app.wire.container import (
    Addressee,
    ContainerPlace,
    Header,
    first_place,
    open_body,
    seal_body,
    verify,
    write_head,
)
from app.wire.files import FILES, FileSpec
from app.wire.frame import Frame
from app.wire.heads import START, Head, LineDigest
from app.wire.keys import recipient_id, signing_id, signing_keys
from app.wire.protocol import (
    DownItem,
    DownList,
    EnrolmentState,
    EnrolmentStep,
    Refusal,
    Renewal,
    UploadStart,
    stream_of,
)
from app.wire.statements import (
    Acknowledgement,
    Contact,
    EnrolmentAnswer,
    EnrolmentRequest,
    Receipt,
    Settlement,
    open_signed,
    sign,
)
from app.wire.strict_cbor import decode, encode
from app.wire.values import code_sets
from tests.support.framed import FRAME, encode_file

TABLES = load_tables(shipped_tables())
CODES = code_sets(TABLES, date(2026, 11, 20))
MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=JST)


class RefusedError(Exception):
    """A refusal of the union with its status and body."""

    def __init__(self, status: int, refusal: Refusal, offset: str = "") -> None:
        super().__init__(f"{status} {refusal.cause} {refusal.message}")
        self.status = status
        self.cause = refusal.cause
        self.message = refusal.message
        self.offset = offset


@dataclass
class Sent:
    """A container and what it was made of."""

    id: str
    file_id: str
    place: ContainerPlace
    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def start(self) -> UploadStart:
        return UploadStart(
            self.file_id,
            stream_of(self.file_id),
            self.place.epoch,
            self.place.sequence,
            len(self.data),
            self.digest,
        )


@dataclass
class UnionTerminal:
    """One terminal. ``places`` keeps the next place of each stream it sends."""

    union: Any
    municipality: str = "152994"
    name: str = "窓口1"
    profile: str = "counter"
    tls_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    identity: Any = field(default_factory=pyrage.x25519.Identity.generate)
    places: dict[str, ContainerPlace] = field(default_factory=dict)
    answer: EnrolmentAnswer | None = None
    client: httpx.Client | None = None
    certificate: bytes = b""
    count: int = 0

    # --- enrolment

    def request(self, *, replaces: str = "", key: Ed25519PrivateKey | None = None) -> bytes:
        csr = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]))
            .sign(self.tls_key, hashes.SHA256())
        )
        request = EnrolmentRequest(
            municipality=self.municipality,
            terminal_name=self.name,
            profile=self.profile,
            csr=csr.public_bytes(serialization.Encoding.DER),
            signing=self.signing.public_key().public_bytes_raw(),
            receiving=str(self.identity.to_public()),
            replaces=replaces,
            at=MORNING.isoformat(),
        )
        return sign(request, key or self.signing)

    def ask_enrolment(self, request: bytes) -> EnrolmentState:
        with self._bare() as bare:
            return decode(EnrolmentState, _good(bare.post(protocol.ENROLMENTS, content=request)))

    def enrolment_state(self, request_id: str) -> EnrolmentState:
        with self._bare() as bare:
            found = bare.get(protocol.enrolment_path(request_id))
            return decode(EnrolmentState, _good(found))

    def enrol(self) -> UnionTerminal:
        """Request, both operators, answer, first connection."""
        state = self.ask_enrolment(self.request())
        assert state.step is EnrolmentStep.WAITING
        self.union.approve_waiting()
        self.accept(self.enrolment_state(state.id).answer)
        return self

    def accept(self, answer: bytes) -> None:
        """Take the union's answer and connect with the certificate in it."""
        union = bytes.fromhex(self.union.first.status()["signing"])
        self.answer = open_signed(EnrolmentAnswer, answer, signing_keys(union))
        self.connect(self.answer.certificate, self.tls_key)

    def renew(self, replaces: str = "") -> EnrolmentState:
        """New keys, vouched for by the present ones (``replaces``: named in their place)."""
        old, self.signing = self.signing, Ed25519PrivateKey.generate()
        self.tls_key = ec.generate_private_key(ec.SECP256R1())
        request = self.request(replaces=replaces or signing_id(old))
        signature = old.sign(protocol.RENEWAL_DOMAIN + request)
        body = encode(Renewal(request, signing_id(old), signature))
        return decode(EnrolmentState, self.ask("POST", protocol.RENEWALS, body))

    def connect(self, certificate: bytes, key: ec.EllipticCurvePrivateKey) -> None:
        """Speak with this certificate from now on."""
        self.close()
        context = _context(self.union.authorities)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with tempfile.TemporaryDirectory() as folder:
            pair = Path(folder) / "pair.pem"
            pair.write_bytes(certificate + pem)
            context.load_cert_chain(pair)
        self.client = httpx.Client(
            base_url=f"https://{self.union.address}", verify=context, trust_env=False, timeout=20
        )
        weakref.finalize(self, self.client.close)  # a test may forget it and leave nothing open

    def _bare(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"https://{self.union.address}",
            verify=_context(self.union.authorities),
            trust_env=False,
            timeout=20,
        )

    def close(self) -> None:
        if self.client is not None:
            self.client.close()

    @property
    def id(self) -> str:
        assert self.answer is not None
        return self.answer.terminal

    # --- requests

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> bytes:
        assert self.client is not None
        return _good(self.client.request(method, path, content=body, headers=headers))

    # --- up

    def build(
        self,
        file_id: str,
        records: list[Any],
        *,
        sent_id: str = "",
        place: ContainerPlace | None = None,
        spec: FileSpec | None = None,
        frame: Frame = FRAME,
        **header: Any,
    ) -> Sent:
        """A container of ``records``; ``header`` overrides what its header says."""
        assert self.answer is not None
        self.count += 1
        spec = spec or FILES[file_id]
        if frame is FRAME:  # each sending is an edition of its own
            frame = replace(FRAME, sender=f"{self.id}-1", edition=self.count)
        where = place or self.places.get(file_id, first_place(self.answer.epoch))
        plain = encode_file(spec, records, CODES, frame)
        body = io.BytesIO()
        facts = seal_body(
            io.BytesIO(plain), body, self.answer.union_receiving, self.answer.archive_receiving
        )
        values: dict[str, Any] = {
            "version": 1,
            "sender": self.id,
            "receiver": self.answer.union,
            "municipality": self.municipality,
            "file_id": file_id,
            "layout": spec.layout,
            "layout_version": spec.version,
            "stream": stream_of(file_id),
            "epoch": where.epoch,
            "sequence": where.sequence,
            "previous": where.previous,
            "id": sent_id or f"{self.id}-1-{self.count:06d}",
            "count": len(records),
            "body": facts,
            "created": MORNING.isoformat(),
            "signing_key": signing_id(self.signing),
        }
        made = Header(**{**values, **header})
        return Sent(made.id, file_id, where, write_head(made, self.signing) + body.getvalue())

    def upload(self, sent: Sent, *, chunk: int = 64 * 1024) -> None:
        """Everything but the last word."""
        self.ask("POST", protocol.upload_path(sent.id), encode(sent.start))
        for offset in range(0, len(sent.data), chunk):
            self.ask(
                "PATCH",
                protocol.upload_path(sent.id),
                sent.data[offset : offset + chunk],
                {protocol.UPLOAD_OFFSET: str(offset)},
            )

    def complete(self, sent: Sent) -> Receipt:
        data = self.ask("POST", protocol.complete_path(sent.id))
        receipt = open_signed(Receipt, data, self.union_keys)
        if receipt.settlement is Settlement.ACCEPTED:
            self.places[sent.file_id] = ContainerPlace(
                sent.place.epoch, sent.place.sequence + 1, sent.digest
            )
        return receipt

    def send(self, file_id: str, records: list[Any], **header: Any) -> Receipt:
        """Build, send whole, and take the receipt."""
        sent = self.build(file_id, records, **header)
        self.upload(sent)
        return self.complete(sent)

    @property
    def union_keys(self) -> Any:
        assert self.answer is not None
        return signing_keys(*self.answer.union_signing)

    # --- down

    def waiting(self) -> tuple[DownItem, ...]:
        return decode(DownList, self.ask("GET", protocol.DOWN)).items

    def fetch(self, item: DownItem) -> bytes:
        data = b""
        while len(data) < item.size:
            last = min(item.size, len(data) + protocol.CHUNK) - 1
            data += self.ask(
                "GET",
                protocol.download_path(item.id),
                headers={"Range": f"bytes={len(data)}-{last}"},
            )
        return data

    def open(self, data: bytes) -> tuple[Header, tuple[Any, ...]]:
        """Verify and decrypt a container of the union."""
        assert self.answer is not None
        addressee = Addressee(
            receiver=self.id,
            municipality=self.municipality,
            sender=self.answer.union,
            keys=self.union_keys,
            layouts={key: (spec.layout, spec.versions) for key, spec in FILES.items()},
        )
        source = io.BytesIO(data)
        verified = verify(source, addressee)
        source.seek(0)
        plain = io.BytesIO()
        mine = {recipient_id(str(self.identity.to_public())): str(self.identity)}
        open_body(source, verified, mine, plain)
        spec = FILES[verified.header.file_id]
        return verified.header, decode_file(spec, plain.getvalue(), CODES)

    def acknowledge(self, item: DownItem, settlement: Settlement = Settlement.ACCEPTED) -> None:
        statement = Acknowledgement(
            id=item.id,
            digest=item.digest,
            terminal=self.id,
            stream=item.stream,
            epoch=item.epoch,
            sequence=item.sequence,
            settlement=settlement,
            cause="",
            applied=1,
            dropped=0,
            at=MORNING.isoformat(),
        )
        self.ask("POST", protocol.acknowledge_path(item.id), sign(statement, self.signing))

    def receive(self, file_id: str) -> list[Any]:
        """All waiting records of a file, acknowledged."""
        records: list[Any] = []
        for item in self.waiting():
            if item.file_id == file_id:
                records += self.open(self.fetch(item))[1]
                self.acknowledge(item)
        return records

    # --- heads

    def contact(
        self, since: Head = START, bodies: tuple[bytes, ...] = (), **values: Any
    ) -> protocol.ContactAnswer:
        lines = tuple(
            LineDigest(since.number + number, hashlib.sha256(body).digest())
            for number, body in enumerate(bodies, start=1)
        )
        said: dict[str, Any] = {
            "municipality": self.municipality,
            "terminal": self.id,
            "store": "S-1",
            "epoch": 1,
            "nonce": secrets.token_bytes(32),
            "since": since,
            "lines": lines,
            "control": 0,
            "at": MORNING.isoformat(),
        }
        data = self.ask("POST", protocol.CONTACT, sign(Contact(**{**said, **values}), self.signing))
        return decode(protocol.ContactAnswer, data)


def _context(authorities: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authorities.decode("ascii"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _good(answer: httpx.Response) -> bytes:
    if answer.is_success:
        return answer.content
    offset = answer.headers.get(protocol.UPLOAD_OFFSET, "")
    raise RefusedError(answer.status_code, decode(Refusal, answer.content), offset)
