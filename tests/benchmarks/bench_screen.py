"""How long a clerk waits (DESIGN 9): program start to login screen, decision to certificate."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from forms.fonts import load_fonts
from tests.benchmarks import limits
from tests.benchmarks.bench_forms import LINES
from tests.benchmarks.frame import Bench, Limit, Row

_STARTS = 5
_CERTIFICATES = 15
_START_GOAL = 1.0
_CERTIFICATE_GOAL = 150.0

_SHOW_LOGIN = """
import sys
from pathlib import Path
from app.start import running
make_counter, made = running._counter, []

def painted(app, window, stop):
    app.processEvents()
    assert window.grab().width() > 0
    print("shown", flush=True)
    while not made:
        app.processEvents()
    print("ready", flush=True)
    window.close()
    return 0

def counter(*given):
    made.append(make_counter(*given))
    return made[0]

running.run_until_closed, running._counter = painted, counter
running.run_counter(Path(sys.argv[1]))
"""


def start_to_login() -> list[Row]:
    """Wall seconds from starting the process until the login screen is painted, and until the rest
    of the program stands behind it."""
    from app.core.clock import SystemClock
    from app.core.paths import Paths
    from app.demo.keyring_session import keyring_daemon
    from app.demo.keys import KeyDrawer
    from app.demo.room import found_training_terminal
    from tests.support.keys import QUICK

    times, behind, bare = [], [], []
    with tempfile.TemporaryDirectory() as folder, keyring_daemon() as ring:
        os.environ.update(ring.env)
        paths = Paths(Path(folder) / "terminal")
        found_training_terminal(paths, KeyDrawer(touched_at_once=True), SystemClock(), QUICK)
        env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        for _ in range(_STARTS):
            begun = time.perf_counter()
            child = subprocess.Popen(
                [sys.executable, "-c", _SHOW_LOGIN, str(paths.data)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=env,
            )
            assert child.stdout is not None
            assert child.stdout.readline().strip() == b"shown"
            times.append(time.perf_counter() - begun)
            assert child.stdout.readline().strip() == b"ready"
            behind.append(time.perf_counter() - begun)
            assert child.wait(30) == 0
            bare.append(limits.qt_window())
    return [
        Row("start to login screen, median", _START_GOAL, statistics.median(times), "s",
            Limit("a bare Qt window in a new process", statistics.median(bare)),
            note=f"the rest behind it after {statistics.median(behind):.2f} s"),
    ]  # fmt: skip


def decision_to_certificate() -> list[Row]:
    """Wall milliseconds from a compared decision to its picture on the screen: number reserved,
    drawn, proved, painted, each through the real gate, store and journal."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.ui.base.preview import PaperPreview
    from tests.support.counter import counter_in

    app = QApplication.instance() or QApplication([])
    times, bare = [], limits.Page(load_fonts(), LINES)
    with tempfile.TemporaryDirectory() as folder, counter_in(Path(folder)) as counter:
        view = counter.compared()
        for _ in range(_CERTIFICATES + 2):
            begun = time.perf_counter()
            proof = counter.draw(view)
            preview = PaperPreview(proof.rendered.pdf)
            preview.resize(900, 640)
            preview.show()
            app.processEvents()
            times.append((time.perf_counter() - begun) * 1000)
            preview.close()
            bare.once()
    times = times[2:]  # fonts are read at the program's start, not at the first certificate
    return [
        Row("decision to certificate on screen, median", _CERTIFICATE_GOAL,
            statistics.median(times), "ms", bare.shown),
        Row("decision to certificate on screen, worst", _CERTIFICATE_GOAL,
            max(times), "ms", bare.shown),
    ]  # fmt: skip


BENCHES = (
    Bench("start", "program start to login screen", start_to_login),
    Bench("decision", "decision to certificate on screen", decision_to_certificate),
)
