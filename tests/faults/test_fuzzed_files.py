"""The fuzz target over decoding and checking files, bounded here and long in ``make soak``."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import soak

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "support" / "files"
RUNS = soak.tries(1_500, 300_000)


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="built for Linux only")
@pytest.mark.req("SEC-112")
def test_no_bytes_are_anything_but_taken_or_refused(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    code = (
        "import sys, pathlib; from tests.fuzz.files import IDS, seed_of\n"
        "for path in pathlib.Path(sys.argv[1]).glob('*/*.csv'):\n"
        "    if path.parent.name in IDS:\n"
        "        made = seed_of(path.parent.name, path.read_bytes())\n"
        "        name = f'{path.parent.name}-{path.stem}'\n"
        "        (pathlib.Path(sys.argv[2]) / name).write_bytes(made)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", code, str(SAMPLES), str(corpus)], cwd=ROOT, env=env, check=True
    )
    assert len(list(corpus.iterdir())) > 100
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz.files",
            f"-runs={RUNS}",
            "-seed=7",
            "-max_len=6000",
            f"-artifact_prefix={tmp_path}/",
            str(corpus),
        ],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-4000:]
    assert f"Done {RUNS}" in ran.stdout + ran.stderr
