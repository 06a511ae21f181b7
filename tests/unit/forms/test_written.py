"""Pages taken out of a file: what stays is byte for byte what was proved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.errors import EnvironmentFault
from forms.pdfium import open_pdf, render_page
from forms.preview import page_texts
from forms.register import Offset, moved
from forms.spool import form_of, paper_of, turned_over
from forms.written import read_written, without_pages
from tests.support.form_examples import CERTIFICATE, NOW
from tests.support.verbs import shared_press

NAMES = ("見本　一子", "架空　二郎", "試験　三代")


@pytest.fixture(scope="module")
def pdf() -> bytes:
    papers = [replace(CERTIFICATE, name=name) for name in NAMES]
    return shared_press().render_batch("FORM-04", papers, training=False, now=NOW).pdf


def test_what_stays_is_the_very_bytes_and_what_went_is_gone(pdf: bytes) -> None:
    given = without_pages(pdf, (2, 3))
    before, after = read_written(pdf), read_written(given)
    assert after.order == before.order[:2] + before.order[4:]
    changed = {n for n, body in after.objects.items() if body != before.objects[n]}
    assert changed == {before.page_list}
    assert len(before.objects) - len(after.objects) == 4, "two pages and what is drawn on them"
    texts = " ".join(page_texts(given))
    assert [name in texts for name in NAMES] == [True, False, True]
    for told in (form_of, paper_of, turned_over):
        assert told(given) == told(pdf)
    with open_pdf(pdf) as whole:
        wanted = [render_page(whole, at, 72) for at in (0, 1, 4, 5)]
    with open_pdf(given) as rest:
        assert len(rest) == 4
        assert all((render_page(rest, at, 72) == wanted[at]).all() for at in range(4))


def test_what_is_left_is_moved_for_its_printer_like_the_whole(pdf: bytes) -> None:
    given = without_pages(pdf, (0, 1))
    at_printer = moved(given, Offset(front=(1.0, 0.0)), both_sides=True)
    assert at_printer.startswith(given) and len(page_texts(at_printer)) == 4


def test_without_any_taken_out_it_is_the_file_itself(pdf: bytes) -> None:
    assert without_pages(pdf, ()) is pdf
    with pytest.raises(ValueError, match="no page"):
        without_pages(pdf, range(6))


@pytest.mark.parametrize("harm", ["cut", "added", "moved"])
def test_another_file_is_refused(pdf: bytes, harm: str) -> None:
    """Nothing is printed rather than a file that was not understood."""
    spoilt = {
        "cut": pdf[:-40],
        "added": moved(pdf, Offset(front=(1.0, 0.0)), both_sides=True),
        "moved": pdf.replace(b"%PDF-1.7\n", b"%PDF-1.7\n\n", 1),
    }[harm]
    with pytest.raises(EnvironmentFault, match=r"forms\.other_make"):
        without_pages(spoilt, (0,))
