"""Two papers are valid (DOMAIN 5.3, 8): the program asks which year is meant, and the wrong share
of the July changeover never reaches paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.cases import issuing, paper_years
from app.core.errors import UserError
from db.tables.certificates import certificate
from forms.catalog import FORMS
from tests.functional.test_issue_a_certificate import text_of
from tests.support.counter import Counter
from tests.support.july import CURRENT, DAYS, JULY, NEXT, decided, july_in, renew


@pytest.fixture
def july(tmp_path: Path) -> Iterator[Counter]:
    with july_in(tmp_path) as counter:
        yield counter


def draw(counter: Counter, view: Any, year: int = paper_years.NOT_ASKED) -> issuing.DrawnPaper:
    with counter.logged_in() as session:
        return issuing.reserve_and_draw(counter.gate, session, view, counter.drawing, year=year)


def issued(counter: Counter, view: Any, year: int) -> issuing.Issued:
    return counter.issue(draw(counter, view, year), view)


def refused(counter: Counter, view: Any, year: int = paper_years.NOT_ASKED) -> str:
    """The cause; nothing was reserved, nothing printed."""
    before = (counter.rows(certificate), len(counter.printer.sheets))
    with pytest.raises(UserError) as caught:
        draw(counter, view, year)
    assert (counter.rows(certificate), len(counter.printer.sheets)) == before
    return caught.value.code


@pytest.mark.req("FLOW-107")
def test_the_accident_of_july_is_caught_before_paper(july: Counter, tmp_path: Path) -> None:
    """Next year's papers are out when the current one is lost: 5,695 cards had the wrong share."""
    first = decided(july)
    issued(july, first, 2026)
    after = renew(july, tmp_path / "batch")

    # The union's answer mixes the years: next year's share on this year's paper.
    mixed = decided(july, copay_ratio="3", copay_from="2027-08-01")
    assert refused(july, mixed, 2026) == "cases.share_of_other_year"
    # The years are right and the share is not that of the paper that she holds for the year.
    assert refused(july, decided(july, copay_ratio="1"), 2026) == "cases.share_differs"

    # Nothing is wrong; still nobody guesses the year.
    view = decided(july)
    with july.logged_in() as session:
        asked = paper_years.years_to_ask(july.gate, session, view, july.tables)
    assert [(one.year, one.decided) for one in asked] == [(2026, True), (2027, False)]
    assert asked[0].words == "今の年度の証（令和8年8月1日から令和9年7月31日まで）"
    assert refused(july, view) == "cases.year_not_chosen"
    assert refused(july, view, 2027) == "cases.other_year"
    paper = draw(july, view, 2026)
    prepared = issuing.prepare_issue(july.gate, july.world.session("clerk"), paper, view)
    assert prepared.sentence.endswith(f"{asked[0].words}です。")
    july.issue(paper, view)
    text = text_of(july.printer.sheets[-1][1]).replace(" ", "")
    assert "2割" in text and "令和9年7月31日" in text
    states = {one.number: one.state for one in july.rows(certificate)}
    assert states[after] == "issued", "a copy of this year's paper takes nothing from next year's"
    assert states[paper.number] == "issued" and list(states.values()).count("void") == 1


def test_of_next_years_paper_a_copy_is_made_too(july: Counter, tmp_path: Path) -> None:
    number = renew(july, tmp_path / "batch")
    mixed = decided(july, expires_on="2028-07-31")  # this year's share on next year's paper
    assert refused(july, mixed, 2027) == "cases.share_of_other_year"
    wrong = decided(july, **(NEXT | {"copay_ratio": "2"}))
    assert refused(july, wrong, 2027) == "cases.share_differs"
    view = decided(july, **NEXT)
    assert refused(july, view, 2026) == "cases.other_year"
    again = issued(july, view, 2027)
    states = {one.number: one.state for one in july.rows(certificate)}
    assert states == {number: "void", again.number: "issued"}


def test_out_of_july_with_one_paper_nobody_is_asked(july: Counter) -> None:
    july.world.clock.set_wall(JULY.replace(month=6))
    view = decided(july, days=dict.fromkeys(DAYS, "R9.6.20"), issue_on="2027-06-21")
    with july.logged_in() as session:
        assert paper_years.years_to_ask(july.gate, session, view, july.tables) == ()
    assert draw(july, view).year_words == ""


def test_a_certificate_of_what_was_so_has_no_year(july: Counter) -> None:
    """負担区分等証明書 and its like may be made of a year that is over."""
    attested = sorted({form.decided for form in FORMS if form.attests})
    assert "burden_certificate" in attested
    for paper in attested:
        past = SimpleNamespace(**CURRENT | {"expires_on": "2026-07-31", "paper": paper})
        with july.world.store.view(("certificate", "decision")) as work:
            said = paper_years.require_year(
                work, past, "P-1", paper_years.NOT_ASKED, JULY.date(), july.tables
            )
        assert said == ""


def test_an_expired_paper_is_not_made(july: Counter) -> None:
    view = decided(july)
    july.world.clock.set_wall(JULY.replace(month=8, day=2))
    assert refused(july, view, 2026) == "cases.paper_expired"
