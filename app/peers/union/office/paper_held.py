"""The paper of an insured person as everything stands today: coverage, share, and what the last
paper showed besides, but for what a decision changes of it (再交付, 併記, 変更)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from app.peers.union.office.cards import yearly_issue
from app.peers.union.office.case import Office
from app.peers.union.office.coverages import paper_for, whose
from app.peers.union.office.decided import last_papers
from app.peers.union.office.persons import get_person, shares_of
from app.peers.union.office.rejudging import CARDS
from app.peers.union.tables import held
from app.rules.calendar.days import judgement_year
from app.rules.copay.days import share_until
from app.rules.eligibility.papers import PaperDecision, PaperKind

_MARKS = ("limit_printed", "long_stay_on", "disease_kind", "disease_from")


def last_paper(office: Office, person_id: int) -> Any | None:
    """The last accepted decision that ordered the paper with which she is treated: a certificate
    for another insurer (負担区分等証明書 …) is not what she holds, "none" takes none away."""
    return last_papers(office.connection, [person_id]).get(person_id)


def kind_held(office: Office, person_id: int, insured_number: str) -> str:
    """Which paper she holds: that of the yearly run of this judgement year, unless a decision
    ordered another one after it; "" where neither made one."""
    system, last = office.system, last_paper(office, person_id)
    row = get_person(office.connection, person_id)
    year = judgement_year(system.today())
    issue = yearly_issue(system.setup.id, row.municipality_code, year, insured_number)
    found = office.connection.execute(
        select(held.c.record).where(
            held.c.municipality == row.municipality_code,
            held.c.file_id == CARDS,
            held.c.key == issue,
        )
    ).scalar()
    card = json.loads(found) if found else {}
    if last is not None and getattr(last, "issue_on", "") >= card.get("issue_on", ""):
        return str(last.paper)
    return str(card.get("paper", ""))


def same_paper(office: Office, person_id: int, current: Row[Any]) -> PaperDecision:
    """Which paper the person gets now, where nothing says whether the card is registered but
    the paper that she holds."""
    registered = kind_held(office, person_id, current.insured_number) == PaperKind.NOTICE
    acquired_on = date.fromisoformat(current.acquired_on)
    return paper_for(office, get_person(office.connection, person_id), acquired_on,
                     registered=registered)  # fmt: skip


def coverage_values(
    office: Office,
    person_id: int,
    current: Row[Any],
    paper: PaperDecision | None,
    marks: Mapping[str, str],
) -> dict[str, str]:
    """The values of the body ``coverage``; ``marks`` are those of 任意記載事項 that a decision
    changes, ``paper`` None where none follows."""
    row = get_person(office.connection, person_id)
    # Next year's share stands there from July on: a paper of today is not to show it (DOMAIN 5.3).
    last_day = share_until(office.system.today()).isoformat()
    share = shares_of(office.connection, [person_id], last_day).get(person_id)
    last = last_paper(office, person_id)
    return whose(office, row) | {
        "insured_number": current.insured_number,
        "acquired_on": current.acquired_on,
        "acquisition_reason": current.acquisition_reason,
        "copay_ratio": "" if share is None else str(share.copay_ratio),
        "copay_from": "" if share is None else share.copay_from,
        "provisional": str(0 if share is None else share.provisional),
        "income_state": "" if share is None else share.income_state,
        "limit_class": "" if share is None else share.limit_class,
        "limit_from": "" if share is None else share.limit_from,
        "paper": "none" if paper is None else paper.paper.value,
        "expires_on": "" if paper is None else paper.expires_on.isoformat(),
        "issue_on": "" if paper is None else office.system.today().isoformat(),
        **{name: getattr(last, name, "") for name in _MARKS},
        **marks,
    }
