"""電子媒体 at the screen: from a stick that was just plugged in to the wipe, by keys alone."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog, QLabel

from app.functions.files.media_steps import Do
from app.functions.files.screens.media import LedgerScreen, MediaScreen
from app.functions.files.screens.media_forms import (
    AllowMediaScreen,
    ApproveMediaScreen,
    DisposeMediumScreen,
    RegisterMediumScreen,
)
from app.functions.files.screens.sendings import SendingsScreen
from app.ui.base.desk import Desk
from db.tables.exchange import sending_sample
from db.tables.media import medium, medium_approval
from tests.support.counter import Counter
from tests.support.desk import Room
from tests.support.media_room import ADMINISTRATOR, DAILY, HANDLER, NAME, MediaRoom
from tests.support.sendings import rows, sample
from tests.support.sticks import stick_in
from tests.support.world import world_in


@pytest.fixture
def room(tmp_path: Path) -> Iterator[MediaRoom]:
    with world_in(tmp_path) as world:
        made = MediaRoom(world, tmp_path)
        made.set_up()
        yield made


class Hall(Room):
    """The desk of the media terminal: second persons answer at once."""

    def __init__(self, media: MediaRoom, qtbot: Any) -> None:
        self.media = media
        counter = Counter(media.world, media.union)
        super().__init__(counter, qtbot)

    def desk(self, who: str = HANDLER) -> Desk:
        return dataclasses.replace(
            super().desk(who), media=self.media.media, engine=self.media.engine
        )


@pytest.fixture
def hall(room: MediaRoom, qtbot: Any) -> Iterator[Hall]:
    made = Hall(room, qtbot)
    yield made
    made.operations.close()
    made.printing.close()


def texts(screen: Any) -> str:
    """Everything that the screen says."""
    return "\n".join(label.text() for label in screen.findChildren(QLabel))


def cells(table: Any) -> list[list[str]]:
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_from_a_new_file_to_the_wipe_by_enter(room: MediaRoom, hall: Hall) -> None:
    room.stick.put_file(NAME, room.courier.sealed())
    screen = hall.add(MediaScreen(hall.desk()))
    assert [line.do for line in screen.lines] == [Do.SCAN]
    screen._next()
    hall.until(lambda: [line.do for line in screen.lines] == [Do.MOVE_IN])
    screen._next()
    hall.until(lambda: [line.do for line in screen.lines] == [Do.NOTHING])
    assert "移入しました" in hall.said[-1] and "消去しました" in hall.said[-1]
    assert room.stick.names() == []
    ledger = hall.add(LedgerScreen(hall.desk()))
    ((*_, wiped),) = cells(ledger.table)
    assert wiped.startswith("消去済み")


def test_without_a_scanner_the_check_is_said_by_hand(room: MediaRoom, hall: Hall) -> None:
    room.media._scanner = None
    room.stick.put_file(NAME, room.courier.sealed())
    screen = hall.add(MediaScreen(hall.desk()))
    screen._next()
    assert "手で検査した" in texts(screen)
    assert room.uses() == []
    screen.by_hand.click()
    hall.until(lambda: [line.do for line in screen.lines] == [Do.MOVE_IN])
    assert room.uses()[0].scan == "by_hand"


def test_what_cannot_be_used_says_why_and_leads_to_what_mends_it(
    room: MediaRoom, hall: Hall
) -> None:
    fresh = stick_in(room.folder, "NEW-1")
    room.port.sticks = [fresh]
    screen = hall.add(MediaScreen(hall.desk()))
    assert [line.do for line in screen.lines] == [Do.REGISTER]
    assert "この媒体は登録されていません" in texts(screen)
    screen._next()
    assert hall.went == [("files.register_medium", {"serial": "NEW-1"})]
    room.port.sticks = []
    screen.load()
    hall.settle()
    assert "媒体が差さっていません" in texts(screen)


@pytest.mark.req("SEC-114", "SEC-94")
def test_who_confirms_what_was_moved_in_sees_some_of_it(room: MediaRoom, hall: Hall) -> None:
    """Three records by chance, codes in their words, without 個人番号 and without anybody under
    support measures; they go when the second person has confirmed."""
    for who in (HANDLER, "branch"):
        for function_id in ("files.show_sendings", "files.confirm_sending"):
            room.world.add_grant(who, function_id)
    shown, other = sample(DAILY)
    records = [replace(shown, support_measure="1", name="支援 太郎"), *[shown] * 40, other]
    room.stick.put_file(NAME, room.courier.sealed(records=records))
    room.taken_in()
    screen = hall.add(SendingsScreen(hall.desk()))
    hall.until(lambda: not screen.samples.isHidden())
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 800)
        screen.grab().save(f"{folder}/samples.png")
    told = cells(screen.samples.table)
    by_item = {row[0]: row[1:4] for row in told}
    assert len(rows(room.world, sending_sample)) == 3
    assert shown.name in by_item["氏名"] and "支援 太郎" not in str(told)
    assert set(by_item["性別"]) <= {"男", "女"}
    assert "個人番号" not in by_item and shown.my_number not in str(told)
    assert "42件のうち 3件" in texts(screen)
    screen._confirm()
    hall.until(lambda: screen.lines[0].missing == 1)
    assert len(rows(room.world, sending_sample)) == 3
    second_one = hall.add(SendingsScreen(hall.desk("branch")))
    hall.until(lambda: len(second_one.lines) == 1)
    second_one._confirm()
    hall.until(lambda: second_one.lines[0].missing == 0)
    assert rows(room.world, sending_sample) == []
    assert second_one.samples.isHidden()


def test_an_owed_wipe_is_called_first_and_done_by_enter(room: MediaRoom, hall: Hall) -> None:
    room.move_out(room.delivered())
    screen = hall.add(MediaScreen(hall.desk()))
    assert "受渡し中のファイルが 1件あります" in texts(screen)
    at = [line.do for line in screen.lines].index(Do.WIPE)
    screen.table.selectRow(at)
    screen._next()
    hall.until(lambda: Do.WIPE not in [line.do for line in screen.lines])
    assert room.stick.names("out") == []


def second(hall: Hall, screen: Any, staff_id: str, qtbot: Any) -> None:
    """Answer the dialog that asks for the second person."""
    qtbot.waitUntil(lambda: bool(screen.findChildren(QInputDialog)), timeout=10_000)
    dialog = screen.findChildren(QInputDialog)[-1]
    dialog.setTextValue(staff_id)
    dialog.accept()
    hall.settle()


def test_a_medium_is_registered_with_a_supervisor(room: MediaRoom, hall: Hall, qtbot: Any) -> None:
    fresh = stick_in(room.folder, "NEW-1")
    room.port.sticks.append(fresh)
    screen = hall.add(RegisterMediumScreen(hall.desk(ADMINISTRATOR), serial="NEW-1"))
    screen.button.click()
    hall.until(lambda: bool(screen.label.error))
    screen.label.set_value("M-07")
    screen.encrypts.set_value("yes")
    screen.button.click()
    second(hall, screen, "S201", qtbot)
    hall.until(lambda: ("files.show_media", {}) in hall.went)
    assert "M-07" in [row.label for row in rows(room.world, medium)]
    assert any("機器の番号 NEW-1" in sentence for sentence in hall.touch.sentences)


def test_an_approval_names_a_wrong_day_at_its_field(
    room: MediaRoom, hall: Hall, qtbot: Any
) -> None:
    given = {
        "medium_id": room.medium_id,
        "direction": "in",
        "file_id": "FILE-03",
        "label": "M-1",
    }
    screen = hall.add(ApproveMediaScreen(hall.desk(), **given))
    screen.until.set_value("R9.3.31")
    screen.button.click()
    hall.until(lambda: "31日以内" in screen.until.error)
    screen.until.set_value("いつか")
    screen.button.click()
    hall.until(lambda: bool(screen.until.error) and "31日以内" not in screen.until.error)
    screen.until.set_value("R8.11.20")
    screen.button.click()
    second(hall, screen, "S202", qtbot)
    hall.until(lambda: ("files.show_media", {}) in hall.went)
    assert rows(room.world, medium_approval)[-1].valid_to == "2026-11-20"
    assert rows(room.world, medium_approval)[-1].approved_by == "S202"


def test_the_terminal_and_the_end_of_a_medium(room: MediaRoom, hall: Hall, qtbot: Any) -> None:
    end = hall.add(
        DisposeMediumScreen(hall.desk(ADMINISTRATOR), medium_id=room.medium_id, label="M-1")
    )
    end.how.set_value("破砕")
    end.button.click()
    second(hall, end, "S201", qtbot)
    hall.until(lambda: bool(hall.said))
    assert rows(room.world, medium)[0].disposed_how == "破砕"
    allow = hall.add(AllowMediaScreen(hall.desk(ADMINISTRATOR)))
    allow.allowed.set_value("0")
    allow.button.click()
    second(hall, allow, "S201", qtbot)
    hall.until(lambda: ("home", {}) in hall.went)
