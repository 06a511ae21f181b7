"""A child that ends with its parent, whatever ends the parent (研修).

    with leashed(["dbus-daemon", "--nofork", …]) as child:
        …

Between parent and child stands a small process, this file run by itself, that holds the reading
end of a pipe: when nobody holds the other end any more, it ends the child. A kill closes a pipe
as surely as a return does. (The kernel's own signal at the parent's death is dropped for a program
with file capabilities, as gnome-keyring is, and it follows the starting thread, not the process.)
Both stand in a session of their own, which Ctrl-C and a closed terminal do not reach: the parent
ends first, then they.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

_CHILD_SECONDS = 2.0
_LEASH_SECONDS = 10.0


@contextmanager
def leashed(
    command: Sequence[str], *, given: bytes = b"", env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``command`` with ``given`` on its standard input until the end of the block.

    What is yielded ends when the command ends, with its code. Its output goes nowhere.
    """
    leash = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(len(given)), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=env,
        start_new_session=True,
    )
    assert leash.stdin is not None
    try:
        with suppress(BrokenPipeError):  # it ended at once: who waits for it sees that
            leash.stdin.write(given)
            leash.stdin.flush()
        yield leash
    finally:
        with suppress(BrokenPipeError):
            leash.stdin.close()
        try:
            leash.wait(_LEASH_SECONDS)
        except subprocess.TimeoutExpired:
            leash.kill()
            leash.wait()


def hold(count: int, command: Sequence[str]) -> int:
    """In the process between: hand ``count`` bytes on, then watch both; the child's code."""
    given = b""
    while len(given) < count and (more := os.read(0, count - len(given))):
        given += more
    child = subprocess.Popen(command, stdin=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda _number, _frame: child.terminate())
    assert child.stdin is not None
    with suppress(BrokenPipeError):
        child.stdin.write(given)
        child.stdin.close()
    threading.Thread(target=_end_with_parent, args=(child,), daemon=True).start()
    return child.wait()


def _end_with_parent(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, 512):  # not sys.stdin: its lock, held here, would stop the way out
        pass
    child.terminate()
    try:
        child.wait(_CHILD_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(hold(int(sys.argv[1]), sys.argv[2:]))
