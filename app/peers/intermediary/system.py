"""One intermediary: its database, its keys, its clock, the unions it serves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update

from app.core.clock import Clock
from app.core.errors import EnvironmentFault, UserError
from app.core.tables import Tables
from app.peers.intermediary.keys import Keys, make_keys, open_keys
from app.peers.intermediary.tables import METADATA, VERSION, fact, insurer, log, parcel
from app.peers.streams import OUT, next_place, note_sent
from app.wire.cards import BodyCard, open_body_card
from app.wire.parcels import pack
from app.wire.refusals import ContainerCause, ContainerRefused
from app.wire.statements import sign
from app.wire.values import code_sets

FILE = "intermediary.sqlite"
NAME = "C01"
"""Its name on the wire."""

KEPT_DAYS = 30
"""How long a given answer is kept, until ``set-days`` says otherwise (SEC-126)."""


class Intermediary:
    """The system in ``data``."""

    def __init__(self, data: Path, tables: Tables, clock: Clock) -> None:
        self.data = data
        self.tables = tables
        self.clock = clock
        self._engine = _engine(data / FILE)
        self.keys: Keys = open_keys(data / "keys", NAME)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent read."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, alone: whole or not at all."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @property
    def today(self) -> date:
        """Its calendar day."""
        return self.clock.now().date()

    @property
    def codes(self) -> dict[str, frozenset[str]]:
        """The codes that hold today."""
        return code_sets(self.tables, self.today)

    def now(self) -> str:
        """This moment as it stands in tables and answers."""
        return self.clock.now().isoformat(timespec="seconds")

    @property
    def kept_days(self) -> int:
        """How long a given answer is kept, in days (SEC-126)."""
        return int(self.fact("kept_days") or KEPT_DAYS)

    def fact(self, name: str) -> str:
        """One fact of the system, "" for none."""
        with self.read() as connection:
            said = connection.execute(select(fact.c.value).where(fact.c.name == name)).scalar()
        return str(said or "")

    def card(self) -> bytes:
        """This body as a union must know it, signed."""
        own = self.keys.own
        card = BodyCard(
            name=own.name,
            title=self.fact("title"),
            number="",
            signing=own.signing.public_key().public_bytes_raw(),
            receiving=own.recipient,
            certificate=self.keys.line_certificate.read_bytes(),
            at=self.now(),
        )
        return sign(card, own.signing)


@dataclass(frozen=True, slots=True)
class Insurer:
    """A union that is served: its 保険者番号 and card."""

    number: str
    card: BodyCard


def make(data: Path, tables: Tables, clock: Clock, hosts: tuple[str, ...]) -> Intermediary:
    """A new, empty one. Raises UserError ``intermediary.exists``."""
    if (data / FILE).exists():
        raise UserError(
            "intermediary.exists",
            f"この場所（{data}）には、すでに中間サーバーがあります。",
            "別の場所を --data で指定してください。",
        )
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    title = "医療保険者等向け中間サーバー（研修用）"
    make_keys(data / "keys", NAME, hosts, clock.now())
    made = Intermediary(data, tables, clock)
    with made.write() as connection:
        set_fact(connection, "title", title)
    return made


def open_there(data: Path, tables: Tables, clock: Clock) -> Intermediary:
    """The one in ``data``. Raises UserError ``intermediary.not_made``."""
    if not (data / FILE).exists():
        raise UserError(
            "intermediary.not_made",
            f"この場所（{data}）には、中間サーバーがまだありません。",
            "madoguchi peer intermediary init で作ってください。",
        )
    return Intermediary(data, tables, clock)


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Set one fact."""
    if not connection.execute(update(fact).where(fact.c.name == name).values(value=value)).rowcount:
        connection.execute(insert(fact).values(name=name, value=value))


def log_act(
    system: Intermediary,
    connection: Connection,
    operator: str,
    act: str,
    subject: str,
    **detail: object,
) -> None:
    """Write what was done to what; ``detail`` holds no name and no number of a person."""
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True) if detail else ""
    connection.execute(
        insert(log).values(
            at=system.now(), operator=operator, act=act, subject=subject, detail=text
        )
    )


def serve_insurer(system: Intermediary, data: bytes) -> BodyCard:
    """Serve the union of this card from now on. Raises as ``open_body_card``, and UserError
    ``intermediary.number`` for a card without 保険者番号."""
    card = open_body_card(data)
    if len(card.number) != 8 or not card.number.isdigit():
        raise UserError(
            "intermediary.number",
            "名刺に保険者番号（8桁）がありません。",
            "広域連合の名刺か確かめてください。",
        )
    values = {"number": card.number, "card": data.hex()}
    with system.write() as connection:
        there = update(insurer).where(insurer.c.name == card.name).values(**values)
        if not connection.execute(there).rowcount:
            connection.execute(insert(insurer).values(name=card.name, **values))
        log_act(system, connection, "", "serve_insurer", card.name)
    return card


def insurer_of(connection: Connection, name: str) -> Insurer:
    """Who is served under this name. Raises ContainerRefused ``sender``."""
    row = connection.execute(select(insurer).where(insurer.c.name == name)).first()
    if row is None:
        raise ContainerRefused(ContainerCause.SENDER)
    return Insurer(row.number, open_body_card(bytes.fromhex(row.card)))


def send(
    system: Intermediary,
    connection: Connection,
    to: BodyCard,
    file_id: str,
    records: tuple[Any, ...],
) -> bytes:
    """Pack a file in the next place of its stream."""
    place = next_place(connection, parcel, OUT, to.name, file_id)
    data = pack(system.keys.own, to, file_id, records, system.codes, place, system.now())
    connection.execute(update(parcel).where(*_stream(to.name, file_id)).values(body=b""))
    note_sent(connection, parcel, to.name, data, system.now())
    mine = (*_stream(to.name, file_id), parcel.c.sequence == place.sequence)
    connection.execute(update(parcel).where(*mine).values(body=data))
    return data


def sent_last(connection: Connection, to: str, file_id: str) -> bytes | None:
    """The very bytes of the last parcel of a file to ``to``: what was lost on the way goes again,
    because the next one would stand behind a gap."""
    body = connection.execute(
        select(parcel.c.body).where(*_stream(to, file_id), parcel.c.body != b"")
    ).scalar()
    return None if body is None else bytes(body)


def _stream(to: str, file_id: str) -> tuple[Any, ...]:
    return parcel.c.direction == OUT, parcel.c.peer == to, parcel.c.file_id == file_id


def _engine(file: Path) -> Engine:
    engine = create_engine(f"sqlite+pysqlite:///{file}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=20000"):
            connection.execute(f"PRAGMA {pragma}")

    with engine.begin() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar()
        if version not in (0, VERSION):
            raise EnvironmentFault(
                "intermediary.version",
                "中間サーバーのデータベースが、このプログラムの知らない版です。",
                "データを作った版のプログラムで動かしてください。",
            )
        METADATA.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")
    return engine
