"""The only place where text is drawn (DESIGN 7). Everything drawn is written into a record.

A ``Sheet`` is a document being drawn. Places are millimetres from the top left corner, font
sizes points. A text is drawn glyph by glyph from ``forms.fonts``; what does not fit is refused,
never cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.errors import UserError
from app.core.text import clusters
from forms.barcodes import Symbol
from forms.document import Document, Laid
from forms.fonts import Line, Missing, Run, refuse_missing_sequences, split_runs
from forms.record import (
    MM_PER_POINT,
    POINTS_PER_MM,
    Box,
    DrawnBarcode,
    DrawnField,
    DrawnPicture,
    DrawnRun,
    DrawRecord,
    Weight,
)

Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
VERMILION: Colour = (0.82, 0.13, 0.1)
PALE_RED: Colour = (1.0, 0.87, 0.85)

_CIRCLE = 0.5523  # of the radius: where the handles of a quarter circle's curve lie
_BASELINE = 0.12  # of an em below the middle line's lower half: the ideographic em box
_WORTH_A_LINE = 1.15
"""A further line is taken only when the text becomes larger by this factor."""

_NOT_AT_LINE_START = frozenset(
    "、。，．・：；）」』】〕》々ー！？ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]"
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set. ``least`` is the smallest size it may shrink to; 0 forbids shrinking.

    ``align`` is left, center, right or justify (spread over the width); ``spacing`` is in ems
    between clusters; ``lines`` is how many lines it may take; ``leading`` is the step from line
    to line in ems. ``condense`` is how narrow the characters may be made (長体), as a factor of
    their width, before the text becomes smaller or takes a further line.
    """

    size: float
    least: float = 0.0
    role: str = "gothic"
    align: str = "left"
    spacing: float = 0.0
    lines: int = 1
    leading: float = 1.25
    colour: Colour = BLACK
    condense: float = 1.0


@dataclass(frozen=True, slots=True)
class Carrier:
    """A larger sheet on which a card lies: how it comes off (``cut``, ``peel``), its size, where
    the card's front begins (millimetres), and where it is folded."""

    kind: str
    width: float
    height: float
    left: float
    top: float
    folds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """A card on its carrier; ``around`` draws what stands beside it, once, on the front."""

    carrier: Carrier
    around: Callable[[Sheet, Box], None]

    def place(self, page: int, width: float, height: float) -> Box:
        """Where the card lies on a page (from 0): a back is turned over the long edge."""
        left = self.carrier.left
        if page % 2:
            left = self.carrier.width - left - width
        return Box(left, self.carrier.top, width, height)


class Sheet:
    """One paper being drawn into a document: pages, texts, rules, barcodes, and the record of
    them. A document may hold many papers, one after the other; each has its own record."""

    def __init__(
        self,
        document: Document,
        form_id: str,
        *,
        training: bool,
        titles: Mapping[str, str] | None = None,
        carried: Carried | None = None,
    ) -> None:
        """``titles`` are the printed titles of the data's attributes, for messages. ``carried``:
        the pages are a card, front and back, that lies on a larger sheet; places go on being the
        card's own."""
        self._document = document
        self._fonts = document.fonts
        self._form_id = form_id
        self._training = training
        self._titles = titles or {}
        self._pages: list[tuple[float, float]] = []
        self._fields: list[DrawnField] = []
        self._barcodes: list[DrawnBarcode] = []
        self._pictures: list[DrawnPicture] = []
        self._missing: list[Missing] = []
        self._carried = carried
        self._origin = (0.0, 0.0)

    @property
    def training(self) -> bool:
        """True when the print must carry 見本."""
        return self._training

    def page(self, width: float, height: float, *parts: Box, across: str = "") -> None:
        """Begin a page of this size.

        A training print gets 見本 behind everything, and behind each of the ``parts`` that are
        to be cut out. ``across`` is a word that stands behind everything on every print, in
        training after 見本.
        """
        card = None
        if self._carried is not None:
            card = self._carried.place(len(self._pages), width, height)
            width, height = self._carried.carrier.width, self._carried.carrier.height
            parts = (card,)
        self._document.begin_page(width, height)
        self._pages.append((width, height))
        self._origin = (0.0, 0.0)
        if self._training:
            for box in (Box(0.0, 0.0, width, height), *parts):
                self._backdrop(f"見本{across}", box)
        elif across:
            self._backdrop(across, Box(0.0, 0.0, width, height))
        if self._carried is not None and card is not None:
            if len(self._pages) == 1:
                self._carried.around(self, card)
            self._origin = card.left, card.top

    def _at(self, box: Box) -> Box:
        """The box where it lies on the sheet."""
        across, down = self._origin
        return replace(box, left=box.left + across, top=box.top + down) if across or down else box

    def once(self, key: object, draw: Callable[[], None]) -> None:
        """Draw a block of wording and rules that is the same wherever ``key`` is: laid out at its
        first time in the document, and taken as it was from then on. ``draw`` draws nothing that
        changes: no value, no wording that moves, no barcode."""
        page = len(self._pages) - 1
        place = (key, self._pages[-1], self._origin, self._training)
        block = self._document.blocks.get(place)
        if block is None:
            before, operators = len(self._fields), self._document.mark()
            draw()
            block = self._document.since(operators), tuple(self._fields[before:])
            self._document.blocks[place] = block
            return
        self._document.draw(block[0], fixed=True)
        self._fields += [one if one.page == page else replace(one, page=page) for one in block[1]]

    def measure(self, text: str, box: Box, style: Style) -> float:
        """The width in millimetres that the text takes when it is drawn into the box."""
        line = split_runs(text, self._fonts, 1.0, style.role)
        size, lines = self._fit("", text, line, box, style)
        width = max(self._ems(part, style) for part in lines) * size * MM_PER_POINT
        return min(width, box.width)

    def value(self, name: str, text: str, box: Box, style: Style) -> None:
        """Draw an item of the data; ``name`` is the attribute that it shows."""
        self._text(name, text, box, style, Weight.VALUE)

    def label(self, text: str, box: Box, style: Style, *, moves: bool = False) -> None:
        """Draw the form's own wording; ``moves`` when its place follows the data (様 after a
        name), so that it is no part of what is drawn once."""
        self._text("", text, box, style, Weight.LABEL, moves=moves)

    def paragraph(self, lines: Sequence[str], box: Box, style: Style) -> float:
        """Draw wording over several lines, broken to the width; returns the height used.

        Raises UserError ``forms.overflow`` when it does not fit into the box.
        """
        step = style.size * MM_PER_POINT * style.leading
        width = box.width / (style.size * MM_PER_POINT)
        broken = [part for line in lines for part in self._broken(line, style.role, width)]
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
        across, down = self._origin
        start = self._document.point(x1 + across, y1 + down)
        end = self._document.point(x2 + across, y2 + down)
        self._stroke(f"{_numbers(start)} m {_numbers(end)} l S", width, dash, BLACK)

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
        self.once(
            ("frame", box, width, radius, dash, colour),
            lambda: self._frame(box, radius, (width, dash, colour)),
        )

    def _frame(self, box: Box, radius: float, pen: tuple[float, float, Colour]) -> None:
        box = self._at(box)
        x, y = self._document.point(box.left, box.bottom)
        across, down = box.width * POINTS_PER_MM, box.height * POINTS_PER_MM
        path = f"{_numbers((x, y, across, down))} re S"
        if radius:
            path = _round_path(x, y, across, down, radius * POINTS_PER_MM)
        self._stroke(path, *pen)

    def fill(self, box: Box, grey: float) -> None:
        """Fill a rectangle; ``grey`` from 0 (black) to 1 (white)."""
        box = self._at(box)
        x, y = self._document.point(box.left, box.bottom)
        size = (box.width * POINTS_PER_MM, box.height * POINTS_PER_MM)
        operators = f"q {_numbers((grey,))} g {_numbers((x, y, *size))} re f Q"
        self._document.draw(operators, fixed=True)

    def picture(self, png: bytes, box: Box) -> None:
        """Draw a picture into the box (a seal's image)."""
        box = self._at(box)
        self._document.picture(png, box)
        self._pictures.append(DrawnPicture(len(self._pages) - 1, box))

    def barcode(self, name: str, symbol: Symbol, box: Box) -> None:
        """Draw a barcode as one path over the whole box; its quiet zone lies outside.

        The path is drawn in modules and stretched to the box by the matrix.
        """
        box = self._at(box)
        columns, rows = symbol.size
        across = box.width * POINTS_PER_MM / columns
        down = box.height * POINTS_PER_MM / rows
        place = _numbers((across, 0, 0, -down, *self._document.point(box.left, box.top)))
        bars = " ".join(f"{start} {row} {length} 1 re" for row, start, length in symbol.bars)
        operators = f"q {_numbers(BLACK)} rg {place} cm {bars} f Q"
        self._document.draw(operators, fixed=False)
        self._barcodes.append(
            DrawnBarcode(name, len(self._pages) - 1, symbol.text, symbol.symbology, box)
        )

    def finish(self) -> tuple[DrawRecord, tuple[Missing, ...]]:
        """The record of this paper, and what was drawn as 〓."""
        record = DrawRecord(
            self._form_id,
            self._training,
            tuple(self._pages),
            tuple(self._fields),
            tuple(self._barcodes),
            tuple(self._pictures),
        )
        return record, tuple(self._missing)

    def _stroke(self, path: str, width: float, dash: float, colour: Colour) -> None:
        dashes = f"[{_numbers((dash * POINTS_PER_MM,) * 2)}] 0 d " if dash else ""
        pen = f"{_numbers((width * POINTS_PER_MM,))} w {_numbers(colour)} RG"
        self._document.draw(f"q {pen} {dashes}{path} Q", fixed=True)

    def _text(
        self, name: str, text: str, box: Box, style: Style, weight: Weight, *, moves: bool = False
    ) -> None:
        box = self._at(box)
        key = (text, box, style)
        laid = self._document.recall(key)
        if laid is None:
            laid, whole = self._lay(name, text, box, style)
            if whole:
                self._document.remember(key, laid)
        self._document.draw(laid.operators, fixed=weight is Weight.LABEL and not moves)
        page = len(self._pages) - 1
        self._fields.append(
            DrawnField(
                name, page, laid.text, box, laid.size, weight, laid.runs, laid.stretch, moves
            )
        )

    def _lay(self, name: str, text: str, box: Box, style: Style) -> tuple[Laid, bool]:
        """The text set into its box, and whether nothing of it is missing."""
        line = split_runs(text, self._fonts, 1.0, style.role)
        missing = [replace(item, field=name or text) for item in line.missing]
        refuse_missing_sequences(missing, self._titles.get(name, name or text), name)
        self._missing += missing
        size, lines = self._fit(name, text, line, box, style)
        stretch = self._stretch(lines, size, box, style)
        step = size * MM_PER_POINT * style.leading
        top = box.top + (box.height - step * len(lines)) / 2
        operators: list[str] = []
        runs: list[DrawnRun] = []
        for number, part in enumerate(lines):
            middle = top + (number + 0.5) * step
            baseline = middle + (0.5 - _BASELINE) * size * MM_PER_POINT
            self._set_line(part, box, (baseline, size, stretch), style, (operators, runs))
        drawn = "".join(part for run in runs for part in run.texts)
        return Laid("\n".join(operators), size, stretch, drawn, tuple(runs)), not missing

    def _stretch(self, lines: Sequence[Line], size: float, box: Box, style: Style) -> float:
        """By which factor the lines are made narrower so that they fit; 1 for not at all."""
        widest = max(self._ems(line, style) for line in lines) * size * MM_PER_POINT
        return min(1.0, math.floor(box.width / max(widest, 0.01) * 1000) / 1000)

    def _fit(
        self, name: str, text: str, line: Line, box: Box, style: Style
    ) -> tuple[float, list[Line]]:
        """The greatest allowed size at which the text fits, and its lines (Lines of size 1)."""
        box = replace(box, width=box.width / style.condense)
        least = style.least or style.size
        best: tuple[float, list[str]] = (0.0, [])
        for count in range(1, style.lines + 1):
            size, parts = self._fit_lines(text, line, box, style, count)
            # a line too small to be read is worth nothing, however near it comes
            if size > best[0] * _WORTH_A_LINE or best[0] < least <= size:
                best = size, parts
        if best[0] < least:
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

    def _broken(self, text: str, role: str, ems: float) -> list[str]:
        """As ``_break``, remembered in the document: wording is the same on every sheet."""
        key = (text, role, ems)
        found = self._document.broken.get(key)
        if found is None:
            found = self._document.broken[key] = self._break(text, role, ems)
        return found

    def _break(self, text: str, role: str, ems: float) -> list[str]:
        """Break into lines of at most ``ems``, after a space where one is near; no line begins
        with a closing sign."""
        lines: list[str] = []
        current: list[str] = []
        width = 0.0
        for cluster in clusters(text):
            advance = self._fonts.advance(cluster, role)
            if current and width + advance > ems + 1e-6:
                space = max((at for at, sign in enumerate(current) if sign == "　"), default=-1)
                carried = current[space + 1 :] if space >= len(current) // 2 else []
                current = current[: len(current) - len(carried)]
                while len(current) > 1 and (carried or [cluster])[0] in _NOT_AT_LINE_START:
                    carried.insert(0, current.pop())
                lines.append("".join(current))
                current = carried
                width = sum(self._fonts.advance(each, role) for each in carried)
            current.append(cluster)
            width += advance
        return [*lines, "".join(current)]

    def _set_line(
        self,
        line: Line,
        box: Box,
        place: tuple[float, float, float],
        style: Style,
        out: tuple[list[str], list[DrawnRun]],
    ) -> None:
        """Set one line into the box; ``place`` is its baseline (mm), size (points) and stretch."""
        baseline, size, stretch = place
        operators, runs = out
        em = size * MM_PER_POINT * stretch
        count = sum(len(run.glyphs) for run in line.runs)
        gap = style.spacing * em
        if style.align == "justify" and count > 1:
            gap = (box.width - line.width * em) / (count - 1)
        width = line.width * em + gap * max(count - 1, 0)
        slack = box.width - width
        x = box.left + {"center": slack / 2, "right": slack}.get(style.align, 0.0)
        drawn = [f"{_numbers(style.colour)} rg"]
        for run in line.runs:
            drawn.append(self._run_operators(run, (x, baseline), (size, stretch), gap))
            advances = tuple(glyph.advance * em + gap for glyph in run.glyphs)
            runs.append(
                DrawnRun(
                    run.path,
                    tuple(glyph.cluster for glyph in run.glyphs),
                    tuple(glyph.text for glyph in run.glyphs),
                    advances,
                    x,
                    baseline,
                )
            )
            x += sum(advances)
        operators.append("q BT " + " ".join(drawn) + " ET Q")

    def _run_operators(
        self, run: Run, at: tuple[float, float], scale: tuple[float, float], gap: float
    ) -> str:
        size, stretch = scale
        font = self._document.used.use(run.font)
        codes = "".join(f"{font.code(glyph.text, glyph.glyph):04X}" for glyph in run.glyphs)
        place = _numbers((size * stretch, 0, 0, size, *self._document.point(*at)))
        spacing = _numbers((gap * POINTS_PER_MM / size / stretch,))
        return f"/{font.resource} 1 Tf {spacing} Tc {place} Tm <{codes}> Tj"

    def _backdrop(self, text: str, box: Box) -> None:
        """Draw ``text`` large and pale across the box, under everything that follows."""
        run = split_runs(text, self._fonts, 1.0, "gothic").runs[0]
        size = min(box.width, box.height) * POINTS_PER_MM * 0.42
        angle = math.radians(30)
        turn, rise = math.cos(angle) * size, math.sin(angle) * size
        middle_x, middle_y = self._document.point(
            box.left + box.width / 2, box.top + box.height / 2
        )
        start_x = middle_x - turn * run.width / 2 + rise * (0.5 - _BASELINE)
        start_y = middle_y - rise * run.width / 2 - turn * (0.5 - _BASELINE)
        font = self._document.used.use(run.font)
        codes = "".join(f"{font.code(glyph.text, glyph.glyph):04X}" for glyph in run.glyphs)
        place = _numbers((turn, rise, -rise, turn, start_x, start_y))
        operators = f"q BT {_numbers(PALE_RED)} rg /{font.resource} 1 Tf {place} Tm <{codes}> Tj"
        self._document.draw(f"{operators} ET Q", fixed=True)
        drawn = DrawnRun(
            run.path,
            tuple(glyph.cluster for glyph in run.glyphs),
            tuple(glyph.text for glyph in run.glyphs),
            tuple(turn * glyph.advance * MM_PER_POINT for glyph in run.glyphs),
            start_x * MM_PER_POINT,
            self._pages[-1][1] - start_y * MM_PER_POINT,
            math.tan(angle),
        )
        page = len(self._pages) - 1
        self._fields.append(DrawnField("", page, text, box, size, Weight.BACKDROP, (drawn,)))


def _round_path(x: float, y: float, across: float, down: float, radius: float) -> str:
    """A rectangle with round corners, from its bottom left corner, as operators."""
    near = radius * (1 - _CIRCLE)
    right, top = x + across, y + down
    return " ".join(
        (
            f"{_numbers((x + radius, y))} m {_numbers((right - radius, y))} l",
            f"{_numbers((right - near, y, right, y + near, right, y + radius))} c",
            f"{_numbers((right, top - radius))} l",
            f"{_numbers((right, top - near, right - near, top, right - radius, top))} c",
            f"{_numbers((x + radius, top))} l",
            f"{_numbers((x + near, top, x, top - near, x, top - radius))} c",
            f"{_numbers((x, y + radius))} l",
            f"{_numbers((x, y + near, x + near, y, x + radius, y))} c s",
        )
    )


def _numbers(values: Iterable[float]) -> str:
    return " ".join([f"{value:.4f}".rstrip("0").rstrip(".") for value in values])


def _overflow(title: str, text: str, name: str) -> UserError:
    return UserError(
        "forms.overflow",
        f"「{title}」の文字数が多く、読める大きさでは枠に収まりません（{len(clusters(text))}文字）。",
        "切り詰めては印刷しません。文字超過リストに載せ、広域連合の指示する書き方を確認してください。",
        field=name,
    )
