"""How much of what is random or long is tried: little, and the same every time, in ``make test``;
much, and anew every time, in ``make soak``, which runs the files that use ``tries`` or a property.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from types import ModuleType
from typing import Final

import pytest
from hypothesis import given, settings

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


def mark(items: Iterable[pytest.Item]) -> None:
    """Give the marker ``soak`` to the tests of every file that tries more there."""
    known: dict[ModuleType, bool] = {}
    for item in items:
        module = getattr(item, "module", None)
        if module is not None:
            if module not in known:
                known[module] = any(one is tries or one is given for one in vars(module).values())
            if known[module]:
                item.add_marker("soak")
