"""当日のファイル: every file of the day on its way, in either direction, and what to do about it.

A source of the one day board, with a page of its own: what is due today, what was moved in, who
confirmed it, what the union answered, when it is tried again, and what is stuck. Cases' own
sendings stand in their case's line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, or_, select

from app.functions.files.recalls import may_recall
from app.rules.calendar.days import BusinessCalendar
from app.security.gate.facts import MEDIA_FACT
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from app.sync.age import DAILY
from app.sync.states import OPEN_OUTGOING, Incoming, Outgoing
from app.wire.files import FILES, FileSpec, Route
from db.tables.control import staff
from db.tables.exchange import inbox, outbox, recall
from db.tables.media import medium_use
from db.work import ReadRows

SHOW = "files.show_day"
READS = ("outbox", "inbox", "medium_use", "staff.name", "store_fact.terminal_media", "recall")
"""What a function declares that shows the day's files."""

STUCK_AFTER = timedelta(hours=1)
"""So long after a step nobody has to do by hand an item may rest before it counts as stuck."""

ARRIVES_BY = time(15)
"""By then the file of a day has come; later its absence is an alarm (SEC-118)."""

_DESKS_OWN = tuple(spec.id for spec in FILES.values() if spec.route is Route.SHARED)
"""What desks tell each other at every contact: nobody has to do anything about it."""

UP, DOWN = "送信", "受信"
_DUE = "due."

STUCK_TRIES = 3
"""So many attempts that failed make it stuck at once."""


class Step(StrEnum):
    """What a person does next about a line."""

    NOTHING = "nothing"
    MOVE_IN = "move_in"
    CONFIRM = "confirm"
    SETTLE = "settle"
    SET_ASIDE = "set_aside"
    MOVE_OUT = "move_out"


@dataclass(frozen=True, slots=True)
class DayFile:
    """One file of the day. ``key`` is the id of the item, or of the file that is due. ``before``
    counts the records of the one before it (-1: there was none). Moments are ISO, "" for not yet;
    ``who`` are those who moved it in or prepared it and those who confirmed it, by name."""

    key: str
    file_id: str
    title: str
    way: str
    business_on: str
    edition: int
    count: int
    before: int
    state: str
    step: Step
    next_step: str
    moved_at: str = ""
    checked_by: str = ""
    prepared_by: str = ""
    confirmed_by: tuple[str, ...] = ()
    settled_at: str = ""
    cause: str = ""
    next_try_at: str = ""
    tries: int = 0
    progress: int = -1
    since: str = ""
    stuck: bool = False
    alarm: bool = False
    is_over: bool = False
    may_recall: bool = False

    @property
    def is_due(self) -> bool:
        """Whether it is a file that should come, and no item yet."""
        return self.key.startswith(_DUE)


STATES: dict[Outgoing, tuple[str, Step, str]] = {
    Outgoing.PREPARED: ("確認待ち", Step.CONFIRM, "件数と宛先を確かめる（二人）"),
    Outgoing.CONFIRMED: ("送信待ち", Step.NOTHING, "端末が送ります"),
    Outgoing.SENDING: ("送信中", Step.NOTHING, "端末が続きを送ります"),
    Outgoing.SENT: ("受領待ち", Step.NOTHING, "端末が受領を確かめています"),
    Outgoing.ACCEPTED: ("受理", Step.NOTHING, ""),
    Outgoing.REJECTED: ("受け付けられず", Step.SETTLE, "直した版を送り、処理を記録する"),
    Outgoing.WITHDRAWN: ("取り下げ", Step.NOTHING, ""),
}
RECEIVED: dict[Incoming, tuple[str, Step, str]] = {
    Incoming.ANNOUNCED: ("届いている", Step.NOTHING, "端末が受け取ります"),
    Incoming.FETCHING: ("受信中", Step.NOTHING, "端末が続きを受け取ります"),
    Incoming.VERIFIED: ("確かめ中", Step.NOTHING, "端末が中身を確かめています"),
    Incoming.STAGED: ("取り込み待ち", Step.NOTHING, "端末の手があくと取り込みます"),
    Incoming.APPLIED: ("取り込み済み", Step.NOTHING, ""),
    Incoming.QUARANTINED: ("取り込めず", Step.SET_ASIDE, "広域連合に連絡し、処理を記録する"),
}
RECALLS: dict[str, tuple[str, Step, str]] = {
    "": ("回収を依頼中", Step.NOTHING, "端末が広域連合の答えを受け取ります"),
    "recalled": ("回収された", Step.SETTLE, "直した版を移入して送り、処理を記録する"),
    "used": (
        "回収できず（使用済み）",
        Step.SETTLE,
        "広域連合に連絡し、直した版を送り、処理を記録する",
    ),
    "unknown": ("回収できず（受領なし）", Step.SETTLE, "広域連合に連絡し、処理を記録する"),
}
"""What became of a sending that was asked back, by the union's word."""
STUCK = "止まっている"
_ADVICE = {
    UP: "回線と広域連合の状況を確かめ、直らなければシステム管理者に連絡する",
    DOWN: "回線を確かめ、直らなければ広域連合に送り直しを頼む",
}


def show(gate: Gate, session: Session, *, background: bool = False) -> tuple[DayFile, ...]:
    """The day's files, what needs somebody first. ``background`` as in ``Gate.view``."""
    subject = Subject("list", "day_files")
    with gate.view(SHOW, session, subject=subject, background=background) as work:
        found = tuple(of_day(work, work.at, work.business_days))
        work.note(shown=tuple(one.key for one in found), query_kind="day_files", numbers=False)
    return tuple(
        sorted(found, key=lambda one: (not (one.stuck or one.alarm), one.step is Step.NOTHING))
    )


def of_day(work: ReadRows, at: datetime, calendar: BusinessCalendar) -> Iterator[DayFile]:
    """What is due and has not come, what goes up, what came down."""
    yield from _due(work, at, calendar)
    names = {row.id: row.name for row in work.all(select(staff.c.id, staff.c.name))}
    today = at.date().isoformat()
    media = work.fact(MEDIA_FACT) == "1"
    yield from (_outgoing(work, row, at, names) for row in _sendings(work, today))
    yield from (_incoming(work, row, at, media=media) for row in _receipts(work, today))


def _sendings(work: ReadRows, today: str) -> list[Row[Any]]:
    unsettled = outbox.c.state.in_(OPEN_OUTGOING) | (
        (outbox.c.state == Outgoing.REJECTED) & (outbox.c.disposition == "")
    )
    unsettled |= outbox.c.id.in_(select(recall.c.outbox_id)) & (outbox.c.disposition == "")
    of_today = outbox.c.prepared_at.startswith(today) | outbox.c.settled_at.startswith(today)
    mine = select(outbox).where(
        outbox.c.case_id.is_(None), outbox.c.file_id.not_in(_DESKS_OWN), or_(unsettled, of_today)
    )
    return work.all(mine.order_by(outbox.c.prepared_at, outbox.c.id))


def _receipts(work: ReadRows, today: str) -> list[Row[Any]]:
    over = inbox.c.state.in_((Incoming.APPLIED, Incoming.QUARANTINED))
    unsettled = ~over | ((inbox.c.state == Incoming.QUARANTINED) & (inbox.c.disposition == ""))
    of_today = inbox.c.announced_at.startswith(today) | inbox.c.applied_at.startswith(today)
    carried = [spec.id for spec in FILES.values() if spec.route not in (Route.ONLINE, Route.SHARED)]
    told = unsettled | (of_today & inbox.c.file_id.in_(carried))
    return work.all(select(inbox).where(told).order_by(inbox.c.announced_at, inbox.c.id))


def _outgoing(work: ReadRows, row: Row[Any], at: datetime, names: dict[str, str]) -> DayFile:
    state = Outgoing(row.state)
    words, step, next_step = STATES[state]
    moved = work.first(select(medium_use).where(medium_use.c.sending == row.id))
    asked = work.first(select(recall).where(recall.c.outbox_id == row.id))
    if asked is not None:
        words, step, next_step = RECALLS[asked.outcome]
    if row.disposition:
        step, next_step = Step.NOTHING, ""
    stuck = state in (Outgoing.CONFIRMED, Outgoing.SENDING, Outgoing.SENT) and _rests(
        row.prepared_at, row.attempts, at
    )
    return DayFile(
        key=row.id,
        file_id=row.file_id,
        title=FILES[row.file_id].title,
        way=UP,
        business_on=row.business_on,
        edition=row.edition,
        count=row.record_count,
        before=_before(work, outbox, row, outbox.c.prepared_at),
        state=STUCK if stuck else words,
        step=step,
        next_step=_ADVICE[UP] if stuck else next_step,
        moved_at=moved.ended_at if moved is not None else "",
        checked_by=moved.scan if moved is not None else "",
        prepared_by=names.get(row.prepared_by, row.prepared_by),
        confirmed_by=tuple(names.get(one, one) for one in row.confirmed_by.split()),
        settled_at=row.settled_at,
        cause=row.last_cause if asked is None else f"回収の理由：{asked.reason}",
        next_try_at=row.next_try_at if state in OPEN_OUTGOING else "",
        tries=row.attempts,
        since=row.prepared_at,
        stuck=stuck,
        is_over=state not in OPEN_OUTGOING,
        may_recall=state is Outgoing.ACCEPTED and asked is None and may_recall(row.file_id),
    )


def _incoming(work: ReadRows, row: Row[Any], at: datetime, *, media: bool) -> DayFile:
    state = Incoming(row.state)
    spec = FILES[row.file_id]
    words, step, next_step = RECEIVED[state]
    under_way = state not in (Incoming.APPLIED, Incoming.QUARANTINED)
    stuck = under_way and _rests(row.announced_at, 0, at)
    if row.disposition:
        step, next_step = Step.NOTHING, ""
    goes_out = media and spec.moved_out and state is Incoming.APPLIED
    if goes_out and not _is_moved_out(work, row.id):
        step, next_step = Step.MOVE_OUT, "市区町村のシステムへ移出する"
    return DayFile(
        key=row.id,
        file_id=row.file_id,
        title=spec.title,
        way=DOWN,
        business_on=row.business_on,
        edition=row.edition,
        count=row.record_count,
        before=_before(work, inbox, row, inbox.c.announced_at),
        state=STUCK if stuck else words,
        step=step,
        next_step=_ADVICE[DOWN] if stuck else next_step,
        settled_at=row.applied_at,
        cause=row.cause,
        progress=row.offset * 100 // row.size if state is Incoming.FETCHING and row.size else -1,
        since=row.announced_at,
        stuck=stuck,
        is_over=not under_way,
    )


def _rests(since: str, tries: int, at: datetime) -> bool:
    """Whether it has waited so long, or failed so often, that somebody must look."""
    return tries >= STUCK_TRIES or at - datetime.fromisoformat(since) > STUCK_AFTER


def _before(work: ReadRows, table: Any, row: Row[Any], moment: Any) -> int:
    """How many records the one before it had; -1 for the first of its kind."""
    count = work.scalar(
        select(table.c.record_count)
        .where(table.c.file_id == row.file_id, moment < row._mapping[moment.name])
        .where(table.c.state.in_((Outgoing.ACCEPTED, Incoming.APPLIED)))
        .order_by(moment.desc())
        .limit(1)
    )
    return -1 if count is None else int(count)


def _is_moved_out(work: ReadRows, inbox_id: str) -> bool:
    done = select(medium_use.c.id).where(
        medium_use.c.inbox_id == inbox_id,
        medium_use.c.direction == "out",
        medium_use.c.state == "done",
    )
    return work.first(done) is not None


# -- what is due ---------------------------------------------------------------------------


def _due(work: ReadRows, at: datetime, calendar: BusinessCalendar) -> Iterator[DayFile]:
    """The daily files that this terminal handles and that have not come today (SEC-118): a file
    that never came here is nobody's to wait for, but the insured persons' own, which every
    terminal must have."""
    today = at.date()
    if not calendar.is_open(today):
        return
    for spec in FILES.values():
        last = _last(work, spec)
        if not _is_daily(spec) or (not last and spec.route is not Route.DOWN):
            continue
        if last[:10] == today.isoformat() or (not last and spec.id != DAILY):
            continue
        if _is_coming(work, spec):
            continue
        missed = calendar.between(date.fromisoformat(last[:10]), today) if last else 0
        yield _missing(spec, last, missed, late=at.time() >= ARRIVES_BY)


def _is_daily(spec: FileSpec) -> bool:
    comes = spec.route is Route.DOWN or (spec.route is Route.UP and spec.moved_in)
    return comes and spec.frequency.startswith("日次") and not spec.unspecified


def _last(work: ReadRows, spec: FileSpec) -> str:
    """When one last came: was applied, or prepared for sending."""
    if spec.route is Route.DOWN:
        came = select(func.max(inbox.c.applied_at)).where(
            inbox.c.file_id == spec.id, inbox.c.state == Incoming.APPLIED
        )
    else:
        came = select(func.max(outbox.c.prepared_at)).where(
            outbox.c.file_id == spec.id, outbox.c.state != Outgoing.WITHDRAWN
        )
    return str(work.scalar(came) or "")


def _is_coming(work: ReadRows, spec: FileSpec) -> bool:
    """Whether one is under way: then its own line says how far it is."""
    way = inbox.c.state.not_in((Incoming.APPLIED, Incoming.QUARANTINED))
    under_way = select(inbox.c.id).where(inbox.c.file_id == spec.id, way)
    return work.first(under_way) is not None


def _missing(spec: FileSpec, last: str, missed: int, *, late: bool) -> DayFile:
    down = spec.route is Route.DOWN
    old = missed > 1
    told = f"最後は {int(last[5:7])}月{int(last[8:10])}日" if last else "一度も届いていません"
    return DayFile(
        key=f"{_DUE}{spec.id}",
        file_id=spec.id,
        title=spec.title,
        way=DOWN if down else UP,
        business_on="",
        edition=0,
        count=0,
        before=-1,
        state=f"{missed}営業日届いていない" if old else "今日の分がまだない",
        step=Step.NOTHING if down else Step.MOVE_IN,
        next_step="広域連合に送信の有無を確かめる" if down else "媒体から移入する",
        cause=told,
        since=last,
        alarm=old or late or not last,
        is_over=True,
    )
