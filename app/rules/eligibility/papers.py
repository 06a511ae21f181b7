"""Which paper a person gets, and until when it holds (DOMAIN 5.1, 5.2; 則16条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.table_checks import fault
from app.core.tables import Tables, Unconfirmed, joined
from app.rules.calendar.days import age_on, judgement_period, judgement_year
from app.rules.copay.judgement import LimitClass
from app.rules.practice import Practice


class PaperKind(StrEnum):
    """What is handed over; the code table ``papers``."""

    CERTIFICATE = "eligibility_certificate"
    NOTICE = "eligibility_notice"
    INSURED_CARD = "insured_card"


class PaperGround(StrEnum):
    """Why this paper."""

    BEFORE_ABOLITION = "before_abolition"
    EVERYBODY = "everybody"
    SUPPORT_MEASURE = "support_measure"
    AGE = "age"
    APPLIED = "applied"
    NOT_REGISTERED = "not_registered"
    LITTLE_USE = "little_use"
    RECENT_USE = "recent_use"
    NEWLY_REGISTERED = "newly_registered"


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """A row of ``certificate_rules``."""

    regime: str
    age_on: date | None
    unconfirmed: tuple[Unconfirmed, ...] = ()


def certificate_rule(tables: Tables, day: date) -> CertificateRule:
    """The rule of the day of issue; raises NoRowError beyond what is settled, and a fault
    ``tables.columns`` for a row that forgets the day on which ages count."""
    rule = tables["certificate_rules"].at(day).into(CertificateRule)
    if rule.regime == "by_use" and rule.age_on is None:
        raise fault("columns", "certificate_rules.toml", f"{day} の行に age_on がありません。")
    return rule


@dataclass(frozen=True, slots=True)
class CardUse:
    """マイナ保険証: registered for use, and how often used in the last year and three months."""

    registered: bool
    last_year: int = 0
    last_3_months: int = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who gets the paper. ``applied``: asked for a 資格確認書, now or in an earlier year;
    ``needs_care``: 要配慮者; ``support_measure``: 支援措置 (自己情報提供不可)."""

    birth: date
    acquired_on: date
    use: CardUse
    applied: bool = False
    needs_care: bool = False
    support_measure: bool = False


@dataclass(frozen=True, slots=True)
class PaperDecision:
    """The paper, why, and its last day. ``use`` is what was counted for it."""

    paper: PaperKind
    ground: PaperGround
    expires_on: date
    unconfirmed: tuple[Unconfirmed, ...] = ()
    use: CardUse | None = None


def which_paper(
    holder: Holder,
    holds_from: date,
    rule: CertificateRule,
    practice: Practice,
    *,
    limits: tuple[date | None, ...] = (),
) -> PaperDecision:
    """資格確認書 or 資格情報のお知らせ (until 2024-12-01: 被保険者証) for ``holder``.

    ``holds_from``: the day of issue, or in July 1 August when next year's paper is meant (ask,
    never guess: DOMAIN 5.3); ``rule`` is that of this day. ``limits``: other last
    days, e.g. of a 精神障害者保健福祉手帳 by which a disability was recognised; the earliest wins.
    """
    paper, ground = _paper(holder, rule, practice)
    start = max(holds_from, holder.acquired_on)
    expires_on = expiry(judgement_year(start), limits)
    used = joined(rule.unconfirmed, practice.unconfirmed if ground in _BY_PRACTICE else ())
    return PaperDecision(paper, ground, expires_on, used, holder.use)


_BY_PRACTICE = frozenset(
    {
        PaperGround.AGE,
        PaperGround.APPLIED,
        PaperGround.LITTLE_USE,
        PaperGround.RECENT_USE,
        PaperGround.NEWLY_REGISTERED,
    }
)
"""Grounds that turn on the union's own practice."""


def expiry(judged_year: int, limits: tuple[date | None, ...] = ()) -> date:
    """有効期限: 31 July that ends the judgement year, or the earliest of ``limits``."""
    end = judgement_period(judged_year)[1]
    return min([end, *(limit for limit in limits if limit is not None)])


def _paper(
    holder: Holder, rule: CertificateRule, practice: Practice
) -> tuple[PaperKind, PaperGround]:
    if rule.regime == "card":
        return PaperKind.INSURED_CARD, PaperGround.BEFORE_ABOLITION
    if rule.regime == "all" or rule.age_on is None:
        return PaperKind.CERTIFICATE, PaperGround.EVERYBODY
    if holder.support_measure:
        return PaperKind.CERTIFICATE, PaperGround.SUPPORT_MEASURE
    if age_on(holder.birth, rule.age_on) >= practice.kakunin_all_from_age:
        return PaperKind.CERTIFICATE, PaperGround.AGE
    if holder.applied and (holder.needs_care or not practice.application_needs_care):
        return PaperKind.CERTIFICATE, PaperGround.APPLIED
    if not holder.use.registered:
        return PaperKind.CERTIFICATE, PaperGround.NOT_REGISTERED
    if holder.acquired_on >= rule.age_on and practice.newcomer_by == "registration":
        return PaperKind.NOTICE, PaperGround.NEWLY_REGISTERED
    if (
        holder.use.last_year >= practice.myna_use_year_min
        and holder.use.last_3_months >= practice.myna_use_3m_min
    ):
        return PaperKind.NOTICE, PaperGround.RECENT_USE
    return PaperKind.CERTIFICATE, PaperGround.LITTLE_USE


_MARK_MATTERS = frozenset(
    {
        LimitClass.EARNER2,
        LimitClass.EARNER1,
        LimitClass.LOW2,
        LimitClass.LOW1,
        LimitClass.LOW1_PENSION,
        LimitClass.LOW1_BORDER,
    }
)


def limit_mark_matters(limit_class: LimitClass) -> bool:
    """Does 限度区分 on the paper change what the person pays at the hospital (任意記載事項, DOMAIN
    5.4)? 現役並みⅢ and 一般 need none."""
    return limit_class in _MARK_MATTERS
