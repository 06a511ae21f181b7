"""Password rules: what is weak, what was used before, and when one is too old."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.security.staff.password import (
    AgeState,
    PasswordRules,
    age_of,
    check_new_password,
    mark_of,
)
from tests.support.keys import QUICK

RULES = PasswordRules(shortest=10, kinds=3, remembered=2, longest_age=90, warning=14)
GOOD = "Tsuki-no-9-hikari"


def _check(password: str, former: list[object] | None = None, staff_id: str = "A001") -> None:
    check_new_password(password, staff_id, RULES, former or [], QUICK)  # type: ignore[arg-type]


@pytest.mark.req("SEC-28")
@pytest.mark.parametrize(
    "password", [GOOD, "Kx7!mmQ2zv", "雨の日は Bus 23 で通う", "9Kumo/Umi+Yama"]
)
def test_good_passwords_pass(password: str) -> None:
    _check(password)


@pytest.mark.req("SEC-28")
@pytest.mark.parametrize(
    ("password", "cause"),
    [
        ("Kx7!mmQ2z", "too_short"),
        ("kumoumiyama", "too_few_kinds"),
        ("KUMO1UMI2YAMA", "too_few_kinds"),
        ("Kumo-a001-Yama", "contains_id"),
        ("Kumo-Ａ００１-Yama", "contains_id"),
        ("Aa1!Aa1!Aa1!", "monotonous"),
        ("Abcdefgh1234", "monotonous"),
        ("Qwertyuiop12", "monotonous"),
        ("4321zyxwvUTS", "monotonous"),
        ("1qaz2WSX3edc", "monotonous"),
        ("Password2026!", "common"),
        ("P@ssw0rd-2026", "common"),
        ("Madoguchi#01", "common"),
        ("Sakura2026!!!", "common"),
        ("AdminAdmin12", "common"),
        ("2026Koukikourei7", "common"),
    ],
)
def test_weak_passwords_are_refused_with_their_cause(password: str, cause: str) -> None:
    with pytest.raises(UserError) as raised:
        _check(password)
    assert raised.value.code == f"password.{cause}"
    assert raised.value.field == "new_password" and raised.value.remedy
    assert password not in raised.value.message


@pytest.mark.req("SEC-27", "SEC-28")
def test_the_last_passwords_are_refused_and_older_ones_are_not() -> None:
    marks = [mark_of(word, QUICK) for word in (GOOD, "Kx7!mmQ2zv", "9Kumo/Umi+Yama")]
    for recent in (GOOD, "Kx7!mmQ2zv"):
        with pytest.raises(UserError) as raised:
            _check(recent, marks)  # type: ignore[arg-type]
        assert raised.value.code == "password.reused"
    _check("9Kumo/Umi+Yama", marks)  # type: ignore[arg-type]
    assert GOOD not in repr(marks) and marks[0].digest.hex() not in repr(marks)


@pytest.mark.req("SEC-27", "SEC-28")
@pytest.mark.parametrize(
    ("days", "state", "left"),
    [
        (0, AgeState.VALID, 90),
        (76, AgeState.VALID, 14),
        (77, AgeState.CHANGE_ONLY, 13),
        (90, AgeState.CHANGE_ONLY, 0),
        (91, AgeState.LAPSED, 0),
        (4000, AgeState.LAPSED, 0),
    ],
)
def test_the_age_leads_to_the_change_screen_and_then_to_lapse(
    days: int, state: AgeState, left: int
) -> None:
    set_on = date(2026, 8, 20)
    age = age_of(set_on, set_on + timedelta(days=days), RULES)
    assert (age.state, age.days_left) == (state, left)


@given(st.text(max_size=40), st.text(max_size=6))
def test_any_text_is_either_accepted_or_refused_with_a_cause(password: str, staff_id: str) -> None:
    try:
        _check(password, staff_id=staff_id)
    except UserError as refusal:
        assert refusal.code.startswith("password.")
    else:
        assert len(password) >= RULES.shortest
