"""What the union's officials settle: answers to 所得照会, working days of unknown births."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, delete, select, update

from app.core.errors import UserError
from app.peers.union.office.case import Office, RefusalReason
from app.peers.union.office.coverages import Acquired, cover, insure
from app.peers.union.office.decisions import answer_case, kept_case, last_decision, tell_without
from app.peers.union.office.history import bring
from app.peers.union.office.newcomers import acquisition_of, reason_of
from app.peers.union.office.persons import change_person, coverages_of, get_person
from app.peers.union.office.rejudging import rejudge_others
from app.peers.union.office.shares import put_income
from app.peers.union.system import UNION_ACTOR, System, log_act
from app.peers.union.tables import (
    decision,
    fact,
    former_atena,
    income,
    inquiry,
    levy_due,
    notification,
    number,
    person,
)
from app.rules.calendar.wareki_input import parse_date
from app.rules.copay.facts import IncomeFacts


def inquiries(system: System) -> list[dict[str, object]]:
    """All 所得照会, newest first; persons by atena number."""
    with system.database.read() as connection:
        rows = connection.execute(
            select(inquiry, person.c.atena_number)
            .join(person, person.c.id == inquiry.c.person_id)
            .order_by(inquiry.c.id.desc())
        )
        return [
            {
                "id": row.id,
                "atena_number": row.atena_number,
                "notification_id": row.notification_id,
                "to_municipality": row.to_municipality,
                "year": row.year,
                "state": row.state,
            }
            for row in rows
        ]


def answer_inquiry(system: System, operator: str, inquiry_id: str, facts: IncomeFacts) -> str:
    """Enter the answer to a 所得照会; the decision it waited for is made again (DOMAIN 3.2).

    Returns the new decision's id. Raises UserError for an inquiry that is not open.
    """
    with system.database.write() as connection:
        row = connection.execute(select(inquiry).where(inquiry.c.id == inquiry_id)).first()
        if row is None or row.state != "open":
            raise UserError(
                "union.no_inquiry",
                "答えを待っている所得照会の中に、この番号はありません。",
                "所得照会の一覧で番号と状態を確かめてください。",
            )
        put_income(connection, row.person_id, row.year, "inquiry", facts)
        connection.execute(
            update(inquiry)
            .where(inquiry.c.id == inquiry_id)
            .values(state="answered", answered_at=system.now(), answered_by=operator)
        )
        log_act(system, connection, operator, "answer_inquiry", inquiry_id)
        bring(system, connection, "official", inquiry_id, operator)
        return _again(system, connection, row.notification_id)


def settle_birth(system: System, operator: str, notification_id: str, day: date) -> str:
    """Decide the working day of a birth that is 不詳 (標準仕様); the pending notification is
    decided then. Returns the decision's id.

    Raises UserError: nothing pending under this id, a day outside what was written.
    """
    with system.database.write() as connection:
        case, person_id = kept_case(connection, notification_id)
        before = last_decision(connection, notification_id)
        if before is None or before.outcome != "pending":
            raise UserError(
                "union.not_pending",
                "この届出は、生年月日の決定を待っていません。",
                "届出の一覧で状態を確かめてください。",
            )
        written = parse_date(case.record.birth_written, system.eras, uncertain=True)
        if not written.sort_date <= day <= written.latest:
            raise UserError(
                "union.birth_outside",
                f"決めた日が、届出の「{written.written}」の範囲にありません。",
                "記載の範囲の中の日を決めてください。",
            )
        record = replace(case.record, birth_sort=day.isoformat())
        case = replace(case, record=record)
        office = Office(system, connection)
        log_act(system, connection, operator, "settle_birth", notification_id)
        bring(system, connection, "official", notification_id, operator)
        change_person(connection, person_id, {"birth_sort": day.isoformat()})
        acquired = acquisition_of(system, record, reason_of(system, record))
        if isinstance(acquired, RefusalReason):
            erase_applicant(system, connection, case.id, person_id)
            return tell_without(office, case, "refused", (acquired,), supersedes=before.decision_id)
        insured = insure(office, case, person_id, acquired)
        answer = cover(office, case, person_id, insured, again=True)
        done = answer_case(office, case, answer, before.decision_id)
        _others(system, connection, person_id, insured.day)
        return done


def erase_applicant(
    system: System, connection: Connection, notification_id: str, person_id: int
) -> None:
    """Keep nothing of somebody who was refused after waiting (SEC-130); a person whom the
    register or an earlier coverage brought stays."""
    row = get_person(connection, person_id)
    covered = coverages_of(connection, [person_id])
    connection.execute(
        update(decision)
        .where(decision.c.notification_id == notification_id)
        .values(record="", person_id=None)
    )
    connection.execute(
        update(notification)
        .where(notification.c.id == notification_id)
        .values(record="", atena_number="", person_id=None, standing="refused")
    )
    if row.origin == "terminal" and not covered:
        for table in (number, income, former_atena, levy_due):
            connection.execute(delete(table).where(table.c.person_id == person_id))
        connection.execute(delete(person).where(person.c.id == person_id))
        connection.execute(delete(fact).where(fact.c.person_id == person_id))
    log_act(system, connection, UNION_ACTOR, "erase_refused", notification_id)


def _again(system: System, connection: Connection, notification_id: str) -> str:
    case, person_id = kept_case(connection, notification_id)
    before = last_decision(connection, notification_id)
    assert before is not None and before.acquired_on, "an inquiry stands behind a decision"
    acquired = Acquired(
        date.fromisoformat(before.acquired_on), before.acquisition_reason, before.insured_number
    )
    case = replace(case, record=replace(case.record, birth_sort=before.birth_sort))
    office = Office(system, connection)
    answer = cover(office, case, person_id, acquired, again=True)
    done = answer_case(office, case, answer, before.decision_id)
    _others(system, connection, person_id, acquired.day)
    return done


def _others(system: System, connection: Connection, person_id: int, day: date) -> None:
    current = get_person(connection, person_id)
    rejudge_others(
        system,
        connection,
        current.municipality_code,
        current.household_number,
        day,
        person_id,
    )
