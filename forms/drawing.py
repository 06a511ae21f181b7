"""The only place where text is drawn (DESIGN 7). Everything drawn is written into a record.

A ``Sheet`` is a document being drawn. Places are millimetres from the top left corner, font
sizes points. A text is drawn glyph by glyph from ``forms.fonts``; what does not fit is refused,
never cut.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from app.core.errors import UserError
from app.core.text import clusters
from forms.barcodes import Symbol
from forms.embedding import DocumentFonts
from forms.fonts import FontSet, Line, Missing, Run, refuse_missing_sequences, split_runs
from forms.record import (
    MM_PER_POINT,
    POINTS_PER_MM,
    Box,
    DrawnBarcode,
    DrawnField,
    DrawnGlyph,
    DrawRecord,
    Weight,
)

Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
VERMILION: Colour = (0.82, 0.13, 0.1)
PALE_RED: Colour = (1.0, 0.87, 0.85)

_BASELINE = 0.12  # of an em below the middle line's lower half: the ideographic em box
_WORTH_A_LINE = 1.15
"""A further line is taken only when the text becomes larger by this factor."""

_TURNED = {"long_edge": "DuplexFlipLongEdge", "short_edge": "DuplexFlipShortEdge"}

_NOT_AT_LINE_START = frozenset(
    "、。，．・：；）」』】〕》々ー！？ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]"
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set. ``least`` is the smallest size it may shrink to; 0 forbids shrinking.

    ``align`` is left, center, right or justify (spread over the width); ``spacing`` is in ems
    between clusters; ``lines`` is how many lines it may take; ``leading`` is the step from line
    to line in ems.
    """

    size: float
    least: float = 0.0
    role: str = "gothic"
    align: str = "left"
    spacing: float = 0.0
    lines: int = 1
    leading: float = 1.25
    colour: Colour = BLACK


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


class Sheet:
    """A document being drawn: pages, texts, rules, barcodes, and the record of them."""

    def __init__(
        self,
        form_id: str,
        title: str,
        fonts: FontSet,
        *,
        training: bool,
        now: datetime,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        """``titles`` are the printed titles of the data's attributes, for messages."""
        self._form_id = form_id
        self._fonts = fonts
        self._training = training
        self._titles = titles or {}
        self._file = io.BytesIO()
        self._canvas = _Canvas(
            self._file, pageCompression=1, invariant=1, lang="ja-JP", pdfVersion=(1, 4)
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor("")
        self._canvas.setSubject(form_id)
        self._canvas.setCreator("Madoguchi")
        self._canvas._doc._timeStamp = _TimeStamp(now)
        self._used = DocumentFonts()
        self._pages: list[tuple[float, float]] = []
        self._fields: list[DrawnField] = []
        self._barcodes: list[DrawnBarcode] = []
        self._missing: list[Missing] = []

    @property
    def training(self) -> bool:
        """True when the print must carry 見本."""
        return self._training

    def page(self, width: float, height: float, *parts: Box) -> None:
        """Begin a page of this size.

        A training print gets 見本 behind everything, and behind each of the ``parts`` that are
        to be cut out.
        """
        if self._pages:
            self._canvas.showPage()
        self._canvas.setPageSize((width * POINTS_PER_MM, height * POINTS_PER_MM))
        self._pages.append((width, height))
        if self._training:
            for box in (Box(0.0, 0.0, width, height), *parts):
                self._backdrop("見本", box)

    def measure(self, text: str, box: Box, style: Style) -> float:
        """The width in millimetres that the text takes when it is drawn into the box."""
        line = split_runs(text, self._fonts, 1.0, style.role)
        size, lines = self._fit("", text, line, box, style)
        return max(self._ems(part, style) for part in lines) * size * MM_PER_POINT

    def value(self, name: str, text: str, box: Box, style: Style) -> None:
        """Draw an item of the data; ``name`` is the attribute that it shows."""
        self._text(name, text, box, style, Weight.VALUE)

    def label(self, text: str, box: Box, style: Style) -> None:
        """Draw the form's own wording."""
        self._text("", text, box, style, Weight.LABEL)

    def paragraph(self, lines: Sequence[str], box: Box, style: Style) -> float:
        """Draw wording over several lines, broken to the width; returns the height used.

        Raises UserError ``forms.overflow`` when it does not fit into the box.
        """
        step = style.size * MM_PER_POINT * style.leading
        width = box.width / (style.size * MM_PER_POINT)
        broken = [part for line in lines for part in self._break(line, style.role, width)]
        if step * len(broken) > box.height + 0.01:
            raise _overflow("説明文", "".join(lines), "")
        for number, part in enumerate(broken):
            place = Box(box.left, box.top + number * step, box.width, step)
            self._text("", part, place, replace(style, lines=1), Weight.LABEL)
        return step * len(broken)

    def rule(
        self, x1: float, y1: float, x2: float, y2: float, width: float = 0.2, dash: float = 0.0
    ) -> None:
        """Draw a straight line; ``width`` in millimetres, ``dash`` in millimetres or 0."""
        self._canvas.saveState()
        self._canvas.setLineWidth(width * POINTS_PER_MM)
        if dash:
            self._canvas.setDash([dash * POINTS_PER_MM, dash * POINTS_PER_MM])
        self._canvas.line(*self._point(x1, y1), *self._point(x2, y2))
        self._canvas.restoreState()

    def frame(
        self,
        box: Box,
        width: float = 0.2,
        *,
        radius: float = 0.0,
        dash: float = 0.0,
        colour: Colour = BLACK,
    ) -> None:
        """Draw a rectangle's outline; ``dash`` in millimetres or 0."""
        self._canvas.saveState()
        self._canvas.setLineWidth(width * POINTS_PER_MM)
        self._canvas.setStrokeColorRGB(*colour)
        if dash:
            self._canvas.setDash([dash * POINTS_PER_MM, dash * POINTS_PER_MM])
        x, y = self._point(box.left, box.bottom)
        self._canvas.roundRect(
            x, y, box.width * POINTS_PER_MM, box.height * POINTS_PER_MM, radius * POINTS_PER_MM
        )
        self._canvas.restoreState()

    def fill(self, box: Box, grey: float) -> None:
        """Fill a rectangle; ``grey`` from 0 (black) to 1 (white)."""
        self._canvas.saveState()
        self._canvas.setFillGray(grey)
        x, y = self._point(box.left, box.bottom)
        size = (box.width * POINTS_PER_MM, box.height * POINTS_PER_MM)
        self._canvas.rect(x, y, *size, stroke=0, fill=1)
        self._canvas.restoreState()

    def picture(self, png: bytes, box: Box) -> None:
        """Draw a picture into the box (a seal's image)."""
        x, y = self._point(box.left, box.bottom)
        size = (box.width * POINTS_PER_MM, box.height * POINTS_PER_MM)
        self._canvas.drawImage(ImageReader(io.BytesIO(png)), x, y, *size, mask="auto")

    def barcode(self, name: str, symbol: Symbol, box: Box) -> None:
        """Draw a barcode as one path over the whole box; its quiet zone lies outside."""
        columns, rows = symbol.size
        across = box.width * POINTS_PER_MM / columns
        down = box.height * POINTS_PER_MM / rows
        left, top = self._point(box.left, box.top)
        bars = " ".join(
            _numbers((left + start * across, top - (row + 1) * down, length * across, down)) + " re"
            for row, start, length in symbol.bars
        )
        self._canvas.addLiteral(f"q {_numbers(BLACK)} rg {bars} f Q")
        self._barcodes.append(
            DrawnBarcode(name, len(self._pages) - 1, symbol.text, symbol.symbology, box)
        )

    def finish(self, turned_over: str = "") -> tuple[bytes, DrawRecord, tuple[Missing, ...]]:
        """Close the document: the PDF, the record, and what was drawn as 〓.

        ``turned_over`` is the edge (``long_edge``, ``short_edge``) over which the sheet is turned
        when it is printed on both sides. The PDF asks for that, and for its own size (ISO 32000-1,
        12.2); the spool reads it there.
        """
        self._canvas.setViewerPreference("PrintScaling", "None")
        if turned_over:
            self._canvas.setViewerPreference("Duplex", _TURNED[turned_over])
        self._canvas.showPage()
        self._used.add_to(self._canvas._doc)
        self._canvas.save()
        record = DrawRecord(
            self._form_id,
            self._training,
            tuple(self._pages),
            tuple(self._fields),
            tuple(self._barcodes),
        )
        return self._file.getvalue(), record, tuple(self._missing)

    def _text(self, name: str, text: str, box: Box, style: Style, weight: Weight) -> None:
        line = split_runs(text, self._fonts, 1.0, style.role)
        missing = [replace(item, field=name or text) for item in line.missing]
        refuse_missing_sequences(missing, self._titles.get(name, name or text), name)
        self._missing += missing
        size, lines = self._fit(name, text, line, box, style)
        step = size * MM_PER_POINT * style.leading
        top = box.top + (box.height - step * len(lines)) / 2
        glyphs: list[DrawnGlyph] = []
        for number, part in enumerate(lines):
            middle = top + (number + 0.5) * step
            baseline = middle + (0.5 - _BASELINE) * size * MM_PER_POINT
            glyphs += self._set_line(part, box, baseline, size, style)
        drawn = "".join(glyph.text for glyph in glyphs)
        page = len(self._pages) - 1
        self._fields.append(DrawnField(name, page, drawn, box, size, weight, tuple(glyphs)))

    def _fit(
        self, name: str, text: str, line: Line, box: Box, style: Style
    ) -> tuple[float, list[Line]]:
        """The greatest allowed size at which the text fits, and its lines (Lines of size 1)."""
        best: tuple[float, list[str]] = (0.0, [])
        for count in range(1, style.lines + 1):
            size, parts = self._fit_lines(text, line, box, style, count)
            if size > best[0] * _WORTH_A_LINE:
                best = size, parts
        if best[0] < (style.least or style.size):
            raise _overflow(self._titles.get(name, name or text), text, name)
        return best[0], [split_runs(part, self._fonts, 1.0, style.role) for part in best[1]]

    def _fit_lines(
        self, text: str, line: Line, box: Box, style: Style, count: int
    ) -> tuple[float, list[str]]:
        """The greatest size at which the text fits on ``count`` lines, and its lines; or 0."""
        points_high = box.height / MM_PER_POINT
        size = min(style.size, points_high / (style.leading * (count - 1) + 1))
        if count == 1:
            size = min(size, box.width / MM_PER_POINT / max(self._ems(line, style), 0.01))
        if size < style.size:
            size = math.floor(size * 10 + 1e-6) / 10
        if count == 1:
            return size, [text]
        while size >= (style.least or style.size):
            ems = box.width / (size * MM_PER_POINT)
            parts = self._break(text, style.role, ems)
            if len(parts) <= count and all(self._ems_of(part, style.role) <= ems for part in parts):
                return size, parts
            size = round(size - 0.2, 1)
        return 0.0, []

    def _ems_of(self, text: str, role: str) -> float:
        return split_runs(text, self._fonts, 1.0, role).width

    @staticmethod
    def _ems(line: Line, style: Style) -> float:
        count = sum(len(run.glyphs) for run in line.runs)
        return line.width + style.spacing * max(count - 1, 0)

    def _break(self, text: str, role: str, ems: float) -> list[str]:
        """Break into lines of at most ``ems``; no line begins with a closing sign."""
        lines: list[str] = []
        current: list[str] = []
        width = 0.0
        for cluster in clusters(text):
            advance = self._fonts.advance(cluster, role)
            if current and width + advance > ems + 1e-6:
                carried: list[str] = []
                while len(current) > 1 and (carried or [cluster])[0] in _NOT_AT_LINE_START:
                    carried.insert(0, current.pop())
                lines.append("".join(current))
                current = carried
                width = sum(self._fonts.advance(each, role) for each in carried)
            current.append(cluster)
            width += advance
        return [*lines, "".join(current)]

    def _set_line(
        self, line: Line, box: Box, baseline: float, size: float, style: Style
    ) -> list[DrawnGlyph]:
        em = size * MM_PER_POINT
        count = sum(len(run.glyphs) for run in line.runs)
        gap = style.spacing * em
        if style.align == "justify" and count > 1:
            gap = (box.width - line.width * em) / (count - 1)
        width = line.width * em + gap * max(count - 1, 0)
        slack = box.width - width
        x = box.left + {"center": slack / 2, "right": slack}.get(style.align, 0.0)
        drawn: list[DrawnGlyph] = []
        operators = [f"{_numbers(style.colour)} rg"]
        for run in line.runs:
            operators.append(self._run_operators(run, x, baseline, size, gap))
            for glyph in run.glyphs:
                drawn.append(DrawnGlyph(glyph.cluster, glyph.text, run.path, x, baseline))
                x += glyph.advance * em + gap
        self._canvas.addLiteral("q BT " + " ".join(operators) + " ET Q")
        return drawn

    def _run_operators(self, run: Run, x: float, baseline: float, size: float, gap: float) -> str:
        font = self._used.use(run.font)
        codes = "".join(f"{font.code(glyph.text, glyph.glyph):04X}" for glyph in run.glyphs)
        place = _numbers((size, 0, 0, size, *self._point(x, baseline)))
        spacing = _numbers((gap * POINTS_PER_MM / size,))
        return f"/{font.resource} 1 Tf {spacing} Tc {place} Tm <{codes}> Tj"

    def _backdrop(self, text: str, box: Box) -> None:
        """Draw ``text`` large and pale across the box, under everything that follows."""
        run = split_runs(text, self._fonts, 1.0, "gothic").runs[0]
        size = min(box.width, box.height) * POINTS_PER_MM * 0.42
        angle = math.radians(30)
        turn, rise = math.cos(angle) * size, math.sin(angle) * size
        middle_x, middle_y = self._point(box.left + box.width / 2, box.top + box.height / 2)
        start_x = middle_x - turn * run.width / 2 + rise * (0.5 - _BASELINE)
        start_y = middle_y - rise * run.width / 2 - turn * (0.5 - _BASELINE)
        font = self._used.use(run.font)
        codes = "".join(f"{font.code(glyph.text, glyph.glyph):04X}" for glyph in run.glyphs)
        place = _numbers((turn, rise, -rise, turn, start_x, start_y))
        self._canvas.addLiteral(
            f"q BT {_numbers(PALE_RED)} rg /{font.resource} 1 Tf {place} Tm <{codes}> Tj ET Q"
        )
        height = self._pages[-1][1]
        drawn = []
        for number, glyph in enumerate(run.glyphs):
            x = (start_x + number * turn * glyph.advance) * MM_PER_POINT
            y = height - (start_y + number * rise * glyph.advance) * MM_PER_POINT
            drawn.append(DrawnGlyph(glyph.cluster, glyph.text, run.path, x, y))
        page = len(self._pages) - 1
        self._fields.append(DrawnField("", page, text, box, size, Weight.BACKDROP, tuple(drawn)))

    def _point(self, x: float, y: float) -> tuple[float, float]:
        """Millimetres from the top left corner to the PDF's points from the bottom left."""
        return x * POINTS_PER_MM, (self._pages[-1][1] - y) * POINTS_PER_MM


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.4f}".rstrip("0").rstrip(".") for value in values)


def _overflow(title: str, text: str, name: str) -> UserError:
    return UserError(
        "forms.overflow",
        f"「{title}」の文字数が多く、読める大きさでは枠に収まりません（{len(clusters(text))}文字）。",
        "切り詰めては印刷しません。文字超過リストに載せ、広域連合の指示する書き方を確認してください。",
        field=name,
    )
