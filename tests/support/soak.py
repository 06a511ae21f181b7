"""How much of what is random or long is tried: little, and the same every time, in ``make test``;
much, and anew every time, in ``make soak``."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import settings

SOAKING: Final = bool(os.environ.get("MADOGUCHI_SOAK"))


def tries(quick: int, full: int) -> int:
    """``quick`` in ``make test``, ``full`` in ``make soak``."""
    return full if SOAKING else quick


def set_profile() -> None:
    """What every property follows that does not say otherwise. No time limit for an example: a
    busy machine is no fault."""
    settings.register_profile(
        "madoguchi",
        max_examples=tries(40, 5_000),
        derandomize=not SOAKING,
        deadline=None,
        database=None,
        print_blob=True,
    )
    settings.load_profile("madoguchi")
