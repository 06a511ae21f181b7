"""What will be sent, as the clerk reads it before touching: what was seen, with a box to answer
each warning, and every line of the entry in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.cases.entry import Finding
from app.cases.sending import SummaryLine
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import box, card


def put_findings(
    column: QVBoxLayout, findings: Iterable[Finding], changed: Callable[[], None]
) -> dict[str, QCheckBox]:
    """Put what was seen into ``column``; the boxes that answer the warnings, by code."""
    answers: dict[str, QCheckBox] = {}
    for finding in findings:
        if finding.level == "error":
            column.addWidget(box("stop", f"{finding.message}　{finding.remedy}"))
            continue
        column.addWidget(box("warn", f"{finding.message}　{finding.remedy}"))
        answer = QCheckBox("確かめた")
        answer.setAccessibleName(f"確かめた　{finding.message}")
        answer.toggled.connect(lambda _on: changed())
        answers[finding.code] = answer
        column.addWidget(answer)
    return answers


def lines_card(lines: Iterable[SummaryLine], painter: NamePainter, heading: str = "") -> QFrame:
    """The lines of an entry under the titles of their pages, under ``heading`` where several
    entries stand on one screen."""
    frame, layout = card()
    if heading:
        title = PlainLabel(heading)
        title.setObjectName("title")
        layout.addWidget(title)
    grid = QGridLayout()
    grid.setColumnMinimumWidth(0, 220)
    grid.setColumnStretch(1, 1)
    grid.setVerticalSpacing(3)
    page = ""
    for line in lines:
        if line.page != page:
            page = line.page
            named = PlainLabel(page)
            named.setObjectName("fieldLabel")
            grid.addWidget(named, grid.rowCount(), 0, 1, 2)
        row = grid.rowCount()
        grid.addWidget(PlainLabel(f"　{line.label}"), row, 0)
        value: QWidget = (
            NameLabel(painter, line.value, 20) if line.is_name else PlainLabel(line.value)
        )
        if isinstance(value, QLabel):
            value.setWordWrap(True)
        grid.addWidget(value, row, 1)
    layout.addLayout(grid)
    return frame
