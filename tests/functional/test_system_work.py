"""端末の定期の仕事 beside the day's files: what is due, when it was last done, when next."""

from __future__ import annotations

from datetime import timedelta

from pytestqt.qtbot import QtBot

from app.catalog import CATALOG
from app.functions.admin import upkeep
from app.functions.files import system_work
from app.functions.files.screens.day_files import DayFilesScreen
from app.functions.records.waiting import THROUGH, TROUBLE
from app.security.scheduled import Due
from app.security.vault import LAST_BACKUP
from tests.support.counter import Counter
from tests.support.desk import Room


def due(counter: Counter) -> dict[str, Due]:
    found = system_work.show(counter.gate, counter.world.session("supervisor"), CATALOG)
    return {one.key: one for one in found}


def note(counter: Counter, **facts: str) -> None:
    with counter.world.hands_on("store_fact") as work:
        for name, value in facts.items():
            work.set_fact(name, value)


def test_a_contact_says_when_it_was_and_that_it_is_missing(counter: Counter) -> None:
    never = due(counter)["contact"]
    assert (never.last, never.is_late) == ("", True) and never.remedy
    at = counter.world.clock.now()
    upkeep.take_peer_time(counter.world.engine_hand, at)
    assert due(counter)["contact"].last == at.isoformat()
    counter.world.later(minutes=59)
    assert not due(counter)["contact"].is_late
    counter.world.later(minutes=2)
    assert due(counter)["contact"].trouble == "1時間より長く、連絡できていません"


def test_a_backup_is_due_by_the_setting(counter: Counter) -> None:
    today = counter.world.clock.now()
    assert due(counter)["backup"].trouble == "まだ一度もありません"
    note(counter, **{LAST_BACKUP: today.isoformat()})
    line = due(counter)["backup"]
    assert (line.last, line.is_late) == (today.isoformat(), False)
    days = int(line.every.partition("日")[0])
    assert line.due == (today.date() + timedelta(days=days)).isoformat()
    counter.world.later(days=days)
    assert due(counter)["backup"].trouble == "期限です"


def test_the_month_is_closed_by_the_tenth(counter: Counter) -> None:
    """It is 16 November: October went up, or should have, and did not."""
    note(counter, **{THROUGH: "2026-10", TROUBLE: ""})
    line = due(counter)["close_month"]
    assert (line.last, line.due, line.is_late) == ("2026-10", "2026-12-01", False)
    note(counter, **{THROUGH: "2026-09"})
    line = due(counter)["close_month"]
    assert (line.last, line.due, line.is_late) == ("2026-09", "2026-11-10", True)


def test_the_copies_are_tidied_at_a_contact_once_a_day(counter: Counter) -> None:
    assert due(counter)["copies"].last == ""
    counter.contact()
    line = due(counter)["copies"]
    assert (line.last, line.due) == ("2026-11-16", "2026-11-17")
    counter.world.later(days=8)
    assert due(counter)["copies"].is_late


def test_the_page_shows_them_and_says_what_is_late(counter: Counter, qtbot: QtBot) -> None:
    note(counter, **{THROUGH: "2026-10", TROUBLE: ""})
    upkeep.take_peer_time(counter.world.engine_hand, counter.world.clock.now())
    room = Room(counter, qtbot)
    try:
        page: DayFilesScreen = room.add(DayFilesScreen(room.desk("supervisor")))
        room.until(lambda: page.schedule.rowCount() == 6)
        cells = [
            [page.schedule.item(row, column).text() for column in range(5)] for row in range(6)
        ]
        assert cells[0][0] == "保存データと操作記録のバックアップ", "what is late first"
        assert cells[0][2:] == ["まだない", "11月16日", "まだ一度もありません"]
        contact = next(one for one in cells if one[0].startswith("広域連合との連絡"))
        assert contact[2:] == ["11月16日 10:00", "次の連絡のとき", "予定どおり"]
        assert page.schedule.focusPolicy() == page.schedule.focusPolicy().NoFocus
        assert len(page.schedule.late()) == 1
    finally:
        room.operations.close()
