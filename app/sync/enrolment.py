"""Enrolling a terminal with the union (端末の登録), and renewing it (DESIGN 6; SEC-31, SEC-70).

The terminal makes three pairs (TLS, signing, receiving) inside the store and asks with their
public halves. Two operators of the union approve; two supervisors compare the fingerprint and
take the answer by touch. A renewal is signed by the key in force; the receiving key before it
stays, so that what was sealed to it can still be opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyrage
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from app.core.errors import EnvironmentFault, UserError
from app.sync import first_load
from app.sync.terminal_keys import (
    LineFacts,
    Rows,
    TerminalKeys,
    read_values,
    recipient_of,
    remove_values,
    write_facts,
    write_values,
)
from app.sync.transport import HttpsLine, trusting
from app.wire.keys import SigningKeys, key_id, recipient_id, signing_keys
from app.wire.protocol import RENEWAL_DOMAIN, Renewal
from app.wire.statements import (
    EnrolmentAnswer,
    EnrolmentRequest,
    open_self_signed,
    open_signed,
    peek,
    request_fingerprint,
    sign,
)

_PENDING = ("pending.tls", "pending.signing", "pending.receiving", "pending.request")
_PROFILES = ("counter", "branch", "relay")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that lies in the store. ``fingerprint`` is compared by eye with what the
    union's operators see; ``statement`` is what is sent."""

    statement: bytes
    fingerprint: str
    request: EnrolmentRequest


@dataclass(frozen=True, slots=True)
class Taken:
    """What the terminal became. It is opened anew afterwards, under its number."""

    terminal: str
    municipality: str
    union: str
    valid_to: str


def open_unenrolled(host: str, authorities: bytes) -> HttpsLine:
    """A line without a client certificate, for the first request only. ``authorities`` is the
    union's certificate (PEM), handed over by its operators. Raises LineFault."""
    return HttpsLine(host, (host,), trusting(authorities))


def ask(
    work: Rows,
    *,
    municipality: str,
    terminal_name: str,
    profile: str,
    at: datetime,
    replaces: TerminalKeys | None = None,
    courier: str = "",
) -> Asked:
    """Make the three pairs and the signed request, and keep them as pending.

    ``courier`` is an age recipient: what comes for this terminal is sealed to that one, and this
    terminal can open none of it (the relay, DESIGN 6).

    A request that is pending already is replaced: its keys were never used. Raises UserError
    ``enrol.profile`` for a profile that does not exist.
    """
    if profile not in _PROFILES:
        raise UserError(
            "enrol.profile",
            f"端末の種類「{profile}」はありません。",
            f"{'・'.join(_PROFILES)} のどれかを選んでください。",
            field="profile",
        )
    tls = ec.generate_private_key(ec.SECP256R1())
    signing = Ed25519PrivateKey.generate()
    receiving = None if courier else pyrage.x25519.Identity.generate()
    request = EnrolmentRequest(
        municipality=municipality,
        terminal_name=terminal_name,
        profile=profile,
        csr=_csr(tls, municipality),
        signing=signing.public_key().public_bytes_raw(),
        receiving=courier if receiving is None else str(receiving.to_public()),
        replaces=key_id(_public(replaces)) if replaces is not None else "",
        at=at.isoformat(timespec="seconds"),
    )
    statement = sign(request, signing)
    write_values(
        work,
        {
            "pending.tls": tls.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            "pending.signing": signing.private_bytes_raw(),
            "pending.receiving": b"" if receiving is None else str(receiving).encode("ascii"),
            "pending.request": statement,
        },
    )
    return Asked(statement, request_fingerprint(request), request)


def pending(work: Rows) -> Asked | None:
    """The request that waits for its answer, if there is one."""
    statement = read_values(work).get("pending.request")
    if statement is None:
        return None
    request = open_self_signed(statement)
    return Asked(statement, request_fingerprint(request), request)


def note_request(work: Rows, request_id: str) -> None:
    """Keep the number under which the union holds the pending request."""
    write_values(work, {"pending.id": request_id.encode("ascii")})


def noted_request(work: Rows) -> str:
    """The number kept by ``note_request``, or ""."""
    return read_values(work).get("pending.id", b"").decode("ascii")


def renewal_of(asked: Asked, keys: TerminalKeys) -> Renewal:
    """The request signed again as a whole by the signing key in force."""
    signature = keys.signing_key.sign(RENEWAL_DOMAIN + asked.statement)
    return Renewal(asked.statement, key_id(_public(keys)), signature)


def check_answer(
    data: bytes, asked: Asked, authorities: bytes, known: SigningKeys | None = None
) -> EnrolmentAnswer:
    """The union's answer to ``asked``, after every check that can be made here.

    The first time the answer names the key that signs it and is believed because it came over
    a line to the authority handed over by the operators; a renewal (``known``) must be signed
    by a key known before. Raises EnvironmentFault ``enrol.answer`` (it answers another request
    or contradicts it), ``enrol.certificate``, or StatementRefused.
    """
    keys = known if known is not None else _named_keys(data)
    answer = open_signed(EnrolmentAnswer, data, keys)
    told = (answer.fingerprint, answer.municipality, answer.profile)
    if told != (asked.fingerprint, asked.request.municipality, asked.request.profile):
        raise _wrong_answer()
    if known is None and answer.authorities.strip() != authorities.strip():
        raise _wrong_answer()
    _check_certificate(answer, asked.request)
    return answer


def take(work: Rows, answer: EnrolmentAnswer) -> Taken:
    """Put the pending keys in force with what the answer brought; one transaction.

    Raises EnvironmentFault ``enrol.no_request`` when nothing is pending.
    """
    held = read_values(work)
    if any(name not in held for name in _PENDING):
        raise EnvironmentFault(
            "enrol.no_request",
            "広域連合へ出した登録の申請が、この端末にありません。",
            "申請からやり直してください。",
        )
    write_values(
        work,
        {
            "tls": held["pending.tls"],
            "tls_certificate": answer.certificate,
            "authorities": answer.authorities,
            "signing": held["pending.signing"],
            "union_signing": b"".join(answer.union_signing),
            **_receiving(held["pending.receiving"]),
        },
        valid_to=answer.valid_to,
    )
    remove_values(work, (*_PENDING, "pending.id"))
    if "tls" not in held and answer.profile != "relay":
        first_load.begin(work)  # a renewal finds everything here; a relay opens nothing
    facts = LineFacts(
        municipality=answer.municipality,
        terminal=answer.terminal,
        union=answer.union,
        union_receiving=answer.union_receiving,
        archive_receiving=answer.archive_receiving,
        hosts=answer.hosts,
        valid_to=answer.valid_to,
    )
    write_facts(work, facts)
    for name, value in (
        ("terminal", answer.terminal),
        ("profile", answer.profile),
        ("terminal_state", "registered"),
    ):
        work.set_fact(name, value)
    return Taken(answer.terminal, answer.municipality, answer.union, answer.valid_to)


def _receiving(identity: bytes) -> dict[str, bytes]:
    """The row of the receiving half; none where another side opens what comes."""
    if not identity:
        return {}
    return {f"receiving:{recipient_id(recipient_of(identity))}": identity}


def days_left(facts: LineFacts, now: datetime) -> int:
    """Whole days until the certificate ends; negative when it has ended."""
    return (datetime.fromisoformat(facts.valid_to) - now).days


def _csr(tls: ec.EllipticCurvePrivateKey, municipality: str) -> bytes:
    # The union writes the terminal's name into the certificate; here stands only whose it is.
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, municipality)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name)
    return request.sign(tls, hashes.SHA256()).public_bytes(Encoding.DER)


def _public(keys: TerminalKeys) -> bytes:
    return keys.signing_key.public_key().public_bytes_raw()


def _named_keys(data: bytes) -> SigningKeys:
    """The keys that an answer itself names, unverified: to verify it with one of them."""
    answer = peek(EnrolmentAnswer, data)
    try:
        return signing_keys(*answer.union_signing)
    except ValueError as cause:
        raise _wrong_answer() from cause


def _check_certificate(answer: EnrolmentAnswer, request: EnrolmentRequest) -> None:
    """The certificate is for our key and from the authority the answer names."""
    try:
        certificate = x509.load_pem_x509_certificate(answer.certificate)
        authorities = x509.load_pem_x509_certificates(answer.authorities)
        ours = x509.load_der_x509_csr(request.csr).public_key()
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if certificate.public_key().public_bytes(*form) != ours.public_bytes(*form):
            raise ValueError("another key")
        _issued(certificate, authorities)
        pyrage.x25519.Recipient.from_str(answer.union_receiving)
        pyrage.x25519.Recipient.from_str(answer.archive_receiving)
        if not answer.hosts or not all(len(half) == 32 for half in answer.union_signing):
            raise ValueError("incomplete")
    except (ValueError, TypeError, InvalidSignature, pyrage.RecipientError) as cause:
        raise EnvironmentFault(
            "enrol.certificate",
            "広域連合の答えにある証明書や鍵が、この端末の申請と合いません。",
            "登録していません。広域連合の担当者に、申請の番号を伝えて確かめてください。",
        ) from cause


def _issued(certificate: x509.Certificate, authorities: list[x509.Certificate]) -> None:
    for authority in authorities:
        if authority.subject == certificate.issuer:
            certificate.verify_directly_issued_by(authority)
            return
    raise ValueError("no such issuer")


def _wrong_answer() -> EnvironmentFault:
    return EnvironmentFault(
        "enrol.answer",
        "広域連合の答えが、この端末の申請への答えではありません。",
        "登録していません。照合コード（数字の並び）を広域連合の担当者と読み合わせてください。",
    )
