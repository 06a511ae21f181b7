"""Two time axes as a rule of values: any sayings, laid one over the other, equal a calendar that
is filled in by hand."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar.axes import Span, lay, whole

DAYS = tuple(f"2026-01-{day:02d}" for day in range(1, 13))
BEFORE, AFTER = "1900-01-01", "2100-01-01"
ASKED = (BEFORE, *DAYS, AFTER)


@st.composite
def spans(draw):
    return Span(
        draw(st.sampled_from(("", "a", "b", "c"))),
        draw(st.sampled_from(("", *DAYS))),
        draw(st.sampled_from(("", *DAYS))),
    )


sayings = st.lists(st.lists(spans(), max_size=3), max_size=6)


def by_hand(said):
    """Each day's value: the last saying that speaks of it."""
    found = dict.fromkeys(ASKED, "")
    for saying in said:
        for span in saying:
            for day in ASKED:
                if span.true_from <= day and (not span.true_until or day < span.true_until):
                    found[day] = span.value
    return found


def laid(line, saying):
    """The line after a saying."""
    found = lay(line, saying)
    kept = [span for at, span in enumerate(line) if at not in found.ended]
    return sorted((*kept, *(one.span for one in found.added)), key=lambda one: one.true_from)


def assert_whole(line):
    assert line[0].true_from == "" and line[-1].true_until == ""
    assert all(one.true_until == other.true_from != "" for one, other in pairwise(line))
    assert not any(span.is_empty for span in line)


@given(sayings)
def test_laying_equals_filling_in_a_calendar(said):
    line = list(whole(()))
    for saying in said:
        line = laid(line, saying)
        assert_whole(line)
    expected = by_hand(said)
    for day in ASKED:
        assert [span.value for span in line if span.holds_on(day)] == [expected[day]]


@given(sayings)
def test_what_is_said_twice_is_nothing_new(said):
    line = list(whole(()))
    for saying in said:
        line = laid(line, saying)
        again = lay(line, [span for span in saying[-1:] if not span.is_empty])
        assert (again.ended, again.added) == ((), ())


@given(sayings)
def test_what_is_added_names_what_it_replaces(said):
    line = list(whole(()))
    for saying in said:
        found = lay(line, saying)
        assert {place for one in found.added for place in one.replaces} == set(found.ended)
        for one in found.added:
            old = [line[place] for place in one.replaces]
            if one.carried:
                assert [span.value for span in old] == [one.span.value]
            else:
                assert all(span.value != one.span.value for span in old)
        line = laid(line, saying)


def test_a_correction_in_the_middle_carries_both_ends_on():
    found = lay([Span("a")], [Span("b", "2026-01-05", "2026-01-08")])
    assert [(one.span.value, one.carried, one.replaces) for one in found.added] == [
        ("a", True, (0,)),
        ("b", False, (0,)),
        ("a", True, (0,)),
    ]


def test_one_word_over_several_spans_is_one_span():
    line = [Span("a", "", "2026-01-05"), Span("b", "2026-01-05")]
    found = lay(line, [Span("c", "2026-01-02")])
    assert [(one.span, one.replaces) for one in found.added] == [
        (Span("a", "", "2026-01-02"), (0,)),
        (Span("c", "2026-01-02"), (0, 1)),
    ]


@given(st.lists(spans(), max_size=3))
def test_gaps_of_a_line_say_that_nothing_holds(said):
    apart = []
    for span in said:
        days = [day for day in ASKED if span.holds_on(day)]
        if not any(one.holds_on(day) for one in apart for day in days):
            apart.append(span)
    line = whole(apart)
    assert_whole(line)
    for day in ASKED:
        told = [span.value for span in apart if span.holds_on(day)]
        assert [span.value for span in line if span.holds_on(day)] == (told or [""])
