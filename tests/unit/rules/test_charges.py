"""Late charge, refund interest, demand: DOMAIN 4.9 and 4.10 L2-L10, traps 6-8."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.core.tables import load_tables, shipped_tables
from app.rules.calendar.periods import last_day_of
from app.rules.collection.charges import (
    Charge,
    LateChargeSetting,
    LateInstalment,
    Outcome,
    Payment,
    RefundCause,
    YearRates,
    demand_term,
    late_charge,
    refund_interest,
)
from app.rules.collection.tables import (
    charge_rule,
    demand_setting,
    late_charge_rates,
    late_charge_setting,
)
from tests.support.levy import last_day, tables

ONE_MONTH = LateChargeSetting(1)
TOSHIMA = "131164"
DUE = date(2026, 7, 31)


def charged(
    principal: int,
    due: date,
    paid: date,
    setting: LateChargeSetting = ONE_MONTH,
    levied_on: date = date(2026, 7, 1),
) -> Charge:
    return late_charge(
        charge_rule(tables(), due),
        setting,
        late_charge_rates(tables()),
        LateInstalment(principal, due, levied_on, "A-1"),
        [Payment(paid, principal)],
        paid,
    )


def interest(cause: RefundCause, amount: int, paid: date, decided: date) -> Charge:
    return refund_interest(
        charge_rule(tables(), paid),
        late_charge_rates(tables()),
        cause,
        amount=amount,
        paid_on=paid,
        decided_on=decided,
        key="A-1",
    )


class TestLateCharge:
    def test_l2_one_month(self) -> None:
        charge = charged(98_765, DUE, date(2026, 12, 28))
        assert [(part.days, part.base, part.amount) for part in charge.segments] == [
            (31, 98_000, 233),
            (119, 98_000, 2_907),
        ]
        assert (charge.total, charge.amount) == (3_140, 3_100)

    def test_l3_three_months_as_in_toshima(self) -> None:
        setting = late_charge_setting(tables(), TOSHIMA, DUE)
        charge = charged(98_765, DUE, date(2026, 12, 28), setting)
        assert [(part.days, part.amount) for part in charge.segments] == [(92, 691), (58, 1_417)]
        assert (charge.total, charge.amount) == (2_108, 2_100)

    def test_l5_under_two_thousand(self) -> None:
        charge = charged(1_900, DUE, date(2026, 12, 28))
        assert (charge.outcome, charge.amount) == (Outcome.BASE_TOO_SMALL, 0)
        assert charged(2_000, DUE, date(2026, 12, 28)).outcome is Outcome.AMOUNT_TOO_SMALL

    def test_l6_rates_of_r7(self) -> None:
        charge = charged(52_000, date(2025, 7, 31), date(2025, 12, 26))
        assert [part.amount for part in charge.segments] == [105, 1_450]
        assert (charge.total, charge.amount) == (1_555, 1_500)

    def test_trap_6_under_a_thousand_is_nothing(self) -> None:
        charge = charged(50_000, DUE, date(2026, 10, 31))
        assert 0 < charge.total < 1_000
        assert (charge.outcome, charge.amount) == (Outcome.AMOUNT_TOO_SMALL, 0)

    def test_trap_7_each_period_is_cut_by_itself(self) -> None:
        """42,000 yen, 31 and 86 days: 99.88 + 900.55 makes 1,000.43 together, 999 cut apart."""
        paid = DUE + timedelta(31 + 86)
        charge = charged(42_000, DUE, paid)
        assert [part.amount for part in charge.segments] == [99, 900]
        assert 42_000 * (31 * 2_800 + 86 * 9_100) // (100_000 * 365) == 1_000
        assert (charge.total, charge.outcome) == (999, Outcome.AMOUNT_TOO_SMALL)

    def test_trap_8_a_leap_year_has_365_days_too(self) -> None:
        charge = charged(365_000, date(2024, 1, 31), date(2024, 2, 29))
        assert [(part.days, part.amount) for part in charge.segments] == [(29, 29 * 24)]

    def test_rates_change_with_the_calendar_year(self) -> None:
        charge = charged(500_000, date(2025, 11, 30), date(2026, 1, 10))
        assert [(part.start, part.end, part.rate) for part in charge.segments] == [
            (date(2025, 12, 1), date(2025, 12, 31), 2_400),
            (date(2026, 1, 1), date(2026, 1, 10), 9_100),
        ]

    def test_a_year_without_rates_is_refused_and_says_which(self) -> None:
        last = last_day("late_charge_rates")
        with pytest.raises(UserError) as caught:
            charged(98_765, DUE, last + timedelta(1))
        assert caught.value.code == "charges.no_rate"
        assert f"{last.year + 1}年" in caught.value.message
        assert "A-1" in caught.value.message
        assert charged(98_765, DUE, last).amount > 0

    def test_paid_on_the_due_date_and_the_day_after(self) -> None:
        assert charged(98_765, DUE, DUE).outcome is Outcome.IN_TIME
        assert charged(98_765, DUE, DUE + timedelta(1)).segments[0].days == 1

    @pytest.mark.parametrize(
        ("paid", "until", "outcome", "days"),
        [
            (DUE, DUE + timedelta(100), Outcome.IN_TIME, []),  # and nothing later for a paid one
            (None, DUE, Outcome.IN_TIME, []),
            (None, DUE + timedelta(1), Outcome.AMOUNT_TOO_SMALL, [1]),
            (DUE + timedelta(1), DUE + timedelta(100), Outcome.AMOUNT_TOO_SMALL, [1]),
        ],
    )
    def test_days_run_from_the_day_after_until_it_is_paid(
        self, paid: date | None, until: date, outcome: Outcome, days: list[int]
    ) -> None:
        charge = late_charge(
            charge_rule(tables(), DUE),
            ONE_MONTH,
            late_charge_rates(tables()),
            LateInstalment(50_000, DUE, date(2026, 7, 1)),
            [] if paid is None else [Payment(paid, 50_000)],
            until,
        )
        assert (charge.outcome, [part.days for part in charge.segments]) == (outcome, days)

    def test_toshima_charges_only_what_was_levied_from_july_2026(self) -> None:
        setting = late_charge_setting(tables(), TOSHIMA, DUE)
        before = charged(98_765, DUE, date(2026, 12, 28), setting, date(2026, 6, 30))
        assert (before.outcome, before.amount) == (Outcome.NOT_CHARGED_YET, 0)
        since = charged(98_765, DUE, date(2026, 12, 28), setting, date(2026, 7, 1))
        assert since.outcome is Outcome.CHARGED

    def test_a_part_payment_lowers_the_base_from_the_day_after(self) -> None:
        charge = late_charge(
            charge_rule(tables(), DUE),
            ONE_MONTH,
            late_charge_rates(tables()),
            LateInstalment(100_000, DUE, DUE),
            [Payment(date(2026, 8, 10), 60_000)],
            date(2026, 9, 30),
        )
        assert [(part.start, part.end, part.base) for part in charge.segments] == [
            (date(2026, 8, 1), date(2026, 8, 10), 100_000),
            (date(2026, 8, 11), date(2026, 8, 31), 40_000),
            (date(2026, 9, 1), date(2026, 9, 30), 40_000),
        ]

    def test_more_paid_than_owed_is_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            late_charge(
                charge_rule(tables(), DUE),
                ONE_MONTH,
                late_charge_rates(tables()),
                LateInstalment(10_000, DUE, DUE),
                [Payment(date(2026, 8, 10), 10_001)],
                date(2026, 9, 30),
            )
        assert caught.value.code == "charges.overpaid"

    def test_a_municipality_without_a_row_is_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            late_charge_setting(tables(), "011002", DUE)
        assert caught.value.code == "collection.no_municipality"
        assert "011002" in caught.value.message


class TestRefundInterest:
    def test_l8_reduced(self) -> None:
        charge = interest(RefundCause.REDUCED, 800_000, DUE, date(2026, 12, 20))
        assert [(part.days, part.amount) for part in charge.segments] == [(142, 4_046)]
        assert charge.amount == 4_000

    def test_l10_under_a_thousand(self) -> None:
        charge = interest(RefundCause.REDUCED, 122_800, DUE, date(2026, 12, 20))
        assert [(part.base, part.amount) for part in charge.segments] == [(122_000, 617)]
        assert (charge.outcome, charge.amount) == (Outcome.AMOUNT_TOO_SMALL, 0)

    def test_paid_by_mistake_counts_a_month_later(self) -> None:
        charge = interest(RefundCause.MISTAKEN, 800_000, DUE, date(2026, 12, 20))
        assert (charge.segments[0].start, charge.segments[0].days) == (date(2026, 9, 1), 111)
        first = interest(RefundCause.MISTAKEN, 800_000, DUE, date(2026, 9, 1))
        assert [part.days for part in first.segments] == [1]
        soon = interest(RefundCause.MISTAKEN, 800_000, DUE, date(2026, 8, 31))
        assert (soon.outcome, soon.amount) == (Outcome.IN_TIME, 0)

    def test_under_two_thousand(self) -> None:
        charge = interest(RefundCause.REDUCED, 1_999, DUE, date(2026, 12, 20))
        assert charge == Charge(Outcome.BASE_TOO_SMALL, (), 0, 0)
        charge = interest(RefundCause.REDUCED, 2_000, DUE, date(2026, 12, 20))
        assert charge.outcome is Outcome.AMOUNT_TOO_SMALL

    @pytest.mark.parametrize(
        ("rate", "outcome", "amount"),
        [(9_999, Outcome.AMOUNT_TOO_SMALL, 0), (10_000, Outcome.CHARGED, 1_000)],
    )
    def test_a_thousand_itself_is_charged(self, rate: int, outcome: Outcome, amount: int) -> None:
        charge = refund_interest(
            charge_rule(tables(), DUE),
            {2026: YearRates(0, 0, rate)},
            RefundCause.REDUCED,
            amount=50_000,
            paid_on=DUE,
            decided_on=DUE + timedelta(73),  # a fifth of a year
        )
        assert (charge.outcome, charge.amount) == (outcome, amount)

    def test_decided_before_paid_is_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            interest(RefundCause.REDUCED, 800_000, DUE, DUE - timedelta(1))
        assert caught.value.code == "charges.decided_before_paid"


class TestRates:
    @pytest.mark.parametrize(
        ("year", "rates"),
        [
            (2020, (2_600, 8_900, 1_600)),
            (2021, (2_500, 8_800, 1_000)),
            (2022, (2_400, 8_700, 900)),
            (2025, (2_400, 8_700, 900)),
            (2026, (2_800, 9_100, 1_300)),
        ],
    )
    def test_as_published(self, year: int, rates: tuple[int, int, int]) -> None:
        found = late_charge_rates(tables())[year]
        assert (found.first, found.later, found.refund) == rates

    def test_from_r3_the_rates_follow_from_the_average_lending_rate(self) -> None:
        """DOMAIN 4.9: first = average + 2.0, later = average + 8.3, refund = average + 0.5."""
        average = {2021: 500, 2022: 400, 2023: 400, 2024: 400, 2025: 400, 2026: 800}
        for year, lending in average.items():
            rates = late_charge_rates(tables())[year]
            assert rates.first == lending + 2_000
            assert rates.later == lending + 8_300
            assert rates.refund == lending + 500

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("01-01", "valid_to = {year}-12-30\n"),
            ("01-01", ""),
            ("01-02", "valid_to = {year}-12-31\n"),
        ],
    )
    def test_a_year_that_is_registered_in_part_is_refused_whole(
        self, start: str, end: str, tmp_path: Path
    ) -> None:
        """Nor does a row without an end hold for years that nobody has announced."""
        copy = tmp_path / "tables"
        shutil.copytree(shipped_tables(), copy)
        file = copy / "late_charge_rates.toml"
        year = last_day("late_charge_rates").year + 1
        half = f"\n[[row]]\nvalid_from = {year}-{start}\n{end.format(year=year)}"
        half += "first = 2.9\nlater = 9.2\nrefund = 1.4\n"
        text = file.read_text(encoding="utf-8").replace(
            "gaps = false\ncovers", "gaps = true\ncovers"
        )
        file.write_text(text + half, encoding="utf-8")
        assert set(late_charge_rates(load_tables(copy))) == set(range(2014, year))

    def test_demand_fee_of_kai_ended_with_due_dates_of_april_2024(self) -> None:
        assert demand_setting(tables(), "192104", date(2024, 3, 31)).fee == 100
        assert demand_setting(tables(), "192104", date(2024, 4, 1)).fee == 0
        assert demand_setting(tables(), "252018", DUE).fee == 100

    def test_demand_within_twenty_days(self) -> None:
        term = demand_term(demand_setting(tables(), "252018", DUE), DUE)
        assert (term.last_day, term.fee) == (date(2026, 8, 20), 100)


class TestPeriods:
    @pytest.mark.parametrize(
        ("start", "months", "last"),
        [
            (date(2026, 8, 1), 1, date(2026, 8, 31)),
            (date(2026, 8, 1), 3, date(2026, 10, 31)),
            (date(2026, 10, 1), 1, date(2026, 10, 31)),
            (date(2026, 1, 5), 1, date(2026, 2, 4)),
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2026, 1, 31), 2, date(2026, 3, 30)),
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2024, 2, 29), 24, date(2026, 2, 28)),
            (date(2026, 12, 1), 1, date(2026, 12, 31)),
            (date(2026, 11, 30), 3, date(2027, 2, 28)),
        ],
    )
    def test_last_day(self, start: date, months: int, last: date) -> None:
        assert last_day_of(start, months) == last


DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))


@given(st.integers(0, 2_000_000), DAYS, DAYS, st.sampled_from([1, 3]))
def test_charges_are_whole_hundreds_and_every_day_has_one_rate(
    principal: int, due: date, paid: date, months: int
) -> None:
    charge = charged(principal, due, paid, LateChargeSetting(months))
    assert charge.amount % 100 == 0
    assert charge.amount == 0 or charge.amount >= 1_000
    assert 0 <= charge.total - charge.amount < 1_000
    if charge.segments:
        assert sum(part.days for part in charge.segments) == (paid - due).days
        starts = [part.start for part in charge.segments]
        ends = [part.end for part in charge.segments]
        assert starts == [due + timedelta(1), *(end + timedelta(1) for end in ends[:-1])]


@given(st.integers(2_000, 2_000_000), DAYS, DAYS, st.integers(0, 60))
def test_waiting_never_makes_a_charge_smaller(
    principal: int, due: date, paid: date, more: int
) -> None:
    later = min(paid + timedelta(more), date(2026, 12, 31))
    assert charged(principal, due, paid).amount <= charged(principal, due, later).amount
    one, three = (charged(principal, due, paid, LateChargeSetting(m)) for m in (1, 3))
    assert three.total <= one.total + len(one.segments)  # each segment is cut by up to 1 yen
