"""One running union: parts put together, two ports opened, an end by signal or by input's end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyrage
from sqlalchemy import insert, select
from uvicorn import Config

from app.core.clock import SystemClock
from app.core.errors import EnvironmentFault
from app.core.language import in_words
from app.core.process import endings
from app.peers.connection import BoundedProtocol, BoundedServer
from app.peers.union import operators
from app.peers.union.database import Database, sqlite_url
from app.peers.union.folder import endpoint_file, take_folder
from app.peers.union.keys import open_keys, write_private
from app.peers.union.line import delivery
from app.peers.union.line.faults import Faults
from app.peers.union.line.server import Line, tls_config
from app.peers.union.shelf import Shelf
from app.peers.union.system import Setup, ShiftedClock, System
from app.peers.union.tables import municipality

_LOOPBACK = "127.0.0.1"
_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. ``database``: a PostgreSQL URL, "" for SQLite in ``data``;
    ``income_unknown``: in place of the union's table; ``moment``: sets the clock (training)."""

    data: Path
    database: str = ""
    prefecture: str = "15"
    name: str = "見本県後期高齢者医療広域連合"
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    listen: str = "127.0.0.1"
    port: int = 0
    operators: tuple[str, ...] = ("研修操作者一", "研修操作者二")
    income_unknown: str = ""
    moment: str = ""
    until_input_ends: bool = False


class QuietServer(BoundedServer):
    """The bounded server without its own signal handlers: two of them run in one loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are taken by ``serve``."""
        yield


def serve(options: Options) -> int:
    """Run until a signal (or the end of standard input, if asked); returns the exit code."""
    lock = take_folder(options.data)
    try:
        return _serve(options)
    finally:
        lock.release()


def _serve(options: Options) -> int:
    with _listen(options.listen, options.port) as terminals, _listen(_LOOPBACK, 0) as desk:
        clock = ShiftedClock(SystemClock())
        if options.moment:
            clock.set_to(datetime.fromisoformat(options.moment))
        system = assemble(options, clock, terminals.getsockname()[1])
        faults = Faults()
        line = QuietServer(tls_config(Line(system, faults)))
        tokens = operators.open_tokens(options.data, options.operators)
        names = {token: name for name, token in tokens.items()}
        back = QuietServer(
            Config(
                operators.application(operators.Desk(system, faults, clock, names)),
                http=BoundedProtocol,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=2,
            )
        )
        endpoint = {
            "terminals": f"{options.hosts[0]}:{terminals.getsockname()[1]}",
            "operators": f"http://{_LOOPBACK}:{desk.getsockname()[1]}",
            "process": os.getpid(),
        }
        try:
            asyncio.run(_both(line, terminals, back, desk, options, endpoint))
        finally:
            endpoint_file(options.data).unlink(missing_ok=True)
            system.database.close()
    return 0


def assemble(options: Options, clock: ShiftedClock, port: int) -> System:
    """The parts of a union, its database migrated and its municipalities known."""
    setup = Setup(
        data=options.data,
        prefecture=options.prefecture,
        name=options.name,
        hosts=options.hosts,
        port=port,
    )
    database = Database(options.database or sqlite_url(options.data / "union.db"))
    system = System(
        setup=setup,
        database=database,
        keys=open_keys(options.data / "keys", setup.hosts, setup.id, SystemClock().now()),
        clock=clock,
        shelf=Shelf(database, setup.prefecture, options.income_unknown),
    )
    for folder in (system.uploads, system.downloads, system.kept):
        folder.mkdir(mode=0o700, exist_ok=True)
    _know_municipalities(system)
    delivery.clear_orphans(system)
    delivery.forget_old(system)
    return system


def _know_municipalities(system: System) -> None:
    """The union's municipalities by the table; each new one gets its archive pair."""
    with system.database.write() as connection:
        known = set(connection.execute(select(municipality.c.code)).scalars())
        for row in system.tables["municipalities"].rows(
            system.today(), union=system.setup.prefecture
        ):
            if row.text("code") not in known:
                identity = pyrage.x25519.Identity.generate()
                connection.execute(
                    insert(municipality).values(
                        code=row.text("code"),
                        name=row.text("label"),
                        insurer_number=row.text("insurer_number"),
                        archive_recipient=str(identity.to_public()),
                        archive_identity=str(identity),
                    )
                )


def _listen(host: str, port: int) -> socket.socket:
    # Made by hand for its protocol number: asyncio sends small answers at once (TCP_NODELAY)
    # only on a socket that says it is TCP, and create_server makes one that does not say so.
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None,
            port,
            type=socket.SOCK_STREAM,
            proto=socket.IPPROTO_TCP,
            flags=socket.AI_PASSIVE,
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_BACKLOG)
        except BaseException:
            listening.close()
            raise
        return listening
    except OSError as cause:
        raise EnvironmentFault(
            "union.port",
            f"ポート {port} で待ち受けられません。",
            "別のプログラムが使っていないか確かめるか、--port で別の番号を指定してください。",
        ) from cause


async def _both(
    line: QuietServer,
    terminals: socket.socket,
    back: QuietServer,
    desk: socket.socket,
    options: Options,
    endpoint: dict[str, object],
) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        line.should_exit = back.should_exit = True

    for number in endings():
        with contextlib.suppress(NotImplementedError):  # Windows' loop has none
            loop.add_signal_handler(number, stop)
    if options.until_input_ends:
        threading.Thread(target=_wait_for_end, args=(loop, stop), daemon=True).start()
    running = asyncio.gather(line.serve(sockets=[terminals]), back.serve(sockets=[desk]))
    while not (line.started and back.started) and not running.done():
        await asyncio.sleep(0.01)
    print(_says(options, endpoint), flush=True)
    write_private(endpoint_file(options.data), json.dumps(endpoint).encode())
    await running


def certificate_of(data: Path) -> Path:
    """The authority's certificate (PEM), which a terminal is enrolled with."""
    return data / "keys" / "authority.pem"


def _says(options: Options, endpoint: dict[str, object]) -> str:
    """What whoever started it needs to enrol a terminal."""
    certificate = certificate_of(options.data).resolve()
    address = endpoint["terminals"]
    return in_words(
        f"標準システム（{options.name}）が動いています。Ctrl-C で終わります。\n"
        f"端末を待つアドレス： {address}\n"
        f"端末に渡す証明書： {certificate}\n"
        f"端末の登録： madoguchi enrol {address} {certificate}",
        f"The standard system ({options.name}) is running; Ctrl-C ends it.\n"
        f"address for terminals: {address}\n"
        f"certificate for terminals: {certificate}\n"
        f"to enrol a terminal: madoguchi enrol {address} {certificate}",
    )


def _wait_for_end(loop: asyncio.AbstractEventLoop, stop: object) -> None:
    """The parent's end closes our standard input: nobody is left to answer."""
    sys.stdin.buffer.read()
    loop.call_soon_threadsafe(stop)  # type: ignore[arg-type]
