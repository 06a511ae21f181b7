"""引受番号: the check digit, a whole roll, and what does not fit."""

from __future__ import annotations

import pytest

from app.core.errors import UserError
from app.functions.printing.post_numbers import numbers_between, read_number, written


def test_the_last_digit_is_the_remainder_by_seven() -> None:
    """131-12-38385-2 is a published example."""
    body = read_number("131-12-38385-2", field="first_number")
    assert body == 1311238385 and written(body) == "131-12-38385-2"
    assert read_number("１３１１２３８３８５２", field="first_number") == body


@pytest.mark.parametrize(
    "text",
    ["131-12-38385-3", "131-12-38385", "", "131-12-38385-22", "ABC-12-38385-2"],
)
def test_a_mistyped_number_is_told_at_its_field(text: str) -> None:
    with pytest.raises(UserError) as wrong:
        read_number(text, field="last_number")
    assert (wrong.value.code, wrong.value.field) == ("printing.post_number_wrong", "last_number")


def test_numbers_follow_each_other_and_are_as_many_as_the_letters() -> None:
    first, last = (read_number(one, field="") for one in ("000-00-00009-2", "000-00-00011-4"))
    assert list(numbers_between(first, last, 3)) == [
        "000-00-00009-2",
        "000-00-00010-3",
        "000-00-00011-4",
    ]
    for ends, count in (((first, last), 2), ((first, last), 4), ((last, first), 3)):
        with pytest.raises(UserError, match="post_count"):
            numbers_between(*ends, count)
