"""Numbers of the field: text in, text out, zero padded, never a Python number (DOMAIN 1).

What a clerk types or pastes (full-width digits, hyphens, blanks) is understood; what comes back
is plain ASCII digits of the lawful width. A number that breaks a rule raises IdentifierError,
whose ``rule`` says which one; the message never repeats the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.core.errors import UserError
from app.core.signs import plain

ATENA_WIDTH = 15


class IdentifierError(UserError):
    """A number that breaks a rule; code ``number.<kind>.<rule>``.

    ``rule``: empty, not_digits, length, check_digit, same_digits, prefix, too_long, unknown.
    """

    def __init__(self, kind: str, title: str, rule: str, what: str, remedy: str) -> None:
        super().__init__(f"number.{kind}.{rule}", f"{title}{what}", remedy, field=kind)
        self.kind = kind
        self.rule = rule


class DigitCheck(Enum):
    """What a wrong check digit means where no public text says so (a setting per union)."""

    OFF = "off"
    WARN = "warn"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class CheckedNumber:
    """A number in its stored form; ``doubtful`` asks for a warning that must be answered."""

    text: str
    doubtful: bool


def digits_of(text: str) -> str:
    """``text`` with full-width digits folded, and every dash and space (``app.core.signs``)
    dropped."""
    return plain(text).replace("-", "").replace(" ", "")


def _exact_digits(kind: str, title: str, text: str, width: int) -> str:
    number = digits_of(text)
    if not number:
        raise IdentifierError(
            kind, title, "empty", "が入力されていません。", f"{width}桁の数字を入力してください。"
        )
    if not (number.isascii() and number.isdigit()):
        raise IdentifierError(
            kind,
            title,
            "not_digits",
            "に数字以外の文字があります。",
            f"{width}桁の数字だけを入力してください。",
        )
    if len(number) != width:
        raise IdentifierError(
            kind,
            title,
            "length",
            f"は{width}桁ですが、{len(number)}桁です。",
            "桁の抜けや重なりがないか、書類と見比べて入力し直してください。先頭の0も入力します。",
        )
    return number


def _refuse_same_digits(kind: str, title: str, number: str) -> None:
    if len(set(number)) == 1:
        raise IdentifierError(
            kind,
            title,
            "same_digits",
            "がすべて同じ数字です。",
            "書類を見て正しい番号を入力してください。",
        )


def _refuse_check_digit(kind: str, title: str) -> IdentifierError:
    return IdentifierError(
        kind,
        title,
        "check_digit",
        "の検査数字が合いません。",
        "どこかの桁が違います。書類と1桁ずつ見比べて入力し直してください。",
    )


def my_number_check_digit(body: str) -> str:
    """Check digit of an 11-digit body of a 個人番号 (総務省令85号 (平26) 5条)."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return "0" if rest <= 1 else str(11 - rest)


def my_number(text: str, title: str = "個人番号") -> str:
    """A 個人番号 (individual number): 12 digits, check digit right, not all the same."""
    number = _exact_digits("my_number", title, text, 12)
    _refuse_same_digits("my_number", title, number)
    if my_number_check_digit(number[:-1]) != number[-1]:
        raise _refuse_check_digit("my_number", title)
    return number


def luhn_check_digit(body: str) -> str:
    """検証番号 of 保険者番号 and of its kin: weights 2,1,2,… from the right, digit sums."""
    total = 0
    for position, digit in enumerate(reversed(body)):
        product = int(digit) * (2 if position % 2 == 0 else 1)
        total += product // 10 + product % 10
    return str(-total % 10)


def insurer_number(text: str, title: str = "保険者番号") -> str:
    """A 保険者番号 of the 後期 system: ``39`` + prefecture 2 + number 3 + check digit."""
    kind = "insurer_number"
    number = _exact_digits(kind, title, text, 8)
    if not number.startswith("39") or not "01" <= number[2:4] <= "47":
        raise IdentifierError(
            kind,
            title,
            "prefix",
            "が後期高齢者医療の番号ではありません。",
            "39で始まり、次の2桁が都道府県（01から47）の番号を入力してください。",
        )
    if luhn_check_digit(number[:-1]) != number[-1]:
        raise _refuse_check_digit(kind, title)
    return number


def insured_number(text: str, check: DigitCheck, title: str = "被保険者番号") -> CheckedNumber:
    """A 被保険者番号: 8 digits numbered by the union.

    No public text fixes its check digit for 後期 (DOMAIN 1.4 [K]); ``check`` is the union's
    setting. A number shorter than 8 digits is refused, not padded: a lost digit looks just so.
    """
    kind = "insured_number"
    number = _exact_digits(kind, title, text, 8)
    _refuse_same_digits(kind, title, number)
    wrong = check is not DigitCheck.OFF and luhn_check_digit(number[:-1]) != number[-1]
    if wrong and check is DigitCheck.REJECT:
        raise _refuse_check_digit(kind, title)
    return CheckedNumber(number, doubtful=wrong)


def municipality_check_digit(body: str) -> str:
    """Check digit of a five-digit 市区町村コード (weights 6 5 4 3 2, modulus 11)."""
    rest = sum(int(d) * w for d, w in zip(body, (6, 5, 4, 3, 2), strict=True)) % 11
    return str((11 - rest) % 10)


def municipality_code(text: str, title: str = "市区町村コード") -> str:
    """A 市区町村コード (全国地方公共団体コード) of 6 digits.

    Five digits are refused: a lost check digit and a lost first 0 look the same. Refused too:
    the code of a whole prefecture (130001); a municipality's own three digits begin at 100.
    """
    kind = "municipality_code"
    number = _exact_digits(kind, title, text, 6)
    if not "01" <= number[:2] <= "47":
        raise IdentifierError(
            kind, title, "prefix", "の都道府県が正しくありません。", "先頭の2桁は01から47です。"
        )
    if municipality_check_digit(number[:-1]) != number[-1]:
        raise _refuse_check_digit(kind, title)
    if number[2:5] < "100":
        raise IdentifierError(
            kind,
            title,
            "prefix",
            "が市区町村のコードではありません（都道府県のコードです）。",
            "市区町村のコードを確かめて入力してください。",
        )
    return number


def atena_check_digit(body: str) -> str:
    """Check digit of a 宛名番号 issued under the standard (M11W2~7, 標準仕様 1.1.13).

    Remainder 1 gives 10 in the formula; the text does not settle it, 0 is taken (DOMAIN 1.6 [U]).
    """
    total = sum(int(digit) * (2 + index % 6) for index, digit in enumerate(reversed(body)))
    rest = total % 11
    return "0" if rest <= 1 else str(11 - rest)


def atena_number(
    text: str,
    width: int = ATENA_WIDTH,
    *,
    kind: str = "atena_number",
    title: str = "宛名番号",
) -> str:
    """A 宛名番号 or 世帯番号, zero padded to ``width`` (7 to 15).

    Never refused for its check digit: numbers from before the standard have none. Only an empty
    text, one longer than 15 or one with signs that no number has is refused.
    """
    number = digits_of(text).upper()
    if not number:
        raise IdentifierError(
            kind, title, "empty", "が入力されていません。", f"{title}を入力してください。"
        )
    if not (number.isascii() and number.isalnum()):
        raise IdentifierError(
            kind,
            title,
            "not_digits",
            "に使えない文字があります。",
            "数字と英字だけを入力してください。",
        )
    if number.isdigit():
        number = number.lstrip("0") or "0"
    if len(number) > ATENA_WIDTH:
        raise IdentifierError(
            kind,
            title,
            "too_long",
            f"は{ATENA_WIDTH}桁までです。",
            "余分な桁がないか確かめてください。",
        )
    return number.zfill(width) if number.isdigit() else number


def corporate_check_digit(body: str) -> str:
    """Check digit (the first digit) of a 12-digit 法人番号 body, modulus 9."""
    total = sum(int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(body)))
    return str(9 - total % 9)


def corporate_number(text: str) -> str:
    """A 法人番号: 13 digits, the first is the check digit."""
    kind, title = "corporate_number", "法人番号"
    number = _exact_digits(kind, title, text, 13)
    _refuse_same_digits(kind, title, number)
    if corporate_check_digit(number[1:]) != number[0]:
        raise _refuse_check_digit(kind, title)
    return number


def basic_pension_number(text: str) -> str:
    """A 基礎年金番号: 10 digits; its check rule is not public, so only the form is checked."""
    number = _exact_digits("basic_pension_number", "基礎年金番号", text, 10)
    _refuse_same_digits("basic_pension_number", "基礎年金番号", number)
    return number
