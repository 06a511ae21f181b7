"""``docs/figures.md``: what is written is read again, columns stay, a fall is found."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks import frame
from tests.benchmarks.figures import Figures, Run, committed, read_figures
from tests.benchmarks.frame import Bench, Better, Limit, Row

FIRST = Run("2026-11-29", "A Processor @ 2.0GHz", 2, "0.1")
SECOND = Run("2026-12-24", "Another | One", 8, "3.0")


def rate(ratio: float, name: str = "rate", limit: str = "the bare way") -> Row:
    return Row(name, 100, ratio * 50, "/s", Limit(limit, 50), Better.MORE)


def wait(ratio: float) -> Row:
    return Row("wait", 5, 2 / ratio, "ms", Limit("bare write", 2))


def test_what_is_written_is_read_again_and_earlier_columns_stay() -> None:
    known = Figures()
    known.add(FIRST, [rate(0.5), wait(0.25)])
    known.add(FIRST, [rate(0.6), rate(0.7, limit="a better way"), rate(1, name="a|b")])
    again = read_figures(known.text())
    assert again == Figures(
        [FIRST, FIRST],
        {
            ("rate", "the bare way"): [0.5, 0.6],
            ("wait", "bare write"): [0.25, None],
            ("rate", "a better way"): [None, 0.7],
            ("a/b", "the bare way"): [None, 1.0],
        },
    )
    assert again.text() == known.text()


def test_a_processor_named_with_the_tables_own_sign_does_not_break_it() -> None:
    known = Figures()
    known.add(SECOND, [rate(0.5)])
    (run,) = read_figures(known.text()).runs
    assert (run.processor, run.cores) == ("Another / One", 8)


def test_a_damaged_table_is_refused() -> None:
    known = Figures()
    known.add(FIRST, [rate(0.5)])
    with pytest.raises(ValueError, match="rate: 2 figures for 1 runs"):
        read_figures(known.text().replace("| 0.5 |", "| 0.5 | 0.6 |"))


@pytest.mark.parametrize(
    ("now", "falls"), [(0.61, False), (0.41, False), (0.39, True), (0.0, True), (6.0, False)]
)
@pytest.mark.parametrize("row", [rate, wait])
def test_a_fall_by_more_than_a_third_is_found_whichever_way_is_good(
    row: Callable[[float], Row], now: float, falls: bool
) -> None:
    known = Figures()
    known.add(FIRST, [row(0.9)])
    known.add(FIRST, [row(0.6)])  # the last one counts
    known.add(FIRST, [])
    measured = row(now) if now else rate(0) if row is rate else wait(1e-9)
    assert [one.before for one in known.fallen([measured])] == ([0.6] if falls else [])


def test_a_row_with_another_limit_is_another_row() -> None:
    known = Figures()
    known.add(FIRST, [rate(0.9)])
    assert known.fallen([rate(0.1, limit="a better way")]) == []


def test_this_machine_is_named() -> None:
    here = Run.here()
    assert here.cores >= 1 and here.processor and here.day.startswith("20")


class Desk:
    """The command over benches that are told what they measure."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.file = folder / "figures.md"
        self.folder = folder
        self.measured: dict[str, Iterator[float]] = {}
        self.known = Figures()
        patch.setattr(command, "committed", lambda file: read_figures(self.known.text()))
        patch.setattr(frame, "found_benches", self.benches)

    def benches(self) -> tuple[Bench, ...]:
        return tuple(
            Bench(name, name, lambda name=name, each=each: [rate(next(each), name)])  # type: ignore[misc]
            for name, each in self.measured.items()
        )

    def run(self, *arguments: str, **measured: list[float]) -> int:
        self.measured = {name: iter(each) for name, each in measured.items()}
        return command.main(arguments, self.file, self.folder / "out")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def test_a_whole_run_adds_one_column_to_what_is_committed(desk: Desk) -> None:
    desk.known.add(FIRST, [rate(0.5, "a")])
    for _ in range(2):  # the second run replaces the column that nobody committed
        assert desk.run(a=[0.7], b=[0.8]) == 0
    written = read_figures(desk.file.read_text(encoding="utf-8"))
    assert written.ratios == {
        ("a", "the bare way"): [0.5, 0.7],
        ("b", "the bare way"): [None, 0.8],
    }


def test_a_part_or_a_broken_run_writes_no_figures(desk: Desk) -> None:
    assert desk.run("a", a=[0.7], b=[0.8]) == 0
    assert desk.run(a=[0.7], b=[]) == 1
    assert not desk.file.exists()


def test_the_check_fails_for_what_stays_fallen_and_names_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.known.add(FIRST, [rate(0.6, "a"), rate(0.6, "b")])
    assert desk.run("--check", a=[0.5], b=[0.5]) == 0
    # b was disturbed once, a is slower
    assert desk.run("--check", a=[0.1, 0.2, 0.3], b=[0.1, 0.5]) == 3
    said = capsys.readouterr().err
    assert "fallen: a: 0.3 of the bare way, committed 0.6" in said
    assert "fallen: b" not in said
    assert not desk.file.exists()


def test_what_is_committed_counts_and_not_what_a_run_has_written_since(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    file = tmp_path / "docs" / "figures.md"
    file.parent.mkdir()
    assert committed(file) == Figures()
    known = Figures()
    known.add(FIRST, [rate(0.5)])
    file.write_text(known.text(), encoding="utf-8")
    assert committed(file) == known  # there is no git here: what the file holds
    git("init")
    git("add", ".")
    git("commit", "-m", "figures")
    known.add(FIRST, [rate(0.6)])
    file.write_text(known.text(), encoding="utf-8")
    assert committed(file).ratios == {("rate", "the bare way"): [0.5]}


def test_the_figures_of_the_repository_can_be_read() -> None:
    known = read_figures(command.FIGURES.read_text(encoding="utf-8"))
    assert known.runs and len(known.ratios) > 20
