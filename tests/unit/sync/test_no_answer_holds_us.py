"""No answer of a peer holds the terminal: each exchange ends in time, in bytes, and when asked."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
from contextlib import contextmanager
from datetime import datetime

import pytest

from app.core.clock import JST, FixedClock
from app.core.errors import EnvironmentFault
from app.start.compose import handlers
from app.sync import watched
from app.sync.engine import Engine
from app.sync.faults import ExchangeCancelled
from app.sync.transport import open_line
from app.sync.watched import Limits
from tests.support.line import bench_of
from tests.support.raw_server import asked, raw_server, saying
from tests.support.tls import Authority, keys_for

OURS = Authority("ours")
CLOCK = FixedClock(datetime.now(JST))
SHORT = Limits(connect=1.0, answer=0.3, settling=0.3)
LONG = Limits(connect=120.0, answer=120.0, settling=120.0)
OK = b"HTTP/1.1 200 OK\r\n"
DRIP = 0.02


@contextmanager
def line_to(address, limits):
    line = open_line(keys_for(address, OURS), CLOCK, limits)
    try:
        yield line
    finally:
        line.close()


@contextmanager
def meeting(folder, talk, limits, *, tls=True):
    """A line to a server that talks like this."""
    with raw_server(folder, OURS, talk, tls=tls) as server, line_to(server.address, limits) as line:
        yield line


def refused_by(folder, talk, limits, *, tls=True):
    """The code of the fault that an exchange with such a server ends in."""
    with meeting(folder, talk, limits, tls=tls) as line, pytest.raises(EnvironmentFault) as fault:
        line.down_list()
    return fault.value.code


def silent(line, ended):
    ended.wait()


DRIPS = {
    "nothing at all": saying(),
    "the status line": saying(b"HTT", endless=b"P", every=DRIP),
    "the head": saying(OK + b"X-Long: ", endless=b"x", every=DRIP),
    "many headers": saying(OK, endless=b"X: y\r\n", every=DRIP),
    "a body of known length": saying(
        OK + b"Content-Length: 1000000\r\n\r\n", endless=b"x", every=DRIP
    ),
    "a body without end": saying(OK + b"\r\n", endless=b"x", every=DRIP),
    "a body in chunks": saying(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", endless=b"1\r\nx\r\n", every=DRIP
    ),
    "100-continue": saying(endless=b"HTTP/1.1 100 Continue\r\n\r\n", every=DRIP),
    "half a 100-continue": saying(endless=b"H", every=DRIP),
}


@pytest.mark.parametrize("where", DRIPS)
def test_a_server_that_drips_is_given_up(tmp_path, where):
    """Every single read is quick enough; the whole is not."""
    assert refused_by(tmp_path, DRIPS[where], SHORT) in ("line.timeout", "line.cut")


def dripping_handshake(line, ended):
    while not ended.wait(DRIP):
        line.sendall(b"\x16")


@pytest.mark.parametrize("talk", [silent, dripping_handshake])
def test_a_server_that_never_ends_its_handshake_is_given_up(tmp_path, talk):
    code = refused_by(tmp_path, talk, SHORT, tls=False)
    assert code in ("line.timeout", "line.peer_unknown")


FLOODS = {
    "interim answers": (b"HTTP/1.1 100 Continue\r\n\r\n" * 500, b""),
    "headers": (b"X: y\r\n" * 1000, OK),
    "a body without end": (b"x" * 65536, OK + b"\r\n"),
    "a body in chunks": (
        b"8000\r\n" + b"x" * 0x8000 + b"\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
    ),
    "a body longer than any answer": (
        b"x" * 65536,
        OK + b"Content-Length: 99999999999\r\n\r\n",
    ),
}


@pytest.mark.parametrize("what", FLOODS)
def test_an_answer_without_end_is_given_up_by_its_size(tmp_path, what):
    endless, first = FLOODS[what]
    sent = []

    def flood(line, ended):
        asked(line)
        line.sendall(first)
        while not ended.is_set():
            line.sendall(endless)
            sent.append(len(endless))

    limits = Limits(connect=60.0, answer=60.0, largest=1024 * 1024)
    assert refused_by(tmp_path, flood, limits) in ("line.answer", "line.cut")
    assert sum(sent) < 32 * 1024 * 1024  # what the sockets between hold is not counted here


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x-strange", "identity, gzip"])
def test_what_is_packed_is_not_unpacked(tmp_path, encoding):
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9) if encoding == "gzip" else b"packed"
    head = f"Content-Encoding: {encoding}\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    talk = saying(OK + head + bomb)
    tracemalloc.start()
    try:
        assert refused_by(tmp_path, talk, LONG) == "line.answer"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


# -- stopping


def stopped_soon(line, call):
    """Ask from another thread to stop once the exchange is under way; how it ended."""
    stop, waits = threading.Event(), threading.Semaphore(0)
    line.heed(stop)
    watch = line._watch
    slice_of = watch.slice

    def noted():
        waits.release()
        return slice_of()

    watch.slice = noted
    ended = []

    def run():
        try:
            call()
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    for _ in range(3):  # it has waited already, and waits again
        waits.acquire()
    stop.set()
    thread.join(20)  # the limits here are minutes
    assert not thread.is_alive()
    return ended[0]


@pytest.mark.parametrize("where", DRIPS)
def test_a_stop_works_in_the_middle_of_any_answer(tmp_path, where):
    with meeting(tmp_path, DRIPS[where], LONG) as line:
        assert isinstance(stopped_soon(line, line.down_list), ExchangeCancelled)


def test_a_stop_works_in_the_handshake(tmp_path):
    with meeting(tmp_path, silent, LONG, tls=False) as line:
        assert isinstance(stopped_soon(line, line.down_list), ExchangeCancelled)


def test_a_stop_works_while_sending(tmp_path):
    """The peer takes nothing: the sockets are full."""
    with meeting(tmp_path, silent, LONG) as line:
        chunk = bytes(32 * 1024 * 1024)
        ended = stopped_soon(line, lambda: line.send_chunk("T01-1-000001", 0, chunk))
        assert isinstance(ended, ExchangeCancelled)


@contextmanager
def full_house():
    """A port where nobody is let in any more: connecting hangs."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        guests = []
        for _ in range(8):
            guest = socket.socket()
            guest.setblocking(False)
            guest.connect_ex(address)
            guests.append(guest)
        try:
            yield f"127.0.0.1:{address[1]}"
        finally:
            for guest in guests:
                guest.close()


def test_connecting_is_bounded_and_stops():
    with full_house() as address:
        with line_to(address, SHORT) as line, pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        assert fault.value.code == "line.timeout"
        with line_to(address, LONG) as line:
            assert isinstance(stopped_soon(line, line.down_list), ExchangeCancelled)


def test_looking_up_a_name_is_bounded_and_stops(monkeypatch):
    answer = threading.Event()

    def hanging(*_, **__):
        answer.wait()
        raise OSError("no such name")

    monkeypatch.setattr(watched.socket, "getaddrinfo", hanging)  # type: ignore[attr-defined]
    try:
        with line_to("union.example:1", SHORT) as line, pytest.raises(EnvironmentFault) as fault:
            line.down_list()
        assert fault.value.code == "line.timeout"
        with line_to("union.example:1", LONG) as line:
            assert isinstance(stopped_soon(line, line.down_list), ExchangeCancelled)
    finally:
        answer.set()


def test_a_slow_line_is_not_a_dead_one(tmp_path):
    """It moves enough for its bytes: the bound grows with them."""
    body = b"x" * 4096
    total = 40

    def slow(line, ended):
        asked(line)
        line.sendall(OK + f"Content-Length: {total * len(body)}\r\n\r\n".encode())
        for _ in range(total):
            ended.wait(DRIP)
            line.sendall(body)
        ended.wait()

    limits = Limits(connect=0.4, answer=0.1, slowest=4096)  # a second more for each part
    # it was read to its end, and is no list
    assert refused_by(tmp_path, slow, limits) == "line.answer"


def test_the_engine_ends_in_the_middle_and_begins_nothing_more(tmp_path, world, union):
    """The window closes while the union is silent."""
    met = threading.Event()

    def silent_once_met(line, ended):
        met.set()
        ended.wait()

    with raw_server(tmp_path, OURS, silent_once_met) as server:
        keys = keys_for(server.address, OURS)
        engine = Engine(
            bench_of(world, handlers(world.tables)),
            lambda _: open_line(keys, CLOCK, LONG),
            journal=world.journal,
        )
        reports = []
        thread = threading.Thread(target=lambda: reports.append(engine.contact()))
        thread.start()
        assert met.wait(60)
        engine.close()
        thread.join(20)
        assert not thread.is_alive()
        assert reports[0].cancelled
        assert engine.contact().cancelled
