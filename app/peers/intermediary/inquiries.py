"""情報照会: taken by the permitted list, asked over the network, answered, given, erased
(FLOW-905 … 911, 924 … 929; SEC-121, 123, 125, 126, 132, 133).

What a request asks is read from the very text that the terminal sent; beside it stands only whom it
is about. The network and the bodies behind it are played by the table ``holding``.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from app.core.errors import UserError
from app.peers.intermediary.system import Insurer, Intermediary, log_act
from app.peers.intermediary.tables import asked, holding, member, permitted, release
from app.rules.identifiers import IdentifierError, my_number
from app.wire.bodies.inquiring import digest_of
from app.wire.records.beyond import InquiryOrder, InquiryRegistered, InquiryResult

NETWORK = "情報提供ネットワークシステム"
REGISTERED, REFUSED, HELD, ANSWERED, GIVEN, ERASED = (
    "registered",
    "refused",
    "held",
    "answered",
    "given",
    "erased",
)
_ROLES = ("担当者", "責任者")


def register(
    system: Intermediary, connection: Connection, insurer: Insurer, orders: Sequence[InquiryOrder]
) -> tuple[InquiryRegistered, ...]:
    """Take requests in (FILE-31): each is registered or refused with its reason (FILE-32). The same
    request again gets the answer it got."""
    return tuple(_register(system, connection, insurer, one) for one in orders)


def _register(
    system: Intermediary, connection: Connection, insurer: Insurer, order: InquiryOrder
) -> InquiryRegistered:
    there = _find(connection, insurer.card.name, order.request_id)
    if there is not None:
        return _registered(there)
    branch = ""
    reason = _why_not(system, connection, insurer, order)
    if not reason:
        branch = _branch_of(connection, insurer, order)
        reason = "" if branch else "枝番のない方で、個人番号も付いていません。"
    said = json.loads(order.asked)
    permit = _permit(system, connection, insurer, order.number, said.get("item", ""))
    connection.execute(
        insert(asked).values(
            insurer=insurer.card.name,
            request_id=order.request_id,
            branch=branch,
            number=order.number,
            asked="" if reason else order.asked,
            digest=digest_of(order.asked),
            state=REFUSED if reason else REGISTERED,
            reason=reason,
            permit="" if permit is None else permit.permit,
            asked_at=system.now(),
        )
    )
    act = "refuse_inquiry" if reason else "register_inquiry"
    log_act(system, connection, insurer.card.name, act, order.request_id, number=order.number)
    row = _find(connection, insurer.card.name, order.request_id)
    assert row is not None
    return _registered(row)


def _registered(row: Row[Any]) -> InquiryRegistered:
    refused = row.state == REFUSED
    return InquiryRegistered(
        request_id=row.request_id,
        outcome="refused" if refused else "registered",
        reason=row.reason,
        branch="" if refused else row.branch,
        digest=row.digest,
    )


def _why_not(
    system: Intermediary, connection: Connection, insurer: Insurer, order: InquiryOrder
) -> str:
    """Why a request is not taken; "" for one that is."""
    if digest_of(order.asked) != order.digest:
        return "照会の内容が、送られた検査値と違います。"
    if order.insurer_number != insurer.number:
        return "保険者番号が、送った保険者のものではありません。"
    said = json.loads(order.asked)
    if (
        not isinstance(said, dict)
        or _permit(system, connection, insurer, order.number, str(said.get("item", ""))) is None
    ):
        return "照会許可用照合リストにない照会です。"
    return ""


def _permit(
    system: Intermediary, connection: Connection, insurer: Insurer, number: str, item: str
) -> Row[Any] | None:
    """The line of 照会許可用照合リスト that allows it today (SEC-123)."""
    today = system.today.isoformat()
    return connection.execute(
        select(permitted).where(
            permitted.c.number == number,
            permitted.c.item == item,
            permitted.c.asker.in_((insurer.number, "")),
            permitted.c.valid_from <= today,
            or_(permitted.c.valid_to == "", permitted.c.valid_to >= today),
        )
    ).first()


def _branch_of(connection: Connection, insurer: Insurer, order: InquiryOrder) -> str:
    """被保険者枝番 of whom it is about: given now where she comes with her number for the first
    time; "" where nobody is known by what was sent."""
    mine = (member.c.insurer == insurer.card.name, member.c.member == order.member)
    there = connection.execute(select(member).where(*mine)).first()
    if there is not None:
        return there.branch if order.branch in ("", there.branch) else ""
    if order.branch or not _is_number(order.my_number):
        return ""
    branch = f"{insurer.number}-{secrets.token_hex(8)}"
    connection.execute(
        insert(member).values(
            branch=branch,
            insurer=insurer.card.name,
            member=order.member,
            my_number=order.my_number,
            code=secrets.token_hex(16),
        )
    )
    return branch


def _is_number(text: str) -> bool:
    try:
        return bool(my_number(text))
    except IdentifierError:
        return False


def ask_network(system: Intermediary, connection: Connection) -> int:
    """Ask for everything registered whoever holds it; how many were answered or wait for two
    persons because their answer may not go out by itself (SEC-125)."""
    rows = connection.execute(select(asked).where(asked.c.state == REGISTERED)).all()
    for row in rows:
        said = json.loads(row.asked)
        person = connection.execute(select(member).where(member.c.branch == row.branch)).one()
        found = connection.execute(
            select(holding)
            .where(holding.c.my_number == person.my_number, holding.c.item == said["item"])
            .order_by(holding.c.provider)
        ).first()
        manual = person.no_automatic or (found is not None and found.no_automatic)
        connection.execute(
            _of(row.insurer, row.request_id).values(
                state=HELD if manual else ANSWERED,
                outcome="none" if found is None else "answered",
                provider="" if found is None else found.provider,
                content="" if found is None else found.content,
                answered_at=system.now(),
            )
        )
        log_act(system, connection, NETWORK, "answer" if not manual else "hold", row.request_id)
    return len(rows)


def let_out(system: Intermediary, operator: str, role: str, request_id: str, *, give: bool) -> str:
    """One of the two persons who look a held answer through; the state it is in then. Both must
    let it out; one who keeps it back ends it as not answerable.

    Raises UserError ``intermediary.role``, ``intermediary.not_held``, ``intermediary.same``."""
    if role not in _ROLES:
        raise UserError(
            "intermediary.role",
            f"役割「{role}」はありません。",
            "担当者か責任者のどちらかを指定してください。",
        )
    with system.write() as connection:
        row = connection.execute(select(asked).where(asked.c.request_id == request_id)).first()
        if row is None or row.state != HELD:
            raise UserError(
                "intermediary.not_held",
                "確認を待っている回答ではありません。",
                "held の一覧で照会番号を確かめてください。",
            )
        mine = (release.c.insurer == row.insurer, release.c.request_id == request_id)
        for other in connection.execute(select(release).where(*mine)):
            if operator == other.operator or role == other.role:
                raise UserError(
                    "intermediary.same",
                    "担当者と責任者は、別の二人です。",
                    "もう一つの役割の、別の人が確かめてください。",
                )
        key = {"insurer": row.insurer, "request_id": request_id}
        connection.execute(
            insert(release).values(**key, operator=operator, role=role, at=system.now())
        )
        log_act(system, connection, operator, "let_out" if give else "keep_back", request_id)
        if not give:
            said = {"outcome": "refused", "content": "", "provider": row.provider}
            reason = "提供機関が、確認のうえ提供しないとしました。"
            connection.execute(_of(*key.values()).values(**said, state=ANSWERED, reason=reason))
            return ANSWERED
        count = len(connection.execute(select(release).where(*mine)).all())
        state = ANSWERED if count == len(_ROLES) else HELD
        connection.execute(_of(*key.values()).values(state=state))
        return state


def results(
    system: Intermediary, connection: Connection, insurer: Insurer, wanted: Sequence[str] | None
) -> tuple[InquiryResult, ...]:
    """The answers that are there (FILE-34): of those ``wanted``, or all that were not given yet."""
    states = (ANSWERED, GIVEN) if wanted is not None else (ANSWERED,)
    where = [asked.c.insurer == insurer.card.name, asked.c.state.in_(states)]
    if wanted is not None:
        where.append(asked.c.request_id.in_(list(wanted)))
    rows = connection.execute(select(asked).where(*where).order_by(asked.c.request_id)).all()
    for row in rows:
        given = _of(row.insurer, row.request_id).values(state=GIVEN, given_at=system.now())
        connection.execute(given)
    return tuple(_result(row) for row in rows)


def _result(row: Row[Any]) -> InquiryResult:
    return InquiryResult(
        request_id=row.request_id,
        branch=row.branch,
        item=json.loads(row.asked)["item"],
        digest=row.digest,
        outcome=row.outcome,
        reason=row.reason,
        provider=row.provider,
        answered_at=row.answered_at,
        content=row.content,
    )


def erase(system: Intermediary, connection: Connection) -> int:
    """Erase what was given longer ago than ``kept_days``; how many (SEC-126)."""
    until = (system.today - timedelta(days=system.kept_days)).isoformat()
    where = (asked.c.state == GIVEN, asked.c.given_at < until)
    rows = connection.execute(select(asked.c.insurer, asked.c.request_id).where(*where)).all()
    for row in rows:
        gone = {"state": ERASED, "content": "", "asked": "", "provider": ""}
        connection.execute(_of(row.insurer, row.request_id).values(**gone))
        log_act(system, connection, "", "erase_answer", row.request_id)
    return len(rows)


def held(connection: Connection) -> list[Any]:
    """What waits for its two persons."""
    return list(
        connection.execute(
            select(asked.c.insurer, asked.c.request_id, asked.c.number, asked.c.answered_at)
            .where(asked.c.state == HELD)
            .order_by(asked.c.answered_at)
        )
    )


def refuse_automatic(system: Intermediary, branch: str, *, on: bool) -> None:
    """Set 自動応答不可 of a member, or take it away. Raises UserError
    ``intermediary.no_member``."""
    with system.write() as connection:
        changed = update(member).where(member.c.branch == branch).values(no_automatic=int(on))
        if not connection.execute(changed).rowcount:
            raise UserError(
                "intermediary.no_member",
                "この枝番の加入者はいません。",
                "枝番を確かめてください。",
            )
        log_act(system, connection, "", "no_automatic", branch, on=on)


def _find(connection: Connection, insurer: str, request_id: str) -> Row[Any] | None:
    where = (asked.c.insurer == insurer, asked.c.request_id == request_id)
    return connection.execute(select(asked).where(*where)).first()


def _of(insurer: str, request_id: str) -> Any:
    return update(asked).where(asked.c.insurer == insurer, asked.c.request_id == request_id)
