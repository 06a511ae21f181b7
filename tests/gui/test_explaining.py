"""割合の理由: what is read aloud, from when to when, what could change it; the clerk's
text is for saying only where the others of the household agreed that day."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from sqlalchemy import update

from app.cases.screens.explaining import ExplainScreen
from app.core.canon import canonical_json
from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.ledgers.book import Place
from app.ui.base.names import TextBlock
from db.tables.cases import decision
from db.tables.persons import person
from tests.support.counter import Counter, Resident, counter_in, put_residents
from tests.support.desk import Room
from tests.support.ledger_examples import typed

GROUNDS = {"copay": [], "paper": "recent_use",
           "use": {"registered": True, "last_year": 12, "last_3_months": 2}}  # fmt: skip
CLERK = "課税所得の最高（夫）30万円 ≧ 28万円\n→ 2割、一般Ⅱ"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path) as made:
        yield made


@pytest.fixture
def room(counter: Counter, qtbot: Any) -> Iterator[Room]:
    made = Room(counter, qtbot)
    yield made
    made.operations.close()
    made.printing.close()


def _texts(screen: Any) -> str:
    labels = [one.text() for one in screen.findChildren(QLabel)]
    return "\n".join((*labels, *(one.text() for one in screen.findChildren(TextBlock))))


def opened(room: Room, person_id: str) -> ExplainScreen:
    screen = room.add(ExplainScreen(room.desk(), person_id))
    room.until(lambda: screen.view is not None)
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 900)
        room.qtbot.wait(200)
        screen.grab().save(f"{folder}/explain-{person_id}-{screen.consent_button.isHidden()}.png")
    return screen


@pytest.mark.req("SEC-94")
def test_two_texts_and_the_consent_between_them(counter: Counter, room: Room) -> None:
    counter.issued()
    (her,) = [row.id for row in counter.rows(person)]
    world = counter.world
    (said,) = [row.record for row in counter.rows(decision) if '"copay_ratio":"2"' in row.record]
    with world.hands_on("decision") as work:
        record = {**json.loads(said), "grounds": canonical_json(GROUNDS), "grounds_clerk": CLERK}
        work.run(update(decision).values(record=canonical_json(record)))
    screen = opened(room, her)
    said = _texts(screen)
    assert "窓口でのお支払いは 2割です。" in said and "読み上げないでください" in said
    assert "令和9年7月31日まで" in said and "所得の申告・更正" in said
    assert "世帯分離" not in said
    assert "マイナ保険証の利用登録 あり。利用 この1年 12回、この3か月 2回。" in said
    seen = screen.for_visitor()
    assert seen is not None and "30万円" not in seen.text  # nobody else's figure
    screen.consent_button.click()
    assert room.went[-1] == ("records.write_contacts", {"person_id": her})
    step = LEDGERS["contacts"].steps[0]
    cells = typed(step, consent="present", contact_with="夫", next="none")
    prepared = book.prepare_entry(
        world.gate, world.session("clerk"), LEDGERS["contacts"],
        Place("", step.code, person=her), cells,
    )  # fmt: skip
    book.perform_entry(world.gate, prepared, world.approvals(prepared))
    screen = opened(room, her)
    assert "説明に使えます：同じ世帯の方が同席し、説明してよいと言った（夫、" in _texts(screen)
    assert screen.consent_button.isHidden()
    world.later(days=1)  # tomorrow it is asked again
    world.sessions.get(world.session("clerk")).verified_at = world.clock.monotonic()
    assert "読み上げないでください" in _texts(opened(room, her))


def test_without_a_decision_it_says_whom_to_ask(counter: Counter, room: Room) -> None:
    put_residents(counter.world, Resident())
    assert "広域連合に理由を尋ねてください" in _texts(opened(room, "P-1"))
