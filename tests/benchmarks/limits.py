"""The bare ways that figures are held against: the same work without the product.

A figure that falls while its limit stays is ours; when both fall, it is the machine. Each
function measures its limit now, in the same run as the figure.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fontTools.ttLib import TTFont

from forms.fonts import FontSet
from tests.benchmarks.frame import Limit

_WRITES = 300
_CHECKS = 5_000
_PAGES = 20
_STARTS = 5
_ROW = b"x" * 500  # about a line of the journal

_SHOW_WINDOW = """
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
window = QLabel("x")
window.resize(1280, 800)
window.show()
app.processEvents()
assert window.grab().width() > 0
print("shown", flush=True)
"""
_TYPST_PAGE = """#set page(width: 128mm, height: 182mm, margin: 8mm)
#set text(font: "{font}", size: 11pt)
{lines}
"""


def sqlite_write(folder: Path) -> tuple[float, float]:
    """Milliseconds, wall and CPU, of one row written durably by bare SQLite, each p95."""
    path = folder / "bare.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE line (number INTEGER PRIMARY KEY, body BLOB)")
    costs = []
    for _ in range(_WRITES):
        wall, own = time.perf_counter(), time.process_time()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO line (body) VALUES (?)", (_ROW,))
        connection.execute("COMMIT")
        costs.append((time.perf_counter() - wall, time.process_time() - own))
    connection.close()
    wall_p95, own_p95 = (_p95(list(each)) * 1000 for each in zip(*costs, strict=True))
    return wall_p95, own_p95


def signature_checks() -> float:
    """Signatures (P-256) checked by bare ``cryptography`` in a second of CPU time."""
    private = ec.generate_private_key(ec.SECP256R1())
    signature, public = private.sign(_ROW, ec.ECDSA(SHA256())), private.public_key()
    own = time.process_time()
    for _ in range(_CHECKS):
        public.verify(signature, _ROW, ec.ECDSA(SHA256()))
    return _CHECKS / (time.process_time() - own)


def hash_chain(rows: Iterable[tuple[object, ...]]) -> float:
    """Lines per second read from ``rows`` (the body last) and chained by bare SHA-256."""
    started, count, value = time.perf_counter(), 0, b""
    for row in rows:
        body = bytes(row[-1])  # type: ignore[call-overload]
        value = hashlib.sha256(value + hashlib.sha256(body).digest()).digest()
        count += 1
    return count / (time.perf_counter() - started)


def csv_reader(lines: Sequence[str]) -> Callable[[], int]:
    """For ``parallel_rate``: read these lines by ``csv.reader``; how many."""
    text = "\n".join(lines)
    return lambda: sum(1 for _ in csv.reader(io.StringIO(text)))


def qt_window() -> Limit:
    """Seconds from starting a process to a window with one word in it, painted; the median."""
    times = []
    for _ in range(_STARTS):
        begun = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-c", _SHOW_WINDOW],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"shown"
        times.append(time.perf_counter() - begun)
        child.wait(30)
    return Limit("a bare Qt window in a new process", statistics.median(times))


def font_tables(fonts: FontSet) -> Limit:
    """Milliseconds to read the character tables of all configured fonts by bare fontTools."""
    begun = time.perf_counter()
    for file in fonts.files:
        TTFont(file.spec.path, lazy=True)["cmap"].getBestCmap()
    return Limit("character tables by bare fontTools", (time.perf_counter() - begun) * 1000)


def page_drawn(fonts: FontSet, lines: Sequence[str]) -> Limit:
    """Pages with these lines per second: PDF by Typst, where it is installed, else by ReportLab."""
    name, draw, _ = _page_maker(fonts, lines)
    return Limit(f"the same lines by {name}", 1 / statistics.median(_timed(draw)))


def page_on_screen(fonts: FontSet, lines: Sequence[str]) -> Limit:
    """Milliseconds from these lines to PDF and picture at 150 dpi, without any proof; p95."""
    name, draw, picture = _page_maker(fonts, lines)

    def both(number: int) -> None:
        picture(draw(number))

    return Limit(f"the same lines and their picture by {name}", _p95(_timed(both)) * 1000)


_Draw = Callable[[int], bytes]
_Picture = Callable[[bytes], object]


def _page_maker(fonts: FontSet, lines: Sequence[str]) -> tuple[str, _Draw, _Picture]:
    from forms.preview import preview

    draw = _typst(fonts, lines) if importlib.util.find_spec("typst") else None
    name = "Typst" if draw else "ReportLab"
    return name, draw or _reportlab(fonts, lines), lambda pdf: preview(pdf, 0, 150)


def _typst(fonts: FontSet, lines: Sequence[str]) -> _Draw:
    import typst

    file = fonts.chain("gothic")[0]
    family = str(TTFont(file.spec.path, lazy=True)["name"].getBestFamilyName())
    compiler = typst.Compiler(font_paths=[str(file.spec.path.parent)], ignore_system_fonts=True)

    def draw(number: int) -> bytes:
        text = "\n\n".join(f'#"{line}{number}"' for line in lines)
        source = _TYPST_PAGE.format(font=family, lines=text)
        return bytes(compiler.compile(input=source.encode()))

    return draw


def _reportlab(fonts: FontSet, lines: Sequence[str]) -> _Draw:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont as PdfFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(PdfFont("bare", str(fonts.chain("gothic")[0].spec.path)))

    def draw(number: int) -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(363, 516))
        canvas.setFont("bare", 11)
        for at, line in enumerate(lines):
            canvas.drawString(20, 480 - 18 * at, f"{line}{number}")
        canvas.save()
        return out.getvalue()

    return draw


def _timed(work: Callable[[int], object]) -> list[float]:
    work(0)
    times = []
    for number in range(1, _PAGES + 1):
        begun = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - begun)
    return times


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
