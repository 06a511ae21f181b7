"""In which order the files of tests run: the long ones first.

With one file for one worker at a time, a long file that comes last leaves the other worker idle.
``LONG`` need not be exact, nor complete: a file that is missing costs a few idle seconds.
"""

from __future__ import annotations

import pytest

LONG = ()


def longest_first(items: list[pytest.Item]) -> None:
    """Bring the files of ``LONG`` to the front; the order within a file stays."""
    rank = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))
