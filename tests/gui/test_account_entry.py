"""振込先 as it is keyed: what is understood of a number follows its bank and branch."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtWidgets import QLabel

from app.cases import blocks
from app.cases.entry import EntryPage
from app.cases.screens.entry_form import EntryForm
from app.core.tables import load_tables, shipped_tables
from app.ui.base.fields import Field
from app.ui.base.names import NamePainter
from forms.fonts import load_fonts


def said(field: Field) -> str:
    return "\n".join(label.text() for label in field.findChildren(QLabel))


PAGE = EntryPage("account", "振込先", "", blocks.account_fields(lambda entered: None))


def test_what_is_understood_follows_what_stands_beside_it(qtbot: Any) -> None:
    tables, painter = load_tables(shipped_tables()), NamePainter(load_fonts())
    form = EntryForm(PAGE, {}, tables, date(2026, 11, 20), painter)
    qtbot.addWidget(form)
    number = form.field("account_number")
    form.field("bank_code").set_value("ゆうちょ")
    form.field("branch_code").set_value("10180")
    number.set_value("12345671")
    assert "→ 1234567" in said(number)
    form.field("bank_code").set_value("みずほ")
    form.field("branch_code").set_value("015")
    assert "→" not in said(number)
    assert "→ 015　築地" in said(form.field("branch_code"))
