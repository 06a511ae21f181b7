"""What waits of the cases: the source that each area with kinds of case declares (DESIGN 6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Row, case, func, select

from app.cases.delivered import words_of
from app.cases.follow_ups import follow_up_source
from app.cases.kind import CaseKind, Look
from app.cases.state import LABELS, OVER, SUMMARY, CaseState, looks_first, paper_of
from app.security.waiting import Source, Waits, WaitWork
from app.sync.states import Outgoing
from db.tables.cases import case_file, check_entry, delivered_list
from db.tables.certificates import certificate
from db.tables.exchange import outbox
from db.tables.persons import person

SECOND_LOOK = "二人目の確認が済んでいない受付"
SHEET = "用紙の確認が済んでいない受付"
NUMBER = "確保したまま発行していない番号のある受付"
SENDING = "広域連合の受領が確かめられていない受付"
REJECTED = "受け付けられなかったままの受付"

LOOKED_AT = frozenset({CaseState.WAITING, CaseState.DECIDED, CaseState.ISSUED})
"""What a second person may look through after the sending."""

_NEXT = {
    CaseState.DRAFT: "続きを入れる",
    CaseState.WAITING: "状況を見る・受付票を渡す",
    CaseState.REJECTED: "理由を見て、直すか取りやめる",
    CaseState.DECIDED: "見比べて証を交付する",
    CaseState.REFUSED: "理由を説明して終える",
    CaseState.ISSUED: "別の職員が二人目の確認をする",
}
_NEXT_WITHOUT_PAPER = {CaseState.DECIDED: "決定を見比べて終える"}
_LOOK_FIRST = "別の職員が送信前の確認をする"
_SEE_TO_SHEET = "用紙を確かめる・刷り直す"

CASES_READ = ("case_file", "outbox", "certificate", "sheet", "setting", "person")


def case_sources(kinds: tuple[CaseKind, ...]) -> tuple[Source, ...]:
    """What waits of an area with these kinds of case: the cases that still need somebody, and
    what comes after those that were accepted."""
    by_code = {kind.code: kind for kind in kinds}
    after = {one.code: one for kind in kinds for one in kind.follow_up}
    sources = [Source(CASES_READ, _case_lines(by_code))]
    if after:
        sources.append(follow_up_source(after, by_code, lambda code: after[code].opens))
    return tuple(sources)


def _case_lines(kinds: Mapping[str, CaseKind]) -> Callable[[WaitWork], Iterator[Waits]]:
    def lines(work: WaitWork) -> Iterator[Waits]:
        rows = work.all(
            select(
                case_file,
                outbox.c.state.label("sending"),
                outbox.c.last_cause,
                person.c.name.label("about"),
            )
            .select_from(
                case_file.outerjoin(outbox, outbox.c.id == case_file.c.outbox_id).outerjoin(
                    person, person.c.id == case_file.c.person_id
                )
            )
            .where(case_file.c.kind.in_(list(kinds)), case_file.c.state.not_in(OVER))
            .order_by(case_file.c.opened_at, case_file.c.id)
        )
        first, numbers = looks_first(work), _numbers_left(work)
        for row in rows:
            kind = kinds[row.kind]
            look = kind.second_look.look
            before = first if look is Look.BY_SETTING else look is Look.BEFORE
            looked_at = look is not Look.NONE
            reasons = tuple(
                _reasons(work, row, after=looked_at and not before, number=row.id in numbers)
            )
            look_first = before and row.state == CaseState.DRAFT and _is_unlooked_entry(row)
            yield _line(work, row, kind, reasons, look_first=look_first)

    return lines


def _line(
    work: WaitWork, row: Row[Any], kind: CaseKind, reasons: tuple[str, ...], *, look_first: bool
) -> Waits:
    state = CaseState(row.state)
    sheet_open = SHEET in reasons
    following = _NEXT if kind.papers else {**_NEXT, **_NEXT_WITHOUT_PAPER}
    next_step = _LOOK_FIRST if look_first else _SEE_TO_SHEET if sheet_open else following[state]
    opens = _opens(work, row, kind, look_first=look_first)
    given = (("case_id", row.id),)
    return Waits(
        key=row.id,
        what=kind.label,
        state=LABELS[state],
        since=row.opened_at,
        next_step=next_step,
        opens=opens,
        given=given if opens == kind.opening else (("kind", kind.code), *given),
        whose=row.about or kind.name_in(json.loads(row.draft)),
        cause=row.last_cause or "",
        holds_day=reasons,
        sitting=row.sitting or row.id,
    )


def _opens(work: WaitWork, row: Row[Any], kind: CaseKind, *, look_first: bool) -> str:
    if row.state == CaseState.REJECTED:
        return kind.function("show_rejection")
    if row.state == CaseState.DRAFT and (row.opened_by == work.staff_id or not look_first):
        return kind.opening
    return kind.function("show_decision")


def _reasons(work: WaitWork, row: Row[Any], *, after: bool, number: bool) -> Iterator[str]:
    """Why the day may not close with this case; ``after``: somebody looks after the sending."""
    state = CaseState(row.state)
    if state is CaseState.REJECTED:
        yield REJECTED
    if state in LOOKED_AT and after and not row.second_look_by:
        yield SECOND_LOOK
    if state is CaseState.WAITING and row.sending != Outgoing.ACCEPTED:
        yield SENDING
    if state is CaseState.ISSUED and _sheet_open(work, row):
        yield SHEET
    if number:
        yield NUMBER


def _is_unlooked_entry(row: Row[Any]) -> bool:
    return row.step == SUMMARY and not row.second_look_by


def _sheet_open(work: WaitWork, row: Row[Any]) -> bool:
    paper = paper_of(work, row.decision_id)
    return paper is not None and not paper.settled


def _numbers_left(work: WaitWork) -> set[str]:
    """The cases that have a number (発行番号) reserved and not issued."""
    reserved = select(certificate.c.case_id).where(certificate.c.state == "reserved")
    return {row.case_id for row in work.all(reserved)}


_UNOPENED = "期限を過ぎても開かれていないリストです。"


def _list_lines(work: WaitWork) -> Iterator[Waits]:
    """Every list that the union delivered, until its last line is done: one that nobody opened by
    its due day is an alarm (SEC-109)."""
    done = func.sum(case((check_entry.c.disposition != "", 1), else_=0))
    rows = work.all(
        select(delivered_list, func.count(check_entry.c.id).label("lines"), done.label("done"))
        .join(check_entry, check_entry.c.list_id == delivered_list.c.id)
        .where(delivered_list.c.closed_at == "")
        .group_by(delivered_list.c.id)
        .order_by(delivered_list.c.due_on, delivered_list.c.id)
    )
    today = work.at.date().isoformat()
    for row in rows:
        late, words = row.due_on < today, words_of(row.kind)
        opened = f"{row.lines}件中 {row.done}件済み" if row.opened_at else f"未開封 {row.lines}件"
        yield Waits(
            key=row.id,
            what=row.title,
            state=f"期限切れ・{opened}" if late else opened,
            since=row.arrived_at,
            next_step=words.todo,
            opens="eligibility.list_checks",
            given=(("list_id", row.id),),
            due=row.due_on,
            cause=_UNOPENED + words.harm if late and not row.opened_at else "",
        )


def _found_here(work: WaitWork) -> Iterator[Waits]:
    """What the terminal itself found, and what came before lists were work."""
    open_ones = (check_entry.c.disposition == "") & check_entry.c.list_id.is_(None)
    counted = select(func.count().label("listed"), func.min(check_entry.c.listed_at).label("since"))
    row = work.first(counted.where(open_ones))
    if row is not None and row.listed:
        yield Waits(
            key="checks",
            what="確認リスト",
            state=f"{row.listed}件",
            since=row.since,
            next_step="書類で確かめ、処理を記録する",
            opens="eligibility.list_checks",
        )


def _check_lines(work: WaitWork) -> Iterator[Waits]:
    yield from _list_lines(work)
    yield from _found_here(work)


CHECKS = Source(("check_entry", "delivered_list"), _check_lines, "eligibility.list_checks")
"""The union's lists, one line each, and what the terminal itself found."""
