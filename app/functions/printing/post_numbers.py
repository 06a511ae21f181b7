"""引受番号 of registered and recorded letters: eleven digits, the last of which is the remainder by
seven of the ten before it (7DR)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from app.core.errors import UserError

_DIGITS = 10
_MOST = 10**_DIGITS


def read_number(text: str, *, field: str) -> int:
    """The running part of a number, with or without hyphens. Raises UserError
    ``printing.post_number_wrong`` for the field: not eleven digits, or the check digit differs."""
    digits = re.sub(r"[-‐－ー−\s]", "", unicodedata.normalize("NFKC", text))
    if len(digits) != _DIGITS + 1 or not (digits.isascii() and digits.isdecimal()):
        raise _wrong("引受番号は11桁の数字です", field)
    body = int(digits[:_DIGITS])
    if int(digits[_DIGITS]) != body % 7:
        raise _wrong("引受番号の最後の数字（検査数字）が合いません", field)
    return body


def written(body: int) -> str:
    """A number as the post office prints it: ``000-00-00000-0``."""
    digits = f"{body % _MOST:0{_DIGITS}d}{body % 7}"
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:10]}-{digits[10]}"


def numbers_between(first: int, last: int, count: int) -> Iterator[str]:
    """The numbers from ``first`` to ``last``. Raises UserError ``printing.post_count`` when they
    are not as many as there are letters."""
    if last - first + 1 != count:
        raise UserError(
            "printing.post_count",
            f"引受番号は{max(last - first + 1, 0):,}通分ですが、差し出す郵便は{count:,}通です。",
            "何も記録していません。最初と最後の番号、抜き取った通数、部の選び方を確かめてください。",
            field="last_number",
        )
    return (written(body) for body in range(first, last + 1))


def _wrong(what: str, field: str) -> UserError:
    return UserError(
        "printing.post_number_wrong",
        f"{what}。",
        "郵便局の受領証かシールの番号を、ハイフンを含めてそのまま入れてください。",
        field=field,
    )
