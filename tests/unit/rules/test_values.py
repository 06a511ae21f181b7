"""Kinds of value: one normal form each, and what is no value is refused by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.core.signs import DASHES, SPACES, UNSEEN
from app.core.tables import load_tables, shipped_tables
from app.core.text import lookalikes
from app.rules.calendar.wareki import Eras
from app.rules.values import amounts, codes, days, names, numbers
from app.rules.values.amounts import amount
from app.rules.values.names import address, kana, name
from app.rules.values.numbers import (
    atena_number,
    facility_number,
    household_number,
    municipality_code,
    phone,
    postal_code,
)
from app.rules.values.value import Value

TABLES = load_tables(shipped_tables())
ERAS = Eras(TABLES["eras"])
KNOWN = tuple(str(code) for code in TABLES["municipalities"].codes(date(2026, 11, 20)))
LABEL = "この欄"

Take = Callable[[str, str], Value]
TAKES: dict[str, Take] = {
    "amount": amount,
    "atena_number": atena_number,
    "household_number": household_number,
    "facility_number": facility_number,
    "paper_number": numbers.paper_number,
    "phone": phone,
    "postal_code": postal_code,
    "municipality_code": lambda text, label: municipality_code(text, label, KNOWN),
    "insured_number": numbers.insured_number,
    "insurer_number": numbers.insurer_number,
    "my_number": numbers.my_number,
    "kana": kana,
    "name": name,
    "address": address,
    "day": lambda text, label: days.day(text, label, ERAS),
    "birth": lambda text, label: days.birth(text, label, ERAS),
    "flag": codes.flag,
    "sex": lambda text, label: codes.code(text, label, TABLES["sexes"], date(2026, 11, 20)),
}
MAY_BE_NOTHING = {"flag"}


def refused(take: Take, typed: str) -> UserError:
    with pytest.raises(UserError) as caught:
        take(typed, LABEL)
    return caught.value


ANYTHING = st.one_of(
    st.text(max_size=20),
    st.text("0123456789０１２３,，、円¥.", max_size=14),
    st.text(DASHES + SPACES + UNSEEN + "0123456789+()〒", max_size=16),
    st.text("あいかがゝゞアヴヽヾｱｶﾞー・＝゛゜\u3099\u309a　 -", max_size=12),
    st.text(
        "".join(lookalikes()) + "山田花子髙\U00020bb7\U000e0100々〇丁目ABCé１2-ー", max_size=10
    ),
)


@pytest.mark.parametrize("kind", TAKES)
@given(typed=ANYTHING)
def test_a_normal_form_is_its_own_and_a_refusal_says_what_and_what_to_do(
    kind: str, typed: str
) -> None:
    take = TAKES[kind]
    try:
        value = take(typed, LABEL)
    except UserError as error:
        assert LABEL in error.message
        assert error.remedy
        return
    again = take(value.normal, LABEL)
    assert again.normal == value.normal
    assert value.normal or kind in MAY_BE_NOTHING
    value.normal.encode()  # nothing that no file can hold


@pytest.mark.parametrize("kind", sorted(TAKES.keys() - MAY_BE_NOTHING))
@pytest.mark.parametrize(
    "typed", ["", *DASHES, *SPACES, *UNSEEN, "・", "ー", "\ufe00", "。", "---", "　・　", "？"]
)
def test_what_holds_nothing_is_no_value(kind: str, typed: str) -> None:
    refused(TAKES[kind], typed)


NORMAL: dict[str, re.Pattern[str]] = {
    "amount": amounts.NORMAL,
    "atena_number": numbers.RESIDENT,
    "household_number": numbers.RESIDENT,
    "facility_number": numbers.FACILITY,
    "paper_number": numbers.PAPER,
    "phone": numbers.PHONE,
    "postal_code": numbers.POSTAL,
    "kana": names.KANA,
}


@pytest.mark.parametrize("kind", NORMAL)
@given(data=st.data())
def test_the_pattern_of_a_normal_form_is_what_the_check_gives(
    kind: str, data: st.DataObject
) -> None:
    """Files are read by the pattern alone: it must say what the check says, both ways."""
    pattern, take = NORMAL[kind], TAKES[kind]
    typed = data.draw(st.one_of(ANYTHING, st.from_regex(pattern, fullmatch=True)))
    try:
        normal = take(typed, LABEL).normal
    except UserError as error:
        assert error.code.endswith("too_long") or not pattern.fullmatch(typed)
        return
    assert pattern.fullmatch(normal)
    assert bool(pattern.fullmatch(typed)) is (normal == typed)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("1,200,000", "1200000"),
        ("１，２００，０００", "1200000"),
        ("1、200、000", "1200000"),
        ("¥1,200,000円", "1200000"),
        ("￥０円", "0"),
        (" 0012 ", "12"),
        ("000", "0"),
        ("9999999999", "9999999999"),
    ],
)
def test_an_amount_is_read(typed: str, normal: str) -> None:
    assert amount(typed, LABEL).normal == normal


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        *((f"{dash}2,000,000", "negative") for dash in DASHES),
        ("△2,000,000", "negative"),
        ("▲100", "negative"),
        ("2,00,000", "comma"),
        ("2,000,00", "comma"),
        (",200", "comma"),
        ("1,2", "comma"),
        ("1200,000", "comma"),
        ("2 000 000", "not_digits"),
        ("2-000", "not_digits"),
        ("120万", "not_digits"),
        ("百万", "not_digits"),
        ("1.5", "not_digits"),
        ("1e6", "not_digits"),
        ("(2,000)", "not_digits"),
        ("円", "not_digits"),
        ("①", "not_digits"),
        ("٣", "not_digits"),
        ("12345678901", "too_long"),
    ],
)
def test_an_amount_loses_no_sign(typed: str, rule: str) -> None:
    assert refused(amount, typed).code == f"value.amount.{rule}"


def test_the_sign_that_is_wrong_is_named() -> None:
    assert "「也」" in refused(amount, "1,200,000円也").message


@pytest.mark.parametrize("take", [atena_number, household_number])
@pytest.mark.parametrize(
    "typed",
    ["123455", "０００００００００１２３４５５", "0000000000000123455", "1234–55", "\u200b123455 "],
)
def test_one_number_has_one_form(take: Take, typed: str) -> None:
    assert take(typed, LABEL).normal == "000000000123455"


@pytest.mark.parametrize("take", [atena_number, household_number])
@pytest.mark.parametrize(
    "typed", ["番号不明", "不明", "FUMEI", "0", "0000", "12#4", "1" * 16, "1.5"]
)
def test_what_is_no_number_is_refused(take: Take, typed: str) -> None:
    refused(take, typed)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("0250-00-1234", "0250001234"),
        ("0250–00–1234", "0250001234"),
        ("０２５０（００）１２３４", "0250001234"),
        ("(0250) 00-1234", "0250001234"),
        ("0250.00.1234", "0250001234"),
        ("+81 250-00-1234", "0250001234"),
        ("+81 (0)250-00-1234", "0250001234"),
        ("＋８１ー９０ー００００ー１２３４", "09000001234"),
        ("+1 555 010 1234", "+15550101234"),
    ],
)
def test_a_telephone_number_has_one_form(typed: str, normal: str) -> None:
    assert phone(typed, LABEL).normal == normal


@pytest.mark.parametrize(
    "typed",
    ["番号不明", "なし", "00-1234", "1234567", "0250-00-123", "0250-00-123456", "0250〜00〜1234",
     "+81 12", "++81250001234", "0250-00-1234 内線2"],
)  # fmt: skip
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    refused(phone, typed)


@pytest.mark.parametrize(
    "typed", ["999-0001", "〒999–0001", "９９９－０００１", "9990001", "999 0001"]
)
def test_a_postal_code_has_one_form(typed: str) -> None:
    assert postal_code(typed, LABEL).normal == "9990001"


@pytest.mark.parametrize("typed", ["99-90001", "-9990001", "999-000", "99900011", "999-000I", "〒"])
def test_what_is_no_postal_code_is_refused(typed: str) -> None:
    refused(postal_code, typed)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("T01-1-20261101-00001", "T01-1-20261101-00001"),
        ("ｔ０１－１－２０２６１１０１－００００１", "T01-1-20261101-00001"),
        ("0123 4565", "01234565"),
    ],
)
def test_the_number_on_a_paper_has_one_form(typed: str, normal: str) -> None:
    assert numbers.paper_number(typed, LABEL).normal == normal


@pytest.mark.parametrize(
    ("typed", "normal"), [("f-001", "F001"), ("Ｆ００１", "F001"), ("1590 100 001", "1590100001")]
)
def test_a_facility_number_has_one_form(typed: str, normal: str) -> None:
    assert facility_number(typed, LABEL).normal == normal


def test_a_municipality_code_is_completed_by_the_table_only() -> None:
    assert municipality_code("15299", LABEL, KNOWN).normal == "152994"
    assert municipality_code("09998", LABEL, ("099988",)).normal == "099988"
    assert municipality_code("11011", LABEL, ("011011",)).normal == "011011"
    for typed in ("11011", "13101", "130001", "110001", "99999", "131017", "市"):
        refused(lambda text, label: municipality_code(text, label, KNOWN), typed)
    both = ("110116", "011011")
    refused(lambda text, label: municipality_code(text, label, both), "11011")


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("つじさき　みすゞ", "ツジサキ　ミスヾ"),
        ("すゝき　みすゞ", "スヽキ　ミスヾ"),
        ("ﾂｼﾞｻｷ ﾐｽｽﾞ", "ツジサキ　ミスズ"),
        ("か\u3099とう　はな", "ガトウ　ハナ"),
        ("ロ-ラ", "ローラ"),
        ("ジャン=リュック・ゴダール", "ジャン＝リュック・ゴダール"),
        ("ヷイオレット", "ヷイオレット"),
        ("\tかとう\u00a0 はな\n", "カトウ　ハナ"),
    ],
)
def test_kana_of_any_kind_are_recorded_in_one(typed: str, normal: str) -> None:
    assert kana(typed, LABEL).normal == normal


@pytest.mark.parametrize(
    "typed", ["加藤", "カトウ花", "カトウ1", "Kato", "カトウ☆", "ヽヽ", "カ\u309aヰ\u309b!"]
)
def test_what_is_no_kana_is_refused(typed: str) -> None:
    refused(kana, typed)


@pytest.mark.parametrize("take", [name, address])
@pytest.mark.parametrize(
    "typed",
    ["葛\U000e0102城", "髙﨑 \U00020bb7", "\ufa19谷", "\ufa67見　ゞ", "佐々木", "\U0010de92田",
     "\U0002ebf0川", "\U00031350川", "SMITH JOHN", "José", "ジョン・スミス",
     "\U0001b017子", "〆木"],
)  # fmt: skip
def test_names_stay_exactly_as_recorded(take: Take, typed: str) -> None:
    assert take(typed, LABEL).normal == typed


def test_a_decomposed_kana_in_a_name_is_joined_and_what_stands_around_goes() -> None:
    assert name("  山田 か\u3099と　\r\n", LABEL).normal == "山田 がと"


@pytest.mark.parametrize("take", [name, address, kana])
@pytest.mark.parametrize(
    ("sign", "what"),
    [
        *((sign, "目に見えない記号") for sign in UNSEEN),
        *((sign, "目に見えない記号") for sign in "\t\0\x07\x7f\x9f\U000e0041\U0001d173\U000110bd"),
        *((sign, "改行") for sign in "\n\r\x0b\x0c\x85\u2028\u2029"),
    ],
)
def test_what_is_hidden_inside_a_name_is_refused_by_its_code(
    take: Take, sign: str, what: str
) -> None:
    error = refused(take, f"ヤマ{sign}ダ")
    assert error.code.endswith(".control")
    assert what in error.message and f"U+{ord(sign):04X}" in error.message
    assert sign not in error.message and "打ち直して" in error.remedy


@pytest.mark.parametrize("take", [name, address])
def test_two_marks_over_a_letter_are_a_name_and_three_are_none(take: Take) -> None:
    assert take("Nguye\u0302\u0303n Va", LABEL).normal.startswith("Nguye")
    error = refused(take, "Zo\u0300\u0301\u0302e")
    assert "三つ以上重ねた記号（U+0302）" in error.message
    assert refused(take, "葛\U000e0102\U000e0101\U000e0100").code.endswith(".control")
    assert take("葛\U000e0102城", LABEL).normal == "葛\U000e0102城"


@pytest.mark.parametrize("take", [name, address])
@pytest.mark.parametrize("sign", sorted(lookalikes()))
def test_a_sign_that_looks_like_a_kanji_is_named_with_the_kanji(take: Take, sign: str) -> None:
    error = refused(take, f"{sign}谷川")
    assert error.code.endswith(".lookalike")
    assert f"U+{ord(sign):04X}" in error.message
    assert lookalikes()[sign] in error.remedy


@pytest.mark.parametrize("take", [name, address])
@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("山田ﾊﾅ", "half_width"),
        ("山田😀", "sign"),
        ("山田㈱", "sign"),
        ("山田〓", "sign"),
        ("山田❤", "sign"),
        ("山田⺀", "sign"),
        ("㍻山", "sign"),
        ("Иванов", "script"),
        ("김花", "script"),
        ("محمد", "script"),
        ("山田\u0007", "control"),
        ("山田\ufffe", "control"),
        ("山田\U000e0001", "control"),
        ("\ufe00山田", "control"),
        ("山\u3099田", "sign"),
        ("𝐀山", "script"),
    ],
)
def test_what_no_japanese_name_has_is_named(take: Take, typed: str, rule: str) -> None:
    error = refused(take, typed)
    assert error.code.endswith(f".{rule}"), error.code
    sign = next(s for s in typed if f"U+{ord(s):04X}" in error.message)
    assert not unicodedata.name(sign, "").startswith("CJK UNIFIED")


@pytest.mark.parametrize(
    "typed",
    [
        "本町一丁目1番1号",
        "本町−1",
        "メゾンⅡ−101",
        "コーポα",
        "A&B棟",
        "①号棟",
        "2〜3F",
        "メゾン☆ⅲ",
        "♪荘",
    ],
)
def test_an_address_holds_numbers_and_punctuation(typed: str) -> None:
    assert address(typed, LABEL).normal == typed


@pytest.mark.parametrize("typed", ["0250-00-1234", "+81 250", "昭和10年5月3日", "山田2", "〒999"])
def test_a_number_is_no_name(typed: str) -> None:
    refused(name, typed)
