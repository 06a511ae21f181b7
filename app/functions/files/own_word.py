"""What this desk had told the others before it was restored from a backup (復元).

The union tells it back (decision 024). A case that was keyed after the backup is not here: who
keyed what is lost, but not that somebody did. It stands on the check list until a person has
dealt with it, and the other desks are told that it is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, insert, select

from app.core.errors import EnvironmentFault
from app.core.tables import Tables
from app.sync.terminal_keys import read_facts
from app.sync.work import EngineWork
from app.wire.files import FileSpec
from app.wire.records import OpenCaseRecord
from app.wire.records.desks import OVER
from db.tables.cases import case_file, check_entry
from db.tables.certificates import certificate
from db.tables.exchange import outbox
from db.tables.persons import atena

CAUSE = "case_lost"
_HERE: Mapping[str, Column[Any]] = {
    "DESK-01": case_file.c.id,
    "DESK-02": certificate.c.number,
    "DESK-03": outbox.c.id,
}
"""What a record of each stream is here."""


def others(
    work: EngineWork, spec: FileSpec, said: Sequence[Any], tables: Tables
) -> tuple[Any, ...]:
    """What is to be kept of ``said``: the others' word, and of our own what is not here. A case
    of ours that is not here is put on the check list, once."""
    desk = _me(work)
    (key,) = spec.key
    own = [getattr(one, key) for one in said if one.desk == desk]
    here = set()
    if own:
        column = _HERE[spec.id]
        here = {row[0] for row in work.all(select(column).where(column.in_(own)))}
    kept = []
    for one in said:
        if one.desk == desk:
            if getattr(one, key) in here or one.state in OVER:
                continue
            if isinstance(one, OpenCaseRecord):
                _list(work, one, tables)
        kept.append(one)
    return tuple(kept)


def _me(work: EngineWork) -> str:
    try:
        return read_facts(work).terminal
    except EnvironmentFault:
        return ""  # not enrolled: it never said anything


def _list(work: EngineWork, lost: OpenCaseRecord, tables: Tables) -> None:
    day = work.at.date()
    since = datetime.fromisoformat(lost.since)
    kind = tables["notification_kinds"].label(lost.kind, day)
    state = tables["shared_case_states"].label(lost.state, day)
    detail = (
        f"{since:%-m月%-d日 %H:%M} にこの端末で受け付けた「{kind}」（受付番号 {lost.case_id}、"
        f"{state}）は、端末をバックアップから戻したため、この端末にありません。"
        "届出の書類を見て、もう一度受け付けてください。決定が出ていたものは、届いた決定のとおりです。"
    )
    there = select(check_entry.c.id).where(
        check_entry.c.cause == CAUSE, check_entry.c.detail == detail
    )
    if work.first(there) is not None:
        return
    number = lost.atena_number
    work.run(
        insert(check_entry).values(
            id=work.new_id(),
            origin="terminal",
            cause=CAUSE,
            municipality_code=lost.municipality_code,
            atena_number=number,
            person_id=_owner(work, lost) if number else None,
            detail=detail,
            listed_at=work.at.isoformat(),
        )
    )


def _owner(work: EngineWork, lost: OpenCaseRecord) -> str | None:
    found = work.scalar(
        select(atena.c.person_id).where(
            atena.c.municipality_code == lost.municipality_code,
            atena.c.atena_number == lost.atena_number,
        )
    )
    return None if found is None else str(found)
