"""A PDF being written: its pages, its fonts, and the parts of pages that are drawn once.

What does not change from page to page (wording, rules, frames) is written as one object of the
file and named by every page that shows it, so that the ten-thousandth certificate of a batch
costs its own items only.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from forms.archival import as_archival
from forms.embedding import DocumentFonts
from forms.fonts import FontSet
from forms.record import POINTS_PER_MM, Box, DrawnField, DrawnRun

rl_config.useA85 = 0  # streams as they are: a quarter smaller, and no time spent on it
_TURNED = {"long_edge": "DuplexFlipLongEdge", "short_edge": "DuplexFlipShortEdge"}
_LAID_AT_ONCE = 8192


class _TimeStamp:
    """What ReportLab asks of a time, answered with the time that was given."""

    def __init__(self, moment: datetime) -> None:
        offset = moment.utcoffset()
        minutes = 0 if offset is None else int(offset.total_seconds() // 60)
        self.t = moment.timestamp()
        self.lt = moment.timetuple()
        self.YMDhms = tuple(self.lt)[:6]
        self.dhh, self.dmm = divmod(minutes, 60)
        self.tzname = moment.tzname()


class _Canvas(Canvas):  # type: ignore[misc]
    """A canvas that names no font by itself: ReportLab's would name an un-embedded Helvetica."""

    def _make_preamble(self) -> None:
        self._preamble = "1 0 0 1 0 0 cm"


@dataclass(frozen=True, slots=True)
class Laid:
    """A text set into its box: the operators that draw it, its size, by which factor it was
    made narrower, and what is drawn."""

    operators: str
    size: float
    stretch: float
    text: str
    runs: tuple[DrawnRun, ...]


class Document:
    """One PDF. The same calls give the same bytes."""

    def __init__(self, title: str, subject: str, fonts: FontSet, *, now: datetime) -> None:
        self.fonts = fonts
        self.used = DocumentFonts()
        self._file = io.BytesIO()
        self._canvas = _Canvas(
            self._file, pageCompression=1, invariant=1, lang="ja-JP", pdfVersion=(1, 7)
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor("")
        self._canvas.setSubject(subject)
        self._canvas.setCreator("Madoguchi")
        self._canvas._doc._timeStamp = _TimeStamp(now)
        self._said: dict[str, Any] = {
            "title": title,
            "subject": subject,
            "creator": "Madoguchi",
            "now": now,
        }
        self._size: tuple[float, float] | None = None
        self._fixed: list[str] = []
        self._once: dict[tuple[str, tuple[float, float]], str] = {}
        self._laid: dict[object, Laid] = {}
        self.blocks: dict[object, tuple[str, tuple[DrawnField, ...]]] = {}
        """Blocks that are the same wherever they stand (``Sheet.once``)."""
        self.broken: dict[object, list[str]] = {}
        """Wording broken into lines, by text, role and width."""

    @property
    def canvas(self) -> Canvas:
        """The canvas beneath, for what a test draws over a page."""
        return self._canvas

    @property
    def parts(self) -> int:
        """How many parts are drawn once so far."""
        return len(self._once)

    def begin_page(self, width: float, height: float) -> None:
        """Begin a page of this size in millimetres; the page before is finished."""
        self._end_page()
        self._size = (width, height)
        self._canvas.setPageSize((width * POINTS_PER_MM, height * POINTS_PER_MM))

    def draw(self, operators: str, *, fixed: bool) -> None:
        """Add operators to the page: ``fixed`` for what other pages show as well, which lies
        beneath everything else."""
        if fixed:
            self._fixed.append(operators)
        else:
            self._canvas._code.append(operators)

    def mark(self) -> int:
        """How much of the page is drawn that does not change, for ``since``."""
        return len(self._fixed)

    def since(self, mark: int) -> str:
        """What was drawn since ``mark``."""
        return "\n".join(self._fixed[mark:])

    def picture(self, png: bytes, box: Box) -> None:
        """Draw a picture into the box."""
        x, y = self.point(box.left, box.bottom)
        size = (box.width * POINTS_PER_MM, box.height * POINTS_PER_MM)
        self._canvas.drawImage(ImageReader(io.BytesIO(png)), x, y, *size, mask="auto")

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Millimetres from the page's top left corner as points from the bottom left."""
        assert self._size is not None, "no page was begun"
        return x * POINTS_PER_MM, (self._size[1] - y) * POINTS_PER_MM

    def recall(self, key: object) -> Laid | None:
        """What was laid under this key before."""
        return self._laid.get((key, self._size))

    def remember(self, key: object, laid: Laid) -> None:
        """Keep what was laid: wording and repeated items are set once in a document."""
        if len(self._laid) >= _LAID_AT_ONCE:
            self._laid.clear()
        self._laid[key, self._size] = laid

    def close(self, turned_over: str = "", preferences: Mapping[str, str] | None = None) -> bytes:
        """Finish the file. ``turned_over`` is the edge (``long_edge``, ``short_edge``) over which
        the sheet is turned when it is printed on both sides. The PDF asks for that, and for its
        own size (ISO 32000-1, 12.2); the spool reads it there."""
        self._canvas.setViewerPreference("PrintScaling", "None")
        if turned_over:
            self._canvas.setViewerPreference("Duplex", _TURNED[turned_over])
        for name, value in (preferences or {}).items():
            self._canvas.setViewerPreference(name, value)
        self._end_page()
        self.used.add_to(self._canvas._doc)
        as_archival(self._canvas._doc, **self._said)
        self._canvas.save()
        return self._file.getvalue()

    def _end_page(self) -> None:
        if self._size is None:
            return
        canvas = self._canvas
        if self._fixed:
            # what the page uses (pictures) is the page's: a form begun now would take it away
            own, canvas._code = canvas._code, []
            used, canvas._formsinuse = canvas._formsinuse, []
            canvas.doForm(self._once_drawn("\n".join(self._fixed)))
            canvas._code += own
            canvas._formsinuse += used
            self._fixed = []
        canvas.showPage()
        self._size = None

    def _once_drawn(self, operators: str) -> str:
        """The name of the object that holds these operators; written at their first use."""
        assert self._size is not None
        name = self._once.get((operators, self._size))
        if name is None:
            name = self._once[operators, self._size] = f"fixed{len(self._once) + 1}"
            width, height = self._size
            self._canvas.beginForm(name, 0, 0, width * POINTS_PER_MM, height * POINTS_PER_MM)
            self._canvas._code = [operators]
            self._canvas.endForm()
        return name
