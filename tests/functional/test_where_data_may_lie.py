"""At every start the place of the data is looked at first: each cause its own sentence, and what
lies there is not touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.core import place, this_machine
from app.core.clock import SystemClock
from app.core.errors import EnvironmentFault
from app.core.paths import Paths
from app.core.place import PosixSystem
from app.main import main
from app.start import installation
from app.start import self_check as module
from app.start.installation import read_installation
from app.start.self_check import Level, Machine, self_check

COMMANDS = (["run"], ["found"], ["recover"], ["enrol", "host:1", "ca.pem"], ["journal", "verify"])
NAME = "係 髙﨑 𠮷之助"
"""A Windows user's name as it stands in every path of the account; 𠮷 has two UTF-16 units."""


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that this machine says lies on another one."""
    folder = tmp_path / "share"
    folder.mkdir()
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {folder} nfs4 rw 0 0\n")
    monkeypatch.setattr(place, "this_system", lambda: PosixSystem({}, mounts))
    monkeypatch.setattr(module, "this_system", lambda: PosixSystem({}, mounts))
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_command_starts_on_a_network_drive(
    command: list[str], remote: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (remote / "settings.toml").write_text("what lies there")
    assert main(["--data", str(remote), *command]) == 1
    said = capsys.readouterr().err
    assert "ネットワークの上にあります" in said
    assert str(remote) in said
    assert [one.name for one in remote.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_command_starts_in_onedrive(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "OneDrive - 市役所" / "窓口"
    assert main(["--data", str(data), *command]) == 1
    assert "OneDrive が外へ写すフォルダー" in capsys.readouterr().err
    assert not data.parent.exists()


def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose terminal is another account's."""
    note = tmp_path / "account.txt"
    note.write_text("counter-account", encoding="utf-8")
    for room in (installation, module):
        monkeypatch.setattr(room, "shared_note", lambda: note)
    monkeypatch.setattr("app.start.founding.shared_note", lambda: note)
    return note


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if one[0] != "enrol"], ids=lambda command: command[0]
)
def test_another_account_of_the_machine_is_told_and_founds_nothing(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    noted(tmp_path, monkeypatch)
    assert main(["--data", str(tmp_path / "data"), *command]) == 1
    assert "別のOSアカウント「counter-account」のものです" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_data_that_this_account_may_not_read_are_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(EnvironmentFault) as fault:
        read_installation(Paths(tmp_path))
    assert fault.value.code == "settings.denied"
    assert "別のOSアカウントのもの" in fault.value.message


def findings(machine: Machine) -> list[str]:
    return [one.line for one in self_check(machine) if one.level is Level.FAILURE]


@pytest.fixture
def looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The other checks are tried elsewhere."""
    for name in ("check_tables", "check_store", "check_form", "check_screen", "check_keyring"):
        monkeypatch.setattr(module, name, lambda _: iter(()))
    return tmp_path


def test_the_self_check_tells_each_cause(looked_at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = PosixSystem({}, looked_at / "none")
    assert findings(Machine(SystemClock(), looked_at, system=system)) == []
    synced = looked_at / "OneDrive" / "m"
    (line,) = findings(Machine(SystemClock(), data_would_lie=synced, system=system))
    assert line.startswith("× データの置き場所：") and "OneDrive" in line
    note = noted(looked_at, monkeypatch)
    (line,) = findings(Machine(SystemClock(), system=system, account_note=note))
    assert "counter-account" in line


def test_the_self_check_tells_a_network_drive(looked_at: Path, remote: Path) -> None:
    (line,) = findings(Machine(SystemClock(), remote, system=place.this_system()))
    assert "ネットワーク" in line


def test_a_terminal_works_under_a_name_in_kanji(tmp_path: Path) -> None:
    """A store is made, proved, backed up, recovered and migrated where every path holds one."""
    home = tmp_path / NAME / "AppData" / "Local"
    home.mkdir(parents=True)
    (found,) = module.check_store(Machine(SystemClock(), temporary=home))
    assert found.level is Level.OK
    assert list(home.iterdir()) == []


def test_the_program_itself_may_lie_under_a_name_in_kanji(tmp_path: Path) -> None:
    """Tables, fonts and the screen are read from such a path too."""
    root = Path(__file__).resolve().parents[2]
    home = tmp_path / NAME
    home.mkdir()
    for room in ("app", "db", "forms", "resources"):
        (home / room).symlink_to(root / room)
    code = (
        "from app.core.clock import SystemClock\n"
        "from app.start.self_check import Machine, check_form, check_tables\n"
        "from pathlib import Path\n"
        "home = Path('resources')\n"
        "machine = Machine(SystemClock(), tables=home / 'tables', fonts=home.absolute() / 'fonts'"
        " / 'fonts.toml')\n"
        "print(*(one.level.name for check in (check_tables, check_form) for one in check(machine)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=home, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert "FAILURE" not in done.stdout and done.stdout.count("OK") == 2


def test_the_account_that_works_here_is_noted(tmp_path: Path) -> None:
    assert this_machine.os_account()
    note = tmp_path / "Madoguchi" / "account.txt"
    this_machine.note_account(note, this_machine.os_account())
    this_machine.refuse_other_account(note, this_machine.os_account())
