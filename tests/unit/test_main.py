"""The command line: what it lists, and what a headless command does not load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import main

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "demo",
    "run",
    "found",
    "enrol",
    "peer",
    "self-check",
    "journal",
    "interface-book",
    "manual",
)
HEADLESS = ("--help", "interface-book", "manual", "journal verify --help", "peer union --help")


def _madoguchi(*arguments: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "-m", "app.main", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_the_commands() -> None:
    done = _madoguchi("--help")
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("    ")]
    assert [name for name in COMMANDS if name not in listed] == []
    assert "screen-check" not in listed


@pytest.mark.parametrize("arguments", HEADLESS)
def test_a_headless_command_loads_no_screen(arguments: str) -> None:
    done = _madoguchi(*arguments.split(), python=("-X", "importtime"))
    assert done.returncode == 0
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "app.main" in loaded or "argparse" in loaded
    assert {name for name in loaded if name.startswith("PySide6")} == set()


def test_help_loads_neither_store_nor_peers() -> None:
    done = _madoguchi("--help", python=("-X", "importtime"))
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    heavy = (
        "PySide6",
        "sqlalchemy",
        "fido2",
        "reportlab",
        "starlette",
        "app.peers",
        "app.training",
    )
    assert {name for name in loaded if name.startswith(heavy)} == set()


def test_interface_book_is_the_kept_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["interface-book"]) == 0
    kept = (ROOT / "docs" / "interface-book.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == kept


def test_without_a_command_it_is_wrong_usage() -> None:
    done = _madoguchi()
    assert done.returncode == 2
    assert done.stderr.startswith("usage: madoguchi")


def test_a_refusal_is_told_in_two_lines_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere")
    assert main.main(["peer", "union", "status", "--data", nowhere, "--operator", "x"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert all(told)


@pytest.mark.parametrize("command", [["demo"], ["peer", "union", "status"]])
def test_the_production_program_says_that_training_is_not_in_it(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(main.importlib, "import_module", absent)
    assert main.main(command) == 2
    assert "本番用のプログラムには入っていません" in capsys.readouterr().err


def test_a_missing_library_is_not_taken_for_a_missing_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError("No module named 'httpx'", name="httpx")

    monkeypatch.setattr(main.importlib, "import_module", absent)
    assert main.main(["demo"]) == 1
    assert "事故番号" in capsys.readouterr().err


def test_a_mistake_of_ours_is_told_by_number_without_its_text(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(data: Path) -> int:
        raise ValueError("山田 花子")

    monkeypatch.setattr(main, "_late", lambda place: broken)
    assert main.main(["run"]) == 1
    told = capsys.readouterr().err
    assert "予期しない誤り" in told
    assert "ValueError" in caplog.text
    assert "山田" not in told + caplog.text


@pytest.mark.parametrize("cut", [EOFError, KeyboardInterrupt])
def test_an_entry_that_is_cut_short_is_told(
    cut: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asking(data: Path) -> int:
        raise cut

    monkeypatch.setattr(main, "_late", lambda place: asking)
    assert main.main(["found"]) == 1
    assert capsys.readouterr().err.startswith("入力の途中で終わりました。")


def test_the_data_directory_is_the_given_one_else_the_variable_else_the_account_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Path] = []
    monkeypatch.setattr(main, "_late", lambda place: lambda data: seen.append(data) or 0)
    monkeypatch.setenv(main.DATA_VARIABLE, "/srv/counter")
    assert main.main(["--data", "/srv/other", "run"]) == 0
    assert main.main(["run"]) == 0
    monkeypatch.delenv(main.DATA_VARIABLE)
    monkeypatch.setenv("HOME", "/home/counter")
    assert main.main(["run"]) == 0
    account = Path("/home/counter/.local/share/madoguchi")
    assert seen == [Path("/srv/other"), Path("/srv/counter"), account]


def test_a_program_with_an_open_store_leaves_no_core_dump() -> None:
    asked = "import resource; from app.main import leave_no_core; leave_no_core(); "
    said = subprocess.run(
        [sys.executable, "-c", asked + "print(resource.getrlimit(resource.RLIMIT_CORE)[0])"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert said.stdout.strip() == "0"
