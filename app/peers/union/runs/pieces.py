"""The machinery of yearly runs (年次処理): asked for by one official, begun by another, worked off
piece by piece.

A piece is a transaction: what it decides and how far the run is then are kept together or not at
all, so a run that was killed goes on behind its last piece and does nothing twice. What the run
made for the terminals is delivered as the files of the day are, when the last piece is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from app.core.errors import UserError
from app.peers.union.line.delivery import active_terminals
from app.peers.union.office.check_list import deliver_list
from app.peers.union.office.history import bring
from app.peers.union.office.holding import deliver_held, waiting
from app.peers.union.runs.blocks import Block, count_whom, next_block
from app.peers.union.system import System, log_act
from app.peers.union.tables import municipality as municipalities
from app.peers.union.tables import yearly_run
from app.wire.files import FILES

PIECE = 400
"""Residents of a piece; the last household may bring a few more."""

_MOST_SECONDS = 5.0
"""How long one request works before it says how far the run is."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a piece came to: records made for the terminals, contradictions listed."""

    made: int = 0
    listed: int = 0


@dataclass(frozen=True, slots=True)
class YearlyRun:
    """A kind of yearly run. ``ready`` gives the day that is meant, or raises why there can be no
    run for it; ``whom`` are the coverages it is about, ``year`` the year of the incomes it reads;
    ``work`` does a block. What it makes is held under ``file_id``."""

    kind: str
    title: str
    file_id: str
    ready: Callable[[System, date], None]
    whom: Callable[[date], ColumnElement[bool]]
    year: Callable[[date], int]
    work: Callable[[System, Connection, Row[Any], Block], Worked]


Kinds = Mapping[str, YearlyRun]


def propose(
    system: System, operator: str, kind: YearlyRun, municipality: str, day: date
) -> dict[str, Any]:
    """Ask for a run; asked for again before it was begun, the latest one who asked counts.

    Raises UserError ``union.no_municipality``, ``union.run_there`` for one that was begun, and
    whatever ``kind.ready`` says of the day."""
    kind.ready(system, day)
    run_id = f"{system.setup.id}-{kind.kind}-{municipality}-{day.year}"
    with system.database.write() as connection:
        known = select(municipalities.c.code).where(municipalities.c.code == municipality)
        if connection.execute(known).first() is None:
            raise UserError(
                "union.no_municipality",
                f"市区町村コード {municipality} は、この広域連合の市区町村ではありません。",
                "市区町村コード（6桁）を確かめてください。",
            )
        there = _find(connection, run_id)
        if there is not None and there.confirmed_by:
            raise UserError(
                "union.run_there",
                f"{kind.title}（{municipality}、{day.isoformat()}）は、{there.confirmed_at[:16]} に"
                "始められています。",
                "途中で止まったものは go-on で続きから行えます。"
                "その後の更正や異動は、日次で判定し直します。",
            )
        connection.execute(delete(yearly_run).where(yearly_run.c.id == run_id))
        connection.execute(
            insert(yearly_run).values(
                id=run_id,
                kind=kind.kind,
                municipality=municipality,
                day=day.isoformat(),
                asked_by=operator,
                asked_at=system.now(),
                total=count_whom(connection, municipality, kind.whom(day)),
            )
        )
        log_act(system, connection, operator, "propose_run", run_id)
        return _told(_known(connection, run_id))


def confirm(system: System, operator: str, run_id: str) -> dict[str, Any]:
    """Let a run begin that somebody else asked for. Raises UserError ``union.no_run``,
    ``union.same_operator``."""
    with system.database.write() as connection:
        row = _known(connection, run_id)
        if row.asked_by == operator:
            raise UserError(
                "union.same_operator",
                "年次処理を指示した本人は、確かめて始めることができません。",
                "別の操作者が確かめてください。",
            )
        if not row.confirmed_by:
            values = {"confirmed_by": operator, "confirmed_at": system.now()}
            connection.execute(_of(run_id).values(**values))
            log_act(system, connection, operator, "confirm_run", run_id, asked_by=row.asked_by)
        return _told(_known(connection, run_id))


def go_on(
    system: System, kinds: Kinds, run_id: str, *, seconds: float = _MOST_SECONDS
) -> dict[str, Any]:
    """Work at a run that was begun, from where it is, for about ``seconds``; how far it is then.
    Asked again at any moment and by anybody, it goes on. Raises UserError ``union.no_run``,
    ``union.run_not_confirmed``."""
    until = time.monotonic() + seconds
    while True:
        with system.database.write() as connection:
            row = _known(connection, run_id)
            if not row.confirmed_by:
                raise UserError(
                    "union.run_not_confirmed",
                    "この年次処理は、まだもう一人の操作者が確かめていません。",
                    "指示した人とは別の操作者が confirm-run で確かめてください。",
                )
            more = not row.finished_at and _step(system, connection, kinds[row.kind], row)
            told = _told(_known(connection, run_id))
        if not more or time.monotonic() >= until:
            return told


def runs(system: System) -> list[dict[str, Any]]:
    """All runs, the newest first, with how far each is."""
    with system.database.read() as connection:
        rows = connection.execute(
            select(yearly_run).order_by(yearly_run.c.asked_at.desc(), yearly_run.c.id)
        )
        return [_told(row) for row in rows]


def _step(system: System, connection: Connection, kind: YearlyRun, row: Row[Any]) -> bool:
    """The next piece, or what follows after the last one; whether there may be more to do."""
    day = date.fromisoformat(row.day)
    block = next_block(
        connection, row.municipality, row.household, kind.whom(day), kind.year(day), PIECE
    )
    if block is None:
        return _deliver(system, connection, kind, row)
    worked = Worked()
    if block.whom:
        bring(system, connection, "yearly", row.id, row.confirmed_by, row.day)
        worked = kind.work(system, connection, row, block)
    connection.execute(
        _of(row.id).values(
            household=block.last,
            done=row.done + len(block.whom),
            made=row.made + worked.made,
            listed=row.listed + worked.listed,
        )
    )
    return True


def _deliver(system: System, connection: Connection, kind: YearlyRun, row: Row[Any]) -> bool:
    """Seal what the run made, a terminal at a time; then it is finished."""
    route = FILES[kind.file_id].route
    for name in active_terminals(connection, row.municipality):
        if kind.file_id in waiting(connection, name, row.municipality, route):
            deliver_held(system, connection, name, kind.file_id)
            return True
    deliver_list(system, connection, row.municipality)
    connection.execute(_of(row.id).values(finished_at=system.now()))
    log_act(
        system,
        connection,
        row.confirmed_by,
        "finish_run",
        row.id,
        done=row.done,
        made=row.made,
        listed=row.listed,
    )
    return False


def _of(run_id: str) -> Any:
    return update(yearly_run).where(yearly_run.c.id == run_id)


def _find(connection: Connection, run_id: str) -> Row[Any] | None:
    return connection.execute(select(yearly_run).where(yearly_run.c.id == run_id)).first()


def _known(connection: Connection, run_id: str) -> Row[Any]:
    row = _find(connection, run_id)
    if row is None:
        raise UserError(
            "union.no_run",
            "この番号の年次処理はありません。",
            "runs の一覧で番号を確かめてください。",
        )
    return row


def _told(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "household"}
