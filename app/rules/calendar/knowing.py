"""What a new word does to a line whose spans are kept with who said them and since when they
are known: nothing is changed, spans end on the axis of knowing and others are added beside them.

Pure, and the same for the terminal's store and the union's database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from app.rules.calendar.axes import Span, lay

AS_BEFORE = "\0"
"""As a span's value in what is said: what is known of the day before it goes on."""

ENDED = "\1"
"""As a span's value in what is said from a day on: what holds on the day before ends with that day.
What would have come after it comes at once (a limited 送付先 gives way to the one before it);
after what had no end nothing holds."""


@dataclass(frozen=True, slots=True)
class Held:
    """A span as it is kept: its number in the line, since which moment it is known, who brought
    it (``origin``, and the ``line`` of a file), which numbers it replaces and why. ``carried``:
    it only goes on saying, on fewer days, what the span it replaces said."""

    number: int
    span: Span
    known_from: str
    origin: int
    line: int = 0
    carried: bool = False
    replaces: tuple[int, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """Who says something, at which moment: a number of origin, the line of a file, why."""

    at: str
    origin: int
    line: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a word comes to: numbers that end at ``at``, and what is added. ``at`` is never
    earlier than what was known before, whatever the clock says."""

    at: str
    ended: tuple[int, ...]
    added: tuple[Held, ...]

    @property
    def news(self) -> tuple[Span, ...]:
        """The spans that say something new."""
        return tuple(held.span for held in self.added if not held.carried)


def begin(line: Iterable[Span], at: str, origin: int) -> tuple[Held, ...]:
    """A line that was never written down: known since ``at``, from ``origin``."""
    return tuple(Held(number, span, at, origin) for number, span in enumerate(line, start=1))


def tell(line: Sequence[Held], said: Iterable[Span], word: Word) -> Told:
    """Lay what is said over a line that is kept."""
    spans = [held.span for held in line]
    laid = lay(spans, [as_told(spans, span) for span in said])
    number = max((held.number for held in line), default=0)
    at = max(word.at, *(held.known_from for held in line))
    added = []
    for more, one in enumerate(laid.added, start=1):
        old = line[one.replaces[0]]
        held = Held(
            number + more,
            one.span,
            at,
            word.origin,
            word.line,
            replaces=tuple(line[place].number for place in one.replaces),
            reason=word.reason,
        )
        if one.carried:
            held = replace(held, origin=old.origin, line=old.line, carried=True, reason="")
        added.append(held)
    return Told(at, tuple(line[place].number for place in laid.ended), tuple(added))


def unsaid(line: Sequence[Held], now: Collection[int], origin: int) -> tuple[Span, ...]:
    """What held before ``origin`` spoke, on the days of which its word is what is known ``now``
    (numbers); said again, it takes that word back. ``line`` has every span, also those that are
    known no more."""
    by_number = {held.number: held for held in line}
    again = []
    for held in (one for one in line if one.number in now and one.origin == origin):
        word = held
        while word.carried:
            word = by_number[word.replaces[0]]
        for old in (by_number[number].span for number in word.replaces):
            ends = [one for one in (old.true_until, held.span.true_until) if one]
            first = max(old.true_from, held.span.true_from)
            again.append(Span(old.value, first, min(ends, default="")))
    return tuple(span for span in again if not span.is_empty)


def as_told(line: Sequence[Span], said: Span) -> Span:
    """``said`` with ``AS_BEFORE`` and ``ENDED`` put in words."""
    if said.value == ENDED:
        return _after(line, said.true_from)
    if said.value != AS_BEFORE:
        return said
    held = [span.value for span in line if span.true_from < said.true_from]
    return Span(held[-1] if held else "", said.true_from, said.true_until)


def _after(line: Sequence[Span], day: str) -> Span:
    """What holds from ``day`` when what holds on the day before ends with that day; a span of no
    day where it ends then anyway, or where nothing holds. Neighbours of one value are one."""
    at = max((place for place, span in enumerate(line) if span.true_from < day), default=-1)
    if at < 0 or not line[at].value:
        return Span("", day, day)
    value = line[at].value
    while at + 1 < len(line) and line[at + 1].value == value:
        at += 1
    until = line[at].true_until
    if until and until <= day:
        return Span("", day, day)
    return Span(line[at + 1].value if until else "", day, until)
