"""docs/howto/add-a-case.md, followed in copies of the registries: a fifth kind of case.

Nothing but what the recipe says is added; everything else has to follow by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.cases import answers, blocks, decisions, sending
from app.cases.about import KnownPerson
from app.cases.answers import Compared, Told
from app.cases.effects import Received
from app.cases.entry import EntryField, EntryPage, FieldKind
from app.cases.functions import case_functions
from app.cases.kind import CaseKind, Kinds
from app.cases.kind import collect as collect_kinds
from app.cases.screens.entry import EntryScreen
from app.catalog import CASES, CATALOG, SPECS, collect
from app.functions.eligibility import spec as eligibility
from app.functions.eligibility.kinds import KINDS as ELIGIBILITY
from app.peers.union.office import decisions as office
from app.peers.union.office.case import Answer, Case, Checked, Office, OfficeKind
from app.peers.union.office.checks import four_dates, insured_person
from app.peers.union.office.kinds import KINDS as OFFICE
from app.peers.union.office.persons import change_person, get_person
from app.persons import effects
from app.persons.effects import Outcome
from app.persons.eligibility_state import INSURED
from app.persons.screens.person import PersonScreen
from app.security.journal.line import State
from app.security.spec import Catalog
from app.start.cases_book import cases_book
from app.start.manual import operators_manual, permission_book
from app.training.people import atena_of
from app.ui.base.picker import Picker
from app.wire.book import interface_book
from app.wire.codec import FileRefused
from app.wire.files import FILES
from app.wire.layout import BodyLayout, Kind, column
from app.wire.records import CaseHead, DecisionHead
from db.tables.cases import case_file
from db.tables.exchange import outbox
from db.tables.persons import person
from tests.support.counter import Counter, Resident, put_residents
from tests.support.desk import Room
from tests.support.framed import encode_file
from tests.support.kinds import NOTIFIER, SCENES, Scene
from tests.support.line import CODES, LoopUnion, enrol
from tests.support.union_inside import decide, load, seed_person, union_inside
from tests.support.world import new_world, shared_tables

DAY = date(2026, 11, 16)

# 1. Code: the table of kinds has a row that no kind uses yet.
CODE = "age_reached"


# 2. Body
@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(CaseHead):
    """連絡先の変更: the new telephone number."""

    phone: str = column("電話番号", Kind.PHONE, 20, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(DecisionHead):
    """連絡先の決定: what is noted now."""

    phone: str = column("電話番号", Kind.PHONE, 20, required=True)


SAID = BodyLayout("contact", 1, "連絡先の変更", Contact)
ANSWERED = BodyLayout("noted", 1, "連絡先の決定", Noted)


# 3. Declaration, with a verb that was missing
@dataclass(frozen=True, slots=True)
class ChangesPhone:
    """連絡先: the telephone number is another from the event on."""

    words: str = "電話番号を変える"

    def carry_out(self, received: Received) -> Outcome:
        phone = {"phone": received.record.phone}
        since = received.keyed["event_on"]
        return effects.changes(received.writer, received.person_id, "phone", phone, since=since)


CONTACT = CaseKind(
    code=CODE,
    area="eligibility",
    label="連絡先の変更",
    help="電話番号が変わったことを届け出ます。",
    source="DOMAIN 2.7",
    about=KnownPerson(states=(INSURED,)),
    pages=(
        EntryPage(
            "contact",
            "新しい連絡先",
            "届書を見ながら入れてください。",
            (
                EntryField("phone", "電話番号", FieldKind.PHONE, 20, required=True),
                *blocks.four_dates("変わった日"),
            ),
            blocks.FOUR_DATES,
        ),
        blocks.notifier(),
    ),
    sentence="{name} 様の電話番号の変更を、広域連合へ送ります。",
    compared=(*answers.PERSON, Compared("phone")),
    told=(Told("電話番号", lambda record, words: record.phone),),
    effect=ChangesPhone(),
    refusals=("unknown_person", "already_dead", "not_insured", "event_in_future"),
)


# 4. Union
def _check(office_: Office, case: Case) -> Checked:
    row, current, findings = insured_person(office_, case)
    if row is None or current is None:
        return Checked(refused=tuple(findings))
    return Checked(refused=tuple(four_dates(office_, case, row.birth_sort)), person=row)


def _decide(office_: Office, case: Case, checked: Checked, person_id: int) -> Answer:
    return Answer(person_id, ANSWERED, {"phone": case.record.phone})


def _effect(office_: Office, case: Case, answer: Answer) -> None:
    change_person(office_.connection, answer.person_id, {"phone": answer.values["phone"]})


UNION_KIND = OfficeKind(CODE, _check, _decide, _effect, refusals=CONTACT.refusals)

# 5. Scene
WHO = Resident(
    atena_number=atena_of(7),
    birth_written="1940年1月1日",
    birth_sort="1940-01-01",
    sex="1",
    name="見本　7",
    kana="ミホン　タロウ",
    insured_number="00000075",
)
ENTRY = {**NOTIFIER, "event_on": "R8.11.14", "phone": "０２５０－１１－９９９９"}


@pytest.fixture
def kinds() -> Kinds:
    """CASES with one kind more."""
    return collect_kinds(tuple(CASES.values()), (CONTACT,))


@pytest.fixture
def catalog() -> Catalog:
    """FUNCTIONS as they follow from it."""
    added = {
        eligibility: tuple(
            one
            for one in case_functions("eligibility", (*ELIGIBILITY, CONTACT))
            if one.id not in CATALOG
        )
    }
    return collect(tuple((s.AREA, s.FUNCTIONS + added.get(s, ())) for s in SPECS))


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wire and union with it; the shipped ones come back afterwards."""
    for file_id, layout in (("FILE-01", SAID), ("FILE-16", ANSWERED)):
        spec = FILES[file_id]
        more = replace(spec, bodies={**spec.bodies, CODE: (layout,)})
        monkeypatch.setitem(FILES, file_id, more)
    monkeypatch.setattr(office, "KINDS", {**OFFICE, CODE: UNION_KIND})
    monkeypatch.setitem(SCENES, CODE, Scene(ENTRY, lambda record: record, WHO))


@pytest.fixture
def counter(
    tmp_path: Path,
    catalog: Catalog,
    kinds: Kinds,
    registries: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Counter]:
    """A terminal with it, whose union decides by the copy of the union's registry."""
    receive = decisions.receiver(shared_tables(), kinds)
    monkeypatch.setattr(
        "tests.support.counter.handlers",
        lambda tables: {
            **{one.function("receive_decision"): receive for one in kinds.values()},
            "files.receive_insured": lambda *_: None,
            "files.receive_check_list": lambda *_: None,
        },
    )
    made = Counter(new_world(tmp_path / "here", catalog=catalog), LoopUnion(), kind=CONTACT)
    enrol(made.world, made.union)
    with union_inside(tmp_path / "there") as system:
        load(system, seed_person(7, "1940-01-01"))

        def judge(sent_id: str, records: tuple[Any, ...]) -> tuple[str, str]:
            for record in records:
                answer = decide(system, record, sent_id)
                if getattr(answer, "outcome", "") == "accepted":
                    made.union.announce("FILE-16", [answer])
            return "", ""

        made.union.judge = judge
        made.system = system  # type: ignore[attr-defined]
        yield made
    made.world.close()


def test_the_registries_themselves_stay_as_they_were(kinds: Kinds, catalog: Catalog) -> None:
    assert CODE not in CASES and CODE not in OFFICE and CODE not in FILES["FILE-01"].bodies
    assert set(kinds) == {*CASES, CODE}
    assert set(catalog) - set(CATALOG) == {
        "eligibility.open_age_reached",
        "eligibility.send_age_reached",
    }


def test_it_is_offered_on_the_persons_page_and_keyed(
    counter: Counter, kinds: Kinds, qtbot: QtBot
) -> None:
    put_residents(counter.world, WHO)
    room = Room(counter, qtbot)
    desk = replace(room.desk(), kinds=kinds)
    page = room.add(PersonScreen(desk, WHO.id))
    room.until(lambda: page.begin_button.isEnabled())
    page.begin_button.click()
    page.findChild(Picker).take("連絡先の変更")
    assert room.went == [("eligibility.open_age_reached", {"person_id": WHO.id})]

    function = counter.world.catalog["eligibility.open_age_reached"]
    entry = room.add(EntryScreen(desk, **dict(function.given), person_id=WHO.id))  # type: ignore[arg-type]
    room.until(lambda: entry.form is not None)
    assert entry.title.text() == "連絡先の変更　— 新しい連絡先"
    form = entry.form
    assert form is not None
    form.field("phone").set_value("０２５０－")
    entry.next_button.click()
    room.until(lambda: bool(form.field("phone").error))
    assert entry.step == 0 and form.field("event_on").error
    room.operations.close()


def test_it_goes_to_the_union_and_back_into_comparison_history_and_journal(
    counter: Counter,
) -> None:
    world = counter.world
    case = counter.entered()
    prepared = counter.prepare_send(case)
    assert prepared.sentence == "見本　7 様の電話番号の変更を、広域連合へ送ります。"
    sent = sending.perform_send(
        world.gate, prepared, tuple(world.approvals(prepared)), CONTACT, world.tables
    )
    assert counter.engine.send_now(sent.outbox_id).accepted
    ((_, (record,)),) = counter.union.taken
    assert isinstance(record, Contact) and record.phone == "0250119999"
    assert not hasattr(record, "copay_paper"), "nobody sends fields that his kind has not"

    view = counter.show(case.id)
    assert view.record is not None and view.case_state == "decided"
    lines = decisions.compare(view, world.tables, DAY)
    assert [line.label for line in lines if not line.agrees] == []
    assert {"氏名", "生年月日", "宛名番号", "電話番号"} <= {line.label for line in lines}
    decisions.confirm_comparison(world.gate, world.session(), view)
    counter.look(case.id)
    (row,) = counter.rows(case_file)
    assert row.state == "closed"
    (changed,) = counter.rows(person)
    assert changed.phone == "0250119999"
    assert counter.rows(outbox)[0].state == "accepted"
    with counter.system.database.read() as connection:  # type: ignore[attr-defined]
        assert get_person(connection, 1).phone == "0250119999"
    done = [line.entry for line in world.lines() if line.entry.state is State.DONE]
    acts = [entry.function_id.partition(".")[2] for entry in done]
    for act in ("open_age_reached", "save_draft", "send_age_reached", "receive_decision",
                "compare_decision", "second_look"):  # fmt: skip
        assert act in acts


def test_the_books_follow(catalog: Catalog, kinds: Kinds, registries: None) -> None:
    manual = operators_manual(DAY, shared_tables(), catalog)
    section = manual.split("\n### 連絡先の変更\n")[1].split("\n#")[0]
    assert "電話番号が変わったことを届け出ます。" in section
    assert "| 資格 | 連絡先の変更 | 更新 | ○ |" in permission_book(DAY, shared_tables(), catalog)
    assert "### FILE-01 の本体: 連絡先の変更" in interface_book(FILES)
    page = cases_book(DAY, shared_tables(), kinds)
    assert "## 連絡先の変更" in page and "電話番号を変える" in page


def test_without_its_line_on_the_wire_it_cannot_be_sent(counter: Counter) -> None:
    record = counter.entry_of(counter.entered().id)
    bare = replace(FILES["FILE-01"], bodies={})
    with pytest.raises(FileRefused):
        encode_file(replace(bare, bodies={"death": FILES["FILE-01"].bodies["death"]}), [record],
                    CODES)  # fmt: skip
