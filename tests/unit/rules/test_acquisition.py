"""資格取得 by every event of DOMAIN 2.3, with the day, the article and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tables import NoRowError, Tables
from app.rules.calendar.days import BusinessCalendar, day_of_75
from app.rules.calendar.wareki import DateError
from app.rules.eligibility.acquisition import AcquisitionFacts, acquire
from app.rules.eligibility.exclusion import Exclusion, ExclusionKind, exclusion_on
from app.rules.eligibility.notification import NotificationDates, check_dates, is_late, notice_due
from app.rules.eligibility.reasons import (
    SYSTEM_START,
    AcquisitionReason,
    EligibilityError,
    LossReason,
    union_code,
)
from app.rules.eligibility.residence import Stay, require_stay
from app.rules.errors import RuleError
from app.rules.practice import Practice, practice_of

pytestmark = pytest.mark.req("DATA-28")

R = AcquisitionReason
OF_81 = date(1945, 3, 3)
OF_70 = date(1956, 3, 3)
EVENT = date(2026, 11, 20)


@pytest.fixture(scope="module")
def practice(tables: Tables) -> Practice:
    return practice_of(tables, "15", EVENT)


def facts(reason: R, birth: date = OF_81, event: date | None = EVENT, **more: object):
    return AcquisitionFacts("P1", birth, reason, event, **more)  # type: ignore[arg-type]


def refused(cause: str, wrong: AcquisitionFacts, practice: Practice) -> EligibilityError:
    with pytest.raises(EligibilityError) as caught:
        acquire(wrong, practice)
    assert (caught.value.cause, caught.value.person) == (cause, "P1")
    assert "P1" in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("birth", "day"),
    [
        (date(1951, 11, 20), date(2026, 11, 20)),
        (date(1951, 12, 1), date(2026, 12, 1)),
        (date(1952, 2, 29), date(2027, 3, 1)),
        (date(1952, 4, 1), date(2027, 4, 1)),
        (date(1951, 3, 31), date(2026, 3, 31)),
        (date(1933, 4, 1), SYSTEM_START),
        (date(1920, 1, 1), SYSTEM_START),
    ],
)
def test_domain_2_2_by_age(birth: date, day: date, practice: Practice) -> None:
    got = acquire(facts(R.AGE, birth, None), practice)
    assert got.day == day
    assert got.article == ("高確法附則（制度発足）" if birth.year == 1920 else "高確法52条1号")


@pytest.mark.parametrize(
    ("reason", "article"),
    [
        (R.MOVE_IN, "52条2号"),
        (R.FROM_ABROAD, "52条2号"),
        (R.WELFARE_END, "52条柱書"),
        (R.EXCLUSION_END, "52条柱書"),
        (R.ADDRESS_EXCEPTION, "55条"),
        (R.EX_OFFICIO, "職権"),
        (R.OTHER, "52条"),
    ],
)
def test_domain_2_3_by_event_on_its_own_day(reason: R, article: str, practice: Practice) -> None:
    got = acquire(facts(reason), practice)
    assert (got.person, got.day, got.reason) == ("P1", EVENT, reason)
    assert article in got.article


@pytest.mark.parametrize("reason", [r for r in R if r not in (R.AGE, R.ADDRESS_EXCEPTION)])
def test_an_event_without_its_day_says_so(reason: R, practice: Practice) -> None:
    assert refused("event_missing", facts(reason, event=None), practice).missing == "event_on"


@pytest.mark.parametrize("reason", [R.MOVE_IN, R.WELFARE_END, R.EX_OFFICIO])
def test_on_the_75th_birthday_yes_and_the_day_before_no(reason: R, practice: Practice) -> None:
    birth = date(1951, 11, 20)
    assert acquire(facts(reason, birth, date(2026, 11, 20)), practice).day == EVENT
    error = refused("under_age", facts(reason, birth, date(2026, 11, 19)), practice)
    assert "2026-11-20" in error.remedy


def test_domain_2_3_recognised_disability_moves_in(practice: Practice) -> None:
    moving = facts(R.MOVE_IN, OF_70, disability_recognised=True)
    got = acquire(moving, practice)
    assert (got.day, got.reason) == (EVENT, R.DISABILITY)
    strict = replace(practice, disability_move_in="recognition")
    refused("event_missing", moving, strict)
    recognised = replace(moving, recognised_on=date(2026, 12, 1))
    assert acquire(recognised, strict).day == date(2026, 12, 1)
    refused("under_age", facts(R.MOVE_IN, date(1965, 1, 1), disability_recognised=True), practice)
    assert acquire(facts(R.WELFARE_END, OF_70, disability_recognised=True), practice).day == EVENT
    for reason in (R.WELFARE_END, R.MOVE_IN):
        of_65 = facts(reason, date(1961, 11, 20), disability_recognised=True)
        assert acquire(of_65, practice).day == EVENT
        refused("under_age", replace(of_65, birth=date(1961, 11, 21)), practice)


@pytest.mark.parametrize(
    ("choice", "received", "recognised", "day"),
    [
        ("recognition", date(2026, 11, 2), date(2026, 11, 20), date(2026, 11, 20)),
        ("receipt", date(2026, 11, 2), date(2026, 11, 20), date(2026, 11, 2)),
        # never before receipt, whatever was recognised
        ("recognition", date(2026, 11, 20), date(2026, 11, 2), date(2026, 11, 20)),
    ],
)
def test_domain_2_3_disability_by_the_unions_day_never_before_receipt(
    choice: str, received: date, recognised: date, day: date, practice: Practice
) -> None:
    union = replace(practice, disability_day=choice)
    case = facts(R.DISABILITY, OF_70, recognised, received_on=received)
    assert acquire(case, union).day == day


def test_disability_only_from_65_and_before_75(practice: Practice) -> None:
    early = facts(R.DISABILITY, date(1962, 1, 10), received_on=EVENT)
    assert acquire(early, practice).day == date(2027, 1, 10)
    late = facts(R.DISABILITY, date(1951, 11, 20), received_on=EVENT)
    refused("disability_after_75", late, practice)
    assert refused("event_missing", facts(R.DISABILITY, OF_70), practice).missing == "received_on"


def test_address_exception_is_carried_over_at_75(practice: Practice) -> None:
    of_75 = facts(R.ADDRESS_EXCEPTION, date(1951, 11, 20), None, under_nhi=True)
    got = acquire(of_75, practice)
    assert (got.day, got.article) == (EVENT, "高確法55条の2")
    refused("not_carried_over", replace(of_75, under_nhi=False), practice)
    refused("insurance_missing", replace(of_75, under_nhi=None), practice)
    first = acquire(replace(of_75, birth=date(1943, 4, 1)), practice)
    assert (first.day, first.article) == (date(2018, 4, 1), "高確法55条の2")
    before = facts(R.ADDRESS_EXCEPTION, date(1943, 3, 31), None)
    refused("event_missing", before, practice)


def test_dates_before_birth_and_before_the_system(practice: Practice) -> None:
    with pytest.raises(DateError) as caught:
        acquire(facts(R.MOVE_IN, OF_81, date(1945, 3, 2)), practice)
    assert (caught.value.code, caught.value.person) == ("date.before_birth", "P1")
    old = facts(R.MOVE_IN, date(1920, 1, 1), SYSTEM_START - timedelta(days=1))
    refused("before_system", old, practice)
    assert acquire(replace(old, event_on=SYSTEM_START), practice).day == SYSTEM_START


@given(
    reason=st.sampled_from([R.MOVE_IN, R.FROM_ABROAD, R.WELFARE_END, R.EXCLUSION_END, R.OTHER]),
    birth=st.dates(date(1920, 1, 1), date(1960, 1, 1)),
    event=st.dates(date(2008, 4, 1), date(2030, 12, 31)),
)
def test_nobody_is_insured_by_an_event_before_75(
    reason: R, birth: date, event: date, practice: Practice
) -> None:
    case = facts(reason, birth, event)
    if event < day_of_75(birth):
        refused("under_age", case, practice)
    else:
        assert acquire(case, practice).day == event


@pytest.mark.parametrize(
    "stay",
    [
        Stay("long_term", months=12),
        Stay("permanent", unlimited=True),
        Stay("dependent", months=3, days=1),
        Stay("dependent", months=3, proved_longer=True),
        Stay("entertainer", days=90, proved_longer=True),
        Stay("designated", months=6),
        Stay("long_term", days=93),
    ],
)
def test_domain_2_3_a_stay_that_founds_eligibility(stay: Stay, tables: Tables) -> None:
    found = require_stay(stay, tables["residence_statuses"], EVENT, person="P1")
    assert found.by_proof is not stay.over_three_months


@pytest.mark.parametrize(
    "stay",
    [
        Stay("dependent", months=3, proved_longer=True, registered=False),
        Stay("technical_intern", days=90, proved_longer=True, registered=False),
        Stay("designated", months=1, proved_longer=True, registered=False),
        Stay("official", months=3, proved_longer=True, registered=False),
        Stay("official", months=12, registered=False),
    ],
)
def test_registration_is_asked_for_only_where_no_longer_stay_is_proved(
    stay: Stay, tables: Tables
) -> None:
    """A stay of three months or less is not registered, and 公用 never is."""
    require_stay(stay, tables["residence_statuses"], EVENT, person="P1")


@pytest.mark.parametrize(
    ("cause", "stay"),
    [
        ("stay_too_short", Stay("dependent", months=3)),
        ("stay_too_short", Stay("temporary", days=90, proved_longer=True)),
        ("stay_too_short", Stay("long_term", months=3, proved_longer=True)),
        ("stay_too_short", Stay("long_term", days=92)),
        ("stay_not_registered", Stay("long_term", months=12, registered=False)),
        ("stay_not_registered", Stay("dependent", months=3, registered=False)),
        ("stay_not_registered", Stay("diplomat", months=12, registered=False)),
        ("stay_too_short", Stay("official", months=3, registered=False)),
        ("stay_excluded", Stay("designated", months=6, medical_or_leisure=True)),
    ],
)
def test_domain_2_3_a_stay_that_does_not(cause: str, stay: Stay, tables: Tables) -> None:
    with pytest.raises(EligibilityError) as caught:
        require_stay(stay, tables["residence_statuses"], EVENT, person="P1")
    assert (caught.value.cause, caught.value.person) == (cause, "P1")
    assert caught.value.missing == "stay"


def test_an_unknown_status_is_refused(tables: Tables) -> None:
    with pytest.raises(NoRowError):
        require_stay(Stay("tourist"), tables["residence_statuses"], EVENT, person="P1")


DATES = NotificationDates(EVENT, EVENT, EVENT, EVENT)


def test_the_four_dates() -> None:
    check_dates(DATES, OF_81, departure=False, person="P1")
    future = replace(DATES, event_on=EVENT + timedelta(days=1))
    check_dates(future, OF_81, departure=True, person="P1")
    cases = {
        "event_in_future": future,
        "dates_disorder": replace(DATES, notified_on=EVENT + timedelta(days=1)),
    }
    for cause, dates in cases.items():
        with pytest.raises(EligibilityError) as caught:
            check_dates(dates, OF_81, departure=False, person="P1")
        assert caught.value.cause == cause
    with pytest.raises(EligibilityError):
        check_dates(
            replace(DATES, processed_on=EVENT - timedelta(days=1)),
            OF_81,
            departure=True,
            person="P1",
        )
    with pytest.raises(DateError):
        check_dates(DATES, EVENT + timedelta(days=1), departure=False, person="P1")


@pytest.mark.parametrize(
    ("event", "due"),
    [
        (date(2026, 11, 2), date(2026, 11, 16)),
        (date(2026, 11, 7), date(2026, 11, 24)),  # 21st is Saturday, 23rd a holiday
        (date(2026, 12, 17), date(2027, 1, 4)),  # closed from 29 December
    ],
)
def test_fourteen_days_end_on_a_working_day(
    event: date, due: date, calendar: BusinessCalendar
) -> None:
    assert notice_due(event, calendar) == due
    assert not is_late(event, due, calendar)
    assert is_late(event, due + timedelta(days=1), calendar)


def test_an_old_event_is_late_without_its_years_holidays(calendar: BusinessCalendar) -> None:
    event = date(2015, 5, 1)
    assert is_late(event, date(2026, 11, 20), calendar)
    assert not is_late(event, event + timedelta(days=14), calendar)
    with pytest.raises(RuleError) as caught:
        is_late(event, event + timedelta(days=15), calendar)
    assert caught.value.code == "days.year_unknown"


def test_domain_2_6_exemption_and_suspension() -> None:
    welfare = Exclusion(
        ExclusionKind.WELFARE,
        date(2025, 4, 1),
        date(2026, 9, 30),
        suspended=((date(2025, 10, 1), date(2025, 12, 31)), (date(2026, 9, 1), None)),
    )
    days = {
        date(2025, 3, 31): False,
        date(2025, 4, 1): True,
        date(2025, 10, 1): False,
        date(2025, 12, 31): False,
        date(2026, 1, 1): True,
        date(2026, 9, 1): False,
        date(2026, 10, 1): False,
    }
    for day, exempt in days.items():
        assert (exclusion_on([welfare], day) is welfare) is exempt
    ended = replace(welfare, suspended=())
    assert ended.holds_on(date(2026, 9, 30))
    assert not ended.holds_on(date(2026, 10, 1))
    open_ended = Exclusion(ExclusionKind.ORDINANCE, date(2025, 4, 1))
    assert exclusion_on([welfare, open_ended], date(2030, 1, 1)) is open_ended


def test_domain_2_7_every_reason_is_a_code_and_the_training_union_maps_all(
    tables: Tables,
) -> None:
    assert {r.value for r in AcquisitionReason} == set(tables["acquisition_reasons"].codes(EVENT))
    assert {r.value for r in LossReason} == set(tables["loss_reasons"].codes(EVENT))
    codes = [
        union_code(tables, "15", reason, EVENT) for reason in [*AcquisitionReason, *LossReason]
    ]
    assert len(set(codes)) == len(codes)
    with pytest.raises(NoRowError):
        union_code(tables, "13", AcquisitionReason.AGE, EVENT)
