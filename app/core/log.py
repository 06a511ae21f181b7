"""The technical log (技術ログ): what went wrong and where, never with whom.

An error's text may hold whatever the program had in its hands: a database names the row that
failed, a parser the text it could not read. So every process that logs begins with
``keep_values_out``, and from then on an error stands in the log as its kinds and its places.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, TypeGuard

OURS = ("madoguchi", "app", "db", "forms")
"""Loggers whose sentences are written here, with nothing personal in them."""

LOG_NAME = "madoguchi.log"
_LONGEST_PLACE = 40  # frames; a recursion would fill the log


def without_values(error: BaseException) -> str:
    """An error and what caused it, as kinds and places on one line."""
    return " from ".join(_one(link) for link in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _one(error: BaseException) -> str:
    kind = type(error)
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_qualname}:{trace.tb_lineno}")
        trace = trace.tb_next
    within = [_one(part) for part in getattr(error, "exceptions", ()) if _is_error(part)]
    held = f" of [{'; '.join(within)}]" if within else ""
    return f"type={kind.__name__} at {' '.join(frames[-_LONGEST_PLACE:])}{held}"


def _is_error(part: object) -> TypeGuard[BaseException]:
    return isinstance(part, BaseException)


class PlainFormatter(logging.Formatter):
    """One line a record. A library's sentence is left out, because it may have been put together
    from values; of ours an error among the arguments is shown by its kind."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line without values."""
        plain = logging.makeLogRecord(
            {
                **record.__dict__,
                "msg": self._sentence(record),
                "args": None,
                "exc_info": None,
                "exc_text": None,
                "stack_info": None,
            }
        )
        return super().format(plain)

    def _sentence(self, record: logging.LogRecord) -> str:
        if record.name.split(".")[0] in OURS:
            text = _told(record)
        else:
            text = f"({record.module}.{record.funcName}:{record.lineno})"
        error = record.exc_info[1] if record.exc_info else None
        return text if error is None else f"{text} {without_values(error)}"


def _told(record: logging.LogRecord) -> str:
    if isinstance(record.msg, BaseException):
        return without_values(record.msg)
    arguments = record.args
    if isinstance(arguments, tuple):
        shown = tuple(without_values(item) if _is_error(item) else item for item in arguments)
        return str(record.msg) % shown if shown else str(record.msg)
    return record.getMessage()


def keep_values_out(stream: TextIO | None = None) -> None:
    """Let this process log to ``stream`` (standard error) without values, whatever fails: a
    record of any library, a thread, a warning, a finaliser, the program as a whole.

    For the beginning of a process, once.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(PlainFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log = logging.getLogger("madoguchi")

    def ended(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.error("unhandled %s", error)

    def thread_ended(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
            log.error("unhandled in a thread %s", told.exc_value)

    def not_raised(told: Any) -> None:
        if told.exc_value is not None:
            log.error("not raised %s", told.exc_value)

    def warned(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: object
    ) -> None:
        log.warning("%s at %s:%d", category.__name__, filename, lineno)

    sys.excepthook = ended
    threading.excepthook = thread_ended
    sys.unraisablehook = not_raised
    warnings.showwarning = warned  # type: ignore[assignment]


class _QuietFile(RotatingFileHandler):
    """A log that cannot be written (a full disk, say) stops nothing."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing more can be said."""


def keep_in_file(folder: Path) -> None:
    """Let what this process logs be found later, by its エラー番号: in ``folder``, in four files of
    a megabyte at most. Where that cannot be written the process goes on without."""
    handler = _QuietFile(
        folder / LOG_NAME, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
    )
    handler.setFormatter(PlainFormatter())
    logging.getLogger().addHandler(handler)
