"""即時交付: receive a case, examine it, decide at once (FLOW-104…106, SYS-01).

Everything happens in the one transaction that also makes the receipt: the person, the number,
the coverage, the share, the decision and the sealed answer, or nothing of it. What a kind of
case needs of its own stands in ``app.peers.union.office.kinds``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from app.core.errors import UserError
from app.peers.union.line.delivery import active_terminals, deliver
from app.peers.union.line.enrolment import Caller
from app.peers.union.office import returned, texts
from app.peers.union.office.case import Answer, Case, Office, OfficeKind, RefusalReason
from app.peers.union.office.history import bring
from app.peers.union.office.kinds import KINDS
from app.peers.union.office.persons import get_person
from app.peers.union.system import UNION_ACTOR, System, log_act, next_value
from app.peers.union.tables import decision, notification
from app.wire.codec import record_from
from app.wire.container import Header
from app.wire.files import FILES, sent_in
from app.wire.layout import columns
from app.wire.records import CaseHead, DecisionHead

_LOG = logging.getLogger(__name__)
_WHO = ("person_kind", "name", "kana", "birth_written", "birth_sort", "sex")
"""What a decision's head repeats of the person."""


def receive(
    system: System,
    connection: Connection,
    caller: Caller,
    header: Header,
    records: tuple[CaseHead, ...],
    made_at: str = "",
) -> None:
    """Decide every case of a file; its decision is the terminal's next item."""
    office = Office(system, connection)
    for number, record in enumerate(records, start=1):
        case_id = header.id if len(records) == 1 else f"{header.id}.{number}"
        _decide(office, Case(case_id, caller.terminal, caller.municipality, record))


def kept_case(connection: Connection, notification_id: str) -> tuple[Case, int]:
    """A case as it was kept (without 個人番号) and its person.

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
    return Case(row.id, row.terminal, row.municipality_code, kept_record(row.record)), row.person_id


def kept_record(text: str) -> Any:
    """The record of a case as it was kept."""
    values = json.loads(text)
    return record_from(sent_in(values["kind"]), values)


def last_decision(connection: Connection, notification_id: str) -> Any | None:
    """The decision in force on a case."""
    row = connection.execute(
        select(decision.c.record, notification.c.record.label("said"))
        .join(notification, notification.c.id == decision.c.notification_id)
        .where(decision.c.notification_id == notification_id)
        .order_by(decision.c.id.desc())
    ).first()
    if row is None or not row.record or not row.said:
        return None
    spec = sent_in(json.loads(row.said)["kind"])
    return record_from(FILES[spec.answered_in], json.loads(row.record))


def answer_case(office: Office, case: Case, answer: Answer, supersedes: str = "") -> str:
    """Tell an acceptance; given ``supersedes``, it takes the place of that decision. Returns the
    decision's id."""
    row = get_person(office.connection, answer.person_id)
    who = {name: getattr(row, name) for name in _WHO}
    head = _head(office, case, "accepted", answer.told) | who
    values = texts.with_version(office.system, answer.values)
    record = answer.layout.new(**head, **values, supersedes=supersedes)
    return _write(office, case, answer.person_id, record)


def tell_without(
    office: Office,
    case: Case,
    outcome: str,
    findings: Sequence[RefusalReason],
    *,
    person_id: int | None = None,
    supersedes: str = "",
) -> str:
    """Tell a decision that decides nothing for the person: refused, or pending. Returns its id."""
    record = case.record
    known = {field.name for field in fields(record)}
    who = {name: getattr(record, name) for name in _WHO if name in known}
    head = _head(office, case, outcome, findings) | who
    head["grounds_clerk"] = texts.version_line(office.system)
    return _write(office, case, person_id, DecisionHead(**head, supersedes=supersedes))


def _head(
    office: Office, case: Case, outcome: str, findings: Sequence[RefusalReason]
) -> dict[str, str]:
    system, record = office.system, case.record
    return {
        "decision_id": f"{system.setup.id}-D-{next_value(office.connection, 'decision'):08d}",
        "notification_id": case.id,
        "case_id": record.case_id,
        "kind": record.kind,
        "outcome": outcome,
        "decided_at": system.now(),
        "reasons": texts.reasons_of(findings),
        "reason_text": texts.reason_text(system, findings),
        "municipality_code": case.municipality,
        "atena_number": record.atena_number,
    }


def _write(office: Office, case: Case, person_id: int | None, record: Any) -> str:
    """Keep a decision and seal it for the terminal that asked (FILE-16, FILE-21). One that a
    terminal gave back after a restore is kept as it was: it was told already."""
    system, connection = office.system, office.connection
    refused = record.outcome == "refused"
    before = returned.earlier(office, case, record)
    if before is not None and before.same:
        told = json.loads(before.row.record) if before.row.record else {}
        told["decision_id"] = before.row.decision_id
        record = replace(record, **{name: told[name] for name in asdict(record) if name in told})
    elif before is not None and not record.supersedes:
        record = replace(record, supersedes=before.row.decision_id)
    connection.execute(
        insert(decision).values(
            id=record.decision_id,
            notification_id=case.id,
            terminal=case.terminal,
            person_id=person_id,
            outcome=record.outcome,
            reasons=record.reasons,
            supersedes=record.supersedes,
            provisional=int(getattr(record, "provisional", "") == "1"),
            record="" if refused else json.dumps(asdict(record), ensure_ascii=False),
            decided_at=record.decided_at,
        )
    )
    if before is not None and before.same:
        return str(record.decision_id)
    terminals = active_terminals(connection, record.municipality_code)
    receiver = case.terminal if case.terminal in terminals else next(iter(terminals), "")
    if receiver:
        file_id = sent_in(record.kind).answered_in
        deliver(system, connection, receiver, file_id, [record], erase_after=refused)
    return str(record.decision_id)


def _decide(office: Office, case: Case) -> None:
    kind = KINDS.get(case.record.kind)
    if case.record.municipality_code != case.municipality:
        # A terminal learns nothing about another municipality's persons (SEC-51).
        _refuse(office, case, (RefusalReason("municipality_differs"),))
        return
    if kind is None:
        _refuse(office, case, (RefusalReason("kind_unknown"),))
        return
    checked = kind.check(office, case)
    _require_declared(kind, (*checked.refused, *checked.pending))
    if checked.refused:
        _refuse(office, case, checked.refused)
        return
    # what the case brings is true from its event (異動日), unless a fact has a day of its own
    bring(office.system, office.connection, "case", case.id, case.terminal, case.record.event_on)
    person_id = kind.whom(office, case, checked)
    standing = "settled" if kind.register_says is None else "waiting"
    _keep(office, case, person_id, standing)
    if checked.pending:
        kind.waits(office, case, person_id)
        tell_without(office, case, "pending", checked.pending, person_id=person_id)
        return
    answer = kind.decide(office, case, checked, person_id)
    _require_declared(kind, answer.told)
    kind.effect(office, case, answer)
    answer_case(office, case, answer)


def _require_declared(kind: OfficeKind, reasons: Sequence[RefusalReason]) -> None:
    """A reason that the kind does not declare is our mistake; who waits is told it all the same."""
    for reason in reasons:
        if reason.code not in kind.refusals:
            _LOG.error("kind %s gave the undeclared reason %s", kind.code, reason.code)


def _refuse(office: Office, case: Case, findings: Sequence[RefusalReason]) -> None:
    """Tell the reasons and keep nothing of the applicant (SEC-130)."""
    system, connection = office.system, office.connection
    connection.execute(
        insert(notification).values(
            id=case.id,
            terminal=case.terminal,
            municipality_code=case.municipality,
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
    tell_without(office, case, "refused", findings)


def _keep(office: Office, case: Case, person_id: int, standing: str) -> None:
    secret = {item.name for item in columns(type(case.record)) if item.my_number}
    kept = {name: "" if name in secret else value for name, value in asdict(case.record).items()}
    office.connection.execute(
        insert(notification).values(
            id=case.id,
            terminal=case.terminal,
            municipality_code=case.record.municipality_code,
            case_id=case.record.case_id,
            atena_number=case.record.atena_number,
            person_id=person_id,
            record=json.dumps(kept, ensure_ascii=False),
            standing=standing,
            received_at=office.system.now(),
        )
    )
