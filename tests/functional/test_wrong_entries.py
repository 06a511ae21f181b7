"""Wrong entries are seen (issue 19 point 6): before the sending as findings, after the decision as
differences by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cases import checks, decisions
from app.catalog import CASES
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.wire.layout import columns
from tests.support.counter import ENTRY, Counter, Resident, accepted, put_residents


def differing(counter: Counter, **changed: str) -> set[str]:
    view = counter.decided(**changed)
    lines = decisions.compare(view, counter.world.tables, counter.today)
    return {line.label for line in lines if not line.agrees}


@pytest.mark.req("SEC-119")
def test_a_class_that_the_decision_answers_otherwise_is_named(counter: Counter) -> None:
    counter.answers.append(lambda record: replace(accepted(record), limit_class="general2"))
    assert differing(counter, copay_class="earner1") == {"負担区分（記載があれば）"}


@pytest.mark.req("SEC-119")
def test_a_delivery_and_a_postal_code_that_are_answered_otherwise_are_named(
    counter: Counter,
) -> None:
    counter.answers.append(
        lambda record: replace(accepted(record), delivery="post", postal_code="9990009")
    )
    assert len(differing(counter)) == 2


def test_what_was_left_to_the_union_is_no_difference(counter: Counter) -> None:
    counter.answers.append(lambda record: replace(accepted(record), limit_class="general2"))
    assert differing(counter, copay_class="") == set()


def test_of_no_kind_is_anything_left_out_that_is_keyed_and_answered() -> None:
    for kind in CASES.values():
        answers = {column.name for column in columns(kind.answer.record)}
        compared = {name for one in kind.answered for name in (one.name, one.decided)}
        assert answers & set(kind.fields) <= compared, kind.code
        for one in kind.answered:
            assert (one.decided or one.name) in answers, (kind.code, one.name)


def codes(counter: Counter, **changed: str) -> set[str]:
    case = counter.entered(**{"number_check": "none", "my_number_absent": "refused"} | changed)
    found = checks.check_all(
        MOVE_IN,
        checks.as_entered(
            MOVE_IN,
            case.values,
            counter.tables,
            counter.today,
            household=case.household,
            has_number=True,
        ),
    )
    return {finding.code for finding in found}


@pytest.mark.req("FLOW-103")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kana": "ツジサキタカコ"}, "kana_one_word"),
        ({"address": "見本県手本町本町1番1号"}, "address_elsewhere"),
        ({"address": "東京都千代田区見本1-1"}, "address_elsewhere"),
        ({"household_number": "000000000009999"}, "household_unknown"),
        ({"household_number": "1234", "is_head": "1"}, "household_has_head"),
    ],
)
def test_a_wrong_entry_is_a_finding_before_the_sending(
    counter: Counter, changed: dict[str, str], code: str
) -> None:
    head = Resident(household_number=ENTRY["household_number"], is_head=True)
    put_residents(counter.world, head)
    assert code not in codes(counter)
    assert code in codes(counter, **changed)


def test_the_head_of_a_new_household_and_a_foreigner_of_one_word_are_no_findings(
    counter: Counter,
) -> None:
    found = codes(
        counter,
        household_number="000000000009999",
        is_head="1",
        kana="マリア",
        person_kind="2",
        address="見本市見本町一丁目2番3号",
    )
    assert found.isdisjoint({"household_unknown", "kana_one_word", "address_elsewhere"})
