"""A table of lines to choose from, as every list of the counter looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QTableView, QTableWidget, QTableWidgetItem

from app.ui.base.labels import as_tip
from app.ui.base.theme import grown

_ROW_HEIGHT = 36
_LEAST_ROWS = 4
"""Head and rows that are seen of a list on the smallest monitor."""


def as_list(table: QTableView, name: str) -> None:
    """The looks and keys of a list: whole rows, nothing edited in place, Tab leaves it."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setAlternatingRowColors(True)
    table.setTabKeyNavigation(False)
    table.verticalHeader().setVisible(False)
    table.verticalHeader().setDefaultSectionSize(grown(_ROW_HEIGHT))
    table.horizontalHeader().setStretchLastSection(True)
    table.setMinimumHeight(grown(_LEAST_ROWS * _ROW_HEIGHT))


def list_table(name: str, columns: Sequence[str], widths: Sequence[int]) -> QTableWidget:
    """A list with these ``columns``; ``widths`` of all but the last, which takes the rest, in dots
    for the base letters."""
    table = QTableWidget(0, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    as_list(table, name)
    widen(table, widths)
    return table


def widen(table: QTableView, widths: Sequence[int]) -> None:
    """Make the columns as wide as said for the base letters."""
    for column, width in enumerate(widths):
        table.setColumnWidth(column, grown(width))


def give_room(table: QTableView, column: int, needed: int) -> None:
    """The column is as wide as its longest text (``needed`` dots), and has what the others leave:
    two persons are told apart by what stands at its end (番地). What does not fit is scrolled."""
    header = table.horizontalHeader()
    header.setStretchLastSection(False)
    others = sum(table.columnWidth(at) for at in range(header.count()) if at != column)
    table.setColumnWidth(column, max(needed, table.viewport().width() - others))


def fill(table: QTableWidget, rows: Sequence[Sequence[str]], *, bold: Sequence[bool] = ()) -> None:
    """Put ``rows`` of texts in; those marked ``bold`` stand out."""
    table.setRowCount(len(rows))
    for at, cells in enumerate(rows):
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(as_tip(text))
            if at < len(bold) and bold[at]:
                font = QFont(table.font())
                font.setBold(True)
                item.setFont(font)
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            table.setItem(at, column, item)


def choose(table: QTableView, rows: Iterable[int]) -> None:
    """Choose these rows and no others, whatever keys are held down; the first is current."""
    wanted = QItemSelection()
    model = table.model()
    places = [model.index(row, 0) for row in rows]
    for at in places:
        wanted.select(at, at)
    flags = QItemSelectionModel.SelectionFlag
    chosen = table.selectionModel()
    if places:
        chosen.setCurrentIndex(places[0], flags.NoUpdate)
    chosen.select(wanted, flags.ClearAndSelect | flags.Rows)
