"""Accounts: bank and branch by name or by code, and ゆうちょ by the 記号番号 of its passbook.

The banks and branches are ``resources/lists/banks.tsv``, whose first line says of which day it is.
A code that is not on the list may be younger than it and is taken (``bank_name`` tells); a name is
only taken where it means one bank or branch of the list. How 記号番号 becomes branch and number is
what ゆうちょ銀行 publishes for transfers from other banks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from app.core.banks import Place, bank_list
from app.core.text import search_key
from app.rules.identifiers import digits_of
from app.rules.values.value import Value, ValueRefused

POST_BANK = "9900"
"""金融機関コード of ゆうちょ銀行."""

_SHOWN_AT_MOST = 4
_ENDS = (
    ("信用金庫", "信金"),
    ("信用組合", "信組"),
    ("農業協同組合", "農協"),
    ("労働金庫", "労金"),
    ("銀行", ""),
    ("支店", ""),
)
"""How passbooks end a name, and how the list does."""
_SYMBOL = re.compile("[01][0-9]{3}0")  # 記号


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A place by what it is looked for."""

    place: Place
    name: str
    kana: str


def bank_name(code: str) -> str:
    """The name of a bank by its code; "" for one that is not on the list."""
    place = bank_list().banks.get(code)
    return place.name if place is not None else ""


def branch_name(bank_code: str, code: str) -> str:
    """The name of a branch; "" for one that is not on the list."""
    place = bank_list().branches.get(bank_code, {}).get(code)
    return place.name if place is not None else ""


def bank(text: str, label: str) -> Value:
    """A bank by its code (4 digits) or name, in kanji or kana; normal form is the code.

    Raises ValueRefused: empty, width (of digits), unknown, several.
    """
    how = "4桁の金融機関コードか、通帳にある名前を入れてください（例　みずほ）。"
    return _place(text, label, 4, _keys(""), how)


def code_of(bank_text: str) -> str:
    """The code of the bank that is typed; "" while it means none."""
    try:
        return bank(bank_text, "金融機関").normal
    except ValueRefused:
        return ""


def branch(text: str, label: str, bank_text: str) -> Value:
    """A branch of the bank that ``bank_text`` means, by its code (3 digits), name, or the 記号 of
    a passbook of ゆうちょ (5 digits); normal form is the code.

    Raises ValueRefused as ``bank`` does, and no_bank for a name while no bank can be told.
    """
    typed = digits_of(text)
    code = code_of(bank_text)
    if code == POST_BANK and len(typed) == 5:
        return Value(_post_branch(typed, label), text)
    how = "3桁の支店コードか、通帳にある支店の名前を入れてください。"
    if code == POST_BANK:
        how = "通帳の記号（5桁）か、3桁の店番を入れてください。"
    if not code and not typed.isdigit():
        raise ValueRefused(
            "branch",
            "no_bank",
            f"どの金融機関の{label}か分かりません。",
            "先に金融機関を入れてください。",
        )
    return _place(text, label, 3, _keys(code) if code else (), how)


def account_number(text: str, label: str, branch_text: str) -> Value:
    """An account's number of 7 digits; beside a 記号 of ゆうちょ (``branch_text``) it is the 番号
    of the passbook, of up to 8 digits.

    Raises ValueRefused: empty, not_digits, width, last_digit.
    """
    number, symbol = digits_of(text), digits_of(branch_text)
    if not _SYMBOL.fullmatch(symbol):
        how = "7桁の数字を、先頭の0も含めて入れてください。"
        return Value(_digits(number, label, 7, 7, how), text)
    most = 8 if symbol.startswith("1") else 6
    how = f"通帳の「番号」を、数字{most}桁まで入れてください。"
    _digits(number, label, 2, most, how)
    if symbol.startswith("0"):  # 振替口座
        return Value(number.zfill(7), text)
    if not number.endswith("1"):
        message = f"ゆうちょの通帳の番号は、末尾が1です（「{number}」になっています）。"
        raise ValueRefused("account_number", "last_digit", message, "通帳と見比べてください。")
    return Value(number[:-1].zfill(7), text)


def type_of_symbol(branch_text: str) -> str:
    """口座の種類 (a code of ``account_types``) that a 記号 of ゆうちょ says; "" for no 記号."""
    symbol = digits_of(branch_text)
    if not _SYMBOL.fullmatch(symbol):
        return ""
    return "1" if symbol.startswith("1") else "2"


def _post_branch(symbol: str, label: str) -> str:
    if not _SYMBOL.fullmatch(symbol):
        raise ValueRefused(
            "branch",
            "symbol",
            f"{label}「{symbol}」は、ゆうちょの通帳の記号ではありません。",
            "記号は1か0で始まり、0で終わる5桁です。通帳と見比べてください。",
        )
    return f"{symbol[1:3]}{'8' if symbol.startswith('1') else '9'}"


def _place(text: str, label: str, width: int, known: tuple[_Keyed, ...], how: str) -> Value:
    number = digits_of(text)
    kind = "bank" if width == 4 else "branch"
    if not number:
        raise ValueRefused(kind, "empty", f"{label}が入っていません。", how)
    if number.isascii() and number.isdigit():
        return Value(_digits(number, label, width, width, how, kind), text)
    found = _named(text, known)
    if len(found) == 1:
        return Value(found[0].branch or found[0].bank, text)
    if found:
        shown = "、".join(
            f"{one.name}（{one.branch or one.bank}）" for one in found[:_SHOWN_AT_MOST]
        )
        more = "など" if len(found) > _SHOWN_AT_MOST else ""
        message = f"{label}「{text}」に当たるものが{len(found)}件あります：{shown}{more}。"
        raise ValueRefused(kind, "several", message, "括弧の中のコードを入れてください。")
    day = bank_list().as_of
    message = f"{label}「{text}」は、{day:%Y-%m-%d} 現在の一覧にありません。"
    raise ValueRefused(kind, "unknown", message, how)


def _named(text: str, known: tuple[_Keyed, ...]) -> list[Place]:
    """Those called exactly so, else those whose name begins so."""
    key = _key(text)
    if not key:
        return []
    exact = [one.place for one in known if key in (one.name, one.kana)]
    return exact or [one.place for one in known if one.name.startswith(key)]


@cache
def _keys(bank_code: str) -> tuple[_Keyed, ...]:
    """The branches of a bank as they are looked for; the banks themselves for ""."""
    found = bank_list()
    places = found.branches.get(bank_code, {}) if bank_code else found.banks
    return tuple(_Keyed(one, _key(one.name), search_key(one.kana)) for one in places.values())


def _key(name: str) -> str:
    folded = search_key(name)
    for written, listed in _ENDS:
        end = search_key(written)
        if folded.endswith(end) and folded != end:
            return folded.removesuffix(end) + search_key(listed)
    return folded


def _digits(
    number: str, label: str, least: int, most: int, how: str, kind: str = "account_number"
) -> str:
    if not number:
        raise ValueRefused(kind, "empty", f"{label}が入っていません。", how)
    if not (number.isascii() and number.isdigit()):
        raise ValueRefused(kind, "not_digits", f"{label}に数字でない文字があります。", how)
    if not least <= len(number) <= most:
        size = f"{most}桁" if least == most else f"{least}桁から{most}桁"
        message = f"{label}は{size}です（今は{len(number)}桁）。"
        raise ValueRefused(kind, "width", message, how)
    return number
