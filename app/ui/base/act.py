"""Takes the steps of ``app.security.gate.carry_out`` at the window: work on the store worker,
touches and second persons in dialogs, causes through the error door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from app.core.signs import plain
from app.security.acts.approval import Role
from app.security.authenticators.port import Assertion
from app.security.gate.carry_out import CallSecond, Enrol, Step, Steps, Touch, Work
from app.ui.base.labels import PlainQuestion
from app.ui.base.operations import Operations

T = TypeVar("T")
Failed = Callable[[BaseException], None]
Nothing = Callable[[], None]

_SECOND = {
    Role.CONFIRMER: ("二人目の確認", "確認する職員の職員番号"),
    Role.SUPERVISOR: ("責任者の承認", "承認する責任者の職員番号"),
}


class Toucher(Protocol):
    """Asks for one touch, or for a key to register, on the screen
    (``app.ui.base.touch.TouchDesk``)."""

    def sign(
        self,
        parent: QWidget,
        touch: Touch,
        on_success: Callable[[Assertion], None],
        *,
        on_failure: Failed | None = None,
        on_cancel: Nothing | None = None,
        again: bool = False,
    ) -> None: ...

    def enrol(
        self,
        parent: QWidget,
        step: Enrol,
        on_success: Callable[[Any], None],
        *,
        on_failure: Failed | None = None,
        on_cancel: Nothing | None = None,
    ) -> None: ...


class Door(Protocol):
    """Shows what went wrong (``app.ui.base.door.ErrorDoor``)."""

    def show(self, parent: QObject | None, error: BaseException) -> None: ...


@dataclass(frozen=True, slots=True)
class Hands:
    """What steps are taken with. While ``away`` says so (the session is locked) no step is
    taken, no dialog opened and no outcome shown."""

    operations: Operations
    touch: Toucher
    door: Door
    away: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Ending(Generic[T]):
    """What a screen does at the end of an act.

    ``done`` gets the outcome. ``failed`` gets the cause; without it the error door shows it.
    ``ended`` is called whenever it did not come to the act, by a cause or because it was given
    up: a screen lets its buttons live again there.
    """

    done: Callable[[T], None]
    failed: Failed | None = None
    ended: Nothing | None = None


def take_steps(hands: Hands, screen: QWidget, steps: Steps[T], ending: Ending[T]) -> None:
    """Start ``steps``; their end comes back to ``screen``, unless it was closed meanwhile."""
    _Walk(hands, screen, steps, ending).go_on(None)


class _Walk(Generic[T]):
    """One chain of steps on its way."""

    def __init__(self, hands: Hands, screen: QWidget, steps: Steps[T], ending: Ending[T]) -> None:
        self._hands = hands
        self._screen = screen
        self._steps = steps
        self._ending = ending

    def go_on(self, answer: object) -> None:
        self._take(lambda: self._steps.send(answer))

    def _throw(self, error: BaseException) -> None:
        self._take(lambda: self._steps.throw(error))

    def _take(self, advance: Callable[[], Step]) -> None:
        try:
            step = advance()
        except StopIteration as end:
            if not self._hands.away():
                self._ending.done(end.value)
            return
        except Exception as error:
            self._fail(error)
            return
        if self._hands.away():
            self._give_up()
            return
        if isinstance(step, Work):
            self._hands.operations.run(self._screen, step.run, self.go_on, self._throw)
        elif isinstance(step, Touch):
            self._hands.touch.sign(
                self._screen,
                step,
                self.go_on,
                on_failure=self._throw,
                on_cancel=self._give_up,
                again=True,
            )
        elif isinstance(step, Enrol):
            self._hands.touch.enrol(
                self._screen, step, self.go_on, on_failure=self._throw, on_cancel=self._give_up
            )
        else:
            self._call_second(step)

    def _call_second(self, step: CallSecond) -> None:
        dialog = PlainQuestion(self._screen)
        title, label = _SECOND[step.role]
        dialog.setWindowTitle(title)
        wait = "\n責任者がいまいないときは、空のまま「次へ」で、あとから承認を受けます。"
        dialog.setLabelText(
            f"{step.sentence}\n{label}を入れ、その方のキーに触れてください。"
            f"{wait if step.may_wait else ''}"
        )
        dialog.setOkButtonText("次へ")
        dialog.setCancelButtonText("やめる")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda staff_id: self.go_on(plain(staff_id)))
        dialog.rejected.connect(self._give_up)
        dialog.open()

    def _fail(self, error: BaseException) -> None:
        if self._ending.failed is not None:
            self._ending.failed(error)
        else:
            self._hands.door.show(self._screen, error)
        self._end()

    def _give_up(self) -> None:
        self._steps.close()
        self._end()

    def _end(self) -> None:
        if self._ending.ended is not None:
            self._ending.ended()
