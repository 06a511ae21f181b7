"""Front and back in register: moved as the setting says, the signed bytes untouched."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.errors import EnvironmentFault
from forms.pdfium import open_pdf, render_page
from forms.register import MOST, Offset, moved, offset_of
from forms.spool import Queue, form_of, paper_of, turned_over
from tests.support.form_examples import CERTIFICATE, NOW
from tests.support.verbs import shared_press

DPI = 254
"""Ten dots to a millimetre."""
BY = Offset(front=(1.0, -0.5), back=(-0.7, 2.0))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """A part of a batch: two certificates, front and back."""
    return (
        shared_press()
        .render_batch("FORM-04", [CERTIFICATE, CERTIFICATE], training=False, now=NOW)
        .pdf
    )


def ink(pdf: bytes, page: int) -> tuple[int, int]:
    """The left and the top edge of what is printed, in tenths of a millimetre."""
    with open_pdf(pdf) as document:
        dark = render_page(document, page, DPI).min(axis=2) < 128
    rows, columns = np.nonzero(dark)
    return int(columns.min()), int(rows.min())


def test_each_side_is_moved_by_its_own_offset(pdf: bytes) -> None:
    given = moved(pdf, BY, both_sides=True)
    for page in range(4):
        across, down = BY.back if page % 2 else BY.front
        before, after = ink(pdf, page), ink(given, page)
        assert abs(after[0] - before[0] - across * 10) <= 1, page
        assert abs(after[1] - before[1] - down * 10) <= 1, page


def test_what_was_signed_stands_unchanged_before_the_addition(pdf: bytes) -> None:
    given = moved(pdf, BY, both_sides=True)
    assert given.startswith(pdf) and len(given) > len(pdf)
    for told in (form_of, paper_of, turned_over):
        assert told(given) == told(pdf)


def test_a_sheet_of_one_side_has_fronts_only(pdf: bytes) -> None:
    given = moved(pdf, BY, both_sides=False)
    assert ink(given, 1)[0] - ink(pdf, 1)[0] == pytest.approx(10, abs=1)


def test_without_a_setting_the_very_bytes_go(pdf: bytes) -> None:
    assert Queue("q", offsets={"other": BY}).in_register(pdf) == pdf
    assert Queue("q", offsets={"q": BY}).in_register(pdf) == moved(pdf, BY, both_sides=True)
    by_form = Queue("q", forms={"FORM-04": "cards"}, offsets={"cards": BY})
    assert by_form.in_register(pdf) != pdf


@pytest.mark.parametrize("harm", [lambda pdf: pdf[:-40], lambda _pdf: b"%PDF-1.4\n%%EOF\n"])
def test_a_file_of_another_make_is_not_printed_beside_the_place(pdf: bytes, harm: object) -> None:
    with pytest.raises(EnvironmentFault, match=r"print\.register"):
        moved(harm(pdf), BY, both_sides=True)  # type: ignore[operator]


@pytest.mark.parametrize(
    "values",
    [
        {"front": [MOST + 0.1, 0]},
        {"back": [1]},
        {"left": [1, 1]},
        {"front": ["a", 0]},
        {"front": 3},
    ],
)
def test_a_setting_that_no_printer_needs_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        offset_of(values)
