"""世帯主の変更 at the counter: what the terminal sees of the household before it is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.cases.checks import as_entered, check_all
from app.cases.entry import Finding
from app.cases.whom import Related, Whom
from app.functions.eligibility.kinds.changing import HEAD_CHANGE
from tests.support.world import shared_tables

TODAY = date(2026, 11, 20)
KEYED = {
    "event_on": "R8.11.10",
    "notified_on": "R8.11.16",
    "accepted_on": "R8.11.16",
    "processed_on": "R8.11.16",
    "channel": "counter",
    "notifier": "household",
    "identity_check": "photo_one",
}
HUSBAND = Related("P-2", "見本　一郎", "ミホン　イチロウ", "昭和15年1月1日", "世帯主", "2",
                  "insured", is_head=True)  # fmt: skip
WIFE = replace(HUSBAND, person_id="P-1", name="見本　花", relation="妻", is_head=False)
_ITEMS: dict[str, Any] = dict.fromkeys(Whom.__dataclass_fields__, "")
HER = Whom(**{**_ITEMS, "person_id": "P-1", "birth_sort": "1944-01-01", "care": False,
              "members": (), "payer": None, "roles": ()})  # fmt: skip


def seen(*members: Related, relation: str = "") -> list[Finding]:
    values: dict[str, Any] = {**KEYED, "former_relation": relation}
    whom = replace(HER, members=members)
    return [
        one
        for one in check_all(
            HEAD_CHANGE, as_entered(HEAD_CHANGE, values, shared_tables(), TODAY, whom)
        )
        if one.field in ("former_relation", "event_on")
    ]


@pytest.mark.parametrize("blank", ["", "　 "])
def test_a_head_who_stays_is_asked_for(blank: str) -> None:
    (found,) = seen(WIFE, HUSBAND, relation=blank)
    assert (found.field, found.level, found.code) == (
        "former_relation", "error", "former_head_stays",
    )  # fmt: skip
    assert "見本　一郎 様" in found.message and "続柄" in found.message
    assert "夫" in found.remedy and "転居" in found.remedy
    assert seen(WIFE, HUSBAND, relation="夫") == []


def test_of_a_head_under_support_measures_the_name_is_not_told() -> None:
    (found,) = seen(WIFE, replace(HUSBAND, care=True))
    assert found.code == "former_head_stays" and "一郎" not in found.message


def test_no_head_who_stays_is_no_question() -> None:
    assert seen(WIFE) == []
    assert seen(WIFE, replace(HUSBAND, is_head=False, relation="夫")) == []


def test_who_is_the_head_already_is_told_to_open_the_other_one() -> None:
    (found,) = seen(replace(WIFE, is_head=True))
    assert (found.code, found.level) == ("head_already", "error")
    assert "新しく世帯主になる方を開いて" in found.remedy
