"""The text of a page as PDFium reads it: each cluster with its place, box and font's state."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from forms.record import MM_PER_POINT, Box


@dataclass(frozen=True, slots=True)
class ReadCluster:
    """One drawn glyph: what it copies out as, its origin and the box of its outline (mm)."""

    text: str
    x: float
    y: float
    box: Box
    embedded: bool


def read_clusters(document: pypdfium2.PdfDocument, page: int) -> list[ReadCluster]:
    """The clusters of a page in the order of its content; PDFium's own line breaks left out."""
    opened = document[page]
    try:
        height = opened.get_height()
        text_page = opened.get_textpage()
        try:
            return _collect(text_page, height)
        finally:
            text_page.close()
    finally:
        opened.close()


def _collect(text_page: pypdfium2.PdfTextPage, page_height: float) -> list[ReadCluster]:
    found: list[ReadCluster] = []
    units: list[int] = []
    last: tuple[float, float, Box, bool] | None = None
    embedded: dict[int, bool] = {}
    numbers = [ctypes.c_double() for _ in range(6)]
    x, y, left, right, bottom, top = numbers
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        if pdfium.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
        box = Box(
            left.value * MM_PER_POINT,
            (page_height - top.value) * MM_PER_POINT,
            (right.value - left.value) * MM_PER_POINT,
            (top.value - bottom.value) * MM_PER_POINT,
        )
        here = (
            x.value * MM_PER_POINT,
            (page_height - y.value) * MM_PER_POINT,
            box,
            _is_embedded(text_page, index, embedded),
        )
        if last is not None and here != last:
            found.append(ReadCluster(_decode(units), *last))
            units = []
        units.append(pdfium.FPDFText_GetUnicode(text_page, index))
        last = here
    if last is not None:
        found.append(ReadCluster(_decode(units), *last))
    return found


def _decode(units: list[int]) -> str:
    """UTF-16 code units or whole code points (PDFium gives either, by platform) as text."""
    raw = b"".join(
        unit.to_bytes(2, "little") if unit < 0x10000 else chr(unit).encode("utf-16-le")
        for unit in units
    )
    return raw.decode("utf-16-le", errors="replace")


def _is_embedded(text_page: pypdfium2.PdfTextPage, index: int, known: dict[int, bool]) -> bool:
    text_object = pdfium.FPDFText_GetTextObject(text_page, index)
    address = ctypes.cast(text_object, ctypes.c_void_p).value or 0
    if address not in known:
        font = pdfium.FPDFTextObj_GetFont(text_object)
        known[address] = pdfium.FPDFFont_GetIsEmbedded(font) == 1
    return known[address]
