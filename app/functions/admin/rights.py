"""Rights from request to second check (権限の申請・承認・反映・確認・更新・取消, SEC-35 … 42).

Each step is an act of its own by the person who takes it; ``app.security.staff.grants`` says who
may. One touch takes any number of rights through one step: what is signed is their manifest
(目録), every right with the version that was seen, and they all go on or none does. Putting
rights in force also seals the store's key to their holders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import update

from app.core.errors import UserError
from app.core.tables import Tables
from app.functions.admin.rights_list import GrantLine, what, what_of, when, whose
from app.functions.admin.words import day_words
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Approval
from app.security.acts.content import encode
from app.security.control.deeds import (
    Approve,
    Confirm,
    PutInForce,
    Renew,
    Request,
    Requests,
    Revoke,
    Right,
)
from app.security.control.effects import right_of
from app.security.gate.gate import (
    Gate,
    PreparedAct,
    Session,
    Subject,
    SystemHand,
    WithDocument,
)
from app.security.spec import Catalog, MyNumber
from app.security.staff import grants
from app.security.staff.grants import GrantState
from app.security.staff.roles import check_in_role, role_on
from app.security.vault.store_access import StoreAccess
from db.tables.control import grant_row

__all__ = ["Approve", "Confirm", "PutInForce", "Renew", "Request", "Requests", "Revoke", "Right"]

Manifest = Approve | PutInForce | Confirm | Renew | Revoke
"""目録: the rights that take a step together."""


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
        content=Requests((request,)),
        sentence=f"職員 {request.staff_id} に「{role.label}」の権限{labels}を、"
        f"{day_words(request.valid_from)}から{day_words(request.valid_to)}まで申請します"
        f"（理由：{request.reason}）。",
    )


def perform_request(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], catalog: Catalog
) -> tuple[str, ...]:
    """The ids of the new rights, one for each function."""
    with gate.act(prepared, approvals) as work:
        return tuple(one.id for one in work.changed_rights)


def prepare_approve(gate: Gate, session: Session, lines: Sequence[GrantLine]) -> PreparedAct:
    """承認. Raises ``Refusal`` ``grant.state``, ``grant.same_person``; ``UserError``
    ``grant.nothing``."""
    manifest = Approve(_rights(lines))
    return _prepare(gate, session, "admin.approve_grant", manifest, _said(lines) + "承認します")


def perform_approve(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Approve what was asked for."""
    with gate.act(prepared, approvals):
        pass


def prepare_effect(gate: Gate, session: Session, lines: Sequence[GrantLine]) -> PreparedAct:
    """反映. Raises ``Refusal`` ``grant.state``, ``grant.same_person``, ``right.ended``."""
    manifest = PutInForce(_rights(lines))
    return _prepare(
        gate, session, "admin.effect_grant", manifest, _said(lines) + "有効にします（反映）"
    )


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
        for grant in work.changed_rights:
            numbers = catalog[grant.function_id].my_number is not MyNumber.NONE
            holders[grant.staff_id] = holders.get(grant.staff_id, False) or numbers
        access.admit_all(holders)


def prepare_confirm(
    gate: Gate, session: Session, lines: Sequence[GrantLine], calendar: BusinessCalendar
) -> PreparedAct:
    """確認 of 反映, or of a 取消. Raises ``Refusal`` ``grant.*``, ``right.lapsed``."""
    revoked = all(line.grant.state is GrantState.REVOKED for line in lines)
    seen = "取り消されたことを確認します" if revoked else "反映されたことを確認します"
    manifest = Confirm(_rights(lines))
    return _prepare(gate, session, "admin.confirm_grant", manifest, _said(lines) + seen)


def perform_confirm(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], calendar: BusinessCalendar
) -> None:
    """The second check (二重チェック, SEC-40)."""
    with gate.act(prepared, approvals):
        pass


def prepare_renew(
    gate: Gate, session: Session, lines: Sequence[GrantLine], valid_to: date
) -> PreparedAct:
    """更新. Raises ``Refusal`` ``grant.*``."""
    return _prepare(
        gate,
        session,
        "admin.renew_grant",
        Renew(_rights(lines), valid_to),
        f"{whose(lines)}の権限{what_of(lines)}の終了日を、{day_words(valid_to)}に延ばします",
    )


def perform_renew(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """A later end, nothing wider."""
    with gate.act(prepared, approvals):
        pass


def prepare_revoke(gate: Gate, session: Session, lines: Sequence[GrantLine]) -> PreparedAct:
    """取消. Raises ``Refusal`` ``grant.state``."""
    manifest = Revoke(_rights(lines))
    return _prepare(
        gate, session, "admin.revoke_grant", manifest, _said(lines) + "今すぐ取り消します"
    )


def perform_revoke(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    shut_out: Callable[[], object],
) -> None:
    """Take the rights away at once; somebody else confirms it later (SEC-40). ``shut_out`` is the
    terminal's own work that follows: with the last right that needs individual numbers the number
    key is taken and made anew (``shut_out_gone``)."""
    with gate.act(prepared, approvals):
        pass
    shut_out()


def lapse_unconfirmed(hand: SystemHand, calendar: BusinessCalendar) -> int:
    """The terminal's own daily work: rights whose second check is overdue are shown as 失効; how
    many. They do not hold before that either: it follows from the days (``Grant.problem``)."""
    today = hand.now().date()
    with hand.system("admin.lapse_grants") as work:
        overdue = [
            one.id for one in work.control.grants.values() if one.has_lapsed(today, calendar)
        ]
        not_yet = grant_row.c.state != GrantState.LAPSED.value
        return sum(
            work.run(
                update(grant_row)
                .where(grant_row.c.id == grant_id, not_yet)
                .values(state=GrantState.LAPSED.value)
            )
            for grant_id in overdue
        )


def _said(lines: Sequence[GrantLine]) -> str:
    """Whose rights, which, and how long, in a sentence."""
    return f"{whose(lines)}の権限{what_of(lines)}を、{when(lines)}として"


def _rights(lines: Sequence[GrantLine]) -> tuple[Right, ...]:
    """The rights of a manifest, by their ids. Raises ``UserError`` ``grant.nothing``."""
    if not lines:
        raise UserError(
            "grant.nothing",
            "権限が選ばれていません。",
            "一覧から権限を選んで、もう一度行ってください。",
        )
    return tuple(right_of(one.grant) for one in sorted(lines, key=lambda one: one.grant.id))


def _prepare(
    gate: Gate, session: Session, function_id: str, manifest: Manifest, sentence: str
) -> PreparedAct:
    """The act over a manifest. The gate asks of each right whether this person may take the
    step, now and again at the act."""
    return gate.prepare(
        function_id,
        session,
        subject=_subject(manifest),
        content=WithDocument(manifest, hashlib.sha256(encode(manifest)).digest()),
        sentence=sentence + "。",
    )


def _subject(manifest: Manifest) -> Subject:
    """The one right, the one person, or the list."""
    if len(manifest.rights) == 1:
        return Subject("grant", manifest.rights[0].grant_id)
    people = {one.staff_id for one in manifest.rights}
    return Subject("staff", people.pop()) if len(people) == 1 else Subject("list", "grants")
