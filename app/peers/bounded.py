"""HTTP to another body, or to the union's own desk, with a bound over every whole exchange: time
and bytes.

A time-out for each read is none: whoever sends a byte every few seconds is never late.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

_LARGEST_HEAD = 256 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """``seconds`` for an exchange, and one more for every ``slowest`` bytes that move;
    ``largest`` bytes of an answer."""

    seconds: float = 120.0
    slowest: int = 64 * 1024
    largest: int = 256 * 1024 * 1024


class _Exchange:
    """What the exchange under way may still take."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self.begin()

    def begin(self) -> None:
        self._until = time.monotonic() + self._bounds.seconds
        self._left = self._bounds.largest + _LARGEST_HEAD

    def seconds_left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the exchange took too long")
        return left

    def sent(self, count: int) -> None:
        self._until += count / self._bounds.slowest

    def received(self, count: int) -> None:
        self._until += count / self._bounds.slowest
        self._left -= count
        if self._left < 0:
            raise httpcore.ReadError("the answer is too large")


class _Stream(httpcore.NetworkStream):
    _PIECE = 256 * 1024

    def __init__(self, under: httpcore.NetworkStream, exchange: _Exchange) -> None:
        self._under = under
        self._exchange = exchange

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._under.read(max_bytes, self._exchange.seconds_left())
        self._exchange.received(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), self._PIECE):
            piece = buffer[start : start + self._PIECE]
            self._under.write(piece, self._exchange.seconds_left())
            self._exchange.sent(len(piece))

    def close(self) -> None:
        self._under.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._exchange.seconds_left()
        return _Stream(self._under.start_tls(ssl_context, server_hostname, left), self._exchange)

    def get_extra_info(self, info: str) -> Any:
        return self._under.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._exchange.seconds_left()
        under = self._sockets.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(under, self._exchange)


class BoundedHttp:
    """One caller's connections. Not for several threads at once. ``tls`` says by which certificates
    an https address is known; without it only a desk on loopback is called."""

    def __init__(self, bounds: Bounds = Bounds(), tls: ssl.SSLContext | None = None) -> None:
        self._exchange = _Exchange(bounds)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, network_backend=_Backend(self._exchange)
        )

    def post(self, url: str, headers: dict[str, str], content: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises httpcore's exceptions, those of a broken bound
        among them; the connection is closed then."""
        self._exchange.begin()
        answer = self._pool.request("POST", url, headers=list(headers.items()), content=content)
        return answer.status, answer.content

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()
