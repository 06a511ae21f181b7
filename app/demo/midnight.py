"""Acts of the demonstration are done within one day: what was prepared before midnight is not
valid after it, for a script as little as for a clerk."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from app.core.clock import Clock
from app.core.language import in_words


def begin_within_a_day(
    clock: Clock,
    needs: timedelta,
    say: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Go on at once when the day has ``needs`` left, else when the next day has begun."""
    now = clock.now()
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    if midnight - now >= needs:
        return
    say(
        in_words(
            "まもなく日付が変わります。変わってから続けます。",
            "It is almost midnight: going on when the day has changed.",
        )
    )
    while (left := midnight - clock.now()) > timedelta(0):
        pause(min(left.total_seconds(), 1.0))
