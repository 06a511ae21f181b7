"""Looking into the journal and proving it (操作記録の点検・検証, SEC-99 … 101)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from app.core.clock import Clock
from app.functions.records.review import NOTE, Month
from app.functions.records.waiting import REVIEWED
from app.security.acts.approval import Approval, AssertionCheck
from app.security.control.rows import read_log
from app.security.gate.gate import (
    Gate,
    PreparedAct,
    Session,
    Subject,
    ViewWork,
    WithDocument,
)
from app.security.journal.export import Rules, exported
from app.security.journal.journal import Journal
from app.security.journal.levels import Levels
from app.security.journal.line import Line, State
from app.security.journal.verify import PublicKey, Report, UnionWord, verify
from app.security.spec import Catalog, Kind
from app.security.staff.hours import Hours, hours_of
from app.wire.heads import Head
from db.tables.exchange import outbox


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line as the review shows it. ``result``: view, begun, done, failed, refused,
    event; ``cause`` is a code; ``recipient`` says of a sending what went to whom and whether they
    have it, "" for anything else (ADD-05)."""

    number: int
    at: str
    staff_id: str
    staff_name: str
    function_label: str
    subject_kind: str
    subject_key: str
    purpose: str
    result: str
    cause: str
    shown: int
    numbers: bool
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """点検記録: which days were looked at, up to which line, and what was found."""

    first_day: date
    last_day: date
    head_number: int
    head_hash: bytes
    irregular: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are looked at: of ``days`` (inclusive), by the person who acted, by whose
    data it was (a subject's key), or refusals alone."""

    days: tuple[date, date]
    staff_id: str = ""
    subject_key: str = ""
    refused_only: bool = False
    limit: int = 1000

    def has(self, line: Line) -> bool:
        """Whether a line is among them."""
        entry = line.entry
        return (
            self.days[0] <= date.fromisoformat(line.at[:10]) <= self.days[1]
            and self.staff_id in ("", entry.staff_id)
            and self.subject_key in ("", entry.subject.key, *entry.shown)
            and (not self.refused_only or entry.state is State.REFUSED)
        )


def view_lines(
    gate: Gate,
    session: Session,
    journal: Journal,
    catalog: Catalog,
    wanted: Wanted,
) -> tuple[RecordLine, ...]:
    """The newest lines of the wanted ones, newest first, at most ``wanted.limit``."""
    subject = Subject("list", "journal")
    with gate.view("records.view_lines", session, subject=subject) as work:
        names = _names(work)
        work.note(query_kind=f"{wanted.days[0]}_{wanted.days[1]}")
        found: list[RecordLine] = []
        for line in journal.newest_first():
            if date.fromisoformat(line.at[:10]) < wanted.days[0] or len(found) == wanted.limit:
                break
            if wanted.has(line):
                found.append(_record_line(line, names, catalog))
        return _with_recipients(work, found, catalog)


@dataclass(frozen=True, slots=True)
class Period:
    """The lines of some days: from ``first`` to ``last`` (numbers, inclusive; empty when last is
    less), whether a moment lies in the usable hours, and how each member of staff is called."""

    first: int
    last: int
    hours: Hours
    names: Mapping[str, str]


def find_period(gate: Gate, session: Session, journal: Journal, days: tuple[date, date]) -> Period:
    """Where the lines of ``days`` (inclusive) lie in the journal. Opening a review is a look of
    its own, told by its days."""
    with gate.view("records.view_lines", session, subject=Subject("list", "journal")) as work:
        work.note(query_kind=f"{days[0]}_{days[1]}")
        # an exception that was allowed is outside the hours all the same
        hours = replace(hours_of(work.control.in_force), exception_until=None)
        names = _names(work)
    low, high = days[0].isoformat(), (days[1] + timedelta(days=1)).isoformat()
    return Period(_first_from(journal, low), _first_from(journal, high) - 1, hours, names)


def read_lines(
    gate: Gate, session: Session, journal: Journal, month: Month, numbers: range
) -> None:
    """Take the lines of these numbers into ``month``: as many as a view may take."""
    with gate.view("records.view_lines", session, subject=Subject("list", "journal")) as work:
        work.note(query_kind=f"lines_{numbers.start}_{len(numbers)}")
        month.take(
            journal.file.each(
                "SELECT number, body FROM line WHERE number >= ? AND number < ? ORDER BY number",
                (numbers.start, numbers.stop),
            )
        )


def show_lines(
    gate: Gate,
    session: Session,
    journal: Journal,
    catalog: Catalog,
    numbers: Sequence[int],
) -> tuple[RecordLine, ...]:
    """These lines as the review shows them, in the order asked for."""
    with gate.view("records.view_lines", session, subject=Subject("list", "journal")) as work:
        work.note(query_kind=f"shown_{len(numbers)}")
        names = _names(work)
        lines = [_record_line(journal.line(one), names, catalog) for one in numbers]
        return _with_recipients(work, lines, catalog)


def _names(work: ViewWork) -> dict[str, str]:
    """Everybody's name by id, a contractor's people as such (SEC-26)."""
    return {one.id: one.called for one in work.control.people.values()}


def _first_from(journal: Journal, moment: str) -> int:
    """The first kept line written at ``moment`` or later; behind the last when there is none."""
    low, high = 1, journal.head.number + 1
    ((kept,),) = journal.file.rows("SELECT min(number) FROM line WHERE number > 1")
    low = int(kept or 1) if moment > journal.line(1).at else 1
    while low < high:
        middle = (low + high) // 2
        if journal.line(middle).at < moment:
            low = middle + 1
        else:
            high = middle
    return low


_UNION, _MEDIUM = "広域連合", "電子媒体"
_ARRIVED = {"accepted": "受領済", "rejected": "受け付けられず", "withdrawn": "取りやめ"}
_NO_COPY = "控えなし"


def _with_recipients(
    work: ViewWork, lines: Sequence[RecordLine], catalog: Catalog
) -> tuple[RecordLine, ...]:
    """The lines, each sending with what went to whom, as the outbox has it."""
    labels = {one.label for one in catalog.values() if one.kind is Kind.SEND}
    sent = {one.subject_key for one in lines if one.function_label in labels} - {""}
    rows = work.all(
        select(outbox.c.id, outbox.c.case_id, outbox.c.file_id, outbox.c.route, outbox.c.state)
        .where(outbox.c.case_id.in_(sent) | outbox.c.id.in_(sent))
        .order_by(outbox.c.id)
    )
    told: dict[str, list[str]] = {}
    for row in rows:
        whom = _MEDIUM if row.route == "medium" else _UNION
        text = f"{whom}　{row.file_id}　{_ARRIVED.get(row.state, '受領を待っています')}"
        for key in {row.id, row.case_id} & sent:
            told.setdefault(key, []).append(text)
    return tuple(
        replace(one, recipient="、".join(told.get(one.subject_key, [_NO_COPY])))
        if one.function_label in labels
        else one
        for one in lines
    )


def _record_line(line: Line, names: Mapping[str, str], catalog: Catalog) -> RecordLine:
    entry = line.entry
    known = catalog.get(entry.function_id)
    return RecordLine(
        line.number,
        line.at,
        entry.staff_id,
        names.get(entry.staff_id, ""),
        known.label if known is not None else entry.function_id,
        entry.subject.kind,
        entry.subject.key,
        entry.purpose,
        entry.state.value,
        entry.cause,
        len(entry.shown),
        entry.numbers,
    )


def verify_journal(
    gate: Gate,
    session: Session,
    journal: Journal,
    check_assertion: AssertionCheck,
    *,
    anchor: Head | str | None = None,
    union: UnionWord = UnionWord(),  # noqa: B008  # frozen
) -> Report:
    """Prove the whole journal from the screen; ``madoguchi journal verify`` does the same."""
    with gate.view("records.verify", session, subject=Subject("list", "journal")) as work:
        keys = _public_keys(work)
        return verify(
            journal,
            keys,
            check_assertion,
            anchor=anchor,
            union=union,
            levels=Levels(gate.catalog, work.business_days),
        )


def export_journal(
    gate: Gate,
    session: Session,
    journal: Journal,
    clock: Clock,
    union: UnionWord,
    write: Callable[[str], None],
    *,
    control: bool = False,
) -> int:
    """Hand every line of the exported file to ``write`` (docs/auditing.md 1); how many lines the
    journal had. ``control``: with the rows of the control log, which name staff. The act is the
    same as the proof's: it reads what the proof reads."""
    with gate.view("records.verify", session, subject=Subject("list", "journal")) as work:
        work.note(query_kind="export-control" if control else "export")
        head = journal.head.number
        log = read_log(work) if control else ()
        rules = Rules(tuple(gate.catalog.values()), log, work.business_days)
        for text in exported(journal, _public_keys(work), union, clock.now(), rules):
            write(text)
        return head


def _public_keys(work: ViewWork) -> dict[bytes, PublicKey]:
    """Every key that a signed act registered, revoked ones included; rows alone are no proof."""
    keys = work.control.keys.items()
    return {id_: PublicKey(key.staff_id, key.entry.public_key) for id_, key in keys}


def prepare_review(gate: Gate, session: Session, review: Review) -> PreparedAct:
    """点検記録, signed by the one who looked (SEC-99)."""
    result = "異常あり" if review.irregular else "異常なし"
    code = "irregular" if review.irregular else "regular"
    return gate.prepare(
        NOTE,
        session,
        subject=Subject("review", f"{review.first_day}_{review.last_day}_{code}"),
        content=WithDocument(review, review.head_hash),
        sentence=f"{review.first_day} から {review.last_day} までの操作記録を点検しました。"
        f"結果: {result}",
    )


def perform_review(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> int:
    """The number of the line that is the record of the review; the next one is due from its last
    day on."""
    with gate.act(prepared, approvals) as work:
        review: Review = work.content
        work.set_fact(REVIEWED, review.last_day.isoformat())
        return work.line
