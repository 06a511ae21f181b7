"""Rights from request to second check (権限の申請・承認・反映・確認・更新・取消, SEC-35 … 42).

Each step is an act of its own by the person who takes it; ``app.security.staff.grants`` says who
may. One touch takes any number of rights through one step: what is signed is their manifest
(目録), every right with the version that was seen, and they all go on or none does. Putting
rights in force also seals the store's key to their holders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update

from app.core.errors import UserError
from app.core.tables import Tables
from app.functions.admin import founders
from app.functions.admin.rights_list import GrantLine, what, what_of, when, whose
from app.functions.admin.words import day_words
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Approval
from app.security.acts.content import encode
from app.security.gate.facts import grant_of
from app.security.gate.gate import (
    ActWork,
    Gate,
    PreparedAct,
    RowVersion,
    Session,
    Subject,
    WithDocument,
)
from app.security.spec import Catalog, MyNumber
from app.security.staff import grants
from app.security.staff.grants import Grant, GrantState, access_of
from app.security.staff.roles import check_in_role, role_on
from app.security.vault.store_access import StoreAccess
from db.tables.control import grant_row


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
class Right:
    """One right of a manifest: everything that is believed of it, as the person saw it."""

    grant_id: str
    version: int
    staff_id: str
    function_id: str
    access: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Manifest:
    """目録: a step and the rights that take it, by their ids. ``valid_to`` is the later end of a
    更新."""

    step: str
    rights: tuple[Right, ...]
    valid_to: date | None = None

    @property
    def digest(self) -> bytes:
        """What the touch signs beside the act: SHA-256 of the whole manifest."""
        return hashlib.sha256(encode(self)).digest()


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
    asked = tuple(catalog[one] for one in request.function_ids)
    labels = what([(one.label, catalog.area_of(one).label) for one in asked])
    return gate.prepare(
        "admin.request_grant",
        session,
        subject=Subject("staff", request.staff_id),
        content=request,
        sentence=f"職員 {request.staff_id} に「{role.label}」の権限{labels}を、"
        f"{day_words(request.valid_from)}から{day_words(request.valid_to)}まで申請します"
        f"（理由：{request.reason}）。",
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


def prepare_approve(gate: Gate, session: Session, lines: Sequence[GrantLine]) -> PreparedAct:
    """承認. Raises ``Refusal`` ``grant.state``, ``grant.same_person``; ``UserError``
    ``grant.nothing``."""
    for line in lines:
        grants.check_approve(line.grant, session.staff_id)
    return _step(gate, session, "admin.approve_grant", lines, "承認します")


def perform_approve(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Approve what was asked for."""
    with gate.act(prepared, approvals) as work:
        for grant in _current(work):
            grants.check_approve(grant, work.staff_id)
            _move(
                work, grant, GrantState.APPROVED, approved_by=work.staff_id, approved_at=_at(work)
            )


def prepare_effect(gate: Gate, session: Session, lines: Sequence[GrantLine]) -> PreparedAct:
    """反映. Raises ``Refusal`` ``grant.state``, ``grant.same_person``, ``right.ended``."""
    for line in lines:
        grants.check_effect(line.grant, session.staff_id, gate.now().date())
    return _step(gate, session, "admin.effect_grant", lines, "有効にします（反映）")


def perform_effect(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    catalog: Catalog,
) -> None:
    """Put the rights in force and seal the store's key to their holders, the number key too when
    a function uses individual numbers. Raises ``Refusal`` ``number.no_key`` when the operator
    has none to give."""
    with gate.act(prepared, approvals) as work:
        holders: dict[str, bool] = {}
        for grant in _current(work):
            grants.check_effect(grant, work.staff_id, work.at.date())
            _move(
                work, grant, GrantState.EFFECTIVE, effected_by=work.staff_id, effected_at=_at(work)
            )
            numbers = catalog[grant.function_id].my_number is not MyNumber.NONE
            holders[grant.staff_id] = holders.get(grant.staff_id, False) or numbers
        for staff_id, numbers in holders.items():
            missing = numbers and not access.has_numbers(staff_id)
            if missing or not access.is_admitted(staff_id):
                access.admit(staff_id, numbers=numbers)


def prepare_confirm(
    gate: Gate, session: Session, lines: Sequence[GrantLine], calendar: BusinessCalendar
) -> PreparedAct:
    """確認 of 反映, or of a 取消. Raises ``Refusal`` ``grant.*``, ``right.lapsed``."""
    for line in lines:
        _check_confirm(line.grant, session.staff_id, gate.now().date(), calendar)
    revoked = all(line.grant.state is GrantState.REVOKED for line in lines)
    seen = "取り消されたことを確認します" if revoked else "反映されたことを確認します"
    return _step(gate, session, "admin.confirm_grant", lines, seen)


def perform_confirm(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], calendar: BusinessCalendar
) -> None:
    """The second check (二重チェック, SEC-40). The founders' start ends with the one that gives
    the terminal a supervisor and an administrator who are no founders."""
    with gate.act(prepared, approvals) as work:
        for grant in _current(work):
            _check_confirm(grant, work.staff_id, work.at.date(), calendar)
            revoked = grant.state is GrantState.REVOKED
            state = GrantState.REVOKED if revoked else GrantState.CONFIRMED
            _move(work, grant, state, confirmed_by=work.staff_id, confirmed_at=_at(work))
        founders.end_if_over(work)


def prepare_renew(
    gate: Gate, session: Session, lines: Sequence[GrantLine], valid_to: date
) -> PreparedAct:
    """更新. Raises ``Refusal`` ``grant.*``."""
    for line in lines:
        grants.check_renew(line.grant, session.staff_id, valid_to, gate.now().date())
    return _prepare(
        gate,
        session,
        "admin.renew_grant",
        _manifest("admin.renew_grant", lines, valid_to),
        f"{whose(lines)}の権限{what_of(lines)}の終了日を、{day_words(valid_to)}に延ばします。",
    )


def perform_renew(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """A later end, nothing wider."""
    with gate.act(prepared, approvals) as work:
        until: date = work.content.valid_to
        for grant in _current(work):
            grants.check_renew(grant, work.staff_id, until, work.at.date())
            _move(work, grant, grant.state, valid_to=until.isoformat())


def prepare_revoke(gate: Gate, session: Session, lines: Sequence[GrantLine]) -> PreparedAct:
    """取消. Raises ``Refusal`` ``grant.state``."""
    for line in lines:
        grants.check_revoke(line.grant)
    return _step(gate, session, "admin.revoke_grant", lines, "今すぐ取り消します")


def perform_revoke(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    access: StoreAccess,
    catalog: Catalog,
) -> None:
    """Take the rights away at once, the number key with the last right that needs it; somebody
    else confirms it later (SEC-40)."""
    with gate.act(prepared, approvals) as work:
        current = _current(work)
        for grant in current:
            grants.check_revoke(grant)
            _move(
                work,
                grant,
                GrantState.REVOKED,
                revoked_at=_at(work),
                effected_by=work.staff_id,
                confirmed_by="",
                confirmed_at="",
            )
        for staff_id in dict.fromkeys(grant.staff_id for grant in current):
            if access.has_numbers(staff_id) and not _uses_numbers(work, staff_id, catalog):
                access.revoke_number(staff_id)


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
        founders.end_if_over(work)  # a right confirmed before its first day holds from today
        return len(overdue)


def _check_confirm(grant: Grant, staff_id: str, today: date, calendar: BusinessCalendar) -> None:
    if grant.state is GrantState.REVOKED and not grant.confirmed_by:
        grants.check_second(grant, staff_id)
    else:
        grants.check_confirm(grant, staff_id, today, calendar)


def _step(
    gate: Gate, session: Session, function_id: str, lines: Sequence[GrantLine], word: str
) -> PreparedAct:
    manifest = _manifest(function_id, lines)
    sentence = f"{whose(lines)}の権限{what_of(lines)}を、{when(lines)}として{word}。"
    return _prepare(gate, session, function_id, manifest, sentence)


def _manifest(step: str, lines: Sequence[GrantLine], valid_to: date | None = None) -> Manifest:
    if not lines:
        raise UserError(
            "grant.nothing",
            "権限が選ばれていません。",
            "一覧から権限を選んで、もう一度行ってください。",
        )
    rights = (
        Right(
            grant.id,
            grant.version,
            grant.staff_id,
            grant.function_id,
            grant.access,
            grant.valid_from,
            grant.valid_to,
        )
        for grant in (line.grant for line in lines)
    )
    return Manifest(step, tuple(sorted(rights, key=lambda one: one.grant_id)), valid_to)


def _prepare(
    gate: Gate, session: Session, function_id: str, manifest: Manifest, sentence: str
) -> PreparedAct:
    return gate.prepare(
        function_id,
        session,
        subject=_subject(manifest),
        content=WithDocument(manifest, manifest.digest),
        sentence=sentence,
        versions=tuple(
            RowVersion("grant_row", one.grant_id, one.version) for one in manifest.rights
        ),
    )


def _subject(manifest: Manifest) -> Subject:
    """The one right, the one person, or the list."""
    if len(manifest.rights) == 1:
        return Subject("grant", manifest.rights[0].grant_id)
    people = {one.staff_id for one in manifest.rights}
    return Subject("staff", people.pop()) if len(people) == 1 else Subject("list", "grants")


def _current(work: ActWork) -> tuple[Grant, ...]:
    """The manifest's rights as they stand; the gate has seen that none has changed since."""
    ids = [one.grant_id for one in work.content.rights]
    rows = work.all(select(grant_row).where(grant_row.c.id.in_(ids)).order_by(grant_row.c.id))
    return tuple(grant_of(row) for row in rows)


def _move(work: ActWork, grant: Grant, state: GrantState, **values: str) -> None:
    work.run(
        update(grant_row)
        .where(grant_row.c.id == grant.id)
        .values(
            state=state.value,
            journal_line=work.line,
            version=grant_row.c.version + 1,
            **values,
        )
    )


def _at(work: ActWork) -> str:
    return work.at.isoformat()


def _uses_numbers(work: ActWork, staff_id: str, catalog: Catalog) -> bool:
    alive = grant_row.c.state.in_((GrantState.EFFECTIVE.value, GrantState.CONFIRMED.value))
    mine = grant_row.c.staff_id == staff_id
    rows = work.all(select(grant_row.c.function_id).where(mine, alive))
    held = [catalog[row.function_id] for row in rows if row.function_id in catalog]
    return any(one.my_number is not MyNumber.NONE for one in held)
