"""What waits of the persons: support measures (支援措置) that are provisional, that end within a
month, and whose period is over (DOMAIN 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from app.persons import reaching, same_finding
from app.persons.restrictions import ends_soon_from
from app.security.control.state import PROVISIONAL
from app.security.waiting import Source, Waits, WaitWork
from db.tables.persons import person, restriction


def _measures(work: WaitWork) -> Iterator[Waits]:
    """The mark stays until somebody lifts it (DOMAIN 7.3): that somebody must come to know."""
    rows = work.all(
        select(restriction, person.c.name)
        .join(person, person.c.id == restriction.c.person_id)
        .where(restriction.c.lifted_at == "")
    )
    today = work.at.date()
    for row in rows:
        state, next_step = _where_it_stands(row.kind, row.until_on, today)
        if not state:
            continue
        yield Waits(
            key=row.id,
            what="仮支援措置" if row.kind == PROVISIONAL else "支援措置",
            state=state,
            since=row.until_on if row.until_on < today.isoformat() else row.from_on,
            next_step=next_step,
            opens="persons.open",
            given=(("person_id", row.person_id),),
            whose=row.name,
            due=row.until_on,
        )


def _where_it_stands(kind: str, until_on: str, today: date) -> tuple[str, str]:
    """Where a measure stands and what is to be done; ("", "") when nothing is."""
    if kind == PROVISIONAL:
        return "決定を待っている", "申出を審査し、取扱注意を付けるか外す"
    if until_on < today.isoformat():
        return "期間が過ぎた", "申出を確かめ、延長するか外す（自動では外れません）"
    if today >= ends_soon_from(until_on):
        return "まもなく期間が終わる", "本人に延長の申出を確かめる"
    return "", ""


WAITS = (
    Source(("restriction", "person"), _measures, "persons.mark_support"),
    reaching.WAITS,
    same_finding.WAITS,
)
