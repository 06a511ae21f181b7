"""認定 on the union's side (DOMAIN 2.5, 3.2, 5.1, 5.3, 5.4): what somebody insured holds beside it,
and which paper follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, select, update

from app.peers.union.office.case import OfficeKind, RefusalReason
from app.peers.union.office.changes import (
    Held,
    Lasting,
    Papered,
    Stating,
    Whom,
    changes_nothing,
    same_paper_of,
    states,
)
from app.peers.union.office.checks import told
from app.peers.union.office.coverages import Applied, paper_for, recognition
from app.peers.union.office.paper_held import kind_held, last_paper
from app.peers.union.office.persons import number_of, shares_of
from app.peers.union.office.shares import judge_household, put_share
from app.peers.union.tables import card_use, income
from app.rules.calendar.days import day_of_75, judgement_year
from app.rules.copay.days import class_mark_from, from_application, share_until
from app.rules.copay.exemption import CopayCause, copay_exemption_rule, grant
from app.rules.copay.facts import CopayError
from app.rules.copay.judgement import LimitClass
from app.rules.eligibility.disability import DisabilityProof, recognise
from app.rules.eligibility.papers import PaperDecision, PaperKind, limit_mark_matters
from app.rules.eligibility.reasons import EligibilityError

_LONG_STAY_DAYS = 90
"""長期入院: more than 90 days in the twelve months before (DOMAIN 3.10)."""


def _acquired(held: Held) -> date:
    assert held.current is not None, "insured"
    return date.fromisoformat(held.current.acquired_on)


def _from_month(held: Held) -> str:
    """The 1st of the month of application (DOMAIN 5.4)."""
    accepted = date.fromisoformat(held.record.accepted_on)
    return class_mark_from(accepted, _acquired(held)).isoformat()


def _kind_held(held: Held) -> str:
    assert held.current is not None, "insured"
    return kind_held(held.office, held.row.id, held.current.insured_number)


# -- disability --------------------------------------------------------------------------------


def _proof(held: Held) -> list[RefusalReason]:
    """A degree that is recognised, of somebody under 75 (令別表; DOMAIN 2.5)."""
    record, tables = held.record, held.office.system.tables
    birth = date.fromisoformat(held.row.birth_sort)
    if held.event >= day_of_75(birth):
        return [RefusalReason("disability_after_75")]
    shown = tables["disability_proofs"].at(held.event, code=record.proof)
    until = date.fromisoformat(record.proof_until) if record.proof_until else None
    proof = DisabilityProof(shown.text("kind"), shown.text("grade"), until)
    degrees, person = tables["disability_degrees"], record.atena_number
    try:
        recognise(proof, degrees, birth, held.event, person=person)
    except EligibilityError as cause:
        return [told(cause.cause, cause)]
    return []


def _recognised(held: Held) -> Mapping[str, str]:
    record = held.record
    states("disability", "proof", "proof_until")(held, record.event_on, "")
    return recognition(record, record.event_on)


def _paper_until(held: Held) -> PaperDecision | None:
    """The paper expires with the proof at the latest (DOMAIN 2.5)."""
    registered = _kind_held(held) == PaperKind.NOTICE
    return paper_for(
        held.office,
        held.row,
        _acquired(held),
        registered=registered,
        until=held.record.proof_until,
    )


# -- marks of the paper ------------------------------------------------------------------------


def _share(held: Held) -> Row[Any] | None:
    """The last share of the judgement year of today."""
    last_day = share_until(held.office.system.today()).isoformat()
    return shares_of(held.office.connection, [held.row.id], last_day).get(held.row.id)


def _class(held: Held) -> LimitClass | None:
    share = _share(held)
    return None if share is None else LimitClass(share.limit_class)


def _mark_matters(held: Held) -> list[RefusalReason]:
    """現役並みⅢ and 一般 need no mark (DOMAIN 5.4)."""
    limit = _class(held)
    matters = limit is not None and limit_mark_matters(limit)
    return [] if matters else [RefusalReason("mark_not_needed")]


def _marked(held: Held) -> Mapping[str, str]:
    return {"limit_printed": "1", "limit_from": _from_month(held)}


def _has_mark(held: Held) -> list[RefusalReason]:
    last = last_paper(held.office, held.row.id)
    marked = last is not None and getattr(last, "limit_printed", "") == "1"
    return [] if marked else [RefusalReason("no_mark")]


def _unmarked(held: Held) -> Mapping[str, str]:
    return {"limit_printed": "0", "long_stay_on": ""}


def _long_enough(held: Held) -> list[RefusalReason]:
    """区分Ⅱ and more than 90 days (DOMAIN 3.10)."""
    if _class(held) is not LimitClass.LOW2:
        return [RefusalReason("class_two_only")]
    long = int(held.record.days) > _LONG_STAY_DAYS
    return [] if long else [RefusalReason("stay_under_90")]


def _long_stay(held: Held) -> Mapping[str, str]:
    """From the month after the application, shown with the class (DOMAIN 3.10)."""
    since = from_application(date.fromisoformat(held.record.accepted_on)).isoformat()
    states("long_stay", "days", "hospital")(held, since, "")
    return {"limit_printed": "1", "long_stay_on": since}


def _disease(held: Held) -> Mapping[str, str]:
    since = _from_month(held)
    states("disease", "disease_kind")(held, since, "")
    return {"disease_kind": held.record.disease_kind, "disease_from": since}


# -- the share ---------------------------------------------------------------------------------


def _of_year(held: Held) -> list[RefusalReason]:
    """The revenue of the year before the judgement year, of somebody who pays 3割."""
    year = judgement_year(held.event)
    if int(held.record.year) != year - 1:
        return [RefusalReason("income_year", f"{year - 1}年の収入が要ります。")]
    share = _share(held)
    three = share is not None and share.copay_ratio == 3
    return [] if three else [RefusalReason("not_three_tenths")]


def _revenue(held: Held) -> Mapping[str, str]:
    """The share is judged anew with this revenue, from the month after the application."""
    office, row = held.office, held.row
    year = judgement_year(held.event)
    mine = (income.c.person_id == row.id, income.c.year == year)
    revenue = int(held.record.revenue)
    office.connection.execute(update(income).where(*mine).values(revenue=revenue))
    since = from_application(date.fromisoformat(held.record.accepted_on))
    judged = judge_household(
        office.system, office.connection, row.municipality_code, row.household_number, since
    )
    own = judged.decision.class_of(row.atena_number).value
    put_share(office.connection, row.id, judged, own, since, since)
    return {}


def _income_known(held: Held) -> list[RefusalReason]:
    findings = _of_year(held)
    year = judgement_year(held.event)
    known = select(income.c.person_id).where(
        income.c.person_id == held.row.id, income.c.year == year
    )
    if not findings and held.office.connection.execute(known).first() is None:
        findings.append(RefusalReason("income_year", "所得がまだ届いていません。"))
    return findings


def _grantable(held: Held) -> list[RefusalReason]:
    """The months that the union's own rules allow for the cause (則33条)."""
    system, record = held.office.system, held.record
    rule = copay_exemption_rule(
        system.tables, system.setup.prefecture, CopayCause(record.cause), held.event
    )
    try:
        grant(rule, held.event, int(record.months), person=record.atena_number)
    except CopayError as cause:
        return [told("exemption_months", cause)]
    return []


def _granted(held: Held) -> tuple[str, str]:
    system, record = held.office.system, held.record
    rule = copay_exemption_rule(
        system.tables, system.setup.prefecture, CopayCause(record.cause), held.event
    )
    given = grant(rule, held.event, int(record.months), person=record.atena_number)
    return given.start.isoformat(), given.end.isoformat()


# -- the card and the paper --------------------------------------------------------------------


def _holds_notice(held: Held) -> list[RefusalReason]:
    """Whoever holds a certificate already needs no application."""
    holds = _kind_held(held) == PaperKind.CERTIFICATE
    return [RefusalReason("holds_certificate")] if holds else []


def _applied(held: Held) -> PaperDecision | None:
    applied = Applied(needs_care=held.record.ground != "wish")
    return paper_for(held.office, held.row, _acquired(held), registered=True, applied=applied)


def _application(held: Held) -> Mapping[str, str]:
    states("certificate_application", "ground")(held, held.record.event_on, "")
    return {}


def _ended(held: Held) -> Mapping[str, str]:
    """The registration is gone at the 中間サーバー too."""
    connection = held.office.connection
    mine = card_use.c.my_number == number_of(connection, held.row.id)
    connection.execute(update(card_use).where(mine).values(registered=0))
    return {}


def _unregistered(held: Held) -> PaperDecision | None:
    return paper_for(held.office, held.row, _acquired(held), registered=False)


_CHANGED_PROOF = (_recognised, _proof, _paper_until)
_PROOF = ("disability_after_75", "degree_too_light", "proof_expired")

KINDS: tuple[OfficeKind, ...] = tuple(
    one.kind
    for one in (
        Papered("disability_change", "障害認定の変更", *_CHANGED_PROOF, refusals=_PROOF),
        Papered("disability_renewal", "障害認定の更新", *_CHANGED_PROOF, refusals=_PROOF),
        Papered("disease", "特定疾病の認定", _disease, paper=same_paper_of),
        Papered(
            "long_stay",
            "長期入院該当",
            _long_stay,
            _long_enough,
            refusals=("class_two_only", "stay_under_90"),
        ),
        Papered(
            "limit_mark",
            "限度区分の併記",
            _marked,
            _mark_matters,
            refusals=("mark_not_needed",),
        ),
        Papered("limit_mark_end", "併記の撤回", _unmarked, _has_mark, refusals=("no_mark",)),
        Papered(
            "standard_income",
            "基準収入額の適用",
            _revenue,
            _income_known,
            refusals=("income_year", "not_three_tenths"),
        ),
        Stating(
            "copay_exemption",
            "一部負担金の減免",
            states("copay_exemption", "cause", "months"),
            _grantable,
            _granted,
            ("exemption_months",),
        ),
        Stating(
            "former_dependant",
            "被扶養者であった者",
            states("former_dependant", "insurer", "dependant_until"),
        ),
        Lasting("nondisclosure", ("ground",)).stating("nondisclosure", "情報不開示"),
        Lasting("special_treatment", ("ground", "noticed_on")).stating(
            "special_treatment", "特別療養費への変更"
        ),
        Lasting("special_treatment").stating("special_treatment_end", "特別療養費の解除"),
        Papered(
            "certificate_application",
            "資格確認書の申請",
            _application,
            _holds_notice,
            _applied,
            ("holds_certificate",),
        ),
        Papered("card_cancel", "利用登録の解除", _ended, paper=_unregistered),
        Stating("paper_back", "書類の返還", changes_nothing, whom=Whom.KNOWN),
        Stating("paper_lost", "書類の返還不能", changes_nothing, whom=Whom.KNOWN),
        Stating("paper_back_dead", "亡くなった方の書類の返還", changes_nothing, whom=Whom.DEAD),
        Stating("paper_found", "見つかった書類の返還", changes_nothing, whom=Whom.KNOWN),
    )
)
