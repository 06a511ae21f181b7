"""One connection of the line: whose certificate it showed, and how long it may take.

Whoever connects and says nothing, says his request a byte at a time, or does not read the answer,
would otherwise hold a connection of the union's as long as he likes.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
from typing import Any, ClassVar

import h11
from uvicorn import Server
from uvicorn.protocols.http.h11_impl import H11Protocol

PEER = "madoguchi.certificate"
"""In a request's scope: SHA-256 (hex) of the client's certificate, "" for none."""
TRANSPORT = "madoguchi.transport"
HANDSHAKE_SECONDS = 15.0
"""From the connection to the end of TLS' handshake."""


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol with an end to every wait for the other side.

    ``request_seconds`` is what a whole request may take, from the connection or its first byte to
    its last; ``reading_seconds`` how long the other side may leave an answer unread. The wait
    between two requests is uvicorn's own (keep alive).
    """

    request_seconds: ClassVar[float] = 60.0
    reading_seconds: ClassVar[float] = 60.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request_due: asyncio.TimerHandle | None = None
        self._reading_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A connection that says nothing is closed when its time is over."""
        super().connection_made(transport)
        self._expect_request()

    def data_received(self, data: bytes) -> None:
        """More of a request; its time runs from the first byte, however many follow."""
        self._expect_request()
        super().data_received(data)
        waiting = self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]
        if not waiting:  # all of it is here; the wait for the next one is uvicorn's
            self._end_request()

    def pause_writing(self) -> None:
        """The other side does not read as fast as it is answered."""
        self.flow.pause_writing()
        if self._reading_due is None:
            self._reading_due = self.loop.call_later(self.reading_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        self._end_reading()
        self.flow.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Over, whoever ended it."""
        self._end_request()
        self._end_reading()
        super().connection_lost(exc)

    def _end_request(self) -> None:
        if self._request_due is not None:
            self._request_due.cancel()
            self._request_due = None

    def _end_reading(self) -> None:
        if self._reading_due is not None:
            self._reading_due.cancel()
            self._reading_due = None

    def _expect_request(self) -> None:
        if self._request_due is None:
            self._request_due = self.loop.call_later(self.request_seconds, self.transport.abort)


class CertificateProtocol(BoundedProtocol):
    """It also tells the application whose certificate the connection showed."""

    def connection_made(self, transport: Any) -> None:
        """Wrap the application so that each request's scope names the certificate."""
        super().connection_made(transport)
        der = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        shown = hashlib.sha256(der).hexdigest() if der else ""
        under = self.app

        async def with_certificate(scope: Any, receive: Any, send: Any) -> None:
            await under({**scope, PEER: shown, TRANSPORT: transport}, receive, send)

        self.app = with_certificate


class BoundedServer(Server):
    """uvicorn's server with an end to the wait for TLS' handshake (its own has asyncio's, a
    minute)."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen on ``sockets``, which are open."""
        config = self.config
        loop = asyncio.get_running_loop()

        def connection() -> asyncio.Protocol:
            made = config.http_protocol_class(  # type: ignore[call-arg]
                config=config, server_state=self.server_state, app_state={}
            )
            assert isinstance(made, asyncio.Protocol)
            return made

        self.servers = [
            await loop.create_server(
                connection,
                sock=listening,
                ssl=config.ssl,
                backlog=config.backlog,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if config.ssl else None,
            )
            for listening in sockets or ()
        ]
        self.started = True
