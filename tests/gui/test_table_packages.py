"""料率・基準の表: a package is read, seen, decided by two, used from its day, and told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.tables import shipped_tables
from app.functions.admin.screens.table_packages import PutTablesScreen, TablesScreen
from app.start.self_check import Level, Machine, check_tables
from tests.support.founded import PASSWORDS, FoundedTerminal
from tests.support.office import Office, founded_office
from tests.support.table_packages import MEALS, package_of, trust_in
from tests.support.world import shared_tables

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DAY_OF_MEALS = "2025-06-01"


@pytest.fixture
def place(tmp_path: Path, qtbot: Any) -> Iterator[tuple[FoundedTerminal, Office]]:
    terminal, office = founded_office(tmp_path)
    office.log_in("S201", PASSWORDS["S201"])
    desk = office.counter.desk
    assert desk is not None
    trust_in(desk.door_of_staff.terminal.store, KEY)
    yield terminal, office
    office.close()


def form_with(office: Office, folder: Path, data: bytes) -> PutTablesScreen:
    (folder / "tables.package").write_bytes(data)
    screen = office.choose("admin.list_tables", TablesScreen)
    office.until(lambda: screen.button.isEnabled())
    screen.button.click()
    form = office.screen(PutTablesScreen)
    form.file.set_value(str(folder / "tables.package"))
    form.look_button.click()
    return form


def general(office: Office) -> int:
    from datetime import date

    desk = office.counter.desk
    assert desk is not None
    return desk.tables[MEALS].at(date.fromisoformat(DAY_OF_MEALS)).number("general")


@pytest.mark.req("SEC-40")
def test_two_put_a_package_in_force_for_tomorrow_and_the_next_login_uses_it(
    place: tuple[FoundedTerminal, Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, office = place
    shipped = shared_tables().version
    tomorrow = terminal.clock.now().date() + timedelta(days=1)
    form = form_with(office, tmp_path, package_of(KEY, tomorrow, 3))
    office.until(lambda: form.seen is not None)
    assert "変更　2025-04-01から: 一般（１食・円） 510 → 777" in office.texts()
    office.picture("tables-form")
    office.go_on()
    office.answer_second("S202")
    screen = office.screen(TablesScreen)
    office.until(lambda: bool(screen.lines))
    assert screen.table.item(0, 5).text() == "これから"
    assert general(office) == 510 and shipped in office.texts()
    machine = Machine(terminal.clock, data=terminal.paths.data)
    assert [one.level for one in check_tables(machine)] == [Level.OK, Level.OK]
    counter = office.counter
    terminal.clock.advance(timedelta(days=1))
    monkeypatch.setattr(
        counter, "_wakefulness", SimpleNamespace(has_slept=lambda _: False, rest=int)
    )
    counter.look_at_the_clock()  # who works on past midnight does not go on by the old figures
    assert counter.desk is None and "ログインし直して" in office.texts()
    office.log_in("S202", PASSWORDS["S202"])
    assert general(office) == 777
    counter.look_at_the_clock()
    assert counter.desk is not None
    desk = office.counter.desk
    assert desk is not None and desk.tables.version == f"{shipped}+3"
    screen = office.choose("admin.list_tables", TablesScreen)
    office.until(lambda: bool(screen.lines))
    office.picture("tables")
    assert screen.table.item(0, 5).text() == "いま有効" and f"{shipped}+3" in office.texts()
    assert screen.table.item(0, 4).text() == "S201・S202"
    lines = [one.text for one in check_tables(machine)]
    assert shipped in lines[0] and f"{shipped}+3（表のパッケージ第3号）" in lines[1]


def test_a_wrong_file_is_told_at_its_field_and_nothing_can_be_decided_unseen(
    place: tuple[FoundedTerminal, Office], tmp_path: Path
) -> None:
    terminal, office = place
    tomorrow = terminal.clock.now().date() + timedelta(days=1)
    data = package_of(KEY, tomorrow)
    form = form_with(office, tmp_path, data[:-5] + b"12345")
    office.until(lambda: "署名が合いません" in form.file.error)
    assert "登録した広域連合" in form.file.error
    office.go_on()
    assert "まだ見ていません" in form.file.error
    form.file.set_value(str(tmp_path / "none"))
    form.look_button.click()
    assert "開けません" in form.file.error
    form.file.set_value(str(tmp_path / "tables.package"))
    (tmp_path / "tables.package").write_bytes(data)
    form.look_button.click()
    office.until(lambda: form.seen is not None)
    form.since.set_day(terminal.clock.now().date())
    assert form.seen is None
    form.look_button.click()
    office.until(lambda: "明日から" in form.since.error)
    assert general(office) == 510 and shipped_tables().is_dir()
