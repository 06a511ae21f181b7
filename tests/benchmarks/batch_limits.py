"""The same sheet by other means: every text of a drawn record at its place, frames, QR code.

What they draw is what ``forms`` drew, front and back, taken from its record; the code is made by
the same library and handed over as a path.
"""

from __future__ import annotations

import html
import importlib.util
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from fontTools.ttLib import TTFont

from forms.barcodes import qr_code
from forms.fonts import FontSet
from forms.record import DrawRecord, Weight

_FRAMES = 24
"""As many as the certificate's front has."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One text: millimetres from the top left, points, its font's family, whether it changes."""

    page: int
    x: float
    y: float
    size: float
    family: str
    text: str
    changes: bool


_CHANGING = ("name", "insured_number", "certificate_number")
"""What differs from sheet to sheet in the bench."""


def code_of(number: int) -> str:
    """The QR code of a sheet as the path of an SVG, in modules."""
    symbol = qr_code(f"T01-1-20260701-{number:05d}")
    bars = "".join(f"M{x} {y}h{n}v1h-{n}z" for y, x, n in symbol.bars)
    across, down = symbol.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {down}">'
        f'<path d="{bars}"/></svg>'
    )


def placed(record: DrawRecord, fonts: FontSet) -> list[Placed]:
    """The texts of all pages."""
    families = {
        file.spec.path: str(TTFont(file.spec.path, lazy=True)["name"].getBestFamilyName())
        for file in fonts.files
    }
    return [
        Placed(
            field.page,
            run.x,
            run.baseline,
            field.size,
            families[run.font],
            "".join(run.texts),
            field.weight is Weight.VALUE and field.name in _CHANGING,
        )
        for field in record.fields
        for run in field.runs
    ]


def typst_pages(
    texts: Sequence[Placed], size: tuple[float, float], fonts: FontSet, count: int
) -> float | None:
    """Sheets per second of processor time of one PDF of ``count`` sheets by Typst; None where it
    is not installed."""
    if importlib.util.find_spec("typst") is None:
        return None
    import typst

    folders = sorted({str(file.spec.path.parent) for file in fonts.files})
    begun = time.process_time()
    lines = [
        f"#set page(width: {size[0]}mm, height: {size[1]}mm, margin: 0mm)",
        '#set text(top-edge: "baseline", bottom-edge: "baseline")',
        f"#let codes = ({', '.join(json.dumps(code_of(n)) for n in range(count))},)",
        "#let sheet(n) = {",
    ]
    for page in sorted({one.page for one in texts}):
        lines += [_typst_text(one) for one in texts if one.page == page]
        lines += [
            f"  place(dx: 5mm, dy: {at * 4}mm, rect(width: 80mm, height: 4mm, stroke: 0.2mm))"
            for at in range(_FRAMES)
        ]
        if page == 0:
            code = 'image(bytes(codes.at(n)), format: "svg", width: 13mm)'
            lines.append(f"  place(dx: 70mm, dy: 105mm, {code})")
        lines.append("  pagebreak()")
    lines += ["}", f"#for n in range({count}) {{ sheet(n) }}"]
    compiler = typst.Compiler(font_paths=folders, ignore_system_fonts=True)
    compiler.compile(input="\n".join(lines).encode())
    return count / (time.process_time() - begun)


def _typst_text(one: Placed) -> str:
    words = json.dumps(one.text, ensure_ascii=False)
    shown = f"{words} + str(n)" if one.changes else words
    return (
        f"  place(dx: {one.x:.2f}mm, dy: {one.y:.2f}mm, "
        f"text(font: {json.dumps(one.family)}, size: {one.size}pt, {shown}))"
    )


def weasyprint_pages(
    texts: Sequence[Placed], size: tuple[float, float], count: int
) -> float | None:
    """As ``typst_pages``, by WeasyPrint; None where it is not installed (it is no dependency)."""
    if importlib.util.find_spec("weasyprint") is None:
        return None
    import weasyprint  # type: ignore[import-not-found,unused-ignore]

    begun = time.process_time()
    sheets = []
    for number in range(count):
        for page in sorted({one.page for one in texts}):
            parts = [_html_text(one, number) for one in texts if one.page == page]
            parts += [
                f'<div style="position:absolute;left:5mm;top:{at * 4}mm;width:80mm;height:4mm;'
                f'border:0.2mm solid black"></div>'
                for at in range(_FRAMES)
            ]
            if page == 0:
                box = "position:absolute;left:70mm;top:105mm;width:13mm;height:13mm"
                parts.append(f'<div style="{box}">{code_of(number)}</div>')
            sheets.append(f'<section style="page-break-after:always">{"".join(parts)}</section>')
    style = (
        f"<style>@page{{size:{size[0]}mm {size[1]}mm;margin:0}}"
        f"section{{position:relative;height:{size[1] - 1}mm}}</style>"
    )
    weasyprint.HTML(string=style + "".join(sheets)).write_pdf()
    return count / (time.process_time() - begun)


def _html_text(one: Placed, number: int) -> str:
    return (
        f'<div style="position:absolute;left:{one.x:.2f}mm;top:{one.y - one.size * 0.31:.2f}mm;'
        f"font:{one.size}pt '{one.family}';white-space:nowrap\">"
        f"{html.escape(one.text)}{number if one.changes else ''}</div>"
    )
