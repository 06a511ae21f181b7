"""決定 that repeats what was notified: for every kind whose decision is that it holds, from when
and until when. Derived from the notification's body, so that a kind says its columns once.
"""

from __future__ import annotations

import functools
from dataclasses import fields, make_dataclass

from app.wire.layout import BodyLayout, Kind, column, columns
from app.wire.records import CaseHead, DecisionHead

_HEAD = frozenset(item.name for item in fields(DecisionHead))


@functools.cache
def repeating(layout: BodyLayout) -> BodyLayout:
    """The layout of the decision on what ``layout`` notifies: its own columns without 個人番号 and
    what every decision's head says of the person, then the first day on which it holds and the
    last (終わる日; "" where it has no end). A decision that something ends says when that began and
    on which day it holds for the last time."""
    own = [
        (item.name, str, column(item.label, item.kind, item.width, required=item.required,
                                codes=item.codes))
        for item in columns(layout.record)[len(columns(CaseHead)) :]
        if not item.my_number and item.name not in _HEAD
    ]  # fmt: skip
    days = [
        ("since", str, column("効力の始まる日", Kind.DAY, required=True)),
        ("until", str, column("効力の終わる日", Kind.DAY)),
    ]
    made = make_dataclass(
        f"{layout.record.__name__}Decided",
        [*own, *days],
        bases=(DecisionHead,),
        frozen=True,
        slots=True,
        kw_only=True,
    )
    return BodyLayout(f"{layout.id}_decided", layout.version, f"{layout.title}の決定", made)
