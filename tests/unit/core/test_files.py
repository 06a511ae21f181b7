"""The modules for files and for processes: what is asked of the system, what only Windows does."""

from __future__ import annotations

import ast
import errno
import os
from pathlib import Path

import pytest

from app.core import files
from app.core.errors import EnvironmentFault

ROOT = Path(__file__).resolve().parents[3]
LEASH = "app/demo/leash.py"
"""It runs by itself, without the program's own modules; and only where the demonstration is."""
ALLOWED: dict[str, set[str]] = {
    "os.open": {"app/core/files.py"},
    "fcntl": {"app/core/files.py"},
    "msvcrt": {"app/core/files.py"},
    "signal": {"app/core/process.py", LEASH},
    "resource": {"app/core/process.py"},
    "os.kill": set(),
    "os.killpg": {"app/core/process.py"},
    "os.fork": set(),
    ".rename": set(),
}
"""Who may use what differs between the systems; everybody else goes through those modules."""


def uses(tree: ast.AST) -> set[str]:
    """The calls and modules of ``ALLOWED`` that a module uses."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found |= {f"{node.value.id}.{node.attr}", f".{node.attr}"}
    return found & set(ALLOWED)


@pytest.mark.parametrize("what", ALLOWED)
def test_nobody_else_asks_the_system(what: str) -> None:
    users = {
        str(file.relative_to(ROOT))
        for room in ("app", "db", "forms")
        for file in (ROOT / room).rglob("*.py")
        if what in uses(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert users == ALLOWED[what]


def held(times: int) -> tuple[list[float], object]:
    """A step that Windows refuses ``times`` times because somebody holds the file."""
    left = [times]

    def step() -> None:
        if left[0]:
            left[0] -= 1
            refused = PermissionError(errno.EACCES, "in use")
            refused.winerror = 32  # type: ignore[attr-defined]
            raise refused

    return [], step


def test_a_file_that_a_scanner_holds_is_waited_for() -> None:
    waits, step = held(4)
    files.patiently(step, pause=waits.append)  # type: ignore[arg-type]
    assert len(waits) == 4
    assert waits == sorted(waits)


def test_the_wait_has_a_bound_and_then_a_sentence() -> None:
    waits, step = held(10**9)
    with pytest.raises(PermissionError) as refused:
        files.patiently(step, pause=waits.append, seconds=5.0)  # type: ignore[arg-type]
    assert 5.0 <= sum(waits) <= 6.0
    fault = files.write_fault(refused.value)
    assert fault.code == "disk.held"
    assert "ウイルス対策" in fault.message


def test_another_refusal_is_not_waited_for() -> None:
    waits: list[float] = []

    def step() -> None:
        raise PermissionError(errno.EACCES, "no right")

    with pytest.raises(PermissionError):
        files.patiently(step, pause=waits.append)
    assert waits == []


def test_appending_adds_every_byte_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "container"
    files.append_synced(path, b"a\nb\r\n\x1a")
    files.append_synced(path, bytes(range(256)))
    assert path.read_bytes() == b"a\nb\r\n\x1a" + bytes(range(256))
    assert path.stat().st_mode & 0o777 == files.PRIVATE_MODE


def test_a_lock_is_one_process_s_until_released(tmp_path: Path) -> None:
    first = files.lock_file(tmp_path / "lock")
    assert first is not None
    assert files.lock_file(tmp_path / "lock") is None
    first.release()
    first.release()
    again = files.lock_file(tmp_path / "lock")
    assert again is not None
    again.release()


def test_putting_in_place_replaces_and_removing_forgives(tmp_path: Path) -> None:
    fresh, target = tmp_path / "fresh", tmp_path / "target"
    fresh.write_bytes(b"new")
    target.write_bytes(b"old")
    files.put_in_place(fresh, target)
    assert target.read_bytes() == b"new"
    assert not fresh.exists()
    files.remove(target)
    files.remove(target)


@pytest.mark.parametrize(
    "name", ["CON", "nul.container", "com1", "LPT9.txt", "a:b", "a?", "end.", "end ", "", "a\nb"]
)
def test_names_that_windows_refuses(name: str) -> None:
    assert not files.is_file_name(name)


@pytest.mark.parametrize(
    "name", ["T01-1-000042.container", "console", "store.db", "lock", ".a.tmp"]
)
def test_names_that_every_system_takes(name: str) -> None:
    assert files.is_file_name(name)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk.full"),
        (errno.EACCES, "disk.write_refused"),
        (errno.EIO, "disk.write_failed"),
    ],
)
def test_each_cause_has_its_own_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    path = tmp_path / "slots"
    files.write_whole(path, b"old")

    def fail(_descriptor: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(EnvironmentFault) as fault:
        files.write_whole(path, b"new")
    assert fault.value.code == code
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["slots"]
