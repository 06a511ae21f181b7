"""The PIN as a key takes it (CTAP 2.1, 6.5.1): what cannot be right never costs a try."""

from __future__ import annotations

import unicodedata

from app.core.errors import UserError

LEAST_CHARACTERS = 4
MOST_BYTES = 63

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def in_form(typed: str) -> str:
    """The PIN in normal form C, full-width digits taken as digits.

    Raises UserError ``key.pin_form`` for one that no key can have: fewer than 4 characters,
    more than 63 bytes in UTF-8, or with a control character in it. No key is asked then.
    """
    pin = unicodedata.normalize("NFC", typed).translate(_DIGITS)
    if len(pin) < LEAST_CHARACTERS:
        raise _form(f"暗証番号（PIN）は{LEAST_CHARACTERS}文字以上です。")
    if len(pin.encode()) > MOST_BYTES:
        raise _form("暗証番号（PIN）が長すぎます（英数字なら63文字まで）。")
    if any(unicodedata.category(sign) == "Cc" for sign in pin):
        raise _form("暗証番号（PIN）に、文字でないものが入っています。")
    return pin


def _form(message: str) -> UserError:
    return UserError(
        "key.pin_form",
        f"{message}キーには送っていないので、試せる回数は減っていません。",
        "キーの暗証番号（PIN）を確かめて、もう一度入れてください。",
        field="pin",
    )
