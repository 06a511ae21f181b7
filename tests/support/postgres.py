"""A private PostgreSQL for tests: own directory, loopback, gone at the end (TECH 8)."""

from __future__ import annotations

import functools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app.peers.union.database import Database
from tests.support import room

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. ``fresh`` makes an empty database, ``union`` one that holds a union's
    tables; both give its SQLAlchemy URL."""

    port: int
    password: str
    log: Path

    def fresh(self) -> str:
        return self._url(self._made("template1"))

    def union(self) -> str:
        return self._url(self._made(_union_template(self)))

    def drop(self, url: str) -> None:
        """Remove a database that nobody needs any more: each takes 8 MB of what may be memory."""
        name = url.rpartition("/")[2]
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _made(self, template: str) -> str:
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres:{self.password}@127.0.0.1:{self.port}/{name}"

    def _dsn(self, name: str) -> str:
        return (
            f"host=127.0.0.1 port={self.port} user=postgres password={self.password} dbname={name}"
        )


@functools.cache
def _union_template(server: Postgres) -> str:
    """The tables are made once; a copy of a database is quicker."""
    url = server.fresh()
    Database(url).close()
    return url.rpartition("/")[2]


@functools.cache
def worker_postgres() -> Postgres:
    """The one server that this test process starts."""
    server = room.shared.enter_context(private_postgres())
    room.shared.callback(worker_postgres.cache_clear)
    return server


@contextmanager
def database_of(kind: str, *, empty: bool = False) -> Iterator[str]:
    """For a test of both kinds: the URL of a database with a union's tables (``empty``: without),
    gone at the end; "" for ``kind`` sqlite."""
    if kind == "sqlite":
        yield ""
        return
    server = worker_postgres()
    url = server.fresh() if empty else server.union()
    try:
        yield url
    finally:
        server.drop(url)


@contextmanager
def private_postgres() -> Iterator[Postgres]:
    """Start a server of our own and stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-pg-"))
    owner = owner_of()
    try:
        password = secrets.token_hex(12)
        secret = folder / "password"
        secret.write_text(password)
        if owner:
            account = pwd.getpwnam(owner)
            for path in (folder, secret):
                os.chown(path, account.pw_uid, account.pw_gid)
        data = folder / "data"
        run_as(
            owner,
            f"{bin_of('initdb')} -D {data} -U postgres -E UTF8 --locale=C.UTF-8 "
            f"-A scram-sha-256 --pwfile={secret} --no-sync",
        )
        control = f"{bin_of('pg_ctl')} -D {data}"
        port = _started(owner, control, folder)
        try:
            yield Postgres(port, password, folder / "log")
        finally:
            run_as(owner, f"{control} -m immediate -w stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(owner: str, control: str, folder: Path) -> int:
    """Start the server; its port. Somebody may take a free port before the server does."""
    for attempt in range(5):
        port = free_port()
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        try:
            run_as(owner, f"{control} -o '{options}' -l {folder / 'log'} -w start")
        except RuntimeError:
            if attempt == 4:
                raise
        else:
            return port
    raise AssertionError("unreachable")


def owner_of() -> str:
    """initdb refuses root: the server's own account then, else whoever we are."""
    return "postgres" if os.geteuid() == 0 else ""


def run_as(owner: str, command: str) -> None:
    """Run a command as ``owner`` ("": as we are). Raises RuntimeError with what it said."""
    line = ["su", owner, "-s", "/bin/sh", "-c", command] if owner else ["sh", "-c", command]
    done = subprocess.run(
        line, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/", check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command}\n{done.stdout}\n{done.stderr}")


def bin_of(name: str) -> str:
    """Where a program of PostgreSQL lies. Raises RuntimeError where it is not installed."""
    found = shutil.which(name)
    if found:
        return found
    for place in _PLACES:
        folders = sorted(Path("/").glob(f"{place[1:]}/{name}"))
        if folders:
            return str(folders[-1])
    raise RuntimeError(f"{name} is not installed (apt: postgresql)")


def free_port() -> int:
    """A port of loopback that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
