"""The way to the printer: one worker of its own, so that no spooler holds the store (DESIGN 7).

A service hands the sheet over and goes on: what it wrote stands, whatever the printer does. The
screen is told afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal

from app.core.errors import MadoguchiError
from forms.spool import Printer

Murmur = Callable[[BaseException, str], None]

PRINTING = "printing"
"""The name under which troubles of the printer are told."""


class PrintQueue(QObject):
    """A ``forms.spool.Printer`` that takes every sheet at once and prints them in order.

    ``failed`` tells the number of a job that was not printed and why; ``printed`` one that the
    spool took. What is not a fault of the printer is a mistake of ours, told by ``murmur``; the
    job was not printed then either.
    """

    failed = Signal(str, str)
    printed = Signal(str)
    _settled = Signal(str, object)

    def __init__(self, printer: Printer, murmur: Murmur) -> None:
        super().__init__()
        self._printer = printer
        self._murmur = murmur
        self._not_printed: dict[str, str] = {}
        self._worker = ThreadPoolExecutor(1, "print")
        self._settled.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def spool(self, pdf: bytes, number: str) -> None:
        """Take the sheet; called on any thread, raises nothing of the printer's."""
        self._not_printed.pop(number, None)
        job = self._worker.submit(self._printer.spool, pdf, number)
        job.add_done_callback(lambda done: self._settled.emit(number, done))

    def failure_of(self, number: str) -> str:
        """Why the last job of this number was not printed; "" when it was, or is not over."""
        return self._not_printed.get(number, "")

    def close(self) -> None:
        """Let what was handed over be printed; each job has its bound."""
        self._worker.shutdown(wait=True)

    def _tell(self, number: str, done: Future[None]) -> None:
        error = done.exception()
        if error is None:
            self.printed.emit(number)
            return
        if isinstance(error, MadoguchiError):
            why = f"{error.message}{error.remedy}"
        else:
            self._murmur(error, PRINTING)
            why = "印刷の途中でプログラムの誤りが起きました。"
        self._not_printed[number] = why
        self.failed.emit(number, why)
