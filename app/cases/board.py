"""The day board (今日の仕事): everything that waits for somebody, and the end of the day (日締め).

The lines come from the sources that the areas declare (``app.security.waiting``); nothing here
knows what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.core.errors import UserError
from app.security.acts.approval import Approval
from app.security.gate.gate import Gate, PreparedAct, Subject
from app.security.spec import Catalog
from app.security.staff.session import Session
from app.security.waiting import Waits, WaitWork

SHOW = "day.show"
CLOSE = "day.close"

CLOSED_ON = "day_closed_on"
"""The fact of the store that says up to which day the desk is closed (YYYY-MM-DD)."""

_NAMED = 5
"""So many ids of a count are named where the day cannot be closed."""


def lines(
    gate: Gate, session: Session, catalog: Catalog, *, background: bool = False
) -> tuple[Waits, ...]:
    """What waits in the areas that this person may enter: first what holds the day open, in
    each part the oldest first; what belongs to one sitting stands together, where the first of
    it would stand. ``background`` as in ``Gate.view``."""
    with gate.view(SHOW, session, subject=Subject("list", "day"), background=background) as work:
        found = tuple(_of(work, catalog, work.permitted))
        shown = tuple(dict.fromkeys(line.key for line in found))
        work.note(shown=shown, query_kind="day", numbers=False)
    return in_order(found)


def in_order(found: Iterable[Waits]) -> tuple[Waits, ...]:
    """Lines in the order of the board."""
    lines = sorted(found, key=lambda line: (not line.holds_day, line.since, line.key))
    place: dict[str, int] = {}
    for at, line in enumerate(lines):
        place.setdefault(line.sitting or line.key, at)

    def of_sitting(line: Waits) -> tuple[int, str, str]:
        return place[line.sitting or line.key], line.since, line.key

    return tuple(sorted(lines, key=of_sitting))


def _of(
    work: WaitWork, catalog: Catalog, permitted: frozenset[str] | None = None
) -> Iterator[Waits]:
    """The lines of every source; with ``permitted``, of those whose right is among them."""
    for area in catalog.areas:
        for source in area.waits:
            right = source.right or f"{area.id}.enter"
            if permitted is None or right in permitted:
                yield from source.lines(work)


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Which day is closed (YYYY-MM-DD)."""

    day: str


def prepare_close(gate: Gate, session: Session, catalog: Catalog, day: date) -> PreparedAct:
    """What a supervisor touches the key for.

    Raises UserError ``day.open`` that counts what holds the day open, and ``day.future`` for a
    day that has not come.
    """
    if day > gate.now().date():
        raise UserError(
            "day.future",
            "まだ来ていない日は締められません。",
            "今日か、締めていない前の日を選んでください。",
        )
    with gate.view(SHOW, session, subject=Subject("list", "day")) as work:
        _refuse_open(_of(work, catalog), day)
    return gate.prepare(
        CLOSE,
        session,
        subject=Subject("list", day.isoformat()),
        content=CloseDay(day.isoformat()),
        sentence=f"{day.month}月{day.day}日の窓口を締めます。",
    )


def perform_close(
    gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...], catalog: Catalog
) -> None:
    """Close the day. Raises as ``prepare_close`` when something has opened meanwhile, and
    UserError ``day.closed`` for a day that is closed already."""
    with gate.act(prepared, approvals) as work:
        content: CloseDay = work.content
        day = date.fromisoformat(content.day)
        _refuse_open(_of(work, catalog), day)
        known = work.fact(CLOSED_ON)
        if known is not None and known >= content.day:
            raise UserError(
                "day.closed", "その日は、すでに締められています。", "締める日を確かめてください。"
            )
        work.set_fact(CLOSED_ON, content.day)


def _refuse_open(waiting: Iterable[Waits], day: date) -> None:
    """Raises UserError ``day.open`` when one of the lines holds ``day`` open: it waits since
    that day or before, and it has a reason."""
    last = f"{day.isoformat()}T99"
    held: dict[str, list[str]] = {}
    for line in waiting:
        if line.since <= last:
            for reason in line.holds_day:
                held.setdefault(reason, []).append(line.key)
    if held:
        counts = "、".join(
            f"{reason} {len(keys)}件（{_some(keys)}）" for reason, keys in held.items()
        )
        raise UserError(
            "day.open",
            f"{day.month}月{day.day}日の窓口は、まだ締められません。{counts}。",
            "今日の仕事の一覧で「締めの前に」と示されたものを済ませてください。",
        )


def _some(keys: list[str]) -> str:
    more = " ほか" if len(keys) > _NAMED else ""
    return "、".join(keys[:_NAMED]) + more
