"""Handles to the terminal's own work (端末が行う仕事): the engine's and the scheduler's.

The gate hands each out once, to whoever opens the terminal; what has the gate alone has persons'
acts and views alone (DESIGN 4, 5).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from app.security.acts.approval import NO_SUBJECT, Subject
from app.security.gate.work import ActWork
from app.security.refusals import refusal
from app.security.spec import Hand

if TYPE_CHECKING:
    from app.security.control.shared import Step
    from app.security.gate.gate import Gate


class Begin(Protocol):
    """How the gate begins the terminal's own work."""

    def __call__(
        self,
        function_id: str,
        which: Hand,
        subject: Subject,
        digest: bytes,
        brought: bytes,
        step: Step | None = None,
    ) -> AbstractContextManager[ActWork]: ...


class SystemHand:
    """What the functions of one handle run through. ``which`` says whose handle it is, ``gate`` is
    the gate that gave it."""

    def __init__(
        self, gate: Gate, which: Hand, begin: Begin, functions: frozenset[str] | None = None
    ) -> None:
        self.gate = gate
        self.which = which
        self._begin = begin
        self._functions = functions

    def system(
        self,
        function_id: str,
        *,
        subject: Subject = NO_SUBJECT,
        digest: bytes = b"",
        brought: bytes = b"",
    ) -> AbstractContextManager[ActWork]:
        """The terminal's own work (sync, retention, backup): actor ``system``. Journalled
        like an act; ``brought`` are the SHA-256 of what it takes in, one after another, for
        ``Gate.vouches``. The block commits as a whole or not at all.

        Raises ``Refusal`` for a function that is a person's, another handle's or beyond ``only``,
        and while the clock cannot be believed.
        """
        if self._functions is not None and function_id not in self._functions:
            raise refusal("right.none")
        return self._begin(function_id, self.which, subject, digest, brought)

    def take_rows(self, step: Step) -> None:
        """Write what other desks did (``Control.turn`` is held since ``step`` was worked out); it
        is the journal's like every act, and commits as a whole or not at all. Raises as
        ``system``."""
        function_id = self.gate.catalog.takes_control
        if self._functions is not None and function_id not in self._functions:
            raise refusal("right.none")
        with self._begin(function_id, self.which, NO_SUBJECT, b"", b"", step):
            pass

    def only(self, *functions: str) -> SystemHand:
        """A handle to these functions alone, for whoever ends one thing that a person began."""
        kept = frozenset(functions)
        if self._functions is not None:
            kept &= self._functions
        return SystemHand(self.gate, self.which, self._begin, kept)

    def now(self) -> datetime:
        """The present moment by the gate's clock."""
        return self.gate.now()
