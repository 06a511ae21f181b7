"""Which terminals may speak with the union: request, two operators, certificate, withdrawal.

DESIGN 6; SEC-31, SEC-70. A request comes without client certificate and gives nothing; two
different operators of the union approve it by name; only then are certificate, keys, terminal
number and allow list answered. A withdrawn terminal is refused at its next request.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyrage
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, Row, func, insert, or_, select, true, update

from app.core.errors import MadoguchiError, UserError
from app.peers.union import door
from app.peers.union.keys import issue
from app.peers.union.line.refusal import Refused
from app.peers.union.system import System, log_act, next_value
from app.peers.union.tables import (
    credential,
    ended_terminal,
    enrolment,
    enrolment_approval,
    municipality,
    terminal,
)
from app.wire.keys import key_id, signing_keys
from app.wire.protocol import (
    RENEWAL_DOMAIN,
    Cause,
    EnrolmentState,
    EnrolmentStep,
    Renewal,
    is_id,
)
from app.wire.statements import (
    EnrolmentAnswer,
    EnrolmentRequest,
    open_self_signed,
    request_fingerprint,
    sign,
)
from app.wire.strict_cbor import decode

MOST_WAITING = 200
"""Requests that may wait at once; anybody on the line can make one."""
MOST_BY_ADDRESS = 50
"""Those of one address: whoever fills his share leaves the others theirs."""
WAITING_DAYS = 14
"""After so many days a request that nobody decided has lapsed; the terminal asks anew."""
_LARGEST_REQUEST = 16 * 1024
_LONGEST_NAME = 100
_LAPSED = (
    f"{WAITING_DAYS}日のうちに承認されなかったため、この申請は取り下げになりました。"
    "もう一度申請してください。"
)
_TAKEN = (
    "この申請の鍵は、登録済みの端末のものです。端末で新しい鍵を作って、もう一度申請してください。"
)
APPROVERS = 2
_WAITING = EnrolmentStep.WAITING.value


@dataclass(frozen=True, slots=True)
class Caller:
    """The terminal that a client certificate stands for."""

    terminal: str
    municipality: str
    certificate: str


def caller_of(
    system: System, connection: Connection, certificate: str, *, ending: bool = False
) -> Caller:
    """Whose certificate (SHA-256 of its DER, hex) this is. ``ending``: a terminal that ended
    itself may say so again.

    Raises Refused: no certificate, one that is not in the register, was withdrawn or has run out,
    a terminal whose enrolment was withdrawn.
    """
    if not certificate:
        raise Refused(Cause.NO_CERTIFICATE)
    row = connection.execute(
        select(
            terminal.c.id,
            terminal.c.municipality,
            terminal.c.state,
            credential.c.valid_to,
            credential.c.withdrawn_at,
        )
        .join_from(credential, terminal, credential.c.terminal == terminal.c.id)
        .where(credential.c.fingerprint == certificate)
    ).first()
    if row is None:
        raise Refused(Cause.UNKNOWN_TERMINAL)
    if row.state != "active" and not (ending and _has_ended_itself(connection, row.id)):
        raise Refused(Cause.WITHDRAWN)
    if row.withdrawn_at:
        raise Refused(Cause.CERTIFICATE_WITHDRAWN)
    if datetime.fromisoformat(row.valid_to) < system.clock.now():
        raise Refused(Cause.EXPIRED)
    return Caller(row.id, row.municipality, certificate)


def _has_ended_itself(connection: Connection, terminal_id: str) -> bool:
    found = select(ended_terminal.c.terminal).where(ended_terminal.c.terminal == terminal_id)
    return connection.execute(found).first() is not None


def signing_publics(system: System, connection: Connection, terminal_id: str) -> tuple[bytes, ...]:
    """The terminal's public signing halves that have not run out and were not withdrawn: renewal
    overlaps, so there may be several."""
    found = select(credential.c.signing, credential.c.valid_to).where(
        credential.c.terminal == terminal_id, credential.c.withdrawn_at == ""
    )
    now = system.clock.now()
    return tuple(
        row.signing
        for row in connection.execute(found)
        if datetime.fromisoformat(row.valid_to) >= now
    )


def receiving_of(connection: Connection, terminal_id: str) -> str:
    """The age recipient that the terminal named last. Where every certificate was withdrawn it is
    the last one's all the same: what waits is opened with it once there is a new one."""
    found = (
        select(credential.c.receiving)
        .where(credential.c.terminal == terminal_id)
        .order_by(credential.c.withdrawn_at != "", credential.c.position.desc())
        .limit(1)
    )
    return str(connection.execute(found).scalar_one())


def receive_request(system: System, data: bytes, address: str) -> EnrolmentState:
    """Keep a new terminal's request until two operators decide; said again, it is the same one.
    ``address`` is where it came from. Raises Refused: for keys that a terminal has already, too."""
    request = _checked(data)
    with system.database.write() as connection:
        if not _known_municipality(connection, request.municipality):
            raise Refused(Cause.MALFORMED, "この広域連合の市区町村ではありません。")
        _let_lapse(system, connection)
        before = _said_before(connection, data)
        if before is not None:
            return before
        if _is_taken(connection, request):
            raise Refused(Cause.OTHER_CONTENT, _TAKEN)
        for most, those in (
            (MOST_WAITING, true()),
            (MOST_BY_ADDRESS, enrolment.c.address == address),
        ):
            waiting = select(func.count()).where(enrolment.c.step == _WAITING, those)
            if connection.execute(waiting).scalar_one() >= most:
                raise Refused(Cause.BUSY)
        return _keep(system, connection, data, request, "", address)


def receive_renewal(system: System, caller: Caller, data: bytes) -> EnrolmentState:
    """New keys for a terminal whose present key vouches for them; the old ones go on holding
    until they run out. Anything wider than before is refused. Raises Refused."""
    try:
        renewal = decode(Renewal, data)
    except MadoguchiError as cause:
        raise Refused(Cause.MALFORMED) from cause
    request = _checked(renewal.request)
    with system.database.write() as connection:
        before = _said_before(connection, renewal.request)
        if before is not None:  # the answer was lost on the way
            return before
        keys = signing_keys(*signing_publics(system, connection, caller.terminal))
        key = keys.get(renewal.key)
        if key is None or request.replaces != renewal.key:
            raise Refused(Cause.BAD_SIGNATURE)
        try:
            key.verify(renewal.signature, RENEWAL_DOMAIN + renewal.request)
        except Exception as cause:
            raise Refused(Cause.BAD_SIGNATURE) from cause
        row = connection.execute(select(terminal).where(terminal.c.id == caller.terminal)).one()
        same = (row.municipality, row.profile) == (request.municipality, request.profile)
        if not same:
            raise Refused(Cause.MALFORMED, "更新では市区町村と端末の種類を変えられません。")
        if _is_taken(connection, request, caller.terminal):
            raise Refused(Cause.OTHER_CONTENT, _TAKEN)
        state = _keep(system, connection, renewal.request, request, caller.terminal, "")
        _answer(system, connection, state.id)
        log_act(system, connection, caller.terminal, "renew", caller.terminal)
        return _state(connection, state.id)


def state_of(system: System, request_id: str) -> EnrolmentState:
    """Where a request stands. Raises Refused for an id that nobody was given."""
    with system.database.read() as connection:
        return _state(connection, request_id)


def approve(system: System, operator: str, request_id: str) -> EnrolmentState:
    """One operator's approval; the second different one makes the terminal.

    Raises UserError: unknown or decided request, the same operator twice.
    """
    with system.database.write() as connection:
        row = _waiting(system, connection, request_id)
        if _is_taken(connection, open_self_signed(row.request)):
            raise UserError(
                "union.key_taken",
                "この申請の鍵は、ほかの申請で登録済みの端末のものになっています。",
                "この申請は却下し、端末で新しい鍵を作って申請し直すよう伝えてください。",
            )
        given = connection.execute(
            select(enrolment_approval.c.operator).where(
                enrolment_approval.c.enrolment == request_id
            )
        ).scalars()
        names = set(given)
        if operator in names:
            raise UserError(
                "union.approved_already",
                f"{operator} はこの申請をもう承認しています。",
                "もう一人の担当者が承認してください。",
            )
        connection.execute(
            insert(enrolment_approval).values(
                enrolment=request_id, operator=operator, at=system.now()
            )
        )
        log_act(system, connection, operator, "approve", request_id, fingerprint=row.fingerprint)
        if len(names) + 1 >= APPROVERS:
            _answer(system, connection, request_id)
        return _state(connection, request_id)


def refuse(system: System, operator: str, request_id: str, note: str) -> EnrolmentState:
    """Refuse a request; ``note`` is what the terminal is told. Raises UserError."""
    with system.database.write() as connection:
        _waiting(system, connection, request_id)
        connection.execute(
            update(enrolment)
            .where(enrolment.c.id == request_id)
            .values(step=EnrolmentStep.REFUSED.value, note=note)
        )
        log_act(system, connection, operator, "refuse", request_id)
        return _state(connection, request_id)


def withdraw(system: System, operator: str, terminal_id: str) -> None:
    """End a terminal's enrolment; its next request is refused. Raises UserError."""
    with system.database.write() as connection:
        changed = connection.execute(
            update(terminal)
            .where(terminal.c.id == terminal_id, terminal.c.state == "active")
            .values(state="withdrawn", withdrawn_at=system.now(), withdrawn_by=operator)
        )
        if changed.rowcount != 1:
            raise UserError(
                "union.no_terminal",
                f"使用中の端末 {terminal_id} はありません。",
                "端末の一覧で番号を確かめてください。",
            )
        log_act(system, connection, operator, "withdraw", terminal_id)


def withdraw_site(system: System, operator: str, municipality: str, site: str) -> int:
    """End the enrolment of every terminal of a site (拠点の廃止, SEC-147) in one action; how many
    there were. ``site`` is the name of the place as its terminals were enrolled with. Raises
    UserError ``union.no_terminal``."""
    there = terminal.c.municipality == municipality, terminal.c.name == site
    with system.database.write() as connection:
        found = connection.execute(
            select(terminal.c.id).where(*there, terminal.c.state == "active")
        ).scalars()
        ids = sorted(found)
        if not ids:
            raise UserError(
                "union.no_terminal",
                f"「{site}」で使用中の端末はありません。",
                "端末の一覧で、市区町村コードと窓口の名前を確かめてください。",
            )
        connection.execute(
            update(terminal)
            .where(terminal.c.id.in_(ids))
            .values(state="withdrawn", withdrawn_at=system.now(), withdrawn_by=operator)
        )
        for terminal_id in ids:
            log_act(system, connection, operator, "withdraw", terminal_id)
    return len(ids)


def requests(system: System) -> list[dict[str, object]]:
    """All requests with who approved them, newest first."""
    with system.database.write() as connection:
        _let_lapse(system, connection)
        approvals: dict[str, list[str]] = {}
        for row in connection.execute(select(enrolment_approval)):
            approvals.setdefault(row.enrolment, []).append(row.operator)
        found = connection.execute(select(enrolment).order_by(enrolment.c.requested_at.desc()))
        return [
            {
                "id": row.id,
                "municipality": row.municipality,
                "terminal_name": row.terminal_name,
                "profile": row.profile,
                "fingerprint": row.fingerprint,
                "terminal": row.terminal,
                "step": row.step,
                "approved_by": approvals.get(row.id, []),
                "requested_at": row.requested_at,
                "address": row.address,
            }
            for row in found
        ]


def terminals(system: System) -> list[dict[str, object]]:
    """The register of terminals."""
    with system.database.read() as connection:
        return [
            {
                "id": row.id,
                "municipality": row.municipality,
                "name": row.name,
                "profile": row.profile,
                "state": row.state,
                "enrolled_at": row.enrolled_at,
            }
            for row in connection.execute(select(terminal).order_by(terminal.c.id))
        ]


def _checked(data: bytes) -> EnrolmentRequest:
    if len(data) > _LARGEST_REQUEST:
        raise Refused(Cause.TOO_LARGE)
    try:
        request = open_self_signed(data)
        csr = x509.load_der_x509_csr(request.csr)
        pyrage.x25519.Recipient.from_str(request.receiving)
        fits = isinstance(csr.public_key(), ec.EllipticCurvePublicKey) and csr.is_signature_valid
    except MadoguchiError as cause:
        raise Refused(Cause.BAD_SIGNATURE, cause.message) from cause
    except (ValueError, TypeError, UnsupportedAlgorithm, pyrage.RecipientError) as cause:
        raise Refused(Cause.MALFORMED) from cause
    if not fits:
        raise Refused(Cause.MALFORMED, "通信の鍵の形が取り決めと違います。")
    name = request.terminal_name
    if not (door.is_text(name, _LONGEST_NAME) and name.isprintable() and name.strip()):
        raise Refused(
            Cause.MALFORMED, f"端末の名前は、{_LONGEST_NAME}字までの文字で付けてください。"
        )
    plain = (request.municipality, request.profile, request.replaces or "none")
    if not all(map(is_id, plain)) or not door.is_moment(request.at):
        raise Refused(Cause.MALFORMED)
    return request


def _let_lapse(system: System, connection: Connection) -> None:
    """What waits too long is refused: it must not hold the place of others for ever."""
    since = (system.clock.now() - timedelta(days=WAITING_DAYS)).isoformat(timespec="seconds")
    connection.execute(
        update(enrolment)
        .where(enrolment.c.step == _WAITING, enrolment.c.requested_at < since)
        .values(step=EnrolmentStep.REFUSED.value, note=_LAPSED)
    )


def _said_before(connection: Connection, data: bytes) -> EnrolmentState | None:
    """The state of a request that came before, byte by byte, and was not refused."""
    found = connection.execute(
        select(enrolment.c.id).where(
            enrolment.c.request == data, enrolment.c.step != EnrolmentStep.REFUSED.value
        )
    ).first()
    return None if found is None else _state(connection, found.id)


def _is_taken(connection: Connection, request: EnrolmentRequest, renewing: str = "") -> bool:
    """Whether a terminal, enrolled or withdrawn, has one of the keys already; one that is
    ``renewing`` may keep its own."""
    same = or_(
        credential.c.signing == request.signing,
        credential.c.receiving == request.receiving,
        credential.c.tls_key == tls_key_of(request.csr),
    )
    return (
        connection.execute(
            select(credential.c.terminal).where(same, credential.c.terminal != renewing)
        ).first()
        is not None
    )


def tls_key_of(csr: bytes) -> str:
    """SHA-256 (hex) of the public key that a request (DER) is about."""
    public = x509.load_der_x509_csr(csr).public_key()
    raw = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(raw).hexdigest()


def _known_municipality(connection: Connection, code: str) -> bool:
    found = select(municipality.c.code).where(municipality.c.code == code)
    return connection.execute(found).first() is not None


def _keep(
    system: System,
    connection: Connection,
    data: bytes,
    request: EnrolmentRequest,
    terminal_id: str,
    address: str,
) -> EnrolmentState:
    request_id = secrets.token_hex(16)
    connection.execute(
        insert(enrolment).values(
            id=request_id,
            municipality=request.municipality,
            terminal_name=request.terminal_name,
            profile=request.profile,
            fingerprint=request_fingerprint(request),
            terminal=terminal_id,
            request=data,
            step=_WAITING,
            requested_at=system.now(),
            address=address,
        )
    )
    return _state(connection, request_id)


def _waiting(system: System, connection: Connection, request_id: str) -> Row[tuple[object, ...]]:
    _let_lapse(system, connection)
    row = connection.execute(select(enrolment).where(enrolment.c.id == request_id)).first()
    if row is None or row.step != _WAITING:
        raise UserError(
            "union.no_request",
            "承認を待っている申請の中に、この番号はありません。",
            "申請の一覧で番号と状態を確かめてください。",
        )
    return row


def _state(connection: Connection, request_id: str) -> EnrolmentState:
    row = connection.execute(select(enrolment).where(enrolment.c.id == request_id)).first()
    if row is None:
        raise Refused(Cause.NOT_FOUND)
    return EnrolmentState(row.id, EnrolmentStep(row.step), row.answer or b"", row.note)


def _answer(system: System, connection: Connection, request_id: str) -> None:
    """Make certificate and answer; the terminal exists from here on."""
    row = connection.execute(select(enrolment).where(enrolment.c.id == request_id)).one()
    request = open_self_signed(row.request)
    terminal_id = row.terminal or _new_terminal(system, connection, request)
    start, end = _validity(system)
    certificate = _certify(system, connection, request, terminal_id, (start, end))
    archive = connection.execute(
        select(municipality.c.archive_recipient).where(municipality.c.code == request.municipality)
    ).scalar_one()
    answer = EnrolmentAnswer(
        municipality=request.municipality,
        terminal=terminal_id,
        union=system.setup.id,
        profile=request.profile,
        fingerprint=row.fingerprint,
        certificate=certificate.public_bytes(serialization.Encoding.PEM),
        authorities=system.keys.authorities,
        union_signing=(system.keys.signing.public_key().public_bytes_raw(),),
        union_receiving=system.keys.receiving,
        archive_receiving=archive,
        hosts=system.setup.addresses,
        epoch=1,
        valid_from=start.isoformat(timespec="seconds"),
        valid_to=end.isoformat(timespec="seconds"),
        at=system.now(),
    )
    connection.execute(
        update(enrolment)
        .where(enrolment.c.id == request_id)
        .values(
            step=EnrolmentStep.APPROVED.value,
            terminal=terminal_id,
            answer=sign(answer, system.keys.signing),
        )
    )


def _new_terminal(system: System, connection: Connection, request: EnrolmentRequest) -> str:
    """Number a terminal; the number is the union's, so no two of its terminals share one."""
    terminal_id = f"T{next_value(connection, 'terminal'):02d}"
    connection.execute(
        insert(terminal).values(
            id=terminal_id,
            municipality=request.municipality,
            name=request.terminal_name,
            profile=request.profile,
            state="active",
            enrolled_at=system.now(),
        )
    )
    return terminal_id


def _certify(
    system: System,
    connection: Connection,
    request: EnrolmentRequest,
    terminal_id: str,
    validity: tuple[datetime, datetime],
) -> x509.Certificate:
    """The certificate of a terminal's new key; from now on it stands for the terminal."""
    csr = x509.load_der_x509_csr(request.csr)
    certificate = issue(system.keys, csr, terminal_id, request.municipality, *validity)
    der = certificate.public_bytes(serialization.Encoding.DER)
    connection.execute(
        insert(credential).values(
            fingerprint=hashlib.sha256(der).hexdigest(),
            terminal=terminal_id,
            signing=request.signing,
            signing_key=key_id(request.signing),
            tls_key=tls_key_of(request.csr),
            receiving=request.receiving,
            position=next_value(connection, "credential"),
            valid_from=validity[0].isoformat(timespec="seconds"),
            valid_to=validity[1].isoformat(timespec="seconds"),
        )
    )
    return certificate


def _validity(system: System) -> tuple[datetime, datetime]:
    """From a day before, by the machine's time and by the union's: training shifts the latter,
    and TLS goes by the former."""
    machine, union = datetime.now(UTC), system.clock.now()
    start = min(machine, union) - timedelta(days=1)
    return start, max(machine, union) + timedelta(days=system.setup.certificate_days)
