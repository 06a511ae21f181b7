"""A union's process that starts at once: forked from one that has loaded the program already.

Loading the union's program takes most of its start. Each test still gets a whole process of its
own, to be asked and to be killed; only ``embed.Program`` starts it as the product does, and the
tests of the command line and of the end use that one.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.support import room

_ROOT = Path(__file__).resolve().parents[2]
_MESSAGE = 1 << 16
_controls: list[socket.socket] = []


class ForkedUnion:
    """For ``embedded(..., start=ForkedUnion)``. Its end is a power cut: every union must live
    with one, and nobody waits for connections to be closed."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        if not _controls:
            _controls.append(_start_loaded())
        self._line, theirs = socket.socketpair()
        with theirs:
            asked = json.dumps([str(log), *arguments]).encode()
            socket.send_fds(_controls[0], [asked], [theirs.fileno()])
        self.pid = int(_controls[0].recv(_MESSAGE))

    def poll(self) -> int | None:
        """1 when it ended: its end of the line is closed then; None while it runs."""
        readable, _, _ = select.select([self._line], [], [], 0)
        return 1 if readable else None

    def end(self) -> None:
        """Kill it and wait for its end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self._line.recv(1)
        self._line.close()


def _start_loaded() -> socket.socket:
    """The loaded process, one for each test process; it ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked_union", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            start_new_session=True,
        )
    room.shared.callback(child.wait)
    room.shared.callback(ours.close)
    room.shared.callback(_controls.clear)
    return ours


def _serve(control: socket.socket) -> None:
    """Fork a union for each message, until the other side is gone."""
    import app.peers.union.main  # noqa: F401  # what the forks need not load

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    while True:
        message, (*lines,), _, _ = socket.recv_fds(control, _MESSAGE, 1)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            log, *arguments = json.loads(message)
            _become_union(arguments, Path(log), lines[0])
        for line in lines:
            os.close(line)
        control.send(str(pid).encode())


def _become_union(arguments: list[str], log: Path, line: int) -> None:
    """The command's input is the line, so that it ends when the test does."""
    from app.peers.union.main import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ended = 1
    try:
        os.dup2(line, 0)
        with log.open("ab") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        os.close(line)
        ended = main(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
