"""端末の定期の仕事, as the page of the day's files shows it beside the files; and what the exchange
itself has on the schedule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.functions.files.day_files import SHOW
from app.security.gate.gate import Gate, Subject
from app.security.scheduled import Due, Scheduled
from app.security.spec import Catalog
from app.security.staff.session import Session
from app.security.waiting import WaitWork
from app.sync.keeping import TIDIED_FACT

_OVERDUE = timedelta(days=7)


def show(
    gate: Gate, session: Session, catalog: Catalog, *, background: bool = False
) -> tuple[Due, ...]:
    """Everything on the schedule of every area, what is late first. ``background`` as in
    ``Gate.view``."""
    with gate.view(
        SHOW, session, subject=Subject("list", "system_work"), background=background
    ) as work:
        sources = (source for area in catalog.areas for source in area.scheduled)
        found = [line for source in sources for line in source.lines(work)]
        work.note(shown=tuple(one.key for one in found), query_kind="day_files", numbers=False)
    return tuple(sorted(found, key=lambda one: not one.is_late))


def _copies(work: WaitWork) -> Iterator[Due]:
    last, today = work.fact(TIDIED_FACT) or "", work.at.date()
    late = bool(last) and today - date.fromisoformat(last) > _OVERDUE
    yield Due(
        key="copies",
        what="保存期間を過ぎた送受信の控えの消去",
        every="1日に一度（端末が行う）",
        last=last,
        due=(date.fromisoformat(last) + timedelta(days=1)).isoformat() if last else "",
        trouble=f"{_OVERDUE.days}日より長く行われていません" if late else "",
        remedy="広域連合との通信を確かめる" if late else "",
    )


SCHEDULED = (Scheduled((f"store_fact.{TIDIED_FACT}",), _copies),)
