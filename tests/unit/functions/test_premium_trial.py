"""試算: reckoned from what a visitor says, kept nowhere, printed only with 試算 across it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.functions.levy import trial
from app.functions.levy.trial import Asked, Money
from db.tables import METADATA
from forms.lists import premium_trial
from forms.record import Weight
from tests.support.levy_examples import ASKED, trial_paper
from tests.support.verbs import shared_press
from tests.support.world import World, shared_tables, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        made.set_fact("municipality_code", "152994")
        yield made


def amount(**changed: object) -> int:
    asked = Asked(**{"year": 2026, "own": Money(pension=2_000_000), **changed})  # type: ignore[arg-type]
    return trial.reckon(shared_tables(), "15", asked).premium.amount


def test_income_household_and_months_are_reckoned_by_the_years_tables() -> None:
    alone = amount()
    # 年金 200万: 所得 90万 − 43万 = 47万 × 8.61 % = 40,467 円; 2割軽減 (90万 − 15万 ≤ 43万 + 57万)
    assert alone == 79800 + 2300, alone
    with_a_son = amount(head=Money(salary=6_000_000), head_over_65=False)
    assert with_a_son > alone, "the head's income takes the reduction away"
    together = amount(others=(Money(pension=780_000),))
    assert together <= alone, "a second head raises the lines"
    half = amount(joined=date(2026, 10, 1))
    assert half == pytest.approx(alone / 2, abs=200)
    assert amount(left=date(2026, 10, 1)) == half
    assert amount(former_dependant=True) < alone


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"joined": date(2026, 3, 31)}, "joined"),
        ({"left": date(2027, 4, 1)}, "left"),
        ({"joined": date(2026, 10, 1), "left": date(2026, 9, 1)}, "left"),
    ],
)
def test_days_outside_of_the_year_are_told_at_their_field(
    changed: dict[str, date], field: str
) -> None:
    with pytest.raises(UserError) as wrong:
        amount(**changed)
    assert (wrong.value.code, wrong.value.field) == ("levy.trial_months", field)


def test_a_year_without_tables_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="登録されていません"):
        amount(year=2040)


@pytest.mark.req("SEC-54")
def test_a_trial_leaves_the_journal_line_and_nothing_else(world: World) -> None:
    def rows() -> dict[str, int]:
        with world.hands_on(*METADATA.tables) as work:
            return {name: len(work.all(table.select())) for name, table in METADATA.tables.items()}

    before, lines = rows(), len(world.lines())
    trial.try_out(world.gate, world.session("clerk"), ASKED, world.tables)
    assert rows() == before
    new = [line.entry for line in world.lines()[lines:]]
    assert [one.function_id for one in new] == ["levy.try_out"]
    assert (new[0].query_kind, new[0].shown) == ("trial", ())
    assert "2000000" not in repr(new)


def test_every_page_of_a_printed_trial_says_so(world: World) -> None:
    desk = trial_paper(world, world.session("clerk"))
    tried = trial.reckon(world.tables, "15", ASKED)
    number = trial.print_trial(desk, tried)
    assert number.partition("-Y")[0]
    for training in (False, True):
        data = premium_trial.FORM.examples.longest
        made = shared_press().render("FORM-N23", data, training=training, now=desk.gate.now())
        behind = [one for one in made.record.fields if one.weight is Weight.BACKDROP]
        pages = {one.page for one in made.record.fields}
        said = {(one.page, one.text) for one in behind}
        assert {page for page, text in said if "試算" in text} == pages and len(pages) > 1
        assert any("見本" in text for _, text in said) is training
