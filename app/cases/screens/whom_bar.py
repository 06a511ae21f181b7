"""Whom a case is about, as a bar above every page: from the address master, read-only (SEC-09).

Of somebody dead the day of death, of a household its members, of a payer who pays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.cases.whom import Whom
from app.core.tables import Tables
from app.persons.eligibility_state import DEAD
from app.rules.calendar.wareki import Eras, on_paper, on_screen
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
        if whom.eligibility_state == DEAD:
            row.addWidget(_dead_mark(whom, Eras(tables["eras"])))
        if whom.care:
            mark = PlainLabel("取扱注意")
            mark.setObjectName("careMark")
            row.addWidget(mark)
        column.addLayout(row)
        if whom.address:
            column.addWidget(NameLabel(painter, whom.address, 16))
        for words in _beside(whom, Eras(tables["eras"])):
            column.addWidget(NameLabel(painter, words, 16))
        numbers = (("宛名番号", whom.atena_number), ("被保険者番号", whom.insured_number))
        words = "　　".join(f"{label} {number}" for label, number in numbers if number)
        note = PlainLabel(f"{words}　　（宛名から表示しています。ここでは変えられません）")
        note.setObjectName("hint")
        column.addWidget(note)


def _dead_mark(whom: Whom, eras: Eras) -> PlainLabel:
    day = f"（{on_paper(date.fromisoformat(whom.died_on), eras)}）" if whom.died_on else ""
    mark = PlainLabel(f"亡くなった方{day}")
    mark.setObjectName("deadMark")
    return mark


def _beside(whom: Whom, eras: Eras) -> Iterator[str]:
    """Who belongs to the case beside the person, in the clerk's words."""
    if whom.payer is not None:
        birth = on_screen(parse_date(whom.payer.birth_written, eras, uncertain=True), eras)
        yield f"納める方　{whom.payer.called}　{birth}生"
    if whom.members:
        yield f"世帯（{len(whom.members)}人）　{'、'.join(one.called for one in whom.members)}"
