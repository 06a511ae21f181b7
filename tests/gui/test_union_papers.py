"""広域連合の帳票 on the screen: listed, opened, searched, a page range printed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.functions.printing.screens.union_papers import UnionPaperScreen, UnionPapersScreen
from tests.support.counter import Counter
from tests.support.desk import Room
from tests.support.line import LoopUnion, enrol
from tests.support.union_papers import parts, receive, three_pages
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        receive(opened, parts(three_pages()))
        receive(opened, parts(b"text", 1, document_id="U15-1-8", kind="manual", title="NEWS",
                              media_type="text", pages="1"))  # fmt: skip
        yield opened


@pytest.fixture
def room(world: World, qtbot: Any) -> Iterator[Room]:
    union = LoopUnion()
    enrol(world, union)
    made = Room(Counter(world, union), qtbot)
    yield made
    made.operations.close()
    made.printing.close()


def _picture(room: Room, screen: Any, name: str) -> None:
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 900)
        room.qtbot.wait(200)
        screen.grab().save(f"{folder}/{name}.png")


@pytest.mark.req("FILE-23")
def test_a_paper_is_found_looked_into_and_printed_in_part(room: Room) -> None:
    listed = room.add(UnionPapersScreen(room.desk()))
    room.until(lambda: len(listed.papers) == 2)
    listed.words.set_value("処理するリスト")
    listed.words.done.emit()
    assert [one.id for one in listed.papers] == ["U15-1-9"]
    _picture(room, listed, "union_papers")
    listed._open()
    assert room.went[-1] == ("printing.show_union_paper", {"paper_id": "U15-1-9"})
    screen = room.add(UnionPaperScreen(room.desk(), "U15-1-9"))
    room.until(lambda: screen.opened is not None)
    assert screen.said.text() == "未申告者の一覧　1 / 3 ページ"
    screen.words.set_value("均等割の軽減の判定")
    screen.words.done.emit()
    assert screen.said.text().endswith("2 / 3 ページ") and "3ページにあります" in room.said[-1]
    _picture(room, screen, "union_paper")
    screen.last.set_value("9")
    screen.print_button.click()
    room.until(lambda: bool(screen.first.error))
    assert "ページは1から3まで" in screen.first.error
    screen.last.set_value("2")
    screen.print_button.click()
    room.until(lambda: "を印刷しました" in room.said[-1])
    text = room.add(UnionPaperScreen(room.desk(), "U15-1-8"))
    room.until(lambda: text.opened is not None)
    assert not text.print_button.isEnabled()
