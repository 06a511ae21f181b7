"""The way from a bare machine: what `.ci/bootstrap` does with and without the right to install.

The script runs in a copy of the tree with stand-ins for the machine's commands, which write
down how they were called.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REAL = ("bash", "sh", "dirname", "sha256sum", "cut", "rm", "cat", "chmod", "touch", "env", "mkdir")


@dataclass
class BareMachine:
    """A folder of commands, a tree to install, and a note of every call."""

    folder: Path

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def calls(self) -> list[str]:
        notes = self.folder / "calls"
        return notes.read_text().splitlines() if notes.exists() else []

    def command(self, name: str, body: str) -> None:
        script = self.folder / "bin" / name
        script.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self.folder}/calls"\n{body}\n')
        script.chmod(0o755)

    def bootstrap(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", ".ci/bootstrap"],
            cwd=self.tree,
            env={"PATH": str(self.folder / "bin"), "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> BareMachine:
    """Debian without our packages; an ordinary account; ``sudo`` asks for a password."""
    bare = BareMachine(tmp_path)
    (tmp_path / "bin").mkdir()
    for name in REAL:
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    (bare.tree / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "bootstrap", bare.tree / ".ci")
    shutil.copy(ROOT / "requirements.lock", bare.tree)
    bare.command(
        "dpkg-query", 'case "$*" in *postgresql*) exit 1;; *) echo "install ok installed";; esac'
    )
    bare.command("id", "echo 1000")
    bare.command("sudo", '[ "$1" = -n ] && exit 1; "$@"')
    bare.command("apt-get", "true")
    notes = f'echo "pip $*" >> "{tmp_path}/calls"'
    bare.command(
        "python3.11",
        f"""mkdir -p .venv/bin; printf '#!/bin/sh\\n%s\\n' '{notes}' > .venv/bin/python
chmod +x .venv/bin/python""",
    )
    return bare


def _installs(machine: BareMachine) -> list[str]:
    return [call for call in machine.calls if call.startswith("apt-get install")]


def test_without_the_right_to_install_the_line_is_printed_and_it_stops_with_2(
    machine: BareMachine,
) -> None:
    done = machine.bootstrap()
    assert done.returncode == 2
    assert "sudo apt-get install -y --no-install-recommends postgresql-15" in done.stderr
    assert _installs(machine) == []
    assert not (machine.tree / ".venv").exists()


def test_as_root_only_what_is_missing_is_installed(machine: BareMachine) -> None:
    machine.command("id", "echo 0")
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    (install,) = _installs(machine)
    assert install.endswith(" postgresql-15")
    assert not any(call.startswith("sudo") for call in machine.calls)


def test_sudo_without_a_password_is_used(machine: BareMachine) -> None:
    machine.command("sudo", '[ "$1" = -n ] && exit 0; "$@"')
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    assert len(_installs(machine)) == 1
    assert any(call.startswith("sudo env") for call in machine.calls)


def test_without_apt_it_says_what_is_missing(machine: BareMachine) -> None:
    (machine.folder / "bin" / "apt-get").unlink()
    done = machine.bootstrap()
    assert done.returncode == 2
    assert "postgresql-15" in done.stderr


def test_the_second_run_installs_nothing(machine: BareMachine) -> None:
    machine.command("dpkg-query", 'echo "install ok installed"')
    assert machine.bootstrap().returncode == 0
    assert any("--require-hashes -r requirements.lock" in call for call in machine.calls)
    wrapper = machine.tree / ".venv" / "bin" / "madoguchi"
    assert wrapper.stat().st_mode & 0o111
    (machine.folder / "calls").unlink()
    assert machine.bootstrap().returncode == 0
    assert {call.split()[0] for call in machine.calls} == {"dpkg-query"}


def test_a_changed_lock_makes_the_environment_anew(machine: BareMachine) -> None:
    machine.command("dpkg-query", 'echo "install ok installed"')
    assert machine.bootstrap().returncode == 0
    with (machine.tree / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    (machine.folder / "calls").unlink()
    assert machine.bootstrap().returncode == 0
    assert any(call.startswith("pip") for call in machine.calls)
