"""金額: read, never stripped. A sign that is no digit refuses the amount; none is dropped."""

from __future__ import annotations

import re

from app.core.signs import plain
from app.rules.values.value import Value, ValueRefused, shown_sign

KIND = "amount"
WIDTH = 10
"""Digits of the largest amount of the wire's records."""

NORMAL = re.compile("0|[1-9][0-9]*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
# 、 is the comma key while the input method is on.
_COMMAS = str.maketrans({"、": ","})
_NEGATIVE = frozenset("-△▲")
_HOW = "円の単位で、数字だけを入れてください（例　1,200,000）。0円のときは 0 と入れます。"


def amount(text: str, label: str, width: int = WIDTH) -> Value:
    """An amount in yen, 0 or more, at most ``width`` digits; normal form without commas and
    leading zeros.

    Understood: digits of any width, commas where commas stand, ¥ before and 円 after. Raises
    ValueRefused: empty, negative, comma, not_digits, too_long.
    """
    read = plain(text).translate(_COMMAS)
    if not read:
        raise ValueRefused(KIND, "empty", f"{label}が入っていません。", _HOW)
    digits = read.removeprefix("¥").removeprefix("\\").removesuffix("円").strip()
    if digits[:1] in _NEGATIVE and digits[:1]:
        _refuse_negative(digits, label)
    if "," in digits and re.fullmatch("[0-9,]+", digits):
        if not _GROUPED.fullmatch(digits):
            raise ValueRefused(
                KIND,
                "comma",
                f"{label}のコンマの位置が、3桁ごとになっていません。",
                "桁の抜けがないか書類と見比べ、コンマなしで入れ直してください。",
            )
        digits = digits.replace(",", "")
    if not re.fullmatch("[0-9]+", digits):
        signs = sorted(digits, key=lambda sign: sign in ",円")  # those may be right
        wrong = next((sign for sign in signs if sign not in "0123456789"), "")
        what = (
            f"に数字でない文字{shown_sign(wrong)}があります。" if wrong else "に数字がありません。"
        )
        raise ValueRefused(KIND, "not_digits", f"{label}{what}", _HOW)
    normal = digits.lstrip("0") or "0"
    if len(normal) > width:
        raise ValueRefused(
            KIND,
            "too_long",
            f"{label}は{width}桁までですが、{len(normal)}桁です。",
            "円の単位か、桁の重なりがないか、書類と見比べてください。",
        )
    return Value(normal, text)


def _refuse_negative(digits: str, label: str) -> None:
    if not any(sign.isdigit() for sign in digits):
        raise ValueRefused(KIND, "not_digits", f"{label}に数字がありません。", _HOW)
    raise ValueRefused(
        KIND,
        "negative",
        f"{label}にマイナスの金額は入れられません。",
        "書類の金額を確かめてください。損失で0円と扱うときは 0 と入れます。",
    )
