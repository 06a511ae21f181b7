"""死亡 on the union's side (高確法53条1項): eligibility is lost the next day, papers come back."""

from __future__ import annotations

from datetime import date

from app.peers.union.office.case import Answer, Case, Checked, Office, OfficeKind
from app.peers.union.office.checks import DEAD, four_dates, insured_person, told
from app.peers.union.office.persons import (
    change_person,
    end_coverage,
    get_person,
    open_coverage,
)
from app.peers.union.office.shares import rejudge_others
from app.rules.eligibility.loss import LossFacts, lose
from app.rules.eligibility.reasons import EligibilityError, LossReason
from app.wire.bodies import loss


def check(office: Office, case: Case) -> Checked:
    """Whether she lives and is insured here, and the loss that follows."""
    row, current, findings = insured_person(office, case)
    if row is None or current is None:
        return Checked(refused=tuple(findings))
    findings = four_dates(office, case, row.birth_sort)
    if findings:
        return Checked(refused=tuple(findings))
    facts = LossFacts(
        row.atena_number,
        date.fromisoformat(row.birth_sort),
        date.fromisoformat(current.acquired_on),
        LossReason.DEATH,
        date.fromisoformat(case.record.event_on),
    )
    try:
        return Checked(person=row, facts=(lose(facts, office.system.practice), current))
    except EligibilityError as cause:
        return Checked(refused=(told(cause.cause, cause),))


def decide(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    """The loss of the day after the death."""
    lost, current = checked.facts
    day = lost.day.isoformat()
    values = {
        "insured_number": current.insured_number,
        "event_on": case.record.event_on,
        "lost_on": day,
        "loss_reason": lost.reason.value,
        "article": lost.article,
        "state": DEAD,
        "paper_due": "1" if case.record.paper_return == "later" else "0",
        "grounds_clerk": f"死亡日の翌日（{day}）に資格を喪失（{lost.article}）",
    }
    return Answer(person_id, loss.LAYOUTS[-1], values)


def effect(office: Office, case: Case, answer: Answer) -> None:
    """The coverage ends, the person is dead, the household is judged anew (世帯異動)."""
    connection, event = office.connection, case.record.event_on
    current, row = (
        open_coverage(connection, answer.person_id),
        get_person(connection, answer.person_id),
    )
    assert current is not None, "checked in this very transaction"
    values = answer.values
    end_coverage(connection, current.id, values["lost_on"], values["loss_reason"])
    dead = {"state": values["state"], "state_on": event}
    change_person(connection, row.id, dead, since=event, reason=case.record.kind)
    place = (row.municipality_code, row.household_number)
    rejudge_others(office.system, connection, *place, date.fromisoformat(event), row.id)


KIND = OfficeKind("death", check, decide, effect, register_says=("event_on",))
