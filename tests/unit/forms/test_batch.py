"""Many papers in one file: drawn once what does not change, every sheet proved, each accident of
DOMAIN 8 caught wherever in the batch it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.core.tables import load_tables, shipped_tables
from forms import embedding
from forms.catalog import FORMS
from forms.document import Document
from forms.drawing import Sheet
from forms.fonts import FontFile, FontSet
from forms.press import BatchPart, Press
from forms.proof import Check, ProofFailed
from tests.support.form_examples import CERTIFICATE, FULL_CERTIFICATE, NOTICE, NOW

NAMES = ("葛\U000e0102城　美智子", "髙﨑　𠮷之介", "辻\U000e0100　邉\U000e010f子", "山田　花子")


def papers(count: int, base: Any = CERTIFICATE) -> list[Any]:
    return [
        replace(
            base,
            name=NAMES[number % len(NAMES)],
            insured_number=f"{number * 7919 % 10**8:08d}",
            certificate_number=f"T01-1-20260701-{number:05d}",
        )
        for number in range(count)
    ]


def draw(press: Press, some: list[Any]) -> BatchPart:
    return press.render_batch("FORM-04", some, training=False, now=NOW)


def fails(press: Press, part: BatchPart, some: list[Any]) -> ProofFailed:
    with pytest.raises(ProofFailed) as caught:
        press.prove_batch(part, some)
    return caught.value


def spoilt(press: Press, monkeypatch: Any, how: Callable[[Sheet, Any], None], at: int) -> BatchPart:
    """A part in which the ``at``-th paper had something done to it after its drawing."""
    form = next(form for form in FORMS if form.id == "FORM-04")
    drawn = [0]

    def drawing(sheet: Sheet, data: Any, paper: Any) -> None:
        assert form.draw is not None
        form.draw(sheet, data, paper)
        if drawn[0] == at:
            how(sheet, data)
        drawn[0] += 1

    changed = tuple(replace(one, draw=drawing) if one is form else one for one in FORMS)
    monkeypatch.setattr(press, "_forms", changed)
    part = draw(press, papers(6))
    monkeypatch.undo()
    return part


def test_what_does_not_change_is_written_once(press: Press) -> None:
    one, many = draw(press, papers(1)), draw(press, papers(40))
    report = press.prove_batch(many, papers(40))
    assert report.sheets == 40 and report.clusters > 40 * 60
    assert report.pictures == [0, 2], "a shape of one font and one of two: the rest by boxes"
    assert many.pdf.count(b"/Subtype /Form") == one.pdf.count(b"/Subtype /Form") == 2
    assert len(many.pdf) / 40 < len(one.pdf) / 8
    assert draw(press, papers(40)).digest == many.digest


def test_every_new_shape_and_every_sample_is_proved_in_full(press: Press) -> None:
    some = [*papers(3), FULL_CERTIFICATE, *papers(3)]
    report = press.prove_batch(draw(press, some), some, samples=(5,))
    assert report.pictures == [0, 2, 3, 5]


def test_each_paper_is_the_one_that_would_be_drawn_alone(press: Press) -> None:
    some = papers(4)
    for data, record in zip(some, draw(press, some).records, strict=True):
        alone = press.render("FORM-04", data, training=False, now=NOW).record
        assert {(f.name, f.text, f.box) for f in record.fields} == {
            (f.name, f.text, f.box) for f in alone.fields
        }


def test_the_right_text_of_somebody_else_fails(press: Press) -> None:
    """A letter for the wrong person: data and sheets out of step by one."""
    some = papers(6)
    part = draw(press, some)
    failure = fails(press, part, [*some[1:], some[0]])
    assert failure.check is Check.TEXT
    for name, value in (("name", "山田　花江"), ("copay_ratio", "２割"), ("insured_number", "0")):
        wrong = [*some]
        wrong[4] = replace(some[4], **{name: value})
        assert fails(press, part, wrong).check is Check.TEXT


@pytest.mark.parametrize("at", [0, 4])
def test_seven_digits_of_eight_fail_wherever_they_are(press: Press, at: int) -> None:
    """The accident of 2,071 certificates (DOMAIN 8): a number printed with seven digits."""
    some = papers(6)
    part = draw(press, some)
    record = part.records[at]
    short = tuple(
        replace(one, text=one.text[:-1]) if one.name == "insured_number" else one
        for one in record.fields
    )
    records = [*part.records]
    records[at] = replace(record, fields=short)
    wrong = [*some]
    wrong[at] = replace(some[at], insured_number=some[at].insured_number[:-1])
    failure = fails(press, replace(part, records=tuple(records)), wrong)
    assert (failure.check, failure.where) == (Check.TEXT, "被保険者番号")


@pytest.mark.parametrize(
    "over",
    [
        "q 1 1 1 rg 20 300 40 20 re f Q",
        "q 0 0 0 rg 20 300 40 20 re f Q",
        "3 Tr",
        "0 0 50 50 re W n",
        "1 0 0 1 3 0 cm",
        "q BT 1 1 1 rg ET Q",
    ],
)
@pytest.mark.parametrize("at", [0, 3])
def test_whatever_is_drawn_beside_the_items_stops_the_batch(
    press: Press, monkeypatch: Any, over: str, at: int
) -> None:
    def draw_over(sheet: Sheet, data: Any) -> None:
        sheet._document.draw(over, fixed=False)

    part = spoilt(press, monkeypatch, draw_over, at)
    assert fails(press, part, papers(6)).check is Check.BOX


def test_a_digit_cut_by_a_font_change_fails_though_the_text_is_whole(
    press: Press, fonts: FontSet, monkeypatch: Any
) -> None:
    """The real cause: another font under the same text. Here 8 is drawn by the outline of 3."""
    right = FontFile.find_glyph

    def wrong(self: FontFile, cluster: str) -> int | None:
        return right(self, "3" if cluster == "8" else cluster)

    monkeypatch.setattr(FontFile, "find_glyph", wrong)
    changed = Press(FontSet([f.spec for f in fonts.files]), load_tables(shipped_tables()))
    some = [replace(one, insured_number="88888888") for one in papers(3)]
    part = draw(changed, some)
    monkeypatch.undo()
    assert fails(press, part, some).check is Check.OUTLINE


def test_a_missing_variant_fails(press: Press, fonts: FontSet, monkeypatch: Any) -> None:
    """葛 with its variant's text and the bare character's outline."""
    right = FontFile.find_glyph

    def bare(self: FontFile, cluster: str) -> int | None:
        return None if right(self, cluster) is None else right(self, cluster[0])

    monkeypatch.setattr(FontFile, "find_glyph", bare)
    changed = Press(FontSet([f.spec for f in fonts.files]), load_tables(shipped_tables()))
    part = draw(changed, papers(2))
    monkeypatch.undo()
    assert fails(press, part, papers(2)).check is Check.OUTLINE


def test_a_font_left_out_fails(press: Press, monkeypatch: Any) -> None:
    whole = embedding._dictionary

    def without_program(document: Any, **entries: Any) -> Any:
        return whole(document, **{key: v for key, v in entries.items() if key != "FontFile2"})

    monkeypatch.setattr(embedding, "_dictionary", without_program)
    part = draw(press, papers(2))
    monkeypatch.undo()
    assert fails(press, part, papers(2)).check is Check.FONT


def test_text_outside_its_field_fails(press: Press) -> None:
    some = papers(3)
    part = draw(press, some)
    record = part.records[2]
    narrow = tuple(
        replace(one, box=replace(one.box, width=one.box.width / 3)) if one.name == "name" else one
        for one in record.fields
    )
    records = (*part.records[:2], replace(record, fields=narrow))
    failure = fails(press, replace(part, records=records), some)
    assert (failure.check, failure.where) == (Check.BOX, "氏名")


def test_a_page_too_few_and_a_barcode_too_few_fail(press: Press) -> None:
    some = papers(3)
    part = draw(press, some)
    assert fails(press, replace(part, records=part.records[:2]), some[:2]).check is Check.TEXT
    without = replace(part.records[1], barcodes=())
    records = (part.records[0], without, part.records[2])
    assert fails(press, replace(part, records=records), some).check is Check.BARCODE


def test_wording_that_follows_the_name_is_no_part_of_what_is_drawn_once(press: Press) -> None:
    some = [replace(NOTICE, name=name) for name in NAMES]
    part = press.render_batch("FORM-N1", some, training=False, now=NOW)
    assert part.pdf.count(b"/Subtype /Form") == 1
    assert press.prove_batch(part, some).sheets == len(NAMES)


def test_a_document_names_one_object_for_equal_parts(fonts: FontSet) -> None:
    document = Document("t", "TEST", fonts, now=NOW)
    for size in ((50, 50), (50, 50), (60, 50)):
        document.begin_page(*size)
        document.draw("0 0 m 1 1 l S", fixed=True)
    document.begin_page(50, 50)
    document.close()
    assert document.parts == 2
