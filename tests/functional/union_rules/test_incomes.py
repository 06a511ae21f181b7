"""所得未確認: provisional or posted later, 所得照会, and the decision that takes its place."""

from __future__ import annotations

import pytest

from app.core.errors import UserError
from app.peers.union.office import officials
from app.peers.union.office.decisions import last_decision
from app.peers.union.office.persons import shares_of
from app.rules.copay.facts import IncomeFacts
from tests.support.union_inside import decide, load, notification, seed_person, union_inside

pytestmark = pytest.mark.req("SYS-01", "FLOW-104", "FLOW-106")

BARE = {
    "copay_paper": "0",
    "copay_paper_on": "",
    "copay_taxed": "",
    "copay_taxable_income": "",
    "copay_revenue": "",
    "copay_pension_other": "",
    "copay_base_income": "",
    "copay_all_income_zero": "",
}
RICH = IncomeFacts(
    taxed=True,
    taxable_income=4_000_000,
    revenue=9_000_000,
    pension_other=7_000_000,
    base_income=6_000_000,
    income_zero=False,
)


def test_provisional_then_the_answer_supersedes(tmp_path, database):
    with union_inside(tmp_path / "u", database, income_unknown="provisional") as system:
        first = decide(system, notification(600, **BARE), "out")
        assert (first.provisional, first.income_state) == ("1", "inquiring")
        assert (first.copay_ratio, first.paper) == ("1", "eligibility_certificate")
        assert "見込み" in first.grounds_clerk
        assert "見込み" in first.grounds_aloud
        (asked,) = officials.inquiries(system)
        assert (asked["state"], asked["to_municipality"]) == ("open", "109991")
        done = officials.answer_inquiry(system, "操作者", str(asked["id"]), RICH)
        with system.database.read() as connection:
            second = last_decision(connection, "out")
            share = next(iter(shares_of(connection, range(1, 99)).values()))
        assert second is not None
        assert (second.decision_id, second.supersedes) == (done, first.decision_id)
        assert (second.copay_ratio, second.limit_class) == ("3", "earner2")
        assert (second.provisional, second.insured_number) == ("0", first.insured_number)
        assert second.copay_from == first.acquired_on
        assert (share.copay_ratio, share.provisional) == (3, 0)
        with pytest.raises(UserError) as again:
            officials.answer_inquiry(system, "操作者", str(asked["id"]), RICH)
        assert again.value.code == "union.no_inquiry"


def test_post_later_gives_eligibility_and_no_paper_until_the_answer(tmp_path, database):
    with union_inside(tmp_path / "u", database, income_unknown="post_later") as system:
        first = decide(system, notification(601, **BARE), "out")
        assert (first.outcome, first.paper, first.delivery) == ("accepted", "none", "post")
        assert first.insured_number
        assert first.copay_ratio == first.limit_class == first.expires_on == ""
        assert first.reasons == "income_unconfirmed"
        (asked,) = officials.inquiries(system)
        officials.answer_inquiry(system, "操作者", str(asked["id"]), RICH)
        with system.database.read() as connection:
            second = last_decision(connection, "out")
        assert second is not None
        assert (second.copay_ratio, second.paper) == ("3", "eligibility_certificate")
        assert second.reasons == ""


def test_an_undeclared_member_of_the_household_is_not_asked_elsewhere(tmp_path):
    household = {"household_number": "000000000000779"}
    undeclared = {"declared": False}
    with union_inside(tmp_path / "u", income_unknown="provisional") as system:
        load(system, seed_person(1, "1950-01-01", coverages=[], income=undeclared, **household))
        untaxed = {"copay_taxed": "0"}
        joined = {"is_head": "0", "relation": "妻"}
        decided = decide(system, notification(602, **household, **untaxed, **joined), "out")
        assert (decided.provisional, decided.income_state) == ("1", "undeclared")
        assert officials.inquiries(system) == []
