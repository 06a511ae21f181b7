"""Cards of a person's page: what comes with 75, what was noted, what else fits the household."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from app.persons.at_home import Fitting
from app.persons.notes import Note
from app.persons.reaching import Outlook
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter, TextBlock
from app.ui.base.pages import card


def turns_75(painter: NamePainter, outlook: Outlook) -> QWidget:
    """年齢到達: what is asked first, and what is read out."""
    frame, layout = card()
    title = PlainLabel("75歳になります（届出はいりません）")
    title.setObjectName("fieldLabel")
    layout.addWidget(title)
    grid = QGridLayout()
    grid.setColumnMinimumWidth(0, 190)
    grid.setColumnStretch(1, 1)
    rows = (
        ("資格を取得する日", outlook.day),
        ("書類", outlook.paper),
        ("届く時期", outlook.comes),
        ("届け先", outlook.where),
    )
    for at, (label, text) in enumerate(rows):
        named = PlainLabel(label)
        named.setObjectName("fieldLabel")
        grid.addWidget(named, at, 0)
        grid.addWidget(TextBlock(painter, text), at, 1)
    layout.addLayout(grid)
    read = PlainLabel("読み上げること")
    read.setObjectName("fieldLabel")
    layout.addWidget(read)
    for at, words in enumerate(outlook.words, 1):
        line = PlainLabel(f"{at}. {words}")
        line.setWordWrap(True)
        layout.addWidget(line)
    return frame


def kept_notes(painter: NamePainter, notes: tuple[Note, ...]) -> QWidget:
    """連絡・対応の記録, the newest first: what the next clerk must know."""
    frame, layout = card()
    title = PlainLabel("連絡・対応の記録（新しい順。書くのは「手続を始める」から）")
    title.setObjectName("fieldLabel")
    layout.addWidget(title)
    grid = QGridLayout()
    grid.setColumnMinimumWidth(0, 110)
    grid.setColumnStretch(1, 1)
    for at, note in enumerate(notes):
        grid.addWidget(PlainLabel(note.day), at, 0)
        grid.addWidget(TextBlock(painter, note.said), at, 1)
    layout.addLayout(grid)
    return frame


def fits_in_short(fitting: Sequence[Fitting]) -> QWidget:
    """That something else fits, on one line beneath the name."""
    labels = "、".join(dict.fromkeys(one.label for one in fitting))
    line = PlainLabel(f"ほかに合う手続：{labels}")
    line.setWordWrap(True)
    return line


def what_fits(painter: NamePainter, fitting: Sequence[Fitting]) -> QWidget:
    """What else fits the household: of whom, what, and why."""
    frame, layout = card()
    title = PlainLabel("この方と世帯の方に、ほかに合う手続")
    title.setObjectName("fieldLabel")
    layout.addWidget(title)
    grid = QGridLayout()
    grid.setColumnMinimumWidth(0, 190)
    grid.setColumnStretch(1, 1)
    for at, one in enumerate(fitting):
        named = PlainLabel(one.label)
        named.setObjectName("fieldLabel")
        named.setWordWrap(True)
        grid.addWidget(named, 2 * at, 0, 2, 1)
        grid.addWidget(NameLabel(painter, f"{one.member.called} 様", 18), 2 * at, 1)
        why = PlainLabel(one.why)
        why.setWordWrap(True)
        grid.addWidget(why, 2 * at + 1, 1)
    layout.addLayout(grid)
    return frame
