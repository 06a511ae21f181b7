"""証明書 on the union's side (DOMAIN 2.6, 5.5): what the books say of somebody who is or was
insured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row

from app.peers.union.office import history
from app.peers.union.office.case import (
    Answer,
    Case,
    Checked,
    Office,
    OfficeKind,
    RefusalReason,
    find_whom,
)
from app.peers.union.office.checks import DATES, DEAD, four_dates
from app.peers.union.office.paper_held import coverage_values
from app.peers.union.office.persons import PersonRow, coverages_of
from app.rules.calendar.days import judgement_year
from app.wire.bodies import certifying

_REFUSALS = ("unknown_person", "already_dead", "never_insured", *DATES, "nothing_to_certify")
_Facts = Mapping[str, str]


def _facts(office: Office, row: PersonRow, kind: str) -> _Facts:
    """What holds of a person today, {} for nothing."""
    today = office.system.today()
    found = history.as_of(office.connection, row.id, today, today)
    return found.get((kind, ""), {})


def _burden(office: Office, row: PersonRow, values: _Facts) -> dict[str, str]:
    year = judgement_year(office.system.today())
    grounds = office.system.tables["limit_classes"].label(
        values["limit_class"], office.system.today()
    )
    told = {"judged_year": f"{year}年度", "burden_grounds": f"{grounds}（広域連合の判定）"}
    return told if values["copay_ratio"] else {}


def _disability(office: Office, row: PersonRow, values: _Facts) -> dict[str, str]:
    held = _facts(office, row, "disability")
    if not held:
        return {}
    today = office.system.today()
    degree = office.system.tables["disability_proofs"].label(held["proof"], today)
    return {
        "disability_degree": degree,
        "disability_on": values["acquired_on"],
        "disability_until": held.get("proof_until", ""),
    }


def _disease(office: Office, row: PersonRow, values: _Facts) -> dict[str, str]:
    return {"disease_kind": values["disease_kind"]} if values["disease_kind"] else {}


def _dependant(office: Office, row: PersonRow, values: _Facts) -> dict[str, str]:
    held = _facts(office, row, "former_dependant")
    if not held:
        return {}
    return {"former_insurer": held["insurer"], "dependant_until": held["dependant_until"]}


def _periods(office: Office, row: PersonRow, values: _Facts) -> dict[str, str]:
    return {"acquired_on": values["acquired_on"]}


def _set(office: Office, row: PersonRow, values: _Facts) -> dict[str, str]:
    """負担区分等 with whatever of the three others applies (DOMAIN 2.6)."""
    parts = (_burden, _disability, _disease, _dependant)
    return {name: text for part in parts for name, text in part(office, row, values).items()}


_Tells = Callable[[Office, PersonRow, _Facts], dict[str, str]]


def _kind(code: str, paper: str, words: str, tells: _Tells) -> OfficeKind:
    """One certificate: ``tells`` gives what it says beside the coverage, {} when there is nothing
    to certify."""

    def values_of(office: Office, row: PersonRow, last: Row[Any]) -> dict[str, str]:
        values = coverage_values(office, row.id, last, None, {})
        told = tells(office, row, values)
        lost = {"lost_on": last.lost_on, "loss_reason": last.loss_reason}
        return {**values, **lost, **told} if told else {}

    def check(office: Office, case: Case) -> Checked:
        row = find_whom(office, case)
        if row is None:
            return Checked(refused=(RefusalReason("unknown_person"),))
        if row.state == DEAD:
            return Checked(refused=(RefusalReason("already_dead"),))
        periods = coverages_of(office.connection, [row.id]).get(row.id, [])
        if not periods:
            return Checked(refused=(RefusalReason("never_insured"),))
        findings = four_dates(office, case, row.birth_sort)
        values = values_of(office, row, periods[-1])
        if not values:
            findings.append(RefusalReason("nothing_to_certify"))
        return Checked(refused=tuple(findings), person=row, facts=values)

    def decide(office: Office, case: Case, checked: Checked, person_id: int) -> Answer:
        today: date = office.system.today()
        values = checked.facts | {
            "paper": paper,
            "issue_on": today.isoformat(),
            "delivery": case.record.delivery,
            "grounds_clerk": words,
        }
        return Answer(person_id, certifying.CERTIFIED[-1], values)

    return OfficeKind(code, check, decide, refusals=_REFUSALS)


KINDS = (
    _kind("burden_paper", "burden_certificate", "負担区分等の証明", _burden),
    _kind("disability_paper", "disability_certificate", "障害認定の証明", _disability),
    _kind("disease_paper", "disease_certificate", "特定疾病認定の証明", _disease),
    _kind("dependant_paper", "dependant_certificate", "被扶養者であったことの証明", _dependant),
    _kind("move_out_papers", "move_out_set", "転出先に出す証明書の一式", _set),
    _kind("coverage_paper", "coverage_certificate", "資格の取得・喪失の証明", _periods),
)
