"""A desk in a test: the real gate and services, a key that answers at once, a door that keeps
what would be shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from app.cases.kind import Kinds
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.paper import PaperScreen
from app.cases.taking_up import HEARD, birth_of
from app.catalog import CASES
from app.security.gate.carry_out import Enrol, Touch
from app.ui.base.desk import Desk, Office
from app.ui.base.operations import Operations
from app.ui.base.printing import PrintQueue
from app.ui.base.watch import Background
from forms.fonts import load_fonts
from tests.support.counter import Counter


class SigningTouch:
    """A key that answers at once; what it is worth is judged by the gate."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self.sentences: list[str] = []
        self.given_up = False

    def enrol(self, parent: QWidget, step: Enrol, *_told: Any, **_options: Any) -> None:
        """Nobody registers a key here."""
        raise AssertionError(step.sentence)

    def sign(
        self, parent: QWidget, touch: Touch, on_success: Callable[[Any], None], **options: Any
    ) -> None:
        self.sentences.append(touch.sentence)
        if self.given_up:
            options["on_cancel"]()
            return
        key = self._counter.world.signers[touch.ask.staff_id]
        assert key.credential_id in touch.ask.credential_ids
        on_success(key.sign(touch.ask.challenge))


class Door:
    """Keeps what would be shown."""

    def __init__(self) -> None:
        self.shown: list[BaseException] = []
        self.murmured: list[BaseException] = []

    def show(self, parent: object, error: BaseException) -> None:
        self.shown.append(error)


class Room:
    """Desk, screens and what they asked for: ``went`` where they led, ``said`` what stands in
    the status line."""

    def __init__(self, counter: Counter, qtbot: Any, kinds: Kinds = CASES) -> None:
        self.counter = counter
        self.kinds = kinds
        self.qtbot = qtbot
        self.went: list[tuple[str, dict[str, Any]]] = []
        self.door = Door()
        self.touch = SigningTouch(counter)
        self.operations = Operations(self.door.show, self.door.murmured.append)
        self.fonts = load_fonts()
        self.background = Background()
        self.printing = PrintQueue(counter.printer, lambda error, _of: self.door.show(None, error))
        self.said: list[str] = []
        self.refused: list[Any] = []
        self.staff_door: Any = None

    def desk(self, who: str = "clerk") -> Desk:
        world = self.counter.world
        return Desk(
            gate=world.gate,
            catalog=world.catalog,
            session=world.session(who),
            engine=self.counter.engine,
            clock=world.clock,
            tables=world.tables,
            fonts=self.fonts,
            press=self.counter.press,
            operations=self.operations,
            touch=self.touch,
            background=self.background,
            door=self.door,
            go=lambda function_id, **given: self.went.append((function_id, given)),
            home=lambda **ended: self.went.append(("home", ended)),
            say=self.said.append,
            door_of_staff=self.staff_door,
            office=Office("152994", "見本市役所", "000-000-0000"),
            printer=self.printing,
            training=True,
            kinds=self.kinds,
            finish=world.scheduler_hand,
        )

    def add(self, screen: Any) -> Any:
        self.qtbot.addWidget(screen)
        screen.show()
        self.settle()
        return screen

    def taken_up(self, screen: Any) -> Any:
        """The entry of a case that was left, once its person was named."""
        self.qtbot.waitUntil(lambda: screen._left is not None, timeout=10_000)
        screen.form.field(HEARD).set_value(birth_of(screen._left[0]))
        screen.next_button.click()
        assert screen._left is None
        return screen

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.operations.busy, timeout=10_000)
        for error in self.door.shown:
            raise error

    def decision(self, case_id: str, who: str = "clerk", kind: str = "move_in") -> DecisionScreen:
        screen = self.add(DecisionScreen(self.desk(who), kind, case_id))
        self.qtbot.waitUntil(lambda: screen.view is not None, timeout=10_000)
        return screen

    def paper(self, case_id: str, who: str = "clerk", kind: str = "move_in") -> PaperScreen:
        """The screen to which a compared decision leads: the paper is drawn and proved."""
        screen = self.add(PaperScreen(self.desk(who), kind, case_id))
        self.until(lambda: screen.proof is not None)
        return screen

    def until(self, done: Callable[[], bool]) -> None:
        """Wait for ``done``; what the door shows meanwhile fails at once."""
        self.qtbot.waitUntil(lambda: done() or bool(self.door.shown), timeout=10_000)
        self.settle()
        assert done()
