"""``madoguchi peer municipality``: one documented command, and a signal that ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.main import main as madoguchi

ROOT = Path(__file__).resolve().parents[3]


def run(*words: object) -> int:
    return madoguchi(["peer", "municipality", *(str(word) for word in words)])


def test_made_lived_written_and_read_by_commands(
    tmp_path: Path, seeds: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = tmp_path / "m", tmp_path / "out"
    out.mkdir()
    assert run("status", "--data", data) == 1
    assert "init" in capsys.readouterr().err
    assert run("init", "--data", data, "--day", "2026-11-16") == 0
    lines = tmp_path / "seeds"
    lines.write_bytes(b"\n".join(seeds))
    assert run("load", "--data", data, lines) == 0
    assert run("day", "--data", data, "--moves", "3") == 0
    assert run("write", "FILE-02", "FILE-06", "--data", data, "--out", out) == 0
    assert run("write", "FILE-03", "--data", data, "--out", out, "--mistake", "cut") == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == ["FILE-02_20261117_1.csv", "FILE-03_20261117_1.csv", "FILE-06_20261117_1.csv"]
    assert run("read", out / names[1], "--data", data) == 1
    assert run("national", "FILE-03", out / names[0], "--data", data, "--out", out / "n.csv") == 1
    assert "出典がありません" in capsys.readouterr().err
    assert run("status", "--data", data) == 0
    told = capsys.readouterr().out
    assert "業務日 2026-11-17" in told and "FILE-06_20261117_1.csv" in told
    assert run("run", "--data", data, "--out", out, "--days", "2", "--every", "0") == 0
    assert len(list(out.iterdir())) > 10


def test_a_signal_ends_it_after_a_whole_day(tmp_path: Path) -> None:
    data, out = tmp_path / "m", tmp_path / "out"
    out.mkdir()
    assert run("init", "--data", data, "--day", "2026-11-16") == 0
    words = ("peer", "municipality", "run", "--data", data, "--out", out, "--every", "60")
    with subprocess.Popen(
        [sys.executable, "-m", "app.main", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert b"2026-11-17" in child.stdout.readline()
        end = time.monotonic() + 60
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=max(1.0, end - time.monotonic())) == 0
    assert not list(out.glob(".*.tmp"))
