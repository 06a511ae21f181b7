"""The lists of individual numbers are what the program does (SEC-12, FORM-84)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.catalog import CATALOG
from app.functions.records import number_registers
from app.functions.records.number_registers import DUTY_LIST, FORM_LIST, registers
from app.security.spec import MyNumber
from forms.catalog import FORMS
from forms.form import APPLICATION
from tests.support.form_examples import NOW
from tests.support.ledger_examples import list_desk
from tests.support.stories import text_of
from tests.support.verbs import shared_press
from tests.support.world import shared_tables, world_in

DAY = date(2026, 11, 16)


def codes(register: str) -> set[str]:
    found = registers(CATALOG, shared_tables(), DAY)
    return {one.code for one in found if one.register == register}


@pytest.mark.req("SEC-12")
def test_a_form_is_listed_exactly_when_its_sheet_asks_for_the_number() -> None:
    """Read off the drawn sheets, because a flag alone would prove nothing. A mandate that lets
    somebody else bring the number (個人番号の提供, 個人番号を提供) asks for none itself."""
    listed = {
        one.code for one in registers(CATALOG, shared_tables(), DAY) if one.register == FORM_LIST
    }
    press = shared_press()
    asking = set()
    for form in FORMS:
        if form.kind != APPLICATION or form.examples is None:
            continue
        sheet = press.render(form.id, form.examples.typical, training=False, now=NOW)
        said = "".join(text_of(sheet.pdf).split())
        if re.search("個人番号(?![のを]提供)", said):
            asking.add(form.id)
    assert asking - listed == set(), "a sheet asks for the number and is on no list"
    assert listed - asking == set()
    assert {form.id for form in FORMS if form.asks_number} == listed


def test_a_duty_is_listed_exactly_when_it_uses_the_number() -> None:
    listed = {
        one.code for one in registers(CATALOG, shared_tables(), DAY) if one.register == DUTY_LIST
    }
    assert listed == {one.id for one in CATALOG.values() if one.my_number is not MyNumber.NONE}
    none = [replace(form, asks_number=False) for form in FORMS]
    left = registers(CATALOG, shared_tables(), DAY, none)
    assert FORM_LIST not in {one.register for one in left}


def test_the_lists_print_and_leave_their_line(tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        desk = list_desk(world, world.session("supervisor"))
        number = number_registers.print_registers(desk)
        assert number.startswith("T01-N")
        (printed,) = desk.printer.sheets  # type: ignore[attr-defined]
        assert "住登外者の登録" in text_of(printed[1])
