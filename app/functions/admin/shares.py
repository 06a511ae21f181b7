"""復旧鍵: shares issued again when a holder leaves, and two of them as a third person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.errors import UserError
from app.core.signs import plain
from app.functions.admin.rights_list import GrantLine, what_of, whose
from app.functions.admin.staff import StaffLine
from app.functions.admin.waiting import HOLDERS, Holders
from app.security.acts.approval import Approval
from app.security.control.deeds import SharesIssued, SharesVouch
from app.security.control.effects import right_of
from app.security.control.shares import sign_vouch
from app.security.gate.gate import Gate, PreparedAct, Session, Subject
from app.security.keys.recovery import SHARES, RecoveryPublic, combine, signer_of
from app.security.spec import Catalog, Kind
from app.security.staff.grants import GrantState
from app.security.vault.store_access import StoreAccess

_SUBJECT = Subject("setting", "recovery")
_WAITING = (GrantState.REQUESTED, GrantState.APPROVED, GrantState.EFFECTIVE, GrantState.REVOKED)


@dataclass(frozen=True, slots=True)
class Papers:
    """Two shares as they were typed."""

    first: str
    second: str


def check_can_issue(access: StoreAccess) -> None:
    """Raises ``UserError`` ``keyslots.number_right_needed`` for somebody without the number key,
    to be told before anybody copies a word."""
    if access.number_key is None:
        raise UserError(
            "keyslots.number_right_needed",
            "復旧鍵の再発行には、個人番号を扱う権限のある職員の操作が必要です。",
            "個人番号を扱う権限のある責任者がログインして、もう一度操作してください。",
        )


def check_holders(typed: str, people: Sequence[StaffLine], today: date) -> tuple[str, ...]:
    """The ids of those who take a share, with blanks between. Raises ``UserError``
    ``shares.holder`` for somebody who is not here, or for more persons than shares."""
    holders = tuple(dict.fromkeys(plain(typed).split()))
    here = {
        one.staff_id
        for one in people
        if (not one.left_on or one.left_on > today.isoformat())
        and one.valid_from <= today.isoformat() <= one.valid_to
    }
    strange = [one for one in holders if one not in here]
    if strange or not 0 < len(holders) <= SHARES:
        whose = f"職員番号 {'、'.join(strange)} の職員は、いまいません。" if strange else ""
        raise UserError(
            "shares.holder",
            whose or f"控えを受け取る職員は、1人から{SHARES}人までです。",
            "職員の一覧にある番号を、空白で区切って入れてください。",
            field="holders",
        )
    return holders


def prepare_issue(
    gate: Gate,
    session: Session,
    halves: RecoveryPublic,
    reason: str,
    holders: Sequence[str],
    access: StoreAccess,
) -> PreparedAct:
    """What the operator and a supervisor touch for, once all three were typed back; ``holders``
    took them. Raises as ``check_can_issue``."""
    check_can_issue(access)
    why = f"{reason}、控えを受け取った職員：{'、'.join(holders)}"
    return gate.prepare(
        "admin.issue_shares",
        session,
        subject=_SUBJECT,
        content=SharesIssued(halves.recipient, halves.check, why),
        sentence=f"復旧鍵の控え3枚を発行し直しました（理由：{why}）。これまでの控えでは、"
        "この端末を復旧できなくなります。",
    )


def perform_issue(
    gate: Gate,
    prepared: PreparedAct,
    approvals: Sequence[Approval],
    holders: Sequence[str],
    access: StoreAccess,
) -> None:
    """The new shares count, the store's keys are sealed to them, and the day board tells when one
    of the ``holders`` has gone. Cut short between act and keys, a holder's next login ends it."""
    with gate.act(prepared, approvals) as work:
        issued: SharesIssued = work.content
        held = Holders(work.at.date().isoformat(), tuple(holders))
        work.set_fact(HOLDERS, held.encoded())
    access.renew_recovery(issued.recipient)


def rights_of(lines: Sequence[GrantLine], staff_id: str, catalog: Catalog) -> tuple[GrantLine, ...]:
    """The rights of administration of one person that wait for a step."""
    return tuple(
        line
        for line in lines
        if line.grant.staff_id == staff_id
        and line.grant.state in _WAITING
        and not line.grant.confirmed_by
        and line.grant.function_id in catalog
        and _administers(catalog, line.grant.function_id)
    )


def prepare_vouch(
    gate: Gate, session: Session, papers: Papers, lines: Sequence[GrantLine]
) -> PreparedAct:
    """復旧鍵による立会い. Raises ``UserError`` ``recovery.*`` for papers that do not combine,
    ``shares.not_ours``, and ``grant.nothing`` where nothing waits."""
    if not lines:
        raise UserError(
            "grant.nothing",
            "この職員には、手続きを待っている管理の権限がありません。",
            "権限の一覧で、待っている手続きを確かめてください。",
            field="staff_id",
        )
    signer = signer_of(combine((papers.first, papers.second)))
    rights = tuple(right_of(one.grant) for one in sorted(lines, key=lambda one: one.grant.id))
    return gate.prepare(
        "admin.vouch_by_shares",
        session,
        subject=Subject("staff", lines[0].grant.staff_id),
        content=sign_vouch(signer, gate.store_id, rights, gate.now()),
        sentence=f"{whose(lines)}の権限{what_of(lines)}の手続きに、復旧鍵の控え2枚の保管者が"
        "第三者として立ち会いました。",
    )


def perform_vouch(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """From now on the steps of these rights may be taken by those who did so for each other."""
    with gate.act(prepared, approvals) as work:
        _said: SharesVouch = work.content


def _administers(catalog: Catalog, function_id: str) -> bool:
    function = catalog[function_id]
    return function.kind is Kind.ADMINISTER or function.supervises
