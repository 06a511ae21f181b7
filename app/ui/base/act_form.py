"""A page of a few fields with one act at its end: the shape of most acts of administration."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.errors import UserError
from app.security.gate.carry_out import Perform, Prepare, Steps, carry_out
from app.ui.base.abstract import AbstractWidget
from app.ui.base.desk import Desk
from app.ui.base.fields import Field
from app.ui.base.form_parts import clear_errors, show_at_field
from app.ui.base.pages import Page, card, scrolled


class ActForm(Page, metaclass=AbstractWidget):
    """``fields`` above, what else a screen puts in ``notes``, and a button that carries it out.

    A screen says in ``steps`` what happens (raising ``UserError`` for what is wrong of the
    fields, which is told there) and in ``done`` what follows.
    """

    def __init__(
        self, desk: Desk, title: str, lead: str, word: str, fields: Sequence[Field] = ()
    ) -> None:
        super().__init__(title, lead)
        self._desk = desk
        self.fields = tuple(fields)
        inner = QWidget()
        outer = QVBoxLayout(inner)
        outer.setContentsMargins(0, 0, 0, 0)
        if self.fields:
            frame, layout = card()
            for field in self.fields:
                layout.addWidget(field)
            outer.addWidget(frame)
        self.notes = QVBoxLayout()
        outer.addLayout(self.notes)
        outer.addStretch(1)
        self.body.addWidget(scrolled(inner), 1)
        self.action("やめる", "Esc", self.leave)
        self.button = self.action(word, "Ctrl+Return", self.carry_out, primary=True)
        for field, after in zip(self.fields, self.fields[1:], strict=False):
            field.done.connect(after.setFocus)
        if self.fields:
            self.fields[-1].done.connect(self.carry_out)

    def first_focus(self) -> None:
        (self.fields[0] if self.fields else self.button).setFocus()

    def leave(self) -> None:
        """Away without doing anything; screens that came from another override it."""
        self._desk.home()

    @abstractmethod
    def steps(self) -> Steps[Any]:
        """What happens; ``UserError`` for what is wrong of the fields."""

    @abstractmethod
    def done(self, outcome: Any) -> None:
        """What follows."""

    def act(self, prepare: Prepare, perform: Perform[Any]) -> Steps[Any]:
        """The steps of one act."""
        return carry_out(self._desk.gate, self._desk.session, prepare, perform)

    def carry_out(self) -> None:
        """Check the fields and take the steps."""
        if not self.button.isEnabled():
            return
        clear_errors(self.fields)
        try:
            steps = self.steps()
        except UserError as wrong:
            self.failed(wrong)
            return
        self.button.setEnabled(False)
        self._desk.walk(
            self,
            steps,
            self.done,
            failed=self.failed,
            ended=lambda: self.button.setEnabled(True),
        )

    def failed(self, error: BaseException) -> None:
        """Told at its field, else by the error door."""
        if not show_at_field(self.fields, error):
            self._desk.door.show(self, error)
