"""Looking again behind the person's back: while a screen waits for the union.

What looks here never makes the screen busy, never opens a dialog and never counts as activity
of the person (SEC-64); while the session is locked it does not look at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.core.errors import MadoguchiError
from app.ui.base.operations import Operations

T = TypeVar("T")

_UNREADABLE = "この画面の内容を読み直せませんでした。"


class Background(QObject):
    """What goes on while somebody works. ``came`` is told to screens that wait for something
    over the line; nothing is told between ``pause`` (the session is locked) and ``resume``.

    ``troubled`` is told when what work behind the person's back fails of has changed.
    """

    came = Signal()
    troubled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.paused = False
        self._troubles: dict[str, dict[str, str]] = {}

    def tell(self) -> None:
        """Something was received."""
        if not self.paused:
            self.came.emit()

    @property
    def troubles(self) -> tuple[str, ...]:
        """What failed and has not gone well since: one sentence for each cause."""
        told = (text for of in self._troubles.values() for text in of.values())
        return tuple(dict.fromkeys(told))

    def has_trouble(self, of: str, cause: str) -> bool:
        """Whether ``cause`` of this work is told already."""
        return cause in self._troubles.get(of, {})

    def trouble(self, of: str, cause: str, sentence: str) -> None:
        """The work ``of`` this name failed by ``cause``; a cause is told once."""
        if not self.has_trouble(of, cause):
            self._troubles.setdefault(of, {})[cause] = sentence
            self.troubled.emit()

    def well(self, of: str, *, but: str = "") -> None:
        """The work of this name goes well again, but for one cause."""
        known = self._troubles.get(of, {})
        left = {cause: text for cause, text in known.items() if cause == but}
        if left != known:
            self._troubles[of] = left
            self.troubled.emit()

    def forget(self) -> None:
        """Another person comes: nothing is told of before."""
        self._troubles.clear()

    def pause(self) -> None:
        """The session is locked."""
        self.paused = True

    def resume(self) -> None:
        """The person is back."""
        self.paused = False


class Watch(QObject, Generic[T]):
    """Runs ``work`` whenever something came over the line and hands its outcome to ``done``,
    until ``stop`` or the end of the screen.

    ``work`` must be a view that the gate is told is nobody's doing (``background=True``). The
    first failure ends the watch and is said in the status line: the person looks again by hand.
    """

    def __init__(
        self,
        screen: QWidget,
        background: Background,
        operations: Operations,
        work: Callable[[], T],
        done: Callable[[T], None],
        say: Callable[[str], None],
    ) -> None:
        super().__init__(screen)
        self._background = background
        self._operations = operations
        self._work = work
        self._done = done
        self._say = say
        self._looking = False
        self.stopped = False
        background.came.connect(self._look)

    def stop(self) -> None:
        """Look no more."""
        if not self.stopped:
            self.stopped = True
            self._background.came.disconnect(self._look)

    def _look(self) -> None:
        if self._looking or self.stopped or not shiboken6.isValid(self):
            return
        self._looking = True
        self._operations.aside(self, self._work, self._seen, self._failed)

    def _seen(self, outcome: T) -> None:
        self._looking = False
        if not (self.stopped or self._background.paused):
            self._done(outcome)

    def _failed(self, error: BaseException) -> None:
        self._looking = False
        if self.stopped:
            return
        self.stop()
        self._say(error.message if isinstance(error, MadoguchiError) else _UNREADABLE)
