"""保険料の台帳 on the screen: how much, why, until when, and from the person's page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QTableWidget

from app.functions.levy.screens.ledger import PremiumLedgerScreen
from app.persons.screens.person import PersonScreen
from tests.support.counter import Counter, Resident, put_residents
from tests.support.desk import Room
from tests.support.line import LoopUnion, enrol
from tests.support.premiums import behind, decision, instalments, last_year, paid, receive
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def room(world: World, qtbot: Any) -> Iterator[Room]:
    union = LoopUnion()
    enrol(world, union)
    made = Room(Counter(world, union), qtbot)
    yield made
    made.operations.close()
    made.printing.close()


def _texts(screen: Any) -> str:
    return "\n".join(label.text() for label in screen.findChildren(QLabel))


def _cells(screen: Any, name: str) -> list[list[str]]:
    table = next(one for one in screen.findChildren(QTableWidget) if one.accessibleName() == name)
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def _picture(room: Room, screen: Any, name: str) -> None:
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 900)
        room.qtbot.wait(200)
        screen.grab().save(f"{folder}/{name}.png")


@pytest.mark.req("DATA-29")
def test_how_much_why_until_when(world: World, room: Room) -> None:
    put_residents(world, Resident(), Resident(
        id="P-2", care=True, atena_number="000000000009998", insured_number="00001237",
        household_number="000000000000078",
    ))  # fmt: skip
    receive(world, "FILE-20", decision(), last_year(decision()))
    receive(world, "FILE-07", *instalments())
    receive(world, "FILE-08", paid(1, 3500), paid(2, 3400), paid(3, 1000))
    receive(world, "FILE-09", behind(3, 2400))
    person = room.add(PersonScreen(room.desk(), "P-1"))
    room.until(lambda: person.view is not None)
    assert person.beside["levy.open_ledger"].isVisibleTo(person)
    person.beside["levy.open_ledger"].click()
    assert room.went[-1] == ("levy.open_ledger", {"person_id": "P-1"})
    screen = room.add(PremiumLedgerScreen(room.desk(), "P-1"))
    room.until(lambda: screen.ledger is not None)
    _picture(room, screen, "premium_ledger")
    said = _texts(screen)
    assert "令和8年度　27,300円" in said and "納めた額 7,900円　残り 19,400円" in said
    assert "次は 令和8年11月30日 までに 3,400円（5期、普通徴収（納付書））" in said
    assert "納期を過ぎて納められていない期が2つあります（5,800円）" in said
    why = _cells(screen, "なぜこの額か")
    assert ["医療分　所得割", "12,915円", "12,915円", "150,000円 × 8.61%"] in why
    assert ["医療分　軽減", "−35,424円", "−30,940円", "均等割の7.2割"] in why
    assert why[-1][:3] == ["保険料額", "27,300円", "26,100円"]
    lines = _cells(screen, "いつまでに納めるか")
    assert lines[0][4:7] == ["3,500円", "3,500円", "0円"] and lines[0][7].startswith("納付済み")
    assert lines[2][7] == "納期を過ぎて未納（督促済み）" and lines[4][7] == "次の納期"
    assert "8月 3,400円のうち3,400円納付" in screen.periods_picture.accessibleDescription()
    screen.earlier.click()
    assert "令和7年度　26,100円" in _texts(screen)
    hidden = room.add(PremiumLedgerScreen(room.desk(), "P-2"))
    room.until(lambda: hidden.ledger is not None)
    assert "支援措置の対象の方です" in _texts(hidden) and hidden.year is None


def test_what_contradicts_is_said_beside_the_figures(world: World, room: Room) -> None:
    put_residents(world, Resident())
    receive(world, "FILE-20", decision(medical_income="12900"))
    receive(world, "FILE-20", decision(amount="27400", medical="26700"))
    receive(world, "FILE-07", *instalments(27000))
    screen = room.add(PremiumLedgerScreen(room.desk(), "P-1"))
    room.until(lambda: screen.ledger is not None)
    _picture(room, screen, "premium_ledger_differs")
    said = _texts(screen)
    assert "医療分の所得割は決定で12,900円、計算で12,915円" in said
    assert "期割の合計 27,000円 が、決定の 27,300円と違います" in said
    assert "前と違う内容の記録が1件届いています" in said
    assert ["医療分　所得割", "12,900円", "—", "所得に応じた額"] in _cells(screen, "なぜこの額か")
