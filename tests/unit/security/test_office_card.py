"""What an office shows: what can be printed, and which card counts on which day."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.core.clock import JST
from app.core.errors import UserError
from app.security.control.deeds import OfficeCard
from app.security.control.done import Done
from app.security.control.offices import check, put
from app.security.control.state import ControlState

DAY = date(2026, 11, 16)
CARD = OfficeCard(
    "本庁",
    DAY,
    "見本市役所　保険年金課",
    "000-000-0000",
    "平日 8時30分〜17時15分",
    "見本市長　見本　太郎",
    "",
    b"",
    "（公印省略）",
)


def png(width: int, height: int, size: int = 0) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
    return (head + struct.pack(">II", width, height) + bytes(9)).ljust(size, b"\0")


def done(number: int, day: date = DAY) -> Done:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=JST)
    return Done("S201", "S202", "T01", 1, bytes([number]) * 16, at, number)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "　"}, "name"),
        ({"phone": ""}, "phone"),
        ({"issuer": ""}, "issuer"),
        ({"name": "あ" * 41}, "name"),
        ({"hours": "午前\n午後"}, "hours"),
        ({"deputy": "\u202e代理"}, "deputy"),
        ({"omission": ""}, "omission"),
        ({"seal": b"GIF89a"}, "seal"),
        ({"seal": png(149, 149)}, "seal"),
        ({"seal": png(2001, 2001)}, "seal"),
        ({"seal": png(300, 376)}, "seal"),
        ({"seal": png(300, 300, 200_001)}, "seal"),
    ],
)
def test_what_cannot_be_printed_is_refused_at_its_field(
    changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(UserError) as refused:
        check(replace(CARD, **changed))
    assert (refused.value.code, refused.value.field) == (f"office.{field}", field)


@pytest.mark.parametrize("seal", [b"", png(150, 150), png(300, 375, 200_000)])
def test_what_can_be_printed_is_taken(seal: bytes) -> None:
    check(replace(CARD, seal=seal, omission="" if seal else CARD.omission))


@pytest.mark.parametrize("days", [-15, 367])
def test_no_card_begins_long_before_its_act_or_more_than_a_year_later(days: int) -> None:
    with pytest.raises(UserError) as refused:
        put(ControlState(), replace(CARD, since=DAY + timedelta(days=days)), done(1))
    assert refused.value.code == "office.since"


def test_the_card_of_a_day_is_the_latest_beginning_and_of_those_the_last_signed() -> None:
    state = ControlState()
    put(state, CARD, done(1))
    put(state, replace(CARD, since=DAY + timedelta(days=10), name="移転後"), done(2))
    put(state, replace(CARD, name="訂正"), done(3))
    put(state, replace(CARD, place="支所", name="支所の窓口"), done(4))

    def name(place: str, day: date) -> str:
        found = state.office_card(place, day)
        return found.card.name if found is not None else ""

    assert name("本庁", DAY - timedelta(days=1)) == ""
    assert name("本庁", DAY) == "訂正"
    assert name("本庁", DAY + timedelta(days=10)) == "移転後"
    assert name("支所", DAY) == "支所の窓口"
    assert name("どこか", DAY) == ""


def test_a_draft_of_the_state_leaves_the_cards_of_the_other_alone() -> None:
    state = ControlState()
    draft = state.draft()
    put(draft, CARD, done(1))
    assert state.offices == {}
    assert draft.office_card("本庁", DAY) is not None
