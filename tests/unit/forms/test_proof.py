"""Each check of the proof fails for the accident it is there for, and only names the item.

The accidents are real: a clipped digit under an intact text and seven digits of eight were
printed on thousands of certificates (DOMAIN 6.7, 8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from app.core.tables import load_tables, shipped_tables
from forms import embedding
from forms.barcodes import code_128, qr_code
from forms.drawing import Sheet, Style
from forms.fonts import FontFile, FontSet
from forms.form import Form
from forms.items import item
from forms.papers import SheetSize
from forms.press import Press, Rendered
from forms.proof import Check, ProofFailed, prove
from forms.proof.sources import SourceFonts
from forms.record import POINTS_PER_MM, Box
from tests.support.form_examples import CERTIFICATE, NOW

NUMBER_BOX = Box(10, 10, 70, 12)
NAME_BOX = Box(10, 24, 70, 12)
NUMBER_STYLE = Style(22, role="bold", spacing=0.2)
NAME_STYLE = Style(18, role="mincho")
QR_BOX = Box(10, 60, 14, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleData:
    number: str = item("被保険者番号", pattern=r"[0-9]{8}")
    name: str = item("氏名")
    code: str = item("発行番号", printed=False)


DATA = SampleData(number="01234568", name="葛\U000e0102城 𠮷子", code="T01-1-000042")
Draw = Callable[[Sheet, SampleData], None]


def draw_number(sheet: Sheet, data: SampleData) -> None:
    sheet.value("number", data.number, NUMBER_BOX, NUMBER_STYLE)


def draw_rest(sheet: Sheet, data: SampleData) -> None:
    sheet.value("name", data.name, NAME_BOX, NAME_STYLE)
    sheet.label("有効期限", Box(10, 40, 30, 6), Style(9))
    sheet.barcode("code", qr_code(data.code), QR_BOX)


def draw_good(sheet: Sheet, data: SampleData) -> None:
    draw_number(sheet, data)
    draw_rest(sheet, data)


def render(fonts: FontSet, *steps: Draw, data: SampleData = DATA) -> tuple[Press, Rendered]:
    def draw(sheet: Sheet, shown: SampleData, paper: SheetSize) -> None:
        sheet.page(paper.width, paper.height)
        for step in steps:
            step(sheet, shown)

    form = Form("FORM-S", "見本帳票", "slip", SampleData, draw, "case", False, "FORM-04")
    press = Press(fonts, load_tables(shipped_tables()), (form,))
    return press, press.render("FORM-S", data, training=False, now=NOW)


def fails(fonts: FontSet, *steps: Draw, data: SampleData = DATA) -> ProofFailed:
    press, rendered = render(fonts, *steps)
    with pytest.raises(ProofFailed) as caught:
        press.prove(rendered, data)
    return caught.value


def block(sheet: Sheet, box: Box, red: float, green: float, blue: float) -> None:
    """A coloured block over what was drawn."""
    numbers = (box.left, 128 - box.bottom, box.width, box.height)
    place = " ".join(f"{number * POINTS_PER_MM:.3f}" for number in numbers)
    sheet._document.canvas.addLiteral(f"q {red} {green} {blue} rg {place} re f Q")


def test_good_print_passes(fonts: FontSet) -> None:
    press, rendered = render(fonts, draw_good)
    report = press.prove(rendered, DATA)
    assert (report.fields, report.inked, report.barcodes) == (3, 2, 1)
    assert report.clusters == len("01234568") + len("葛城 𠮷子") + len("有効期限")


def test_white_digits_fail(fonts: FontSet) -> None:
    def white(sheet: Sheet, data: SampleData) -> None:
        style = replace(NUMBER_STYLE, colour=(1.0, 1.0, 1.0))
        sheet.value("number", data.number, NUMBER_BOX, style)

    failure = fails(fonts, white, draw_rest)
    assert (failure.check, failure.where, failure.page) == (Check.INK, "被保険者番号", 0)


def test_number_off_the_page_fails(fonts: FontSet) -> None:
    def outside(sheet: Sheet, data: SampleData) -> None:
        sheet.value("number", data.number, Box(60, 10, 70, 12), NUMBER_STYLE)

    assert fails(fonts, outside, draw_rest).check is Check.BOX


def test_number_outside_its_field_fails(fonts: FontSet) -> None:
    def moved(sheet: Sheet, data: SampleData) -> None:
        sheet.value("number", data.number, NUMBER_BOX, NUMBER_STYLE)
        field = sheet._fields[-1]
        sheet._fields[-1] = replace(field, box=Box(10, 10, 40, 12))

    failure = fails(fonts, moved, draw_rest)
    assert failure.check is Check.BOX


def test_clipped_digit_under_intact_text_fails(fonts: FontSet) -> None:
    def clipped(sheet: Sheet, data: SampleData) -> None:
        last = sheet._fields[0].glyphs[-1]
        block(sheet, Box(last.x, last.baseline - 3.0, 6.0, 4.0), 1, 1, 1)

    failure = fails(fonts, draw_good, clipped)
    assert (failure.check, failure.where) == (Check.INK, "被保険者番号")


def test_eight_made_three_by_a_white_sliver_fails(fonts: FontSet) -> None:
    def sliver(sheet: Sheet, data: SampleData) -> None:
        last = sheet._fields[0].glyphs[-1]
        block(sheet, Box(last.x + 0.2, last.baseline - 5.2, 1.0, 4.0), 1, 1, 1)

    assert fails(fonts, draw_good, sliver).check is Check.INK


@pytest.mark.parametrize("colour", [(0, 0, 0), (0.8, 0.1, 0.1), (0.5, 0.5, 0.5)])
def test_something_over_a_name_fails(fonts: FontSet, colour: tuple[float, float, float]) -> None:
    def stamp(sheet: Sheet, data: SampleData) -> None:
        block(sheet, Box(14, 26, 8, 8), *colour)

    failure = fails(fonts, draw_good, stamp)
    assert (failure.check, failure.where) == (Check.INK, "氏名")


def test_hairline_through_the_number_fails(fonts: FontSet) -> None:
    def line(sheet: Sheet, data: SampleData) -> None:
        sheet.rule(10, 16, 80, 16, 0.1)

    assert fails(fonts, draw_good, line).check is Check.INK


def test_digit_lost_in_the_text_fails(fonts: FontSet) -> None:
    def seven(sheet: Sheet, data: SampleData) -> None:
        sheet.value("number", data.number[:-1], NUMBER_BOX, NUMBER_STYLE)

    failure = fails(fonts, seven, draw_rest)
    assert (failure.check, failure.where) == (Check.TEXT, "被保険者番号")


def test_seven_digits_in_the_data_fail_by_their_shape(fonts: FontSet) -> None:
    short = replace(DATA, number="0123456")

    def seven(sheet: Sheet, data: SampleData) -> None:
        sheet.value("number", "0123456", NUMBER_BOX, NUMBER_STYLE)

    assert fails(fonts, seven, draw_rest, data=short).check is Check.TEXT


def test_item_left_out_fails(fonts: FontSet) -> None:
    failure = fails(fonts, draw_rest)
    assert (failure.check, failure.where) == (Check.TEXT, "被保険者番号")


def test_another_persons_data_fails(fonts: FontSet) -> None:
    assert fails(fonts, draw_good, data=replace(DATA, name="葛城 𠮷子")).check is Check.TEXT
    assert fails(fonts, draw_good, data=replace(DATA, number="01234569")).check is Check.TEXT


def test_text_that_nobody_recorded_fails(fonts: FontSet) -> None:
    def extra(sheet: Sheet, data: SampleData) -> None:
        sheet.label("余分", Box(10, 90, 30, 6), Style(9))
        del sheet._fields[-1]

    assert fails(fonts, draw_good, extra).check is Check.BOX


def test_wrong_glyph_under_right_text_fails(
    fonts: FontSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = FontFile.find_glyph

    def wrong(self: FontFile, cluster: str) -> int | None:
        return right(self, "3" if cluster == "8" else cluster)

    monkeypatch.setattr(FontFile, "find_glyph", wrong)
    press, rendered = render(FontSet([file.spec for file in fonts.files]), draw_good)
    monkeypatch.undo()
    assert rendered.record.fields[0].text == DATA.number
    with pytest.raises(ProofFailed) as caught:
        press.prove(rendered, DATA)
    assert caught.value.check is Check.OUTLINE


def test_bare_character_under_the_text_of_a_variant_fails(
    fonts: FontSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = FontFile.find_glyph

    def bare(self: FontFile, cluster: str) -> int | None:
        found = right(self, cluster)
        return found if found is None else right(self, cluster[0])

    monkeypatch.setattr(FontFile, "find_glyph", bare)
    press, rendered = render(FontSet([file.spec for file in fonts.files]), draw_good)
    monkeypatch.undo()
    with pytest.raises(ProofFailed) as caught:
        press.prove(rendered, DATA)
    assert caught.value.check is Check.OUTLINE


def test_font_that_is_not_embedded_fails(fonts: FontSet) -> None:
    def helvetica(sheet: Sheet, data: SampleData) -> None:
        sheet._document.canvas.setFont("Helvetica", 10)
        sheet._document.canvas.drawString(100, 100, "123")

    assert fails(fonts, draw_good, helvetica).check is Check.FONT


def test_font_program_left_out_fails(fonts: FontSet, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = embedding._dictionary

    def without_program(document, **entries):
        return whole(document, **{key: v for key, v in entries.items() if key != "FontFile2"})

    monkeypatch.setattr(embedding, "_dictionary", without_program)
    press, rendered = render(fonts, draw_good)
    with pytest.raises(ProofFailed) as caught:
        press.prove(rendered, DATA)
    assert caught.value.check is Check.FONT


def test_invisible_text_fails(fonts: FontSet) -> None:
    """Text rendering mode 3: there for every reader of the text layer, not for the eye."""

    def hidden(sheet: Sheet, data: SampleData) -> None:
        sheet._document.canvas.addLiteral("3 Tr")
        draw_number(sheet, data)
        sheet._document.canvas.addLiteral("0 Tr")

    failure = fails(fonts, hidden, draw_rest)
    assert (failure.check, failure.where) == (Check.INK, "被保険者番号")


def test_damaged_barcode_fails(fonts: FontSet) -> None:
    def smudge(sheet: Sheet, data: SampleData) -> None:
        block(sheet, Box(11, 61, 8, 8), 0, 0, 0)

    assert fails(fonts, draw_good, smudge).check is Check.BARCODE


def test_barcode_of_another_number_fails(fonts: FontSet) -> None:
    failure = fails(fonts, draw_good, data=replace(DATA, code="T01-1-000043"))
    assert failure.check is Check.BARCODE


def test_barcode_of_another_kind_fails(fonts: FontSet) -> None:
    def other(sheet: Sheet, data: SampleData) -> None:
        sheet.barcode("code", code_128(data.code), Box(10, 90, 60, 10))
        sheet._barcodes[-1] = replace(sheet._barcodes[-1], symbology="QRCode")

    assert fails(fonts, draw_good, other).check is Check.BARCODE


def test_picture_checks_may_be_left_out_in_a_batch(fonts: FontSet) -> None:
    def smudge(sheet: Sheet, data: SampleData) -> None:
        block(sheet, QR_BOX, 0, 0, 0)

    _, rendered = render(fonts, draw_good, smudge)
    sources = SourceFonts({file.spec.path: file.spec.name for file in fonts.files})
    report = prove(rendered.pdf, rendered.record, DATA, sources, picture=False)
    assert (report.inked, report.barcodes) == (0, 0)


def test_broken_structure_and_missing_pages_fail(fonts: FontSet) -> None:
    press, rendered = render(fonts, draw_good)
    broken = replace(rendered, pdf=rendered.pdf.replace(b"startxref", b"startxxxx"))
    with pytest.raises(ProofFailed) as caught:
        press.prove(broken, DATA)
    assert caught.value.check is Check.FONT
    longer = replace(rendered.record, pages=(*rendered.record.pages, (91.0, 128.0)))
    with pytest.raises(ProofFailed) as caught:
        press.prove(replace(rendered, record=longer), DATA)
    assert caught.value.check is Check.TEXT


def test_failure_says_where_and_what_to_do_but_no_content(press: Press) -> None:
    rendered = press.render("FORM-04", CERTIFICATE, training=False, now=NOW)
    with pytest.raises(ProofFailed) as caught:
        press.prove(rendered, replace(CERTIFICATE, name="山田　花子"))
    failure = caught.value
    assert failure.code == "forms.proof_text"
    assert "「氏名」（1ページ）" in failure.message
    assert failure.remedy
    for text in ("山田", "花子", "城", CERTIFICATE.insured_number):
        assert text not in failure.message
