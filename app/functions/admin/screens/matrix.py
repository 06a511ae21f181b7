"""The table of functions and persons: who may do what, until when, and what waits (SEC-43)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

from app.functions.admin.rights_list import GrantLine, Standing
from app.rules.calendar.wareki import Eras, on_screen
from app.security.spec import Actor, Catalog
from app.security.staff.grants import GrantState
from app.ui.base.desk import Desk
from app.ui.base.labels import as_tip
from app.ui.base.tables import as_list
from app.ui.base.theme import colour, grown

_WAITS = {
    GrantState.REQUESTED: "承認待ち",
    GrantState.APPROVED: "反映待ち",
    GrantState.EFFECTIVE: "○ 確認待ち",
    GrantState.REVOKED: "取消",
}
_NO_INDEX = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class RightsModel(QAbstractTableModel):
    """Rows are functions, columns are persons with any right."""

    def __init__(self, catalog: Catalog, eras: Eras) -> None:
        super().__init__()
        self._catalog = catalog
        self._eras = eras
        self._functions: tuple[str, ...] = ()
        self._people: tuple[tuple[str, str], ...] = ()
        self._cells: Mapping[tuple[str, str], GrantLine] = {}
        self._ending: Mapping[str, int] = {}

    def set_standing(self, standing: Standing, staff_id: str) -> None:
        """Show this; with ``staff_id`` that person's column comes first."""
        self.beginResetModel()
        people = {line.grant.staff_id: line.called for line in standing.lines}
        order = sorted(people, key=lambda one: (one != staff_id, one))
        self._people = tuple((one, people[one]) for one in order)
        cells: dict[tuple[str, str], GrantLine] = {}
        for line in standing.lines:
            key = (line.grant.function_id, line.grant.staff_id)
            if key not in cells or _rank(line) < _rank(cells[key]):
                cells[key] = line
        self._cells = cells
        held = {function_id for function_id, _ in cells}
        known = (
            one.id
            for area in self._catalog.areas
            for one in self._catalog.of_area(area.id)
            if one.actor is Actor.STAFF
        )
        self._functions = tuple(one for one in known if one in held)
        self._ending = {line.grant.id: days for line, days in standing.ending}
        self.endResetModel()

    def line_at(self, index: _Index) -> GrantLine | None:
        """The right of a cell."""
        if not index.isValid():
            return None
        return self._cells.get((self._functions[index.row()], self._people[index.column()][0]))

    def rowCount(self, _parent: _Index = _NO_INDEX) -> int:
        return len(self._functions)

    def columnCount(self, _parent: _Index = _NO_INDEX) -> int:
        return len(self._people)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Horizontal:
            staff_id, name = self._people[section]
            return f"{staff_id}\n{name}"
        function = self._catalog[self._functions[section]]
        return f"{self._catalog.area_of(function).label}　{function.label}"

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.line_at(index)
        if line is None:
            return None
        days = self._ending.get(line.grant.id)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_words(line, days, self._eras)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tip(line.function_label)
        if role == Qt.ItemDataRole.BackgroundRole and days is not None:
            return colour("warn_ground")
        return None


class Matrix(QTableView):
    """The table itself; cells are chosen for 更新 and 取消."""

    def __init__(self, desk: Desk, eras: Eras) -> None:
        super().__init__()
        self.rights = RightsModel(desk.catalog, eras)
        self.setModel(self.rights)
        as_list(self, "権限の表")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.verticalHeader().setVisible(True)
        self.horizontalHeader().setStretchLastSection(False)
        self.horizontalHeader().setDefaultSectionSize(grown(150))

    def show_standing(self, standing: Standing, staff_id: str) -> None:
        """Show this; with ``staff_id`` that person's column comes first."""
        self.rights.set_standing(standing, staff_id)

    @property
    def chosen(self) -> tuple[GrantLine, ...]:
        """The rights of the chosen cells."""
        found = (self.rights.line_at(index) for index in self.selectedIndexes())
        return tuple(line for line in found if line is not None)


def cell_words(line: GrantLine, days: int | None, eras: Eras) -> str:
    """What a cell says: holds until, from when, what it waits for, why it does not hold."""
    grant = line.grant
    until = on_screen(grant.valid_to, eras)
    if grant.state is GrantState.CONFIRMED:
        return {
            "": f"⚠ {until}（{days}日以内）" if days else f"○ {until}",
            "right.not_yet": f"{on_screen(grant.valid_from, eras)} から",
            "right.ended": f"終了 {until}",
        }.get(line.problem, until)
    return "失効" if line.problem == "right.lapsed" else _WAITS[grant.state]


def _rank(line: GrantLine) -> tuple[int, date]:
    """Of several rights to one function the one that says most: what holds, then what waits."""
    order = (GrantState.CONFIRMED, GrantState.EFFECTIVE, GrantState.APPROVED, GrantState.REQUESTED)
    state = line.grant.state
    at = order.index(state) if state in order else len(order)
    return (0 if not line.problem else at + 1, date.max - (line.grant.valid_to - date.min))
