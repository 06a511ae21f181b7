"""The convenience-store bar code of a payment slip: GS1-128, AI 91, 44 digits (DOMAIN 6.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.tables import Unconfirmed
from app.rules.identifiers import IdentifierError, digits_of

WIDTH = 44
NO_DUE_DAY = "999999"
_KIND, _TITLE = "slip_code", "納付書のバーコード"


@dataclass(frozen=True, slots=True)
class SlipCode:
    """What the 44 digits say.

    ``company``: 企業コード, 6 digits. ``free``: 自由欄, 21 digits. ``reissue``: 再発行区分, 0-9.
    ``due``: last day of payment, None when the slip has none. ``stamp``: 印紙フラグ.
    ``amount``: yen, 0 to 999,999.
    """

    company: str
    free: str
    reissue: int
    due: date | None
    stamp: bool
    amount: int


@dataclass(frozen=True, slots=True)
class SlipRule:
    """The highest amount (yen) that a slip with a bar code may carry."""

    ceiling: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def slip_check_digit(body: str) -> str:
    """Modulus 10, weight 3 from the right, over the 43 digits including ``91``."""
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(body)))
    return str(-total % 10)


def slip_code(content: SlipCode, rule: SlipRule) -> str:
    """The 44 digits of ``content``; refuses an amount above the rule's ceiling.

    Whoever prints it says what ``rule.unconfirmed`` names.

    Raises IdentifierError ``number.slip_code.*``: length, not_digits, too_long (the amount: split
    the bill), prefix (due year outside 2000-2099).
    """
    for field, width in ((content.company, 6), (content.free, 21)):
        if len(field) != width:
            raise IdentifierError(
                _KIND,
                _TITLE,
                "length",
                f"の欄は{width}桁です。",
                "企業コードと自由欄を確かめてください。",
            )
        if not (field.isascii() and field.isdigit()):
            raise IdentifierError(
                _KIND,
                _TITLE,
                "not_digits",
                "の欄に数字以外があります。",
                "数字だけにしてください。",
            )
    if not 0 <= content.reissue <= 9:
        raise IdentifierError(
            _KIND, _TITLE, "unknown", "の再発行区分が正しくありません。", "0から9です。"
        )
    if not 0 <= content.amount <= min(rule.ceiling, 999_999):
        raise IdentifierError(
            _KIND,
            _TITLE,
            "too_long",
            f"に載せられる金額は{rule.ceiling:,}円までです。",
            "期別に分けるか、バーコードのない納付書にしてください。",
        )
    if content.due is not None and not 2000 <= content.due.year <= 2099:
        raise IdentifierError(
            _KIND, _TITLE, "prefix", "の支払期限が範囲の外です。", "期限を確かめてください。"
        )
    due = NO_DUE_DAY if content.due is None else f"{content.due:%y%m%d}"
    body = (
        f"91{content.company}{content.free}{content.reissue}{due}"
        f"{int(content.stamp)}{content.amount:06d}"
    )
    return body + slip_check_digit(body)


def read_slip_code(text: str) -> SlipCode:
    """What a scanned slip says; blanks and the AI's brackets are understood.

    Raises IdentifierError ``number.slip_code.*``: length, not_digits, prefix (not AI 91),
    check_digit, unknown (a field that cannot be).
    """
    digits = digits_of(text).replace("(", "").replace(")", "")
    if not (digits.isascii() and digits.isdigit()):
        raise IdentifierError(
            _KIND, _TITLE, "not_digits", "に数字以外があります。", "もう一度読み取ってください。"
        )
    if len(digits) != WIDTH:
        raise IdentifierError(
            _KIND,
            _TITLE,
            "length",
            f"は{WIDTH}桁ですが、{len(digits)}桁です。",
            "もう一度読み取ってください。",
        )
    if not digits.startswith("91"):
        raise IdentifierError(
            _KIND,
            _TITLE,
            "prefix",
            "が納付書のものではありません。",
            "別のバーコードを読んでいます。",
        )
    if slip_check_digit(digits[:-1]) != digits[-1]:
        raise IdentifierError(
            _KIND, _TITLE, "check_digit", "の検査数字が合いません。", "もう一度読み取ってください。"
        )
    if digits[36] not in "01":
        raise IdentifierError(
            _KIND,
            _TITLE,
            "unknown",
            "の印紙フラグが正しくありません。",
            "納付書を確かめてください。",
        )
    return SlipCode(
        company=digits[2:8],
        free=digits[8:29],
        reissue=int(digits[29]),
        due=_read_due(digits[30:36]),
        stamp=digits[36] == "1",
        amount=int(digits[37:43]),
    )


def _read_due(text: str) -> date | None:
    if text == NO_DUE_DAY:
        return None
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError as cause:
        raise IdentifierError(
            _KIND,
            _TITLE,
            "unknown",
            "の支払期限が日付ではありません。",
            "納付書を確かめてください。",
        ) from cause
