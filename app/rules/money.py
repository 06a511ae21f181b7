"""Whole yen only. Rates are whole numbers too, so that no fraction of a yen is ever guessed."""

from __future__ import annotations

from decimal import Decimal

RATE_BASE = 100_000
"""A rate of 1 is 100,000: 8.61 % is 8,610."""

PERMILLE = 1000
"""Shares of reductions and cuts (軽減・減免の割合) are in thousandths: 7割 is 700."""


def cut(amount: int, unit: int) -> int:
    """``amount`` yen with the fraction under ``unit`` yen cut off (端数切捨て)."""
    return amount - amount % unit


def one_percent(amount: int) -> int:
    """1 % of ``amount`` yen (≥ 0): under 50 銭 cut, 50 銭 and over 1 yen (健保令42条,
    国保令29条の3第4項; 高確令15条)."""
    return (amount + 50) // 100


def share_in_tens(cost: int, tenths: int) -> int:
    """``tenths`` tenths (割) of ``cost`` yen (≥ 0) as it is paid at the counter of a hospital:
    under 5 yen cut, 5 yen and over 10 yen (高確法68条)."""
    return (cost * tenths + 50) // 100 * 10


def rate_from_percent(percent: Decimal) -> int:
    """8.61 (%) as 8,610 of ``RATE_BASE``.

    Raises ValueError when the percentage has more than three decimals, because a rate that
    was rounded silently would be wrong by yen.
    """
    scaled = percent * (RATE_BASE // 100)
    whole = int(scaled)
    if scaled != whole:
        raise ValueError(f"{percent} % has more than three decimals")
    return whole
