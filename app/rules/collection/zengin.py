"""Names and account fields as the banks' 120-byte records hold them (全銀, DOMAIN 6.4)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import jaconv

from app.core.signs import DASHES, WAVES, spaced
from app.core.tables import Unconfirmed
from app.core.text import join_kana, repeated
from app.rules.identifiers import IdentifierError, digits_of

_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
# A long vowel and every kind of dash and wave are one sign in a bank's name field.
_SIGNS = str.maketrans({**dict.fromkeys(DASHES + WAVES, "-"), "・": ".", "¥": "\\"})
_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFFA0)}
"""Each kana, and the two marks, as the half-width sign of JIS X 0201."""
_HALF |= {"「": "\uff62", "」": "\uff63"}
_HALF |= {sign: sign for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ()-./\\,"}
_HALF.pop("ー", None)
_WO, _O = "ヲ", "オ"


@dataclass(frozen=True, slots=True)
class BankFileRule:
    """What a bank's file takes: ``wo_kept`` (else ヲ is written as オ), ``comma_kept`` (else a
    comma is refused). The table ``bank_file_rules``."""

    wo_kept: bool
    comma_kept: bool
    unconfirmed: tuple[Unconfirmed, ...] = ()


def zengin_kana(text: str, width: int, rule: BankFileRule) -> str:
    """``text`` (kana of any width, Latin letters, digits) as half-width signs of JIS X 0201.

    Small kana become large, long vowels become ``-``, marks stand as signs of their own; the result
    is at most ``width`` bytes and is not padded. Raises IdentifierError ``number.zengin_kana.*``:
    empty, unknown (names the sign that the bank does not take), too_long.
    """
    kind, title = "zengin_kana", "口座名義のカナ"
    typed = unicodedata.normalize("NFKC", join_kana(spaced(text)).translate(_SIGNS))
    plain = repeated(jaconv.hira2kata(typed)).upper().translate(_SMALL).translate(_SIGNS)
    if not rule.wo_kept:
        plain = plain.replace(_WO, _O)
    if not plain:
        raise IdentifierError(
            kind, title, "empty", "が入力されていません。", "通帳のカナ名義を入力してください。"
        )
    narrow = []
    for sign in unicodedata.normalize("NFD", plain):
        if sign not in _HALF or (sign == "," and not rule.comma_kept):
            raise IdentifierError(
                kind,
                title,
                "unknown",
                f"に銀行で使えない文字「{sign}」があります。",
                "通帳のカナのとおりに入力してください。",
            )
        narrow.append(_HALF[sign])
    if len(narrow) > width:
        raise IdentifierError(
            kind,
            title,
            "too_long",
            f"は濁点を含めて{width}文字までです。",
            "通帳の略し方に合わせてください。",
        )
    return "".join(narrow)


def _code(kind: str, title: str, text: str, width: int, *, pad: bool) -> str:
    digits = digits_of(text)
    if not digits:
        raise IdentifierError(
            kind, title, "empty", "が入力されていません。", "通帳を見て入力してください。"
        )
    if not (digits.isascii() and digits.isdigit()):
        raise IdentifierError(
            kind, title, "not_digits", "に数字以外があります。", "数字だけを入力してください。"
        )
    if len(digits) > width or (not pad and len(digits) < width):
        raise IdentifierError(
            kind,
            title,
            "length",
            f"は{width}桁ですが、{len(digits)}桁です。",
            "通帳を見て入力し直してください。",
        )
    return digits.zfill(width)


def bank_code(text: str) -> str:
    """金融機関番号, 4 digits."""
    return _code("bank_code", "金融機関番号", text, 4, pad=False)


def branch_code(text: str) -> str:
    """支店番号, 3 digits."""
    return _code("branch_code", "支店番号", text, 3, pad=False)


def account_number(text: str) -> str:
    """口座番号, 7 digits: a shorter one is padded with zeros from the left, as on the slip."""
    number = _code("account_number", "口座番号", text, 7, pad=True)
    if number == "0000000":
        raise IdentifierError(
            "account_number",
            "口座番号",
            "same_digits",
            "がすべて0です。",
            "通帳を見て入力してください。",
        )
    return number


def deposit_kind(text: str) -> str:
    """預金種目: ``1`` 普通, ``2`` 当座; the words are understood too."""
    folded = {"普通": "1", "普": "1", "当座": "2", "当": "2"}.get(text.strip(), digits_of(text))
    if folded not in ("1", "2"):
        raise IdentifierError(
            "deposit_kind",
            "預金種目",
            "unknown",
            "が正しくありません。",
            "1（普通）か2（当座）を選んでください。",
        )
    return folded
