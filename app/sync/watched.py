"""Sockets that are watched: an exchange has an end in time and in bytes, and breaks off at once.

A time-out per read is no bound: a peer that sends a byte every three seconds is never late. Here
every wait is cut into slices, and between two slices somebody looks at the clock of the whole
exchange, at the bytes that came, and at whether the terminal wants to stop.
"""

from __future__ import annotations

import errno
import ipaddress
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpcore

from app.sync.faults import ExchangeCancelled, line_fault

T = TypeVar("T")
_SLICE = 0.05
"""Seconds after which a request to stop is noticed at the latest."""
_UNDER_WAY = (errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0))


@dataclass(frozen=True, slots=True)
class Limits:
    """What an exchange may take. ``connect``: seconds until the line stands, encrypted.
    ``answer``: seconds for the rest, and a second more for every ``slowest`` bytes moved, so that
    a slow line is not a dead one. ``settling``: seconds for an answer that a whole file is worked
    through for, and a second more for every ``worked`` bytes of it. ``largest``: bytes of an
    answer."""

    connect: float = 5.0
    answer: float = 10.0
    settling: float = 120.0
    worked: int = 256 * 1024
    slowest: int = 64 * 1024
    largest: int = 16 * 1024 * 1024


class Watch:
    """The limits of the exchange under way."""

    def __init__(self, slowest: int) -> None:
        self._slowest = slowest
        self._stopped: threading.Event = threading.Event()
        self._until = 0.0
        self._left = 0

    def heed(self, stopped: threading.Event) -> None:
        """Raise ExchangeCancelled out of every wait once ``stopped`` is set."""
        self._stopped = stopped

    def begin(self, seconds: float, received: int) -> None:
        """An exchange begins: it may take ``seconds`` and bring ``received`` bytes."""
        self._until = time.monotonic() + seconds
        self._left = received

    def slice(self) -> float:
        """How long to wait now. Raises ExchangeCancelled, or httpcore.ReadTimeout at the end."""
        if self._stopped.is_set():
            raise ExchangeCancelled
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the exchange took too long")
        return min(left, _SLICE)

    def sent(self, count: int) -> None:
        """So many bytes left."""
        self._until += count / self._slowest

    def received(self, count: int) -> None:
        """So many bytes came. Raises LineFault ``line.answer`` when they are too many."""
        self._until += count / self._slowest
        self._left -= count
        if self._left < 0:
            raise line_fault("answer")


class WatchedStream(httpcore.NetworkStream):
    """A connected socket whose every wait is watched."""

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        self._sock = sock
        self._watch = watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes, empty at the end."""
        data = self._patiently(httpcore.ReadError, self._sock.recv, max_bytes)
        self._watch.received(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of ``buffer``."""
        rest = memoryview(buffer)
        while rest:
            # after a slice the same bytes again: TLS wants it so
            count = self._patiently(httpcore.WriteError, self._sock.send, rest)
            self._watch.sent(count)
            rest = rest[count:]

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same line, encrypted."""
        try:
            wrapped = ssl_context.wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as cause:
            self.close()
            raise httpcore.ConnectError(str(cause)) from cause
        stream = WatchedStream(wrapped, self._watch)
        try:
            stream._patiently(httpcore.ConnectError, wrapped.do_handshake)
        except BaseException:
            stream.close()
            raise
        return stream

    def get_extra_info(self, info: str) -> Any:
        """What the pool asks of a line: is it still good ("is_readable": no)."""
        if info == "is_readable":
            return _ready(self._sock, selectors.EVENT_READ, 0)
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return self._sock if info == "socket" else None

    def _patiently(self, kind: type[Exception], step: Callable[..., T], *given: Any) -> T:
        while True:
            try:
                self._sock.settimeout(self._watch.slice())
                return step(*given)
            except TimeoutError:
                continue
            except OSError as cause:
                raise kind(str(cause)) from cause


class WatchedBackend(httpcore.NetworkBackend):
    """Opens watched lines. One connecting takes at most ``seconds``."""

    def __init__(self, watch: Watch, seconds: float) -> None:
        self._watch = watch
        self._seconds = seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A line to the first address of ``host`` that answers."""
        until = time.monotonic() + self._seconds
        problem: OSError | None = None
        for family, kind, protocol, address in self._addresses(host, port, until):
            sock = socket.socket(family, kind, protocol)
            try:
                self._connect(sock, address, until)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return WatchedStream(sock, self._watch)
            except OSError as cause:
                sock.close()
                problem = cause
            except BaseException:
                sock.close()
                raise
        raise httpcore.ConnectError(str(problem)) from problem

    def _connect(self, sock: socket.socket, address: Any, until: float) -> None:
        sock.setblocking(False)
        code = sock.connect_ex(address)
        if code not in (0, *_UNDER_WAY):
            raise OSError(code, "connect")
        while not _ready(sock, selectors.EVENT_WRITE, self._slice(until)):
            pass
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, "connect")

    def _slice(self, until: float) -> float:
        if time.monotonic() >= until:
            raise httpcore.ConnectTimeout("nobody answered")
        return self._watch.slice()

    def _addresses(self, host: str, port: int, until: float) -> list[tuple[Any, ...]]:
        """Where ``host`` is. A name is looked up beside us: the system's own look-up can be
        neither bounded nor broken off."""
        found: list[tuple[Any, ...]] = []
        problem: list[OSError] = []
        done = threading.Event()

        def look_up() -> None:
            try:
                for family, kind, protocol, _, address in socket.getaddrinfo(
                    host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
                ):
                    found.append((family, kind, protocol, address))
            except OSError as cause:
                problem.append(cause)
            done.set()

        if _is_address(host):
            look_up()
        else:
            threading.Thread(target=look_up, daemon=True).start()
        while not done.wait(0 if done.is_set() else self._slice(until)):
            pass
        if problem:
            raise httpcore.ConnectError(str(problem[0])) from problem[0]
        return found


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _ready(sock: socket.socket, what: int, seconds: float) -> bool:
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(sock, what)
        except (ValueError, OSError):  # closed meanwhile: whoever reads will learn it
            return True
        return bool(selector.select(seconds))


_UNASKED_SECONDS = 1.0


def ends_unasked(host: str, context: ssl.SSLContext, limits: Limits) -> bool:
    """Whether the peer ends a connection, or says why, before it is asked anything."""
    name, _, port = host.rpartition(":")
    try:
        plain = socket.create_connection((name, int(port)), timeout=limits.connect)
        with plain, context.wrap_socket(plain, server_hostname=name) as line:
            line.settimeout(_UNASKED_SECONDS)
            return line.recv(1) == b""
    except ssl.SSLError as cause:
        return "ALERT" in str(cause).upper()
    except ConnectionResetError:
        return True
    except OSError:
        return False  # no line at all, or one that waits to be asked
