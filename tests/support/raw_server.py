"""A server on loopback that says whatever bytes a test gives it, in whatever rhythm."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.tls import Authority, private_pem

Talk = Callable[[socket.socket, threading.Event], None]
"""What is done with one connection, until it is over or ``ended`` is set."""


@dataclass
class Raw:
    """A running server. ``sent`` counts the bytes that left."""

    address: str
    ended: threading.Event = field(default_factory=threading.Event)
    sent: int = 0


@contextmanager
def raw_server(
    folder: Path, authority: Authority, talk: Talk, *, tls: bool = True
) -> Iterator[Raw]:
    """Every connection is talked to by ``talk``, in a thread of its own."""
    context = _context(folder, authority)
    listening = socket.create_server(("127.0.0.1", 0))
    made = Raw(f"127.0.0.1:{listening.getsockname()[1]}")
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            line = context.wrap_socket(connection, server_side=True) if tls else connection
            with contextlib.suppress(OSError), line:
                talk(line, made.ended)

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield made
    finally:
        made.ended.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for thread in threads:
            thread.join()


def _context(folder: Path, authority: Authority) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    pair = folder / "raw.pem"
    pair.write_bytes(authority.issue(key.public_key(), "union") + private_pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    return context


def asked(line: socket.socket) -> bytes:
    """The head of a request."""
    head = b""
    while b"\r\n\r\n" not in head:
        part = line.recv(64 * 1024)
        if not part:
            return head
        head += part
    return head


def saying(*parts: bytes, endless: bytes = b"", every: float = 0.0) -> Talk:
    """Say ``parts``, then ``endless`` again and again, one byte group every ``every`` seconds."""

    def talk(line: socket.socket, ended: threading.Event) -> None:
        asked(line)
        for part in parts:
            line.sendall(part)
        while endless and not ended.wait(every):
            line.sendall(endless)
        ended.wait()

    return talk
