"""Numbers: every example of DOMAIN 1 and 6.5, the bad beside the good, outside judges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.jp import cn, in_

from app.core.signs import DASHES, SPACES, UNSEEN
from app.core.tables import Tables
from app.rules import identifiers as ids
from app.rules.collection.slip_code import (
    SlipCode,
    SlipRule,
    read_slip_code,
    slip_check_digit,
    slip_code,
)
from app.rules.collection.tables import slip_rule
from app.rules.identifiers import CheckedNumber, DigitCheck, IdentifierError

digits = st.text("0123456789", min_size=1)


def of_width(width: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=width, max_size=width)


def refused(rule: str, call: object, *arguments: object) -> IdentifierError:
    with pytest.raises(IdentifierError) as caught:
        call(*arguments)  # type: ignore[operator]
    assert caught.value.rule == rule
    assert caught.value.code == f"number.{caught.value.kind}.{rule}"
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(
    ("body", "check"),
    [("98320567321", "4"), ("12345678901", "8"), ("11111111111", "8"), ("00000000000", "0")],
)
def test_domain_1_2_individual_number_check_digits(body: str, check: str) -> None:
    assert ids.my_number_check_digit(body) == check


def test_domain_1_2_individual_number_good_and_bad() -> None:
    assert ids.my_number("983205673214") == "983205673214"
    assert ids.my_number("9832-0567 3214") == "983205673214"
    error = refused("check_digit", ids.my_number, "983205673210")
    assert "983205673210" not in error.message + error.remedy
    refused("same_digits", ids.my_number, "000000000000")
    refused("length", ids.my_number, "98320567321")
    refused("not_digits", ids.my_number, "98320567321X")
    refused("not_digits", ids.my_number, "①②3205673214")
    refused("empty", ids.my_number, " 　")


@given(of_width(12))
def test_individual_number_agrees_with_python_stdnum(number: str) -> None:
    if len(set(number)) == 1:
        refused("same_digits", ids.my_number, number)
    elif in_.is_valid(number):
        assert ids.my_number(number) == number
    else:
        refused("check_digit", ids.my_number, number)


@given(of_width(11), st.integers(0, 10), st.integers(1, 9))
def test_individual_number_finds_one_wrong_digit_unless_it_ends_in_zero(
    body: str, place: int, shift: int
) -> None:
    # Remainders 0 and 1 share the check digit 0: the only single errors the law's rule misses.
    check = ids.my_number_check_digit(body)
    wrong = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    if check != "0":
        assert ids.my_number_check_digit(wrong) != check


@pytest.mark.parametrize("number", ["39151006", "39152020", "39141007", "39142054", "39131016"])
def test_domain_1_3_insurer_numbers(number: str) -> None:
    assert ids.insurer_number(number) == number
    refused("check_digit", ids.insurer_number, number[:-1] + str((int(number[-1]) + 1) % 10))


def test_domain_1_3_the_published_example_and_prefixes() -> None:
    assert ids.luhn_check_digit("3312001") == "5"
    refused("prefix", ids.insurer_number, "33120015")
    refused("prefix", ids.insurer_number, "39481006")
    refused("length", ids.insurer_number, "3915100")


@pytest.mark.parametrize("number", ["00000018", "00123455", "12345674", "99999997"])
def test_domain_1_4_insured_number_warns_by_setting(number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 3) % 10)
    assert ids.insured_number(number, DigitCheck.WARN) == CheckedNumber(number, doubtful=False)
    assert ids.insured_number(wrong, DigitCheck.WARN) == CheckedNumber(wrong, doubtful=True)
    assert ids.insured_number(wrong, DigitCheck.OFF) == CheckedNumber(wrong, doubtful=False)
    refused("check_digit", ids.insured_number, wrong, DigitCheck.REJECT)


def test_domain_1_4_a_lost_digit_is_refused_and_never_padded() -> None:
    error = refused("length", ids.insured_number, "0123455", DigitCheck.WARN)
    assert "7桁" in error.message
    refused("same_digits", ids.insured_number, "00000000", DigitCheck.OFF)


@pytest.mark.parametrize(
    "code",
    ["131016", "142051", "112224", "151009", "152021", "141003", "111007", "271004", "011002"],
)
def test_domain_1_5_municipality_codes(code: str) -> None:
    assert ids.municipality_code(code) == code
    refused("length", ids.municipality_code, code[:5])
    refused("check_digit", ids.municipality_code, code[:-1] + str((int(code[-1]) + 1) % 10))


@pytest.mark.parametrize("prefecture", [f"{number:02}" for number in range(1, 48)])
def test_domain_1_5_a_prefecture_is_no_municipality(prefecture: str) -> None:
    body = f"{prefecture}000"
    refused("prefix", ids.municipality_code, body + ids.municipality_check_digit(body))


def test_domain_1_5_no_such_prefecture() -> None:
    refused("prefix", ids.municipality_code, "48101" + ids.municipality_check_digit("48101"))


@pytest.mark.parametrize(
    ("body", "check"),
    [("00000001234567", "4"), ("00000000012345", "5"), ("10000000000004", "0")],
)
def test_domain_1_6_atena_number_check_digits(body: str, check: str) -> None:
    assert ids.atena_check_digit(body) == check


def test_domain_1_6_atena_number_is_padded_and_never_refused_for_its_digit() -> None:
    assert ids.atena_number("123", 15) == "000000000000123"
    assert ids.atena_number("0012-34", 10) == "0000001234"
    assert ids.atena_number("a123", 15) == "A123"
    refused("empty", ids.atena_number, "-")
    refused("too_long", ids.atena_number, "1" * 16)
    assert ids.atena_number("1" * 11, 10) == "1" * 11  # from before the present width
    assert ids.atena_number("1" * 10, 10) == "1" * 10
    refused("not_digits", ids.atena_number, "12#4")


@given(st.integers(7, 15).flatmap(lambda width: st.tuples(st.just(width), of_width(width))))
def test_any_old_atena_number_passes(pair: tuple[int, str]) -> None:
    width, number = pair
    assert ids.atena_number(number, width) == number


@pytest.mark.parametrize(
    "pasted", ["00123455\r\n", " ００１２－３４５５ ", "0012\u00a03455", "\t0012 3455\n"]
)
def test_what_scanners_and_tables_add_is_dropped(pasted: str) -> None:
    assert ids.insured_number(pasted, ids.DigitCheck.REJECT).text == "00123455"


@given(of_width(13))
def test_corporate_number_agrees_with_python_stdnum(number: str) -> None:
    if len(set(number)) == 1:
        refused("same_digits", ids.corporate_number, number)
    elif cn.is_valid(number):
        assert ids.corporate_number(number) == number
    else:
        refused("check_digit", ids.corporate_number, number)


@given(of_width(12))
def test_corporate_check_digit_makes_valid_numbers(body: str) -> None:
    assert cn.is_valid(ids.corporate_check_digit(body) + body)


def test_basic_pension_number_has_form_only() -> None:
    assert ids.basic_pension_number("1234-567890") == "1234567890"
    refused("length", ids.basic_pension_number, "123456789")
    refused("same_digits", ids.basic_pension_number, "0000000000")


@pytest.mark.parametrize(
    ("case", "body", "check"),
    [
        ("G1", "9191234500000000000000452087500401310029500", "4"),
        ("G3", "9191234500001420520000000003402608310008600", "7"),
    ],
)
def test_domain_6_5_slip_code(case: str, body: str, check: str) -> None:
    assert slip_check_digit(body) == check, case
    read = read_slip_code(body + check)
    assert slip_code(read, SlipRule(300_000)) == body + check


def test_domain_6_5_g3_fields() -> None:
    read = read_slip_code("(91)" + "91234500001420520000000003402608310008600" + "7")
    assert (read.company, read.due, read.amount) == ("912345", date(2026, 8, 31), 8_600)
    assert not read.stamp


@given(
    of_width(6),
    of_width(21),
    st.integers(0, 9),
    st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.booleans(),
    st.integers(0, 300_000),
)
def test_slip_codes_round_trip(
    company: str, free: str, reissue: int, due: date | None, stamp: bool, amount: int
) -> None:
    content = SlipCode(company, free, reissue, due, stamp, amount)
    assert read_slip_code(slip_code(content, SlipRule(300_000))) == content


FILE_RULE, HIGH_RULE = SlipRule(300_000), SlipRule(2_000_000)


def test_slip_code_bad_input(tables: Tables) -> None:
    good = SlipCode("912345", "0" * 21, 0, None, False, 100)
    text = slip_code(good, FILE_RULE)
    ceiling = slip_rule(tables, date(2026, 11, 20))
    assert ceiling.ceiling == 300_000  # DOMAIN 6.5
    for amount in (300_001, 871_000):
        whole_year = SlipCode("912345", "0" * 21, 0, None, False, amount)
        refused("too_long", slip_code, whole_year, ceiling)
    assert read_slip_code(slip_code(replace(whole_year, amount=300_000), ceiling)).amount == 300_000
    refused("length", slip_code, SlipCode("91234", "0" * 21, 0, None, False, 1), FILE_RULE)
    refused("not_digits", slip_code, SlipCode("91234X", "0" * 21, 0, None, False, 1), FILE_RULE)
    refused("unknown", slip_code, SlipCode("912345", "0" * 21, 10, None, False, 1), FILE_RULE)
    old = SlipCode("912345", "0" * 21, 0, date(1999, 1, 1), False, 1)
    refused("prefix", slip_code, old, FILE_RULE)
    six_digits = SlipCode("912345", "0" * 21, 0, None, False, 999_999)
    assert read_slip_code(slip_code(six_digits, HIGH_RULE)) == six_digits
    million = SlipCode("912345", "0" * 21, 0, None, False, 1_000_000)
    refused("too_long", slip_code, million, HIGH_RULE)
    beyond = SlipCode("912345", "0" * 21, 0, date(2100, 1, 1), False, 1)
    refused("prefix", slip_code, beyond, FILE_RULE)
    for due in (date(2000, 1, 1), date(2099, 12, 31)):
        kept = SlipCode("912345", "0" * 21, 0, due, False, 1)
        assert read_slip_code(slip_code(kept, FILE_RULE)) == kept
    refused("length", read_slip_code, text[:-1])
    refused("not_digits", read_slip_code, text[:-1] + "x")
    refused("prefix", read_slip_code, "90" + text[2:])
    refused("check_digit", read_slip_code, text[:-1] + str((int(text[-1]) + 1) % 10))
    body = text[:30] + "261399" + text[36:43]
    refused("unknown", read_slip_code, body + slip_check_digit(body))
    body = text[:36] + "7" + text[37:43]
    refused("unknown", read_slip_code, body + slip_check_digit(body))


def test_full_width_digits_and_every_dash_are_understood() -> None:
    typed = "\uff11\uff12\uff0d\uff13\u30fc\uff14\uff70\uff15\u3000\uff16"
    assert ids.digits_of(typed) == "123456"
    for sign in DASHES + SPACES + UNSEEN:
        assert ids.digits_of(f"12{sign}34") == "1234", hex(ord(sign))
