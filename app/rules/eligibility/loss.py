"""資格喪失: the day, the reason and the article for every event of DOMAIN 2.4 (高確法53条)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.core.tables import Unconfirmed
from app.rules.calendar.days import ONE_DAY, day_of_75, not_before_birth
from app.rules.eligibility.reasons import EligibilityError, LossReason, event_needed
from app.rules.practice import Practice


@dataclass(frozen=True, slots=True)
class LossFacts:
    """What happened to one insured person (``person``: a neutral key).

    ``event_on``: day of death, of leaving, of the start of welfare, of the end of a state, of
    withdrawal. ``other_union_from``: the day from which the person has an address in another
    union's area. ``confirmed``: False while a departure is only planned (転出予定).
    ``notified_on``: 届出日, needed for 障害認定撤回. ``base``: what 職権 goes by.
    """

    person: str
    birth: date
    acquired_on: date
    reason: LossReason
    event_on: date | None
    other_union_from: date | None = None
    confirmed: bool = True
    notified_on: date | None = None
    base: LossReason | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """資格喪失: from ``day`` on ``person`` is not insured any more."""

    person: str
    day: date
    reason: LossReason
    article: str
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class InsurerChange:
    """県内転居: no loss; the 保険者番号 of ``municipality`` holds from ``day`` (DOMAIN 1.3)."""

    person: str
    day: date
    municipality: str


def lose(facts: LossFacts, practice: Practice) -> Loss:
    """The day from which the person is not insured; the day of acquisition itself is possible
    (取得と喪失が同日: never insured).

    Raises EligibilityError: event_missing, planned_departure, dates_disorder, not_prospective,
    disability_after_75, base_missing, before_acquisition; DateError ``date.before_birth``.
    """
    event = event_needed(facts.event_on, facts.person, "event_on", "異動日")
    not_before_birth(facts.birth, event, person=facts.person)
    loss = _BY_REASON[facts.reason](facts, event, practice)
    if loss.day < facts.acquired_on:
        raise EligibilityError(
            "before_acquisition",
            f"喪失日 {loss.day:%Y-%m-%d} が取得日 {facts.acquired_on:%Y-%m-%d} より前です。",
            "異動日と取得日を確かめてください。取得が誤りなら、取得の取消しを届け出てください。",
            person=facts.person,
            missing="event_on",
        )
    return loss


def move_within_union(person: str, moved_on: date, municipality: str) -> InsurerChange:
    """県内転居(他市町村): the insurer's number changes from the day of the new address."""
    return InsurerChange(person, moved_on, municipality)


def _next_day(article: str) -> Callable[[LossFacts, date, Practice], Loss]:
    return lambda facts, event, _: Loss(facts.person, event + ONE_DAY, facts.reason, article)


def _same_day(article: str) -> Callable[[LossFacts, date, Practice], Loss]:
    return lambda facts, event, _: Loss(facts.person, event, facts.reason, article)


def _by_moving_out(facts: LossFacts, event: date, _: Practice) -> Loss:
    elsewhere = facts.other_union_from
    if elsewhere is not None and elsewhere < event:
        raise EligibilityError(
            "dates_disorder",
            "転出日より前に、ほかの広域連合の区域に住所があります。",
            "転出日と転入日を確かめてください。",
            person=facts.person,
            missing="other_union_from",
        )
    if not facts.confirmed:
        raise _planned(facts)
    day = event if elsewhere == event else event + ONE_DAY
    return Loss(facts.person, day, facts.reason, "高確法53条1項")


def _by_exception_end(facts: LossFacts, event: date, _: Practice) -> Loss:
    """住所地特例の終了: the day itself, on which the union of the person's address takes over, so
    that no day is insured twice and none by nobody. An address in its area from earlier on (the
    facility stands there) is as it should be; a later one moves the end to that day.
    """
    if not facts.confirmed:
        raise _planned(facts)
    day = max(event, facts.other_union_from or event)
    return Loss(facts.person, day, facts.reason, "高確法53条1項・55条")


def _by_going_abroad(facts: LossFacts, event: date, _: Practice) -> Loss:
    if not facts.confirmed:
        raise _planned(facts)
    return Loss(facts.person, event + ONE_DAY, facts.reason, "高確法53条1項")


def _planned(facts: LossFacts) -> EligibilityError:
    return EligibilityError(
        "planned_departure",
        "転出がまだ予定のため、資格は喪失しません。",
        "転出が確定してから処理してください。",
        person=facts.person,
        missing="confirmed",
    )


def _by_disability_end(facts: LossFacts, event: date, _: Practice) -> Loss:
    _before_75(facts, event)
    return Loss(facts.person, event + ONE_DAY, facts.reason, "高確法53条1項")


def _by_withdrawal(facts: LossFacts, event: date, practice: Practice) -> Loss:
    _before_75(facts, event)
    notified = event_needed(facts.notified_on, facts.person, "notified_on", "届出日")
    if event < notified:
        raise EligibilityError(
            "not_prospective",
            "障害認定の撤回は、届出日より前にさかのぼれません。",
            f"撤回の日を、届出日 {notified:%Y-%m-%d} 以後にしてください。",
            person=facts.person,
            missing="event_on",
        )
    day = event + ONE_DAY if practice.withdrawal_day == "next" else event
    return Loss(facts.person, day, facts.reason, "高確法施行規則8条2項", practice.unconfirmed)


def _before_75(facts: LossFacts, event: date) -> None:
    if event >= day_of_75(facts.birth):
        raise EligibilityError(
            "disability_after_75",
            "75歳以上の方の資格は障害認定によらないため、撤回や非該当では喪失しません。",
            "喪失の事由を確かめてください。",
            person=facts.person,
            missing="event_on",
        )


def _ex_officio(facts: LossFacts, event: date, practice: Practice) -> Loss:
    if facts.base is None or facts.base is LossReason.EX_OFFICIO:
        raise EligibilityError(
            "base_missing",
            "職権による喪失のもとになる事由がありません。",
            "死亡、転出など、もとになる事由を選んでください。",
            person=facts.person,
            missing="base",
        )
    base = _BY_REASON[facts.base](replace(facts, reason=facts.base), event, practice)
    article = f"{base.article}（職権）"
    return Loss(facts.person, base.day, facts.reason, article, base.unconfirmed)


_BY_REASON: Mapping[LossReason, Callable[[LossFacts, date, Practice], Loss]] = {
    LossReason.DEATH: _next_day("高確法53条1項"),
    LossReason.MOVE_OUT: _by_moving_out,
    LossReason.ABROAD: _by_going_abroad,
    LossReason.WELFARE: _same_day("高確法53条2項・51条1号"),
    LossReason.EXCLUSION: _next_day("高確法53条1項・51条2号"),
    LossReason.DISABILITY_END: _by_disability_end,
    LossReason.DISABILITY_WITHDRAWN: _by_withdrawal,
    LossReason.EX_OFFICIO: _ex_officio,
    LossReason.ADDRESS_EXCEPTION_END: _by_exception_end,
    LossReason.OTHER: _same_day("高確法53条"),
}
