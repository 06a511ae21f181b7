"""Renders the pages of a guided entry from their declaration; knows nothing of the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.cases.checks import understood
from app.cases.entry import HIDDEN, EntryField, EntryPage, FieldKind, Finding
from app.cases.in_full import in_full, offered
from app.core.tables import Tables
from app.rules.values.reader import Reader
from app.security.vault.typed_pages import Where
from app.ui.base.fields import ChoiceField, Field, FlagField, NameField, TextField
from app.ui.base.ime import expect
from app.ui.base.names import NamePainter
from app.ui.base.pages import card, scrolled


class EntryForm(QWidget):
    """One page of the entry. ``values_changed`` fires on every edit, ``field_left`` when somebody
    goes on from a field in which she typed; Enter in the last shown field fires ``finished``."""

    values_changed = Signal()
    finished = Signal()
    field_left = Signal(str)

    def __init__(
        self,
        page: EntryPage,
        values: Mapping[str, str],
        tables: Tables,
        today: date,
        painter: NamePainter,
    ) -> None:
        super().__init__()
        self.page = page
        self._tables = tables
        self._today = today
        self._painter = painter
        self._values = dict(values)
        self._fields: dict[str, Field] = {}
        frame, layout = card()
        layout.setSpacing(8)
        for declared in page.fields:
            field = self._make(declared)
            self._fill(field, declared.name)
            field.changed.connect(self._on_change)
            field.done.connect(self._next_of(declared.name))
            if isinstance(field, ChoiceField):
                field.by_digit.connect(self._next_of(declared.name, ends=False))
            self._fields[declared.name] = field
            layout.addWidget(field)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        whole = QWidget()
        self._whole = QVBoxLayout(whole)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.addWidget(frame, 1)
        self._area = scrolled(whole)
        outer.addWidget(self._area)
        self._show_what_applies()
        self._where = ""
        self._left = {name: field.value() for name, field in self._fields.items()}
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._note_where)

    @property
    def where(self) -> Where:
        """In which field one types, or typed last while something else has the keyboard."""
        self._note_where(None, self.window().focusWidget())
        field = self._fields.get(self._where)
        return Where(self._where, field.cursor_at) if field is not None else Where()

    def go_back_to(self, where: Where) -> None:
        """Type on where one was; at the first field where that is not known."""
        field = self._fields.get(where.field)
        if field is None or field.isHidden():
            self.focus_first()
            return
        self._enter(where.field)
        field.go_to(where.cursor)
        self._area.ensureWidgetVisible(field)

    def _note_where(self, _before: QWidget | None, now: QWidget | None) -> None:
        for name, field in self._fields.items():
            if now is not None and field.isAncestorOf(now):
                self._enter(name)

    def _enter(self, name: str) -> None:
        if self._where not in ("", name):
            self._leave(self._where)
        self._where = name

    def _leave(self, name: str) -> None:
        """What was typed in short stands in full, and fills what follows from it by the tables."""
        declared = next(one for one in self.page.fields if one.name == name)
        field = self._fields[name]
        typed = field.value()
        if typed == self._left.get(name, ""):
            return
        reader = Reader.of(self._tables, self._today)
        full = in_full(declared, typed, reader)
        if full != typed:
            field.set_value(full)
        self._left[name] = full
        if declared.fills is not None and full:
            self.fill(declared.fills(full, reader), f"{declared.label}から入れました")
        self.field_left.emit(name)

    def fill(self, values: Mapping[str, str], words: str) -> None:
        """Put ``values`` in the fields of this page that are empty, each marked as taken over;
        ``words`` say from where."""
        for name, text in values.items():
            field = self._fields.get(name)
            if field is not None and text and not field.value():
                field.set_value(text)
                field.set_hint(f"→ {words}。違うときは直してください。")

    def values(self) -> dict[str, str]:
        """All values keyed so far; what is not shown is empty."""
        values = dict(self._values)
        reader = Reader.of(self._tables, self._today)
        for declared in self.page.fields:
            typed = in_full(declared, self._fields[declared.name].value(), reader)
            values[declared.name] = typed or self._kept(declared.name)
        for declared in self.page.fields:
            if not declared.shown(values):
                values[declared.name] = "0" if declared.kind is FieldKind.FLAG else ""
        return values

    def _fill(self, field: Field, name: str) -> None:
        """Of somebody under support measures (支援措置) what was keyed before is not shown again:
        the field is empty, what is typed anew is seen."""
        if self._kept(name):
            field.set_hint(
                "取扱注意の方：入力済みですが、表示しません。変えるときだけ入れてください。"
            )
        else:
            field.set_value(self._values.get(name, ""))

    def _kept(self, name: str) -> str:
        """``HIDDEN`` for a field that was filled and is not shown; else ""."""
        return HIDDEN if self._values.get(name, "") == HIDDEN else ""

    def field(self, name: str) -> Field:
        """The field named ``name`` of this page."""
        return self._fields[name]

    def put_above(self, widget: QWidget) -> None:
        """``widget`` stands over the fields and is scrolled with them: what is long takes no room
        from the fields of a small window."""
        self._whole.insertWidget(0, widget)

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll to a widget of this page."""
        self._area.ensureWidgetVisible(widget)

    def show_findings(self, findings: Sequence[Finding]) -> bool:
        """Mark errors at their fields and go to the first; True when there was one."""
        first: Field | None = None
        errors = {f.field: f for f in findings if f.level == "error"}
        for name, field in self._fields.items():
            finding = errors.get(name)
            field.set_error(f"{finding.message}{finding.remedy}" if finding else "")
            if finding and first is None and not field.isHidden():
                first = field
        if first is not None:
            first.setFocus()
            self._area.ensureWidgetVisible(first)
        return first is not None

    def focus_first(self) -> None:
        """Typing begins at the first empty required field, else at the first; where a page begins
        with a tick, at that: what it asks comes before the rest."""
        values = self.values()
        shown = [d for d in self.page.fields if d.shown(values) and not d.read_only]
        empty = [d for d in shown if d.is_required(values) and not values[d.name]]
        if shown and shown[0].kind is FieldKind.FLAG:
            empty = []
        if shown:
            self._go_to((empty or shown)[0].name)

    def _make(self, declared: EntryField) -> Field:
        field = self._made(declared)
        if isinstance(field, (TextField, NameField)):
            expect(field.edit, declared.kind)
        return field

    def _made(self, declared: EntryField) -> Field:
        kind = declared.kind
        if kind is FieldKind.CHOICE:
            table = self._tables[declared.codes]
            choices = [(str(c), table.label(c, self._today)) for c in table.offered(self._today)]
            return ChoiceField(
                declared.name,
                declared.label,
                choices,
                required=declared.required,
                note=declared.note,
            )
        if kind is FieldKind.FLAG:
            return FlagField(declared.name, declared.label, declared.note or "はい")
        if kind in (FieldKind.NAME, FieldKind.ADDRESS):
            return NameField(
                declared.name,
                declared.label,
                self._painter,
                required=declared.required,
                note=declared.note,
                limit=declared.width,
                understand=self._understand(declared),
            )
        field = TextField(
            declared.name,
            declared.label,
            required=declared.required,
            note=declared.note or offered(declared.offers),
            limit=40 if kind is FieldKind.MY_NUMBER else max(declared.width, 20),
            understand=self._understand(declared),
            secret=kind is FieldKind.MY_NUMBER,
        )
        if declared.read_only:
            field.set_read_only()
        return field

    def _understand(self, declared: EntryField) -> Callable[[str], str]:
        def understand(typed: str) -> str:
            beside = self._fields.get(declared.beside)
            values = {declared.beside: beside.value()} if beside is not None else {}
            return understood(declared, typed, self._today, self._tables, values)

        return understand

    def _on_change(self) -> None:
        self._show_what_applies()
        for declared in self.page.fields:
            field = self._fields[declared.name]
            if declared.beside and isinstance(field, TextField):
                field.understand_again()
        self.values_changed.emit()

    def _show_what_applies(self) -> None:
        values = {name: field.value() or self._kept(name) for name, field in self._fields.items()}
        values = {**self._values, **values}
        for declared in self.page.fields:
            field = self._fields[declared.name]
            field.setVisible(declared.shown(values))
            field.set_required(declared.is_required(values))

    def _next_of(self, name: str, *, ends: bool = True) -> Callable[[], None]:
        """Goes on to the next shown field; after the last the page ends, if it ``ends``."""
        names = [d.name for d in self.page.fields]

        def go() -> None:
            self._leave(name)
            values = self.values()
            later = self.page.fields[names.index(name) + 1 :]
            for declared in later:
                if declared.shown(values) and not declared.read_only:
                    self._go_to(declared.name)
                    return
            if ends:
                self.finished.emit()

        return go

    def _go_to(self, name: str) -> None:
        field = self._fields[name]
        self._enter(name)
        field.setFocus()
        self._area.ensureWidgetVisible(field)
