"""資格の決定 (FILE-16 coverage): numbering, the share of the household, the paper, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from app.peers.union.office import texts
from app.peers.union.office.case import Answer, Case, Office, RefusalReason
from app.peers.union.office.persons import (
    PersonRow,
    add_coverage,
    find_person,
    get_person,
    household_of,
    number_of,
    touch,
)
from app.peers.union.office.rejudging import rejudge_next_year
from app.peers.union.office.returned import number_given
from app.peers.union.office.shares import Judged, judge_household, put_share
from app.peers.union.system import next_value
from app.peers.union.tables import card_use, inquiry
from app.rules.calendar.days import judgement_year
from app.rules.copay.days import class_mark_from, from_income_correction
from app.rules.eligibility.acquisition import Acquisition
from app.rules.eligibility.papers import (
    CardUse,
    Holder,
    PaperDecision,
    certificate_rule,
    limit_mark_matters,
    which_paper,
)
from app.wire.bodies import DECISIONS, coverage


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
class Applied:
    """資格確認書の交付申請: whether by somebody who needs care (要配慮者)."""

    needs_care: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """What a case that makes somebody insured says of papers, whatever its kind: ``registered``
    マイナ保険証; ``until`` the last day of a recognition; what former papers say."""

    registered: bool
    until: str
    income_by_paper: bool
    limit_class: str
    disease: str
    former: str
    delivery: str


def brought(record: Any) -> Brought:
    """What the record of such a case says; an item that its kind does not have is not said."""

    def said(name: str) -> str:
        return str(getattr(record, name, ""))

    recognised = said("disability_until") if said("disability_paper") == "1" else ""
    return Brought(
        registered=said("card_use") == "registered",
        until=recognised or said("proof_until"),
        income_by_paper=said("copay_paper") == "1",
        limit_class=said("copay_class"),
        disease=said("disease_kind") if said("disease_paper") == "1" else "",
        former=said("former_municipality_code") or record.municipality_code,
        delivery=said("delivery"),
    )


def insure(office: Office, case: Case, person_id: int, acquisition: Acquisition) -> Acquired:
    """Number the person and open the coverage. A number that the union gave for this case and
    forgot is given again."""
    day, reason = acquisition.day, acquisition.reason.value
    given = number_given(office, case)
    number = add_coverage(office.connection, person_id, day.isoformat(), reason, given=given)
    return Acquired(day, acquisition.reason.value, number)


def cover(
    office: Office, case: Case, person_id: int, acquired: Acquired, *, again: bool = False
) -> Answer:
    """Judge share and paper of somebody who is insured. ``again``: a decision already made is
    made anew because an income has become known (DOMAIN 3.2)."""
    system, connection, said = office.system, office.connection, brought(case.record)
    current = get_person(connection, person_id)
    judged_on = max(acquired.day, date(judgement_year(system.today()), 8, 1))
    judged = judge_household(
        system, connection, current.municipality_code, current.household_number, judged_on
    )
    asked = judged.missing != "" and not judged.undeclared
    if asked:
        _ask_income(office, case, current.municipality_code, judged, judged_on)
    later = asked and system.practice.income_unknown == "post_later"
    copay_from = (
        from_income_correction(judgement_year(judged_on), acquired.day) if again else judged_on
    )
    own_class = judged.decision.class_of(current.atena_number).value
    limit_from = class_mark_from(date.fromisoformat(case.record.accepted_on), acquired.day)
    if not later:
        put_share(connection, person_id, judged, own_class, copay_from, limit_from)
        touch(connection, person_id)
        place = (current.municipality_code, current.household_number)
        rejudge_next_year(system, connection, place)
    return _answer(
        office,
        case,
        current,
        Outcome(
            acquired=acquired,
            judged=None if later else judged,
            paper=None
            if later
            else paper_for(
                office,
                current,
                acquired.day,
                registered=said.registered,
                until=said.until,
            ),
            limit_class="" if later else own_class,
            copay_from=copay_from,
            limit_from=limit_from,
            income_state=_income_state(said, judged, asked),
            missing=judged.missing,
        ),
    )


def _answer(office: Office, case: Case, current: PersonRow, outcome: Outcome) -> Answer:
    system, said = office.system, brought(case.record)
    judged, paper = outcome.judged, outcome.paper
    members = household_of(office.connection, current.municipality_code, current.household_number)
    matters = judged is not None and limit_mark_matters(
        judged.decision.class_of(current.atena_number)
    )
    values = whose(office, current) | {
        "insured_number": outcome.acquired.insured_number,
        "acquired_on": outcome.acquired.day.isoformat(),
        "acquisition_reason": outcome.acquired.reason,
        "copay_ratio": "" if judged is None else str(judged.decision.ratio),
        "copay_from": "" if judged is None else outcome.copay_from.isoformat(),
        "provisional": "1" if judged is not None and judged.decision.provisional else "0",
        "income_state": outcome.income_state,
        "limit_class": outcome.limit_class,
        "limit_from": "" if judged is None else outcome.limit_from.isoformat(),
        # 任意記載事項: the former union's paper names the class, so it goes on being shown.
        "limit_printed": "1" if matters and said.limit_class else "0",
        "disease_kind": said.disease,
        "disease_from": outcome.limit_from.isoformat() if said.disease else "",
        "paper": "none" if paper is None else paper.paper.value,
        "expires_on": "" if paper is None else paper.expires_on.isoformat(),
        "issue_on": "" if paper is None else system.today().isoformat(),
        "delivery": "post" if paper is None else said.delivery,
        "grounds": texts.grounds_json(judged, paper),
        "grounds_clerk": texts.clerk_text(system, judged, paper, members),
        "grounds_aloud": texts.aloud_text(system, judged, paper, current.atena_number),
    }
    waiting = (RefusalReason("income_unconfirmed"),) if outcome.missing and judged is None else ()
    layout = DECISIONS[case.record.kind][-1]
    if issubclass(layout.record, coverage.Recognition):
        values |= recognition(case.record, outcome.acquired.day.isoformat())
    return Answer(int(current.id), layout, values, waiting)


def recognition(record: Any, since: str) -> dict[str, str]:
    """What the decision says of a 障害認定 that holds from ``since``."""
    return {
        "disability_proof": record.proof,
        "disability_on": since,
        "disability_until": record.proof_until,
    }


def whose(office: Office, current: PersonRow) -> dict[str, str]:
    """Where the person lives, whose insured person she is, and whether papers say where."""
    system = office.system
    place = system.tables["municipalities"].at(system.today(), code=current.municipality_code)
    return {
        "postal_code": current.postal_code,
        "address": current.address,
        "building": current.building,
        "insurer_number": place.text("insurer_number"),
        "insurer_name": system.setup.name,
        "address_printed": "1" if system.practice.address_printed else "0",
    }


def _ask_income(
    office: Office, case: Case, municipality: str, judged: Judged, judged_on: date
) -> None:
    """Open a 所得照会 for the person whose income is missing, once per year."""
    system, connection = office.system, office.connection
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
                to_municipality=brought(case.record).former,
                year=year,
                state="open",
                opened_at=system.now(),
            )
        )


def _income_state(said: Brought, judged: Judged, asked: bool) -> str:
    if asked:
        return "inquiring"
    if judged.undeclared:
        return "undeclared"
    return "paper" if said.income_by_paper else "confirmed"


def paper_for(
    office: Office,
    current: PersonRow,
    acquired_on: date,
    *,
    registered: bool,
    until: str = "",
    applied: Applied | None = None,
) -> PaperDecision:
    """Which paper, by the union's rule and the answer of the 中間サーバー on マイナ保険証;
    ``registered`` counts where it has none. ``until`` is another last day of the paper,
    ``applied`` an application for the certificate."""
    system, connection = office.system, office.connection
    my_number = number_of(connection, current.id)
    known = connection.execute(select(card_use).where(card_use.c.my_number == my_number)).first()
    if my_number and known is not None:
        use = CardUse(bool(known.registered), known.visits_year, known.visits_quarter)
    else:
        use = CardUse(registered)
    today = system.today()
    return which_paper(
        Holder(
            birth=date.fromisoformat(current.birth_sort),
            acquired_on=acquired_on,
            use=use,
            applied=applied is not None,
            needs_care=applied is not None and applied.needs_care,
            support_measure=bool(current.support_from),
        ),
        today,
        certificate_rule(system.tables, today),
        system.practice,
        limits=(date.fromisoformat(until) if until else None,),
    )
