"""Rights from request to second check (権限の申請・承認・反映・確認・更新・取消, SEC-35 … 42).

Each step is an act of its own by the person who takes it; ``app.security.staff.grants`` says who
may. Putting a right in force also seals the store's key to its holder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update

from app.core.tables import Tables
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Approval
from app.security.gate.facts import grant_of
from app.security.gate.gate import (
    ActWork,
    Gate,
    PreparedAct,
    RowVersion,
    Session,
    Subject,
    ViewWork,
)
from app.security.spec import Catalog, MyNumber
from app.security.staff import grants
from app.security.staff.grants import Access, Grant, GrantState, access_of
from app.security.staff.roles import check_in_role, role_on
from app.security.vault.store_access import StoreAccess
from db.tables.control import grant_row, staff


@dataclass(frozen=True, slots=True)
class Request:
    """申請: one person, one role, the functions needed of it, two days (inclusive)."""

    staff_id: str
    role: str
    function_ids: tuple[str, ...]
    valid_from: date
    valid_to: date
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step for one right."""

    grant_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Renewal:
    """更新: a later end and nothing else."""

    grant_id: str
    version: int
    valid_to: date


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One right as the list shows it; ``problem`` is why it does not hold today, or ""."""

    grant: Grant
    staff_name: str
    function_label: str
    problem: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What supervisors must see to: rights at a step, and rights near their end."""

    open_steps: tuple[GrantLine, ...]
    dead_ends: tuple[tuple[GrantLine, int], ...]


def list_grants(
    gate: Gate, session: Session, catalog: Catalog, calendar: BusinessCalendar
) -> tuple[GrantLine, ...]:
    """Every right that is not over, by person and function (SEC-43, SEC-44)."""
    with gate.view("admin.list_grants", session, subject=Subject("list", "grants")) as work:
        lines = _lines(work, catalog, calendar)
        work.note(shown=tuple(sorted({line.grant.staff_id for line in lines})))
        return lines


def list_waiting(
    gate: Gate, session: Session, catalog: Catalog, calendar: BusinessCalendar
) -> Waiting:
    """What waits for a supervisor: open steps, and ends 60, 30 and 7 days away."""
    with gate.view("admin.supervise", session, subject=Subject("list", "waiting")) as work:
        lines = _lines(work, catalog, calendar)
        work.note(shown=tuple(sorted({line.grant.staff_id for line in lines})))
    steps = (GrantState.REQUESTED, GrantState.APPROVED, GrantState.EFFECTIVE)
    by_id = {line.grant.id: line for line in lines}
    ending = grants.dead_ends([line.grant for line in lines], gate.now().date())
    return Waiting(
        tuple(line for line in lines if line.grant.state in steps or _is_unchecked(line.grant)),
        tuple((by_id[grant.id], days) for grant, days in ending),
    )


def prepare_request(
    gate: Gate, session: Session, request: Request, catalog: Catalog, tables: Tables
) -> PreparedAct:
    """申請. Raises ``Refusal`` ``grant.role``, ``grant.outside_role``, ``grant.period``,
    ``grant.too_long``."""
    today = gate.now().date()
    role = role_on(tables, catalog, request.role, today)
    check_in_role(role, request.function_ids)
    for function_id in request.function_ids:
        grants.check_request(catalog[function_id], request.valid_from, request.valid_to, today)
    labels = "、".join(catalog[one].label for one in request.function_ids)
    return gate.prepare(
        "admin.request_grant",
        session,
        subject=Subject("staff", request.staff_id),
        content=request,
        sentence=f"職員 {request.staff_id} に「{role.label}」として次の機能の権限を申請します"
        f"（{request.valid_from} から {request.valid_to} まで）: {labels}",
    )


def perform_request(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], catalog: Catalog
) -> tuple[str, ...]:
    """The ids of the new rights, one for each function."""
    with gate.act(prepared, approvals) as work:
        request: Request = work.content
        made = []
        for function_id in request.function_ids:
            grant_id = work.new_id()
            work.run(
                insert(grant_row).values(
                    id=grant_id,
                    staff_id=request.staff_id,
                    function_id=function_id,
                    access=access_of(catalog[function_id]).value,
                    valid_from=request.valid_from.isoformat(),
                    valid_to=request.valid_to.isoformat(),
                    state=GrantState.REQUESTED.value,
                    reason=request.reason,
                    requested_by=work.staff_id,
                    requested_at=work.at.isoformat(),
                    journal_line=work.line,
                )
            )
            made.append(grant_id)
        return tuple(made)


def prepare_approve(gate: Gate, session: Session, grant: Grant) -> PreparedAct:
    """承認. Raises ``Refusal`` ``grant.state``, ``grant.same_person``."""
    grants.check_approve(grant, session.staff_id)
    return _step(gate, session, "admin.approve_grant", grant, "承認")


def perform_approve(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Approve what was asked for."""
    with gate.act(prepared, approvals) as work:
        grants.check_approve(_current(work), work.staff_id)
        _move(work, GrantState.APPROVED, approved_by=work.staff_id, approved_at=_at(work))


def prepare_effect(gate: Gate, session: Session, grant: Grant) -> PreparedAct:
    """反映. Raises ``Refusal`` ``grant.state``, ``grant.same_person``, ``right.ended``."""
    grants.check_effect(grant, session.staff_id, gate.now().date())
    return _step(gate, session, "admin.effect_grant", grant, "反映")


def perform_effect(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    catalog: Catalog,
) -> None:
    """Put the right in force and seal the store's key to its holder, the number key too when
    the function uses individual numbers. Raises ``Refusal`` ``number.no_key`` when the
    operator has none to give."""
    with gate.act(prepared, approvals) as work:
        grant = _current(work)
        grants.check_effect(grant, work.staff_id, work.at.date())
        _move(work, GrantState.EFFECTIVE, effected_by=work.staff_id, effected_at=_at(work))
        numbers = catalog[grant.function_id].my_number is not MyNumber.NONE
        missing = numbers and not access.has_numbers(grant.staff_id)
        if missing or not access.is_admitted(grant.staff_id):
            access.admit(grant.staff_id, numbers=numbers)


def prepare_confirm(
    gate: Gate, session: Session, grant: Grant, calendar: BusinessCalendar
) -> PreparedAct:
    """確認 of 反映, or of a 取消. Raises ``Refusal`` ``grant.*``, ``right.lapsed``."""
    _check_confirm(grant, session.staff_id, gate.now().date(), calendar)
    return _step(gate, session, "admin.confirm_grant", grant, "確認")


def perform_confirm(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], calendar: BusinessCalendar
) -> None:
    """The second check (二重チェック, SEC-40)."""
    with gate.act(prepared, approvals) as work:
        grant = _current(work)
        _check_confirm(grant, work.staff_id, work.at.date(), calendar)
        revoked = grant.state is GrantState.REVOKED
        state = GrantState.REVOKED if revoked else GrantState.CONFIRMED
        _move(work, state, confirmed_by=work.staff_id, confirmed_at=_at(work))


def prepare_renew(gate: Gate, session: Session, grant: Grant, valid_to: date) -> PreparedAct:
    """更新. Raises ``Refusal`` ``grant.*``."""
    grants.check_renew(grant, session.staff_id, valid_to, gate.now().date())
    return gate.prepare(
        "admin.renew_grant",
        session,
        subject=Subject("grant", grant.id),
        content=Renewal(grant.id, grant.version, valid_to),
        sentence=f"職員 {grant.staff_id} の権限 {grant.function_id} の終了日を"
        f" {valid_to} に延ばします。",
        versions=(RowVersion("grant_row", grant.id, grant.version),),
    )


def perform_renew(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """A later end, nothing wider."""
    with gate.act(prepared, approvals) as work:
        renewal: Renewal = work.content
        grant = _current(work)
        grants.check_renew(grant, work.staff_id, renewal.valid_to, work.at.date())
        _move(work, grant.state, valid_to=renewal.valid_to.isoformat())


def prepare_revoke(gate: Gate, session: Session, grant: Grant) -> PreparedAct:
    """取消. Raises ``Refusal`` ``grant.state``."""
    grants.check_revoke(grant)
    return _step(gate, session, "admin.revoke_grant", grant, "取消")


def perform_revoke(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    catalog: Catalog,
) -> None:
    """Take the right away at once, the number key with the last right that needs it; somebody
    else confirms it later (SEC-40)."""
    with gate.act(prepared, approvals) as work:
        grant = _current(work)
        grants.check_revoke(grant)
        _move(
            work,
            GrantState.REVOKED,
            revoked_at=_at(work),
            effected_by=work.staff_id,
            confirmed_by="",
            confirmed_at="",
        )
        if access.has_numbers(grant.staff_id) and not _uses_numbers(work, grant, catalog):
            access.revoke_number(grant.staff_id)


def lapse_unconfirmed(gate: Gate, calendar: BusinessCalendar) -> int:
    """The terminal's own daily work: rights whose second check is overdue become 失効; how
    many. They do not hold before that either (``Grant.problem``)."""
    today = gate.now().date()
    with gate.system("admin.lapse_grants") as work:
        unconfirmed = grant_row.c.state == GrantState.EFFECTIVE.value
        rows = work.all(select(grant_row).where(unconfirmed))
        overdue = [row.id for row in rows if grant_of(row).has_lapsed(today, calendar)]
        for grant_id in overdue:
            work.run(
                update(grant_row)
                .where(grant_row.c.id == grant_id)
                .values(state=GrantState.LAPSED.value, version=grant_row.c.version + 1)
            )
        return len(overdue)


def _is_unchecked(grant: Grant) -> bool:
    """A 取消 that nobody has looked at yet."""
    return grant.state is GrantState.REVOKED and not grant.confirmed_by


def _check_confirm(grant: Grant, staff_id: str, today: date, calendar: BusinessCalendar) -> None:
    if _is_unchecked(grant):
        grants.check_second(grant, staff_id)
    else:
        grants.check_confirm(grant, staff_id, today, calendar)


def _step(gate: Gate, session: Session, function_id: str, grant: Grant, word: str) -> PreparedAct:
    access = "更新" if grant.access == Access.UPDATE.value else "照会"
    return gate.prepare(
        function_id,
        session,
        subject=Subject("grant", grant.id),
        content=Step(grant.id, grant.version),
        sentence=f"職員 {grant.staff_id} の権限 {grant.function_id}（{access}、"
        f"{grant.valid_from} から {grant.valid_to} まで）を{word}します。",
        versions=(RowVersion("grant_row", grant.id, grant.version),),
    )


def _current(work: ActWork) -> Grant:
    mine = grant_row.c.id == work.content.grant_id
    return grant_of(work.one(select(grant_row).where(mine)))


def _move(work: ActWork, state: GrantState, **values: str) -> None:
    work.run(
        update(grant_row)
        .where(grant_row.c.id == work.content.grant_id)
        .values(
            state=state.value,
            journal_line=work.line,
            version=grant_row.c.version + 1,
            **values,
        )
    )


def _at(work: ActWork) -> str:
    return work.at.isoformat()


def _uses_numbers(work: ActWork, revoked: Grant, catalog: Catalog) -> bool:
    alive = grant_row.c.state.in_((GrantState.EFFECTIVE.value, GrantState.CONFIRMED.value))
    mine = grant_row.c.staff_id == revoked.staff_id
    rows = work.all(select(grant_row.c.function_id).where(mine, alive))
    held = [catalog[row.function_id] for row in rows if row.function_id in catalog]
    return any(one.my_number is not MyNumber.NONE for one in held)


def _lines(work: ViewWork, catalog: Catalog, calendar: BusinessCalendar) -> tuple[GrantLine, ...]:
    names = {row.id: row.name for row in work.all(select(staff.c.id, staff.c.name))}
    over = (GrantState.LAPSED.value,)
    rows = work.all(
        select(grant_row)
        .where(grant_row.c.state.not_in(over))
        .order_by(grant_row.c.staff_id, grant_row.c.function_id)
    )
    today = work.at.date()
    found = []
    for row in rows:
        grant = grant_of(row)
        known = catalog.get(grant.function_id)
        label = known.label if known is not None else grant.function_id
        problem = grant.problem(today, calendar)
        found.append(GrantLine(grant, names[grant.staff_id], label, problem))
    return tuple(found)
