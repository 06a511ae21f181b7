"""Two time axes (二つの時間軸): since when something is true, and since when it is known.

What is known of one fact of one person (the name, say) is a *line*: spans that follow each
other from the beginning of time to its end, without a gap and without sharing a day. A span
whose value is "" says that nothing holds on its days. What is said later is laid over the line:
spans that no longer hold as they stood are ended on the axis of knowing, never changed, and new
ones are added beside them.

Days are ``YYYY-MM-DD`` text, so that they compare as they stand; "" is the beginning of time
where a span begins and its end where it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_END = "~"  # above every day that can be written


@dataclass(frozen=True, slots=True)
class Span:
    """``value`` holds from ``true_from`` ("" since ever) up to the day before ``true_until``
    ("" for ever)."""

    value: str
    true_from: str = ""
    true_until: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it holds on no day at all."""
        return self.true_from >= (self.true_until or _END)

    def holds_on(self, day: str) -> bool:
        """Whether it says something of ``day``."""
        return self.true_from <= day < (self.true_until or _END)


@dataclass(frozen=True, slots=True)
class Added:
    """A span to add to a line. ``replaces`` are places in the line: the spans that held on its
    days until now. ``carried``: it says no more than the span it comes from, on fewer days."""

    span: Span
    replaces: tuple[int, ...]
    carried: bool


@dataclass(frozen=True, slots=True)
class Laid:
    """What laying comes to: the places in the line whose spans end, and what is added."""

    ended: tuple[int, ...]
    added: tuple[Added, ...]


def whole(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The line of ``spans``, which share no day: gaps become spans of nothing."""
    line: list[Span] = []
    at = ""
    for span in sorted((one for one in spans if not one.is_empty), key=lambda one: one.true_from):
        if span.true_from > at:
            line.append(Span("", at, span.true_from))
        line.append(span)
        at = span.true_until or _END
    if at != _END:
        line.append(Span("", at, ""))
    return tuple(line)


def lay(line: Sequence[Span], said: Iterable[Span]) -> Laid:
    """Lay what is said over a line; of several spans of one day the last counts.

    Days of which nothing new is said stay as they are: saying again what is known ends and
    adds nothing.
    """
    new = [span for span in said if not span.is_empty]
    cuts = sorted({cut for span in (*line, *new) for cut in _edges(span)})
    pieces = [_piece(line, new, first, until) for first, until in pairwise(cuts)]
    ended = {place for place, number, _ in pieces if number is not None}
    added: list[Added] = []
    before: tuple[int, int | None] | None = None
    for place, number, piece in pieces:
        if place not in ended:
            before = None
            continue
        if before is not None and _goes_on(before, (place, number)):
            last = added.pop()
            piece = Span(piece.value, last.span.true_from, piece.true_until)
            replaces = tuple(dict.fromkeys((*last.replaces, place)))
        else:
            replaces = (place,)
        added.append(Added(piece, replaces, carried=number is None))
        before = (place, number)
    return Laid(tuple(sorted(ended)), tuple(added))


def _edges(span: Span) -> tuple[str, str]:
    return span.true_from, span.true_until or _END


def _piece(
    line: Sequence[Span], new: Sequence[Span], first: str, until: str
) -> tuple[int, int | None, Span]:
    """Days on which one span is known and at most one said: the known one's place, the said
    one's if it says something else, and the span that holds from now on."""
    place = next(at for at, span in enumerate(line) if span.holds_on(first))
    number = next((at for at in reversed(range(len(new))) if new[at].holds_on(first)), None)
    value = line[place].value
    if number is not None and new[number].value == value:
        number = None
    elif number is not None:
        value = new[number].value
    return place, number, Span(value, first, "" if until == _END else until)


def _goes_on(before: tuple[int, int | None], now: tuple[int, int | None]) -> bool:
    """Whether two neighbouring pieces are one: the same word newly said, or the same span
    carried on."""
    if now[1] is None:
        return before == now
    return before[1] == now[1]
