"""Where a finished PDF goes: the operating system's spool, or training's folder.

The spool is outside us (docs/deployment.md). Nothing is written to a temporary file of ours:
the bytes go to the standard input of a small process, which can be ended when a printer's
driver hangs. On Linux that process is CUPS' own ``lp``; on Windows it is this program again
(``forms.windows_spool``), because there the spooler is asked by calls.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.core.errors import EnvironmentFault
from app.core.process import end_apart, own_command, start_apart
from forms.register import Offset, moved

_SPOOL_SECONDS = 30
_PAGE_SECONDS = 0.5
PRINT_COMMAND = "print-sheet"

NO_SPOOLER, NO_TRAY, OTHER_PAPER = 3, 4, 5
"""Exit codes of ``print-sheet`` besides 0 and 1 (the job was not taken)."""

_SUBJECT = re.compile(rb"/Subject\s*\((FORM-[0-9N]+)\)")
_SIDES = re.compile(rb"/Duplex\s*/Duplex(FlipLongEdge|FlipShortEdge)\b")


class Printer(Protocol):
    """Takes a proved PDF. ``number`` names the job; it holds no personal data.

    Raises EnvironmentFault ``print.<cause>`` when the spool did not take the job; the caller's
    issue row stands, and the sheet waits on the day board to be printed again or spoilt.
    """

    def spool(self, pdf: bytes, number: str) -> None:
        """Hand the PDF over."""
        ...


@dataclass(frozen=True, slots=True)
class Queue:
    """A printer as the system names it. ``trays``: the tray that holds a paper, as the printer's
    driver names it, by the paper's size in millimetres ("91x128"); a paper without an entry
    comes from the tray that the driver chooses."""

    name: str
    trays: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    """The printer of a form where it is another one, by the form's id ("FORM-04")."""
    offsets: Mapping[str, Offset] = field(default_factory=dict)
    """How far a printer's pages are moved so that front and back meet, by its name."""

    def printer_of(self, pdf: bytes) -> str:
        """The printer for the form of this PDF."""
        return self.forms.get(form_of(pdf), self.name) if self.forms else self.name

    def in_register(self, pdf: bytes) -> bytes:
        """The PDF as this printer must be given it."""
        offset = self.offsets.get(self.printer_of(pdf), Offset())
        return moved(pdf, offset, both_sides=bool(turned_over(pdf)))

    def tray_of(self, pdf: bytes) -> str:
        """The tray for the paper of this PDF, "" for the driver's own choice."""
        return self.trays.get(paper_of(pdf), "") if self.trays else ""


def printer_on(queue: Queue) -> Printer:
    """The way to this queue on this system; one without a name is no printer."""
    if not queue.name:
        return NoPrinter()
    if sys.platform == "win32":
        return WindowsPrinter(queue)
    else:  # noqa: RET505 - the branches are told apart by platform
        return CupsPrinter(queue)


class CupsPrinter:
    """The ``lp`` command of CUPS, to one configured queue."""

    def __init__(self, queue: Queue, seconds: float = _SPOOL_SECONDS) -> None:
        self._queue = queue
        self._seconds = seconds

    def spool(self, pdf: bytes, number: str) -> None:
        options = ["document-format=application/pdf", "print-scaling=none", *_media(pdf)]
        if edge := turned_over(pdf):
            options.append(f"sides=two-sided-{edge.replace('_', '-')}")
        if tray := self._queue.tray_of(pdf):
            options.append(f"InputSlot={tray}")
        told = [part for option in options for part in ("-o", option)]
        name = self._queue.printer_of(pdf)
        command = ["lp", "-d", name, "-t", number, *told, "-"]
        if _hand_over(command, self._queue.in_register(pdf), self._seconds, "CUPS") != 0:
            raise _refused(name)


class WindowsPrinter:
    """Windows' own spooler, to one configured printer, by ``print-sheet`` in a process apart."""

    def __init__(
        self,
        queue: Queue,
        seconds: float = _SPOOL_SECONDS,
        command: tuple[str, ...] = (),
    ) -> None:
        """``command`` stands for this program's own ``print-sheet`` in a test."""
        self._queue = queue
        self._seconds = seconds
        self._command = command or own_command(PRINT_COMMAND)

    def spool(self, pdf: bytes, number: str) -> None:
        name, tray = self._queue.printer_of(pdf), self._queue.tray_of(pdf)
        command = [*self._command, f"--queue={name}", f"--number={number}", f"--tray={tray}"]
        given = self._queue.in_register(pdf)
        code = _hand_over(command, given, self._bound(pdf), "Windowsのスプーラー")
        if code == NO_SPOOLER:
            raise _fault(
                "no_spool", "この端末の印刷の仕組み（Windowsのスプーラー）が動いていません。"
            )
        if code == NO_TRAY:
            raise _fault("no_tray", f"プリンター「{name}」に、給紙口「{tray}」がありません。")
        if code == OTHER_PAPER:
            size = paper_of(pdf).replace("x", "×")
            raise _fault(
                "other_paper",
                f"プリンター「{name}」が、この帳票の用紙（{size} mm）を受け付けません。"
                "大きさを変えて刷ることはしません。",
            )
        if code != 0:
            raise _refused(name)

    def _bound(self, pdf: bytes) -> float:
        """It draws page by page: a part of a batch takes longer than a sheet."""
        return self._seconds + _PAGE_SECONDS * pdf.count(b"/Type /Page\n")


class FolderPrinter:
    """Training's printer: sheets become PDF files in a folder outside the data directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def spool(self, pdf: bytes, number: str) -> None:
        name = re.sub(r"[^0-9A-Za-z-]", "_", number)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            at = 1
            while (target := self._folder / f"{name}-{at}.pdf").exists():
                at += 1
            target.write_bytes(pdf)
        except OSError as error:
            raise _fault("folder", "研修用の印刷先フォルダーに書けません。") from error


class NoPrinter:
    """No printer is configured; printing says so instead of losing the sheet."""

    def spool(self, pdf: bytes, number: str) -> None:
        raise _fault("not_configured", "プリンターが設定されていません。")


def form_of(pdf: bytes) -> str:
    """The form's id that a PDF of ``forms.document`` carries as its subject; "" for none."""
    found = _SUBJECT.search(pdf)
    return found[1].decode("ascii") if found is not None else ""


def _media(pdf: bytes) -> list[str]:
    """What the spooler is told of the paper; nothing of a file whose size cannot be read."""
    try:
        return [f"media=Custom.{paper_of(pdf)}mm"]
    except EnvironmentFault:
        return []


def turned_over(pdf: bytes) -> str:
    """``long_edge`` or ``short_edge`` when the PDF asks to be printed on both sides, turned over
    that edge (ISO 32000-1, 12.2, ``Duplex``); "" when it does not. For PDFs of ``forms.drawing``,
    whose catalogue lies open."""
    asked = _SIDES.search(pdf)
    if asked is None:
        return ""
    return {b"FlipLongEdge": "long_edge", b"FlipShortEdge": "short_edge"}[asked[1]]


def paper_of(pdf: bytes) -> str:
    """The size of the first page in whole millimetres, "91x128". Raises EnvironmentFault
    ``forms.pdf_unreadable``."""
    from forms.pdfium import open_pdf
    from forms.record import MM_PER_POINT

    with open_pdf(pdf) as document:
        width, height = document.get_page_size(0)
    return f"{width * MM_PER_POINT:.0f}x{height * MM_PER_POINT:.0f}"


def _hand_over(command: list[str], pdf: bytes, seconds: float, system: str) -> int:
    """Give the PDF to ``command`` and wait for its end, at most ``seconds``; its exit code."""
    try:
        job = start_apart(command)
    except FileNotFoundError as error:
        raise _fault("no_spool", f"この端末に印刷の仕組み（{system}）がありません。") from error
    except OSError as error:
        raise _fault("not_run", f"この端末の印刷の仕組み（{system}）を動かせません。") from error
    try:
        job.communicate(pdf, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise _fault("timeout", "プリンターが応答しません。") from error
    except OSError:  # it went away while it was being told
        return 1
    finally:
        end_apart(job)
    return job.returncode


def _refused(queue: str) -> EnvironmentFault:
    return _fault("refused", f"プリンター「{queue}」が印刷を受け付けませんでした。")


def _fault(cause: str, message: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"print.{cause}",
        message,
        "プリンターの電源・用紙・接続を確かめてください。発行の記録は残っています。"
        "直ったら「今日の仕事」から刷り直せます。",
    )
