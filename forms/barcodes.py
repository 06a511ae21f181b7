"""Barcodes as rows of bars, to be drawn as one path. Written by zxing-cpp."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import zxingcpp

from app.core.errors import UserError

QR = "QRCode"
CODE_128 = "Code128"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A barcode: its text, its kind, its size in modules, and its dark bars.

    Each bar is (row, first column, length) in modules; a linear code has one row.
    """

    text: str
    symbology: str
    size: tuple[int, int]
    bars: tuple[tuple[int, int, int], ...]


def qr_code(text: str) -> Symbol:
    """A QR code with error correction M (about 15 % may be damaged)."""
    modules = _modules(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return _symbol(text, QR, modules)


def code_128(text: str) -> Symbol:
    """A Code 128 of ASCII text."""
    if not text.isascii():
        raise _not_encodable(text)
    modules = _modules(text, zxingcpp.BarcodeFormat.Code128)
    return _symbol(text, CODE_128, modules[:1])


def gs1_128(elements: tuple[tuple[str, str], ...]) -> Symbol:
    """A GS1-128 of (application identifier, value) pairs, ``(("91", "0123…"),)``.

    The symbol's text is what a reader gives back: ``(91)0123…``.
    """
    content = "".join(f"({identifier}){value}" for identifier, value in elements)
    modules = _modules(content, zxingcpp.BarcodeFormat.Code128, gs1=True)
    return _symbol(content, CODE_128, modules[:1])


def _modules(text: str, symbology: zxingcpp.BarcodeFormat, **options: str | bool) -> np.ndarray:
    try:
        barcode = zxingcpp.create_barcode(text, symbology, **options)
    except (ValueError, RuntimeError) as cause:
        raise _not_encodable(text) from cause
    image = np.array(barcode.to_image(scale=1, add_quiet_zones=False))
    return image < 128


def _symbol(text: str, symbology: str, dark: np.ndarray) -> Symbol:
    rows, columns = dark.shape
    padded = np.zeros((rows, columns + 1), dtype=np.int8)  # every row ends with a light module
    padded[:, :columns] = dark
    edges = np.flatnonzero(np.diff(padded.ravel(), prepend=0, append=0))
    starts, ends = edges[::2], edges[1::2]
    at, first = np.divmod(starts, columns + 1)
    bars = tuple(zip(at.tolist(), first.tolist(), (ends - starts).tolist(), strict=True))
    return Symbol(text, symbology, (columns, rows), bars)


def _not_encodable(text: str) -> UserError:
    return UserError(
        "forms.barcode_content",
        f"「{text}」はバーコードにできません。",
        "番号に半角の英数字と記号だけが使われているか確かめてください。",
    )
