"""抜き取り: what a second person sees of a file before confirming its content (SEC-114).

Some records are kept when the file is moved in, without 個人番号, and go when the sending is
confirmed or withdrawn. Nobody under support measures is among them (``db.shown``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Executable, delete, insert, select

from app.core.canon import canonical_json
from app.core.tables import Tables
from app.security.gate.work import ViewWork
from app.sync.media.transcode import Sealed
from app.wire.files import FILES
from app.wire.layout import Column, Kind, columns
from db.tables.exchange import sending_sample
from db.tables.persons import atena

READS = ("sending_sample", "atena")
WRITES = ("sending_sample",)


class _Writes(Protocol):
    def run(self, statement: Executable, values: Any = ...) -> int: ...


@dataclass(frozen=True, slots=True)
class Sample:
    """One record: its place in the file, from 1, and label and text of each item that it has."""

    place: int
    items: tuple[tuple[str, str], ...]


def keep(work: _Writes, outbox_id: str, sealed: Sealed) -> None:
    """Keep what was drawn of a file."""
    names = [one.name for one in columns(FILES[sealed.file_id].record) if not one.my_number]
    for place, record in sealed.drawn:
        values = {name: getattr(record, name) for name in names}
        work.run(
            insert(sending_sample).values(
                outbox_id=outbox_id,
                place=place,
                municipality_code=values.get("municipality_code", ""),
                atena_number=values.get("atena_number", ""),
                record=canonical_json({name: said for name, said in values.items() if said}),
            )
        )


def forget(work: _Writes, outbox_id: str) -> None:
    """Nobody confirms this sending any more."""
    work.run(delete(sending_sample).where(sending_sample.c.outbox_id == outbox_id))


def drawn_of(work: ViewWork, outbox_id: str, file_id: str, tables: Tables) -> tuple[Sample, ...]:
    """The records as who confirms them reads them, in the file's order; who they are of is
    written down."""
    rows = work.all(
        select(sending_sample)
        .where(sending_sample.c.outbox_id == outbox_id)
        .order_by(sending_sample.c.place)
    )
    numbers = [row.atena_number for row in rows if row.atena_number]
    persons = work.all(select(atena.c.person_id).where(atena.c.atena_number.in_(numbers)))
    shown = tuple(dict.fromkeys(row.person_id for row in persons))
    work.note(shown=shown, query_kind="samples", numbers=False)
    declared, day = columns(FILES[file_id].record), work.at.date()
    found = []
    for row in rows:
        said = json.loads(row.record)
        mine = (one for one in declared if one.name in said)
        items = tuple((one.label, _said(one, said[one.name], tables, day)) for one in mine)
        found.append(Sample(row.place, items))
    return tuple(found)


def _said(column: Column, text: str, tables: Tables, day: date) -> str:
    """A code in its words, an amount as money is written, everything else as it stands."""
    if column.codes:
        return str(tables[column.codes].label(text, day))
    if column.kind is Kind.FLAG:
        return "該当" if text == "1" else "非該当"
    return f"{int(text):,}円" if column.kind in (Kind.YEN, Kind.SIGNED) else text
