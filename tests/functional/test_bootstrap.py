"""The way from a bare machine: what `.ci/bootstrap` does with and without the right to install,
with and without a network.

The script runs in a copy of the tree with stand-ins for the machine's commands, which write
down how they were called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REAL = "head bash sh cp rm cat cut sed tr tee seq env grep cmp chmod touch mkdir dirname install"


@dataclass
class BareMachine:
    """A folder of commands, a tree to install, and a note of every call."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def calls(self) -> list[str]:
        notes = self.folder / "calls"
        return notes.read_text().splitlines() if notes.exists() else []

    def forget(self) -> None:
        (self.folder / "calls").unlink()

    def command(self, name: str, body: str) -> None:
        script = self.folder / "bin" / name
        note = f"printf '%s\\n' \"{name} $*\" >> '{self.folder}/calls'"
        script.write_text(f"#!/bin/sh\n{note}\n{body}\n")
        script.chmod(0o755)

    def python(self, version: str, pip: str = "", base: str = "/usr/local") -> None:
        """A Python whose environments hold a pip that does ``pip``."""
        inside = f"""#!/bin/sh
case "$*" in
*pip*install*) echo "pip $*" >> "{self.folder}/calls"; {pip or "true"} ;;
*libpython*) [ {base} = /usr ] && echo libpython{version}; true ;;
*venv*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
esac"""
        (self.folder / "inside").write_text(inside)
        (self.folder / "inside").chmod(0o755)
        self.command(
            "python3",
            f"""case "$*" in
-m\\ venv*) mkdir -p "$3/bin"; cp "{self.folder}/inside" "$3/bin/python" ;;
*) echo {version} ;;
esac""",
        )

    def has(self, *but: str) -> None:
        """Every package of the script is installed ``but`` these; one by another's name."""
        script = (self.tree / ".ci" / "bootstrap").read_text(encoding="utf-8")
        lists = [part.partition('"')[0] for part in script.split('="')[1:4]]
        names = {name for part in lists for name in part.split()} - set(but) - {"libglib2.0-0"}
        lines = [f"installed {name}, " for name in sorted(names)]
        lines.append("installed libglib2.0-0t64, libglib2.0-0 (= 2.84.4-3), libgio2.0-0 (= 2)")
        listed = "\n".join([*lines, "deinstall postgresql, "])
        self.command("dpkg-query", f"cat <<'END'\n{listed}\nEND")

    def bootstrap(self, *purpose: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", ".ci/bootstrap", *purpose],
            cwd=self.tree,
            env={"PATH": str(self.folder / "bin"), "HOME": str(self.folder), **self.env},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> BareMachine:
    """Debian without PostgreSQL and binutils; an ordinary account; ``sudo`` asks for a
    password."""
    bare = BareMachine(tmp_path)
    (tmp_path / "bin").mkdir()
    for name in (*REAL.split(), "sha256sum"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    (bare.tree / ".ci").mkdir(parents=True)
    for name in ("bootstrap", "madoguchi"):
        shutil.copy(ROOT / ".ci" / name, bare.tree / ".ci")
    for name in ("requirements.lock", "requirements-bundle.lock"):
        shutil.copy(ROOT / name, bare.tree)
    bare.has("postgresql", "binutils")
    bare.command("id", "echo 1000")
    bare.command("sudo", '[ "$1" = -n ] && exit 1; "$@"')
    bare.command("apt-get", "true")
    bare.python("3.12")
    return bare


def _installs(machine: BareMachine) -> list[str]:
    return [call for call in machine.calls if call.startswith("apt-get install")]


def test_without_the_right_to_install_the_line_is_printed_and_it_stops_with_2(
    machine: BareMachine,
) -> None:
    done = machine.bootstrap("test")
    assert done.returncode == 2
    assert "次の行を実行してから" in done.stderr
    assert "sudo apt-get install -y --no-install-recommends postgresql\n" in done.stderr
    assert _installs(machine) == []
    assert not (machine.tree / ".venv").exists()


@pytest.mark.parametrize(
    ("purpose", "wanted"), [("test", ["postgresql"]), ("bundle", ["binutils"]), ("demo", [])]
)
def test_as_root_only_what_the_purpose_misses_is_installed(
    machine: BareMachine, purpose: str, wanted: list[str]
) -> None:
    machine.command("id", "echo 0")
    done = machine.bootstrap(purpose)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert [call.rpartition(" ")[2] for call in _installs(machine)] == wanted
    assert not any(call.startswith("sudo") for call in machine.calls)
    assert not (machine.tree / "build" / "setup.log").exists()


def test_sudo_without_a_password_is_used(machine: BareMachine) -> None:
    machine.command("sudo", '[ "$1" = -n ] && exit 0; "$@"')
    done = machine.bootstrap("test")
    assert done.returncode == 0, done.stderr
    assert len(_installs(machine)) == 1
    assert any(call.startswith("sudo env") for call in machine.calls)


def test_without_apt_it_says_what_is_missing(machine: BareMachine) -> None:
    (machine.folder / "bin" / "apt-get").unlink()
    done = machine.bootstrap("test")
    assert done.returncode == 2
    assert "apt-get がありません： postgresql" in done.stderr


def test_the_bundle_takes_the_library_of_the_python_that_runs(machine: BareMachine) -> None:
    machine.command("id", "echo 0")
    machine.python("3.13", base="/usr")
    done = machine.bootstrap("bundle")
    assert done.returncode == 0, done.stderr
    assert _installs(machine)[-1].endswith(" libpython3.13")
    locks = [call.rpartition(" ")[2] for call in machine.calls if call.startswith("pip")]
    assert locks == ["requirements.lock", "requirements-bundle.lock"]


@pytest.mark.parametrize(
    ("apt", "told"),
    [
        ("E: Failed to fetch x  Temporary failure resolving 'y'", "ネットワークにつながらない"),
        ("E: Unable to locate package postgresql", "OSの部品を入れられません"),
    ],
)
def test_apt_s_failure_is_one_sentence_and_its_words_are_kept(
    machine: BareMachine, apt: str, told: str
) -> None:
    machine.command("id", "echo 0")
    machine.command("apt-get", f'[ "$1" = update ] || {{ echo "{apt}" >&2; exit 100; }}')
    done = machine.bootstrap("test")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert told in line
    assert apt in (machine.tree / "build" / "setup.log").read_text()
    assert not (machine.tree / ".venv").exists()


def test_an_archive_that_answers_nothing_is_not_tried_again_package_by_package(
    machine: BareMachine,
) -> None:
    machine.command("id", "echo 0")
    machine.command("apt-get", 'echo "Err:1 a main"; echo "  Temporary failure resolving \'a\'"')
    done = machine.bootstrap("test")
    assert done.returncode == 2
    assert "ネットワークにつながらない" in done.stderr
    assert _installs(machine) == []


def test_pip_without_a_network_is_one_sentence_and_the_next_run_starts_afresh(
    machine: BareMachine,
) -> None:
    warning = "WARNING: Retrying after connection broken by NewConnectionError"
    machine.python("3.11", pip=f"for each in 1 2 3; do echo {warning}; done; exit 1")
    done = machine.bootstrap()
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "ネットワークにつながらないため、Pythonの部品を取得できません" in line
    machine.python("3.11")
    assert machine.bootstrap().returncode == 0
    assert len([call for call in machine.calls if call.startswith("pip")]) == 2


@pytest.mark.parametrize("version", ["3.9", "3.14"])
def test_a_python_that_is_not_ours_is_one_sentence(machine: BareMachine, version: str) -> None:
    machine.python(version)
    done = machine.bootstrap()
    assert done.returncode == 2
    assert done.stderr.startswith("Python 3.11～3.13 が見つかりません。")
    assert not (machine.tree / ".venv").exists()


def test_english_when_asked(machine: BareMachine) -> None:
    machine.env["MADOGUCHI_LANG"] = "en"
    machine.python("3.9")
    assert machine.bootstrap().stderr.startswith("There is no Python 3.11 to 3.13;")


def test_a_bare_root_needs_an_archive_that_this_machine_s_apt_knows(machine: BareMachine) -> None:
    shutil.copy(ROOT / ".ci" / "fresh-root", machine.tree / ".ci")
    done = subprocess.run(
        ["bash", ".ci/fresh-root", "trixie"],
        cwd=machine.tree,
        env={"PATH": str(machine.folder / "bin")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("This machine's apt knows no Debian archive;")
    assert any(call.startswith("apt-get indextargets") for call in machine.calls)


def test_a_long_step_counts(machine: BareMachine) -> None:
    machine.python(
        "3.11",
        pip="for each in $(seq 45); do echo Collecting it; done\n"
        "echo Installing collected packages: it",
    )
    said = machine.bootstrap().stdout.splitlines()
    assert [line.split()[0] for line in said[1:]] == ["20", "40", "展開しています"]


def test_the_second_run_installs_nothing(machine: BareMachine) -> None:
    machine.has()
    assert machine.bootstrap("test").returncode == 0
    assert any("--require-hashes -r requirements.lock" in call for call in machine.calls)
    machine.forget()
    done = machine.bootstrap("test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {call.split()[0] for call in machine.calls} == {"dpkg-query"}


def test_a_changed_lock_makes_the_environment_anew(machine: BareMachine) -> None:
    machine.has()
    assert machine.bootstrap().returncode == 0
    with (machine.tree / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    machine.forget()
    assert machine.bootstrap().returncode == 0
    assert any(call.startswith("pip") for call in machine.calls)


def test_an_environment_whose_python_is_gone_is_made_anew(machine: BareMachine) -> None:
    machine.has()
    assert machine.bootstrap().returncode == 0
    (machine.tree / ".venv" / "bin" / "python").unlink()
    machine.forget()
    assert machine.bootstrap().returncode == 0
    assert any(call.startswith("pip") for call in machine.calls)


def test_the_command_works_through_links_and_in_a_folder_with_spaces(tmp_path: Path) -> None:
    tree = tmp_path / "窓口 の 木"
    bin_ = tree / ".venv" / "bin"
    bin_.mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "madoguchi", bin_)
    (bin_ / "python").write_text('#!/bin/sh\necho "$PYTHONPATH $*"\n')
    (bin_ / "python").chmod(0o755)
    (tmp_path / "far").symlink_to(bin_ / "madoguchi")
    (tmp_path / "near").symlink_to("far")
    said = subprocess.run(
        [tmp_path / "near", "found"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
        cwd="/",
    ).stdout
    assert said == f"{tree} -m app.main found\n"
