"""The preview shows the very bytes that will be printed."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from app.core.errors import EnvironmentFault
from forms.press import Press
from forms.preview import count_pages, preview
from tests.support.form_examples import CERTIFICATE, NOW


def test_preview_has_the_size_of_the_sheet(press: Press) -> None:
    rendered = press.render("FORM-04", CERTIFICATE, training=False, now=NOW)
    assert count_pages(rendered.pdf) == 2
    picture = preview(rendered.pdf, 0, 254)
    assert 910 <= picture.width <= 911
    assert 1280 <= picture.height <= 1281
    assert len(picture.rgba) == picture.width * picture.height * 4
    image = Image.open(io.BytesIO(picture.png()))
    assert image.size == (picture.width, picture.height)
    assert (
        image.convert("RGB").tobytes()
        == Image.frombytes("RGBA", image.size, picture.rgba).convert("RGB").tobytes()
    )


def test_colours_are_in_order(press: Press) -> None:
    """The seal is vermilion, not blue."""
    rendered = press.render("FORM-04", CERTIFICATE, training=False, now=NOW)
    picture = preview(rendered.pdf, 0, 150)
    pixels = [picture.rgba[at : at + 3] for at in range(0, len(picture.rgba), 4)]
    assert any(red > 180 and blue < 80 for red, _, blue in pixels)
    assert not any(blue > 180 and red < 80 for red, _, blue in pixels)


def test_unreadable_file_is_told() -> None:
    with pytest.raises(EnvironmentFault) as caught:
        preview(b"%PDF-1.4 nothing")
    assert caught.value.code == "forms.pdf_unreadable"
