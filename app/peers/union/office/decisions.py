"""即時交付: receive a notification, examine it, decide at once (FLOW-104…106, SYS-01).

Everything happens in the one transaction that also makes the receipt: the person, the number,
the coverage, the share, the decision and the sealed answer, or nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import Connection, insert, select

from app.core.errors import UserError
from app.peers.union.line.delivery import active_terminals, deliver
from app.peers.union.line.enrolment import Caller
from app.peers.union.office import texts
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.office.checks import Checked, Finding, check
from app.peers.union.office.decision_records import (
    SHOWN,
    Acquired,
    Case,
    Outcome,
    accepted_record,
    bare_record,
)
from app.peers.union.office.persons import (
    PersonRow,
    add_coverage,
    add_person,
    change_person,
    find_person,
    get_person,
    household_of,
    number_of,
    put_number,
    touch,
)
from app.peers.union.office.shares import (
    Judged,
    judge_household,
    put_income,
    put_share,
    rejudge_others,
)
from app.peers.union.system import UNION_ACTOR, System, log_act, next_value
from app.peers.union.tables import (
    card_use,
    decision,
    former_atena,
    inquiry,
    notification,
)
from app.rules.calendar.days import judgement_year
from app.rules.copay.days import class_mark_from, from_income_correction
from app.rules.copay.facts import IncomeFacts
from app.rules.eligibility.acquisition import Acquisition
from app.rules.eligibility.papers import (
    CardUse,
    Holder,
    PaperDecision,
    certificate_rule,
    which_paper,
)
from app.wire.container import Header
from app.wire.records import DecisionRecord, NotificationRecord

_KEPT = (*SHOWN, "household_number", "relation", "alias", "phone", "facility_code")


def receive(
    system: System,
    connection: Connection,
    caller: Caller,
    header: Header,
    records: tuple[NotificationRecord, ...],
) -> None:
    """Decide every notification of a FILE-01; its decision is the terminal's next item."""
    for number, record in enumerate(records, start=1):
        case_id = header.id if len(records) == 1 else f"{header.id}.{number}"
        _decide(system, connection, caller.municipality, Case(case_id, caller.terminal, record))


def kept_case(connection: Connection, notification_id: str) -> tuple[Case, int]:
    """A notification as it was kept (without 個人番号) and its person.

    Raises UserError ``union.no_notification`` for one unknown or erased.
    """
    row = connection.execute(
        select(notification).where(notification.c.id == notification_id)
    ).first()
    if row is None or not row.record or row.person_id is None:
        raise UserError(
            "union.no_notification",
            "この送信番号の届出は残っていません。",
            "却下された届出は消去されています。番号を確かめてください。",
        )
    record = NotificationRecord(**json.loads(row.record))
    return Case(row.id, row.terminal, record), row.person_id


def last_decision(connection: Connection, notification_id: str) -> DecisionRecord | None:
    """The decision in force on a notification."""
    row = connection.execute(
        select(decision.c.record)
        .where(decision.c.notification_id == notification_id)
        .order_by(decision.c.id.desc())
    ).first()
    return None if row is None or not row.record else DecisionRecord(**json.loads(row.record))


def accept(
    system: System,
    connection: Connection,
    case: Case,
    person_id: int,
    acquired: Acquired,
    supersedes: str = "",
) -> str:
    """Judge and decide for somebody who is insured; returns the decision's id.

    Given ``supersedes``, the new decision takes the place of that one.
    """
    current = get_person(connection, person_id)
    judged_on = max(acquired.day, date(judgement_year(system.today()), 8, 1))
    judged = judge_household(
        system, connection, current.municipality_code, current.household_number, judged_on
    )
    asked = judged.missing != "" and not judged.undeclared
    if asked:
        _ask_income(system, connection, case, current.municipality_code, judged, judged_on)
    later = asked and system.practice.income_unknown == "post_later"
    if supersedes:
        copay_from = from_income_correction(judgement_year(judged_on), acquired.day)
    else:
        copay_from = judged_on
    own_class = judged.decision.class_of(current.atena_number).value
    limit_from = class_mark_from(date.fromisoformat(case.record.accepted_on), acquired.day)
    if not later:
        put_share(connection, person_id, judged, own_class, copay_from, limit_from)
        touch(connection, person_id)
    outcome = Outcome(
        acquired=acquired,
        judged=None if later else judged,
        paper=None if later else _paper(system, connection, case, current, acquired.day),
        limit_class="" if later else own_class,
        copay_from=copay_from,
        limit_from=limit_from,
        income_state=_income_state(case.record, judged, asked),
        missing=judged.missing,
    )
    members = household_of(connection, current.municipality_code, current.household_number)
    record = accepted_record(system, connection, case, current, outcome, members)
    return write_decision(
        system, connection, case, person_id, replace(record, supersedes=supersedes)
    )


def write_decision(
    system: System,
    connection: Connection,
    case: Case,
    person_id: int | None,
    record: DecisionRecord,
) -> str:
    """Keep a decision and seal it for the terminal that asked (FILE-16)."""
    refused = record.outcome == "refused"
    connection.execute(
        insert(decision).values(
            id=record.decision_id,
            notification_id=case.id,
            terminal=case.terminal,
            person_id=person_id,
            outcome=record.outcome,
            reasons=record.reasons,
            supersedes=record.supersedes,
            provisional=int(record.provisional == "1"),
            record="" if refused else json.dumps(asdict(record), ensure_ascii=False),
            decided_at=record.decided_at,
        )
    )
    terminals = active_terminals(connection, record.municipality_code)
    receiver = case.terminal if case.terminal in terminals else next(iter(terminals), "")
    if receiver:
        deliver(system, connection, receiver, "FILE-16", [record], erase_after=refused)
    return record.decision_id


def insure(connection: Connection, person_id: int, acquisition: Acquisition) -> Acquired:
    """Number the person and open the coverage."""
    day = acquisition.day
    number = add_coverage(connection, person_id, day.isoformat(), acquisition.reason.value)
    return Acquired(day, acquisition.reason.value, number)


def _decide(system: System, connection: Connection, municipality: str, case: Case) -> None:
    checked = check(system, connection, municipality, case.record)
    if checked.refused:
        _refuse(system, connection, municipality, case, checked.refused)
        return
    person_id = _register(system, connection, case, checked)
    _keep(system, connection, case, person_id)
    if checked.pending:
        record = bare_record(system, connection, case, "pending", checked.pending)
        write_decision(system, connection, case, person_id, record)
        return
    assert checked.acquisition is not None, "neither refused nor pending"
    acquired = insure(connection, person_id, checked.acquisition)
    accept(system, connection, case, person_id, acquired)
    rejudge_others(
        system,
        connection,
        case.record.municipality_code,
        case.record.household_number,
        acquired.day,
        person_id,
    )


def _refuse(
    system: System,
    connection: Connection,
    municipality: str,
    case: Case,
    findings: Sequence[Finding],
) -> None:
    """Tell the reasons and keep nothing of the applicant (SEC-130)."""
    connection.execute(
        insert(notification).values(
            id=case.id,
            terminal=case.terminal,
            municipality_code=municipality,
            case_id=case.record.case_id,
            atena_number="",
            record="",
            standing="refused",
            received_at=system.now(),
        )
    )
    reasons = texts.reasons_of(findings)
    log_act(system, connection, UNION_ACTOR, "erase_refused", case.id, reasons=reasons)
    if "municipality_differs" in reasons:
        log_act(system, connection, case.terminal, "other_municipality", case.id)
    record = bare_record(system, connection, case, "refused", findings)
    write_decision(system, connection, case, None, replace(record, municipality_code=municipality))


def _register(system: System, connection: Connection, case: Case, checked: Checked) -> int:
    """The person as the notification has her, until the resident register confirms it."""
    record = case.record
    values: dict[str, object] = {name: getattr(record, name) for name in _KEPT}
    values |= {
        "is_head": int(record.is_head == "1"),
        "birth_precision": record.birth_precision or "day",
        "state": "1",
        "state_on": record.event_on,
        "origin": "terminal",
    }
    known = checked.known
    if known is None:
        person_id = add_person(connection, values)
    else:
        person_id = known.id
        if known.atena_number != record.atena_number:
            connection.execute(
                insert(former_atena).values(
                    municipality_code=known.municipality_code,
                    atena_number=known.atena_number,
                    person_id=person_id,
                )
            )
        change_person(connection, person_id, values)
    if record.my_number and not number_of(connection, person_id):
        put_number(connection, person_id, record.my_number)
    if not record.my_number:
        list_entry(
            system,
            connection,
            CheckEntry("number_blank", record.municipality_code, record.atena_number),
            "届出に個人番号がありませんでした。",
            case_id=record.case_id,
        )
    if record.copay_paper == "1":
        year = max(judgement_year(date.fromisoformat(record.event_on)), _this_year(system))
        put_income(connection, person_id, year, "paper", paper_facts(record))
    return person_id


def paper_facts(record: NotificationRecord) -> IncomeFacts:
    """The figures of 負担区分等証明書; what it does not say is not known."""
    return IncomeFacts(
        taxed=_said(record.copay_taxed),
        taxable_income=_yen(record.copay_taxable_income),
        revenue=_yen(record.copay_revenue),
        pension_other=_yen(record.copay_pension_other),
        base_income=_yen(record.copay_base_income),
        income_zero=_said(record.copay_all_income_zero),
    )


def _this_year(system: System) -> int:
    return judgement_year(system.today())


def _said(text: str) -> bool | None:
    return None if text == "" else text == "1"


def _yen(text: str) -> int | None:
    return None if text == "" else int(text)


def _keep(system: System, connection: Connection, case: Case, person_id: int) -> None:
    kept = asdict(replace(case.record, my_number=""))
    connection.execute(
        insert(notification).values(
            id=case.id,
            terminal=case.terminal,
            municipality_code=case.record.municipality_code,
            case_id=case.record.case_id,
            atena_number=case.record.atena_number,
            person_id=person_id,
            record=json.dumps(kept, ensure_ascii=False),
            standing="waiting",
            received_at=system.now(),
        )
    )


def _ask_income(
    system: System,
    connection: Connection,
    case: Case,
    municipality: str,
    judged: Judged,
    judged_on: date,
) -> None:
    """Open a 所得照会 for the person whose income is missing, once per year."""
    asked = find_person(connection, municipality, judged.missing)
    assert asked is not None, "the missing person is a member of the household"
    year = judgement_year(judged_on)
    there = connection.execute(
        select(inquiry.c.id).where(inquiry.c.person_id == asked.id, inquiry.c.year == year)
    ).first()
    if there is None:
        connection.execute(
            insert(inquiry).values(
                id=f"{system.setup.id}-Q-{next_value(connection, 'inquiry'):06d}",
                person_id=asked.id,
                notification_id=case.id,
                to_municipality=case.record.former_municipality_code,
                year=year,
                state="open",
                opened_at=system.now(),
            )
        )


def _income_state(record: NotificationRecord, judged: Judged, asked: bool) -> str:
    if asked:
        return "inquiring"
    if judged.undeclared:
        return "undeclared"
    return "paper" if record.copay_paper == "1" else "confirmed"


def _paper(
    system: System, connection: Connection, case: Case, current: PersonRow, acquired_on: date
) -> PaperDecision:
    """Which paper, by the union's rule and the answer of the 中間サーバー on マイナ保険証."""
    record = case.record
    my_number = number_of(connection, current.id)
    known = connection.execute(select(card_use).where(card_use.c.my_number == my_number)).first()
    if my_number and known is not None:
        use = CardUse(bool(known.registered), known.visits_year, known.visits_quarter)
    else:
        use = CardUse(record.card_use == "registered")
    today = system.today()
    until = record.disability_until if record.disability_paper == "1" else ""
    return which_paper(
        Holder(
            birth=date.fromisoformat(current.birth_sort),
            acquired_on=acquired_on,
            use=use,
            support_measure=bool(current.support_from),
        ),
        today,
        certificate_rule(system.tables, today),
        system.practice,
        limits=(date.fromisoformat(until) if until else None,),
    )
