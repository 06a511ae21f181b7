"""The source fonts, read anew by another reader than the one that drew (fontTools)."""

from __future__ import annotations

import functools
import io
import mmap
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

K = TypeVar("K")
V = TypeVar("V")

_KEPT = 4096  # outlines remembered at once; the wording of the forms needs some hundreds
_STEPS = 6  # straight pieces per curve; at 300 dpi finer than a pixel for any size on a form


@dataclass(frozen=True, slots=True)
class Outline:
    """The contours of a glyph in font units: x and y of each point, which lie on the curve
    (1 or 0 each), and the number of the last point of each contour.
    """

    em: int
    coordinates: bytes
    on_curve: bytes
    ends: tuple[int, ...]

    def contours(self) -> Iterator[tuple[tuple[float, float, bool], ...]]:
        """Each contour as (x, y, on the curve) in ems."""
        points = np.frombuffer(self.coordinates).reshape(-1, 2) / self.em
        full = [
            (float(x), float(y), bool(on)) for (x, y), on in zip(points, self.on_curve, strict=True)
        ]
        start = 0
        for end in self.ends:
            yield tuple(full[start : end + 1])
            start = end + 1


class Outlines:
    """The outlines of a TrueType file, each read where it lies when it is asked for.

    fontTools' own table object would first read all of them (0.1 s and 100 MB for a font of 46 MB).
    """

    extended = False  # fontTools asks: no glyph numbers beyond 16 bits

    def __init__(self, content: bytes | mmap.mmap, font: TTFont) -> None:
        self._content = content
        self._start = font.reader.tables["glyf"].offset
        self._locations = font["loca"].locations
        self._em = font["head"].unitsPerEm

    def outline(self, glyph: int) -> Outline:
        """The contours of a glyph with its components put in place."""
        coordinates, ends, flags = self[self.getGlyphName(glyph)].getCoordinates(self)
        return Outline(
            self._em,
            np.array(coordinates.array, dtype=np.float64).tobytes(),
            bytes(flag & 1 for flag in flags),
            tuple(ends),
        )

    def simple_data(self, glyph: int) -> bytes | None:
        """The stored bytes of a glyph without components, which alone determine its outline."""
        data = self._data(glyph)
        return data if data[:1] < b"\x80" else None

    def _data(self, glyph: int) -> bytes:
        start, end = self._locations[glyph], self._locations[glyph + 1]
        return bytes(self._content[self._start + start : self._start + end])

    def getGlyphName(self, glyph: int) -> str:
        """What fontTools asks for when it reads a component."""
        return f"g{glyph}"

    def __getitem__(self, name: str) -> Glyph:
        glyph = Glyph(self._data(int(name[1:])))
        glyph.expand(self)
        return glyph


class SourceFont:
    """One configured font file as fontTools reads it; parsed at the first question only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._edges: dict[int, np.ndarray] = {}
        self._known: dict[int, Outline] = {}
        self._embedded: dict[bytes, Outline] = {}
        self._lock = threading.RLock()

    @cached_property
    def _content(self) -> mmap.mmap:
        with self.path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    @cached_property
    def _font(self) -> TTFont:
        font = TTFont(self._content, lazy=True)  # of a path it would keep a file open
        # Real glyph names are neither needed nor cheap to make.
        font.setGlyphOrder([f"g{number}" for number in range(font["maxp"].numGlyphs)])
        return font

    @cached_property
    def _outlines(self) -> Outlines:
        return Outlines(self._content, self._font)

    @cached_property
    def _characters(self) -> dict[int, str]:
        return dict(self._font["cmap"].getBestCmap())

    @cached_property
    def _sequences(self) -> dict[tuple[int, int], str | None]:
        table = self._font["cmap"].getcmap(0, 5)
        if table is None:
            return {}
        return {
            (base, selector): name
            for selector, pairs in table.uvsDict.items()
            for base, name in pairs
        }

    def find_glyph(self, cluster: str) -> int | None:
        """The glyph of exactly this cluster, or None."""
        name: str | None
        if len(cluster) == 2 and (ord(cluster[0]), ord(cluster[1])) in self._sequences:
            name = self._sequences[ord(cluster[0]), ord(cluster[1])]
            if name is None:  # listed as the font's default shape of the bare character
                name = self._characters.get(ord(cluster[0]))
        else:
            whole = unicodedata.normalize("NFC", cluster) if len(cluster) > 1 else cluster
            name = self._characters.get(ord(whole)) if len(whole) == 1 else None
        return None if name is None else int(self._font.getGlyphID(name))

    def outline(self, glyph: int) -> Outline:
        """The glyph's contours."""
        return self._remember(self._known, glyph, lambda: self._outlines.outline(glyph))

    def bounds(self, glyph: int) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the outline in ems; nothing for an empty one."""
        edges = self.edges(glyph)
        if not len(edges):
            return 0.0, 0.0, 0.0, 0.0
        across, down = edges[:, [0, 2]], edges[:, [1, 3]]
        return float(across.min()), float(down.min()), float(across.max()), float(down.max())

    def advance(self, glyph: int) -> float:
        """How far the next glyph is, in ems."""
        font = self._font
        return float(font["hmtx"][f"g{glyph}"][0]) / float(font["head"].unitsPerEm)

    def edges(self, glyph: int) -> np.ndarray:
        """The contours as straight pieces: rows of x1, y1, x2, y2 in ems."""
        return self._remember(self._edges, glyph, lambda: flatten(self.outline(glyph)))

    def embedded_outline(self, program: Outlines, glyph: int) -> Outline:
        """The contours of a glyph of a subset; equal stored bytes are parsed only once."""
        data = program.simple_data(glyph)
        if data is None:
            return program.outline(glyph)
        return self._remember(self._embedded, data, lambda: program.outline(glyph))

    def _remember(self, known: dict[K, V], key: K, make: Callable[[], V]) -> V:
        with self._lock:
            found = known.get(key)
            if found is None:
                if len(known) >= _KEPT:
                    known.clear()
                found = known[key] = make()
        return found

    def warm(self) -> None:
        """Parse now what the first question would have to parse."""
        self.find_glyph("一")
        self.outline(0)


class SourceFonts:
    """The configured fonts by path and by the name under which a PDF embeds them."""

    def __init__(self, fonts: Mapping[Path, str]) -> None:
        self._by_path = {path: _read_once(path, path.stat().st_mtime_ns) for path in fonts}
        self._by_name = {
            re.sub(r"[^A-Za-z0-9]", "", name): self._by_path[path] for path, name in fonts.items()
        }

    def at(self, path: Path) -> SourceFont:
        """The font of this file, which must be a configured one."""
        return self._by_path[path]

    def named(self, embedded: str) -> SourceFont | None:
        """The configured font that ``ABCDEF+Name`` was made from, or None."""
        return self._by_name.get(embedded.rpartition("+")[2])

    def warm(self) -> None:
        """Parse all fonts now, so that the first proof of the day is not slower."""
        for font in self._by_path.values():
            font.warm()


@functools.cache
def _read_once(path: Path, changed: int) -> SourceFont:
    """One reader for one file in a process: its tables take long to read and do not change."""
    return SourceFont(path)


def embedded_outlines(program: bytes) -> Outlines:
    """The outlines of a font program taken out of a PDF."""
    return Outlines(program, TTFont(io.BytesIO(program), lazy=True))


def flatten(outline: Outline) -> np.ndarray:
    """Straight pieces (x1, y1, x2, y2) of TrueType's quadratic contours."""
    pieces: list[np.ndarray] = []
    time = np.linspace(0.0, 1.0, _STEPS + 1)[:, None]
    for contour in outline.contours():
        corners = _with_implied_points(contour)
        line: list[np.ndarray] = [np.array([corners[0][:2]])]
        at = 0
        while at + 1 < len(corners):
            if corners[at + 1][2]:
                line.append(np.array([corners[at + 1][:2]]))
                at += 1
                continue
            first, control, last = (np.array(corners[at + step][:2]) for step in range(3))
            curve = (1 - time) ** 2 * first + 2 * time * (1 - time) * control + time**2 * last
            line.append(curve[1:])
            at += 2
        points = np.concatenate(line)
        pieces.append(np.hstack([points[:-1], points[1:]]))
    return np.concatenate(pieces) if pieces else np.empty((0, 4))


def _with_implied_points(
    contour: tuple[tuple[float, float, bool], ...],
) -> list[tuple[float, float, bool]]:
    """The closed contour, begun on the curve, with the points between two controls written out."""
    full: list[tuple[float, float, bool]] = []
    for number, point in enumerate(contour):
        before = contour[number - 1]
        if not point[2] and not before[2]:
            full.append(((point[0] + before[0]) / 2, (point[1] + before[1]) / 2, True))
        full.append(point)
    start = next((number for number, point in enumerate(full) if point[2]), 0)
    turned = full[start:] + full[:start]
    return [*turned, turned[0]]
