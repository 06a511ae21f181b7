"""From an empty machine to the first clerk by the manual alone (issue 14.1): founding, enrolment,
the window, three people admitted by the two founders, and the clerk's first certificate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cases.screens.board import BoardScreen
from app.core.clock import SystemClock
from app.core.errors import EnvironmentFault
from app.core.paths import Paths
from app.core.tables import load_tables, shipped_tables
from app.demo.people import ADMINISTRATOR, CLERK, FOUNDERS, SUPERVISOR, TrainingStaff
from app.demo.room import Room
from app.demo.visit import Driver, run_visit
from app.functions.admin import admitting
from app.functions.admin.screens.newcomer import NewcomerScreen
from app.functions.admin.screens.request import RequestScreen
from app.functions.admin.screens.rights import RightsScreen
from app.functions.admin.screens.staff_list import StaffScreen
from app.peers.union.embed import Union, embedded
from app.start import founding
from app.start.compose import Parts
from app.start.founding import Machine, found_terminal
from app.start.installation import Installation, read_installation
from app.start.setting_up import enrol_terminal
from app.start.talk import Talk
from app.start.unfinished import Unfinished
from app.training.movers import movers
from app.training.municipality import Municipality, municipality
from app.training.people import MUNICIPALITY_CODE, seed_line
from forms.spool import FolderPrinter
from tests.functional.test_setting_up import Keyboard, open_at_any_time
from tests.support.keys import QUICK
from tests.support.office import Hands, Office
from tests.support.shelf import MemoryShelf

FIRST, SECOND = FOUNDERS
ROLE_KEYS = {"clerk": 0, "supervisor": 6, "administrator": 7}


@dataclass
class Machine14:
    """An empty machine beside a running union; ``office`` opens the window."""

    folder: Path
    union: Union
    hands: Hands
    shelf: MemoryShelf
    place: Municipality

    @property
    def parts(self) -> Parts:
        paths = Paths(self.folder / "terminal")
        return Parts(
            paths,
            SystemClock(),
            load_tables(shipped_tables()),
            read_installation(paths),
            self.shelf,
        )

    @contextmanager
    def office(self) -> Iterator[Office]:
        made = Office(self.parts, self.hands, FolderPrinter(self.folder / "printed"))
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine14]:
    real = founding._ask_installation

    def training(talk: Talk, place: Unfinished) -> Installation:
        asked = real(talk, place)
        return Installation(True, asked.municipality_code, asked.office, asked.phone)

    monkeypatch.setattr(founding, "_ask_installation", training)  # software keys
    monkeypatch.setattr(founding, "STANDARD", QUICK)
    monkeypatch.setattr(admitting.admit, "__defaults__", (QUICK,))
    open_at_any_time(monkeypatch)
    clock = SystemClock()
    place = municipality(load_tables(shipped_tables()), 150, on=clock.now().date())
    with embedded(tmp_path / "union") as union:
        union.first.load(map(seed_line, place.persons()))
        yield Machine14(tmp_path, union, Hands(), MemoryShelf(), place)


def found(machine: Machine14) -> None:
    """``madoguchi found``."""
    board = Keyboard([MUNICIPALITY_CODE, "見本市 保険年金課", "0000-00-0000", ""])
    for person in FOUNDERS:
        board.answers += [person.staff_id, person.name, person.post, ""]
        board.secrets += [person.password, person.password]
    people = iter(FOUNDERS)

    def key_of(_talk: Talk) -> Any:
        return Registering(machine.hands, next(people).staff_id)

    data = machine.folder / "terminal"
    here = Machine(key_of, lambda: None, lambda _service: machine.shelf)
    assert found_terminal(data, board.talk(), None, here) == 0


class ByItself(Driver):
    """Presses the keys of the keyboard; the security key is touched as soon as it is asked."""

    def touch_key(self, name: str) -> None:
        self.settle()


class Registering:
    """The hands while one person registers."""

    def __init__(self, hands: Hands, name: str) -> None:
        self._hands = hands
        self._name = name

    def enrol(self, *given: Any, **named: Any) -> Any:
        self._hands.registering = self._name
        return self._hands.enrol(*given, **named)

    def assert_(self, *given: Any, **named: Any) -> Any:
        return self._hands.assert_(*given, **named)


def enrol(machine: Machine14) -> None:
    """``madoguchi enrol``, twice: the union's operators approve in between."""
    authority = machine.folder / "authority.pem"
    authority.write_bytes(machine.union.authorities)
    data = machine.folder / "terminal"

    def once(board: Keyboard) -> int:
        return enrol_terminal(
            data,
            machine.union.address,
            authority,
            board.talk(),
            machine.parts,
            lambda talk: machine.hands,
        )

    with pytest.raises(EnvironmentFault, match=r"enrol\.waiting"):
        once(Keyboard([FIRST.staff_id, "窓口"], [FIRST.password]))
    machine.union.approve_waiting()
    assert once(Keyboard([FIRST.staff_id, SECOND.staff_id], [FIRST.password])) == 0
    machine.union.deliver(MUNICIPALITY_CODE)


def admit(office: Office, person: TrainingStaff) -> None:
    """By the first founder: 職員の登録 and 権限の申請."""
    staff = office.screen(StaffScreen)
    staff._buttons["admin.register_staff"].click()
    form = office.screen(NewcomerScreen)
    office.picture(f"newcomer-{person.staff_id}")
    form.staff_id.set_value(person.staff_id)
    form.name.set_value(person.name)
    form.post.set_value(person.post)
    form.key_label.set_value(f"{person.staff_id} のキー")
    form.password.edit.setText(person.password)
    form.again.edit.setText(person.password)
    office.hands.registering = person.staff_id
    office.go_on()
    office.answer_second(SECOND.staff_id)
    request = office.screen(RequestScreen)
    office.until(lambda: bool(request.staff_id._hint.text()), "whom")
    request.role.set_value(person.role)
    request.reason.set_value("着任")
    office.picture(f"request-{person.staff_id}")
    office.go_on()
    office.screen(RightsScreen)


def take_every_step(office: Office, function_id: str) -> None:
    """One touch for everything that waits for this step."""
    rights = office.choose("admin.list_grants", RightsScreen)
    office.until(lambda: bool(rights.bundles), "what waits")
    office.picture(f"rights-{function_id}")
    mine = [one for one in rights.bundles if one.mine]
    assert {one.step for one in mine} == {function_id}
    rights.all_button.click()
    office.settle()
    assert len(rights.chosen) == len(mine)
    office.picture(f"chosen-{function_id}")
    rights.button.click()
    office.until(
        lambda: not any(one.mine and one.step == function_id for one in rights.bundles),
        function_id,
    )


@pytest.mark.req("SEC-20", "SEC-21", "SEC-36", "SEC-39", "SEC-40")
def test_from_an_empty_machine_to_the_first_certificate(
    machine: Machine14, qtbot: Any, tmp_path: Path
) -> None:
    found(machine)
    enrol(machine)
    with machine.office() as office:
        office.log_in(FIRST.staff_id, FIRST.password)
        staff = office.screen(StaffScreen)
        office.until(lambda: bool(staff.lines), "staff")
        assert "初期設定の期間です" in office.texts()
        office.picture("staff")
        for person in (SUPERVISOR, ADMINISTRATOR, CLERK):
            office.choose("admin.list_staff", StaffScreen)
            admit(office, person)
        office.log_off()

        office.log_in(SECOND.staff_id, SECOND.password)
        take_every_step(office, "admin.approve_grant")
        office.log_off()
        office.log_in(FIRST.staff_id, FIRST.password)
        take_every_step(office, "admin.effect_grant")
        office.log_off()

        office.log_in(CLERK.staff_id, CLERK.password)
        assert "責任者と情報システム管理者がまだいません" in office.counter.window.said
        office.picture("too-early")
        early = (
            "records.ledgers",
            "own.change_password",
        )  # the list of ledgers, no ledger's content
        assert office.counter.window.menu_functions() == early
        office.log_off()

        office.log_in(SECOND.staff_id, SECOND.password)
        take_every_step(office, "admin.confirm_grant")
        staff = office.choose("admin.list_staff", StaffScreen)
        office.until(lambda: len(staff.lines) == 5, "staff")
        assert "初期設定の期間です" not in office.texts()
        office.picture("staff-after")
        office.log_off()

        office.open_after_login(CLERK.staff_id, CLERK.password, BoardScreen)
        place = machine.place
        room = Room(
            machine.parts,
            None,  # type: ignore[arg-type]
            machine.union,
            place,
            movers(load_tables(shipped_tables()), place),
            "",
        )
        driver = ByItself(office.counter, tmp_path, lambda: None)
        driver.settle()
        visit = run_visit(driver, room.movers[0], room)
        assert visit.certificate_number
