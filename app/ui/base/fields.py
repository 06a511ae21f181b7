"""Input fields of entry screens: a label, an editor, what was understood, what is wrong.

Every field gives and takes text, so that a draft is a plain mapping. Enter goes to the next
field (the keyboard alone suffices)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui.base.flow import folded_words
from app.ui.base.labels import PlainLabel
from app.ui.base.names import ClusterEdit, NameEdit, NamePainter
from app.ui.base.secret import SecretEdit

Understand = Callable[[str], str]
"""Turns what was typed into what was understood (e.g. a date in words); "" if nothing."""

_CHOICE_GAP = 12
_CHOICE_ROOM = 430
"""Dots that the words of a choice have on the smallest monitor."""


class Field(QWidget):
    """One labelled input. ``changed`` fires on every edit; ``done`` when Enter was pressed."""

    changed = Signal()
    done = Signal()

    def __init__(self, name: str, label: str, *, required: bool, note: str = "") -> None:
        super().__init__()
        self.name = name
        self.label = label
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnMinimumWidth(0, 210)
        self._grid.setColumnStretch(1, 1)
        head = QVBoxLayout()
        head.setSpacing(3)
        self._title = title = PlainLabel(label)
        title.setObjectName("fieldLabel")
        title.setWordWrap(True)
        head.addWidget(title)
        self._mark = PlainLabel("必須")
        self._mark.setObjectName("required")
        head.addWidget(self._mark)
        head.addStretch(1)
        self._grid.addLayout(head, 0, 0, 3, 1)
        self._mark.setVisible(required)  # once it has a parent: else it would be a window
        self._hint = PlainLabel(note)
        self._hint.setObjectName("fieldNote")
        self._hint.setWordWrap(True)
        self._hint.setVisible(bool(note))
        self._note = note
        self._error = PlainLabel("")
        self._error.setObjectName("fieldError")
        self._error.setWordWrap(True)
        self._error.setVisible(False)
        self._grid.addWidget(self._hint, 1, 1)
        self._grid.addWidget(self._error, 2, 1)

    def place(self, editor: QWidget) -> None:
        """Put the editor beside the label."""
        self._grid.addWidget(editor, 0, 1)
        self.setFocusProxy(editor)
        self._speak()

    def value(self) -> str:
        """What is entered, as text."""
        return ""

    def set_value(self, value: str) -> None:
        """Fill the field from a draft."""

    def set_label(self, label: str) -> None:
        """Another question for the same input."""
        self.label = label
        self._title.setText(label)
        editor = self.focusProxy()
        if isinstance(editor, QWidget):
            editor.setAccessibleName(label)

    def set_required(self, required: bool) -> None:
        """Mark the field as one that must be filled, or take the mark away."""
        self._mark.setVisible(required)
        self._speak()

    @property
    def cursor_at(self) -> int:
        """Where the cursor stands in the text; 0 where there is none."""
        editor = self.focusProxy()
        return editor.cursorPosition() if isinstance(editor, QLineEdit) else 0

    def go_to(self, cursor: int) -> None:
        """Type here, from ``cursor`` on; nothing of the text is marked."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        editor = self.focusProxy()
        if isinstance(editor, QLineEdit):
            editor.deselect()
            editor.setCursorPosition(cursor)

    def editors(self) -> tuple[QWidget, ...]:
        """What is typed in or chosen: each is spoken with what belongs to the field."""
        editor = self.focusProxy()
        while editor is not None and editor.focusProxy() is not None:
            editor = editor.focusProxy()
        return (editor,) if editor is not None else ()

    def _speak(self) -> None:
        """必須, what is wrong and what is noted belong to the editor for a screen reader."""
        shown = (self._mark, self._error, self._hint)
        words = "。".join(one.text().rstrip("。") for one in shown if not one.isHidden())
        for editor in self.editors():
            editor.setAccessibleDescription(words)

    def set_hint(self, text: str) -> None:
        """Show what was understood, or the note again."""
        self._hint.setText(text or self._note)
        self._hint.setObjectName("understood" if text else "fieldNote")
        self._hint.style().unpolish(self._hint)
        self._hint.style().polish(self._hint)
        self._hint.setVisible(bool(text or self._note))
        self._speak()

    def set_error(self, text: str) -> None:
        """Show what is wrong and how to mend it; "" when nothing is."""
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self._speak()
        if text.startswith(self._hint.text()):  # the same reason, told while it was typed
            self.set_hint("")
        editor = self.focusProxy()
        if isinstance(editor, QWidget):
            editor.setProperty("wrong", bool(text))
            editor.style().unpolish(editor)
            editor.style().polish(editor)

    @property
    def error(self) -> str:
        """The text of the error shown, if any."""
        return self._error.text()


class TextField(Field):
    """A line of text; ``understand`` explains beneath what was typed. A ``secret`` one is typed
    without the input method (``app.ui.base.secret``)."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        required: bool = False,
        note: str = "",
        limit: int = 100,
        understand: Understand | None = None,
        secret: bool = False,
    ) -> None:
        super().__init__(name, label, required=required, note=note)
        self.edit: QLineEdit = (
            SecretEdit(echo=QLineEdit.EchoMode.PasswordEchoOnEdit) if secret else ClusterEdit(limit)
        )
        self.edit.setAccessibleName(label)
        self._understand = understand
        self.place(self.edit)
        self.edit.textChanged.connect(self._on_text)
        self.edit.returnPressed.connect(self.done)

    def set_read_only(self) -> None:
        """Show the text and let nobody change it; the keyboard passes it by."""
        self.edit.setReadOnly(True)
        self.edit.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def value(self) -> str:
        return self.edit.text().strip()

    def set_value(self, value: str) -> None:
        self.edit.setText(value)

    def understand_again(self) -> None:
        """Explain anew what was typed: what stands beside it has changed."""
        if self._understand is not None and self.value():
            self.set_hint(self._understand(self.value()))

    def _on_text(self, text: str) -> None:
        if self._understand is not None:
            self.set_hint(self._understand(text.strip()) if text.strip() else "")
        self.changed.emit()


class PasswordField(Field):
    """A password, as it is typed and never shown."""

    def __init__(self, name: str, label: str, *, note: str = "") -> None:
        super().__init__(name, label, required=True, note=note)
        self.edit = SecretEdit(echo=QLineEdit.EchoMode.Password, digits=False)
        self.edit.setAccessibleName(label)
        self.place(self.edit)
        self.edit.textChanged.connect(lambda _text: self.changed.emit())
        self.edit.returnPressed.connect(self.done)

    def value(self) -> str:
        return self.edit.text()


class NameField(Field):
    """A name with its exact shape beneath; ``understand`` says what no name has."""

    def __init__(
        self,
        name: str,
        label: str,
        painter: NamePainter,
        *,
        required: bool = False,
        note: str = "",
        limit: int = 100,
        understand: Understand | None = None,
    ) -> None:
        super().__init__(name, label, required=required, note=note)
        self._understand = understand
        self.widget = NameEdit(painter, limit)
        self.edit = self.widget.edit
        self.edit.setAccessibleName(label)
        self.place(self.widget)
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(self._on_text)
        self.edit.returnPressed.connect(self.done)

    def value(self) -> str:
        return self.edit.text().strip()

    def set_value(self, value: str) -> None:
        self.edit.setText(value)

    def _on_text(self, text: str) -> None:
        if self._understand is not None:
            self.set_hint(self._understand(text))
        self.changed.emit()


class _Columns(QWidget):
    """Buttons in as many columns, up to ``most``, as fit beside each other: larger letters
    make fewer columns, never cut-off words."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._buttons: list[QAbstractButton] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, button: QAbstractButton) -> None:
        """Append a button."""
        button.setParent(self)
        self._buttons.append(button)

    def minimumSizeHint(self) -> QSize:
        widest, _tallest = self._greatest()
        return QSize(widest, self.heightForWidth(max(self.width(), widest)))

    def sizeHint(self) -> QSize:
        widest, tallest = self._greatest()
        columns = min(self._most, max(len(self._buttons), 1))
        return QSize((widest + _CHOICE_GAP) * columns, tallest * -(-len(self._buttons) // columns))

    def heightForWidth(self, width: int) -> int:
        _widest, tallest = self._greatest()
        return tallest * -(-len(self._buttons) // self._shape(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the letters have grown
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _greatest(self) -> tuple[int, int]:
        hints = [button.sizeHint() for button in self._buttons]
        return (
            max((hint.width() for hint in hints), default=0),
            max((hint.height() for hint in hints), default=0),
        )

    def _shape(self, width: int) -> int:
        widest, _tallest = self._greatest()
        return max(1, min(self._most, (width + _CHOICE_GAP) // max(widest + _CHOICE_GAP, 1)))

    def _arrange(self) -> None:
        columns, (_widest, tallest) = self._shape(self.width()), self._greatest()
        hints = [button.sizeHint().width() for button in self._buttons]
        lefts, left = [], 0
        for column in range(columns):
            lefts.append(left)
            left += max(hints[column::columns], default=0) + _CHOICE_GAP
        for at, button in enumerate(self._buttons):
            place = QPoint(lefts[at % columns], at // columns * tallest)
            button.setGeometry(QRect(place, QSize(hints[at], tallest)))


class ChoiceField(Field):
    """One of a few codes: number keys 1–9 choose, arrows move, Enter goes on. Tab stops once.
    ``by_digit`` fires when a number key chose: nothing is left to do in the field."""

    by_digit = Signal()

    def __init__(
        self,
        name: str,
        label: str,
        choices: Sequence[tuple[str, str]],
        *,
        required: bool = False,
        note: str = "",
        columns: int = 0,
    ) -> None:
        super().__init__(name, label, required=required, note=note)
        self._codes = [code for code, _ in choices]
        self._group = QButtonGroup(self)
        wide = columns or (1 if max((len(text) for _, text in choices), default=0) > 16 else 4)
        box = _Columns(wide)
        box.setAccessibleName(label)
        for at, (_code, text) in enumerate(choices):
            words = f"{at + 1}  {text}" if len(choices) <= 9 else text
            button = QRadioButton(folded_words(words, _CHOICE_ROOM))
            button.setAccessibleName(f"{label} {text}")
            button.installEventFilter(self)
            self._group.addButton(button, at)
            box.add(button)
        self.place(box)
        self._speak()
        self._keep_one_stop()
        self._group.idToggled.connect(self._on_toggled)

    def editors(self) -> tuple[QWidget, ...]:
        return tuple(self._group.buttons())

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order of their number keys."""
        return tuple(self._codes)

    def value(self) -> str:
        at = self._group.checkedId()
        return self._codes[at] if at >= 0 else ""

    def set_value(self, value: str) -> None:
        if value in self._codes:
            self._group.button(self._codes.index(value)).setChecked(True)
        else:
            self._group.setExclusive(False)
            for button in self._group.buttons():
                button.setChecked(False)
            self._group.setExclusive(True)
            self._keep_one_stop()

    def set_error(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self._speak()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            text = event.text()
            if text.isascii() and text.isdigit() and 1 <= int(text) <= len(self._codes) <= 9:
                button = self._group.button(int(text) - 1)
                button.setChecked(True)
                button.setFocus()
                self.by_digit.emit()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self._group.checkedId() < 0 and isinstance(watched, QAbstractButton):
                    watched.setChecked(True)
                self.done.emit()
                return True
        return super().eventFilter(watched, event)

    def _on_toggled(self, _at: int, checked: bool) -> None:
        if checked:
            self._keep_one_stop()
            self.changed.emit()

    def _keep_one_stop(self) -> None:
        """Tab comes to what is chosen, else to the first; the arrows do the rest."""
        stop = max(self._group.checkedId(), 0)
        for button in self._group.buttons():
            here = self._group.id(button) == stop
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if here else Qt.FocusPolicy.ClickFocus)
            if here:
                self.setFocusProxy(button)


class FlagField(Field):
    """Yes or no: Space toggles, Enter goes on. Its value is 1 or 0."""

    def __init__(self, name: str, label: str, text: str, *, note: str = "") -> None:
        super().__init__(name, label, required=False, note=note)
        self.box = QCheckBox(folded_words(text, _CHOICE_ROOM))
        self.box.setAccessibleName(f"{label} {text}")
        self.box.installEventFilter(self)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        row.addStretch(1)
        self.place(holder)
        self.setFocusProxy(self.box)
        self.box.toggled.connect(lambda _on: self.changed.emit())

    def value(self) -> str:
        return "1" if self.box.isChecked() else "0"

    def set_value(self, value: str) -> None:
        self.box.setChecked(value == "1")

    def set_error(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self._speak()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            self.done.emit()
            return True
        return super().eventFilter(watched, event)
