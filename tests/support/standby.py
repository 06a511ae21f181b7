"""Two PostgreSQL clusters: a primary and its synchronous standby, one of which is killed."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.support.postgres import bin_of, free_port, owner_of, run_as

_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "fsync=off",  # processes are killed here, not the machine
    "full_page_writes=off",
    "max_wal_senders=4",
    "hot_standby=on",
    "wal_level=replica",
    "synchronous_commit=on",
    "log_error_verbosity=terse",
)


@dataclass
class Pair:
    """``url`` names both; which of them may be written PostgreSQL's library finds."""

    folder: Path
    owner: str
    password: str
    ports: tuple[int, int]
    killed: bool = field(default=False)
    promoted: bool = field(default=False)

    @property
    def url(self) -> str:
        """The union's database on whichever may be written."""
        first, second = self.ports
        hosts = f"host=127.0.0.1:{first}&host=127.0.0.1:{second}"
        return f"postgresql+psycopg://postgres:{self.password}@/books?{hosts}"

    def kill_primary(self) -> None:
        """Every process of the primary ends at once, as with its machine: its first one is stopped,
        so that it begins no other, while those of the connections are killed."""
        first = int((self.folder / "first" / "postmaster.pid").read_text().split()[0])
        os.kill(first, signal.SIGSTOP)
        for process in (*_children(first), first):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.killed = True

    def promote(self) -> None:
        """The documented command: the standby is the primary from now on."""
        data = self.folder / "second"
        run_as(self.owner, f"{bin_of('pg_ctl')} -D {data} -w promote")

    def promote_once(self) -> None:
        """``promote`` unless it was done."""
        if not self.promoted:
            self.promoted = True
            self.promote()

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What stands in the database that may be written."""
        with psycopg.connect(_dsn(self, "books"), autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):  # it ended meanwhile
            if f"\nPPid:\t{parent}\n" in status.read_text():
                found.append(int(status.parent.name))
    return found


@contextmanager
def pair_of_servers() -> Iterator[Pair]:
    """Start both, the standby in step with the primary, and stop what still runs at the end."""
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-pair-"))
    owner = owner_of()
    pair = Pair(folder, owner, secrets.token_hex(12), (free_port(), free_port()))
    try:
        _make(pair)
        yield pair
    finally:
        for name in ("first", "second"):
            _stop(pair, name)
        shutil.rmtree(folder, ignore_errors=True)


def _make(pair: Pair) -> None:
    folder, owner = pair.folder, pair.owner
    secret = folder / "password"
    secret.write_text(pair.password)
    if owner:
        account = pwd.getpwnam(owner)
        for path in (folder, secret):
            os.chown(path, account.pw_uid, account.pw_gid)
    first, second = folder / "first", folder / "second"
    run_as(
        owner,
        f"{bin_of('initdb')} -D {first} -U postgres -E UTF8 --locale=C.UTF-8 "
        f"-A scram-sha-256 --pwfile={secret} --no-sync",
    )
    _start(pair, "first", pair.ports[0], "synchronous_standby_names=''")
    with psycopg.connect(_dsn(pair, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE books")
    run_as(
        owner,
        f"PGPASSWORD={pair.password} {bin_of('pg_basebackup')} -h 127.0.0.1 -p {pair.ports[0]} "
        f"-U postgres -D {second} -R -X stream -c fast --no-sync",
    )
    _start(pair, "second", pair.ports[1], "")
    with psycopg.connect(_dsn(pair, "postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
        _wait_in_step(connection)


def _wait_in_step(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    until = time.monotonic() + 20
    asked = b"SELECT sync_state FROM pg_stat_replication"
    while connection.execute(asked).fetchall() != [("sync",)]:
        assert time.monotonic() < until, "the standby does not follow"
        time.sleep(0.05)


def _start(pair: Pair, name: str, port: int, more: str) -> None:
    settings = [*_SETTINGS, f"unix_socket_directories={pair.folder}", *([more] if more else [])]
    options = f"-p {port} " + " ".join(f"-c {one}" for one in settings if "=''" not in one)
    data, log = pair.folder / name, pair.folder / f"{name}.log"
    run_as(pair.owner, f"{bin_of('pg_ctl')} -D {data} -o '{options}' -l {log} -w start")


def _stop(pair: Pair, name: str) -> None:
    data = pair.folder / name
    if (data / "postmaster.pid").exists():
        try:
            run_as(pair.owner, f"{bin_of('pg_ctl')} -D {data} -m immediate -w stop")
        except RuntimeError:
            assert pair.killed, "it was not killed and did not stop"


def _dsn(pair: Pair, database: str) -> str:
    first, second = pair.ports
    return (
        f"host=127.0.0.1,127.0.0.1 port={first},{second} target_session_attrs=read-write "
        f"user=postgres password={pair.password} dbname={database}"
    )
