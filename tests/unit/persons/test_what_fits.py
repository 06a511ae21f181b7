"""What else fits a household: of whom, by the declarations of the kinds (DOMAIN 5.3, 5.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.catalog import CASES
from app.persons.at_home import Asked, Fitting, Member, fitting

TODAY = date(2026, 11, 20)
HER = Member(
    "P-1", "見本　花子", "見本　花子", True, "insured", TODAY, home="77", was_insured=True,
    noted=frozenset(("account",)),
)  # fmt: skip
DEAD = Member(
    "P-2", "見本　太郎（夫）", "見本　太郎", False, "dead", TODAY, home="77", was_insured=True,
    state_on="2026-11-10", is_head=True,
)  # fmt: skip
ALL = frozenset(kind.opening for kind in CASES.values()) | {"eligibility.show_decision"}


def told(*home: Member, permitted: frozenset[str] = ALL) -> set[tuple[str, str]]:
    """Of whom which kind fits."""
    return {(one.member.person_id, code_of(one)) for one in fitting(CASES, home, permitted)}


def code_of(one: Fitting) -> str:
    return next((code for code, kind in CASES.items() if kind.opening == one.opens), one.label)


def lately(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("one", "code", "fits"),
    [
        # DOMAIN 5.5: 高額療養費 needs an account once
        (HER, "account", False),
        (replace(HER, noted=frozenset()), "account", True),
        (replace(HER, noted=frozenset(), begun=frozenset(("account",))), "account", False),
        (replace(HER, noted=frozenset(), state="lost"), "account", False),
        # 送付先: the others have one, or nobody else is left
        (HER, "delivery_address", False),
        (replace(HER, beside=frozenset(("delivery",))), "delivery_address", True),
        (replace(HER, alone=True), "delivery_address", True),
        (replace(HER, alone=True, noted=frozenset(("delivery",))), "delivery_address", False),
        # 高確法160条: two years
        (DEAD, "funeral", True),
        (replace(DEAD, state_on=lately(730)), "funeral", True),
        (replace(DEAD, state_on=lately(731)), "funeral", False),
        (replace(DEAD, state_on=""), "funeral", True),
        (replace(DEAD, was_insured=False), "funeral", False),
        (replace(DEAD, begun=frozenset(("funeral",))), "funeral", False),
        (DEAD, "heir", True),
        (replace(DEAD, noted=frozenset(("heir",))), "heir", False),
        # the paper: asked for by the death's own follow-up where it was reported here
        (DEAD, "paper_back_dead", True),
        (replace(DEAD, begun=frozenset(("death",))), "paper_back_dead", False),
        # the head is gone
        (HER, "head_change", False),
        (replace(HER, head_gone=True), "head_change", True),
        (replace(DEAD, head_gone=True), "head_change", False),
        # a paper that is wrong
        (HER, "reissue", False),
        (replace(HER, untrue="住所"), "reissue", True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_kind_fits_where_it_is_wanted_and_not_elsewhere(
    one: Member, code: str, fits: bool
) -> None:
    assert ((one.person_id, code) in told(one)) is fits


def test_what_serves_the_household_is_told_once_and_the_rest_of_each() -> None:
    her = replace(HER, head_gone=True, noted=frozenset())
    son = replace(her, person_id="P-3", opened=False)
    found = told(her, replace(DEAD, head_gone=True), son)
    assert {who for who, code in found if code == "head_change"} == {"P-1"}
    assert {who for who, code in found if code == "account"} == {"P-1", "P-3"}


def test_what_a_case_asked_for_is_told_with_its_line_and_not_twice() -> None:
    waits = (Asked("funeral_benefit", "F-1", "2027-01-15"), Asked("income_reply", "F-2", ""))
    one = replace(DEAD, waits=waits, begun=frozenset(("death",)))
    found = {code_of(line): line for line in fitting(CASES, (one,), ALL)}
    assert dict(found["funeral"].given) == {"person_id": "P-2", "line": "F-1"}
    assert found["funeral"].due == "2027-01-15" and "2年以内" in found["funeral"].told
    assert found["income_reply"].told == "", "the office's work is nothing to take home"
    assert len(found) == len(fitting(CASES, (one,), ALL))


def test_what_the_clerk_may_not_begin_is_told_and_begins_nothing() -> None:
    (one,) = fitting(CASES, (replace(HER, untrue="住所"),), frozenset())
    assert (one.label, one.opens, one.given) == (CASES["reissue"].label, "", ())
    assert "住所" in one.why


def test_a_paper_that_nobody_was_given_leads_to_its_case() -> None:
    one = replace(HER, unissued=(("T01-1-000009", "move_within"),))
    (found,) = fitting(CASES, (one,), ALL)
    assert found.opens == "eligibility.show_decision"
    assert dict(found.given) == {"kind": "move_within", "case_id": "T01-1-000009"}
