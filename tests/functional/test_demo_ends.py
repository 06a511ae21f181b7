"""Whatever ends the demonstration, nothing of it goes on: neither the union nor D-Bus nor the
keyring, and no folder but what a kill leaves, which the next start clears."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.stopping import Stopped, stopping
from app.demo.leash import leashed
from app.demo.run import _say
from app.demo.scratch import clear_leftovers

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0

# The demonstration with fewer people and quicker passwords; everything else is as it is.
QUICK_DEMO = """
import dataclasses, sys
import app.demo.room as room
from app.demo.people import CLERK
from app.main import main
from tests.support.founded import QUICK
whole = room.training_room
room.training_room = lambda clock, plan, **more: whole(
    clock, dataclasses.replace(plan, parameters=QUICK, staff=(CLERK,)), **more
)
sys.exit(main(["demo", *sys.argv[1:]]))
"""


@dataclass(frozen=True)
class Process:
    """A process by number and start, so that another with the same number is not taken for it."""

    number: int
    started: str

    @property
    def runs(self) -> bool:
        state = _stat(self.number)
        return state is not None and state[19] == self.started and state[0] != "Z"


def _stat(number: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(") ")[2].split()


def _descendants(number: int) -> list[Process]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if (state := _stat(int(entry.name))) is not None:
            parents[Process(int(entry.name), state[19])] = int(state[1])
    found = [process for process, parent in parents.items() if parent == number]
    for process in found:
        found += [other for other, parent in parents.items() if parent == process.number]
    return found


def _until_gone(processes: list[Process]) -> list[Process]:
    end = time.monotonic() + PATIENCE_SECONDS
    while (left := [one for one in processes if one.runs]) and time.monotonic() < end:
        time.sleep(0.02)
    return left


@dataclass
class Demo:
    """A demonstration that runs, its children, and the folder where it keeps its store."""

    process: subprocess.Popen[str]
    folder: Path

    @classmethod
    def until(cls, said: str, folder: Path, *arguments: str) -> Demo:
        env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
        env |= {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
        demo = cls(
            subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    QUICK_DEMO,
                    "--persons",
                    "5",
                    "--out",
                    folder / "out",
                    *arguments,
                ],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ),
            folder,
        )
        assert demo.process.stdout is not None
        for line in demo.process.stdout:
            if said in line:
                return demo
        raise AssertionError(demo.process.communicate()[1])

    def rings(self, children: list[Process]) -> list[Path]:
        """The folders of the D-Bus daemons among ``children``."""
        lines = [Path(f"/proc/{one.number}/cmdline").read_text() for one in children]
        marked = [line.partition("--config-file=")[2].partition("\0")[0] for line in lines]
        return sorted({Path(config).parent for config in marked if config})


@pytest.mark.parametrize(
    ("number", "said", "arguments"),
    [
        (signal.SIGINT, "端末を初期設定", ()),
        (signal.SIGTERM, "81歳", ()),
        (signal.SIGHUP, "ログインして", ("--window", "yes")),
    ],
)
def test_a_signal_ends_it_in_order(
    tmp_path: Path, number: signal.Signals, said: str, arguments: tuple[str, ...]
) -> None:
    demo = Demo.until(said, tmp_path, *arguments)
    children = _descendants(demo.process.pid)
    (ring,) = demo.rings(children)
    assert len(children) >= 5  # the union, two daemons and what holds each of them
    assert {os.getsid(one.number) for one in children}.isdisjoint({os.getsid(0)})
    demo.process.send_signal(number)
    _, told = demo.process.communicate(timeout=PATIENCE_SECONDS)
    assert demo.process.returncode == 128 + number
    assert told == "途中で止められたため、終わりました。動かしたものは、すべて終了しました。\n"
    assert _until_gone(children) == []
    assert not ring.exists()
    assert [entry.name for entry in tmp_path.iterdir() if entry.name != "out"] == []


def test_a_kill_ends_its_children_and_the_next_start_clears_its_folders(tmp_path: Path) -> None:
    demo = Demo.until("端末を初期設定", tmp_path)
    children = _descendants(demo.process.pid)
    (ring,) = demo.rings(children)
    demo.process.kill()
    demo.process.communicate()
    assert _until_gone(children) == []
    (room,) = (entry for entry in tmp_path.glob("madoguchi-room-*") if entry.is_dir())
    assert clear_leftovers("madoguchi-room-", tmp_path) == [room]
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
    clear_leftovers(ring.name, ring.parent)  # another worker's start may have been quicker
    assert not ring.exists()


@pytest.mark.parametrize(("number", "ends"), [(errno.EIO, True), (errno.EPIPE, False)])
def test_a_terminal_that_is_gone_ends_it_and_a_pipe_s_reader_does_not(
    number: int, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OSError(number, "nobody listens")

    monkeypatch.setattr("builtins.print", gone)
    with stopping() as stop, suppress(Stopped):
        _say("…")
    monkeypatch.undo()
    with pytest.raises(Stopped) if ends else nullcontext():
        stop.check()


def test_what_is_leashed_gets_its_input_and_gives_its_code(tmp_path: Path) -> None:
    script = f"read word; echo $word > {tmp_path}/heard; exit 7"
    with leashed(["sh", "-c", script], given=b"secret\n") as leash:
        assert leash.wait(PATIENCE_SECONDS) == 7
    assert (tmp_path / "heard").read_text() == "secret\n"


def test_a_child_that_does_not_listen_is_killed() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    with leashed([sys.executable, "-S", "-c", deaf]) as leash:
        end = time.monotonic() + PATIENCE_SECONDS
        while not (children := _descendants(leash.pid)) and time.monotonic() < end:
            time.sleep(0.02)
        (child,) = children
        while not _ignores(child, signal.SIGTERM) and time.monotonic() < end:
            time.sleep(0.02)
    assert _until_gone([child]) == []


def _ignores(process: Process, number: signal.Signals) -> bool:
    status = Path(f"/proc/{process.number}/status").read_text()
    ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
    return bool(ignored & 1 << (number - 1))
