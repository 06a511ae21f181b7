"""The slip says what a kind declares, and asks for nothing that a kind need not have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.cases.about import Newcomer
from app.cases.drafts import KeyedCase
from app.cases.kind import CaseKind
from app.cases.slips import At, slip_data
from app.cases.state import CaseState
from app.functions.eligibility.kinds.move_in import MOVE_IN
from tests.support.counter import ENTRY
from tests.support.world import shared_tables

COUNTER = At(datetime(2026, 11, 16, 10, 5, tzinfo=UTC), "見本市役所", "000-000-0000")


def case_of(kind: CaseKind, values: dict[str, str]) -> KeyedCase:
    return KeyedCase("T01-1-000001", kind, CaseState.WAITING, None, values, "", False, "", 1)


def test_what_was_keyed_stands_in_words() -> None:
    data = slip_data(case_of(MOVE_IN, dict(ENTRY)), shared_tables(), COUNTER)
    assert (data.name, data.name_kana) == (ENTRY["name"], ENTRY["kana"])
    assert (data.notified_on, data.notifier) == ("令和8年11月16日", "同一世帯員")
    assert data.accepted_at == "令和8年11月16日 10時05分"


def test_a_kind_with_other_fields_has_its_slip_too() -> None:
    """Neither day, notifier nor delivery is asked for, and whom it is about is called otherwise."""
    kind = replace(MOVE_IN, about=Newcomer("guest", "guest_kana", "guest_birth"), pages=())
    entry = {"guest": "見本　花子", "guest_kana": "ミホン　ハナコ"}
    data = slip_data(case_of(kind, entry), shared_tables(), COUNTER)
    assert (data.name, data.name_kana) == ("見本　花子", "ミホン　ハナコ")
    assert (data.notified_on, data.notifier, data.delivery) == ("なし", "なし", "なし")
