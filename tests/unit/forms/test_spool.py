"""The spool is bounded and its faults are told, each with its cause."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault
from forms.press import Press
from forms.spool import CupsPrinter, Queue
from tests.support.form_examples import CERTIFICATE, NOW

PDF = b"%PDF-1.7 " + b"x" * 300_000


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where ``lp`` lies; nothing else is found by name but the shell's own tools."""
    for tool in ("sh", "cat", "sleep"):  # a machine with a spooler has an ``lp`` beside them
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "lp"


def write(lp: Path, body: str, mode: int = 0o755) -> None:
    lp.write_text(f"#!/bin/sh\n{body}\n")
    lp.chmod(mode)


def refused(seconds: float = 5.0) -> str:
    with pytest.raises(EnvironmentFault) as fault:
        CupsPrinter(Queue("queue"), seconds).spool(PDF, "T01-1-1")
    assert "今日の仕事" in fault.value.remedy
    return fault.value.code


def test_the_sheet_goes_whole_to_the_queue(lp: Path, tmp_path: Path) -> None:
    write(lp, f'echo "$@" > {tmp_path}/said; cat > {tmp_path}/got')
    CupsPrinter(Queue("queue")).spool(PDF, "T01-1-1")
    assert (tmp_path / "got").read_bytes() == PDF
    said = (tmp_path / "said").read_text().split()
    assert said[:4] == ["-d", "queue", "-t", "T01-1-1"]
    assert "print-scaling=none" in said
    assert not any(option.startswith(("sides=", "InputSlot=")) for option in said)


def test_the_certificate_goes_on_both_sides_from_its_tray(
    lp: Path, tmp_path: Path, press: Press
) -> None:
    write(lp, f'echo "$@" > {tmp_path}/said; cat > /dev/null')
    pdf = press.render("FORM-04", CERTIFICATE, training=False, now=NOW).pdf
    CupsPrinter(Queue("queue", {"91x128": "Bypass"})).spool(pdf, "T01-1-1")
    said = (tmp_path / "said").read_text().split()
    assert {"sides=two-sided-long-edge", "InputSlot=Bypass"} <= set(said)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("cat > /dev/null; exit 1", "print.refused"),
        ("exit 1", "print.refused"),
        ("exec 0<&-; sleep 30", "print.timeout"),
        ("sleep 30", "print.timeout"),
        ("cat > /dev/null; sleep 30", "print.timeout"),
        ("trap '' TERM; sleep 30 & wait", "print.timeout"),
    ],
)
def test_each_fault_is_told_and_none_takes_longer_than_the_bound(
    lp: Path, body: str, code: str
) -> None:
    write(lp, body)
    began = time.monotonic()
    assert refused(seconds=0.5 if code == "print.timeout" else 20.0) == code
    assert time.monotonic() - began < 15


def test_nothing_of_it_is_left_running(lp: Path, tmp_path: Path) -> None:
    write(lp, f"sh -c 'echo $$ > {tmp_path}/helper; exec sleep 600' & wait")
    assert refused(seconds=2.0) == "print.timeout"
    helper = Path("/proc") / (tmp_path / "helper").read_text().strip() / "cmdline"
    end = time.monotonic() + 10
    while helper.exists() and b"sleep" in helper.read_bytes():
        assert time.monotonic() < end
        os.sched_yield()


def test_absent(lp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(lp.parent))
    assert refused() == "print.no_spool"


def test_a_file_that_is_no_program(lp: Path) -> None:
    lp.write_bytes(b"\x00\x01 no program")
    lp.chmod(0o755)
    assert refused() == "print.not_run"


def test_one_that_may_not_be_executed(lp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(lp, "cat > /dev/null", 0o644)
    monkeypatch.setenv("PATH", str(lp.parent))
    assert refused() == "print.not_run"
