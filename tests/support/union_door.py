"""The union's line in this process: its application, one enrolled terminal, and whatever a
stranger or that terminal may send to it."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cbor2

from app.peers.connection import PEER, TRANSPORT
from app.peers.union.line import enrolment
from app.peers.union.line.faults import Faults
from app.peers.union.line.server import Line, application
from app.peers.union.system import System
from app.wire import statements
from app.wire.keys import signing_id, signing_keys
from tests.support.union_inside import union_inside
from tests.support.union_terminal import UnionTerminal


class _NoTransport:
    def abort(self) -> None:
        raise AssertionError("nothing is dropped here")


@dataclass(eq=False, repr=False)
class Door:
    """``send`` speaks as the enrolled terminal, or without a certificate."""

    system: System
    under: Any
    loop: asyncio.AbstractEventLoop
    terminal: UnionTerminal
    shown: str
    said: io.StringIO
    as_terminal: bool = field(default=True)

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        return self.loop.run_until_complete(self._asked(method, path, body, headers or {}))

    async def _asked(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """As uvicorn hands a request over; paths may hold what no client would send."""
        plain, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": plain,
            "raw_path": quote(plain).encode("ascii"),
            "query_string": quote(query, safe="=%&").encode("ascii"),
            "root_path": "",
            "headers": [
                (name.lower().encode("ascii"), value.encode("latin-1"))
                for name, value in headers.items()
            ],
            "client": ("192.0.2.1", 1),
            "server": ("union", 443),
            PEER: self.shown if self.as_terminal else "",
            TRANSPORT: _NoTransport(),
        }
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            told.append(message)

        await self.under(scope, receive, send)
        return told[0]["status"], b"".join(one.get("body", b"") for one in told[1:])

    def signed(self, kind: str, body: Any) -> bytes:
        """A statement by the terminal's own key over any body at all."""
        raw = body if isinstance(body, bytes) else cbor2.dumps(body, canonical=True)
        signature = self.terminal.signing.sign(statements._signed(kind, raw))
        envelope = {
            "kind": kind,
            "key": signing_id(self.terminal.signing),
            "body": raw,
            "signature": signature,
        }
        return cbor2.dumps(envelope, canonical=True)


def enrol(system: System, terminal: UnionTerminal) -> statements.EnrolmentAnswer:
    """Ask and let both operators approve."""
    state = enrolment.receive_request(system, terminal.request(), "192.0.2.1")
    enrolment.approve(system, "一", state.id)
    answer = enrolment.approve(system, "二", state.id).answer
    keys = signing_keys(system.keys.signing.public_key().public_bytes_raw())
    return statements.open_signed(statements.EnrolmentAnswer, answer, keys)


@contextmanager
def union_door(folder: Path) -> Iterator[Door]:
    """A union with one enrolled terminal."""
    with union_inside(folder) as system:
        terminal = UnionTerminal(None)
        terminal.answer = enrol(system, terminal)
        shown = _fingerprint(system)
        under = application(Line(system, Faults()))
        said = io.StringIO()
        handler = logging.StreamHandler(said)
        logging.getLogger("app.peers").addHandler(handler)

        loop = asyncio.new_event_loop()
        door = Door(system, under, loop, terminal, shown, said)
        try:
            yield door
        finally:
            logging.getLogger("app.peers").removeHandler(handler)
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()


def _fingerprint(system: System) -> str:
    from sqlalchemy import select

    from app.peers.union.tables import credential

    with system.database.read() as connection:
        return str(connection.execute(select(credential.c.fingerprint)).scalar_one())
