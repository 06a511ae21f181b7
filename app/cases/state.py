"""The states of a case (受付の状態), which one leads where, and the only writer of them.

Every row of ``case_file`` is written here: by ``add`` when it is opened, by ``move`` from one
state to the next, by ``change`` while it stays where it is (a test looks that nobody else does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Row, insert, select, update
from sqlalchemy.sql.base import Executable

from app.core.errors import UserError
from app.core.settings import Settings
from app.persons.words import CASE_STATES
from app.security.gate.work import ActWork
from db.tables.cases import case_file
from db.tables.certificates import certificate, sheet
from db.tables.control import setting
from db.work import ReadRows

PAPER_READS = ("certificate", "sheet")
CLOSING_READS = ("case_file", *PAPER_READS)
"""What a function declares that may be the last step of a case."""

_LOOK = "eligibility.second_look"


SUMMARY = "summary"
"""The last step of an entry: everything is keyed, it waits to be sent."""


class CaseState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    """書きかけ: being keyed, or taken back to be corrected."""

    WAITING = "waiting"
    """決定待ち: in the outbox, or at the union, whose decision has not come."""

    REJECTED = "rejected"
    """受け付けられなかった: the union's receipt says that it did not take the sending."""

    DECIDED = "decided"
    """決定あり: the union accepted what was notified."""

    REFUSED = "refused"
    """却下: the union decided against it."""

    ISSUED = "issued"
    """交付済み: a paper of its decision was issued."""

    CLOSED = "closed"
    """終了."""

    CANCELLED = "cancelled"
    """取りやめ: dropped before the union had taken it."""


S = CaseState
_ANSWERED = frozenset({S.WAITING, S.DECIDED, S.REFUSED})
"""Where an answer of the union leads: a later decision takes the place of an earlier one."""

NEXT: Mapping[CaseState, frozenset[CaseState]] = {
    S.DRAFT: frozenset({S.WAITING, S.CANCELLED}),
    S.WAITING: _ANSWERED | {S.DRAFT, S.REJECTED},
    S.REJECTED: frozenset({S.DRAFT, S.CANCELLED}),
    S.DECIDED: _ANSWERED | {S.ISSUED, S.CLOSED},
    S.REFUSED: _ANSWERED | {S.CLOSED},
    S.ISSUED: _ANSWERED | {S.CLOSED},
    S.CLOSED: _ANSWERED,
    S.CANCELLED: frozenset(),
}
"""The table of transitions: every state, and those that may follow it."""

LABELS: Mapping[CaseState, str] = {state: CASE_STATES[state] for state in CaseState}

OVER = frozenset({S.CLOSED, S.CANCELLED})
"""A case in one of these waits for nobody."""


class CaseWork(Protocol):
    """The part of a unit of work that writes cases: an act's, or the engine's."""

    def first(self, statement: Executable, params: Any = None) -> Row[Any] | None: ...

    def run(self, statement: Executable, params: Any = None) -> int: ...


def add(work: CaseWork, case_id: str, **columns: Any) -> None:
    """Write a fresh case, a draft."""
    work.run(insert(case_file).values(id=case_id, state=S.DRAFT, **columns))


def change(work: CaseWork, case_id: str, **columns: Any) -> None:
    """Write columns of a case that stays in its state; its version rises."""
    if not columns.keys().isdisjoint({"state", "version"}):
        raise ValueError("a state is changed by move")
    _write(work, case_id, columns)


def move(work: CaseWork, case_id: str, to: CaseState, **columns: Any) -> None:
    """Bring a case into the state ``to`` and write ``columns`` with it; its version rises.

    Raises UserError ``cases.no_case``, and ``cases.case_state`` when ``NEXT`` has
    no such step from where the case stands.
    """
    now = state_of(work, case_id)
    if to not in NEXT[now]:
        raise UserError(
            "cases.case_state",
            f"この受付（{case_id}）は「{LABELS[now]}」のため、「{LABELS[to]}」にはできません。",
            "今日の仕事の一覧を読み直し、今の状態から続けてください。",
        )
    _write(work, case_id, {**columns, "state": to})


def state_of(work: CaseWork, case_id: str) -> CaseState:
    """Where the case stands. Raises UserError ``cases.no_case``."""
    row = work.first(select(case_file.c.state).where(case_file.c.id == case_id))
    if row is None:
        raise no_case()
    return CaseState(row.state)


def _write(work: CaseWork, case_id: str, columns: Mapping[str, Any]) -> None:
    values = {**columns, "version": case_file.c.version + 1}
    work.run(update(case_file).where(case_file.c.id == case_id).values(**values))


def was_rejected(work: CaseWork, case_id: str) -> None:
    """The union's receipt says that it did not take the case's sending: the case waits for the
    clerk, who corrects it or drops it. Called by the exchange where it settles the sending, so
    that both are one; the cause stands with the sending."""
    if state_of(work, case_id) is S.WAITING:
        move(work, case_id, S.REJECTED)


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """The certificate issued for a decision and its last sheet (用紙): ``sheet_state`` is
    spooled (not confirmed yet), confirmed or spoilt; ``copies`` counts the sheets."""

    number: str
    sheet_id: str
    sheet_state: str
    copies: int

    @property
    def settled(self) -> bool:
        """Whether a good sheet was confirmed."""
        return self.sheet_state == "confirmed"


def paper_of(work: ReadRows, decision_id: str) -> IssuedPaper | None:
    """The paper issued for a decision; None before the issue."""
    rows = work.all(
        select(certificate.c.number, sheet.c.id, sheet.c.state, sheet.c.copy)
        .join(sheet, sheet.c.certificate_number == certificate.c.number)
        .where(certificate.c.decision_id == decision_id, certificate.c.state == "issued")
        .order_by(sheet.c.copy)
    )
    return IssuedPaper(*tuple(rows[-1])) if rows else None


def looks_first(work: ReadRows) -> bool:
    """Whether a second person must have looked before an entry is sent (SEC-13): else the
    look follows on the same day."""
    found = work.scalar(select(setting.c.value).where(setting.c.name == _LOOK))
    changed = {} if found is None else {_LOOK: str(found)}
    return Settings(changed).text(_LOOK) == "before"


def close_if_done(work: ActWork, case_id: str, *, papers: bool, looked_at: bool = True) -> None:
    """Close a case that waits for nobody any more: a second person has looked (where somebody
    must: ``looked_at``), and its sheet is confirmed, or, where no paper follows (``papers``), its
    decision was compared."""
    row = work.first(select(case_file).where(case_file.c.id == case_id))
    if row is None or (looked_at and not row.second_look_by):
        return
    if not papers:
        if row.state == S.DECIDED and row.compared_by:
            move(work, case_id, S.CLOSED)
        return
    if row.state != S.ISSUED:
        return
    paper = paper_of(work, row.decision_id)
    if paper is None or paper.settled:  # none: it is void, by a death or another issue
        move(work, case_id, S.CLOSED)


def no_case() -> UserError:
    """No such case here."""
    return UserError(
        "cases.no_case",
        "その受付が見つかりません。",
        "今日の仕事の一覧から選び直してください。",
    )
