"""What the composition root hands to every screen: nothing is found, all is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.core.clock import Clock
from app.core.tables import Tables
from app.ui.base.door import ErrorDoor
from app.ui.base.operations import Operations
from app.ui.base.touch import TouchDesk

if TYPE_CHECKING:
    from app.security.gate.gate import Gate
    from app.security.staff.session import Session
    from app.sync.engine import Engine
    from forms.fonts import FontSet
    from forms.press import Press
    from forms.spool import Printer


ChangePassword = Callable[
    [QWidget, str, str, Callable[[BaseException], None], Callable[[], None]], None
]
"""Change one's own password: the screen, the old and the new one, what to do when it was refused,
what to do when the key was given up. The session ends when it is done."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where this counter stands: municipality code (6 digits), its name on slips, its phone."""

    municipality_code: str
    name: str
    phone: str


@dataclass(frozen=True)
class Desk:
    """The counter as a screen sees it (窓口). ``go`` opens a function's screen with its
    arguments; ``home`` returns to the start screen."""

    gate: Gate
    session: Session
    engine: Engine
    clock: Clock
    tables: Tables
    fonts: FontSet
    press: Press
    operations: Operations
    touch: TouchDesk
    door: ErrorDoor
    go: Callable[..., None]
    home: Callable[[], None]
    say: Callable[[str], None]
    change_password: ChangePassword
    office: Office
    printer: Printer
    training: bool
