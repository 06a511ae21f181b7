"""Whom a case is about, and how it begins: a household, a payer, somebody dead; from the search, an
opened person, another case of the sitting, a line of the day board. Kinds in copies of the
registries say it; the generic room works it, through the window."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QInputDialog
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, update

from app.cases import answers, board, drafts, sending
from app.cases.about import Begin, Household, KnownPerson, Newcomer, Payer
from app.cases.answers import Compared
from app.cases.beginning import Begun, sides
from app.cases.blocks import payer_fields
from app.cases.entry import documents_of
from app.cases.kind import Document, FollowUp, Kinds
from app.cases.kind import collect as collect_kinds
from app.cases.screens.board import BoardScreen
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.entry import EntryScreen
from app.cases.screens.whom_bar import WhomBar
from app.catalog import CASES
from app.core.errors import UserError
from app.persons.screens.person import PersonScreen
from app.persons.screens.search import SearchScreen
from app.persons.standing import INSURED, LOST
from app.security.waiting import Waits
from app.ui.base.names import NameLabel
from app.ui.base.picker import Picker
from app.wire.layout import Kind, column
from app.wire.records import CaseHead
from db.tables.cases import case_file, follow_up
from db.tables.persons import household_member, person
from tests.support.counter import Counter, Resident, put_residents
from tests.support.desk import Room
from tests.support.kinds import NOTIFIER
from tests.support.more_kinds import More, body_of, counter_with, kind_of, text

HOME = "000000000000077"
HER = Resident(household_number=HOME)
SON = Resident(
    id="P-2",
    name="髙橋　一郎",
    kana="タカハシ　イチロウ",
    birth_written="昭和35年4月1日",
    birth_sort="1960-04-01",
    sex="1",
    atena_number="000000000004568",
    household_number=HOME,
    insured_number="",
)
HUSBAND = replace(
    HER,
    id="P-3",
    name="髙橋　茂",
    kana="タカハシ　シゲル",
    atena_number="000000000004569",
    insured_number="00000991",
)
ALONE = replace(
    SON,
    id="P-4",
    name="見本　花",
    atena_number="000000000004570",
    household_number="000000000000088",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfHousehold(CaseHead):
    """世帯の届出."""

    household_number: str = column("世帯番号", Kind.RESIDENT, 15, required=True)
    members: str = column("世帯の方", Kind.RESIDENTS, 200, required=True)
    wanted: str = column("届出の内容", Kind.TEXT, 20, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPayer(CaseHead):
    """納める方の届出."""

    insured_number: str = column("被保険者番号", Kind.DIGITS, 8, required=True)
    paid_by_atena_number: str = column("納める方の宛名番号", Kind.RESIDENT, 15)
    paid_by_name: str = column("納める方の氏名", Kind.TEXT, 100, required=True)
    paid_by_kana: str = column("納める方のフリガナ", Kind.KANA, 100, required=True)
    paid_by_relation: str = column("続柄", Kind.TEXT, 20, required=True)
    paid_by_phone: str = column("電話番号", Kind.PHONE, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfNewcomer(CaseHead):
    """もう一つの新しい方の届出."""

    name: str = column("氏名", Kind.TEXT, 100, required=True)
    kana: str = column("フリガナ", Kind.KANA, 100, required=True)
    birth_written: str = column("生年月日", Kind.TEXT, 60, required=True)


PASSPORT = Document("転入通知（写し）")
HOUSEHOLD = More(
    kind_of(
        "test_household",
        "世帯の届出",
        Household(members=(INSURED,)),
        first=(text("wanted", "届出の内容"),),
        documents=(PASSPORT, Document("世帯の方の同意書")),
        sentence="{name} 様の世帯（{household}）の届出を送ります。",
        follow_up=(
            FollowUp(
                "ask_payer", "納付の相談", "納める方を届け出る", 7, "eligibility.open_test_follows"
            ),
        ),
    ),
    body_of("test_household", OfHousehold),
    {"wanted": "合算"},
    HER,
)
PAYER = More(
    kind_of(
        "test_payer",
        "納める方の届出",
        Payer(standings=(INSURED, LOST), roles=("payer", "heir")),
        first=payer_fields(),
        documents=(PASSPORT,),
        sentence="{name} 様の保険料を {paid_by_name} 様が納める届出を送ります。",
        compared=(*answers.PERSON, Compared("paid_by_name", "納める方", decided="name")),
    ),
    body_of("test_payer", OfPayer),
    {},
    HER,
)
ONLY_AFTER = More(
    kind_of(
        "test_follows",
        "続きだけの届出",
        KnownPerson(standings=(INSURED,)),
        begins=(Begin.CASE, Begin.LINE),
        first=(text("wanted", "届出の内容"),),
    ),
    body_of("test_follows", OfHousehold),
    {"wanted": "続き"},
    HER,
)
SECOND_NEWCOMER = More(
    kind_of(
        "test_newcomer",
        "もう一つの転入の届出",
        Newcomer(),
        first=(text("name", "氏名"), text("kana", "フリガナ"), text("birth_written", "生年月日")),
    ),
    body_of("test_newcomer", OfNewcomer),
    {"name": "見本", "kana": "ミホン", "birth_written": "昭和20年5月3日"},
)
ALL = (HOUSEHOLD, PAYER, ONLY_AFTER, SECOND_NEWCOMER)


@pytest.fixture
def known(tmp_path: Path) -> Iterator[tuple[Counter, Kinds]]:
    with counter_with(tmp_path / "here", *ALL) as made:
        put_residents(made[0].world, HER, SON, HUSBAND, ALONE)
        yield made


@pytest.fixture
def counter(known: tuple[Counter, Kinds]) -> Counter:
    return known[0]


@pytest.fixture
def room(known: tuple[Counter, Kinds], qtbot: QtBot) -> Iterator[Room]:
    made = Room(known[0], qtbot, kinds=known[1])
    yield made
    made.operations.close()


def opened(room: Room, code: str, **given: Any) -> EntryScreen:
    screen: EntryScreen = room.add(EntryScreen(room.desk(), code, **given))
    return screen


def answered(room: Room, screen: Any, choice: str) -> None:
    """The question on the screen answered by the line that ends so."""
    room.until(lambda: screen.findChild(QDialog) is not None)
    picker = screen.findChild(Picker)
    if picker is not None:
        (label,) = [one for one in picker.labels() if one.endswith(choice)]
        picker.take(label)
        room.settle()
        return
    dialog = screen.findChild(QInputDialog)
    (line,) = [one for one in dialog.comboBoxItems() if one.endswith(choice)]
    dialog.textValueSelected.emit(line)
    dialog.deleteLater()
    room.settle()


def keyed(room: Room, screen: EntryScreen, **values: str) -> None:
    """Key every page to the summary and send."""
    for page in (values, NOTIFIER):
        room.until(lambda: screen.form is not None)
        form = screen.form
        assert form is not None
        for name, value in {**page, "event_on": "R8.11.14"}.items():
            if name in {one.name for one in form.page.fields} and name != "processed_on":
                form.field(name).set_value(value)
        at = screen.step
        screen.next_button.click()
        room.until(lambda at=at: screen.step > at)  # type: ignore[misc]
    for box in screen.answers():
        box.setChecked(True)
    screen.next_button.click()
    room.until(lambda: any(one[0].endswith("show_decision") for one in room.went))


def bar_of(screen: Any) -> WhomBar:
    """The bar of the page shown; those of pages before are on their way out."""
    bars: list[WhomBar] = screen.findChildren(WhomBar)
    return bars[-1]


def texts(screen: Any) -> str:
    bar = bar_of(screen)
    return "\n".join(one.text() for one in bar.findChildren(NameLabel))


def values_of(counter: Counter, case_id: str) -> dict[str, str]:
    (row,) = [one for one in counter.rows(case_file) if one.id == case_id]
    said: dict[str, str] = json.loads(row.draft)
    return said


class TestHousehold:
    def test_its_members_are_shown_signed_sent_and_kept_apart(
        self, counter: Counter, room: Room
    ) -> None:
        screen = opened(room, "test_household", person_id=HER.id)
        room.until(lambda: screen.form is not None)
        assert "世帯（2人）" in texts(screen) and HUSBAND.name in texts(screen)
        assert SON.name not in texts(screen), "the kind is about the insured of it"
        keyed(room, screen, wanted="合算")
        assert f"世帯（{HER.name}（世帯員）、{HUSBAND.name}（世帯員））" in room.touch.sentences[-1]
        counter.engine.open_items()
        counter.contact()
        ((_, (record,)),) = counter.union.taken
        assert isinstance(record, OfHousehold)
        assert record.household_number == HOME
        assert record.members == f"{HER.atena_number} {HUSBAND.atena_number}"
        (row,) = counter.rows(case_file)
        assert counter.compare(counter.show(row.id)).compared

    def test_a_member_who_left_meanwhile_stops_the_sending(self, counter: Counter) -> None:
        case = counter.entered()
        prepared = counter.prepare_send(case)
        with counter.world.hands_on("household_member", "household") as work:
            work.run(
                update(household_member)
                .where(household_member.c.person_id == HUSBAND.id)
                .values(household_number="000000000000088")
            )
        with pytest.raises(UserError) as refused:
            performed(counter, prepared)
        assert refused.value.code == "cases.person_differs"
        assert counter.load(case.id).state == "draft"


def performed(counter: Counter, prepared: Any) -> Any:
    given = tuple(counter.approvals(prepared))
    return sending.perform_send(counter.gate, prepared, given, counter.kind, counter.tables)


class TestPayer:
    def test_one_of_the_household_is_chosen_and_never_keyed(
        self, counter: Counter, room: Room
    ) -> None:
        screen = opened(room, "test_payer", person_id=HER.id)
        answered(room, screen, f"{SON.name}（世帯員）")
        room.until(lambda: screen.form is not None)
        assert f"納める方　{SON.name}（世帯員）" in texts(screen) and HER.name in texts(screen)
        form = screen.form
        assert form is not None and form.field("paid_by_name").isHidden()
        keyed(room, screen)
        assert (
            room.touch.sentences[-1]
            == f"{HER.name} 様の保険料を {SON.name} 様が納める届出を送ります。"
        )
        counter.engine.open_items()
        counter.contact()
        ((_, (record,)),) = counter.union.taken
        assert (record.atena_number, record.paid_by_atena_number) == (
            HER.atena_number,
            SON.atena_number,
        )
        assert (record.paid_by_name, record.paid_by_kana) == (SON.name, SON.kana)
        assert record.insured_number == HER.insured_number
        (row,) = counter.rows(case_file)
        assert (row.person_id, row.payer_id) == (HER.id, SON.id)
        view = counter.show(row.id, kind=PAYER.kind)
        assert view.name == SON.name, "the case is about the payer"

    def test_somebody_of_no_register_is_keyed(self, counter: Counter, room: Room) -> None:
        screen = opened(room, "test_payer", person_id=HER.id)
        answered(room, screen, "登録にない方（氏名を入れる）")
        keyed(
            room,
            screen,
            paid_by_kana="ミホン　ジロウ",
            paid_by_name="見本　次郎",
            paid_by_relation="甥",
        )
        counter.engine.open_items()
        counter.contact()
        ((_, (record,)),) = counter.union.taken
        assert (record.paid_by_name, record.paid_by_atena_number) == ("見本　次郎", "")

    def test_the_opened_payer_is_asked_for_whom(self, counter: Counter, room: Room) -> None:
        screen = opened(room, "test_payer", person_id=SON.id)
        answered(room, screen, f"{HUSBAND.name}（世帯員）の分")
        room.until(lambda: screen.form is not None)
        (row,) = counter.rows(case_file)
        assert (row.person_id, row.payer_id) == (HUSBAND.id, SON.id)

    def test_somebody_who_lives_with_nobody_insured_is_told_so(self, counter: Counter) -> None:
        with pytest.raises(UserError) as nobody:
            sides(
                counter.gate,
                counter.world.session(),
                PAYER.kind,
                ALONE.id,
                counter.tables,
            )
        assert nobody.value.code == "cases.nobody_to_pay_for" and "検索" in nobody.value.remedy

    @pytest.mark.parametrize(
        ("payer", "state", "code"),
        [(HER, "1", "cases.payer_is_insured"), (SON, "3", "cases.payer_dead")],
    )
    def test_who_cannot_pay_is_refused_with_the_reason(
        self, counter: Counter, payer: Resident, state: str, code: str
    ) -> None:
        with counter.world.hands_on("person") as work:
            work.run(update(person).where(person.c.id == SON.id).values(state=state))
        with pytest.raises(UserError) as refused:
            drafts.open_case(
                counter.gate,
                counter.world.session(),
                PAYER.kind,
                {},
                person_id=HER.id,
                begun=Begun(payer_id=payer.id),
            )
        assert refused.value.code == code and counter.rows(case_file) == []

    def test_the_dead_are_not_offered(self, counter: Counter) -> None:
        def labels() -> list[str]:
            found = sides(counter.gate, counter.world.session(), PAYER.kind, HER.id, counter.tables)
            return [one.label for one in found]

        assert labels()[0].startswith(HUSBAND.name) or labels()[0].startswith(SON.name)
        with counter.world.hands_on("person") as work:
            work.run(update(person).where(person.c.id == SON.id).values(state="3"))
        assert not any(SON.name in one for one in labels())


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


def _line(key: str, sitting: str) -> Any:
    return Waits(key, "用件", "待ち", "", "進める", sitting=sitting or key)


class TestDead:
    """死亡 and 葬祭費 are real kinds: who was named at the death is offered to the claim."""

    @pytest.fixture
    def dead(self, counter: Counter) -> Callable[[], Any]:
        counter.kind = CASES["death"]
        counter.decided(
            mourner_name="髙橋　一郎",
            mourner_relation="子",
            mourner_phone="0250-00-9999",
            heir_name="髙橋　二郎",
            heir_relation="子",
        )
        return lambda: None

    def test_who_was_named_stays_with_her_and_is_offered(
        self, counter: Counter, room: Room, dead: Any
    ) -> None:
        page = room.add(PersonScreen(room.desk(), HER.id))
        room.until(lambda: page.view is not None)
        assert dict(page.view.roles) == {
            "喪主": "髙橋　一郎（子）　0250009999",
            "相続人代表": "髙橋　二郎（子）",
        }
        claim = opened(room, "funeral", person_id=HER.id)
        room.until(lambda: claim.form is not None)
        form = claim.form
        assert form is not None
        assert form.field("payee_name").value() == "髙橋　一郎"
        assert form.field("payee_relation").value() == "子"
        assert form.field("payee_kana").value() == "", "nobody told it at the death"

    def test_the_day_of_death_is_shown_and_known_to_the_rules(
        self, counter: Counter, room: Room, dead: Any
    ) -> None:
        claim = opened(room, "funeral", person_id=HER.id)
        room.until(lambda: claim.form is not None)
        assert bar_of(claim).whom.died_on == "2026-11-15"
        form = claim.form
        assert form is not None
        form.field("event_on").set_value("R8.11.14")
        claim.next_button.click()
        room.until(lambda: "死亡日より前" in form.field("event_on").error)
        form.field("event_on").set_value("R8.11.15")
        claim.next_button.click()
        room.until(lambda: bool(form.field("proof").error))
        assert form.field("event_on").error == ""

    def test_an_heir_of_the_death_may_be_the_payer(self, counter: Counter, dead: Any) -> None:
        kind = replace(PAYER.kind, about=Payer(standings=("dead",), roles=("heir",)))
        found = sides(counter.gate, counter.world.session(), kind, HER.id, counter.tables)
        (heir,) = [one for one in found if one.label.startswith("相続人代表")]
        assert dict(heir.values) == {"paid_by_name": "髙橋　二郎", "paid_by_relation": "子"}
