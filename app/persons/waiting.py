"""What waits of the persons: support measures (支援措置) whose period is over."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.security.waiting import Source, Waits, WaitWork
from db.tables.persons import person, restriction


def _measures_over(work: WaitWork) -> Iterator[Waits]:
    """The mark stays until somebody lifts it (DOMAIN 7.3): that somebody must come to know."""
    today = work.at.date().isoformat()
    rows = work.all(
        select(restriction.c.id, restriction.c.person_id, restriction.c.until_on, person.c.name)
        .join(person, person.c.id == restriction.c.person_id)
        .where(restriction.c.lifted_at == "", restriction.c.until_on < today)
    )
    for row in rows:
        yield Waits(
            key=row.id,
            what="支援措置",
            state="期間が過ぎた",
            since=row.until_on,
            next_step="申出を確かめ、外すか付け直す",
            opens="persons.open",
            given=(("person_id", row.person_id),),
            whose=row.name,
        )


WAITS = (Source(("restriction", "person"), _measures_over, "persons.lift_support"),)
