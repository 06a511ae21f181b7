"""Expected ink: outlines turned into pixels by our own few lines, to hold against a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forms.record import Box

_SUB = 4  # scan lines per pixel row; across, coverage is exact


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A rendered page. ``size`` is the sheet in millimetres, which fills the picture exactly."""

    pixels: np.ndarray
    size: tuple[float, float]

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels per millimetre across and down."""
        return self.pixels.shape[1] / self.size[0], self.pixels.shape[0] / self.size[1]

    def corner(self, box: Box) -> tuple[int, int]:
        """The pixel column and row at which the box begins, not outside the picture."""
        across, down = self.scale
        return max(int(box.left * across), 0), max(int(box.top * down), 0)

    def crop(self, box: Box) -> np.ndarray:
        """The part of the picture that shows the box; empty when it lies outside."""
        across, down = self.scale
        left, top = self.corner(box)
        return self.pixels[top : int(box.bottom * down) + 1, left : int(box.right * across) + 1]


def paint(edges: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Coverage 0..1 of closed contours given as pieces (x1, y1, x2, y2) in pixels, y down.

    Contours fill by the non-zero rule, as TrueType's do.
    """
    painted = np.zeros((rows, columns), dtype=np.float32)
    if not len(edges):
        return painted
    left, right = np.clip(_reach(edges[:, [0, 2]]), 0, columns)
    top, bottom = np.clip(_reach(edges[:, [1, 3]]), 0, rows)
    if right > left and bottom > top:
        moved = edges - np.tile((left, top), 2)
        painted[top:bottom, left:right] = _coverage(moved, bottom - top, right - left)
    return painted


def _reach(values: np.ndarray) -> tuple[int, int]:
    return int(np.floor(values.min())), int(np.ceil(values.max()))


def _coverage(edges: np.ndarray, rows: int, columns: int) -> np.ndarray:
    x1, y1, x2, y2 = edges.T
    down = y2 > y1
    top, bottom = np.where(down, y1, y2) * _SUB, np.where(down, y2, y1) * _SUB
    first = np.clip(np.ceil(top - 0.5), 0, rows * _SUB).astype(np.int64)
    last = np.clip(np.ceil(bottom - 0.5), 0, rows * _SUB).astype(np.int64)
    count = last - first
    piece = np.repeat(np.arange(len(edges)), count)
    offset = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    line = first[piece] + offset
    height = (line + 0.5) / _SUB
    slope = (x2 - x1)[piece] / (y2 - y1)[piece]
    crossing = np.clip(x1[piece] + (height - y1[piece]) * slope, 0, columns)
    pixel = crossing.astype(np.int64)
    part = crossing - pixel
    sign = np.where(down, 1.0, -1.0)[piece]
    width = columns + 2
    at = line * width + pixel
    change = np.bincount(
        np.concatenate([at, at + 1]),
        np.concatenate([sign * (1 - part), sign * part]),
        minlength=rows * _SUB * width,
    )
    winding = np.cumsum(change.reshape(rows * _SUB, width)[:, :columns], axis=1)
    covered = np.minimum(np.abs(winding, out=winding), 1.0, out=winding)
    return np.asarray(sum(covered[step::_SUB] for step in range(_SUB)) / _SUB)


def dark(pixels: np.ndarray) -> np.ndarray:
    """Black ink 0..1 of a picture with colour channels; coloured marks and seals count as none."""
    brightest = np.maximum(np.maximum(pixels[:, :, 0], pixels[:, :, 1]), pixels[:, :, 2])
    return np.asarray((255 - brightest).astype(np.float32) / np.float32(255.0))


def difference(seen: np.ndarray, expected: np.ndarray) -> float:
    """How much ink is missing or too much, 0 to 1: the worst place of the picture.

    Both are averaged over 3 × 3 pixels, and a shift of one pixel costs nothing: PDFium sets
    small glyphs to whole pixels. A stroke one pixel (0.08 mm) wide that is missing gives 0.3.
    """
    seen, expected = _averaged(seen), _averaged(expected)
    missing = expected - _widened(seen)
    surplus = seen - _widened(expected)
    return float(max(missing.max(), surplus.max()))


def _averaged(image: np.ndarray) -> np.ndarray:
    padded = np.pad(image, 1, mode="edge")
    across = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    return np.asarray((across[:-2] + across[1:-1] + across[2:]) / 9.0)


def _widened(image: np.ndarray) -> np.ndarray:
    padded = np.pad(image, 1, mode="edge")
    across = np.maximum(np.maximum(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
    return np.asarray(np.maximum(np.maximum(across[:-2], across[1:-1]), across[2:]))
