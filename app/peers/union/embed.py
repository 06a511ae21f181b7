"""The union as a child process on loopback: for training, demo and tests (DESIGN 8).

with embedded(folder) as union:
    union.first.load(seed_lines(...))
    union.approve_waiting()
    union.second.fault("drop", "complete")
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from app.core.errors import EnvironmentFault
from app.peers.union.client import OperatorClient
from app.peers.union.folder import endpoint_file, take_folder

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.02
_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Union:
    """A running union. ``address`` is "host:port" for terminals, ``authorities`` the PEM they
    trust it by; ``first`` and ``second`` are its two operators."""

    data: Path
    address: str
    authorities: bytes
    first: OperatorClient
    second: OperatorClient
    process: int

    def approve_waiting(self) -> list[str]:
        """Both operators approve every waiting request; returns the terminals they made."""
        waiting = [item["id"] for item in self.first.requests() if item["step"] == "waiting"]
        for request_id in waiting:
            self.first.approve(request_id)
            self.second.approve(request_id)
        return [item["terminal"] for item in self.first.requests() if item["id"] in waiting]

    def deliver(self, municipality: str) -> int:
        """One operator asks for a delivery, the other lets it go; how many containers."""
        self.first.deliver(municipality)
        return self.second.confirm_delivery(municipality)


class Running(Protocol):
    """A union's process."""

    pid: int

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        ...

    def end(self) -> None:
        """End it and wait for its end."""
        ...


class Program:
    """The union as a program of its own. ``log`` gets what it says."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        # The root of the program, so that ``app`` is found wherever the caller stands.
        root = Path(__file__).resolve().parents[3]
        with log.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603  # our own program with our own arguments
                [sys.executable, "-m", "app.peers.union.main", *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=root,
                start_new_session=True,  # Ctrl-C is the parent's to answer; this ends after it
            )
        self.pid = self._child.pid

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        return self._child.poll()

    def end(self) -> None:
        """Close its input and wait for its end."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        try:
            self._child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


@contextmanager
def embedded(
    data: Path,
    *,
    database: str = "",
    moment: datetime | None = None,
    income_unknown: str = "",
    port: int = 0,
    start: Callable[[Sequence[str], Path], Running] = Program,
) -> Iterator[Union]:
    """Start a union on ``data`` and stop it at the end; its end is waited for.

    ``moment`` sets its clock; ``port`` is where terminals find it (0: any free one); ``start``
    takes the command's arguments and the file for what it says. Raises EnvironmentFault
    ``union.not_started`` with what it said, ``union.running`` when the folder has one already.
    """
    command = ["run", "--data", str(data), "--until-input-ends"]
    if database:
        command += ["--database", database]
    if moment is not None:
        command += ["--moment", moment.isoformat()]
    if income_unknown:
        command += ["--income-unknown", income_unknown]
    if port:
        command += ["--port", str(port)]
    take_folder(data).release()  # nobody is there, and nothing old is taken for the new one
    log = data / "union.log"
    child = start(command, log)
    try:
        endpoint = _wait_ready(child, endpoint_file(data), log)
        names = list(json.loads((data / "operators.json").read_text(encoding="utf-8")))
        with OperatorClient.of(data, names[0]) as first, OperatorClient.of(data, names[1]) as two:
            status = first.status()
            yield Union(
                data=data,
                address=str(endpoint["terminals"]),
                authorities=status["authorities"].encode("ascii"),
                first=first,
                second=two,
                process=child.pid,
            )
    finally:
        child.end()


def _wait_ready(child: Running, endpoint: Path, log: Path) -> dict[str, object]:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        if endpoint.exists():
            content: dict[str, object] = json.loads(endpoint.read_text(encoding="utf-8"))
            return content
        time.sleep(_POLL_SECONDS)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise EnvironmentFault(
        "union.not_started",
        f"標準システムの代わりのプログラムが起動しませんでした。{said}",
        "研修のフォルダーに空きがあるか確かめ、もう一度始めてください。",
    )
