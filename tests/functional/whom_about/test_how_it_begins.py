"""How a case begins: from the search, an opened person, another case of the sitting, a line of
the day board; through the window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from sqlalchemy import insert

from app.cases import board, drafts
from app.cases.about import Begin
from app.cases.beginning import Begun
from app.cases.entry import documents_of
from app.cases.kind import collect as collect_kinds
from app.cases.screens.board import BoardScreen
from app.cases.screens.decision import DecisionScreen
from app.core.errors import UserError
from app.persons.screens.person import PersonScreen
from app.persons.screens.search import SearchScreen
from app.security.waiting import Waits
from app.ui.base.picker import Picker
from db.tables.cases import case_file, follow_up
from tests.support.about_kinds import (
    HER,
    HOUSEHOLD,
    HUSBAND,
    ONLY_AFTER,
    PASSPORT,
    PAYER,
    SECOND_NEWCOMER,
    SON,
    answered,
    keyed,
    opened,
    values_of,
)
from tests.support.counter import Counter
from tests.support.desk import Room
from tests.support.kinds import NOTIFIER


class TestWays:
    def test_several_newcomers_kinds_are_asked_for_at_f6(
        self, counter: Counter, room: Room
    ) -> None:
        search = room.add(SearchScreen(room.desk()))
        search._start_notification()
        answered(room, search, "もう一つの転入の届出")
        assert room.went == [("eligibility.open_test_newcomer", {"prefill": {}})]

    def test_the_question_is_answered_by_the_keyboard(self, counter: Counter, room: Room) -> None:
        search = room.add(SearchScreen(room.desk()))
        search._start_notification()
        room.until(lambda: search.findChild(Picker) is not None)
        asked = search.findChild(Picker)
        QTest.keyClicks(asked.narrow, "newcomer")
        QTest.keyClick(asked.narrow, Qt.Key.Key_Return)
        room.until(lambda: bool(room.went))
        assert room.went == [("eligibility.open_test_newcomer", {"prefill": {}})]

    def test_without_the_right_to_all_but_one_nothing_is_asked(
        self, counter: Counter, room: Room
    ) -> None:
        for kind in room.kinds.values():
            if kind.for_newcomer and kind.code != "move_in":
                counter.world.change_grant("clerk", kind.opening, valid_to="2026-11-01")
        search = room.add(SearchScreen(room.desk()))
        search._start_notification()
        room.until(lambda: bool(room.went))
        assert room.went == [("eligibility.open_move_in", {"prefill": {}})]

    def test_a_kind_that_only_follows_is_not_offered_on_the_persons_page(
        self, counter: Counter, room: Room
    ) -> None:
        page = room.add(PersonScreen(room.desk(), HER.id))
        room.until(lambda: page.begin_button.isEnabled())
        page.begin_button.click()
        offered = page.findChild(Picker).labels()
        assert not any(one.endswith("続きだけの届出") for one in offered)
        assert any(one.endswith("世帯の届出") for one in offered)
        with pytest.raises(UserError) as elsewhere:
            drafts.open_case(
                counter.gate, counter.world.session(), ONLY_AFTER.kind, {}, person_id=HER.id
            )
        assert elsewhere.value.code == "cases.begins_elsewhere"
        assert "「今日の仕事」の行" in elsewhere.value.remedy

    def test_who_pays_for_another_is_offered_what_a_payer_does(
        self, counter: Counter, room: Room
    ) -> None:
        """The son is not insured: what is about an insured person is not offered to him."""
        page = room.add(PersonScreen(room.desk(), SON.id))
        room.until(lambda: page.begin_button.isEnabled())
        page.begin_button.click()
        offered = page.findChild(Picker).labels()
        assert not any(one.endswith("世帯の届出") for one in offered)
        answered(room, page, "納める方の届出")
        assert room.went == [("eligibility.open_test_payer", {"person_id": SON.id})]
        screen = opened(room, "test_payer", person_id=SON.id)
        answered(room, screen, f"{HER.name}（世帯員）の分")
        room.until(lambda: screen.form is not None)
        (row,) = counter.rows(case_file)
        assert (row.person_id, row.payer_id) == (HER.id, SON.id)

    def test_from_a_line_of_the_board_that_it_settles(self, counter: Counter, room: Room) -> None:
        view = counter.decided()
        (row,) = counter.rows(follow_up)
        with counter.world.hands_on("follow_up") as work:
            values = {**row._mapping, "id": "T01-1-900"}
            work.run(insert(follow_up).values(**values))
        screen = room.add(BoardScreen(room.desk()))
        room.until(lambda: len(screen.lines) >= 3)
        at = [line.key for line in screen.lines].index(row.id)
        screen.table.selectRow(at)
        screen._open()
        ((opens, given),) = room.went
        assert (opens, given) == (
            "eligibility.open_test_follows",
            {"person_id": HER.id, "line": row.id},
        )
        entry = opened(room, "test_follows", **given)
        room.until(lambda: entry.form is not None)
        settled, waits = sorted(counter.rows(follow_up), key=lambda one: one.id != row.id)
        case = next(one for one in counter.rows(case_file) if one.id != view.case_id)
        assert settled.how == case.id and case.begun_from == row.id
        assert waits.settled_at == "", "the other line of the same sort waits on"

        gate, session = counter.gate, counter.world.session()
        for person_id, line in ((HUSBAND.id, waits.id), (HUSBAND.id, row.id)):
            with pytest.raises(UserError) as gone:
                drafts.open_case(
                    gate, session, ONLY_AFTER.kind, {}, person_id=person_id, begun=Begun(line=line)
                )
            assert gone.value.code == "cases.line_gone"
        mine = drafts.load_case(gate, session, ONLY_AFTER.kind, case.id)
        drafts.cancel_case(gate, session, mine, "届出人が取りやめた")
        assert all(one.settled_at == "" for one in counter.rows(follow_up))

    def test_a_follow_up_must_open_what_begins_from_a_line(self) -> None:
        deaf = replace(ONLY_AFTER.kind, begins=(Begin.CASE,))
        with pytest.raises(ValueError, match="does not begin from a line"):
            collect_kinds((HOUSEHOLD.kind, deaf))


class TestSitting:
    @pytest.fixture
    def first(self, counter: Counter, room: Room) -> str:
        """The first case of the visit, its documents ticked, sent and decided."""
        screen = opened(room, "test_household", person_id=HER.id)
        room.until(lambda: screen.form is not None and screen.documents is not None)
        assert screen.documents is not None
        screen.documents.boxes[PASSPORT.title].setChecked(True)
        keyed(room, screen, wanted="合算")
        counter.engine.open_items()
        counter.contact()
        (row,) = counter.rows(case_file)
        assert documents_of(values_of(counter, row.id)) == (PASSPORT.title,)
        return str(row.id)

    def test_the_next_case_keeps_person_documents_and_identification(
        self, counter: Counter, room: Room, first: str
    ) -> None:
        decision = room.add(DecisionScreen(room.desk(), "test_household", first))
        room.until(lambda: decision.view is not None)
        room.went.clear()
        decision.next_case_button.click()
        answered(room, decision, "納める方の届出")
        assert room.went == [("eligibility.open_test_payer", {"after": first})]

        screen = opened(room, "test_payer", after=first)
        answered(room, screen, f"{SON.name}（世帯員）")
        room.until(lambda: screen.documents is not None)
        assert screen.documents is not None and screen.documents.received() == (PASSPORT.title,)
        case = next(one for one in counter.rows(case_file) if one.id != first)
        said = values_of(counter, case.id)
        assert {name: said[name] for name in ("notifier", "identity_check", "channel")} == {
            name: NOTIFIER[name] for name in ("notifier", "identity_check", "channel")
        }
        assert (case.person_id, case.sitting, case.begun_from) == (HER.id, first, first)
        assert "wanted" not in said, "what the visitor said for the other case stays there"

        lines = board.lines(counter.gate, counter.world.session(), counter.world.catalog)
        assert {one.sitting for one in lines if one.key in (first, case.id)} == {first}

    def test_after_the_end_of_a_case_the_next_one_begins_without_a_search(
        self, counter: Counter, room: Room, first: str
    ) -> None:
        decision = room.add(DecisionScreen(room.desk(), "test_household", first))
        room.until(lambda: decision.main_button.isEnabled())
        room.went.clear()
        decision.main_button.click()
        room.until(lambda: bool(room.went))
        assert room.went == [("home", {"after": first, "known": True})]

        at_home = room.add(BoardScreen(room.desk(), **room.went.pop()[1]))
        room.until(lambda: not room.operations.busy)
        assert any(f"受付 {first} が終わりました" in one for one in words_of(at_home))
        at_home.next_case_button.click()
        answered(room, at_home, "納める方の届出")
        assert room.went == [("eligibility.open_test_payer", {"after": first})]
        plain = room.add(BoardScreen(room.desk()))
        assert not plain.next_case_button.isEnabled() and plain.next_case_button.isHidden()

    def test_the_board_shows_one_sitting_together(
        self, counter: Counter, room: Room, first: str
    ) -> None:
        counter.world.later(minutes=1)
        between = drafts.open_case(
            counter.gate, counter.world.session(), SECOND_NEWCOMER.kind, {"name": "間の方"}
        )
        counter.world.later(minutes=1)
        after = drafts.open_case(
            counter.gate,
            counter.world.session(),
            PAYER.kind,
            {},
            begun=Begun(after=first, payer_id=SON.id),
        )
        lines = board.in_order(
            [
                replace(_line(first, ""), since="2026-11-16T10:00"),
                replace(_line(between.id, ""), since="2026-11-16T10:01"),
                replace(_line(after.id, first), since="2026-11-16T10:02"),
            ]
        )
        assert [one.key for one in lines] == [first, after.id, between.id]
        screen = room.add(BoardScreen(room.desk()))
        screen._show(lines)
        cells = [screen.table.item(row, 1).text() for row in range(3)]
        assert cells == ["用件", "└ 用件", "用件"]

    def test_another_day_identifies_anew(self, counter: Counter, first: str) -> None:
        counter.world.later(days=1)
        next_one = drafts.open_case(
            counter.gate,
            counter.world.session(),
            PAYER.kind,
            {},
            begun=Begun(after=first, payer_id=SON.id),
        )
        assert "identity_check" not in next_one.values and "documents" not in next_one.values

    @pytest.mark.parametrize("code", ["cases.no_person_yet", "cases.no_case"])
    def test_after_a_case_that_has_nobody_yet_it_waits(self, counter: Counter, code: str) -> None:
        newcomer = drafts.open_case(
            counter.gate, counter.world.session(), SECOND_NEWCOMER.kind, {"name": "転入した方"}
        )
        after = newcomer.id if code.endswith("yet") else "T01-1-999"
        with pytest.raises(UserError) as waits:
            drafts.open_case(
                counter.gate,
                counter.world.session(),
                PAYER.kind,
                {},
                begun=Begun(after=after),
            )
        assert waits.value.code == code
        assert len(counter.rows(case_file)) == 1


class TestComingTogether:
    """A newcomer waits for the decision, and whoever came along is next, identified already."""

    @pytest.fixture
    def newcomer(self, counter: Counter, room: Room) -> str:
        screen = opened(room, "test_newcomer")
        room.until(lambda: screen.form is not None)
        keyed(room, screen, **SECOND_NEWCOMER.keyed)
        (row,) = counter.rows(case_file)
        assert (row.state, row.person_id) == ("waiting", None)
        return str(row.id)

    def test_only_a_newcomer_is_offered_and_begins_in_the_same_sitting(
        self, counter: Counter, room: Room, newcomer: str
    ) -> None:
        decision = room.add(DecisionScreen(room.desk(), "test_newcomer", newcomer))
        room.until(lambda: decision.view is not None)
        room.went.clear()
        decision.next_case_button.click()
        room.until(lambda: decision.findChild(Picker) is not None)
        offered = decision.findChild(Picker).labels()
        assert not any(one.endswith(("世帯の届出", "納める方の届出")) for one in offered)
        answered(room, decision, "県外転入の届出")
        assert room.went == [("eligibility.open_move_in", {"after": newcomer})]
        screen = opened(room, "move_in", after=newcomer)
        room.until(lambda: screen.form is not None)
        wife = next(one for one in counter.rows(case_file) if one.id != newcomer)
        assert (wife.sitting, wife.person_id) == (newcomer, None)
        said = values_of(counter, wife.id)
        assert said["identity_check"] == NOTIFIER["identity_check"]
        assert not said.get("name"), "another person is keyed anew"

    def test_whoever_came_along_and_is_known_here_is_searched_in_the_same_sitting(
        self, counter: Counter, room: Room, newcomer: str
    ) -> None:
        decision = room.add(DecisionScreen(room.desk(), "test_newcomer", newcomer))
        room.until(lambda: decision.view is not None)
        room.went.clear()
        decision.next_case_button.click()
        answered(room, decision, "登録のある方を検索して始める")
        assert room.went.pop() == ("persons.search", {"after": newcomer})
        search = room.add(SearchScreen(room.desk(), HER.name, after=newcomer))
        room.until(lambda: search.table.rowCount() == 1)
        search.table.selectRow(0)
        search._choose()
        opens, given = room.went.pop()
        assert (opens, given["person_id"]) == ("persons.open", HER.id)
        page = room.add(PersonScreen(room.desk(), **given))
        room.until(lambda: page.begin_button.isEnabled())
        page.begin_button.click()
        answered(room, page, "世帯の届出")
        (next_one,) = room.went
        asked = {"person_id": HER.id, "after": newcomer}
        assert next_one == ("eligibility.open_test_household", asked)
        screen = opened(room, "test_household", **asked)
        room.until(lambda: screen.form is not None)
        row = next(one for one in counter.rows(case_file) if one.id != newcomer)
        assert (row.person_id, row.sitting) == (HER.id, newcomer)

    def test_somebody_opened_by_name_is_next_too(self, counter: Counter, newcomer: str) -> None:
        case = drafts.open_case(
            counter.gate,
            counter.world.session(),
            HOUSEHOLD.kind,
            {},
            person_id=HER.id,
            begun=Begun(after=newcomer),
        )
        row = next(one for one in counter.rows(case_file) if one.id == case.id)
        assert (row.person_id, row.sitting) == (HER.id, newcomer)
        assert case.values["identity_check"] == NOTIFIER["identity_check"]


def words_of(screen: BoardScreen) -> list[str]:
    return [label.text() for label in screen.findChildren(QLabel)]


def _line(key: str, sitting: str) -> Any:
    return Waits(key, "用件", "待ち", "", "進める", sitting=sitting or key)
