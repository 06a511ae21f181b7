"""Page furniture that every screen uses: titles, cards, boxes of state, step rows, buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.security.acts.approval import Subject
from app.ui.base.fields import Field, PasswordField
from app.ui.base.flow import ActionRow
from app.ui.base.keys import OF_THE_WINDOW, Key, written
from app.ui.base.labels import ActionButton, PlainLabel
from app.ui.base.names import NamePainter, TextBlock
from app.ui.base.secret import SecretEdit
from app.ui.base.visitor import ForVisitor

_MARKS = {"ok": "✓ ", "warn": "⚠ 注意　", "stop": "■ "}
_BOXES = {"ok": "okBox", "warn": "warnBox", "stop": "stopBox"}


@dataclass(frozen=True, slots=True)
class InHand:
    """The case that a screen has open: whose it is (ids of ours, empty for somebody who is not
    here yet), how the clerk calls it, and how it is opened again."""

    whose: frozenset[str]
    called: str
    function_id: str
    case_id: str


class Page(QWidget):
    """A screen: title, lead sentence that says what to do next, body, and a row of actions
    whose keys are written on the buttons. ``about`` is whose data it shows (a person, a case),
    where it shows one's."""

    about: Subject | None = None

    def __init__(self, title: str, lead: str = "") -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(28, 18, 28, 14)
        outer.setSpacing(8)
        self.title = PlainLabel(title)
        self.title.setObjectName("title")
        self.title.setWordWrap(True)
        self.lead = PlainLabel(lead)
        self.lead.setObjectName("lead")
        self.lead.setWordWrap(True)
        outer.addWidget(self.title)
        outer.addWidget(self.lead)
        inner = QWidget()
        self.body = _Body(inner)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(10)
        outer.addWidget(scrolled(inner), 1)
        self.action_row = ActionRow(12)
        outer.addLayout(self.action_row)
        self._actions: list[tuple[str, QPushButton]] = []
        self._as_shown: tuple[tuple[str, str], ...] | None = None

    def action(
        self, text: str, key: str, run: Callable[[], None], *, primary: bool = False
    ) -> QPushButton:
        """Add a button with its key; the key works anywhere on the page, one of the window's own
        (``app.ui.base.keys``) everywhere."""
        button = ActionButton(f"{text}  [{written(key)}]")
        self._actions.append((key, button))
        if primary:
            button.setObjectName("primary")
        button.clicked.connect(lambda _on: run())
        if key not in OF_THE_WINDOW:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(button.click)
        self.action_row.addWidget(button)
        return button

    @property
    def in_hand(self) -> InHand | None:
        """The visitor's case that is being keyed here; screens of cases override it."""
        return None

    def keys(self) -> tuple[Key, ...]:
        """The keys that are offered here now, with the words on their buttons."""
        return tuple(
            Key(key, button.text().partition("  [")[0])
            for key, button in self._actions
            if not button.isHidden() and button.isEnabled()
        )

    def keep(self) -> Callable[[], object] | None:
        """What is typed here and not saved yet, as an act for the store's worker: asked for when
        the screen goes before its person is done (menu, lock, end of the hours or of the program).
        None when there is nothing; screens override it."""
        return None

    def note_kept(self, outcome: object) -> None:
        """What ``keep`` gave came to this; screens that stay open override it."""

    @property
    def stays_in_hand(self) -> bool:
        """Whether the lock leaves this page where it was for the same person, in the field and at
        the cursor: a visitor's case in the middle of its typing."""
        return False

    def for_visitor(self) -> ForVisitor | None:
        """What the visitor may see while this page is in front; None is a black screen, and what
        every page shows that does not say otherwise."""
        return None

    def note_as_shown(self) -> None:
        """The page has come up: what its fields hold at the first time was typed by nobody."""
        if self._as_shown is None:
            self._as_shown = self._entered()

    def note_used(self) -> None:
        """An act has used what is typed here: it waits for nobody any more."""
        self._as_shown = self._entered()

    @property
    def waits_behind_lock(self) -> bool:
        """Whether something is typed here that nothing else keeps and no act has used: such a page
        stays behind the lock and is offered again (SEC-68)."""
        kept_elsewhere = type(self).keep is not Page.keep
        return not kept_elsewhere and self._entered() != self._as_shown

    def forget_secrets(self) -> None:
        """Passwords and numbers that were typed do not wait for anybody."""
        for edit in self.findChildren(SecretEdit):
            edit.clear()

    def _entered(self) -> tuple[tuple[str, str], ...]:
        fields = self.findChildren(Field)
        return tuple((one.name, one.value()) for one in fields if not _is_secret(one))

    def first_focus(self) -> None:
        """Where typing begins when the page opens; screens override it."""
        self.setFocus()


class _Body(QVBoxLayout):
    """What does not fit on a small monitor or with large letters is scrolled; before that, lists
    and cards give way as far as they can."""

    def heightForWidth(self, width: int) -> int:
        items = (self.itemAt(at) for at in range(self.count()))
        least = [
            item.minimumHeightForWidth(width)
            if item.hasHeightForWidth()
            else item.minimumSize().height()
            for item in items
            if item is not None and not item.isEmpty()
        ]
        return sum(least) + self.spacing() * max(len(least) - 1, 0)


def _is_secret(field: Field) -> bool:
    return isinstance(field, PasswordField) or isinstance(field.focusProxy(), SecretEdit)


def card() -> tuple[QFrame, QVBoxLayout]:
    """A white framed area and its layout."""
    frame = QFrame()
    frame.setObjectName("card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(18, 12, 18, 12)
    layout.setSpacing(6)
    return frame, layout


def scrolled(inner: QWidget) -> QScrollArea:
    """``inner`` in a scroll area that follows the focus; sideways only when very large letters
    leave a choice wider than the window."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area


def named_box(kind: str, text: str, painter: NamePainter) -> TextBlock:
    """As ``box``, for a sentence in which a name occurs: in its exact variant."""
    block = TextBlock(painter, _MARKS[kind] + text)
    block.setObjectName(_BOXES[kind])
    return block


def box(kind: str, text: str) -> QLabel:
    """A coloured sentence: ``ok``, ``warn`` or ``stop``; the word stands beside the colour."""
    label = PlainLabel(_MARKS[kind] + text)
    label.setObjectName(_BOXES[kind])
    label.setWordWrap(True)
    return label


class StepRow(QWidget):
    """Where in a guided entry the clerk is."""

    def __init__(self, steps: Sequence[str]) -> None:
        super().__init__()
        row = ActionRow(6, from_left=True)
        self.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        self._labels = [PlainLabel(f"{at}. {text}") for at, text in enumerate(steps, 1)]
        for label in self._labels:
            row.addWidget(label)
        self.show_step(0)

    def show_step(self, now: int) -> None:
        """Mark the step ``now`` (from 0), those before it as done."""
        for at, label in enumerate(self._labels):
            name = "stepNow" if at == now else "stepDone" if at < now else "stepNext"
            label.setObjectName(name)
            label.style().unpolish(label)
            label.style().polish(label)


def clear(layout: QVBoxLayout) -> None:
    """Remove everything from a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.setParent(None)
            widget.deleteLater()
