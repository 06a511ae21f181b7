"""Whoever connects to the union and dawdles is cut off; whoever works is not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from uvicorn import Config

from app.core.errors import EnvironmentFault
from app.peers import connection
from app.peers.bounded import Bounds
from app.peers.connection import BoundedProtocol, BoundedServer, CertificateProtocol
from app.peers.union.client import OperatorClient
from app.peers.union.line.faults import Faults
from app.peers.union.line.server import Line, tls_config
from app.peers.union.running import QuietServer, _listen
from app.peers.union.system import System
from app.wire import protocol
from tests.support.raw_server import raw_server
from tests.support.tls import Authority
from tests.support.union_inside import union_inside

BOUND = 0.4
"""What a request may take here; in the product a minute."""
PATIENCE = 20.0


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with union_inside(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedProtocol, "request_seconds", BOUND)
    monkeypatch.setattr(BoundedProtocol, "reading_seconds", BOUND)
    monkeypatch.setattr(connection, "HANDSHAKE_SECONDS", BOUND)


class Served:
    """A server in a thread of its own, as the union runs it."""

    def __init__(self, config: Config) -> None:
        self._server: BoundedServer = QuietServer(config)
        self._listening = _listen("127.0.0.1", 0)
        self.address = self._listening.getsockname()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[self._listening]))
        )

    def __enter__(self) -> Served:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    def connections(self) -> int:
        return len(self._server.server_state.connections)


@pytest.fixture
def line(system: System) -> Iterator[Served]:
    with Served(tls_config(Line(system, Faults()))) as served:
        yield served


def encrypted(served: Served) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(served.address, timeout=PATIENCE)
    return context.wrap_socket(plain)


def seconds_until_closed(line: socket.socket, drip: bytes = b"") -> float:
    """How long the other side bears it, ``drip`` said a byte at a time, again and again."""
    begun = time.monotonic()
    line.settimeout(0.02)
    at = 0
    while time.monotonic() - begun < PATIENCE:
        try:
            if drip:
                line.send(drip[at % len(drip) :][:1])
                at += 1
            if line.recv(65536) == b"":
                break
        except (TimeoutError, ssl.SSLWantReadError):
            continue
        except OSError:
            break
    else:
        pytest.fail("the connection is still open")
    return time.monotonic() - begun


def test_a_connection_that_begins_no_encryption_is_closed(line: Served) -> None:
    with socket.create_connection(line.address) as half_open:
        assert seconds_until_closed(half_open) >= BOUND / 2


def test_a_connection_that_asks_nothing_is_closed(line: Served) -> None:
    with encrypted(line) as silent:
        assert seconds_until_closed(silent) >= BOUND / 2
    _wait_until(lambda: line.connections() == 0)


@pytest.mark.parametrize(
    ("begin", "drip"),
    [
        (b"", b"GET /v1/head HTTP/1.1\r\nX: " + b"x" * 4000),
        (b"POST /v1/enrolments HTTP/1.1\r\nHost: u\r\nContent-Length: 4000\r\n\r\n", b"x"),
        (
            b"POST /v1/enrolments HTTP/1.1\r\nHost: u\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"1\r\nx\r\n",
        ),
        # refused at its head; the rest would be thrown away for as long as it comes
        (b"POST /nothing HTTP/1.1\r\nHost: u\r\nContent-Length: 4000\r\n\r\n", b"x"),
    ],
    ids=["head", "body", "pieces", "after the answer"],
)
def test_a_request_said_a_byte_at_a_time_is_cut_off(
    line: Served, begin: bytes, drip: bytes
) -> None:
    with encrypted(line) as slow:
        slow.sendall(begin)
        assert seconds_until_closed(slow, drip) < PATIENCE
    _wait_until(lambda: line.connections() == 0)


def test_an_answer_that_nobody_reads_is_given_up() -> None:
    async def much(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(200):
            await send({"type": "http.response.body", "body": bytes(256 * 1024), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    config = Config(
        much, http=BoundedProtocol, ws="none", lifespan="off", log_config=None, access_log=False
    )
    with Served(config) as served, socket.create_connection(served.address) as deaf:
        deaf.sendall(b"GET / HTTP/1.1\r\nHost: u\r\n\r\n")
        _wait_until(lambda: served.connections() == 1)
        _wait_until(lambda: served.connections() == 0)


def test_a_caller_who_works_is_not_hurried(line: Served) -> None:
    """Requests one after another, with rests between that are longer than one request may take."""
    with encrypted(line) as busy:
        for _ in range(3):
            busy.sendall(
                f"GET {protocol.enrolment_path('0' * 32)} HTTP/1.1\r\nHost: u\r\n\r\n".encode()
            )
            answer = HTTPResponse(busy)
            answer.begin()
            assert answer.status == 404 and answer.read()
            time.sleep(BOUND * 1.5)


def test_the_terminals_line_has_these_bounds_and_the_operators_too() -> None:
    assert issubclass(CertificateProtocol, BoundedProtocol)
    assert issubclass(QuietServer, BoundedServer)


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


# --- the operators' client


def dripping(what: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def talk(line: socket.socket, ended: threading.Event) -> None:
        line.recv(65536)
        for byte in what:
            if ended.wait(0.02):
                return
            line.sendall(bytes([byte]))

    return talk


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize(
    "what", [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9_000, HEAD + b" " * 9_000]
)
def test_the_operators_client_leaves_a_dripping_server(tmp_path: Path, what: bytes) -> None:
    begun = time.monotonic()
    with raw_server(tmp_path, Authority(), dripping(what), tls=False) as server:
        _silent(OperatorClient(f"http://{server.address}", "x", Bounds(seconds=BOUND)))
    assert time.monotonic() - begun < PATIENCE


def test_the_operators_client_takes_no_endless_answer(tmp_path: Path) -> None:
    def flood(line: socket.socket, ended: threading.Event) -> None:
        line.recv(65536)
        line.sendall(HEAD.replace(b"100000", b"1" + b"0" * 15))
        while not ended.is_set():
            line.sendall(bytes(65536))

    bounds = Bounds(seconds=PATIENCE, largest=1024 * 1024)
    with raw_server(tmp_path, Authority(), flood, tls=False) as server:
        _silent(OperatorClient(f"http://{server.address}", "x", bounds))


def _silent(client: OperatorClient) -> None:
    with client, pytest.raises(EnvironmentFault) as fault:
        client.status()
    assert fault.value.code == "union.not_running"
