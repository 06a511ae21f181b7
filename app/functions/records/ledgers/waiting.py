"""What of the ledgers waits for somebody: a step that is due, training that is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from app.functions.records.ledgers import LEDGERS
from app.functions.records.ledgers.book import read_records
from app.functions.records.ledgers.declared import Form, Ledger
from app.functions.records.ledgers.functions import ENTRY_READS
from app.functions.records.ledgers.inside import TRAINING
from app.functions.records.ledgers.record import Record
from app.security.waiting import Source, Waits, WaitWork

_TOLD_BEFORE = timedelta(days=3)
_TRAINING_TOLD_BEFORE = timedelta(days=30)


def _due(ledger: Ledger) -> Callable[[WaitWork], Iterator[Waits]]:
    def lines(work: WaitWork) -> Iterator[Waits]:
        today = work.at.date()
        for record in read_records(work, ledger):
            due = record.due_on
            if due is None or today < due - _TOLD_BEFORE:
                continue
            yield Waits(
                key=record.id,
                what=_called(ledger, record),
                state=_when(due, today),
                since=record.began,
                next_step=f"「{record.open_steps[0].label}」を書く",
                opens=ledger.shows,
                given=(("record", record.id),),
                due=due.isoformat(),
            )

    return lines


def _called(ledger: Ledger, record: Record) -> str:
    """What the board says of a record: what its ledger names, else its number."""
    items = {item.name: item for item in ledger.items}
    said = [
        _day(value) if items[name].form is Form.DAY else items[name].word(value)
        for name in ledger.board
        if (value := record.values.get(name, ""))
    ]
    return f"{ledger.noun}　{'　'.join(said)}" if said else f"{ledger.noun} {record.id}"


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.month}月{day.day}日（{'月火水木金土日'[day.weekday()]}）"


def _when(due: date, today: date) -> str:
    if due < today:
        return "期限を過ぎています"
    return {0: "きょう", 1: "あす"}.get((due - today).days, "期限が近い")


def _training(work: WaitWork) -> Iterator[Waits]:
    """Whoever was trained in something and not again since it is over, by person and course."""
    newest: dict[tuple[str, str], str] = {}
    for record in read_records(work, TRAINING):
        said = record.values
        key = (said.get("trained", ""), said.get("course", ""))
        newest[key] = max(newest.get(key, ""), said.get("good_until", ""))
    today = work.at.date()
    courses = dict(TRAINING.steps[0].items[1].choices)
    for (staff_id, course), until in sorted(newest.items()):
        if not until or today < date.fromisoformat(until) - _TRAINING_TOLD_BEFORE:
            continue
        over = date.fromisoformat(until) < today
        yield Waits(
            key=f"training:{staff_id}:{course}",
            what=f"職員 {staff_id} の研修（{courses.get(course, course)}）",
            state="有効期限が切れています" if over else "有効期限が近い",
            since=until,
            next_step="研修を受け、研修の記録に書く",
            opens=TRAINING.shows,
            due=until,
        )


WAITS = (
    *(Source(ENTRY_READS, _due(ledger), ledger.shows) for ledger in LEDGERS.values()),
    Source(ENTRY_READS, _training, TRAINING.shows),
)
