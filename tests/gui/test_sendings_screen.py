"""送信の確認: two persons confirm by the keyboard; the screen says whose turn it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog, QLabel

from app.functions.files.screens.sendings import SendingsScreen
from app.sync import outbox as outgoing
from app.sync.states import Outgoing
from tests.support.counter import Counter
from tests.support.desk import Room
from tests.support.line import CODES, LoopUnion, enrol
from tests.support.sending_examples import handlers_of_files
from tests.support.sendings import act_of, sample, sending
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        handlers_of_files(opened)
        yield opened


@pytest.fixture
def room(world: World, qtbot: Any) -> Iterator[Room]:
    union = LoopUnion()
    enrol(world, union)
    made = Room(Counter(world, union), qtbot)
    yield made
    made.operations.close()
    made.printing.close()


def _prepared(world: World, *files: str) -> list[str]:
    with world.hands_on("outbox", "store_fact") as work:
        act = act_of(world, work)
        return [outgoing.prepare(act, one, list(sample(one)), codes=CODES) for one in files]


def _texts(screen: Any) -> str:
    return "\n".join(label.text() for label in screen.findChildren(QLabel))


@pytest.mark.req("SEC-114")
def test_two_persons_confirm_by_enter(world: World, room: Room) -> None:
    first, second = _prepared(world, "FILE-06", "FILE-13")
    screen = room.add(SendingsScreen(room.desk()))
    room.until(lambda: len(screen.lines) == 2)
    assert "あなたの確認を待っている送信が 2件" in _texts(screen)
    assert screen.table.item(0, 6).text() == "確認待ち（あと 2 人）"
    assert screen.table.item(0, 3).text() == "（初めて）"
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 800)
        room.qtbot.wait(200)
        screen.grab().save(f"{folder}/sendings.png")
    screen._confirm()
    room.until(lambda: screen.lines[0].missing == 1)
    assert "もう一人の確認" in room.said[-1]
    assert not screen.confirm.isEnabled()
    assert "別の職員の確認を待っています" in _texts(screen)
    other = room.add(SendingsScreen(room.desk("branch")))
    room.until(lambda: len(other.lines) == 2)
    other._confirm()
    room.until(lambda: other.lines[0].state is Outgoing.CONFIRMED)
    assert sending(world, first).confirmed_by == "S101 " + room.desk("branch").session.staff_id
    assert sending(world, second).state == Outgoing.PREPARED


def test_a_sending_is_withdrawn_with_a_reason(
    world: World, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only,) = _prepared(world, "FILE-13")
    screen = room.add(SendingsScreen(room.desk()))
    room.until(lambda: len(screen.lines) == 1)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("", False))
    screen._withdraw()
    assert sending(world, only).state == Outgoing.PREPARED
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("作り直すため", True))
    screen._withdraw()
    room.until(lambda: screen.lines == ())
    assert sending(world, only).state == Outgoing.WITHDRAWN
    assert "確認を待っている送信はありません" in _texts(screen)
