"""Meals, living, long stays, specified diseases, funeral benefit (DOMAIN 3.10, 5.5)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.core.tables import load_tables, shipped_tables
from app.rules.benefits.funeral import (
    FuneralAmount,
    FuneralCase,
    FuneralOutcome,
    decide_funeral_benefit,
)
from app.rules.benefits.hospital_charges import (
    HospitalCharge,
    LivingClass,
    MealClass,
    living_charge,
    living_class,
    long_stay,
    meal_charge,
    meal_class,
    specified_disease_caps,
)
from app.rules.benefits.tables import (
    disease_cap,
    funeral_amount,
    living_row,
    meal_row,
)
from app.rules.collection.tables import limitation_rule
from tests.support.levy import tables

LAST, OPEN = date(2026, 5, 31), date(2026, 6, 1)


class TestMeals:
    @pytest.mark.parametrize(
        ("day", "amounts"),
        [
            (date(2024, 5, 31), (460, 260, 260, 210, 160, 100)),
            (date(2024, 6, 1), (490, 280, 260, 230, 180, 110)),
            (date(2025, 4, 1), (510, 300, 260, 240, 190, 110)),
            (LAST, (510, 300, 260, 240, 190, 110)),
        ],
    )
    def test_amounts(self, day: date, amounts: tuple[int, ...]) -> None:
        row = meal_row(tables(), day)
        assert tuple(meal_charge(row, kind, 1).amount for kind in MealClass) == amounts
        charge = meal_charge(row, MealClass.GENERAL, 90)
        assert replace(charge, unconfirmed=()) == HospitalCharge(
            amounts[0], 90, 0, 0, amounts[0] * 90
        )
        assert meal_charge(row, MealClass.GENERAL, 0).amount == 0

    @pytest.mark.parametrize("kind", MealClass)
    def test_from_june_2026_every_class_is_to_be_confirmed(self, kind: MealClass) -> None:
        with pytest.raises(UserError) as caught:
            meal_charge(meal_row(tables(), OPEN), kind, 3)
        assert caught.value.code == "benefits.meal_open"
        assert "要確認" in caught.value.message

    def test_a_confirmed_row_opens_the_way(self, tmp_path: Path) -> None:
        copy = tmp_path / "tables"
        shutil.copytree(shipped_tables(), copy)
        file = copy / "meal_charges.toml"
        text = file.read_text(encoding="utf-8")
        filled = "open = false\ngeneral = 550\nintractable = 330\npsychiatric = 260\n"
        filled += "low2_short = 270\nlow2_long = 220\nlow1 = 140"
        assert text.count("open = true") == 1
        file.write_text(text.replace("open = true", filled), encoding="utf-8")
        assert meal_charge(meal_row(load_tables(copy), OPEN), MealClass.GENERAL, 2).amount == 1_100

    def test_before_the_table(self) -> None:
        with pytest.raises(UserError) as caught:
            meal_row(tables(), date(2018, 3, 31))
        assert caught.value.code == "tables.no_row"

    @pytest.mark.parametrize(
        ("limit_class", "flags", "kind"),
        [
            ("earner1", {}, MealClass.GENERAL),
            ("general1", {"intractable": True}, MealClass.INTRACTABLE),
            ("general2", {"psychiatric": True}, MealClass.PSYCHIATRIC),
            ("low2", {}, MealClass.LOW2_SHORT),
            ("low2", {"long_stay": True}, MealClass.LOW2_LONG),
            ("low2", {"intractable": True}, MealClass.LOW2_SHORT),
            ("low1", {"long_stay": True}, MealClass.LOW1),
            ("low1_pension", {}, MealClass.LOW1),
        ],
    )
    def test_class(self, limit_class: str, flags: dict[str, bool], kind: MealClass) -> None:
        assert meal_class(limit_class, **flags) is kind

    def test_negative_counts_are_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            meal_charge(meal_row(tables(), LAST), MealClass.GENERAL, -1)
        assert caught.value.code == "benefits.count_negative"


class TestLiving:
    @pytest.mark.parametrize(
        ("kind", "meal", "room"),
        [
            (LivingClass.GENERAL_1, 510, 370),
            (LivingClass.GENERAL_2, 470, 370),
            (LivingClass.LOW2, 240, 370),
            (LivingClass.LOW1, 140, 370),
            (LivingClass.LOW1_PENSION, 110, 0),
            (LivingClass.BORDER, 110, 0),
            (LivingClass.SEVERE_1, 510, 370),
            (LivingClass.SEVERE_2, 470, 370),
            (LivingClass.SEVERE_LOW2, 240, 370),
            (LivingClass.SEVERE_LOW2_LONG, 190, 370),
            (LivingClass.SEVERE_LOW1, 110, 370),
            (LivingClass.INTRACTABLE, 300, 0),
            (LivingClass.INTRACTABLE_LOW2, 240, 0),
            (LivingClass.INTRACTABLE_LOW2_LONG, 190, 0),
            (LivingClass.INTRACTABLE_LOW1, 110, 0),
        ],
    )
    def test_a_day(self, kind: LivingClass, meal: int, room: int) -> None:
        charge = living_charge(living_row(tables(), LAST, kind), 3, 1)
        assert (charge.per_meal, charge.per_day) == (meal, room)
        assert charge.amount == meal * 3 + room

    def test_every_class_is_a_row(self) -> None:
        rows = {row.text("living_class") for row in tables()["living_charges"].rows(LAST)}
        assert rows == {kind.value for kind in LivingClass}

    @pytest.mark.parametrize(
        ("limit_class", "facts", "kind"),
        [
            ("earner3", {}, LivingClass.GENERAL_1),
            ("general1", {"second_kind": True}, LivingClass.GENERAL_2),
            ("general2", {"severe": True}, LivingClass.SEVERE_1),
            ("general1", {"severe": True, "second_kind": True}, LivingClass.SEVERE_2),
            ("general1", {"intractable": True}, LivingClass.INTRACTABLE),
            ("general1", {"intractable": True, "severe": True}, LivingClass.INTRACTABLE),
            ("low2", {}, LivingClass.LOW2),
            ("low2", {"long_stay": True}, LivingClass.LOW2),
            ("low2", {"severe": True}, LivingClass.SEVERE_LOW2),
            ("low2", {"severe": True, "long_stay": True}, LivingClass.SEVERE_LOW2_LONG),
            ("low2", {"intractable": True, "long_stay": True}, LivingClass.INTRACTABLE_LOW2_LONG),
            ("low1", {}, LivingClass.LOW1),
            ("low1", {"severe": True, "long_stay": True}, LivingClass.SEVERE_LOW1),
            ("low1", {"intractable": True}, LivingClass.INTRACTABLE_LOW1),
            ("low1_pension", {"severe": True}, LivingClass.LOW1_PENSION),
            ("low1_border", {}, LivingClass.BORDER),
            ("low1_border", {"severe": True}, LivingClass.BORDER),
        ],
    )
    def test_class(self, limit_class: str, facts: dict[str, bool], kind: LivingClass) -> None:
        assert living_class(limit_class, **facts) is kind

    @given(
        st.sampled_from(sorted(row.text("code") for row in tables()["limit_classes"].rows())),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    )
    def test_every_patient_has_a_class_and_illness_never_costs_more(
        self, limit_class: str, second: bool, intractable: bool, severe: bool, long: bool
    ) -> None:
        def day(**illness: bool) -> int:
            kind = living_class(limit_class, second_kind=second, long_stay=long, **illness)
            return living_charge(living_row(tables(), LAST, kind), 3, 1).amount

        assert day(intractable=intractable, severe=severe) <= day()

    @pytest.mark.parametrize("kind", LivingClass)
    def test_open_from_june_2026(self, kind: LivingClass) -> None:
        with pytest.raises(UserError) as caught:
            living_charge(living_row(tables(), OPEN, kind), 3, 1)
        assert caught.value.code == "benefits.living_open"

    def test_negative_days(self) -> None:
        with pytest.raises(UserError) as caught:
            living_charge(living_row(tables(), LAST, LivingClass.LOW1), 0, -1)
        assert caught.value.code == "benefits.count_negative"


class TestLongStay:
    def test_more_than_ninety_days_from_the_next_month(self) -> None:
        row = meal_row(tables(), date(2026, 5, 10))
        assert long_stay(row, 90, date(2026, 5, 10)) is None
        stay = long_stay(row, 91, date(2026, 5, 10))
        assert stay is not None
        assert (stay.effective_from, stay.refund_from) == (date(2026, 6, 1), date(2026, 5, 10))

    def test_applied_on_the_first(self) -> None:
        row = meal_row(tables(), date(2026, 12, 1))
        stay = long_stay(row, 91, date(2026, 12, 1))
        assert stay is not None
        assert stay.effective_from == date(2027, 1, 1)


def test_specified_disease_is_capped_for_each_institution() -> None:
    cap = disease_cap(tables(), date(2026, 8, 1))
    first, second = specified_disease_caps(cap, [30_000, 4_000])
    assert (first.charged, second.charged) == (10_000, 4_000)
    (half,) = specified_disease_caps(cap, [30_000], half=True)
    assert half.charged == 5_000


@pytest.mark.req("CON-38")
class TestFuneral:
    @pytest.mark.parametrize(
        ("union", "municipality", "amount"),
        [
            ("11", "111007", 50_000),
            ("24", "242012", 50_000),
            ("27", "271004", 50_000),
            ("14", "142051", 50_000),
            ("15", "151009", 50_000),
            ("13", "131041", 70_000),  # 新宿
            ("13", "131032", 70_000),  # 港
            ("13", "132101", 50_000),  # 小金井
            ("43", "431001", 20_000),
            ("01", "012076", 30_000),  # 帯広
            ("12", "121002", 50_000),  # 千葉
            ("40", "401307", 30_000),  # 福岡
            ("13", "132292", 50_000),  # 西東京
            ("13", "132063", 50_000),  # 府中
        ],
    )
    def test_amount(self, union: str, municipality: str, amount: int) -> None:
        found = funeral_amount(tables(), union, municipality, date(2026, 8, 1))
        assert found.amount == amount

    @pytest.mark.parametrize(("union", "municipality"), [("13", "132012"), ("23", "231002")])
    def test_no_amount_known(self, union: str, municipality: str) -> None:
        with pytest.raises(UserError) as caught:
            funeral_amount(tables(), union, municipality, date(2026, 8, 1))
        assert caught.value.code == "benefits.no_funeral_amount"
        assert municipality in caught.value.message

    def decide(self, **changes: object):
        facts = {
            "died_on": date(2026, 2, 25),
            "funeral_on": date(2026, 2, 27),
            "applied_on": date(2026, 3, 20),
            "insured_on_death": True,
            "other_law": False,
            "key": "M1",
        }
        rule = limitation_rule(tables(), "funeral_benefit", date(2026, 2, 27))
        case = FuneralCase(**{**facts, **changes})  # type: ignore[arg-type]
        return decide_funeral_benefit(rule, FuneralAmount(50_000), case)

    def test_paid(self) -> None:
        decision = self.decide()
        assert (decision.outcome, decision.amount) == (FuneralOutcome.PAID, 50_000)

    @pytest.mark.parametrize(
        ("changes", "outcome"),
        [
            ({"insured_on_death": False}, FuneralOutcome.NOT_INSURED),
            ({"other_law": True}, FuneralOutcome.OTHER_LAW),
            ({"applied_on": date(2028, 2, 28)}, FuneralOutcome.LAPSED),
        ],
    )
    def test_not_paid(self, changes: dict[str, object], outcome: FuneralOutcome) -> None:
        decision = self.decide(**changes)
        assert (decision.outcome, decision.amount) == (outcome, 0)

    def test_last_day_of_two_years(self) -> None:
        assert self.decide(applied_on=date(2028, 2, 27)).outcome is FuneralOutcome.PAID

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"funeral_on": date(2026, 2, 24)}, "benefits.funeral_before_death"),
            ({"applied_on": date(2026, 2, 26)}, "benefits.applied_before_funeral"),
        ],
    )
    def test_dates_that_cannot_be(self, changes: dict[str, object], code: str) -> None:
        with pytest.raises(UserError) as caught:
            self.decide(**changes)
        assert caught.value.code == code
        assert "M1" in caught.value.message
