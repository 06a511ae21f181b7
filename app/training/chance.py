"""A small generator of our own: the same seed gives the same municipality on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Chance:
    """Numbers that look random and are not (64-bit linear congruence, upper bits used).

    For synthetic persons only; never for keys.
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int, stream: int) -> None:
        # Streams must not start alike: neighbours are spread by the multiplier first.
        self._state = (seed * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03 + 1) & _MASK
        self.below(2)

    def below(self, bound: int) -> int:
        """A whole number from 0 to ``bound`` - 1."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return (self._state >> 24) % bound

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def of(self, choices: Sequence[T]) -> T:
        """One of ``choices``."""
        return choices[self.below(len(choices))]

    def percent(self, share: int) -> bool:
        """True in ``share`` of 100 draws."""
        return self.below(100) < share
