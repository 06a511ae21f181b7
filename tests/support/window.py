"""The counter's screens over a story's terminal and its real union: what a clerk does with them.

    with story.desk() as desk:
        window = CaseWindow(desk, qtbot)
        window.begin(DEATH, person_id)
        window.key_in({"event_on": "R8.11.18", ...})
        view = window.send()

``go`` opens the next screen as the program does: the function's screen with its arguments.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QInputDialog, QLabel, QWidget

from app.cases import taking_up
from app.cases.about import Payer
from app.cases.decisions import DecisionView
from app.cases.kind import CaseKind
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.entry import EntryScreen
from app.catalog import CASES, CATALOG
from app.security.gate.carry_out import Enrol, Touch
from app.ui.base import desk as screens
from app.ui.base.names import NameLabel, TextBlock
from app.ui.base.operations import Operations
from app.ui.base.printing import PrintQueue
from app.ui.base.watch import Background
from forms.fonts import load_fonts
from tests.support.desk import Door
from tests.support.stories import Desk

_PATIENCE_MS = 20_000
_NOBODY_HERE = "登録にない方（氏名を入れる）"


class KeyTouch:
    """The clerk's own key, touched whenever it is asked for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.sentences: list[str] = []

    def enrol(self, parent: QWidget, step: Enrol, *_told: Any, **_options: Any) -> None:
        """Nobody registers a key here."""
        raise AssertionError(step.sentence)

    def sign(
        self, parent: QWidget, touch: Touch, on_success: Callable[[Any], None], **options: Any
    ) -> None:
        self.sentences.append(touch.sentence)
        on_success(self._desk.script.touch(touch.ask).assertion)


class CaseWindow:
    """One clerk before the screens. ``screen`` is the open one, None at home."""

    def __init__(self, desk: Desk, qtbot: Any) -> None:
        self.desk = desk
        self.qtbot = qtbot
        self.door = Door()
        self.touch = KeyTouch(desk)
        self.operations = Operations(self.door.show, lambda _error: None)
        self.printing = PrintQueue(desk.printer, lambda cause, _of: self.door.show(None, cause))
        self.screen: Any = None
        installation = desk.script.parts.installation
        self._made = screens.Desk(
            gate=desk.gate,
            catalog=CATALOG,
            session=desk.session,
            engine=desk.engine,
            clock=desk.story.clock,
            tables=desk.tables,
            fonts=load_fonts(),
            press=desk.press,
            operations=self.operations,
            touch=self.touch,
            background=Background(),
            door=self.door,
            go=self.go,
            home=self._home,
            say=lambda text: None,
            door_of_staff=None,  # type: ignore[arg-type]
            office=screens.Office(
                installation.municipality_code, installation.office, installation.phone
            ),
            printer=self.printing,
            training=True,
            kinds=CASES,
            finish=desk.script.terminal.scheduler_hand,
        )

    def go(self, function_id: str, **given: Any) -> None:
        """Open a function's screen."""
        function = CATALOG[function_id]
        module, _, name = function.screen.partition(":")
        made = getattr(importlib.import_module(module), name)
        self.screen = made(self._made, **{**dict(function.given), **given})
        self.qtbot.addWidget(self.screen)
        self.screen.resize(1280, 760)
        self.screen.show()

    def _home(self, **ended: Any) -> None:
        self.screen = None

    def until(self, done: Callable[[], bool]) -> None:
        """Wait for ``done``; what the door shows meanwhile fails at once."""
        self.qtbot.waitUntil(lambda: done() or bool(self.door.shown), timeout=_PATIENCE_MS)
        self.qtbot.waitUntil(lambda: not self.operations.busy, timeout=_PATIENCE_MS)
        for error in self.door.shown:
            raise error
        assert done()

    def texts(self) -> str:
        """Everything that the open screen says, names in their variant included."""
        kinds = (QLabel, NameLabel, TextBlock)
        labels = [one for kind in kinds for one in self.screen.findChildren(kind)]
        return "\n".join(label.text() for label in labels if label.text())

    # -- a case ----------------------------------------------------------------------------

    def begin(self, kind: CaseKind, person_id: str = "") -> EntryScreen:
        """Begin a case of ``kind`` with an opened person, or from the menu; a payer is of no
        register."""
        self.go(kind.opening, **({"person_id": person_id} if person_id else {}))
        if isinstance(kind.about, Payer):
            self._choose(_NOBODY_HERE)
        self.until(lambda: self.screen is None or self.screen.form is not None)
        assert isinstance(self.screen, EntryScreen)
        return self.screen

    def _choose(self, line: str) -> None:
        """Answer the question on the screen by one of its lines."""
        self.until(lambda: self.screen.findChild(QInputDialog) is not None)
        dialog = self.screen.findChild(QInputDialog)
        (numbered,) = [one for one in dialog.comboBoxItems() if one.endswith(line)]
        dialog.textValueSelected.emit(numbered)
        dialog.deleteLater()

    def take_up(self, kind: CaseKind) -> None:
        """Say the birth date of whom the opened case is about, as the screen shows it."""
        self.until(lambda: self.screen.form is not None or self.screen.step == len(kind.pages))
        left = self.screen._left
        if left is not None:
            self.screen.form.field(taking_up.HEARD).set_value(taking_up.birth_of(left[0]))
            self.screen.next_button.click()
            self.until(lambda: self.screen._left is None)

    def key_in(self, values: Mapping[str, str]) -> None:
        """Fill each page in turn with what of ``values`` it asks for; then the summary stands."""
        entry = self.screen
        while entry.form is not None:
            at = entry.step
            for field in entry.form.page.fields:
                if field.name in values and not entry.form.field(field.name).isHidden():
                    entry.form.field(field.name).set_value(values[field.name])
            entry.next_button.click()
            self.until(lambda at=at: entry.step > at or bool(_errors(entry)))  # type: ignore[misc]
            assert entry.step > at, _errors(entry)

    def send(self) -> DecisionView:
        """Answer every warning, touch, send, and wait for what the union says."""
        for answer in self.screen.answers():
            answer.setChecked(True)
        self.screen.next_button.click()
        self.until(lambda: isinstance(self.screen, DecisionScreen) and self._answered())
        view: DecisionView = self.screen.view
        return view

    def _answered(self) -> bool:
        view = self.screen.view
        return view is not None and view.record is not None

    def leave(self) -> None:
        """Leave the open screen as Esc does, whatever it would do next."""
        self.until(lambda: True)
        self.screen.close()
        self._home()

    def close(self) -> None:
        """Nothing works on behind a closed window."""
        self.operations.close()
        self.printing.close()


def _errors(entry: EntryScreen) -> str:
    if entry.form is None:
        return ""
    shown = [(field.name, entry.form.field(field.name).error) for field in entry.form.page.fields]
    return " ".join(f"{name}: {text}" for name, text in shown if text)
