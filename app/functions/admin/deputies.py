"""職務代理の職員: who may stand in as the third for administration rights, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.functions.admin.rights_list import GrantLine, read_lines
from app.rules.calendar.days import BusinessCalendar
from app.security.gate.gate import Gate, Session, Subject
from app.security.spec import Catalog
from app.security.staff.grants import GrantState

_STEPS = {
    GrantState.REQUESTED: "申請中（承認を待っています）",
    GrantState.APPROVED: "承認済（反映を待っています）",
    GrantState.EFFECTIVE: "反映済（確認を待っています）",
    GrantState.CONFIRMED: "職務代理です",
    GrantState.REVOKED: "取り消されました",
    GrantState.LAPSED: "失効しました",
}


@dataclass(frozen=True, slots=True)
class Deputy:
    """One right to stand in. ``state`` says in words how far it is; ``holds`` whether it counts
    today."""

    staff_id: str
    called: str
    valid_from: date
    valid_to: date
    state: str
    holds: bool
    reason: str


def list_deputies(
    gate: Gate, session: Session, catalog: Catalog, calendar: BusinessCalendar
) -> tuple[Deputy, ...]:
    """Everybody who was ever asked to be one, those who are it today first."""
    subject = Subject("list", "deputies")
    with gate.view("admin.list_deputies", session, subject=subject) as work:
        lines = read_lines(work, catalog, calendar, over=True)
        today = work.at.date()
    mine = [line for line in lines if line.grant.function_id == catalog.deputises]
    return tuple(sorted((_deputy(one, today) for one in mine), key=lambda one: not one.holds))


def names_of(deputies: Sequence[Deputy]) -> str:
    """Who stands in today, in a sentence; "" for nobody."""
    return "、".join(one.called for one in deputies if one.holds)


def _deputy(line: GrantLine, today: date) -> Deputy:
    grant = line.grant
    state = _STEPS[grant.state]
    if line.problem == "right.lapsed":
        state = _STEPS[GrantState.LAPSED]
    elif grant.state is GrantState.CONFIRMED and not grant.valid_from <= today <= grant.valid_to:
        state = "期間の前です" if today < grant.valid_from else "期間が終わりました"
    return Deputy(
        grant.staff_id,
        line.called,
        grant.valid_from,
        grant.valid_to,
        state,
        not line.problem,
        line.reason,
    )
