"""PDFium, one caller at a time: the library is not safe for several threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2

from app.core.errors import EnvironmentFault

_ONE_CALLER = threading.Lock()


def unreadable() -> EnvironmentFault:
    """What is said of a PDF that cannot be read."""
    return EnvironmentFault(
        "forms.pdf_unreadable",
        "印刷用のファイルを読み取れません。",
        "もう一度作り直してください。続くときはシステム管理者に連絡してください。",
    )


@contextmanager
def open_pdf(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF for reading; other callers wait until it is closed.

    Raises EnvironmentFault ``forms.pdf_unreadable``.
    """
    with _ONE_CALLER:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as cause:
            raise unreadable() from cause
        try:
            yield document
        finally:
            document.close()


def render_page(document: pypdfium2.PdfDocument, page: int, dpi: int) -> np.ndarray:
    """The page as rows × columns × 3 bytes, blue, green, red."""
    opened = document[page]
    try:
        bitmap = opened.render(scale=dpi / 72)
        try:
            return np.array(bitmap.to_numpy())
        finally:
            bitmap.close()
    finally:
        opened.close()
