"""The frame of ``make bench``: rows, table, exit codes, and that the rules' inputs are honest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from app.rules.copay import judgement as copay
from app.rules.levy import premium
from tests.benchmarks import bench_rules, frame
from tests.benchmarks.frame import Bench, Better, Limit, Row

BARE = Limit("bare", 500)


def test_ratio_is_above_one_when_met_whichever_way_is_good() -> None:
    fast = Row("rate", 100, 250, "/s", BARE, Better.MORE)
    slow = Row("wait", 100, 250, "ms", BARE, Better.LESS)
    assert (fast.ratio, fast.met) == (2.5, True)
    assert (slow.ratio, slow.met) == (0.4, False)
    assert (fast.to_limit, slow.to_limit) == (0.5, 2.0)
    assert Row("wait", 100, 100, "ms", BARE).met
    assert Row("wait", 100, 0, "ms", BARE).met


def test_table_shows_goal_measured_ratio_and_met() -> None:
    head, first, second = frame.table(
        [
            Row("rate", 1_000_000, 2_500_000, "/min", BARE, Better.MORE),
            Row("wait", 5, 12.345, "ms", Limit("bare", 6.1725)),
        ]
    ).splitlines()
    assert head.split()[:7] == ["what", "goal", "measured", "ratio", "met", "to", "limit"]
    assert "≥ 1,000,000 /min" in first
    assert first.split()[-4:] == ["2.50", "yes", "5000.00", "bare"]
    assert second.split() == ["wait", "≤", "5", "ms", "12.35", "ms", "0.41", "NO", "0.50", "bare"]


@pytest.fixture
def benches(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def use(*found: Bench) -> None:
        monkeypatch.setattr(frame, "found_benches", lambda: found)

    return use


def one_row() -> list[Row]:
    return [Row("r", 1, 2, "s", BARE)]


def broken() -> list[Row]:
    raise RuntimeError("no such file")


def test_a_broken_bench_does_not_hide_the_others(
    benches: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benches(Bench("bad", "breaks", broken), Bench("good", "works", one_row))
    code, rows = frame.run([], tmp_path)
    assert (code, [row.bench for row in rows]) == (1, ["good"])
    output = capsys.readouterr()
    assert "broken: bad" in output.err
    assert "no such file" in output.err
    (kept,) = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert (kept["name"], kept["ratio"], kept["met"]) == ("r", 0.5, False)


def test_only_the_named_ones_run_and_an_unknown_name_is_said(
    benches: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benches(Bench("bad", "breaks", broken), Bench("good", "works", one_row))
    assert frame.run(["good"], tmp_path)[0] == 0
    assert frame.run(["goood"], tmp_path) == (2, [])
    assert "there are: bad, good" in capsys.readouterr().err


def test_every_bench_module_is_found_once() -> None:
    names = [bench.name for bench in frame.found_benches()]
    assert {"rules.premiums", "rules.copay"} <= set(names)
    assert len(names) == len(set(names))
    modules = {path.stem for path in Path(frame.__file__).parent.glob("bench_*.py")}
    assert "bench_rules" in modules


def count_to_ten(number: int) -> Callable[[], int]:
    return lambda: 10 + number


def test_parallel_rate_counts_what_all_processes_did() -> None:
    assert frame.parallel_rate(count_to_ten) > 0


def break_in_one(number: int) -> Callable[[], int]:
    if number:
        raise ValueError("worker trouble")
    return lambda: 1


def test_a_worker_that_breaks_is_told_at_once() -> None:
    with pytest.raises(RuntimeError, match="worker trouble"):
        frame.parallel_rate(break_in_one)


class TestInputsOfTheRules:
    """A bench on easy inputs would flatter us: every branch must occur in them."""

    def test_premiums(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bench_rules, "HOUSEHOLDS", 3_000)
        seen: Counter[object] = Counter()
        persons = 0
        plain = premium.assess

        def watched(year: premium.PremiumYear, household: premium.LevyHousehold):
            nonlocal persons
            result = plain(year, household)
            seen[result.judgement.reduction] += 1
            persons += len(result.persons)
            for person in result.persons:
                assert len(person.parts) == 2
                seen["ceiling"] += person.parts[0].annual == person.parts[0].ceiling
                seen["part year"] += 0 < person.months.count < 12
                seen["former dependant"] += person.parts[0].former_months > 0
            return result

        monkeypatch.setattr(bench_rules, "assess", watched)
        assert bench_rules.premiums(1)() == persons
        assert len(seen) == 7
        assert all(seen.values())

    def test_decisions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bench_rules, "HOUSEHOLDS", 3_000)
        classes: Counter[str] = Counter()
        plain = copay.judge_copay

        def watched(household, terms):
            decision = plain(household, terms)
            assert decision.grounds
            classes[decision.limit_class] += 1
            return decision

        monkeypatch.setattr(copay, "judge_copay", watched)
        assert bench_rules.decisions(1)() == 3_000
        assert {"earner3", "earner2", "earner1", "general2", "general1", "low1"} <= set(classes)
