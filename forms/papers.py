"""Sizes of the sheets, from the table ``print_papers`` (exact sizes are the unions')."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.tables import Tables


@dataclass(frozen=True, slots=True)
class SheetSize:
    """One side of a sheet in millimetres."""

    width: float
    height: float
    turned_over: str = ""
    """The edge over which a sheet that is printed on both sides is turned: ``long_edge`` or
    ``short_edge``; "" when it is printed on one side."""


def find_paper(tables: Tables, form_id: str, day: date) -> SheetSize:
    """The sheet of a form on a day; raises NoRowError when the table has none."""
    row = tables["print_papers"].at(day, form=form_id)
    return SheetSize(
        float(row.number("width_mm")),
        float(row.number("height_mm")),
        row.text_or_none("turned_over") or "",
    )
