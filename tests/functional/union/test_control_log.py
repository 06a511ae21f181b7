"""The municipal control log at the union: put in order, each row once (decision 025)."""

from __future__ import annotations

import pytest

from app.wire.control import BYTES_AT_ONCE, ControlHead, follow_rows, origin, portion
from app.wire.heads import Head
from app.wire.protocol import Cause
from app.wire.statements import open_signed
from tests.support.union_terminal import RefusedError, UnionTerminal

TOWN = "152994"


@pytest.fixture(scope="module")
def desks(union):
    """Two terminals of one municipality that share a log of three rows."""
    pair = [UnionTerminal(union, name=f"窓口C{number}").enrol() for number in (1, 2)]
    add(pair[0], origin(TOWN), b"genesis", b"second", b"third")
    yield pair
    for one in pair:
        one.close()


def add(desk, place: Head, *rows: bytes):
    known = getattr(desk, "journal_head", None)
    since = {} if known is None else {"since": known}
    answer = desk.contact(**since, control=place.number, control_hash=place.hash, control_rows=rows)
    desk.journal_head = answer.head.head
    said = open_signed(ControlHead, answer.control_head, desk.union_keys)
    return answer, said


def behind(desk, place: Head | None = None):
    answer, said = add(desk, place or origin(TOWN))
    return [(row.position, row.body) for row in answer.control], said


def test_rows_of_one_desk_reach_the_other_in_the_union_s_order(desks):
    first, second = desks
    rows, said = behind(second)
    assert rows == [(1, b"genesis"), (2, b"second"), (3, b"third")]
    assert said.head == follow_rows(origin(TOWN), (body for _, body in rows))
    assert said.municipality == TOWN
    assert said.at.startswith("2026-11-20")
    _, grown = add(second, said.head, b"of the second")
    assert grown.head == follow_rows(said.head, (b"of the second",))
    assert behind(first, said.head)[0] == [(4, b"of the second")]


def test_a_row_told_twice_is_kept_once(desks):
    """The answer was lost: the terminal tells it again from the place that it knows."""
    _, said = behind(desks[0])
    _, grown = add(desks[0], said.head, b"told twice")
    rows, again = behind(desks[0], said.head)
    assert rows == [(grown.position, b"told twice")]
    assert add(desks[0], said.head, b"told twice")[1].head == again.head
    assert add(desks[0], again.head, b"told twice")[1].head == again.head


def test_who_has_not_applied_everything_adds_nothing_and_learns_what_is_missing(desks):
    """Two desks at once: the second one's row is kept behind the first one's, or not at all."""
    _, said = behind(desks[0])
    add(desks[0], said.head, b"of the faster one")
    answer, now = add(desks[1], said.head, b"of the slower one")
    assert [row.body for row in answer.control] == [b"of the faster one"]
    assert now.position == said.position + 1
    assert add(desks[1], now.head, b"of the slower one")[1].position == said.position + 2


@pytest.mark.parametrize(
    "elsewhere", [Head(2, bytes(32)), Head(9_999, bytes(32)), Head(0, bytes(32))]
)
def test_a_terminal_with_another_log_gets_nothing_adds_nothing_and_is_named(
    union, desks, elsewhere
):
    _, before = behind(desks[0])
    answer, said = add(desks[0], elsewhere, b"beside")
    assert answer.control == ()
    assert said.head == before.head
    named = [one for one in union.first.act("log") if one["act"] == "control_fork"]
    assert named[-1]["subject"] == desks[0].id


def test_another_municipality_has_a_log_of_its_own(union, desks):
    other = UnionTerminal(union, municipality="152986", name="窓口C9").enrol()
    answer, said = add(other, origin("152986"))
    assert (answer.control, said.position) == ((), 0)
    assert add(other, behind(desks[0])[1].head, b"foreign")[1].position == 0
    other.close()


@pytest.mark.parametrize(
    "said",
    [
        {"control_hash": b"short"},
        {"control_rows": (b"row",)},  # without the place that it is to stand behind
        {"control_hash": bytes(32), "control_rows": (b"",)},
        {"control_hash": bytes(32), "control_rows": (b"row",) * 1_001},
    ],
)
def test_a_contact_of_another_form_is_refused(desks, said):
    with pytest.raises(RefusedError) as refused:
        desks[0].contact(desks[0].journal_head, **said)
    assert refused.value.cause is Cause.MALFORMED


def test_a_contact_carries_so_many_bytes_and_always_one_row():
    half = bytes(BYTES_AT_ONCE // 2)
    assert portion([half, half, b"more"]) == (half, half)
    assert portion([bytes(BYTES_AT_ONCE + 1), b"more"]) == (bytes(BYTES_AT_ONCE + 1),)
    assert len(portion([b"row"] * 2_000)) == 1_000
    assert portion([]) == ()
