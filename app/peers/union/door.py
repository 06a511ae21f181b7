"""What comes through the union's doors is within what its columns hold, whoever sends it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

MOST = 2**31 - 1
"""The largest count or number that anybody may say."""
LONGEST = 4_000
"""Characters of one text."""
_LONGEST_DELAY = 3_600.0
_HALF = re.compile("[\ud800-\udfff]")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def count(said: str | int) -> int:
    """A count, number or place: 0 … ``MOST``. Raises ValueError."""
    number = int(said)
    if not 0 <= number <= MOST:
        raise ValueError("no count")
    return number


def seconds(said: str) -> float:
    """A delay of an hour at most. Raises ValueError, for inf and nan too."""
    value = float(said)
    if not 0 <= value <= _LONGEST_DELAY:
        raise ValueError("no delay")
    return value


def is_text(said: str, longest: int = LONGEST) -> bool:
    """Whether a column can hold it: no NUL, no half of a surrogate pair, not too long."""
    return len(said) <= longest and "\0" not in said and not _HALF.search(said)


def is_digest(said: str) -> bool:
    """Whether it is a SHA-256 in hex."""
    return _SHA256.fullmatch(said) is not None


def is_moment(said: str) -> bool:
    """Whether it is an ISO moment with its offset."""
    try:
        return datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False


def json_of(body: bytes) -> Any:
    """JSON whose numbers are within ``MOST`` (either sign), finite, and not deeper than Python
    reads. Raises ValueError."""
    try:
        return json.loads(body, parse_int=_signed, parse_constant=_refused)
    except RecursionError as cause:
        raise ValueError("too deep") from cause


def _signed(said: str) -> int:
    if len(said) > len(str(MOST)) + 1 or abs(int(said)) > MOST:
        raise ValueError("no number")
    return int(said)


def _refused(said: str) -> float:
    raise ValueError(said)
