"""Banks and branches by name or code, and the 記号番号 of ゆうちょ."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.banks import bank_list
from app.rules.values import accounts
from app.rules.values.value import ValueRefused


def test_the_list_says_of_which_day_it_is_and_holds_every_bank_once() -> None:
    found = bank_list()
    assert found.as_of == date(2026, 8, 24)
    assert len(found.banks) > 1_000
    assert sum(map(len, found.branches.values())) > 25_000
    assert set(found.branches) <= set(found.banks)


@pytest.mark.parametrize(
    "typed",
    ["0001", "０００１", "みずほ", "みずほ銀行", "ミズホ", "ﾐｽﾞﾎ", "ミズホ銀行"],
)
def test_a_bank_is_taken_by_code_name_or_kana(typed: str) -> None:
    assert accounts.bank(typed, "金融機関").normal == "0001"


@pytest.mark.parametrize(
    ("bank", "typed", "code"),
    [
        ("0001", "001", "001"),
        ("みずほ", "東京営業部", "001"),
        ("0001", "築地支店", "015"),
        ("0001", "つきじ", "015"),  # ヂ and ジ
        ("9900", "０１８", "018"),
        ("ゆうちょ", "11940", "198"),
        ("ゆうちょ銀行", "００１１０", "019"),
    ],
)
def test_a_branch_is_taken_within_its_bank(bank: str, typed: str, code: str) -> None:
    assert accounts.branch(typed, "支店", bank).normal == code


@pytest.mark.parametrize(
    ("symbol", "number", "account"),
    [
        ("11940", "12345671", "1234567"),
        ("11940", "1231", "0000123"),
        ("00110", "123456", "0123456"),
        ("001", "0123456", "0123456"),
    ],
)
def test_the_number_of_a_passbook_becomes_one_of_seven_digits(
    symbol: str, number: str, account: str
) -> None:
    assert accounts.account_number(number, "口座番号", symbol).normal == account


@pytest.mark.parametrize(
    ("take", "rule", "says"),
    [
        (lambda: accounts.bank("見本銀行", "金融機関"), "unknown", "2026-08-24 現在"),
        (lambda: accounts.bank("東京", "金融機関"), "several", "件あります"),
        (lambda: accounts.bank("001", "金融機関"), "width", "4桁"),
        (lambda: accounts.bank("", "金融機関"), "empty", "入っていません"),
        (lambda: accounts.branch("見本", "支店", "0001"), "unknown", "一覧にありません"),
        (lambda: accounts.branch("見本", "支店", ""), "no_bank", "どの金融機関"),
        (lambda: accounts.branch("11941", "支店", "9900"), "symbol", "記号ではありません"),
        (lambda: accounts.branch("11940", "支店", "0001"), "width", "3桁"),
        (lambda: accounts.account_number("12345672", "口座番号", "11940"), "last_digit", "末尾"),
        (lambda: accounts.account_number("123456789", "口座番号", "11940"), "width", "8桁"),
        (lambda: accounts.account_number("12345", "口座番号", "001"), "width", "7桁"),
    ],
)
def test_what_means_no_account_is_refused_in_words(take: object, rule: str, says: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        take()  # type: ignore[operator]
    assert refused.value.rule == rule
    assert says in refused.value.message and refused.value.remedy
