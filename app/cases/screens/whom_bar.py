"""Whom a case is about, as a bar above every page: from the address master, read-only (SEC-09)."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.cases.whom import Whom
from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_screen
from app.rules.calendar.wareki_input import parse_date
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter

_FOREIGN = "2"


class WhomBar(QFrame):
    """Name in its exact variant, kana, birth date, address and numbers."""

    def __init__(self, whom: Whom, tables: Tables, painter: NamePainter) -> None:
        super().__init__()
        self.setObjectName("card")
        self.whom = whom
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 8, 18, 8)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addWidget(NameLabel(painter, whom.name, 24))
        row.addWidget(PlainLabel(whom.kana))
        birth = parse_date(whom.birth_written, Eras(tables["eras"]), uncertain=True)
        western = whom.person_kind == _FOREIGN
        row.addWidget(PlainLabel(f"{on_screen(birth, Eras(tables['eras']), western=western)}生"))
        row.addStretch(1)
        if whom.care:
            mark = PlainLabel("取扱注意")
            mark.setObjectName("careMark")
            row.addWidget(mark)
        column.addLayout(row)
        if whom.address:
            column.addWidget(NameLabel(painter, whom.address, 16))
        numbers = (("宛名番号", whom.atena_number), ("被保険者番号", whom.insured_number))
        words = "　　".join(f"{label} {number}" for label, number in numbers if number)
        note = PlainLabel(f"{words}　　（宛名から表示しています。ここでは変えられません）")
        note.setObjectName("hint")
        column.addWidget(note)
