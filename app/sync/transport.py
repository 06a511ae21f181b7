"""The line to the union: HTTPS with mutual TLS 1.3 to one allowed host (SEC-141, SEC-142).

The only sockets of the terminal. Every trouble comes out as its own fault (``sync.faults``).
"""

from __future__ import annotations

import secrets
import shutil
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol, TypeVar

import httpcore
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
from app.sync.watched import Limits, Watch, WatchedBackend, ends_unasked
from app.wire import protocol
from app.wire.heads import CountersignedHead, LineDigest
from app.wire.protocol import (
    CHUNK,
    LARGEST,
    MEDIA_TYPE,
    UPLOAD_OFFSET,
    UPLOAD_STATE,
    ContactAnswer,
    DownItem,
    DownList,
    EnrolmentState,
    Filling,
    Refusal,
    Renewal,
    Returned,
    UploadStart,
    UploadState,
)
from app.wire.segments import Digests, SegmentSent
from app.wire.strict_cbor import MalformedBody, decode, encode

T = TypeVar("T")
_KEPT_SECONDS = 5.0
_LARGEST_HEAD = 256 * 1024  # bytes beside the body: headers, and interim answers before it
_LONGEST_NUMBER = 15  # digits

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

    def recall(self, outbox_id: str, statement: bytes) -> bytes:
        """Ask back a file that was accepted; the signed answer."""
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

    def give_back(self, decision: Returned) -> None:
        """Give a decision back to a union that no longer has it."""
        ...

    def digests(self, first: int, last: int) -> tuple[LineDigest, ...]:
        """The digests of this terminal's journal lines as the union got them; fewer than asked
        for where it has no more."""
        ...

    def send_segment(self, segment: SegmentSent) -> bytes:
        """Hand over a sealed part of the journal; the signed receipt."""
        ...

    def filling(self) -> Filling:
        """Ask for the next part of the first load; how far it is by the union's count."""
        ...

    def end(self, statement: bytes) -> bytes:
        """Say that this terminal ends, or has ended; the signed receipt."""
        ...

    def renew(self, renewal: Renewal) -> EnrolmentState:
        """Ask for a renewal of this terminal's certificate."""
        ...

    def enrolment(self, request_id: str) -> EnrolmentState:
        """Where a request stands."""
        ...

    def heed(self, stopped: threading.Event) -> None:
        """Break off whatever is under way, by ExchangeCancelled, once ``stopped`` is set."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: ``headers`` by their names in small letters."""

    method: str
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the peer did what it was asked."""
        return 200 <= self.status < 300


class HttpsLine:
    """A ``Transport`` over HTTPS. One connection, kept alive; used by one thread."""

    def __init__(
        self,
        host: str,
        allowed: tuple[str, ...],
        context: ssl.SSLContext,
        limits: Limits = Limits(),  # noqa: B008  # frozen
    ) -> None:
        if host not in allowed:
            raise line_fault("not_allowed")
        self._base = f"https://{host}"
        self._host = host
        self._context = context
        self._sizes: dict[str, int] = {}  # of the containers that are being handed over
        self._limits = limits
        self._watch = Watch(limits.slowest)
        # No proxy, no redirect, no other store of certificates, nothing unpacked.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=1,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=WatchedBackend(self._watch, limits.connect),
        )
        self._answered = False

    def heed(self, stopped: threading.Event) -> None:
        self._watch.heed(stopped)

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
        self._sizes[outbox_id] = start.size
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
        path = protocol.complete_path(outbox_id)
        size = self._sizes.pop(outbox_id, 0)
        seconds = self._limits.settling + size / self._limits.worked
        answer = self._ask("POST", path, seconds=seconds)
        assert answer is not None
        return answer.content

    def receipt(self, outbox_id: str) -> bytes | None:
        answer = self._ask("GET", protocol.receipt_path(outbox_id), missing=True)
        return None if answer is None else answer.content

    def recall(self, outbox_id: str, statement: bytes) -> bytes:
        answer = self._ask("POST", protocol.recall_path(outbox_id), statement)
        assert answer is not None
        return answer.content

    def down_list(self) -> tuple[DownItem, ...]:
        items = _body(DownList, self._ask("GET", protocol.DOWN)).items
        if not all(protocol.is_id(item.id) and 0 < item.size <= LARGEST for item in items):
            raise line_fault("answer")
        return items

    def fetch(self, item: DownItem, offset: int) -> bytes:
        end = min(item.size, offset + CHUNK) - 1
        headers = {"Range": f"bytes={offset}-{end}"}
        answer = self._ask("GET", protocol.download_path(item.id), b"", headers)
        assert answer is not None
        data = answer.content if answer.status == 206 else answer.content[offset : end + 1]
        if len(data) != end - offset + 1:
            raise line_fault("answer")
        return data

    def acknowledge(self, item_id: str, statement: bytes) -> None:
        self._ask("POST", protocol.acknowledge_path(item_id), statement)

    def give_back(self, decision: Returned) -> None:
        self._ask("POST", protocol.RETURNED, encode(decision))

    def digests(self, first: int, last: int) -> tuple[LineDigest, ...]:
        found: list[LineDigest] = []
        while first <= last:
            path = f"{protocol.DIGESTS}?first={first}&last={last}"
            answer = self._ask("GET", path, missing=True)
            lines = () if answer is None else _decoded(Digests, answer.content).lines
            if not all(first <= line.number <= last for line in lines):
                raise line_fault("answer")
            if not lines:
                break
            found += lines
            first = lines[-1].number + 1
        return tuple(found)

    def send_segment(self, segment: SegmentSent) -> bytes:
        answer = self._ask(
            "POST", protocol.SEGMENTS, encode(segment), seconds=self._limits.settling
        )
        assert answer is not None
        return answer.content

    def filling(self) -> Filling:
        return _body(Filling, self._ask("POST", protocol.FILLING, seconds=self._limits.settling))

    def end(self, statement: bytes) -> bytes:
        answer = self._ask("POST", protocol.ENDING, statement)
        assert answer is not None
        return answer.content

    def enrol(self, request: bytes) -> EnrolmentState:
        """Hand over a first enrolment request; no client certificate is needed for it."""
        return _body(EnrolmentState, self._ask("POST", protocol.ENROLMENTS, request))

    def renew(self, renewal: Renewal) -> EnrolmentState:
        return _body(EnrolmentState, self._ask("POST", protocol.RENEWALS, encode(renewal)))

    def enrolment(self, request_id: str) -> EnrolmentState:
        return _body(EnrolmentState, self._ask("GET", protocol.enrolment_path(request_id)))

    def close(self) -> None:
        self._pool.close()

    def _ask(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        missing: bool = False,
        seconds: float = 0.0,
    ) -> Answer | None:
        """One request; None for a 404 where ``missing`` allows it. ``seconds`` in place of the
        usual time for an answer."""
        with _told_apart(self._may_be_refused):
            answer = self._exchange(method, path, content, headers or {}, seconds)
        self._answered = True
        if missing and answer.status == 404:
            return None
        if answer.is_success:
            return answer
        raise _refusal(answer)

    def _may_be_refused(self) -> bool:
        """Whether a connection that ended without a word means that our certificate was refused:
        then another one ends before anything is asked. A peer that has answered did not refuse."""
        return not self._answered and ends_unasked(self._host, self._context, self._limits)

    def _exchange(
        self, method: str, path: str, content: bytes, headers: dict[str, str], seconds: float
    ) -> Answer:
        limits = self._limits
        sent = [
            ("Content-Type", MEDIA_TYPE),
            ("Accept", MEDIA_TYPE),
            ("Accept-Encoding", "identity"),
            *headers.items(),
        ]
        self._watch.begin(
            limits.connect + (seconds or limits.answer), limits.largest + _LARGEST_HEAD
        )
        with self._pool.stream(
            method, self._base + path, headers=sent, content=content
        ) as response:
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            if told.get("content-encoding", "identity").lower() != "identity":
                raise line_fault("answer")  # not asked for, and not unpacked: it may be a bomb
            body = b"".join(response.iter_stream())
        return Answer(method, response.status, told, body)


def open_line(keys: TerminalKeys, clock: Clock, limits: Limits = Limits()) -> HttpsLine:  # noqa: B008
    """A line with this terminal's certificate.

    Raises LineFault ``certificate_expired`` before anything is sent when ours is over.
    """
    facts = keys.facts
    if datetime.fromisoformat(facts.valid_to) <= clock.now():
        raise line_fault("certificate_expired")
    context = trusting(keys.authorities)
    _load_pair(context, keys.certificate, keys.tls_key)
    return HttpsLine(facts.hosts[0], facts.hosts, context, limits)


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
    folder = _folder_for_a_moment()
    try:
        pair = folder / "pair.pem"
        pair.touch(mode=0o600)
        pair.write_bytes(certificate + sealed)
        context.load_cert_chain(pair, password=phrase)
    except ssl.SSLError as cause:
        raise line_fault("certificate_refused") from cause
    except OSError as cause:
        raise line_fault("temporary") from cause
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _folder_for_a_moment() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="line-"))
    except OSError as cause:
        raise line_fault("temporary") from cause


@contextmanager
def _told_apart(may_be_refused: Callable[[], bool]) -> Iterator[None]:
    """Every trouble of the line as its own fault; ``may_be_refused`` is asked where the peer hung
    up without a word."""
    try:
        yield
    except httpcore.TimeoutException as cause:
        raise line_fault("timeout") from cause
    except httpcore.ConnectError as cause:
        raise line_fault(_connect_cause(cause)) from cause
    except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as cause:
        raise line_fault(_cut_cause(cause, may_be_refused)) from cause
    except (httpcore.NetworkError, httpcore.ProtocolError) as cause:
        raise line_fault("unreachable") from cause


def _chain_of(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _connect_cause(error: httpcore.ConnectError) -> str:
    for problem in _chain_of(error):
        if isinstance(problem, ssl.SSLCertVerificationError):
            return "peer_expired" if problem.verify_code == _PEER_EXPIRED else "peer_unknown"
        if isinstance(problem, ssl.SSLError):
            return "certificate_refused" if "ALERT" in str(problem).upper() else "peer_unknown"
    return "unreachable"


def _cut_cause(error: Exception, may_be_refused: Callable[[], bool]) -> str:
    # Under TLS 1.3 a refused client certificate shows as a connection that the server closes
    # without an answer, or as an alert at the first read (TECH 8). So does a line that was cut at
    # the first request: which of both it was, a second connection tells.
    for problem in _chain_of(error):
        if isinstance(problem, ssl.SSLError) and "ALERT" in str(problem).upper():
            return "certificate_refused"
    return "certificate_refused" if may_be_refused() else "cut"


def _refusal(answer: Answer) -> EnvironmentFault:
    wait = _retry_after(answer)
    try:
        refusal = decode(Refusal, answer.content)
    except MalformedBody:
        # A HEAD has no body; its status and headers say enough.
        if answer.method == "HEAD" and answer.status in (401, 403):
            return line_fault("certificate_refused")
        return line_fault(_told_by_status(answer.status), retry_after=wait)
    offset = answer.headers.get(UPLOAD_OFFSET.lower(), "")
    return PeerRefused(
        str(refusal.cause),
        refusal.message,
        refusal.remedy,
        int(offset) if _is_number(offset) else -1,
        retry_after=wait,
    )


def _retry_after(answer: Answer) -> float:
    """Seconds that the peer asks us to stay away (RFC 9110, 10.2.3), 0 for none. A date counts
    from the peer's own clock; whoever waits keeps it within his own limits."""
    said = answer.headers.get("retry-after", "").strip()
    if _is_number(said):
        return float(said)
    try:
        until = parsedate_to_datetime(said)
        now = parsedate_to_datetime(answer.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _told_by_status(status: int) -> str:
    """The cause of a refusal that has no body of the union's: from a gateway, or from a union
    that could not even say so."""
    if status in (429, 502, 503, 504):
        return "busy"
    if status == 413:
        return "too_large"
    return "peer_fault" if status >= 500 else "answer"


def _body(kind: type[T], answer: Answer | None) -> T:
    assert answer is not None
    return _decoded(kind, answer.content)


def _decoded(kind: type[T], content: bytes) -> T:
    try:
        return decode(kind, content)
    except MalformedBody as cause:
        raise line_fault("answer") from cause


def _offset(answer: Answer) -> int:
    text = answer.headers.get(UPLOAD_OFFSET.lower(), "")
    if not _is_number(text):
        raise line_fault("answer")
    return int(text)


def _upload_state(answer: Answer) -> UploadState:
    try:
        return UploadState(answer.headers.get(UPLOAD_STATE.lower(), ""))
    except ValueError as cause:
        raise line_fault("answer") from cause


OpenLine = Callable[[TerminalKeys], Transport]
"""Opens a ``Transport`` with a terminal's keys."""
