"""The three recipes of docs/howto, followed in a copy of the registry.

Nothing but what the recipe says is added; everything else has to follow by itself.
"""

from __future__ import annotations

import importlib
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import func, insert, select

from app.catalog import CATALOG, SPECS, collect
from app.core.clock import JST
from app.core.tables import load_tables, shipped_tables
from app.functions.files import sendings
from app.functions.files import spec as files_area
from app.peers.union.line.enrolment import Caller
from app.peers.union.office import holding, taking
from app.persons import spec as persons_area
from app.security.gate.gate import Gate, Session
from app.security.journal.line import State
from app.security.refusals import Refusal
from app.security.spec import Actor, Catalog, Function, Kind, StepUp
from app.security.staff.roles import check_in_role, role_on
from app.start.manual import operators_manual, permission_book
from app.sync import inbox
from app.sync import outbox as outgoing
from app.sync.states import Incoming
from app.ui.shell.menu import menu_entries
from app.ui.shell.window import MainWindow
from app.wire.beyond import BEYOND
from app.wire.book import interface_book
from app.wire.codec import FileRefused, decode_file, encode_file
from app.wire.files import FILES, FileSpec, Route
from app.wire.layout import Kind as Column
from app.wire.layout import column
from app.wire.values import code_sets
from db.faults import Undeclared
from db.tables.persons import household, person
from forms.catalog import FORMS
from forms.drawing import Sheet, Style
from forms.fonts import load_fonts
from forms.form import Form
from forms.items import item
from forms.papers import SheetSize
from forms.press import Press
from forms.proof.failure import ProofFailed
from forms.record import Box
from tests.security import test_every_function as generated
from tests.support.attempts import Attempt
from tests.support.examples import EXAMPLES
from tests.support.line import LAYOUTS, LoopUnion, engine_of, enrol
from tests.support.sending_examples import handlers_of_files
from tests.support.sendings import act_of
from tests.support.union_inside import union_inside
from tests.support.world import MONDAY_MORNING, World, shared_tables, world_in

DAY = date(2026, 11, 16)

# -- docs/howto/add-a-function.md ----------------------------------------------------------

COUNT = "persons.count_households"

# 1. Entry
ENTRY = Function(
    id=COUNT,
    area="persons",
    kind=Kind.INQUIRE,
    label="世帯の数",
    help="この端末にある世帯の数を数えます。",
    step_up=StepUp.RECENT,
    reads=("household",),
    screen="tests.functional.test_howto:HouseholdsScreen",
    menu=True,
)


# 2. Module
@dataclass(frozen=True, slots=True)
class Households:
    """How many households there are."""

    number: int


def count_households(gate: Gate, session: Session) -> Households:
    """世帯の数."""
    with gate.view(COUNT, session) as work:
        return Households(int(work.scalar(select(func.count()).select_from(household)) or 0))


class HouseholdsScreen(QLabel):
    """Shows the number."""

    def __init__(self, desk: Any) -> None:
        super().__init__(f"{count_households(desk.gate, desk.session).number} 世帯")


# 3. Example
def _example(world: World) -> Attempt:
    return Attempt("clerk", view=lambda session: count_households(world.gate, session))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """A copy of the registry with the one entry more."""
    added = {persons_area: (ENTRY,)}
    return collect(tuple((s.AREA, s.FUNCTIONS + added.get(s, ())) for s in SPECS))


@pytest.fixture
def world(catalog: Catalog, tmp_path: Path):
    """A terminal whose registry is the copy."""
    with world_in(tmp_path, catalog=catalog) as opened:
        with opened.hands_on("household") as work:
            rows = [{"municipality_code": "999998", "household_number": str(n)} for n in range(3)]
            work.run(insert(household), rows)
        yield opened


def test_the_registry_itself_stays_as_it_was(catalog: Catalog) -> None:
    assert COUNT not in CATALOG
    assert set(catalog) == {*CATALOG, COUNT}
    assert catalog.version != CATALOG.version


def test_the_menu_follows(world: World, qtbot: QtBot) -> None:
    window = MainWindow(training=True, terminal="T01")
    qtbot.addWidget(window)
    permitted = world.gate.permitted(world.session("clerk"))
    window.set_menu(menu_entries(world.catalog, permitted))
    assert COUNT in window.menu_functions()
    labels = {entry.function_id: entry for entry in menu_entries(world.catalog, permitted)}
    assert (labels[COUNT].label, labels[COUNT].area) == ("世帯の数", "照会")
    window.set_menu(menu_entries(world.catalog, world.gate.permitted(world.session("nobody"))))
    assert window.menu_functions() == ()


@pytest.mark.req("SEC-35")
def test_the_permission_table_and_what_may_be_asked_for_follow(catalog: Catalog) -> None:
    book = permission_book(DAY, shared_tables(), catalog)
    (line,) = [line for line in book.splitlines() if "世帯の数" in line]
    assert line.startswith("| 照会 | 世帯の数 | 照会 | ○ |")
    assert "世帯の数" not in permission_book(DAY, shared_tables())
    check_in_role(role_on(shared_tables(), catalog, "clerk", DAY), (COUNT,))
    with pytest.raises(Refusal):
        check_in_role(role_on(shared_tables(), catalog, "administrator", DAY), (COUNT,))


def test_gate_and_journal_follow(world: World) -> None:
    assert count_households(world.gate, world.session("clerk")) == Households(3)
    entry = world.last_line().entry
    assert (entry.function_id, entry.state, entry.staff_id) == (COUNT, State.VIEW, "S101")


def test_the_example_is_refused_whenever_something_is_missing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EXAMPLES, COUNT, _example)
    case = generated.Case(world, world.catalog[COUNT])
    generated._standing_hazards(case)
    generated._circumstance_hazards(case)
    assert case.run() == Households(3)
    with generated.refused(world, "right.none"):
        count_households(world.gate, world.session("nobody"))


def test_what_the_entry_does_not_declare_cannot_be_read(world: World) -> None:
    with (
        pytest.raises(Undeclared),
        world.gate.view(COUNT, world.session("clerk")) as work,
    ):
        work.all(select(person.c.name))


def test_the_screen_is_found_by_its_name(world: World, qtbot: QtBot) -> None:
    module, _, name = world.catalog[COUNT].screen.partition(":")

    @dataclass
    class Desk:
        gate: Gate
        session: Session

    screen = getattr(importlib.import_module(module), name)(
        Desk(world.gate, world.session("clerk"))
    )
    qtbot.addWidget(screen)
    assert screen.text() == "3 世帯"


def test_the_manual_follows(catalog: Catalog) -> None:
    manual = operators_manual(DAY, shared_tables(), catalog)
    section = manual.split("\n### 世帯の数\n")[1].split("\n#")[0]
    assert "この端末にある世帯の数を数えます。" in section
    assert "窓口職員" in section
    assert "15分以内の本人の確認" in section


@pytest.mark.parametrize(
    "change",
    [
        {"id": "persons.search"},
        {"id": "levy.count"},
        {"area": "unknown"},
        {"screen": ""},
        {"run": "somewhere:else"},
    ],
)
def test_an_entry_that_contradicts_itself_is_not_taken(change: dict[str, str]) -> None:
    wrong = replace(ENTRY, **change)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"."):
        collect(((persons_area.AREA, (*persons_area.FUNCTIONS, wrong)),))


# -- docs/howto/add-a-file.md --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheltersRecord:
    """1. Record: 避難先情報."""

    shelter_id: str = column("避難先番号", Column.ID, 20, required=True)
    name: str = column("避難先の名前", Column.TEXT, 40, required=True)
    opened_on: str = column("開設日", Column.DAY)
    sex: str = column("性別", Column.CODE, codes="sexes")


# 2. Entry
SHELTERS = FileSpec(
    id="FILE-99",
    title="避難先情報",
    names=("避難先情報",),
    route=Route.DOWN,
    frequency="都度",
    record=SheltersRecord,
    layout="shelters",
    version=1,
    key=("shelter_id",),
    applied_by="files.receive_shelters",
)

# 3. Samples
GOOD = (
    '"shelter_id","name","opened_on","sex"\n'
    '"U-1","見本市立﨑小学校","2026-11-16","2"\n'
    '"U-2","公民館",""," "\n'
).replace('" "', '""')
BROKEN = {
    "header": GOOD.replace('"name"', '"nome"'),
    "required": GOOD.replace('"公民館"', '""'),
    "day": GOOD.replace("2026-11-16", "2026-11-31"),
    "code": GOOD.replace('"2"\n', '"8"\n'),
}

# 4. Handler: its function
RECEIVE = Function(
    id="files.receive_shelters",
    area="files",
    kind=Kind.UPDATE,
    label="避難先情報の取り込み",
    help="避難先情報を取り込みます（端末が行います）。",
    actor=Actor.SYSTEM,
    writes=inbox.APPLYING,
)


def _codes() -> Any:
    return code_sets(shared_tables(), DAY)


def test_the_codec_follows() -> None:
    data = GOOD.encode()
    records = decode_file(SHELTERS, data, _codes())
    assert records[0] == SheltersRecord("U-1", "見本市立﨑小学校", "2026-11-16", "2")
    assert encode_file(SHELTERS, records, _codes()) == data


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize("reason", BROKEN)
def test_each_broken_sample_is_refused(reason: str) -> None:
    assert BROKEN[reason] != GOOD
    with pytest.raises(FileRefused) as refused:
        decode_file(SHELTERS, BROKEN[reason].encode(), _codes())
    assert refused.value.code == f"file.{reason}"


def test_the_interface_book_follows() -> None:
    book = interface_book({**FILES, **BEYOND, SHELTERS.id: SHELTERS})
    assert book.startswith(interface_book())
    chapter = book.split("## FILE-99 避難先情報\n")[1]
    for field in SHELTERS.columns:
        assert field.label in chapter
    assert "FILE-99" not in interface_book()


def test_the_function_that_applies_it_stands_among_the_system_s_work() -> None:
    areas = ((s.AREA, s.FUNCTIONS + ((RECEIVE,) if s is files_area else ())) for s in SPECS)
    catalog = collect(tuple(areas))
    assert catalog[SHELTERS.applied_by].actor is Actor.SYSTEM
    manual = operators_manual(DAY, shared_tables(), catalog)
    assert "- **避難先情報の取り込み**" in manual.split("## 端末が自動で行うこと")[1]
    assert "避難先情報" not in permission_book(DAY, shared_tables(), catalog)


UP = replace(SHELTERS, id="FILE-98", route=Route.UP, applied_by="", confirmations=2, framed=True)
DOWN = replace(SHELTERS, framed=True)


@pytest.fixture
def system(tmp_path: Path) -> Any:
    """A union of its own, without a line."""
    with union_inside(tmp_path) as inside:
        yield inside


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry with the two entries more; what is made of it at the start is made anew."""
    for spec in (UP, DOWN):
        monkeypatch.setitem(FILES, spec.id, spec)
        monkeypatch.setitem(LAYOUTS, spec.id, (spec.layout, spec.versions))
    monkeypatch.setattr(inbox, "INCOMING", inbox.incoming(FILES))
    monkeypatch.setattr(taking, "TAKERS", taking.takers(FILES))
    monkeypatch.setattr("app.peers.union.line.intake.TAKERS", taking.takers(FILES))


@pytest.mark.req("SEC-114", "SEC-98")
def test_the_terminal_sends_it_by_two_persons(both: None, tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        union = LoopUnion()
        enrol(world, union)
        handlers_of_files(world)
        with world.hands_on("outbox", "store_fact") as work:
            records = decode_file(SHELTERS, GOOD.encode(), _codes())
            sent = outgoing.prepare(act_of(world, work), UP.id, records, codes=_codes())
        for who in ("clerk", "branch"):
            (line,) = sendings.lines(world.gate, world.session(who))
            assert (line.title, line.count) == ("避難先情報", 2)
            prepared = sendings.prepare_confirm(world.gate, world.session(who), sent)
            sendings.perform_confirm(world.gate, prepared, world.approvals(prepared))
        engine = engine_of(world, union, handlers={DOWN.applied_by: lambda *_: None})
        (report,) = engine.contact().sent
        assert report.accepted


def test_the_terminal_receives_it(both: None, tmp_path: Path) -> None:
    areas = ((s.AREA, s.FUNCTIONS + ((RECEIVE,) if s is files_area else ())) for s in SPECS)
    taken: list[Any] = []

    def receive(work: Any, spec: FileSpec, records: Any) -> inbox.Applied:
        taken.extend(records)
        return inbox.Applied(len(taken), 0)

    with world_in(tmp_path, catalog=collect(tuple(areas))) as world:
        union = LoopUnion()
        enrol(world, union)
        union.announce(DOWN.id, list(decode_file(SHELTERS, GOOD.encode(), _codes())))
        union.announce_plain(DOWN.id, BROKEN["day"].encode(), 2)
        engine = engine_of(world, union, handlers={DOWN.applied_by: receive})
        good, broken = engine.contact().received
    assert (good.state, good.applied) == (Incoming.APPLIED, 2)
    assert broken.state is Incoming.QUARANTINED
    assert taken == list(decode_file(SHELTERS, GOOD.encode(), _codes()))


def test_the_union_takes_it_holds_it_and_has_it_for_the_terminals(both: None, system: Any) -> None:
    records = decode_file(SHELTERS, GOOD.encode(), _codes())
    header: Any = SimpleNamespace(file_id=UP.id, id="T01-1-000001")
    caller = Caller("T15", "152994", "0" * 64)
    with system.database.write() as connection:
        assert taking.TAKERS[UP.id] is taking.take_and_hold
        taking.take_and_hold(system, connection, caller, header, records)
        assert set(holding.holds(connection, UP, "152994")) == set(records)
        holding.hold(connection, DOWN, "152994", records)
        assert holding.waiting(connection, "T15", "152994", Route.DOWN) == [DOWN.id]
        assert holding.waiting(connection, "T15", "152994", Route.UP) == []


# -- docs/howto/add-a-form.md --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptData:
    """1. Data: 預り証."""

    number: str = item("預り番号", pattern=r"[0-9]{4}")
    name: str = item("氏名")


def draw_receipt(sheet: Sheet, data: ReceiptData, paper: SheetSize) -> None:
    """One page."""
    sheet.page(paper.width, paper.height)
    sheet.label("預り証", Box(10, 10, 60, 10), Style(18, role="bold"))
    sheet.value("number", data.number, Box(10, 25, 60, 8), Style(14, role="bold"))
    sheet.value("name", data.name, Box(10, 40, 80, 12), Style(16, least=9, role="mincho"))


# 2. Entry and sheet
RECEIPT = Form(
    id="FORM-N99",
    title="預り証",
    kind="slip",
    data=ReceiptData,
    draw=draw_receipt,
    source="case",
    numbered=False,
    paper="FORM-N99",
)
SHEET = """
[[row]]
form = "FORM-N99"
width_mm = 105
height_mm = 74
source = "試験"
confirmed = true
"""

# 3. Example
RECEIPT_EXAMPLE = ReceiptData(number="0042", name="葛\U000e0102城　𠮷之助")


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Press:
    """A press with a copy of FORMS and of the tables."""
    tables = tmp_path_factory.mktemp("tables")
    shutil.copytree(shipped_tables(), tables, dirs_exist_ok=True)
    with (tables / "print_papers.toml").open("a", encoding="utf-8") as papers:
        papers.write(SHEET)
    return Press(load_fonts(), load_tables(tables), (*FORMS, RECEIPT))


def test_the_form_is_drawn_and_proved(press: Press) -> None:
    rendered = press.render("FORM-N99", RECEIPT_EXAMPLE, training=True, now=MONDAY_MORNING)
    assert rendered.missing == ()
    assert press.prove(rendered, RECEIPT_EXAMPLE).inked == 2


def test_the_proof_follows(press: Press) -> None:
    rendered = press.render("FORM-N99", RECEIPT_EXAMPLE, training=False, now=MONDAY_MORNING)
    for other in (replace(RECEIPT_EXAMPLE, number="0043"), replace(RECEIPT_EXAMPLE, name="葛城")):
        with pytest.raises(ProofFailed):
            press.prove(rendered, other)


def test_what_does_not_fit_its_declaration_is_not_drawn(press: Press) -> None:
    wrong = replace(RECEIPT_EXAMPLE, number="42")
    with pytest.raises(Exception, match=r"forms\.item_shape"):
        press.render("FORM-N99", wrong, training=False, now=MONDAY_MORNING)
    assert MONDAY_MORNING.tzinfo is JST


# -- the pages themselves ------------------------------------------------------------------


@pytest.mark.parametrize("page", ["add-a-function.md", "add-a-file.md", "add-a-form.md"])
def test_every_place_that_a_recipe_names_is_there(page: str) -> None:
    import re

    root = Path(__file__).resolve().parents[2]
    text = (root / "docs" / "howto" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:app|forms|tests|resources|docs)/[\w./-]+)`", text))
    assert named
    assert [place for place in sorted(named) if not (root / place).exists()] == []
