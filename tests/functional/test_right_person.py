"""The right person (issue 19 point 15): a clerk who sees only the words on the screen and knows
only what a visitor says takes her from a list full of namesakes, never the wrong one. Twenty in
``make test``, 10,000 in ``make soak``.

Each waits for the search box to settle, as a clerk does: 0.15 s for one, three seconds in all.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.persons import show
from app.persons.screens.search import SearchScreen
from app.rules.calendar.wareki import Eras, on_paper, on_screen
from tests.support import soak
from tests.support.counter import Counter, Resident, put_residents
from tests.support.desk import Room

NAMES = (
    ("髙橋　和子", "タカハシ　カズコ"),
    ("高橋　和子", "タカハシ　カズコ"),
    ("高橋　一子", "タカハシ　カズコ"),
    ("高橋　和夫", "タカハシ　カズオ"),
    ("髙橋　カズ", "タカハシ　カズ"),
)
TOWNS = ("港町", "山手", "本町")
NAME, BIRTH, ADDRESS = 2, 3, 6  # フリガナ, 生年月日, 住所


def namesakes(chance: random.Random, eras: Eras, count: int) -> list[tuple[Resident, str]]:
    """Residents with few names, birth dates and towns among them, each with her town."""
    found = []
    for at in range(count):
        name, kana = chance.choice(NAMES)
        born = date(1935, 5, 1) + timedelta(days=chance.randrange(4))
        town = chance.choice(TOWNS)
        one = Resident(
            id=f"P-{at}",
            name=name,
            kana=kana,
            birth_written=on_paper(born, eras),
            birth_sort=born.isoformat(),
            atena_number=f"{at:015d}",
            household_number=f"{at:015d}",
            insured_number=f"{at:08d}",
            written=f"見本県見本市{town}{at + 1}番地",
        )
        found.append((one, town))
    return found


class Clerk:
    """Types what she hears, reads the cells, opens the one line that has all of it, else stops."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.screen = room.add(SearchScreen(room.desk()))
        self.asked = ""

    def take(self, kana: str, birth: str, town: str) -> str:
        """Whom she opened; "" when what was said does not tell two persons apart."""
        room, screen, table = self.room, self.screen, self.screen.table
        room.went.clear()
        screen.box.setText("")
        screen.box.setText(kana)
        room.until(lambda: screen._results is not None and not screen._settle.isActive())
        rows = [
            row
            for row in range(table.rowCount())
            if self._says(row, NAME) == kana
            and self._says(row, BIRTH) == birth
            and town in self._says(row, ADDRESS)
        ]
        if len(rows) != 1:
            return ""
        table.setFocus()
        table.selectRow(rows[0])
        QTest.keyClick(table, Qt.Key.Key_Return)
        self.asked = screen.confirm.text() if not screen.confirm.isHidden() else ""
        if self.asked and town in self.asked:
            QTest.keyClick(table, Qt.Key.Key_Return)
        return str(room.went[-1][1]["person_id"]) if room.went else ""

    def _says(self, row: int, column: int) -> str:
        return str(self.screen.table.item(row, column).text())


def alike(one: Resident, others: Sequence[Resident]) -> list[Resident]:
    """Who else has her kana and her birth date."""
    return [o for o in others if o != one and (o.kana, o.birth_sort) == (one.kana, one.birth_sort)]


@pytest.mark.req("SEC-06", "SEC-07")
def test_a_clerk_who_sees_only_words_never_takes_the_wrong_person(
    counter: Counter, qtbot: Any
) -> None:
    chance = random.Random(None if soak.SOAKING else 15)
    eras = Eras(counter.tables["eras"])
    people = namesakes(chance, eras, 30)
    put_residents(counter.world, *(one for one, _town in people))
    room = Room(counter, qtbot)
    clerk = Clerk(room)
    towns = {one.id: town for one, town in people}
    opened = asked = stopped = 0
    for _ in range(soak.tries(20, 10_000)):
        her, town = chance.choice(people)
        birth = on_screen(date.fromisoformat(her.birth_sort), eras)
        taken = clerk.take(her.kana, birth, town)
        twins = alike(her, [one for one, _town in people])
        if any(towns[one.id] == town for one in twins):
            assert taken == "", "nothing that was said tells them apart"
            stopped += 1
            continue
        assert taken == her.id
        assert bool(clerk.asked) == bool(twins), "of two alike one fact more is asked for"
        opened, asked = opened + 1, asked + bool(twins)
        view = show.open_person(
            counter.world.gate,
            counter.world.session("clerk"),
            taken,
            counter.tables,
            counter.today,
            by_number=False,
            confirmed=False,
        )
        assert (view.line.name, view.line.birth) == (her.name, birth)
    assert opened and asked and stopped, "all three happen"
    room.operations.close()


def test_the_first_enter_on_one_of_two_alike_opens_nobody(counter: Counter, qtbot: Any) -> None:
    first = Resident(id="P-1")
    put_residents(
        counter.world,
        first,
        replace(first, id="P-2", atena_number="2", household_number="2", insured_number="",
                written="見本県見本市山手9番地"),
    )  # fmt: skip
    room = Room(counter, qtbot)
    screen = room.add(SearchScreen(room.desk(), text="タカハシ　タケ"))
    room.until(lambda: screen.table.rowCount() == 2)
    screen.table.setFocus()
    screen.table.selectRow(1)
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    assert room.went == [] and "ほかに1人います" in screen.confirm.text()
    assert "山手9番地" in screen.confirm.text() or "港町5番地" in screen.confirm.text()
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    assert len(room.went) == 1
    room.operations.close()


@pytest.mark.parametrize("width", [1000, 1280, 1920])
def test_an_address_is_never_cut_at_what_tells_two_apart(
    counter: Counter, qtbot: Any, width: int
) -> None:
    long = "見本県見本市見本町字大見本東一丁目二十三番地の四十五　コーポ見本東棟101号室"
    put_residents(counter.world, Resident(written=long))
    room = Room(counter, qtbot)
    screen = room.add(SearchScreen(room.desk(), text="タカハシ"))
    room.until(lambda: screen.table.rowCount() == 1)
    screen.resize(width, 720)
    needed = screen._delegate.width_of(screen.table.item(0, ADDRESS).text())
    assert screen.table.columnWidth(ADDRESS) >= needed
    if width == 1920:  # what is left over is the address's
        assert screen.table.columnWidth(ADDRESS) > screen.table.columnWidth(8) * 3
    room.operations.close()
