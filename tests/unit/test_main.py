"""The command line: what it lists, and what a headless command does not load."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import main
from app.core.language import VARIABLE
from app.core.paths import Paths
from app.core.stopping import Stopped
from app.peers.union.main import _parser as union_parser
from app.start.installation import Installation, write_installation
from app.training.people import MUNICIPALITY_CODE
from tests.support.log_lines import LogLines

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
HEADLESS = (
    "",
    "--help",
    "--version",
    "peer --help",
    "interface-book",
    "manual",
    "journal verify --help",
    "journal export --help",
    "peer union --help",
)


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
    listed = [line.split()[0] for line in done.stdout.splitlines() if re.match("  [a-z]", line)]
    assert [name for name in COMMANDS if name not in listed] == []
    assert "screen-check" not in listed
    assert "print-sheet" not in listed


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


def test_without_a_command_it_says_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["--data", str(tmp_path / "none")]) == 0
    said = capsys.readouterr().out
    assert "まだ初期設定されていません" in said
    assert "madoguchi found" in said
    assert "madoguchi run" not in said
    write_installation(Paths(tmp_path), Installation(True, MUNICIPALITY_CODE, "窓口", "0"))
    assert main.main(["--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "madoguchi run" in said
    assert "madoguchi found" not in said


def test_the_version_is_the_project_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["--version"])
    assert ended.value.code == 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert capsys.readouterr().out == f"madoguchi {project['version']}\n"


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _parsers(each)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("of", [main.parser, union_parser], ids=["madoguchi", "peer union"])
def test_every_help_is_in_the_language_that_is_asked_for(
    of: Callable[[], argparse.ArgumentParser], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, language)
    for parser in _parsers(of()):
        said = parser.format_help()
        assert "``" not in said
        assert "  command\n" not in said
        words = said.replace("窓口端末", "").replace("対応表", "") if language == "en" else said
        assert bool(re.search("[ぁ-んァ-ン一-龠]", words)) is (language == "ja"), said
        english = re.search(r"\b(?:usage|options|arguments|show|the)\b", said)
        assert bool(english) is (language == "en"), said
        for action in parser._actions:
            if action.dest not in ("command", "id", "note", "terminal", "file", "kind", "day"):
                assert action.help or parser.prog.endswith(UNTOLD), (parser.prog, action.dest)


UNTOLD = (
    "clock",
    "daily",
    "deliver",
    "confirm-delivery",
    "settle-birth",
    "screen-check",
    "print-sheet",
)
"""Commands whose only argument is named by the command's own line."""


@pytest.mark.parametrize("place", [["--lang", "en", "enrol"], ["enrol", "--lang", "en"]])
def test_the_language_may_stand_anywhere(
    place: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "ja")
    with pytest.raises(SystemExit) as ended:
        main.main(place)
    assert ended.value.code == 2
    assert "arguments are required: HOST, CA" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("nonsense", "「nonsense」という命令はありません。"),
        ("peer union", "命令がありません。"),
        ("peer union nonsense", "「nonsense」という命令はありません。"),
        ("peer nowhere", "「NAME」に「nowhere」は指定できません"),
        ("enrol host", "「CA」の指定がありません。"),
        ("demo --persons", "「--persons」のあとに値がありません。"),
        ("demo --persons many", "「--persons」の「many」は、書き方が違います。"),
        (
            "demo --window perhaps",
            "「--window」に「perhaps」は指定できません（指定できるもの：auto, yes, no）",
        ),
        ("manual --day 20261120x", "「--day」の「20261120x」は、書き方が違います。"),
        ("manual --table=yes", "「--table」に値は付けられません。"),
        ("run now", "「now」は、この命令では使えません。"),
        ("demo --pers 3", "「--pers 3」は、この命令では使えません。"),
        ("--lang fr", "「--lang」に「fr」は指定できません（指定できるもの：ja, en）。"),
        ("--lang", "「--lang」のあとに値がありません。"),
    ],
)
def test_wrong_usage_is_told_in_our_words(
    arguments: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(arguments.split())
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(told)
    assert re.search("argument|invalid|expected|required|usage|choose", said) is None


def test_peer_without_a_name_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["peer"]) == 0
    assert "union：広域連合の標準システム" in capsys.readouterr().out


@pytest.mark.parametrize("persons", ["-1", "0", "1", "4", "6000000"])
def test_a_municipality_too_small_or_too_large_is_refused_before_anything_is_set_up(
    tmp_path: Path, persons: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["demo", "--persons", persons, "--out", str(tmp_path / "out")]) == 1
    assert f"--persons {persons} では始められません。" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_signal_s_end_is_told_with_the_shell_s_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(data: Path) -> int:
        raise Stopped(15)

    monkeypatch.setattr(main, "_late", lambda place: stopped)
    assert main.main(["run"]) == 143
    assert capsys.readouterr().err.startswith("途中で止められたため、終わりました。")


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

    monkeypatch.setattr(main.importlib, "import_module", absent)  # type: ignore[attr-defined]
    assert main.main(command) == 2
    assert "本番用のプログラムには入っていません" in capsys.readouterr().err


def test_a_missing_library_is_not_taken_for_a_missing_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], expected_log: LogLines
) -> None:
    expected_log.expect("bug incident=.*type=ModuleNotFoundError", count=1)

    def absent(name: str) -> None:
        raise ModuleNotFoundError("No module named 'httpx'", name="httpx")

    monkeypatch.setattr(main.importlib, "import_module", absent)  # type: ignore[attr-defined]
    assert main.main(["demo"]) == 1
    assert "エラー番号" in capsys.readouterr().err


def test_a_mistake_of_ours_is_told_by_number_without_its_text(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    expected_log: LogLines,
) -> None:
    expected_log.expect("bug incident=.*type=ValueError", count=1)

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


@pytest.mark.parametrize(
    "arguments", ["journal export", "journal verify somewhere", "journal show"]
)
def test_a_journal_command_without_what_it_needs_says_so(arguments: str, tmp_path: Path) -> None:
    done = _madoguchi("--data", str(tmp_path), *arguments.split())
    assert done.returncode == 2
    assert "--help" in done.stderr
