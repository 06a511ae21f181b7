"""PDF/A-2u (ISO 19005-2) as far as it can be read here: each claim looked for in the file itself. A
validator is not to be had (docs/untested.md, P9)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zlib

import pytest

from forms.archival import srgb
from forms.catalog import FORMS
from tests.support.form_examples import NOW
from tests.support.verbs import shared_press

PDFA = "{http://www.aiim.org/pdfa/ns/id/}"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """The certificate with the most on it."""
    (form,) = [form for form in FORMS if form.id == "FORM-04"]
    assert form.examples is not None
    return shared_press().render("FORM-04", form.examples.oddest, training=True, now=NOW).pdf


def streams(pdf: bytes) -> list[tuple[bytes, bytes]]:
    """Each stream's dictionary with its bytes, by the length that it says."""
    found = []
    for one in re.finditer(rb"<<((?:(?!endobj|stream).)*)>>\nstream\n", pdf, re.S):
        length = int(re.search(rb"/Length (\d+)", one[1])[1])  # type: ignore[index]
        found.append((one[1], pdf[one.end() : one.end() + length]))
        assert pdf[one.end() + length :].startswith(b"\nendstream\n"), one[1]
    return found


def test_it_says_what_it_is_where_a_reader_looks(pdf: bytes) -> None:
    said = next(body for head, body in streams(pdf) if b"/Subtype /XML" in head)
    tree = ET.fromstring(said)
    assert [one.text for one in tree.iter(f"{PDFA}part")] == ["2"]
    assert [one.text for one in tree.iter(f"{PDFA}conformance")] == ["U"]
    text = "".join(tree.itertext())
    assert "資格確認書" in text and NOW.isoformat(timespec="seconds") in text


def test_the_head_the_end_and_what_is_forbidden(pdf: bytes) -> None:
    head, comment = pdf.split(b"\n")[:2]
    assert head == b"%PDF-1.7" and comment[:1] == b"%"
    assert len([byte for byte in comment[1:5] if byte > 127]) == 4
    assert re.search(rb"/ID\s*\[<[0-9a-f]{32}><[0-9a-f]{32}>\]", pdf)
    for word in (b"/Encrypt", b"/JavaScript", b"/JS", b"/Launch", b"/LZWDecode", b"/EmbeddedFile"):
        assert word not in pdf, word


def test_colours_mean_something(pdf: bytes) -> None:
    assert b"/S /GTS_PDFA1" in pdf
    packed = [body for head, body in streams(pdf) if b"/N 3" in head]
    assert [zlib.decompress(body) for body in packed] == [srgb()]
    assert srgb()[36:40] == b"acsp" and srgb()[16:20] == b"RGB "
    assert len(srgb()) == int.from_bytes(srgb()[:4], "big")


def test_every_font_is_embedded_and_tells_its_characters(pdf: bytes) -> None:
    fonts = re.findall(
        rb"<<\s*((?:(?!endobj).)*?/Subtype /Type0(?:(?!endobj).)*?)>>\nendobj", pdf, re.S
    )
    assert fonts and all(b"/ToUnicode" in one and b"/Identity-H" in one for one in fonts)
    described = re.findall(
        rb"<<\s*((?:(?!endobj).)*?/Type /FontDescriptor(?:(?!endobj).)*?)>>", pdf, re.S
    )
    assert len(described) == len(fonts)
    assert all(re.search(rb"/FontFile[23]? ", one) for one in described)
    assert not re.search(rb"/Subtype /Type1\b|/BaseFont /Helvetica", pdf)
