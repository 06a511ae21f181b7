"""Pictures of a PDF for the preview before printing: the very bytes that will be printed."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pypdfium2
from PIL import Image

from forms.pdfium import open_pdf, render_page, unreadable


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as raw pixels: RGBA, 8 bits each, rows from the top without padding."""

    width: int
    height: int
    rgba: bytes

    def png(self) -> bytes:
        """The same picture as a PNG file."""
        out = io.BytesIO()
        Image.frombytes("RGBA", (self.width, self.height), self.rgba).convert("RGB").save(
            out, "PNG", optimize=True
        )
        return out.getvalue()


def preview(pdf: bytes, page: int = 0, dpi: int = 150) -> Picture:
    """Draw one page (from 0). Raises EnvironmentFault ``forms.pdf_unreadable``."""
    with open_pdf(pdf) as document:
        pixels = render_page(document, page, dpi)
    rows, columns, _ = pixels.shape
    rgba = np.full((rows, columns, 4), 255, dtype=np.uint8)
    rgba[:, :, :3] = pixels[:, :, ::-1]
    return Picture(columns, rows, rgba.tobytes())


def count_pages(pdf: bytes) -> int:
    """How many pages the PDF has."""
    with open_pdf(pdf) as document:
        return len(document)


def sheet_of(pdf: bytes, at: int, count: int) -> bytes:
    """The ``at``-th (from 0) of ``count`` sheets of as many pages each, as a PDF of its own; its
    pages are those of the whole, unchanged. Raises EnvironmentFault ``forms.pdf_unreadable``."""
    pages = count_pages(pdf) // count
    return pages_of(pdf, at * pages, (at + 1) * pages)


def pages_of(pdf: bytes, first: int, end: int) -> bytes:
    """Pages ``first`` to before ``end`` (from 0) as a PDF of its own, unchanged. Raises
    EnvironmentFault ``forms.pdf_unreadable``."""
    with open_pdf(pdf) as document:
        cut = pypdfium2.PdfDocument.new()
        try:
            cut.import_pages(document, list(range(first, end)))
            out = io.BytesIO()
            cut.save(out)
            return out.getvalue()
        finally:
            cut.close()


def page_texts(pdf: bytes) -> tuple[str, ...]:
    """The words of every page; "" for a page that is only a picture. Raises EnvironmentFault
    ``forms.pdf_unreadable``."""
    found = []
    with open_pdf(pdf) as document:
        try:
            for at in range(len(document)):
                page = document[at]
                words = page.get_textpage()
                found.append(words.get_text_range())
                words.close()
                page.close()
        except pypdfium2.PdfiumError as cause:
            raise unreadable() from cause
    return tuple(found)
