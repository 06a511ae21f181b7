"""資格取得: the day, the reason and the article for every event of DOMAIN 2.3 (高確法52条)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from app.core.tables import Unconfirmed
from app.rules.calendar.days import DISABILITY_AGE, anniversary, day_of_75, not_before_birth
from app.rules.eligibility.reasons import (
    SYSTEM_START,
    AcquisitionReason,
    EligibilityError,
    event_needed,
)
from app.rules.practice import Practice

CARRIED_OVER_FROM = date(2018, 4, 1)
"""55条の2: from this day 国保住所地特例 is carried over at 75."""


@dataclass(frozen=True, slots=True)
class AcquisitionFacts:
    """What happened to one person (``person``: a neutral key).

    ``event_on``: 転入日, 認定日, 保護の廃止・停止日, 適用除外でなくなった日,
    住所地特例の終わった日; not needed for 年齢到達. ``received_on``: 受付日 of a 障害認定申請.
    ``disability_recognised``: the person of 65 to 74 holds a recognition (障害認定証明書 of the
    former union, or is still in a recognised state). ``recognised_on``: the day this union
    recognised it, where its practice goes by that day. ``under_nhi``: until 75 insured under
    国民健康保険 with its 住所地特例 (None: not asked), which 55条の2 alone carries over; whoever
    comes from another insurance acquires where the facility is.
    """

    person: str
    birth: date
    reason: AcquisitionReason
    event_on: date | None = None
    received_on: date | None = None
    disability_recognised: bool = False
    recognised_on: date | None = None
    under_nhi: bool | None = None


@dataclass(frozen=True, slots=True)
class Acquisition:
    """資格取得: from ``day`` on ``person`` is insured."""

    person: str
    day: date
    reason: AcquisitionReason
    article: str
    unconfirmed: tuple[Unconfirmed, ...] = ()


def acquire(facts: AcquisitionFacts, practice: Practice) -> Acquisition:
    """The day from which the person is insured.

    Raises EligibilityError: event_missing, under_age, before_system, disability_after_75,
    received_missing, insurance_missing, not_carried_over; DateError ``date.before_birth``. For a
    foreign resident ask ``residence.require_stay`` first; which union insures is
    ``address_exception``'s answer.
    """
    if facts.event_on is not None:
        not_before_birth(facts.birth, facts.event_on, person=facts.person)
    return _BY_REASON[facts.reason](facts, practice)


def _by_age(facts: AcquisitionFacts, _: Practice) -> Acquisition:
    day = day_of_75(facts.birth)
    if day < SYSTEM_START:
        return Acquisition(facts.person, SYSTEM_START, facts.reason, "高確法附則（制度発足）")
    return Acquisition(facts.person, day, facts.reason, "高確法52条1号")


def _by_moving_in(facts: AcquisitionFacts, practice: Practice) -> Acquisition:
    day = _event(facts, "異動日（転入日）")
    if day >= day_of_75(facts.birth):
        return Acquisition(facts.person, day, facts.reason, "高確法52条2号")
    if not facts.disability_recognised or day < _day_of_65(facts):
        raise _under_age(facts, day)
    if practice.disability_move_in == "recognition":
        recognised = event_needed(
            facts.recognised_on, facts.person, "recognised_on", "障害認定の認定日"
        )
        day = max(day, recognised)
    reason = AcquisitionReason.DISABILITY
    return Acquisition(facts.person, day, reason, "高確法52条3号", practice.unconfirmed)


def _by_disability(facts: AcquisitionFacts, practice: Practice) -> Acquisition:
    recognised = _event(facts, "障害認定の認定日")
    received = event_needed(facts.received_on, facts.person, "received_on", "申請の受付日")
    not_before_birth(facts.birth, received, person=facts.person)
    chosen = received if practice.disability_day == "receipt" else recognised
    day = max(chosen, received, _day_of_65(facts))
    if day >= day_of_75(facts.birth):
        raise EligibilityError(
            "disability_after_75",
            "75歳以上の方に障害認定はありません。",
            "年齢到達による取得として届け出てください。",
            person=facts.person,
            missing="event_on",
        )
    return Acquisition(facts.person, day, facts.reason, "高確法52条3号", practice.unconfirmed)


def _by_event(article: str, title: str) -> Callable[[AcquisitionFacts, Practice], Acquisition]:
    def decide(facts: AcquisitionFacts, _: Practice) -> Acquisition:
        day = _event(facts, title)
        old_enough = day >= day_of_75(facts.birth)
        recognised = facts.disability_recognised and day >= _day_of_65(facts)
        if not (old_enough or recognised):
            raise _under_age(facts, day)
        return Acquisition(facts.person, day, facts.reason, article)

    return decide


def _by_address_exception(facts: AcquisitionFacts, practice: Practice) -> Acquisition:
    if facts.event_on is None and day_of_75(facts.birth) >= CARRIED_OVER_FROM:
        _require_nhi(facts)
        day = day_of_75(facts.birth)
        return Acquisition(facts.person, day, facts.reason, "高確法55条の2")
    return _by_event("高確法55条", "住所地特例の異動日")(facts, practice)


def _require_nhi(facts: AcquisitionFacts) -> None:
    """55条の2 is for those whom 国民健康保険 kept under its 住所地特例, and for nobody else."""
    if facts.under_nhi is None:
        raise EligibilityError(
            "insurance_missing",
            "75歳になる前の健康保険が分からないため、住所地特例を引き継ぐか決められません。",
            "国民健康保険の住所地特例の対象だったかを、資格喪失証明書などで確かめてください。",
            person=facts.person,
            missing="under_nhi",
        )
    if not facts.under_nhi:
        raise EligibilityError(
            "not_carried_over",
            "国民健康保険の住所地特例の対象でなかったため、前の区域の広域連合には引き継がれません。",
            "施設のある区域の広域連合が、年齢到達の日から被保険者とします。",
            person=facts.person,
            missing="under_nhi",
        )


def _event(facts: AcquisitionFacts, title: str) -> date:
    day = event_needed(facts.event_on, facts.person, "event_on", title)
    if day < SYSTEM_START:
        raise EligibilityError(
            "before_system",
            f"{title}が、制度の始まった平成20年4月1日より前です。",
            "日付を確かめてください。平成20年4月1日より前からの方は年齢到達として届け出てください。",
            person=facts.person,
            missing="event_on",
        )
    return day


def _day_of_65(facts: AcquisitionFacts) -> date:
    return anniversary(facts.birth, DISABILITY_AGE)


def _under_age(facts: AcquisitionFacts, day: date) -> EligibilityError:
    return EligibilityError(
        "under_age",
        f"{day:%Y-%m-%d} に75歳に達しておらず、障害認定もありません。",
        f"75歳になる {day_of_75(facts.birth):%Y-%m-%d} から年齢到達で取得します。"
        "65歳以上で障害認定を受けている方は、障害認定証明書を添えてください。",
        person=facts.person,
        missing="event_on",
    )


_BY_REASON: Mapping[AcquisitionReason, Callable[[AcquisitionFacts, Practice], Acquisition]] = {
    AcquisitionReason.AGE: _by_age,
    AcquisitionReason.MOVE_IN: _by_moving_in,
    AcquisitionReason.FROM_ABROAD: _by_moving_in,
    AcquisitionReason.DISABILITY: _by_disability,
    AcquisitionReason.WELFARE_END: _by_event("高確法52条柱書", "保護の廃止・停止日"),
    AcquisitionReason.EXCLUSION_END: _by_event("高確法52条柱書", "適用除外でなくなった日"),
    AcquisitionReason.ADDRESS_EXCEPTION: _by_address_exception,
    AcquisitionReason.EX_OFFICIO: _by_event("高確法52条（職権）", "取得の原因となった日"),
    AcquisitionReason.OTHER: _by_event("高確法52条", "取得の原因となった日"),
}
