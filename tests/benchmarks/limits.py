"""The bare ways that figures are held against: the same work without the product.

A figure that falls while its limit stays is ours; when both fall, it is the machine. What waits
for disk or processor is measured in turn with the figure, so that other work takes from both.
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

_CHECKS = 5_000
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


class SqliteWrite:
    """Bare SQLite in ``folder``; ``once`` writes one row durably: seconds, wall and CPU."""

    def __init__(self, folder: Path) -> None:
        path = folder / "bare.db"
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE line (number INTEGER PRIMARY KEY, body BLOB)")

    def once(self) -> tuple[float, float]:
        wall, own = time.perf_counter(), time.process_time()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO line (body) VALUES (?)", (_ROW,))
        self._connection.execute("COMMIT")
        return time.perf_counter() - wall, time.process_time() - own

    def close(self) -> None:
        self._connection.close()


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


def qt_window() -> float:
    """Seconds from starting a process to a bare window with one word in it, painted."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", _SHOW_WINDOW],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == b"shown"
    took = time.perf_counter() - begun
    child.wait(30)
    return took


def font_tables(fonts: FontSet) -> Limit:
    """Milliseconds to read the character tables of all configured fonts by bare fontTools."""
    begun = time.perf_counter()
    for file in fonts.files:
        TTFont(file.spec.path, lazy=True)["cmap"].getBestCmap()
    return Limit("character tables by bare fontTools", (time.perf_counter() - begun) * 1000)


class Page:
    """These lines on a page, without any proof: by Typst where it is installed, else by
    ReportLab; their picture by PDFium."""

    def __init__(self, fonts: FontSet, lines: Sequence[str]) -> None:
        installed = importlib.util.find_spec("typst") is not None
        self._draw = _typst(fonts, lines) if installed else _reportlab(fonts, lines)
        self._name = "Typst" if installed else "ReportLab"
        self._times: list[tuple[float, float]] = []
        self._draw(0)

    def once(self) -> None:
        """Draw and show one more page, in turn with what is measured."""
        from forms.preview import preview

        begun = time.perf_counter()
        pdf = self._draw(len(self._times))
        drawn = time.perf_counter()
        preview(pdf, 0, 150)
        self._times.append((drawn - begun, time.perf_counter() - drawn))

    @property
    def drawn(self) -> Limit:
        """Pages per second, by the median."""
        middle = statistics.median(drawing for drawing, _ in self._times)
        return Limit(f"the same lines by {self._name}", 1 / middle)

    @property
    def shown(self) -> Limit:
        """Milliseconds until the picture; the median."""
        middle = statistics.median(drawing + showing for drawing, showing in self._times)
        return Limit(f"the same lines and their picture by {self._name}", middle * 1000)


_Draw = Callable[[int], bytes]


def _typst(fonts: FontSet, lines: Sequence[str]) -> _Draw:
    import typst

    file = fonts.chain("gothic")[0]
    family = str(TTFont(file.spec.path, lazy=True)["name"].getBestFamilyName())
    compiler = typst.Compiler(font_paths=[str(file.spec.path.parent)], ignore_system_fonts=True)

    def draw(number: int) -> bytes:
        text = "\n\n".join(f'#"{line}{number}"' for line in lines)
        source = _TYPST_PAGE.format(font=family, lines=text)
        pages = compiler.compile(input=source.encode())
        assert isinstance(pages, bytes), "one document"
        return pages

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
