"""The line to the union: HTTPS with mutual TLS 1.3 to one allowed host (SEC-141, SEC-142).

The only sockets of the terminal. Every trouble comes out as its own fault (``sync.faults``).
"""

from __future__ import annotations

import secrets
import shutil
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

import httpx
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_der_private_key,
)

from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.sync.faults import PeerRefused, line_fault
from app.sync.terminal_keys import TerminalKeys
from app.wire import protocol
from app.wire.heads import CountersignedHead
from app.wire.protocol import (
    CHUNK,
    MEDIA_TYPE,
    UPLOAD_OFFSET,
    UPLOAD_STATE,
    ContactAnswer,
    DownItem,
    DownList,
    EnrolmentState,
    Refusal,
    Renewal,
    UploadStart,
    UploadState,
)
from app.wire.strict_cbor import MalformedBody, decode, encode

T = TypeVar("T")
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 10.0
_SLOWEST = 64 * 1024  # bytes a second that a line must manage before it counts as stuck
_LONGEST_BODY = 16 * 1024 * 1024

_PEER_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED


class Transport(Protocol):
    """What the engine asks of a line. Every call raises LineFault or PeerRefused."""

    def contact(self, statement: bytes) -> ContactAnswer:
        """Hand over journal lines; heads, time and control rows come back."""
        ...

    def last_head(self) -> CountersignedHead | None:
        """The head the union last countersigned for this terminal."""
        ...

    def upload_offset(self, outbox_id: str) -> tuple[int, UploadState] | None:
        """How much of a container the union has; None when it knows nothing of it."""
        ...

    def start_upload(self, outbox_id: str, start: UploadStart) -> int:
        """Announce a container; the offset to go on from."""
        ...

    def send_chunk(self, outbox_id: str, offset: int, chunk: bytes) -> int:
        """Hand over the bytes at ``offset``; the new offset."""
        ...

    def complete(self, outbox_id: str) -> bytes:
        """Say that all is there; the signed receipt."""
        ...

    def receipt(self, outbox_id: str) -> bytes | None:
        """The signed receipt of an earlier ``complete``, if there was one."""
        ...

    def down_list(self) -> tuple[DownItem, ...]:
        """What waits for this terminal, in order."""
        ...

    def fetch(self, item: DownItem, offset: int) -> bytes:
        """The bytes of an announced container from ``offset``, at most one chunk."""
        ...

    def acknowledge(self, item_id: str, statement: bytes) -> None:
        """Hand over the signed acknowledgement."""
        ...

    def renew(self, renewal: Renewal) -> EnrolmentState:
        """Ask for a renewal of this terminal's certificate."""
        ...

    def enrolment(self, request_id: str) -> EnrolmentState:
        """Where a request stands."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def timeout_for(size: int) -> httpx.Timeout:
    """Time-outs that grow with the bytes to be moved, so that a slow line is not a dead one."""
    moving = _ANSWER_SECONDS + size / _SLOWEST
    return httpx.Timeout(moving, connect=_CONNECT_SECONDS)


class HttpsLine:
    """A ``Transport`` over HTTPS. One connection, kept alive; used by one thread."""

    def __init__(self, host: str, allowed: tuple[str, ...], context: ssl.SSLContext) -> None:
        if host not in allowed:
            raise line_fault("not_allowed")
        self._client = httpx.Client(
            base_url=f"https://{host}",
            verify=context,
            trust_env=False,  # no proxy and no other store of certificates by environment
            follow_redirects=False,
            headers={"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE},
        )
        self._answered = False

    def contact(self, statement: bytes) -> ContactAnswer:
        answer = self._ask("POST", protocol.CONTACT, statement)
        return _body(ContactAnswer, answer)

    def last_head(self) -> CountersignedHead | None:
        answer = self._ask("GET", protocol.HEAD, missing=True)
        return None if answer is None else _decoded(CountersignedHead, answer.content)

    def upload_offset(self, outbox_id: str) -> tuple[int, UploadState] | None:
        answer = self._ask("HEAD", protocol.upload_path(outbox_id), missing=True)
        if answer is None:
            return None
        return _offset(answer), _upload_state(answer)

    def start_upload(self, outbox_id: str, start: UploadStart) -> int:
        answer = self._ask("POST", protocol.upload_path(outbox_id), encode(start))
        assert answer is not None
        return _offset(answer)

    def send_chunk(self, outbox_id: str, offset: int, chunk: bytes) -> int:
        answer = self._ask(
            "PATCH", protocol.upload_path(outbox_id), chunk, {UPLOAD_OFFSET: str(offset)}
        )
        assert answer is not None
        return _offset(answer)

    def complete(self, outbox_id: str) -> bytes:
        answer = self._ask("POST", protocol.complete_path(outbox_id))
        assert answer is not None
        return answer.content

    def receipt(self, outbox_id: str) -> bytes | None:
        answer = self._ask("GET", protocol.receipt_path(outbox_id), missing=True)
        return None if answer is None else answer.content

    def down_list(self) -> tuple[DownItem, ...]:
        items = _body(DownList, self._ask("GET", protocol.DOWN)).items
        if not all(protocol.is_id(item.id) and item.size > 0 for item in items):
            raise line_fault("answer")
        return items

    def fetch(self, item: DownItem, offset: int) -> bytes:
        end = min(item.size, offset + CHUNK) - 1
        headers = {"Range": f"bytes={offset}-{end}"}
        answer = self._ask("GET", protocol.download_path(item.id), b"", headers, size=CHUNK)
        assert answer is not None
        data = answer.content if answer.status_code == 206 else answer.content[offset : end + 1]
        if len(data) != end - offset + 1:
            raise line_fault("answer")
        return data

    def acknowledge(self, item_id: str, statement: bytes) -> None:
        self._ask("POST", protocol.acknowledge_path(item_id), statement)

    def enrol(self, request: bytes) -> EnrolmentState:
        """Hand over a first enrolment request; no client certificate is needed for it."""
        return _body(EnrolmentState, self._ask("POST", protocol.ENROLMENTS, request))

    def renew(self, renewal: Renewal) -> EnrolmentState:
        return _body(EnrolmentState, self._ask("POST", protocol.RENEWALS, encode(renewal)))

    def enrolment(self, request_id: str) -> EnrolmentState:
        return _body(EnrolmentState, self._ask("GET", protocol.enrolment_path(request_id)))

    def close(self) -> None:
        self._client.close()

    def _ask(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        missing: bool = False,
        size: int = 0,
    ) -> httpx.Response | None:
        """One request; None for a 404 where ``missing`` allows it."""
        with _told_apart(known=self._answered):
            answer = self._client.request(
                method,
                path,
                content=content,
                headers=headers,
                timeout=timeout_for(max(size, len(content))),
            )
        self._answered = True
        if missing and answer.status_code == 404:
            return None
        if answer.is_success and len(answer.content) <= _LONGEST_BODY:
            return answer
        raise _refusal(answer)


def open_line(keys: TerminalKeys, clock: Clock) -> HttpsLine:
    """A line with this terminal's certificate.

    Raises LineFault ``certificate_expired`` before anything is sent when ours is over.
    """
    facts = keys.facts
    if datetime.fromisoformat(facts.valid_to) <= clock.now():
        raise line_fault("certificate_expired")
    context = trusting(keys.authorities)
    _load_pair(context, keys.certificate, keys.tls_key)
    return HttpsLine(facts.hosts[0], facts.hosts, context)


def trusting(authorities: bytes) -> ssl.SSLContext:
    """A TLS 1.3 context that trusts the union's authorities (PEM) and nothing else.

    Raises LineFault ``peer_unknown`` when ``authorities`` is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_verify_locations(cadata=authorities.decode("ascii"))
    except (ssl.SSLError, UnicodeDecodeError) as cause:
        raise line_fault("peer_unknown") from cause
    return context


def _load_pair(context: ssl.SSLContext, certificate: bytes, tls_key: bytes) -> None:
    # ``load_cert_chain`` takes file paths only (TECH 11): the key lies on disk for a moment,
    # encrypted under a pass phrase that never leaves this function.
    phrase = secrets.token_hex(32).encode("ascii")
    key = load_der_private_key(tls_key, None)
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(phrase))
    folder = Path(tempfile.mkdtemp(prefix="line-"))
    try:
        pair = folder / "pair.pem"
        pair.touch(mode=0o600)
        pair.write_bytes(certificate + sealed)
        context.load_cert_chain(pair, password=phrase)
    except ssl.SSLError as cause:
        raise line_fault("certificate_refused") from cause
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _told_apart(*, known: bool) -> Iterator[None]:
    """Every trouble of the line as its own fault; ``known``: the peer has answered before."""
    try:
        yield
    except httpx.TimeoutException as cause:
        raise line_fault("timeout") from cause
    except httpx.ConnectError as cause:
        raise line_fault(_connect_cause(cause)) from cause
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as cause:
        raise line_fault(_cut_cause(cause, known=known)) from cause
    except httpx.HTTPError as cause:
        raise line_fault("unreachable") from cause


def _chain_of(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _connect_cause(error: httpx.ConnectError) -> str:
    for problem in _chain_of(error):
        if isinstance(problem, ssl.SSLCertVerificationError):
            return "peer_expired" if problem.verify_code == _PEER_EXPIRED else "peer_unknown"
        if isinstance(problem, ssl.SSLError):
            return "certificate_refused" if "ALERT" in str(problem).upper() else "peer_unknown"
    return "unreachable"


def _cut_cause(error: httpx.HTTPError, *, known: bool) -> str:
    # Under TLS 1.3 a refused client certificate shows as a connection that the server closes
    # without an answer, or as an alert at the first read (TECH 8).
    for problem in _chain_of(error):
        if isinstance(problem, ssl.SSLError) and "ALERT" in str(problem).upper():
            return "certificate_refused"
    silent = isinstance(error, httpx.RemoteProtocolError) and "without sending a response" in str(
        error
    )
    return "certificate_refused" if silent and not known else "cut"


def _refusal(answer: httpx.Response) -> EnvironmentFault:
    try:
        refusal = decode(Refusal, answer.content)
    except MalformedBody:
        # A HEAD has no body; its status and headers say enough.
        if answer.request.method == "HEAD" and answer.status_code in (401, 403):
            return line_fault("certificate_refused")
        return line_fault(_told_by_status(answer.status_code))
    offset = answer.headers.get(UPLOAD_OFFSET, "")
    return PeerRefused(
        str(refusal.cause),
        refusal.message,
        refusal.remedy,
        int(offset) if offset.isdigit() else -1,
    )


def _told_by_status(status: int) -> str:
    """The cause of a refusal that has no body of the union's: from a gateway, or from a union
    that could not even say so."""
    if status in (429, 502, 503, 504):
        return "busy"
    if status == 413:
        return "too_large"
    return "peer_fault" if status >= 500 else "answer"


def _body(kind: type[T], answer: httpx.Response | None) -> T:
    assert answer is not None
    return _decoded(kind, answer.content)


def _decoded(kind: type[T], content: bytes) -> T:
    try:
        return decode(kind, content)
    except MalformedBody as cause:
        raise line_fault("answer") from cause


def _offset(answer: httpx.Response) -> int:
    text = answer.headers.get(UPLOAD_OFFSET, "")
    if not text.isdigit():
        raise line_fault("answer")
    return int(text)


def _upload_state(answer: httpx.Response) -> UploadState:
    try:
        return UploadState(answer.headers.get(UPLOAD_STATE, ""))
    except ValueError as cause:
        raise line_fault("answer") from cause


OpenLine = Callable[[TerminalKeys], Transport]
"""Opens a ``Transport`` with a terminal's keys."""
