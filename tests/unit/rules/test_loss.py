"""資格喪失 by every event of DOMAIN 2.4; histories; 障害認定 and 住所地特例 of 2.5, 2.6."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tables import NoRowError, Tables
from app.rules.calendar.wareki import DateError
from app.rules.eligibility.acquisition import AcquisitionFacts, acquire
from app.rules.eligibility.address_exception import Dwelling, Verdict, insurer_of
from app.rules.eligibility.disability import DisabilityProof, recognise
from app.rules.eligibility.history import Gap, Period, check_history, months_charged
from app.rules.eligibility.loss import LossFacts, lose, move_within_union
from app.rules.eligibility.reasons import AcquisitionReason, EligibilityError, LossReason
from app.rules.practice import Practice, practice_of
from tests.support.levy import tables as shipped

pytestmark = pytest.mark.req("DATA-28", "SEC-116")

L = LossReason
OF_81 = date(1945, 3, 3)
OF_70 = date(1956, 3, 3)
ACQUIRED = date(2020, 3, 3)
EVENT = date(2026, 11, 20)
NEXT = EVENT + timedelta(days=1)


@pytest.fixture(scope="module")
def practice(tables: Tables) -> Practice:
    return practice_of(tables, "15", EVENT)


def facts(reason: L, **more: object) -> LossFacts:
    base = LossFacts("P1", OF_81, ACQUIRED, reason, EVENT)
    return replace(base, **more)  # type: ignore[arg-type]


def refused(cause: str, wrong: LossFacts, practice: Practice) -> EligibilityError:
    with pytest.raises(EligibilityError) as caught:
        lose(wrong, practice)
    assert (caught.value.cause, caught.value.person) == (cause, "P1")
    return caught.value


@pytest.mark.parametrize(
    ("reason", "more", "day"),
    [
        (L.DEATH, {}, NEXT),
        (L.MOVE_OUT, {}, NEXT),
        (L.MOVE_OUT, {"other_union_from": EVENT}, EVENT),
        (L.MOVE_OUT, {"other_union_from": NEXT}, NEXT),
        (L.ABROAD, {}, NEXT),
        (L.WELFARE, {}, EVENT),
        (L.EXCLUSION, {}, NEXT),
        (L.DISABILITY_END, {"birth": OF_70}, NEXT),
        (L.DISABILITY_WITHDRAWN, {"birth": OF_70, "notified_on": EVENT}, EVENT),
        (L.ADDRESS_EXCEPTION_END, {"other_union_from": EVENT}, EVENT),
        (L.OTHER, {}, EVENT),
        (L.EX_OFFICIO, {"base": L.DEATH}, NEXT),
        (L.EX_OFFICIO, {"base": L.WELFARE}, EVENT),
    ],
)
def test_domain_2_4_loss(reason: L, more: dict, day: date, practice: Practice) -> None:  # type: ignore[type-arg]
    loss = lose(facts(reason, **more), practice)
    assert (loss.person, loss.day, loss.reason) == ("P1", day, reason)
    assert loss.article


def test_domain_2_4_death_on_the_last_day_of_a_month(practice: Practice) -> None:
    loss = lose(facts(L.DEATH, event_on=date(2026, 10, 31)), practice)
    assert loss.day == date(2026, 11, 1)
    history = check_history(
        [Period(ACQUIRED, AcquisitionReason.AGE, loss.day, L.DEATH)], person="P1"
    )
    months = months_charged(history, date(2026, 4, 1), date(2027, 3, 31), same_month_counts=False)
    assert months[-1] == date(2026, 10, 1)
    assert len(months) == 7  # the months of P35


def test_domain_2_4_withdrawal_looks_forward_and_its_day_is_the_unions(
    practice: Practice,
) -> None:
    wish = facts(L.DISABILITY_WITHDRAWN, birth=OF_70, notified_on=EVENT)
    assert lose(wish, replace(practice, withdrawal_day="next")).day == NEXT
    back = replace(wish, event_on=EVENT - timedelta(days=1))
    refused("not_prospective", back, practice)
    assert (
        refused("event_missing", replace(wish, notified_on=None), practice).missing == "notified_on"
    )
    refused("disability_after_75", replace(wish, birth=OF_81), practice)
    refused("disability_after_75", facts(L.DISABILITY_END), practice)
    refused("disability_after_75", replace(wish, birth=date(1951, 11, 20)), practice)
    assert lose(replace(wish, birth=date(1951, 11, 21)), practice).day == EVENT


def test_a_planned_departure_is_no_loss(practice: Practice) -> None:
    for reason in (L.ABROAD, L.MOVE_OUT):
        refused("planned_departure", facts(reason, confirmed=False), practice)


def test_bad_input(practice: Practice) -> None:
    assert refused("event_missing", facts(L.DEATH, event_on=None), practice).missing == "event_on"
    refused("before_acquisition", facts(L.DEATH, acquired_on=EVENT + timedelta(days=9)), practice)
    early = facts(L.MOVE_OUT, other_union_from=EVENT - timedelta(days=1))
    refused("dates_disorder", early, practice)
    refused("base_missing", facts(L.EX_OFFICIO), practice)
    refused("base_missing", facts(L.EX_OFFICIO, base=L.EX_OFFICIO), practice)
    with pytest.raises(DateError) as caught:
        lose(facts(L.DEATH, event_on=date(1945, 3, 2)), practice)
    assert caught.value.person == "P1"


def test_acquired_and_lost_on_one_day(practice: Practice) -> None:
    loss = lose(facts(L.WELFARE, acquired_on=EVENT), practice)
    assert loss.day == EVENT
    period = Period(EVENT, AcquisitionReason.MOVE_IN, loss.day, loss.reason)
    history = check_history([period], person="P1")
    assert period.is_empty
    assert history.on(EVENT) is None
    for counts in (False, True):
        assert months_charged(history, EVENT, EVENT, same_month_counts=counts) == ()


def test_a_move_within_the_union_changes_the_insurers_number_from_that_day() -> None:
    change = move_within_union("P1", EVENT, "152986")
    assert (change.day, change.municipality) == (EVENT, "152986")


FIRST = Period(date(2020, 3, 3), AcquisitionReason.AGE, date(2023, 5, 10), L.MOVE_OUT)
SECOND = Period(date(2024, 7, 1), AcquisitionReason.MOVE_IN)


def test_history_orders_periods_and_tells_gaps() -> None:
    history = check_history([SECOND, FIRST], person="P1")
    assert history.periods == (FIRST, SECOND)
    assert history.gaps == (Gap(date(2023, 5, 10), date(2024, 6, 30)),)
    assert history.on(date(2023, 5, 9)) is FIRST
    assert history.on(date(2023, 5, 10)) is None
    assert history.on(date(2030, 1, 1)) is SECOND
    empty = Period(date(2024, 7, 1), AcquisitionReason.MOVE_IN, date(2024, 7, 1), L.OTHER)
    assert check_history([SECOND, empty], person="P1").periods == (empty, SECOND)
    touching = replace(SECOND, acquired_on=date(2023, 5, 10))
    assert check_history([FIRST, touching], person="P1").gaps == ()


@pytest.mark.parametrize(
    ("cause", "periods"),
    [
        ("overlap", [FIRST, replace(SECOND, acquired_on=date(2023, 5, 9))]),
        ("overlap", [replace(FIRST, lost_on=None, lost_by=None), SECOND]),
        ("before_acquisition", [replace(FIRST, lost_on=date(2020, 3, 2))]),
        ("reason_missing", [replace(FIRST, lost_by=None)]),
        ("reason_missing", [replace(SECOND, lost_by=L.DEATH)]),
    ],
)
def test_a_history_that_contradicts_itself(cause: str, periods: list[Period]) -> None:
    with pytest.raises(EligibilityError) as caught:
        check_history(periods, person="P1")
    assert (caught.value.cause, caught.value.person) == (cause, "P1")


@pytest.mark.parametrize(
    ("birth_75", "year", "months"),
    [
        (date(2026, 11, 20), 2026, 5),
        (date(2026, 12, 1), 2026, 4),
        (date(2027, 4, 1), 2027, 12),
        (date(2026, 3, 31), 2025, 1),
        (date(2026, 3, 31), 2026, 12),
    ],
)
def test_domain_2_2_months_of_the_years_premium(birth_75: date, year: int, months: int) -> None:
    history = check_history([Period(birth_75, AcquisitionReason.AGE)], person="P1")
    got = months_charged(history, date(year, 4, 1), date(year + 1, 3, 31), same_month_counts=False)
    assert len(got) == months


@pytest.mark.parametrize(
    ("acquired", "lost"),
    [
        (date(2026, 11, 2), date(2026, 11, 20)),
        (date(2026, 11, 1), date(2026, 11, 2)),
        (date(2026, 11, 29), date(2026, 11, 30)),
    ],
)
def test_a_month_of_both_acquisition_and_loss_counts_by_the_union(
    acquired: date, lost: date
) -> None:
    short = Period(acquired, AcquisitionReason.MOVE_IN, lost, L.ABROAD)
    history = check_history([short], person="P1")
    year = (date(2026, 4, 1), date(2027, 3, 31))
    assert months_charged(history, *year, same_month_counts=False) == ()
    assert months_charged(history, *year, same_month_counts=True) == (date(2026, 11, 1),)


@given(
    bounds=st.lists(
        st.dates(date(2020, 1, 1), date(2026, 12, 31)), min_size=2, max_size=8, unique=True
    )
)
def test_a_month_counts_exactly_when_insured_at_its_end(bounds: list[date]) -> None:
    days = sorted(bounds)
    periods = [
        Period(start, AcquisitionReason.OTHER, end, L.OTHER)
        for start, end in zip(days[::2], days[1::2], strict=False)
    ]
    history = check_history(periods, person="P1")
    got = set(
        months_charged(history, date(2020, 1, 1), date(2026, 12, 31), same_month_counts=False)
    )
    for year in range(2020, 2027):
        for month in range(1, 13):
            following = date(year + month // 12, month % 12 + 1, 1)
            insured = any(p.holds_on(following - timedelta(days=1)) for p in periods)
            assert (date(year, month, 1) in got) is insured


@pytest.mark.parametrize(
    ("kind", "grade"),
    [
        ("physical", "1"),
        ("physical", "3"),
        ("physical", "4-voice"),
        ("physical", "4-leg1"),
        ("physical", "4-leg3"),
        ("physical", "4-leg4"),
        ("intellectual", "A2"),
        ("mental", "2"),
        ("pension", "2"),
    ],
)
def test_domain_2_5_degrees_that_suffice(kind: str, grade: str, tables: Tables) -> None:
    got = recognise(
        DisabilityProof(kind, grade), tables["disability_degrees"], OF_70, EVENT, person="P1"
    )
    assert (got.from_on, got.until_on) == (EVENT, date(2031, 3, 2))
    assert got.certificate_limit is None


@pytest.mark.parametrize(
    ("kind", "grade"),
    [
        ("physical", "4"),
        ("physical", "5"),
        ("intellectual", "B1"),
        ("mental", "3"),
        ("pension", "3"),
    ],
)
def test_domain_2_5_degrees_that_do_not(kind: str, grade: str, tables: Tables) -> None:
    with pytest.raises(EligibilityError) as caught:
        recognise(
            DisabilityProof(kind, grade), tables["disability_degrees"], OF_70, EVENT, person="P1"
        )
    assert (caught.value.cause, caught.value.person) == ("degree_too_light", "P1")


def test_domain_2_5_the_paper_ends_with_the_handbook(tables: Tables) -> None:
    degrees = tables["disability_degrees"]
    until = date(2027, 3, 31)
    got = recognise(DisabilityProof("mental", "1", until), degrees, OF_70, EVENT, person="P1")
    assert (got.until_on, got.certificate_limit) == (until, until)
    with pytest.raises(EligibilityError) as caught:
        recognise(
            DisabilityProof("mental", "1", date(2026, 11, 19)), degrees, OF_70, EVENT, person="P1"
        )
    assert caught.value.cause == "proof_expired"
    assert recognise(DisabilityProof("mental", "1", EVENT), degrees, OF_70, EVENT, person="P1")
    with pytest.raises(NoRowError):
        recognise(DisabilityProof("physical", "9"), degrees, OF_70, EVENT, person="P1")


HOME = Dwelling("13", date(2000, 1, 1))


def insurer(
    tables: Tables,
    *dwellings: Dwelling,
    on: date = EVENT,
    acquired: date = ACQUIRED,
    nhi: bool = True,
):
    facilities = tables["address_exception_facilities"]
    return insurer_of(dwellings, facilities, on, acquired, under_nhi=nhi, person="P1")


@pytest.mark.parametrize(
    ("facility", "union", "verdict"),
    [
        (Dwelling("15", date(2022, 1, 1), "special_nursing_home"), "13", Verdict.EXCEPTION),
        (Dwelling("15", date(2022, 1, 1), "hospital"), "13", Verdict.EXCEPTION),
        (
            Dwelling("15", date(2022, 1, 1), "special_nursing_home", small_regional=True),
            "15",
            Verdict.SMALL_REGIONAL,
        ),
        (Dwelling("15", date(2022, 1, 1), "serviced_housing"), "15", Verdict.NOT_PAID_HOME),
        (
            Dwelling("15", date(2015, 4, 1), "serviced_housing", paid_home=True),
            "13",
            Verdict.EXCEPTION,
        ),
        (
            Dwelling("15", date(2015, 3, 31), "serviced_housing", paid_home=True),
            "15",
            Verdict.ENTERED_TOO_EARLY,
        ),
        (Dwelling("13", date(2022, 1, 1), "special_nursing_home"), "13", Verdict.SAME_UNION),
        (Dwelling("15", date(2022, 1, 1)), "15", Verdict.HOME),
    ],
)
def test_domain_2_6_who_insures_after_moving_to_a_facility(
    facility: Dwelling, union: str, verdict: Verdict, tables: Tables
) -> None:
    got = insurer(tables, HOME, facility)
    assert (got.union, got.verdicts) == (union, (Verdict.HOME, verdict))
    assert (got.exception_from is not None) is (verdict is Verdict.EXCEPTION)


def test_domain_2_6_each_move_between_facilities_keeps_the_first_union(tables: Tables) -> None:
    chain = (
        HOME,
        Dwelling("15", date(2021, 1, 1), "special_nursing_home"),
        Dwelling("20", date(2022, 1, 1), "hospital"),
        Dwelling("15", date(2023, 1, 1), "medical_house"),
    )
    got = insurer(tables, *chain)
    assert (got.union, got.exception_from) == ("13", date(2021, 1, 1))
    assert insurer(tables, *chain, on=date(2020, 12, 31)).exception_from is None
    home_again = insurer(tables, *chain, Dwelling("15", date(2024, 1, 1)))
    assert (home_again.union, home_again.exception_from) == ("15", None)
    back = insurer(tables, *chain, Dwelling("13", date(2024, 1, 1), "hospital"))
    assert (back.union, back.exception_from) == ("13", None)


def test_domain_2_6_carried_over_at_75_from_april_2018(tables: Tables) -> None:
    facility = Dwelling("15", date(2015, 1, 1), "special_nursing_home")
    assert insurer(tables, HOME, facility, acquired=date(2018, 4, 1)).union == "13"
    assert insurer(tables, HOME, facility, acquired=date(2018, 3, 31)).union == "15"
    later = Dwelling("15", date(2022, 1, 1), "special_nursing_home")
    assert insurer(tables, HOME, later, acquired=date(2010, 1, 1)).union == "13"
    again = Dwelling("20", date(2022, 1, 1), "hospital")
    assert insurer(tables, HOME, later, again, acquired=ACQUIRED).union == "13"


def test_only_those_under_national_health_insurance_are_carried_over(tables: Tables) -> None:
    """55条の2: from another insurance (健保, also as a dependant) the union of the facility
    insures."""
    facility = Dwelling("15", date(2015, 1, 1), "special_nursing_home")
    assert insurer(tables, HOME, facility, acquired=date(2020, 3, 3), nhi=True).union == "13"
    assert insurer(tables, HOME, facility, acquired=date(2020, 3, 3), nhi=False).union == "15"
    # Whoever enters as an insured person of this system keeps the union, whatever he had before.
    later = Dwelling("15", date(2022, 1, 1), "special_nursing_home")
    assert insurer(tables, HOME, later, acquired=date(2020, 3, 3), nhi=False).union == "13"


def test_a_nursing_home_that_became_small_after_the_entry_keeps_the_special_case(
    tables: Tables,
) -> None:
    """附則13条の6: 特養 only."""
    entered = date(2022, 1, 1)

    def union(kind: str, since: date | None) -> str:
        home = Dwelling("15", entered, kind, small_regional=True, small_since=since)
        return insurer(tables, HOME, home).union

    assert union("special_nursing_home", entered + timedelta(days=1)) == "13"
    assert union("special_nursing_home", entered) == "15"
    assert union("special_nursing_home", None) == "15"
    assert union("paid_home", entered + timedelta(days=1)) == "15"


@given(st.integers(-900, 0), st.booleans())
def test_going_home_leaves_no_day_twice_and_no_day_without(days: int, known: bool) -> None:
    """The facility stands in the other union's area, so the address there may be years older."""
    address = EVENT + timedelta(days=days) if known else None
    old, new = (practice_of(shipped(), union, EVENT) for union in ("13", "15"))
    lost = lose(facts(L.ADDRESS_EXCEPTION_END, other_union_from=address), old)
    taken = acquire(AcquisitionFacts("P1", OF_81, AcquisitionReason.ADDRESS_EXCEPTION, EVENT), new)
    assert lost.day == taken.day == EVENT


def test_the_old_union_insures_until_a_later_address_elsewhere_begins(practice: Practice) -> None:
    moved = facts(L.ADDRESS_EXCEPTION_END, other_union_from=EVENT + timedelta(days=3))
    assert lose(moved, practice).day == EVENT + timedelta(days=3)
    planned = replace(moved, confirmed=False)
    with pytest.raises(EligibilityError) as caught:
        lose(planned, practice)
    assert caught.value.cause == "planned_departure"


def test_addresses_that_are_missing_or_out_of_order(tables: Tables) -> None:
    cases = {
        "dwelling_missing": (Dwelling("13", date(2027, 1, 1)),),
        "dwelling_disorder": (Dwelling("13", date(2022, 1, 1)), HOME),
    }
    for cause, dwellings in cases.items():
        with pytest.raises(EligibilityError) as caught:
            insurer(tables, *dwellings)
        assert (caught.value.cause, caught.value.person) == (cause, "P1")
