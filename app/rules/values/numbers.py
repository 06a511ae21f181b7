"""Numbers that people and places are known by: one form each (DATA-01, DOMAIN 1).

What is no number (番号不明, -) is refused, never padded into one.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from app.core.signs import plain
from app.rules import identifiers
from app.rules.identifiers import DigitCheck, IdentifierError
from app.rules.values.value import Value, ValueRefused, shown_sign

RESIDENT = re.compile("(?=.*[1-9])[0-9]{15}|(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{1,15}")
"""Normal form of 宛名番号 and 世帯番号: 15 digits; old numbers with letters as they are."""

PAPER = re.compile("[0-9A-Z]+(?:-[0-9A-Z]+)*")
FACILITY = re.compile("(?=.*[0-9])[0-9A-Z]{1,20}")
PHONE = re.compile(r"0[0-9]{9,10}|\+(?!81)[1-9][0-9]{6,14}")
"""Normal form of a telephone number: all its digits; from abroad ``+`` and the country."""

POSTAL = re.compile("[0-9]{7}")
MUNICIPALITY = re.compile("[0-9]{6}")

_FACILITY_WIDTH = 20
_PAPER_WIDTH = 40
_JAPAN = "+81"
_POSTAL_WRITTEN = re.compile(r"〒? ?([0-9]{3})[- ]?([0-9]{4})")
_PHONE_WRITTEN = re.compile(r"\+?[0-9][-0-9 ().]*|\([0-9][-0-9 ().]*")
_PHONE_HOW = "市外局番から、数字とハイフンで入れてください（例　0250-00-1234）。"


def atena_number(text: str, label: str) -> Value:
    """A 宛名番号; normal form 15 digits, zeros in front, because sites keep it with and without.

    Raises IdentifierError: empty, not_digits, too_long, same_digits (all zeros).
    """
    return _resident(text, label, "atena_number")


def household_number(text: str, label: str) -> Value:
    """A 世帯番号, numbered like a 宛名番号; raises as ``atena_number`` does."""
    return _resident(text, label, "household_number")


def _resident(text: str, label: str, kind: str) -> Value:
    number = identifiers.atena_number(text, kind=kind, title=label)
    if not any(sign.isdigit() for sign in number):
        raise IdentifierError(
            kind,
            label,
            "not_digits",
            "に数字がありません。",
            f"{label}を確かめて入れてください。分からないまま仮の文字を入れないでください。",
        )
    if not number.strip("0"):
        raise IdentifierError(
            kind, label, "same_digits", "がすべて0です。", f"{label}を確かめて入れてください。"
        )
    return Value(number, text)


def facility_number(text: str, label: str) -> Value:
    """A number of a facility (入所施設コード, 事業所番号): digits and Latin letters, at most 20,
    capital, without hyphens and blanks. Raises ValueRefused: empty, not_digits, too_long."""
    kind, number = "facility", identifiers.digits_of(text).upper()
    how = "施設の一覧にある番号を、数字と英字で入れてください。"
    if not number:
        raise ValueRefused(kind, "empty", f"{label}が入っていません。", how)
    if len(number) > _FACILITY_WIDTH:
        raise ValueRefused(kind, "too_long", f"{label}は{_FACILITY_WIDTH}文字までです。", how)
    if not FACILITY.fullmatch(number):
        wrong = next((sign for sign in number if not (sign.isascii() and sign.isalnum())), "")
        what = f"に使えない文字{shown_sign(wrong)}があります。" if wrong else "に数字がありません。"
        raise ValueRefused(kind, "not_digits", f"{label}{what}", how)
    return Value(number, text)


def paper_number(text: str, label: str) -> Value:
    """The number on a paper, keyed or scanned (発行番号 with its hyphens, 被保険者番号): digits and
    Latin letters, at most 40, capital, every dash as a hyphen. Raises ValueRefused: empty,
    not_digits, too_long."""
    kind = "paper"
    number = plain(text).replace(" ", "").upper()
    how = "書類に印刷された番号を、数字・英字・ハイフンで入れてください。"
    if not number:
        raise ValueRefused(kind, "empty", f"{label}が入っていません。", how)
    if len(number) > _PAPER_WIDTH:
        raise ValueRefused(kind, "too_long", f"{label}は{_PAPER_WIDTH}文字までです。", how)
    if not PAPER.fullmatch(number):
        wrong = next((one for one in number if not (one.isascii() and one.isalnum())), "")
        raise ValueRefused(
            kind, "not_digits", f"{label}に使えない文字{shown_sign(wrong)}があります。", how
        )
    return Value(number, text)


def phone(text: str, label: str) -> Value:
    """A telephone number: 10 or 11 digits with 市外局番, or ``+`` and country from abroad.

    +81 and the 0 are one number. Raises ValueRefused: empty, not_digits, prefix, length.
    """
    kind, read = "phone", plain(text)
    if not read:
        raise ValueRefused(kind, "empty", f"{label}が入っていません。", _PHONE_HOW)
    if not _PHONE_WRITTEN.fullmatch(read):
        wrong = next((sign for sign in read if sign not in "0123456789-+ ()."), "")
        what = f"に使えない文字{shown_sign(wrong)}があります。" if wrong else "として読めません。"
        raise ValueRefused(kind, "not_digits", f"{label}{what}", _PHONE_HOW)
    number = re.sub("[^0-9+]", "", read)
    if number.startswith(_JAPAN):
        number = "0" + number.removeprefix(_JAPAN).removeprefix("0")
    if number[0] not in "0+":
        raise ValueRefused(kind, "prefix", f"{label}に市外局番がありません。", _PHONE_HOW)
    if not PHONE.fullmatch(number):
        raise ValueRefused(
            kind,
            "length",
            f"{label}の桁数が合いません（今は{len(number.strip('+'))}桁）。",
            "桁の抜けや重なりがないか確かめてください。" + _PHONE_HOW,
        )
    return Value(number, text)


def phone_key(text: str) -> str:
    """What a telephone number is found by: its normal form, for what is none its digits."""
    try:
        return phone(text, "").normal
    except ValueRefused:
        return re.sub("[^0-9]", "", plain(text))


def postal_code(text: str, label: str) -> Value:
    """A 郵便番号: 7 digits, a hyphen only where hyphens stand. Raises ValueRefused: empty,
    not_digits, length."""
    kind, read = "postal", plain(text)
    found = _POSTAL_WRITTEN.fullmatch(read)
    if found is not None:
        return Value("".join(found.groups()), text)
    how = "7桁の数字で入れてください（例　999-0001）。先頭の0も入れます。"
    if not read:
        raise ValueRefused(kind, "empty", f"{label}が入っていません。", how)
    digits = identifiers.digits_of(text).removeprefix("〒")
    wrong = next((sign for sign in digits if sign not in "0123456789"), "")
    if wrong or not digits:
        named = shown_sign(wrong) if wrong else ""
        raise ValueRefused(kind, "not_digits", f"{label}に数字でない文字{named}があります。", how)
    if len(digits) == 7:
        raise ValueRefused(kind, "hyphen", f"{label}のハイフンの位置が違います。", how)
    raise ValueRefused(kind, "length", f"{label}は7桁です（今は{len(digits)}桁）。", how)


def municipality_code(text: str, label: str, known: Collection[str] = ()) -> Value:
    """A 市区町村コード of 6 digits. Five digits are completed only where exactly one code of
    ``known`` (the table of codes) is meant: without its check digit, or without its first 0.

    Raises IdentifierError: empty, not_digits, length, prefix (no such prefecture, or a
    prefecture's own code), check_digit.
    """
    number = identifiers.digits_of(text)
    if re.fullmatch("[0-9]{5}", number):
        meant = {code for code in known if number in (code[:5], code.removeprefix("0"))}
        if len(meant) == 1:
            return Value(meant.pop(), text)
    return Value(identifiers.municipality_code(number, title=label), text)


def insured_number(text: str, label: str, check: DigitCheck = DigitCheck.OFF) -> Value:
    """A 被保険者番号 of 8 digits. Raises IdentifierError as ``identifiers.insured_number``."""
    return Value(identifiers.insured_number(text, check, title=label).text, text)


def insurer_number(text: str, label: str) -> Value:
    """A 保険者番号 of 8 digits. Raises IdentifierError as ``identifiers.insurer_number``."""
    return Value(identifiers.insurer_number(text, title=label), text)


def my_number(text: str, label: str) -> Value:
    """An 個人番号 of 12 digits; ``written`` is left empty, because a number is kept sealed or
    not at all. Raises IdentifierError as ``identifiers.my_number``."""
    return Value(identifiers.my_number(text, title=label), "")
