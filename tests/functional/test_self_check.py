"""``madoguchi self-check``: passes on a sound machine, and names each thing that is broken."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.clock import FixedClock, SystemClock
from app.core.errors import EnvironmentFault
from app.core.language import VARIABLE
from app.core.paths import RESOURCES
from app.core.tables import shipped_tables
from app.main import main
from app.security.keys.os_keyring import OsKeyring
from app.start import self_check as module
from app.start.self_check import CheckResult, Level, Machine, has_plain_swap, self_check
from tests.support.world import MONDAY_MORNING

FONTS = RESOURCES / "fonts" / "fonts.toml"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """This machine, with its trial store in a folder of its own and no data directory."""
    return Machine(clock=FixedClock(MONDAY_MORNING), temporary=tmp_path, program=tmp_path / "bin")


def _failure(check: object, machine: Machine) -> CheckResult:
    """What the whole run says when only this check is asked."""
    findings = [f for f in self_check(machine) if f.level is Level.FAILURE]
    (found,) = [finding for finding in findings if finding.subject == check]
    return found


def _of(found: list[CheckResult], subject: str) -> list[str]:
    return [finding.text for finding in found if finding.subject == subject]


def test_the_command_passes_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["self-check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if line.startswith("×")]
    sound = [line.split("：")[0] for line in lines if line.startswith("○")]
    for subject in (
        "コード表",
        "暗号化された保存領域",
        "フォントと券面",
        "セキュリティキー",
        "画面",
    ):
        assert f"○ {subject}" in sound


def test_it_is_english_when_asked(
    machine: Machine, os_keyring_session: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "en")
    monkeypatch.setattr(module, "check_key_library", _broken)
    data = machine.temporary
    assert data is not None
    data.chmod(0o755)
    lines = [one.line for one in self_check(replace(machine, data=data, swaps=_swap(data)))]
    assert len(lines) > 9
    assert [line for line in lines if re.search("[ぁ-んァ-ン一-龠：]", line)] == []


def _broken(_: Machine) -> Iterator[CheckResult]:
    raise TypeError


def _swap(folder: Path) -> Path:
    (folder / "swaps").write_text("Filename\n/dev/sda2 partition\n")
    return folder / "swaps"


def test_it_leaves_nothing_behind(machine: Machine, tmp_path: Path) -> None:
    list(module.check_store(machine))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_ends_with_1_and_the_other_checks_still_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Machine) -> None:
        raise EnvironmentFault("test.broken", "壊れています。", "直してください。")

    monkeypatch.setattr(module, "check_tables", broken)
    assert main(["self-check"]) == 1
    out = capsys.readouterr().out
    assert "× コード表：壊れています。直してください。" in out
    assert "○ 暗号化された保存領域" in out


def test_a_broken_table_is_named(machine: Machine, tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    shutil.copytree(shipped_tables(), tables)
    (tables / "sexes.toml").write_text("[table", encoding="utf-8")
    found = _failure("コード表", replace(machine, tables=tables))
    assert "sexes.toml" in found.text


def test_a_temporary_place_that_cannot_be_written_is_told(machine: Machine, tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.touch()
    found = _failure("暗号化された保存領域", replace(machine, temporary=place))
    assert "一時ファイル" in found.text


def test_a_store_that_is_not_whole_is_a_failure(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.security import vault

    made = vault.backup

    def damaging(store, paths, *rest):
        done = made(store, paths, *rest)
        store.idle()
        with paths.store.open("r+b") as file:
            file.seek(4096 * 3 + 100)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        return done

    monkeypatch.setattr(vault, "backup", damaging)
    found = _failure("暗号化された保存領域", machine)
    assert "改ざんの検査" in found.text


def test_a_recovery_that_does_not_open_is_a_failure(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.security.keys import recovery
    from app.security.keys.sealing import new_pair

    monkeypatch.setattr(recovery, "combine", lambda typed: new_pair())
    found = _failure("暗号化された保存領域", machine)
    assert "バックアップ" in found.text


def test_a_missing_font_list_is_told(machine: Machine, tmp_path: Path) -> None:
    found = _failure("フォントと券面", replace(machine, fonts=tmp_path / "fonts.toml"))
    assert "fonts.toml" in found.text


def test_a_required_font_without_a_file_is_named(machine: Machine, tmp_path: Path) -> None:
    fonts = tmp_path / "fonts.toml"
    text = FONTS.read_text(encoding="utf-8")
    fonts.write_text(text.replace("ipaexm.ttf", "absent.ttf"), encoding="utf-8")
    found = _failure("フォントと券面", replace(machine, fonts=fonts))
    assert "IPAexMincho" in found.text


def test_a_font_that_may_be_absent_is_a_warning_by_name(machine: Machine, tmp_path: Path) -> None:
    fonts = tmp_path / "fonts.toml"
    text = FONTS.read_text(encoding="utf-8")
    fonts.write_text(text.replace("HanaMinB.ttf", "absent.ttf"), encoding="utf-8")
    found = list(module.check_form(replace(machine, fonts=fonts)))
    named = [f.text for f in found if f.level is Level.WARNING]
    assert any("「HanaMinB」" in text for text in named)
    assert not any("「HanaMinA」" in text for text in named)


def test_a_key_library_that_does_not_load_is_a_failure(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "app.security.authenticators.devices", None)
    found = _failure("セキュリティキー", machine)
    assert "動きません" in found.text


def test_devices_that_may_not_be_listed_are_a_warning(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.security.authenticators import devices

    def refused() -> None:
        raise PermissionError

    monkeypatch.setattr(devices, "usb_and_nfc_devices", refused)
    (found,) = module.check_key_library(machine)
    assert found.level is Level.WARNING


def test_a_screen_that_cannot_be_drawn_is_a_failure_not_the_end(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    found = _failure("画面", machine)
    assert "画面を描けません" in found.text


def test_a_keyring_that_is_not_running_is_a_warning(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    (found,) = module.check_keyring(machine)
    assert found.level is Level.WARNING
    assert "キーリング" in found.text


def test_a_keyring_that_forgets_is_a_failure(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("keep_mirror", "read_mirror", "forget"):
        monkeypatch.setattr(OsKeyring, name, lambda *_: None)
    found = _failure("OSのキーリング", machine)
    assert "読み戻せません" in found.text


def test_a_real_keyring_is_written_read_and_left_empty(
    machine: Machine, os_keyring_session: object
) -> None:
    (found,) = module.check_keyring(machine)
    assert found.level is Level.OK
    assert OsKeyring(machine.keyring_service).read_mirror() is None


def test_a_data_directory_that_others_can_read_is_a_warning(
    machine: Machine, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    machine = replace(machine, data=data)
    assert _of(list(module.check_deployment(machine)), "データの置き場所") == []
    data.chmod(0o750)
    (text,) = _of(list(module.check_deployment(machine)), "データの置き場所")
    assert "750" in text


def test_a_data_directory_of_another_account_is_a_warning(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    (text,) = _of(list(module.check_deployment(replace(machine, data=data))), "データの置き場所")
    assert "別のアカウント" in text


@pytest.mark.parametrize(("account", "told"), [(0, True), (1000, False)])
def test_running_as_administrator_is_a_warning(
    account: int, told: bool, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: account)
    assert bool(_of(list(module.check_deployment(machine)), "OSアカウント")) is told


@pytest.mark.parametrize(("limit", "told"), [(0, False), (4096, True)])
def test_core_dumps_are_a_warning(
    limit: int, told: bool, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert bool(_of(list(module.check_deployment(machine)), "コアダンプ")) is told


def test_a_program_that_this_account_may_change_is_a_warning(
    machine: Machine, tmp_path: Path
) -> None:
    place = "プログラムの置き場所"
    assert _of(list(module.check_deployment(machine)), place) == []
    assert _of(list(module.check_deployment(replace(machine, program=tmp_path))), place)


@pytest.mark.parametrize(
    ("area", "plain"),
    [
        ("/dev/sda2", True),
        ("/swapfile", True),
        ("/dev/dm-1", False),
        ("/dev/mapper/swap", False),
        ("/dev/zram0", False),
    ],
)
def test_swap_that_is_not_encrypted_is_seen(area: str, plain: bool, tmp_path: Path) -> None:
    table = tmp_path / "swaps"
    head = "Filename\tType\tSize\tUsed\tPriority\n"
    table.write_text(f"{head}{area} partition 1 0 -2\n", encoding="utf-8")
    assert has_plain_swap(table) is plain
    table.write_text(head, encoding="utf-8")
    assert not has_plain_swap(table)
    assert not has_plain_swap(tmp_path / "none")


def test_a_clean_terminal_has_no_warning_about_itself(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() or 1000)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (0, 0))
    sound = replace(machine, swaps=tmp_path / "none")
    assert list(module.check_deployment(sound)) == []


def test_it_runs_on_the_machine_s_own_clock_too(tmp_path: Path) -> None:
    (found,) = module.check_store(Machine(clock=SystemClock(), temporary=tmp_path))
    assert found.level is Level.OK
