"""A small authority, and an HTTPS server on loopback that answers as a test tells it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.sync.terminal_keys import LineFacts, TerminalKeys

ENDLESS = "2099-01-01T00:00:00+09:00"


@dataclass(frozen=True)
class Authority:
    """Issues certificates for tests."""

    name: str = "test authority"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @cached_property
    def pem(self) -> bytes:
        """Its own certificate."""
        return self.issue(self.key.public_key(), self.name, authority=True)

    def issue(
        self, public, name: str, *, days: float = 30, start: float = -1, authority: bool = False
    ) -> bytes:
        """A certificate (PEM) that holds from ``start`` days after now for ``days``."""
        begin = datetime.now(UTC) + timedelta(days=start)
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        constraints = x509.BasicConstraints(ca=authority, path_length=None)
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        own_id = x509.SubjectKeyIdentifier.from_public_key(public)
        issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=days))
            .add_extension(constraints, critical=True)
            .add_extension(names, critical=False)
            .add_extension(own_id, critical=False)
            .add_extension(issuer_id, critical=False)
            .sign(self.key, hashes.SHA256())
            .public_bytes(Encoding.PEM)
        )


@dataclass
class Answer:
    """What the server says next; ``None`` as body closes the line in the middle."""

    status: int = 200
    body: bytes | None = b""
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[str, str, dict[str, str], bytes], Answer]


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = script(self.command, self.path, dict(self.headers), body)
            if told.body is None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf")
                self.close_connection = True
                return
            self.send_response_only(told.status)
            if "Date" not in told.headers:
                self.send_header("Date", self.date_time_string())
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(told.body)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def do_PATCH(self) -> None:
            self._answer()

        def log_message(self, *args: object) -> None:
            """Nothing is logged."""

    return Handler


@contextmanager
def server(
    folder: Path, authority: Authority, script: Script, *, days: float = 30, start: float = -1
) -> Iterator[str]:
    """An HTTPS server that wants a client certificate of ``authority``; its "host:port"."""
    key = ec.generate_private_key(ec.SECP256R1())
    issued = authority.issue(key.public_key(), "union", days=days, start=start)
    pair = folder / "server.pem"
    pair.write_bytes(issued + private_pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(pair)
    context.load_verify_locations(cadata=authority.pem.decode())
    context.verify_mode = ssl.CERT_REQUIRED

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self):
            raw, address = self.socket.accept()
            return context.wrap_socket(
                raw, server_side=True, do_handshake_on_connect=False
            ), address

        def handle_error(self, request, client_address) -> None:
            """A refused handshake is what a test wants to see at the other end."""

    listening = Quiet(("127.0.0.1", 0), _handler(script))
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"127.0.0.1:{listening.server_address[1]}"
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def keys_for(
    host: str, trusted: Authority, issuer: Authority | None = None, valid_to: str = ENDLESS
) -> TerminalKeys:
    """A terminal's keys: certificate of ``issuer``, trusting ``trusted``."""
    tls = ec.generate_private_key(ec.SECP256R1())
    facts = LineFacts("152994", "T01", "U15", "age1union", "age1archive", (host,), valid_to)
    return TerminalKeys(
        facts=facts,
        certificate=(issuer or trusted).issue(tls.public_key(), "T01"),
        authorities=trusted.pem,
        tls_key=tls.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        signing=bytes(32),
        union_signing=(),
        receiving=(),
    )
