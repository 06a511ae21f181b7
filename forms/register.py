"""Front and back in register: a printer that lays its sheets a little beside the place gets every
page moved by so much as its setting says.

The signed PDF stays byte for byte what was proved and touched: the shift is an addition behind it
(an incremental update, ISO 32000-1, 7.5.6) that gives each page another origin and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from app.core.errors import EnvironmentFault
from forms.record import POINTS_PER_MM
from forms.written import read_written

MOST = 5.0
"""Millimetres by which a page may be moved: more is another paper, or another tray."""

_BOX = re.compile(rb"/MediaBox \[ *([-0-9.]+) +([-0-9.]+) +([-0-9.]+) +([-0-9.]+) *\]")


@dataclass(frozen=True, slots=True)
class Offset:
    """How far a printer's pages are moved, in millimetres to the right and down: of fronts, and of
    backs as one sees them when the sheet is turned."""

    front: tuple[float, float] = (0.0, 0.0)
    back: tuple[float, float] = (0.0, 0.0)

    @property
    def moves(self) -> bool:
        """Whether anything is moved."""
        return any((*self.front, *self.back))


def offset_of(values: Mapping[str, object]) -> Offset:
    """From a table of settings.toml: ``front = [0.5, -0.3]``, ``back = [0, 0.8]``. Raises
    ValueError for anything else, and for more than ``MOST`` millimetres."""
    if not values.keys() <= {"front", "back"}:
        raise ValueError(f"unknown: {sorted(values)}")
    return Offset(*(_pair(values.get(side, (0, 0))) for side in ("front", "back")))


def _pair(value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("two numbers are wanted")
    across, down = (float(one) for one in value)
    if not all(-MOST <= one <= MOST for one in (across, down)):
        raise ValueError(f"at most {MOST} mm")
    return across, down


def moved(pdf: bytes, offset: Offset, *, both_sides: bool) -> bytes:
    """The PDF of ``forms.document`` with every page moved; where it is printed on both sides every
    second page is a back. Raises EnvironmentFault ``print.register`` for a file of another make:
    then nothing is printed rather than beside the place."""
    if not offset.moves:
        return pdf
    try:
        read = read_written(pdf)
    except EnvironmentFault as cause:
        raise _unknown() from cause
    added, places = bytearray(), []
    start = len(pdf) + (0 if pdf.endswith(b"\n") else 1)
    for at, number in enumerate(read.order):
        side = offset.back if both_sides and at % 2 else offset.front
        page = read.objects[number]
        body, changed = _BOX.subn(partial(_box, by=side), page, count=1)
        if changed != 1:
            raise _unknown()
        places.append((number, start + len(added)))
        added += body
    table = b"".join(
        b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(places)
    )
    at = start + len(added)
    head = read.trailer.rstrip() + b"\n/Prev %d" % read.table_at
    end = b"xref\n%strailer\n<<%s\n>>\nstartxref\n%d\n%%%%EOF\n" % (table, head, at)
    between = b"" if pdf.endswith(b"\n") else b"\n"
    return pdf + between + bytes(added) + end


def _box(box: re.Match[bytes], by: tuple[float, float]) -> bytes:
    """The same size, its origin moved against the way in which the print moves."""
    across, down = by[0] * POINTS_PER_MM, by[1] * POINTS_PER_MM
    left, bottom, right, top = (float(box[at]) for at in range(1, 5))
    edges = (left - across, bottom + down, right - across, top + down)
    return b"/MediaBox [ %s ]" % b" ".join(b"%.4f" % edge for edge in edges)


def _unknown() -> EnvironmentFault:
    return EnvironmentFault(
        "print.register",
        "このプリンターの位置の調整を、この帳票に付けられません。印刷していません。",
        "設定ファイルの [offsets] を確かめ、直らないときはシステム管理者に連絡してください。"
        "発行の記録は残っています。",
    )
