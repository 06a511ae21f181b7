"""The three kinds of error and nothing else (DESIGN 1.10).

Every message is Japanese, in the words a clerk uses: ``message`` says what happened and
where, ``remedy`` says what to do next. Neither may hold personal data when the error is an
``EnvironmentFault`` or a ``Bug``, because those two are written to the technical log.
"""

from __future__ import annotations

from typing import Any


class MadoguchiError(Exception):
    """Parent of all errors that the error door knows how to show.

    ``code`` is a stable identifier (``area.cause``); tests and the manual refer to it.
    """

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """As it was, also out of another process (a batch is drawn by several)."""
        return _as_it_was, (type(self), self.args, dict(self.__dict__))


def _as_it_was(kind: type[MadoguchiError], args: Any, state: dict[str, Any]) -> MadoguchiError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class UserError(MadoguchiError):
    """What was typed or asked cannot be done. ``field`` names the input, if there is one."""

    def __init__(self, code: str, message: str, remedy: str, *, field: str | None = None) -> None:
        super().__init__(code, message, remedy)
        self.field = field


class EnvironmentFault(MadoguchiError):
    """The machine, a key, a file or the line to the peer has trouble; each its own code."""


class Bug(MadoguchiError):
    """Our own mistake. The work was rolled back; ``code`` ends in the incident number."""
