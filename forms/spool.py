"""Where a finished PDF goes: the operating system's spool, or training's folder.

The spool is outside us (docs/deployment.md). Nothing is written to a temporary file of ours:
the bytes go to the spool's standard input.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Protocol

from app.core.errors import EnvironmentFault

_SPOOL_SECONDS = 30


class Printer(Protocol):
    """Takes a proved PDF. ``number`` names the job; it holds no personal data.

    Raises EnvironmentFault ``print.<cause>`` when the spool did not take the job; the caller's
    issue row stands, and the sheet waits on the day board to be printed again or spoilt.
    """

    def spool(self, pdf: bytes, number: str) -> None:
        """Hand the PDF over."""
        ...


class CupsPrinter:
    """The ``lp`` command of CUPS, to one configured queue."""

    def __init__(self, queue: str, seconds: float = _SPOOL_SECONDS) -> None:
        self._queue = queue
        self._seconds = seconds

    def spool(self, pdf: bytes, number: str) -> None:
        command = ["lp", "-d", self._queue, "-t", number, "-o", "document-format=application/pdf"]
        try:
            # Nothing is read back: a helper that outlives lp would hold the pipe open.
            job = subprocess.Popen(  # noqa: S603 - fixed command, no shell; queue is a setting
                [*command, "-"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise _fault("no_spool", "この端末に印刷の仕組み（CUPS）がありません。") from error
        except OSError as error:
            raise _fault("not_run", "この端末の印刷の仕組み（CUPS）を動かせません。") from error
        try:
            job.communicate(pdf, timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            raise _fault("timeout", "プリンターが応答しません。") from error
        except OSError as error:  # it went away while it was being told
            raise self._refused() from error
        finally:
            _end(job)
        if job.returncode != 0:
            raise self._refused()

    def _refused(self) -> EnvironmentFault:
        return _fault("refused", f"プリンター「{self._queue}」が印刷を受け付けませんでした。")


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


def _end(job: subprocess.Popen[bytes]) -> None:
    """End ``lp`` and whatever it started, if they are still there."""
    if job.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    if job.stdin is not None:
        with contextlib.suppress(OSError):
            job.stdin.close()


def _fault(cause: str, message: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"print.{cause}",
        message,
        "プリンターの電源・用紙・接続を確かめてください。発行の記録は残っています。"
        "直ったら「今日の仕事」から刷り直せます。",
    )
