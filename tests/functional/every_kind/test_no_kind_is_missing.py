"""Every kind of case has a row of its own, written by hand."""

from __future__ import annotations

from app.catalog import CASES
from app.wire.bodies.inquiring import PROCEDURES
from tests.functional.every_kind import (
    test_arriving,
    test_coverage_elsewhere,
    test_disability,
    test_leaving,
    test_recognised,
    test_taken_in,
    test_who_one_is,
)
from tests.support.claim_entries import CLAIMED

FAMILIES = (
    test_arriving,
    test_coverage_elsewhere,
    test_disability,
    test_leaving,
    test_recognised,
    test_taken_in,
    test_who_one_is,
)
OWN_STORY = {
    "move_in": "test_counter_visit.py",
    "death": "test_story_death.py",
    "reissue": "test_story_reissue.py",
    "funeral": "test_story_funeral.py",
    "unregistered": "every_kind/test_arriving.py",
    "unregistered_end": "every_kind/test_arriving.py",
    **dict.fromkeys(PROCEDURES, "test_story_inquiry.py"),
    **dict.fromkeys(CLAIMED, "test_story_claims.py, union_rules/test_claims.py"),
}


def test_every_kind_has_its_row_or_its_own_story() -> None:
    rows = {row.code for family in FAMILIES for row in family.ROWS}
    assert rows | OWN_STORY.keys() == set(CASES)
    assert not rows & OWN_STORY.keys()
