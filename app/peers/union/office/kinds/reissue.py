"""再交付 on the union's side: the paper as it stands today, once more; nothing changes by it."""

from __future__ import annotations

from datetime import date

from app.peers.union.office.case import Answer, Case, Checked, Office, OfficeKind, RefusalReason
from app.peers.union.office.checks import DATES, INSURED, four_dates, insured_person
from app.peers.union.office.coverages import paper_for
from app.peers.union.office.decided import decided_for
from app.peers.union.office.paper_held import coverage_values, kind_held
from app.rules.eligibility.papers import PaperKind
from app.wire.bodies import reissued


def check(office: Office, case: Case) -> Checked:
    """Whether she is insured here and holds the paper that is asked for."""
    row, current, findings = insured_person(office, case)
    if row is None or current is None:
        return Checked(refused=tuple(findings))
    findings = four_dates(office, case, row.birth_sort)
    wanted, acquired_on = case.record.paper, date.fromisoformat(current.acquired_on)
    paper = paper_for(office, row, acquired_on, registered=wanted == PaperKind.NOTICE)
    earlier = decided_for(office.connection, row.id)
    held = kind_held(office, row.id, current.insured_number) or paper.paper.value
    if held != wanted:
        label = office.system.tables["papers"].label(held, office.system.today())
        findings.append(RefusalReason("paper_differs", f"交付しているのは{label}です。"))
    if findings:
        return Checked(refused=tuple(findings))
    return Checked(person=row, facts=(current, paper, earlier))


def decide(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    """Coverage and share in force, what the last paper showed besides, and the count."""
    current, paper, earlier = checked.facts
    record = case.record
    count = 1 + sum(1 for one in earlier if one.kind == record.kind)
    values = coverage_values(office, person_id, current, paper, {}) | {
        "paper": record.paper,
        "delivery": record.delivery,
        "reissue_reason": record.reason,
        "reissue_count": str(count),
        "grounds_clerk": f"{count}回目の再交付（資格と負担割合に変わりはありません）",
    }
    return Answer(person_id, reissued.LAYOUTS[-1], values)


KIND = OfficeKind("reissue", check, decide, refusals=(*INSURED, *DATES, "paper_differs"))
