"""いつ時点: a person as of a day, as known on a day, and the list of what changed when."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.core.errors import UserError
from app.persons.past import ChangeLine, PastView, open_history, open_past
from app.rules.calendar.wareki import DateError, Eras, on_paper
from app.rules.calendar.wareki_input import parse_day
from app.rules.values.reader import ValueKind
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.ime import expect
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import box, card, clear, scrolled
from app.ui.base.tables import widen
from app.ui.base.theme import colour

_HEADS = ("事項", "内容", "いつから", "分かった日", "もと", "訂正・理由")
_WIDTHS = (120, 330, 230, 140, 230)
LEAD = (
    "見たい日を入れて Enter を押してください。「分かっていた日」も入れると、その日に分かっていた"
    "とおりに出ます（空けておくと今日）。下に、いつ何が変わったかが並びます。"
)


class PastPanel(QWidget):
    """One person on another day: a part of the person's screen."""

    def __init__(self, desk: Desk, person_id: str) -> None:
        super().__init__()
        self._desk = desk
        self._person_id = person_id
        self._painter = NamePainter(desk.fonts)
        self._eras = Eras(desk.tables["eras"])
        self._today = desk.clock.now().date()
        self.view: PastView | None = None
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        lead = PlainLabel(LEAD)
        lead.setObjectName("lead")
        lead.setWordWrap(True)
        body.addWidget(lead)
        self.day = self._field("day", "時点", "例　R7.8.1")
        self.known_on = self._field("known_on", "分かっていた日", "空けておくと今日")
        asked = QHBoxLayout()
        asked.addWidget(self.day, 1)
        asked.addWidget(self.known_on, 1)
        body.addLayout(asked)
        self._place = QVBoxLayout()
        body.addLayout(self._place, 3)
        self.table = self._table()
        body.addWidget(self.table, 2)
        self.day.done.connect(self.show_day)
        self.known_on.done.connect(self.show_day)
        self.day.set_value(on_paper(self._today, self._eras))
        desk.run(
            self,
            lambda: open_history(
                desk.gate, desk.session, person_id, desk.tables, today=self._today
            ),
            self._list,
        )
        self.show_day()

    def first_focus(self) -> None:
        """The day is typed first."""
        self.day.setFocus()
        self.day.edit.selectAll()

    def show_day(self) -> None:
        """Show the person on the day that was typed."""
        day, known_on = self._read(self.day), self._read(self.known_on)
        if self.day.error or self.known_on.error or day is None:
            return
        desk = self._desk
        desk.run(
            self,
            lambda: open_past(
                desk.gate,
                desk.session,
                self._person_id,
                desk.tables,
                today=self._today,
                day=day,
                known_on=known_on,
            ),
            self._show,
        )

    def _field(self, name: str, label: str, note: str) -> TextField:
        field = TextField(name, label, note=note, limit=20, understand=self._understood)
        expect(field.edit, ValueKind.BIRTH)
        return field

    def _understood(self, text: str) -> str:
        try:
            return f"→ {on_paper(parse_day(text, self._eras), self._eras)}"
        except UserError:
            return ""

    def _read(self, field: TextField) -> date | None:
        """The day of a field; what is wrong stands beneath it."""
        field.set_error("")
        if not field.value() and field is self.known_on:
            return None
        try:
            return parse_day(field.value(), self._eras)
        except DateError as error:
            field.set_error(f"{error.message}{error.remedy}")
            return None

    def _show(self, view: PastView) -> None:
        self.view = view
        clear(self._place)
        inner, column = card()
        column.addWidget(NameLabel(self._painter, view.line.name, 28))
        if view.line.care:
            column.addWidget(
                box(
                    "stop",
                    "支援措置の対象の方です。過去の住所や世帯も表示できません。"
                    "問い合わせには答えず、責任者に引き継いでください。",
                )
            )
        elif not view.known:
            column.addWidget(box("warn", f"{self._when(view)}、この方の記録はまだありません。"))
        else:
            column.addWidget(box("ok", f"{self._when(view)}の記録です。"))
            column.addWidget(self._rows(view))
        column.addStretch(1)
        self._place.addWidget(scrolled(inner))

    def _when(self, view: PastView) -> str:
        day = on_paper(view.day, self._eras)
        if view.known_on == self._today:
            return f"{day}の時点"
        return f"{on_paper(view.known_on, self._eras)}に分かっていた、{day}の時点"

    def _rows(self, view: PastView) -> QWidget:
        widget = QWidget()
        grid = QGridLayout(widget)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnMinimumWidth(0, 150)
        grid.setColumnStretch(1, 1)
        for at, row in enumerate(view.rows):
            title = PlainLabel(row.label)
            title.setObjectName("fieldLabel")
            grid.addWidget(title, at, 0)
            text = NameLabel(self._painter, row.text, 18) if row.exact else PlainLabel(row.text)
            if isinstance(text, PlainLabel):
                text.setWordWrap(True)
            grid.addWidget(text, at, 1)
            period = PlainLabel(row.period)
            period.setObjectName("fieldNote")
            grid.addWidget(period, at, 2)
        return widget

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, len(_HEADS))
        table.setAccessibleName("いつ何が変わったか")
        table.setHorizontalHeaderLabels(list(_HEADS))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setWordWrap(True)
        table.verticalHeader().setVisible(False)
        table.horizontalHeader().setStretchLastSection(True)
        widen(table, _WIDTHS)
        return table

    def _list(self, lines: tuple[ChangeLine, ...]) -> None:
        self.table.setRowCount(len(lines))
        for at, line in enumerate(lines):
            cells = (line.label, line.text, line.period, line.known, line.source, line.note)
            for column, text in enumerate(cells):
                exact = column == 1 and line.exact
                item = QTableWidgetItem("" if exact else text)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, text)
                if exact:  # drawn by the label that lies over the cell
                    self.table.setCellWidget(at, column, NameLabel(self._painter, text, 16))
                if "改められた" in line.note:
                    item.setForeground(colour("soft"))
                self.table.setItem(at, column, item)
        self.table.resizeRowsToContents()
