"""管理台帳と突合 (SEC-43 … 45): what differs, what nobody uses, on paper and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from app.cases.issuing import Drawing
from app.catalog import CATALOG
from app.functions.admin import ledger
from app.functions.admin.ledger import Ledger, Used, differences
from app.functions.admin.rights_list import GrantLine
from app.functions.admin.staff import StaffKey, StaffLine
from app.security.journal.line import State
from app.security.staff.grants import Grant, GrantState
from app.security.staff.roles import roles_on
from db.tables.control import grant_row
from db.tables.printing import print_line
from forms.fonts import load_fonts
from forms.press import Press
from tests.support.counter import KeepingPrinter
from tests.support.stories import text_of
from tests.support.world import World, shared_tables, world_in

TODAY = date(2026, 11, 16)
KEY = StaffKey(b"1", "札", "2026-04-01", "S201", "")
PERSON = StaffLine(
    staff_id="S101",
    name="窓口 花子",
    post="保険年金課",
    contractor=False,
    valid_from="2026-04-01",
    valid_to="2027-03-31",
    left_on="",
    password_set_on="2026-11-02",
    trained_on="",
    registered=(KEY,),
    version=1,
)
GRANT = Grant(
    id="T01-1-1",
    staff_id="S101",
    function_id="persons.search",
    access="inquire",
    valid_from=date(2026, 4, 1),
    valid_to=date(2027, 3, 31),
    state=GrantState.CONFIRMED,
    requested_by="S201",
    approved_by="S202",
    effected_by="S301",
    effected_on=date(2026, 4, 1),
    confirmed_by="S202",
)
USED = Used(
    TODAY - timedelta(days=60), {"S101": "2026-11-10"}, {"S101": frozenset({"persons.search"})}
)


def line(**values: Any) -> GrantLine:
    return GrantLine(replace(GRANT, **values), "窓口 花子", "検索", "")


def found(person: StaffLine = PERSON, *rights: GrantLine, used: Used = USED) -> list[str]:
    return [one.what for one in differences([person], rights or [line()], used, TODAY)]


@pytest.mark.req("SEC-44")
def test_two_lists_that_say_the_same_differ_in_nothing() -> None:
    assert found() == []


@pytest.mark.req("SEC-44", "SEC-45")
@pytest.mark.parametrize(
    ("person", "right", "used", "said"),
    [
        (replace(PERSON, left_on="2026-11-01"), line(), USED, "権限が 1件残っています"),
        (replace(PERSON, valid_to="2026-11-15"), line(), USED, "権限が 1件残っています"),
        (replace(PERSON, left_on="2026-11-01"), line(), USED, "キーが 1本残っています"),
        (replace(PERSON, registered=()), line(), USED, "使えるキーがありません"),
        (PERSON, line(state=GrantState.REVOKED), USED, "有効な権限が一つもありません"),
        (replace(PERSON, valid_to="2027-01-31"), line(), USED, "利用終了日より後です"),
        (PERSON, line(), replace(USED, logins={}), "60日以上ログインしていません"),
        (PERSON, line(), replace(USED, functions={}), "使われていない権限が 1件あります"),
        (PERSON, line(approved_by=""), USED, "承認した人の記録がない権限が 1件"),
        (PERSON, line(effected_by=""), USED, "反映した人の記録がない権限が 1件"),
        (PERSON, line(confirmed_by="S301"), USED, "別の人が確認していない権限が 1件"),
        (PERSON, line(confirmed_by=""), USED, "別の人が確認していない権限が 1件"),
    ],
)
def test_each_difference_is_named(
    person: StaffLine, right: GrantLine, used: Used, said: str
) -> None:
    assert any(said in one for one in found(person, right, used=used))


def test_who_came_a_week_ago_is_not_blamed_for_not_logging_in() -> None:
    fresh = replace(PERSON, valid_from="2026-11-09")
    asked = line(valid_from=date(2026, 11, 9))
    assert found(fresh, asked, used=replace(USED, logins={}, functions={})) == []


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def read(world: World) -> Ledger:
    session = world.session("administrator")
    return ledger.read_ledger(world.gate, session, world.journal, CATALOG, world.calendar)


@pytest.mark.req("SEC-43", "SEC-44")
def test_a_row_written_by_hand_is_found(world: World) -> None:
    with world.store.update(("grant_row",), ("grant_row",)) as work:  # an outside tool
        (row, *_) = work.all(grant_row.select().where(grant_row.c.staff_id == "S301"))
        copied = dict(row._mapping)
        work.run(insert(grant_row).values(**copied | {"id": "T01-1-999", "staff_id": "S101"}))
    said = [one.what for one in read(world).differences if one.staff_id == "S101"]
    assert any("署名された申請・承認のない権限が 1件" in one for one in said)


def test_what_the_journal_tells_of_use_is_what_was_used(world: World) -> None:
    with world.gate.view("persons.enter", world.session("clerk")):
        pass
    used = read(world).used
    assert "persons.enter" in used.functions["S101"]
    world.later(days=61)
    assert "S101" not in ledger.read_used(world.journal.newest_first(), date(2027, 1, 15)).functions


@pytest.mark.req("SEC-44", "SEC-45")
def test_the_comparison_is_recorded_over_exactly_what_was_compared(world: World) -> None:
    compared = read(world)
    session = world.session("administrator")
    prepared = ledger.prepare_check(world.gate, session, compared, "異常なし。")
    ledger.perform_check(world.gate, prepared, world.approvals(prepared))
    begun = next(
        one
        for one in reversed(world.lines())
        if one.entry.function_id == "admin.note_check" and one.entry.state is State.BEGUN
    )
    assert begun.entry.document_digest == compared.digest
    assert replace(compared, rights=compared.rights[1:]).digest != compared.digest


@pytest.mark.req("SEC-35", "SEC-43", "SEC-44", "SEC-45")
def test_the_ledgers_come_out_on_paper_with_everybody_on_them(world: World) -> None:
    printer = KeepingPrinter()
    tables = shared_tables()
    press = Press(load_fonts(), tables)
    desk = ledger.Desk("見本市", "T01", world.journal, Drawing(tables, press, True), printer)
    session = world.session("administrator")
    roles = roles_on(tables, CATALOG, TODAY)
    compared = read(world)
    ledger.print_users(world.gate, session, compared, roles, desk)
    ledger.print_rights(world.gate, session, compared, desk)
    ledger.print_permissions(world.gate, session, CATALOG, roles, desk)
    ledger.print_comparison(world.gate, session, compared, desk)
    users, rights, permissions, comparison = (text_of(pdf) for _, pdf in printer.sheets)
    for staff_id in ("S101", "S102", "S201", "S202", "S301", "S900"):
        assert staff_id in users
    assert "窓口職員" in users
    assert rights.count("S102") > 10
    assert "情報システム管理者" in permissions and "バックアップ" in permissions
    assert compared.differences
    said = comparison.replace("\r\n", "")
    for one in compared.differences:
        assert one.staff_id in comparison and one.what in said, one
    with world.store.view(("print_line",)) as work:
        printed = [row.form_id for row in work.all(print_line.select())]
    assert printed == ["FORM-76", "FORM-78", "FORM-77", "FORM-N30"]
