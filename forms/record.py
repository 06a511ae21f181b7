"""What was drawn and where: the drawing's own account, against which the proof reads the paper.

All places are millimetres from the top left corner of the sheet; font sizes are points.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

POINTS_PER_MM = 72 / 25.4
MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres; ``top`` grows downwards."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def inset(self, across: float, down: float = 0.0) -> Box:
        """The box made smaller by ``across`` on both sides and ``down`` above and below."""
        return Box(
            self.left + across, self.top + down, self.width - 2 * across, self.height - 2 * down
        )

    def holds(self, other: Box, slack: float = 0.0) -> bool:
        """True when ``other`` lies inside, but for ``slack`` millimetres."""
        return (
            other.left >= self.left - slack
            and other.right <= self.right + slack
            and other.top >= self.top - slack
            and other.bottom <= self.bottom + slack
        )

    def holds_point(self, x: float, y: float, slack: float = 0.0) -> bool:
        """True when the point lies inside, but for ``slack`` millimetres."""
        return (
            self.left - slack <= x <= self.right + slack
            and self.top - slack <= y <= self.bottom + slack
        )


class Weight(Enum):
    """How much hangs on a text."""

    VALUE = "value"  # an item of the data: proved down to its ink
    LABEL = "label"  # the form's own wording: proved by text, box and outline
    BACKDROP = "backdrop"  # 見本 behind everything


@dataclass(frozen=True, slots=True)
class DrawnGlyph:
    """One cluster on paper. ``cluster`` is the data's, ``text`` what is drawn (〓 if missing)."""

    cluster: str
    text: str
    font: Path
    x: float
    baseline: float


@dataclass(frozen=True, slots=True)
class DrawnRun:
    """Neighbouring clusters of one font on a line, from the origin of the first. ``advances`` are
    millimetres to the next one, spacing included; ``rise`` is how far the line climbs in one
    millimetre (見本 is set aslant)."""

    font: Path
    clusters: tuple[str, ...]
    texts: tuple[str, ...]
    advances: tuple[float, ...]
    x: float
    baseline: float
    rise: float = 0.0


@dataclass(frozen=True, slots=True)
class DrawnField:
    """One text on one page (from 0). ``name`` is the data's attribute; empty for labels.
    ``stretch`` is the factor by which its characters were made narrower (長体); ``moves``
    marks wording whose place follows the data, so that it is no part of what is drawn once."""

    name: str
    page: int
    text: str
    box: Box
    size: float
    weight: Weight
    runs: tuple[DrawnRun, ...]
    stretch: float = 1.0
    moves: bool = False

    @property
    def glyphs(self) -> tuple[DrawnGlyph, ...]:
        """Each cluster with its place."""
        drawn = []
        for run in self.runs:
            x = run.x
            for cluster, text, advance in zip(run.clusters, run.texts, run.advances, strict=True):
                baseline = run.baseline - (x - run.x) * run.rise
                drawn.append(DrawnGlyph(cluster, text, run.font, x, baseline))
                x += advance
        return tuple(drawn)


@dataclass(frozen=True, slots=True)
class DrawnBarcode:
    """One barcode; ``name`` is the data's attribute that it carries."""

    name: str
    page: int
    text: str
    symbology: str
    box: Box


@dataclass(frozen=True, slots=True)
class DrawnPicture:
    """One picture (a seal's image) and its place."""

    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """Everything drawn into one PDF. ``pages`` are (width, height) in millimetres."""

    form_id: str
    training: bool
    pages: tuple[tuple[float, float], ...]
    fields: tuple[DrawnField, ...]
    barcodes: tuple[DrawnBarcode, ...]
    pictures: tuple[DrawnPicture, ...] = ()

    def named(self, name: str) -> tuple[DrawnField, ...]:
        """The fields that show this attribute; a value may stand in several places."""
        return tuple(field for field in self.fields if field.name == name)
