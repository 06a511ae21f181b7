"""Inquiries towards 中間サーバー: packed, registered, answered (FLOW-902, 907, 908, 912, 922
… 930).

An answer is matched to its request by number, person, item and digest; what does not fit is on the
check list and changes nothing (SEC-111).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.peers.union.beyond.tables import information_inquiry, member_branch
from app.peers.union.office import assessing
from app.peers.union.office.case import Answer, Office, RefusalReason
from app.peers.union.office.check_list import CheckEntry, deliver_list, list_entry
from app.peers.union.office.decisions import answer_case, kept_case, last_decision, tell_without
from app.peers.union.office.kinds import KINDS
from app.peers.union.office.kinds.inquiring import NOT_PERMITTED
from app.peers.union.office.persons import get_person, number_of
from app.peers.union.system import UNION_ACTOR, System, log_act
from app.wire.bodies.inquiring import ANSWER
from app.wire.records.beyond import InquiryOrder, InquiryRegistered, InquiryResult, ResultWanted

WANTED, SENT, REGISTERED, SETTLED = "wanted", "sent", "registered", "settled"


def orders(system: System, connection: Connection) -> tuple[InquiryOrder, ...]:
    """FILE-31: every inquiry that was not sent yet, with 枝番, or, where the intermediary has given
    none yet, with 個人番号 and the four facts. One without either is refused to whoever asked."""
    rows = _in_state(connection, WANTED)
    made = []
    for row in rows:
        person = get_person(connection, row.person_id)
        branch = _branch_of(connection, row.person_id)
        number = "" if branch else number_of(connection, row.person_id)
        if not branch and not number:
            _refuse(system, connection, row, "個人番号の登録がない方です。")
            continue
        made.append(
            InquiryOrder(
                request_id=row.notification_id,
                insurer_number=insurer_number(system),
                number=row.number,
                member=f"{system.setup.id}-{row.person_id}",
                branch=branch,
                my_number=number,
                name="" if branch else person.name,
                kana="" if branch else person.kana,
                birth_sort="" if branch else person.birth_sort,
                sex="" if branch else person.sex,
                asked=row.asked,
                digest=row.digest,
                asked_at=row.wanted_at,
            )
        )
    return tuple(made)


def were_sent(connection: Connection, sent: Iterable[InquiryOrder], parcel: str) -> None:
    """They are on their way in this parcel."""
    for one in sent:
        connection.execute(_of(one.request_id).values(state=SENT, sent_in=parcel))


def take_registered(
    system: System, connection: Connection, records: Iterable[InquiryRegistered]
) -> dict[str, int]:
    """FILE-32: registered, or refused by the permitted list, which whoever asked is told."""
    counts = {"registered": 0, "refused": 0, "unmatched": 0}
    for one in records:
        row = _request(connection, one.request_id, one.digest, (SENT, REGISTERED))
        if row is None:
            counts["unmatched"] += 1
            _unmatched(system, connection, one.request_id)
        elif one.outcome == "refused":
            counts["refused"] += 1
            _refuse(system, connection, row, one.reason)
        else:
            counts["registered"] += 1
            connection.execute(_of(one.request_id).values(state=REGISTERED))
            if not _branch_of(connection, row.person_id):
                values = {"person_id": row.person_id, "branch": one.branch}
                connection.execute(insert(member_branch).values(**values))
    return counts


def wanted(connection: Connection) -> tuple[ResultWanted, ...]:
    """FILE-33: everything registered whose answer is not here."""
    rows = _in_state(connection, REGISTERED)
    return tuple(ResultWanted(request_id=row.notification_id) for row in rows)


def take_results(
    system: System, connection: Connection, records: Iterable[InquiryResult]
) -> dict[str, int]:
    """FILE-34: each answer goes to whoever asked, as the decision on the inquiry. One that fits no
    request, or not its request, is listed and given to nobody (SEC-111)."""
    counts = {"answered": 0, "unmatched": 0, "again": 0}
    for one in records:
        row = _find(connection, one.request_id)
        if row is None:
            counts["unmatched"] += 1
            _unmatched(system, connection, one.request_id)
        elif _differs(connection, row, one):
            counts["unmatched"] += 1
            _list(system, connection, row, "照会結果の人・情報・検査値のどれかが、照会と違います。")
        elif row.state == SETTLED:
            counts["again"] += 1
        else:
            counts["answered"] += 1
            _answer(system, connection, row, one)
    return counts


def listing(system: System) -> list[dict[str, Any]]:
    """The inquiries, the newest first, without what was asked or answered."""
    names = (
        *("notification_id", "municipality", "procedure", "item", "state", "wanted_at"),
        *("settled_at", "outcome"),
    )
    columns = [information_inquiry.c[name] for name in names]
    with system.database.read() as connection:
        rows = connection.execute(select(*columns).order_by(information_inquiry.c.wanted_at.desc()))
        return [dict(row._mapping) for row in rows]


def insurer_number(system: System) -> str:
    """保険者番号 of the union itself: that of its first municipality's row in the tables."""
    rows = system.tables["municipalities"].rows(system.today(), union=system.setup.prefecture)
    return rows[0].text("insurer_number")


def _answer(system: System, connection: Connection, row: Row[Any], one: InquiryResult) -> None:
    case, person_id = kept_case(connection, row.notification_id)
    if KINDS[case.record.kind].goes_on:
        content = json.loads(one.content) if one.content else {}
        office = Office(system, connection)
        assessing.answered(office, case, person_id, one.outcome, content)
        _settle(system, connection, row, one.outcome)
        return
    before = last_decision(connection, row.notification_id)
    reason = f"（{one.reason}）" if one.reason else ""
    label = system.tables["inquiry_outcomes"].label(one.outcome, system.today())
    values = {
        "procedure": row.procedure,
        "item": row.item,
        "asked_digest": row.digest,
        "answer": one.outcome,
        "answer_reason": one.reason,
        "provider": one.provider,
        "answered_at": one.answered_at,
        "content": one.content,
        "grounds_clerk": f"情報照会の結果：{label}{reason}",
    }
    answer = Answer(person_id, ANSWER[-1], values)
    supersedes = "" if before is None else before.decision_id
    answer_case(Office(system, connection), case, answer, supersedes)
    _settle(system, connection, row, one.outcome)


def _refuse(system: System, connection: Connection, row: Row[Any], why: str) -> None:
    case, person_id = kept_case(connection, row.notification_id)
    if KINDS[case.record.kind].goes_on:
        assessing.answered(Office(system, connection), case, person_id, "refused", {})
        _settle(system, connection, row, "refused")
        return
    before = last_decision(connection, row.notification_id)
    tell_without(
        Office(system, connection),
        case,
        "refused",
        (RefusalReason(NOT_PERMITTED, why),),
        person_id=person_id,
        supersedes="" if before is None else before.decision_id,
    )
    _settle(system, connection, row, "refused")


def _settle(system: System, connection: Connection, row: Row[Any], outcome: str) -> None:
    values = {"state": SETTLED, "settled_at": system.now(), "outcome": outcome}
    connection.execute(_of(row.notification_id).values(**values))


def _differs(connection: Connection, row: Row[Any], one: InquiryResult) -> bool:
    branch = _branch_of(connection, row.person_id)
    return (one.branch, one.item, one.digest) != (branch, row.item, row.digest)


def _unmatched(system: System, connection: Connection, request_id: str) -> None:
    log_act(system, connection, UNION_ACTOR, "unmatched_answer", request_id)


def _list(system: System, connection: Connection, row: Row[Any], detail: str) -> None:
    person = get_person(connection, row.person_id)
    entry = CheckEntry("inquiry_differs", row.municipality, person.atena_number, ("item",))
    case, _ = kept_case(connection, row.notification_id)
    list_entry(system, connection, entry, detail, case_id=case.record.case_id)
    deliver_list(system, connection, row.municipality)


def _branch_of(connection: Connection, person_id: int) -> str:
    said = select(member_branch.c.branch).where(member_branch.c.person_id == person_id)
    return str(connection.execute(said).scalar() or "")


def _request(
    connection: Connection, request_id: str, digest: str, states: tuple[str, ...]
) -> Row[Any] | None:
    row = _find(connection, request_id)
    fits = row is not None and row.digest == digest and row.state in states
    return row if fits else None


def _find(connection: Connection, request_id: str) -> Row[Any] | None:
    where = information_inquiry.c.notification_id == request_id
    return connection.execute(select(information_inquiry).where(where)).first()


def _in_state(connection: Connection, state: str) -> list[Row[Any]]:
    return list(
        connection.execute(
            select(information_inquiry)
            .where(information_inquiry.c.state == state)
            .order_by(information_inquiry.c.notification_id)
        )
    )


def _of(request_id: str) -> Any:
    where = information_inquiry.c.notification_id == request_id
    return update(information_inquiry).where(where)
