"""What the terminal does a piece at a time while somebody is logged in (消去): one piece after
another on the store's worker, with room between them for whoever works here."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.catalog import CATALOG
from app.core.errors import MadoguchiError
from app.security.entry.terminal import OpenTerminal
from app.security.spec import Function
from app.start.found import found_at
from app.ui.base.operations import Operations

_BETWEEN_MS = 50
"""Between two pieces: a clerk's own work comes before the next one."""

_log = logging.getLogger(__name__)


class Pieces:
    """``look`` is called again and again while a session is open; a piece that says that more is
    left is followed by the next one by itself. What the machine refuses is tried at the next
    look."""

    def __init__(self, owner: QObject, operations: Operations) -> None:
        self._owner = owner
        self._operations = operations
        self._under_way: set[str] = set()

    def look(self, terminal: OpenTerminal) -> None:
        """Begin what waits, unless it is under way."""
        for function in CATALOG.values():
            if function.in_pieces and function.id not in self._under_way:
                self._under_way.add(function.id)
                self._piece(terminal, function)

    def _piece(self, terminal: OpenTerminal, function: Function) -> None:
        run = found_at(function.run)

        def done(more: bool) -> None:
            if more and terminal.store.is_open:
                QTimer.singleShot(_BETWEEN_MS, self._owner, lambda: self._piece(terminal, function))
            else:
                self._under_way.discard(function.id)

        def failed(error: BaseException) -> None:
            self._under_way.discard(function.id)
            code = error.code if isinstance(error, MadoguchiError) else type(error).__name__
            _log.warning("a piece of %s was not done: %s", function.id, code)

        work = partial(run, terminal.scheduler_hand, terminal.access)
        self._operations.aside(self._owner, work, done, failed)
