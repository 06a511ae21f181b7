"""What a decision says (FILE-16): everything a certificate shows, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from app.peers.union.office import texts
from app.peers.union.office.checks import Finding
from app.peers.union.office.persons import PersonRow
from app.peers.union.office.shares import Judged
from app.peers.union.system import System, next_value
from app.rules.eligibility.papers import PaperDecision, limit_mark_matters
from app.wire.records import DecisionRecord, NotificationRecord

SHOWN = (
    "municipality_code",
    "atena_number",
    "person_kind",
    "name",
    "kana",
    "birth_written",
    "birth_sort",
    "sex",
    "postal_code",
    "address",
    "building",
)
"""Columns of a notification that its decision repeats."""


@dataclass(frozen=True, slots=True)
class Acquired:
    """The coverage a decision is about."""

    day: date
    reason: str
    insured_number: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided for an insured person. ``judged`` and ``paper`` are None while the share
    is to be posted later; ``missing`` names whose income is not known."""

    acquired: Acquired
    judged: Judged | None
    paper: PaperDecision | None
    limit_class: str
    copay_from: date
    limit_from: date
    income_state: str
    missing: str


@dataclass(frozen=True, slots=True)
class Case:
    """A notification that is being decided: who sent it under which id, and what it says."""

    id: str
    terminal: str
    record: NotificationRecord


def bare_record(
    system: System, connection: Connection, case: Case, outcome: str, findings: Sequence[Finding]
) -> DecisionRecord:
    """A decision without eligibility: refused, or waiting for an official."""
    shown = {name: getattr(case.record, name) for name in SHOWN}
    return DecisionRecord(
        decision_id=f"{system.setup.id}-D-{next_value(connection, 'decision'):08d}",
        notification_id=case.id,
        case_id=case.record.case_id,
        outcome=outcome,
        decided_at=system.now(),
        reasons=texts.reasons_of(findings),
        reason_text=texts.reason_text(system, findings),
        **shown,
    )


def accepted_record(
    system: System,
    connection: Connection,
    case: Case,
    current: PersonRow,
    outcome: Outcome,
    members: Sequence[PersonRow],
) -> DecisionRecord:
    record, judged, paper = case.record, outcome.judged, outcome.paper
    place = system.tables["municipalities"].at(system.today(), code=current.municipality_code)
    waiting = (Finding("income_unconfirmed"),) if outcome.missing and judged is None else ()
    disease = record.disease_kind if record.disease_paper == "1" else ""
    shared = bare_record(system, connection, case, "accepted", waiting)
    matters = judged is not None and limit_mark_matters(
        judged.decision.class_of(record.atena_number)
    )
    return replace(
        shared,
        birth_sort=current.birth_sort,
        insured_number=outcome.acquired.insured_number,
        insurer_number=place.text("insurer_number"),
        insurer_name=system.setup.name,
        acquired_on=outcome.acquired.day.isoformat(),
        acquisition_reason=outcome.acquired.reason,
        copay_ratio="" if judged is None else str(judged.decision.ratio),
        copay_from="" if judged is None else outcome.copay_from.isoformat(),
        provisional="1" if judged is not None and judged.decision.provisional else "0",
        income_state=outcome.income_state,
        limit_class=outcome.limit_class,
        limit_from="" if judged is None else outcome.limit_from.isoformat(),
        # 任意記載事項: the former union's paper names the class, so it goes on being shown.
        limit_printed="1" if matters and record.copay_class else "0",
        disease_kind=disease,
        disease_from=outcome.limit_from.isoformat() if disease else "",
        paper="none" if paper is None else paper.paper.value,
        expires_on="" if paper is None else paper.expires_on.isoformat(),
        issue_on="" if paper is None else system.today().isoformat(),
        address_printed="1" if system.practice.address_printed else "0",
        delivery="post" if paper is None else record.delivery,
        grounds=texts.grounds_json(judged, paper),
        grounds_clerk=texts.clerk_text(system, judged, paper, members),
        grounds_aloud=texts.aloud_text(system, judged, paper),
    )
