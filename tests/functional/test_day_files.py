"""当日のファイル: what is due, confirmed by two, sent, answered, stuck; and lists that are work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from app.cases import board, check_list
from app.cases.delivered import WORDS
from app.cases.screens.checks import CheckListScreen
from app.core.errors import UserError
from app.functions.files import day_acts, day_files, recalls, sendings
from app.functions.files.day_files import DayFile, Step
from app.functions.files.screens.day_files import DayFilesScreen
from app.security.refusals import Refusal
from app.sync.faults import line_fault
from app.sync.states import Incoming
from app.wire.statements import Recalled
from db.tables.cases import check_entry, delivered_list
from db.tables.exchange import inbox, outbox
from tests.functional.test_day_board import put_file
from tests.support.counter import Counter
from tests.support.desk import Room
from tests.support.list_examples import put_list, put_set_aside
from tests.support.sendings import prepared, sample


def lines(counter: Counter, who: str = "supervisor") -> dict[str, DayFile]:
    found = day_files.show(counter.gate, counter.world.session(who))
    return {one.key: one for one in found}


def on_board(counter: Counter) -> dict[str, Any]:
    found = board.lines(counter.gate, counter.world.session("supervisor"), counter.world.catalog)
    return {one.key: one for one in found}


def confirm(counter: Counter, key: str, who: str) -> bool:
    if not counter.world.holds(counter.world.staff_id(who), "files.confirm_sending"):
        counter.world.add_grant(who, "files.confirm_sending")
    act = sendings.prepare_confirm(counter.gate, counter.world.session(who), key)
    return sendings.perform_confirm(counter.gate, act, counter.approvals(act))


def change(counter: Counter, key: str, **values: Any) -> None:
    with counter.world.hands_on("outbox") as work:
        work.run(update(outbox).where(outbox.c.id == key).values(**values))


class TestSent:
    @pytest.mark.req("SEC-98")
    def test_it_stays_until_the_union_accepted_it_and_says_who_confirmed_it(
        self, counter: Counter
    ) -> None:
        key = prepared(counter.world, "FILE-03")
        assert lines(counter)[key].step is Step.CONFIRM
        assert on_board(counter)[key].holds_day
        assert not confirm(counter, key, "clerk")
        once = lines(counter)[key]
        assert once.state == "確認待ち" and len(once.confirmed_by) == 1
        counter.contact()
        assert counter.union.taken == [], "one person is not two"
        assert confirm(counter, key, "supervisor")
        assert lines(counter)[key].state == "送信待ち"
        counter.contact()
        done = lines(counter)[key]
        assert (done.state, done.step) == ("受理", Step.NOTHING) and done.settled_at
        assert len(done.confirmed_by) == 2 and key not in on_board(counter)

    def test_the_last_one_is_told_beside_it(self, counter: Counter) -> None:
        first = prepared(counter.world, "FILE-03")
        change(counter, first, state="accepted", record_count=1200, settled_at="2026-11-15T09:00")
        counter.world.later(minutes=5)
        second = prepared(counter.world, "FILE-03")
        assert lines(counter)[second].before == 1200

    def test_a_cases_sending_is_its_cases(self, counter: Counter) -> None:
        sent = counter.sent()
        assert sent.outbox_id not in lines(counter)
        with pytest.raises(UserError) as of_case:
            day_acts.settle(
                counter.gate,
                counter.world.session("supervisor"),
                sent.outbox_id,
                "not_needed",
                counter.tables,
            )
        assert of_case.value.code == "files.of_a_case" and sent.case_id in of_case.value.message


class TestRejected:
    def test_it_stays_until_somebody_says_what_became_of_it(self, counter: Counter) -> None:
        """Before, a daily file that the union did not take left the board at once."""
        key = prepared(counter.world, "FILE-03")
        change(
            counter,
            key,
            state="rejected",
            last_cause="件数が違います",
            settled_at="2026-11-10T09:00:00+09:00",
        )
        line = on_board(counter)[key]
        assert line.cause == "件数が違います" and line.holds_day
        session = counter.world.session("supervisor")
        with pytest.raises(UserError) as too_early:
            day_acts.settle(counter.gate, session, key, "corrected", counter.tables)
        assert too_early.value.code == "files.no_correction"
        with pytest.raises(UserError) as strange:
            day_acts.settle(counter.gate, session, key, "forgotten", counter.tables)
        assert strange.value.code == "files.disposition"
        counter.world.later(minutes=1)
        corrected = prepared(counter.world, "FILE-03")
        change(counter, corrected, state="accepted", settled_at="2026-11-16T10:30:00+09:00")
        day_acts.settle(counter.gate, session, key, "corrected", counter.tables)
        assert key not in on_board(counter)
        row = next(one for one in counter.rows(outbox) if one.id == key)
        assert (row.disposition, row.disposed_by) == ("corrected", session.staff_id)
        with pytest.raises(UserError) as again:
            day_acts.settle(counter.gate, session, key, "not_needed", counter.tables)
        assert again.value.code == "files.not_rejected"


class TestRecalled:
    """FLOW of a sending that was accepted and is wrong: two persons, a reason, the union's word."""

    @pytest.mark.req("SEC-114", "SEC-98")
    @pytest.mark.parametrize(
        ("word", "state"),
        [
            (Recalled.RECALLED, "回収された"),
            (Recalled.USED, "回収できず（使用済み）"),
            (Recalled.UNKNOWN, "回収できず（受領なし）"),
        ],
    )
    def test_two_persons_ask_it_back_and_it_stays_until_the_corrected_one_is_there(
        self, counter: Counter, word: Recalled, state: str
    ) -> None:
        gate, world = counter.gate, counter.world
        counter.union.recalls_as = word
        key = prepared(world, "FILE-13")
        for who in ("clerk", "supervisor"):
            confirm(counter, key, who)
            world.add_grant(who, "files.recall_sending")
        with pytest.raises(UserError) as early:
            recalls.prepare_recall(gate, world.session("clerk"), key, "違う月")
        assert early.value.code == "recall.not_accepted"
        counter.contact()
        assert lines(counter)[key].may_recall
        with pytest.raises(UserError) as silent:
            recalls.prepare_recall(gate, world.session("clerk"), key, "　")
        assert silent.value.code == "recall.no_reason"
        act = recalls.prepare_recall(gate, world.session("clerk"), key, "違う月")
        with pytest.raises(Refusal):
            recalls.perform_recall(gate, act, [world.own(act)])  # nobody does it alone
        recalls.perform_recall(gate, act, world.approvals(act))
        assert lines(counter)[key].state == "回収を依頼中"
        world.later(minutes=5)
        counter.contact()
        (asked,) = counter.union.recalled
        assert len(asked.asked_by) == 2 and asked.reason == "違う月"
        told = lines(counter)[key]
        assert (told.state, told.step) == (state, Step.SETTLE) and key in on_board(counter)
        counter.contact()
        assert len(counter.union.recalled) == 1, "answered once"
        session = world.session("supervisor")
        day_acts.settle(gate, session, key, "not_needed", counter.tables)
        assert key not in on_board(counter)


class TestStuck:
    def test_what_fails_again_and_again_is_named_with_what_to_do(self, counter: Counter) -> None:
        key = prepared(counter.world, "FILE-03")
        for who in ("clerk", "supervisor"):
            confirm(counter, key, who)

        def cut(name: str) -> None:
            if name == "start_upload":
                raise line_fault("unreachable")

        counter.union.before = cut
        for _ in range(day_files.STUCK_TRIES):
            assert not lines(counter)[key].stuck
            counter.world.later(minutes=15)
            counter.engine.contact()
            change(counter, key, prepared_at=counter.world.clock.now().isoformat())
        stuck = lines(counter)[key]
        assert stuck.state == "止まっている" and "回線" in stuck.next_step and stuck.cause
        assert on_board(counter)[key].state == "止まっている"

    def test_what_rests_too_long_is_stuck(self, counter: Counter) -> None:
        put_file(counter.world, "union-7", 1, Incoming.FETCHING)
        with counter.world.hands_on("inbox") as work:
            work.run(
                update(inbox).values(announced_at="2026-11-16T09:30:00+09:00", offset=1, size=4)
            )
        fetching = lines(counter)["union-7"]
        assert (fetching.state, fetching.progress) == ("受信中", 25)
        counter.world.later(hours=1)
        assert lines(counter)["union-7"].stuck and "union-7" in on_board(counter)
        assert "due.FILE-17" not in lines(counter), "it is on its way: one line says so"


class TestDue:
    """SEC-118: nothing arrived today, and older than one business day."""

    def applied(self, counter: Counter, at: str, key: str = "union-5") -> None:
        put_file(counter.world, key, 5, Incoming.APPLIED)
        with counter.world.hands_on("inbox") as work:
            work.run(update(inbox).values(applied_at=at, announced_at=at))

    @pytest.mark.req("SEC-118")
    def test_it_is_waited_for_until_the_afternoon_and_then_an_alarm(self, counter: Counter) -> None:
        self.applied(counter, "2026-11-13T18:00:00+09:00")  # the Friday before
        due = lines(counter)["due.FILE-17"]
        assert due.state == "今日の分がまだない" and not due.alarm
        assert "due.FILE-17" not in on_board(counter)
        counter.world.later(hours=5)
        assert lines(counter)["due.FILE-17"].alarm
        told = on_board(counter)["due.FILE-17"]
        assert told.cause == "最後は 11月13日" and told.opens == "files.show_day"

    @pytest.mark.req("SEC-118")
    def test_older_than_one_business_day_is_an_alarm_at_once(self, counter: Counter) -> None:
        self.applied(counter, "2026-11-12T18:00:00+09:00")
        due = lines(counter)["due.FILE-17"]
        assert due.alarm and due.state == "2営業日届いていない"

    def test_today_it_has_come_and_on_a_closed_day_nothing_is_due(self, counter: Counter) -> None:
        self.applied(counter, "2026-11-16T06:00:00+09:00")
        assert "due.FILE-17" not in lines(counter)
        saturday = datetime.fromisoformat("2026-11-21T10:00:00+09:00")
        with counter.store.view(day_files.READS) as work:
            found = list(day_files.of_day(work, saturday, counter.world.calendar))
        assert not any(one.is_due for one in found)

    def test_a_terminal_that_never_got_one_is_told_so(self, counter: Counter) -> None:
        assert on_board(counter)["due.FILE-17"].cause == "一度も届いていません"

    def test_what_the_municipality_feeds_is_due_once_it_was_fed(self, counter: Counter) -> None:
        assert "due.FILE-03" not in lines(counter)
        key = prepared(counter.world, "FILE-03")
        assert "due.FILE-03" not in lines(counter)
        change(counter, key, prepared_at="2026-11-13T10:00:00+09:00", state="accepted")
        assert lines(counter)["due.FILE-03"].step is Step.MOVE_IN


class TestScreen:
    @pytest.fixture
    def room(self, counter: Counter, qtbot: QtBot) -> Iterator[Room]:
        made = Room(counter, qtbot)
        yield made
        made.operations.close()

    def page(self, room: Room, who: str = "supervisor", key: str = "") -> DayFilesScreen:
        screen: DayFilesScreen = room.add(DayFilesScreen(room.desk(who), key))
        room.until(lambda: bool(screen.lines))
        return screen

    def test_each_step_leads_where_it_is_done(self, counter: Counter, room: Room) -> None:
        aside = put_set_aside(counter.world)
        page = self.page(room, key=aside)
        page._next()
        key = prepared(counter.world, "FILE-03")
        page = self.page(room, key=key)
        page._next()
        assert room.went == [
            ("files.show_set_aside", {"item_id": aside}),
            ("files.show_sendings", {}),
        ]

    def test_a_refused_one_is_settled_from_it(self, counter: Counter, room: Room) -> None:
        key = prepared(counter.world, "FILE-03")
        change(counter, key, state="rejected", last_cause="件数が違います")
        page = self.page(room, key=key)
        page._next()
        dialog = page.findChild(QInputDialog)
        dialog.textValueSelected.emit(dialog.comboBoxItems()[1])
        dialog.reject()
        room.until(lambda: counter.rows(outbox)[0].disposition == "not_needed")


class TestLists:
    @pytest.mark.req("SEC-109", "FLOW-1010")
    def test_a_delivered_list_is_work_until_its_last_line_is_done(self, counter: Counter) -> None:
        records = list(sample("FILE-24"))
        counter.union.announce("FILE-24", records)
        counter.contact()
        (row,) = counter.rows(delivered_list)
        assert (row.kind, row.title, row.entries) == ("check_list", "確認リスト", len(records))
        assert row.due_on == "2026-11-24", "five business days, a Monday's holiday between"
        line = on_board(counter)[row.id]
        assert (line.state, line.due) == (f"未開封 {len(records)}件", row.due_on)

        session = counter.world.session("clerk")
        check_list.open_list(counter.gate, session, row.id)
        counter.world.later(minutes=5)
        check_list.open_list(counter.gate, counter.world.session("supervisor"), row.id)
        opened = counter.rows(delivered_list)[0]
        assert (opened.opened_by, opened.opened_at[11:16]) == (session.staff_id, "10:00")
        entries = check_list.list_checks(counter.gate, session, list_id=row.id)
        for at, entry in enumerate(entries):
            assert counter.rows(delivered_list)[0].closed_at == ""
            assert on_board(counter)[row.id].state == f"{len(records)}件中 {at}件済み"
            check_list.settle(counter.gate, session, entry, "notified")
        closed = counter.rows(delivered_list)[0]
        assert closed.closed_by == session.staff_id and closed.closed_at
        assert row.id not in on_board(counter)

    def test_nobody_opened_it_in_time(self, counter: Counter) -> None:
        list_id = put_list(counter.world, due_on="2026-11-13")
        line = on_board(counter)[list_id]
        assert line.state == "期限切れ・未開封 1件" and "開かれていない" in line.cause

    @pytest.mark.req("SEC-109")
    def test_every_list_has_a_due_day_and_says_what_to_do_and_what_is_lost(
        self, counter: Counter
    ) -> None:
        """All eight by one file: each has its own words, and is an alarm of its own once it lay
        unopened beyond its day; the one that was opened is late, but nobody's alarm."""
        today = counter.world.clock.now().date()
        table, causes = (counter.world.tables[one] for one in ("delivered_lists", "check_causes"))
        kinds = {row.text("code"): row for row in table.rows(today)}
        assert set(WORDS) == set(kinds) and len(kinds) == 8
        for part in ("who", "todo", "harm"):
            said = [getattr(one, part) for one in WORDS.values()]
            assert all(said) and len(set(said)) == len(said)
        of_kind = {row.text("list"): row.text("code") for row in causes.rows(today)}
        first = sample("FILE-24")[0]
        counter.union.announce(
            "FILE-24",
            [
                replace(first, entry_id=f"U-{number}", cause=of_kind[kind])
                for number, kind in enumerate(kinds)
            ],
        )
        counter.contact()
        rows, board_ = counter.rows(delivered_list), on_board(counter)
        assert {row.kind for row in rows} == set(kinds)
        for row in rows:
            line = board_[row.id]
            days = kinds[row.kind].number("days")
            assert line.due == counter.world.calendar.add(today, days).isoformat()
            assert (line.what, line.next_step) == (
                kinds[row.kind].text("label"),
                WORDS[row.kind].todo,
            )
            assert (line.state, line.cause) == ("未開封 1件", "")
        opened = rows[0]
        check_list.open_list(counter.gate, counter.world.session("clerk"), opened.id)
        with counter.world.hands_on("delivered_list") as work:
            work.run(update(delivered_list).values(due_on="2026-11-13"))
        late = on_board(counter)
        for row in rows:
            unopened = row.id != opened.id
            assert late[row.id].state.startswith("期限切れ・")
            assert ("開かれていない" in late[row.id].cause) is unopened
            assert (WORDS[row.kind].harm in late[row.id].cause) is unopened

    def test_each_cause_belongs_to_its_list(self, counter: Counter) -> None:
        first, second, *_ = sample("FILE-24")
        other = replace(second, cause="refundable")
        counter.union.announce("FILE-24", [first, other])
        counter.contact()
        kinds = {row.kind: row for row in counter.rows(delivered_list)}
        assert set(kinds) == {"check_list", "refundable"}
        assert kinds["refundable"].title == "還付対象者リスト"
        entry = next(one for one in counter.rows(check_entry) if one.cause == "refundable")
        assert entry.list_id == kinds["refundable"].id

    def test_lines_that_are_here_already_make_no_second_list(self, counter: Counter) -> None:
        for _ in range(2):
            counter.union.announce("FILE-24", list(sample("FILE-24")))
            counter.contact()
        assert len(counter.rows(delivered_list)) == 1

    def test_a_list_that_is_not_here(self, counter: Counter) -> None:
        with pytest.raises(UserError) as unknown:
            check_list.open_list(counter.gate, counter.world.session(), "T01-1-404")
        assert unknown.value.code == "cases.no_list"

    def test_the_screen_opens_it_from_the_board(self, counter: Counter, qtbot: QtBot) -> None:
        list_id = put_list(counter.world)
        line = on_board(counter)[list_id]
        assert line.opens == "eligibility.list_checks"
        room = Room(counter, qtbot)
        screen = room.add(CheckListScreen(room.desk(), **dict(line.given)))
        room.until(lambda: screen.table.rowCount() == 1)
        assert screen.title.text() == "未申告者リスト" and "11月24日" in screen.lead.text()
        assert WORDS["undeclared"].todo in screen.lead.text()
        screen._settle("ok")
        room.until(lambda: bool(counter.rows(delivered_list)[0].closed_at))
        room.operations.close()
