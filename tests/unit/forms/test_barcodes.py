"""Barcodes are written, drawn as bars, and read back."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from app.core.errors import UserError
from forms.barcodes import Symbol, code_128, gs1_128, qr_code


def picture(symbol: Symbol, scale: int = 4) -> np.ndarray:
    columns, rows = symbol.size
    modules = np.full((rows, columns), 255, dtype=np.uint8)
    for row, start, length in symbol.bars:
        modules[row, start : start + length] = 0
    if rows == 1:
        modules = np.repeat(modules, 30, axis=0)
    return np.pad(
        np.kron(modules, np.ones((scale, scale), dtype=np.uint8)), 40, constant_values=255
    )


@pytest.mark.parametrize("make", [qr_code, code_128])
def test_number_reads_back(make) -> None:
    found = zxingcpp.read_barcodes(picture(make("T01-1-000042")))
    assert [result.text for result in found] == ["T01-1-000042"]


def test_gs1_128_reads_back_with_its_application_identifier() -> None:
    number = "9" * 41 + "0"
    symbol = gs1_128((("91", number),))
    (found,) = zxingcpp.read_barcodes(picture(symbol))
    assert found.text == symbol.text == f"(91){number}"
    assert found.content_type == zxingcpp.ContentType.GS1


def test_what_cannot_be_a_barcode_is_refused() -> None:
    for make, text in ((code_128, "発行"), (qr_code, "9" * 8000)):
        with pytest.raises(UserError) as caught:
            make(text)
        assert caught.value.code == "forms.barcode_content"
