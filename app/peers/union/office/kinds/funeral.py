"""葬祭費 on the union's side (高確法86条、条例): who held the funeral is paid the dated amount."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from app.peers.union.office import benefits
from app.peers.union.office.case import (
    Answer,
    Case,
    Checked,
    Office,
    OfficeKind,
    RefusalReason,
    find_whom,
)
from app.peers.union.office.checks import DATES, DEAD, four_dates, told
from app.peers.union.office.persons import coverages_of, insured_on
from app.peers.union.system import System
from app.peers.union.tables import benefit, coverage, person
from app.rules.benefits.funeral import FuneralCase, FuneralOutcome, decide_funeral_benefit
from app.rules.benefits.tables import funeral_amount
from app.rules.collection.tables import limitation_rule
from app.rules.copay.explain import unconfirmed_lines
from app.rules.errors import RuleError
from app.wire.bodies import payment

_REFUSED = {
    FuneralOutcome.NOT_INSURED: "not_insured_at_death",
    FuneralOutcome.OTHER_LAW: "other_law_pays",
    FuneralOutcome.LAPSED: "claim_lapsed",
}
_ACCOUNT = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana")


def check(office: Office, case: Case) -> Checked:
    """Whether the dead was insured here, nobody was paid yet, and the claim still lives."""
    system, record, row = office.system, case.record, find_whom(office, case)
    if row is None:
        return Checked(refused=(RefusalReason("unknown_person"),))
    if row.state != DEAD or not row.state_on:
        return Checked(refused=(RefusalReason("not_dead"),))
    findings = four_dates(office, case, row.birth_sort)
    paid = select(benefit.c.id).where(benefit.c.person_id == row.id, benefit.c.kind == record.kind)
    if office.connection.execute(paid).first() is not None:
        findings.append(RefusalReason("already_paid"))
    if findings:
        return Checked(refused=tuple(findings))
    died_on, funeral_on = date.fromisoformat(row.state_on), date.fromisoformat(record.event_on)
    covered = coverages_of(office.connection, [row.id]).get(row.id, [])
    facts = FuneralCase(
        died_on,
        funeral_on,
        applied_on=date.fromisoformat(record.accepted_on),
        insured_on_death=insured_on(covered, row.state_on),
        other_law=record.other_law == "1",
        key=row.atena_number,
    )
    rule = limitation_rule(system.tables, "funeral_benefit", funeral_on)
    place = (system.setup.prefecture, row.municipality_code)
    try:
        amount = funeral_amount(system.tables, *place, died_on)
        decided = decide_funeral_benefit(rule, amount, facts)
    except RuleError as cause:
        return Checked(refused=(told("claim_dates", cause),))
    if decided.outcome in _REFUSED:
        return Checked(refused=(RefusalReason(_REFUSED[decided.outcome]),))
    return Checked(person=row, facts=(decided, covered[-1].insured_number))


def decide(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    """The amount of the municipality's row, to the account that was told."""
    decided, insured_number = checked.facts
    record, lapses = case.record, decided.limitation.lapsed_from
    ground = f"葬祭費 {decided.amount:,}円（条例の額）"
    lines = (ground, unconfirmed_lines(decided.unconfirmed))
    values = {name: getattr(record, name) for name in (*_ACCOUNT, "event_on", "payee_name")} | {
        "insured_number": insured_number,
        "benefit": record.kind,
        "amount": str(decided.amount),
        "decided_on": office.system.today().isoformat(),
        "claim_until": "" if lapses is None else (lapses - timedelta(days=1)).isoformat(),
        "grounds_clerk": "\n".join(line for line in lines if line),
        "grounds_aloud": f"葬祭費として {decided.amount:,}円が、指定の口座に振り込まれます。",
    }
    return Answer(person_id, payment.LAYOUTS[-1], values)


def effect(office: Office, case: Case, answer: Answer) -> None:
    """The payment stands in the union's books, so that nobody is paid twice."""
    office.connection.execute(
        insert(benefit).values(
            notification_id=case.id,
            person_id=answer.person_id,
            kind=case.record.kind,
            amount=int(answer.values["amount"]),
            payee=answer.values["payee_name"],
            decided_on=answer.values["decided_on"],
        )
    )


KIND = OfficeKind(
    "funeral",
    check,
    decide,
    effect,
    refusals=(
        "unknown_person",
        "not_dead",
        *DATES,
        "already_paid",
        *_REFUSED.values(),
        "claim_dates",
    ),
)


def unclaimed(
    system: System, connection: Connection, municipality: str, today: str
) -> Iterator[benefits.Unclaimed]:
    """Insured persons who died and for whose funeral nobody claimed. The two years run from the
    funeral, which nobody here knows: from the death is the earliest that they can end."""
    claimed = select(benefit.c.person_id).where(benefit.c.kind.startswith(KIND.code))
    rows = connection.execute(
        select(person)
        .where(
            person.c.municipality_code == municipality,
            person.c.state == DEAD,
            person.c.state_on != "",
            person.c.id.in_(select(coverage.c.person_id)),
            person.c.id.not_in(claimed),
        )
        .order_by(person.c.state_on, person.c.id)
    ).all()
    periods = coverages_of(connection, [row.id for row in rows])
    for row in rows:
        died = date.fromisoformat(row.state_on)
        until = benefits.claim_until(system, "funeral_benefit", died)
        if until < today or not insured_on(periods[row.id], row.state_on):
            continue
        yield benefits.Unclaimed(
            "unclaimed_funeral",
            row.atena_number,
            periods[row.id][-1].insured_number,
            _amount(system, row, died),
            f"葬祭費（{row.state_on} 死亡）",
            until,
        )


def _amount(system: System, row: Any, died: date) -> int:
    place = (system.setup.prefecture, row.municipality_code)
    try:
        return funeral_amount(system.tables, *place, died).amount
    except RuleError:
        return 0
