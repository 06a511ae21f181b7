"""Bank fields: what fits a 120-byte record and what a bank would return."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.signs import DASHES, WAVES
from app.rules.collection.zengin import (
    BankFileRule,
    account_number,
    bank_code,
    branch_code,
    deposit_kind,
    zengin_kana,
)
from app.rules.identifiers import IdentifierError

ALL = BankFileRule(wo_kept=True, comma_kept=True)
FEW = BankFileRule(wo_kept=False, comma_kept=False)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ヤマダ ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("やまだ はなこ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("キョウコ", "ｷﾖｳｺ"),
        ("マーガレット", "ﾏ-ｶﾞﾚﾂﾄ"),
        ("(カ)ミドリ", "(ｶ)ﾐﾄﾞﾘ"),
        ("abc12", "ABC12"),
        ("ヲヴパ", "ｦｳﾞﾊﾟ"),
        ("ァィゥェォッャュョヮヵヶ", "ｱｲｳｴｵﾂﾔﾕﾖﾜｶｹ"),
        ("カ゛ハ゜", "ｶﾞﾊﾟ"),
        ("ｶﾞﾊﾟ", "ｶﾞﾊﾟ"),
        ("か\u3099", "ｶﾞ"),
        ("ア゙", "ｱﾞ"),
        ("ヷ", "ﾜﾞ"),
        ("「カ」", "｢ｶ｣"),
    ],
)
def test_kana_as_a_bank_writes_it(typed: str, written: str) -> None:
    assert zengin_kana(typed, 30, ALL) == written
    assert len(written.encode("cp932")) == len(written)


@pytest.mark.parametrize(
    ("rule", "text", "width"),
    [
        ("empty", " ", 30),
        ("unknown", "山田", 30),
        ("unknown", "ヰ", 30),
        ("unknown", "ヤマダ。", 30),
        ("unknown", "ㇰ", 30),
        ("unknown", "ア\u0301", 30),
        ("too_long", "ヤマダ", 3),
    ],
)
def test_kana_that_a_bank_refuses(rule: str, text: str, width: int) -> None:
    with pytest.raises(IdentifierError) as caught:
        zengin_kana(text, width, ALL)
    assert caught.value.code == f"number.zengin_kana.{rule}"


@given(st.text("アイウガギパヤュョッーンヴぁかが abcXYZ019().", min_size=1))
def test_converted_kana_is_stable_and_one_byte_a_sign(text: str) -> None:
    if text.strip():
        once = zengin_kana(text, 200, ALL)
        assert zengin_kana(once, 200, ALL) == once
        assert len(once.encode("cp932")) == len(once)


JIS_X_0201 = frozenset(bytes(range(0x20, 0x7F)) + bytes(range(0xA1, 0xE0)))


@given(st.text(max_size=30))
def test_nothing_outside_jis_x_0201_and_no_full_width_mark_comes_out(text: str) -> None:
    for rule in (ALL, FEW):
        try:
            written = zengin_kana(text, 200, rule)
        except IdentifierError:
            continue
        assert set(written.encode("shift_jis")) <= JIS_X_0201
        assert len(written.encode("shift_jis")) == len(written)


@given(st.text("アガパヲ゛゜ﾞﾟヷヺ゙゚ﾊｳ、,ー", min_size=1, max_size=12))
def test_marks_of_any_width_become_the_half_width_signs(text: str) -> None:
    try:
        written = zengin_kana(text, 200, ALL)
    except IdentifierError:
        return
    assert not set(written) & set("゛゜\u3099\u309a ")


def test_wo_and_comma_follow_the_rules_of_the_banks_file() -> None:
    assert zengin_kana("ヲノ", 30, ALL) == "ｦﾉ"
    assert zengin_kana("ヲノ", 30, FEW) == "ｵﾉ"
    assert zengin_kana("カ,タ", 30, ALL) == "ｶ,ﾀ"
    with pytest.raises(IdentifierError) as caught:
        zengin_kana("カ,タ", 30, FEW)
    assert caught.value.rule == "unknown"
    assert "「,」" in caught.value.message


def test_a_name_may_fill_its_field_to_the_last_byte() -> None:
    assert zengin_kana("ヤマダ", 4, ALL) == "ﾔﾏﾀﾞ"


def test_account_fields() -> None:
    assert account_number("12345") == "0012345"
    assert bank_code("0001") == "0001"
    assert branch_code("012") == "012"
    assert (deposit_kind("普通"), deposit_kind("2")) == ("1", "2")


@pytest.mark.parametrize(
    ("call", "text", "rule"),
    [
        (account_number, "12345678", "length"),
        (account_number, "0", "same_digits"),
        (account_number, "", "empty"),
        (bank_code, "001", "length"),
        (branch_code, "01A", "not_digits"),
        (branch_code, "12", "length"),
        (deposit_kind, "9", "unknown"),
    ],
)
def test_account_fields_refused(call: object, text: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        call(text)  # type: ignore[operator]
    assert caught.value.rule == rule


@pytest.mark.parametrize("sign", DASHES + WAVES)
def test_every_dash_and_wave_is_the_banks_one(sign: str) -> None:
    assert zengin_kana(f"ロ{sign}ラ", 30, ALL) == "ﾛ-ﾗ"


def test_repeated_and_decomposed_kana_are_what_a_bank_writes() -> None:
    assert zengin_kana("つじさき　みすゞ", 30, ALL) == "ﾂｼﾞｻｷ ﾐｽｽﾞ"
    assert zengin_kana("か\u3099と\u200b", 30, ALL) == "ｶﾞﾄ"
