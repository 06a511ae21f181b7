"""What is drawn copies out as itself, fits its box, and is the same bytes every time."""

from __future__ import annotations

import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from app.core.errors import UserError
from forms.barcodes import qr_code
from forms.document import Document
from forms.drawing import Sheet, Style
from forms.fonts import FontSet, MissingKind
from forms.preview import preview
from forms.record import Box, DrawRecord, Weight
from tests.support.form_examples import NOW

NAMES = "髙﨑𠮷 葛\U000e0102 辻\U000e0100 邉\U000e010f 葛\U000e0100 神祥福都隆塚 か\u3099"


WIDE = Box(5, 5, 90, 10)


def new_sheet(fonts: FontSet, *, training: bool = False) -> Sheet:
    sheet = Sheet(Document("TEST", "試験", fonts, now=NOW), "TEST", training=training)
    sheet.page(100, 60)
    return sheet


def closed(sheet: Sheet) -> tuple[bytes, DrawRecord]:
    record, _ = sheet.finish()
    return sheet._document.close(), record


def draw_one(fonts: FontSet, text: str, style: Style, box: Box = WIDE) -> tuple[bytes, DrawRecord]:
    sheet = new_sheet(fonts)
    sheet.value("name", text, box, style)
    pdf, record = closed(sheet)
    return pdf, record


def copied_out(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")


@pytest.mark.req("FORM-04")
@pytest.mark.parametrize("role", ["mincho", "gothic", "bold"])
def test_exact_characters_copy_out(fonts: FontSet, tmp_path: Path, role: str) -> None:
    pdf, _ = draw_one(fonts, NAMES, Style(9, role=role))
    assert copied_out(pdf, tmp_path).strip() == NAMES


def test_fonts_are_embedded_subset_and_mapped(fonts: FontSet, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(draw_one(fonts, NAMES, Style(9, role="mincho"))[0])
    out = subprocess.run(["pdffonts", str(path)], capture_output=True, check=True).stdout
    rows = out.decode("ascii").splitlines()[2:]
    assert rows
    for row in rows:
        assert row.split()[0][6] == "+"
        assert row.split()[-5:-2] == ["yes", "yes", "yes"], row
    assert path.stat().st_size < 30_000


def test_same_arguments_give_the_same_bytes(fonts: FontSet) -> None:
    first, _ = draw_one(fonts, NAMES, Style(9, role="mincho"))
    second, _ = draw_one(fonts, NAMES, Style(9, role="mincho"))
    assert first == second


def test_time_in_the_file_is_the_time_given(fonts: FontSet, tmp_path: Path) -> None:
    for moment, shown in ((NOW, "20261121101530+09'00'"), (NOW + timedelta(days=1), "20261122")):
        sheet = Sheet(Document("TEST", "試験", fonts, now=moment), "TEST", training=False)
        sheet.page(50, 50)
        pdf, _ = closed(sheet)
        assert shown.encode("ascii") in pdf


def test_text_shrinks_into_its_box_down_to_the_least_size(fonts: FontSet) -> None:
    box = Box(5, 5, 40, 8)
    _, record = draw_one(fonts, "山田太郎", Style(18, least=9, role="mincho"), box)
    assert record.fields[0].size == 18
    _, record = draw_one(fonts, "山田" * 5, Style(18, least=9, role="mincho"), box)
    assert 9 <= record.fields[0].size < 18
    last = record.fields[0].glyphs[-1]
    assert last.x + record.fields[0].size * 25.4 / 72 <= box.right + 0.01


def test_too_long_a_text_is_refused_never_cut(fonts: FontSet) -> None:
    with pytest.raises(UserError) as caught:
        draw_one(fonts, "山田" * 20, Style(18, least=9, role="mincho"), Box(5, 5, 40, 8))
    assert caught.value.code == "forms.overflow"
    assert caught.value.field == "name"
    assert "40文字" in caught.value.message


def test_second_line_is_taken_when_the_text_gains_by_it(fonts: FontSet) -> None:
    style = Style(14, least=6, role="mincho", lines=2)
    text = "架空県見本市中央区桜が丘三丁目12番34号あおぞら"
    _, record = draw_one(fonts, text, style, Box(5, 5, 60, 12))
    assert len({glyph.baseline for glyph in record.fields[0].glyphs}) == 2
    assert record.fields[0].text == text
    _, record = draw_one(fonts, "短い文", style, Box(5, 5, 60, 12))
    assert len({glyph.baseline for glyph in record.fields[0].glyphs}) == 1


def test_second_line_is_taken_where_one_is_a_little_too_small_to_be_read(fonts: FontSet) -> None:
    """36 signs in 155 mm: 12.2 points on one line, 14 on two, which alone was not worth a line."""
    style = Style(14, least=13, role="gothic", lines=3)
    _, record = draw_one(fonts, "漢" * 36, style, Box(10, 10, 155, 20))
    (field,) = record.fields
    assert field.size == 14 and len(field.runs) == 2


def test_no_line_begins_with_a_closing_sign(fonts: FontSet) -> None:
    for width in range(20, 60):
        sheet = new_sheet(fonts)
        text = "あいうえお、かきくけこ。〕さしすせそ（たちつてと）。なにぬねの。"
        sheet.paragraph((text,), Box(2, 2, width, 55), Style(6))
        _, record = closed(sheet)
        assert "".join(field.text for field in record.fields) == text
        assert all(field.text[0] not in "、。〕）" for field in record.fields)


def test_paragraph_that_does_not_fit_is_refused(fonts: FontSet) -> None:
    with pytest.raises(UserError) as caught:
        new_sheet(fonts).paragraph(("あ" * 100,), Box(5, 5, 20, 5), Style(8))
    assert caught.value.code == "forms.overflow"


def test_missing_sequence_stops_and_missing_character_is_listed(fonts: FontSet) -> None:
    sheet = new_sheet(fonts)
    with pytest.raises(UserError) as caught:
        sheet.value("name", "葛\U000e01ef", Box(5, 5, 40, 8), Style(10, role="mincho"))
    assert caught.value.code == "forms.sequence_missing"
    sheet.value("name", "山\ue000", Box(5, 5, 40, 8), Style(10, role="mincho"))
    record, missing = sheet.finish()
    assert record.fields[0].text == "山〓"
    assert [(m.kind, m.field, m.position) for m in missing] == [(MissingKind.CHARACTER, "name", 1)]


def test_training_print_carries_the_sample_mark_on_every_page(fonts: FontSet) -> None:
    sheet = new_sheet(fonts, training=True)
    sheet.page(100, 60)
    pdf, record = closed(sheet)
    marks = [field for field in record.fields if field.weight is Weight.BACKDROP]
    assert [(mark.page, mark.text) for mark in marks] == [(0, "見本"), (1, "見本")]
    picture = preview(pdf, 1, 72)
    assert any(picture.rgba[at + 1] < 250 for at in range(0, len(picture.rgba), 4))


def test_picture_and_barcode_are_drawn(fonts: FontSet) -> None:
    png = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 0, 0)).save(png, "PNG")
    sheet = new_sheet(fonts)
    sheet.picture(png.getvalue(), Box(10, 10, 10, 10))
    sheet.barcode("name", qr_code("A-1"), Box(40, 10, 21, 21))
    pdf, record = closed(sheet)
    picture = Image.open(io.BytesIO(preview(pdf, 0, 254).png()))
    assert picture.getpixel((150, 150)) == (200, 0, 0)
    assert picture.getpixel((405, 105)) == (0, 0, 0)
    assert record.barcodes[0].text == "A-1"
