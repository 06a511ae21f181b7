"""The rules of Windows that ``make windows-rules`` plays do refuse: each is broken once, by a line
that stands where the product's lines stand; and each has a neighbour that Windows allows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BREAKS = {
    "remove what is open": "h = open(a, 'rb'); a.unlink()",
    "replace what is open": "h = open(a, 'rb'); b.replace(a)",
    "replace by what is open": "h = open(b, 'rb'); b.replace(a)",
    "os.open counts too": "h = os.open(a, os.O_RDONLY); os.remove(a)",
    "rename onto what is there": "a.rename(b)",
    "rename what is open": "h = open(a, 'rb'); a.rename(f / 'c')",
    "move a folder with an open file": "d = f / 'd'; d.mkdir(); h = open(d / 'x', 'wb')"
    "; d.rename(f / 'e')",
    "put a folder over a folder": "(f / 'd').mkdir(); (f / 'e').mkdir()"
    "; os.replace(f / 'd', f / 'e')",
    "differ by case": "os.open(f / 'A', os.O_CREAT | os.O_WRONLY | os.O_BINARY)",
    "folder differs by case": "(f / 'd').mkdir(); (f / 'D').mkdir()",
    "a device's name": "os.open(f / 'nul.txt', os.O_CREAT | os.O_WRONLY | os.O_BINARY)",
    "a colon": "b.replace(f / 'a:b')",
    "a dot at the end": "(f / 'name.').mkdir()",
    "a long path": "d = f / ('g' * 200); d.mkdir(); os.open(d / ('x' * 250), os.O_CREAT)",
    "open a folder": "os.open(f, os.O_RDONLY)",
    "text without an encoding": "open(a).close()",
    "text by pathlib": "a.read_text()",
    "read what is locked": "files.lock_file(a) and keep.append(files.lock_file(b)); open(b, 'rb')",
    "read what is locked by pathlib": "keep.append(files.lock_file(a)); a.read_bytes()",
    "fork": "os.fork()",
    "SIGHUP": "process.signal.SIGHUP",
    "SIGKILL": "process.signal.SIGKILL",
}
ALLOWED = {
    "remove": "a.unlink()",
    "replace": "b.replace(a)",
    "close, then remove": "open(a, 'rb').close(); a.unlink()",
    "move a folder": "d = f / 'd'; d.mkdir(); open(d / 'x', 'wb').close(); d.rename(f / 'e')",
    "rename to a free name": "a.rename(f / 'c')",
    "read text in its encoding": "a.read_text(encoding='utf-8')",
    "read beside a lock": "keep.append(files.lock_file(a)); b.read_bytes()",
    "read after the lock": "files.lock_file(a).release(); a.read_bytes()",
    "sync a folder": "files.sync_directory(f)",
    "SIGTERM": "process.signal.SIGTERM",
}
TEXT_MODE = (
    "h = os.open(f / 't', os.O_CREAT | os.O_WRONLY); os.write(h, b'1\\n2'); os.close(h); "
    "answer = (f / 't').read_bytes().decode()"
)

PLAYED = """
import json, os, sys, tempfile
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.support import windows_rules
windows_rules.put_on()
from app.core import files, process
found = {{}}
for name, code in json.loads(sys.stdin.read()).items():
    windows_rules.breaches.clear()
    with tempfile.TemporaryDirectory() as folder:
        f = Path(folder)
        (f / "a").write_bytes(b"a"); (f / "b").write_bytes(b"b")
        room = dict(f=f, a=f / "a", b=f / "b", os=os, files=files, process=process, keep=[])
        where = str(Path({root!r}) / "app" / "core" / "files.py")
        try:
            exec(compile("def line():\\n    global answer\\n    " + code, where, "exec"), room)
            room["line"]()
            raised = ""
        except (OSError, AttributeError) as error:
            raised = type(error).__name__
        for lock in room["keep"]:
            lock.release()
        found[name] = [raised, sum(windows_rules.breaches.values()), room.get("answer", "")]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def played() -> dict[str, list[object]]:
    """What came of every line, in a process of its own: the rules are never taken off."""
    lines = BREAKS | {f"allowed: {name}": code for name, code in ALLOWED.items()}
    done = subprocess.run(
        [sys.executable, "-c", PLAYED.format(root=str(ROOT))],
        input=json.dumps(lines | {"text mode": TEXT_MODE}),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", BREAKS)
def test_windows_refuses(played: dict[str, list[object]], name: str) -> None:
    raised, breaches, _ = played[name]
    if name.startswith("text"):  # Windows would read it, as other signs
        assert breaches
    else:
        assert raised, "it went through"
        assert breaches or name.startswith("SIG")


@pytest.mark.parametrize("name", ALLOWED)
def test_windows_allows(played: dict[str, list[object]], name: str) -> None:
    assert played[f"allowed: {name}"] == ["", 0, ""]


def test_what_is_not_asked_for_as_binary_is_text(played: dict[str, list[object]]) -> None:
    assert played["text mode"][2] == "1\r\n2"
