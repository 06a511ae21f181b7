"""The registry of forms is whole, and the press refuses what must not be printed."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import replace
from datetime import date, datetime
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from app.core.clock import JST
from app.core.errors import Bug, UserError
from app.core.tables import load_tables, shipped_tables
from forms.catalog import FORMS, find_decided_form, get_form
from forms.certificates.eligibility_certificate import EligibilityCertificateData
from forms.certificates.eligibility_notice import CARD
from forms.certificates.seal import SealImage, SealOmitted
from forms.fonts import FontSet
from forms.form import KINDS, SOURCES
from forms.items import printed_items
from forms.press import Press
from forms.preview import preview
from forms.proof.failure import Check, ProofFailed
from forms.record import Weight
from tests.support.form_examples import (
    ACCEPTANCE_SLIP,
    CASES,
    CERTIFICATE,
    DRAWN,
    EXAMPLES,
    FULL_CERTIFICATE,
    NOTICE,
    NOW,
    PROVISIONAL_NOTICE,
    example,
)

TITLES = {
    field.name: field.metadata.get("title")
    for field in dataclasses.fields(EligibilityCertificateData)
}
IDS = [form.id for form in DRAWN]


def test_every_form_is_whole() -> None:
    assert len({form.id for form in FORMS}) == len(FORMS)
    assert set(EXAMPLES) == set(IDS)
    papers = load_tables(shipped_tables())["print_papers"]
    for form in FORMS:
        assert papers.has(form.paper) == (form.draw is not None)
        assert form.source in SOURCES
        assert form.kind in KINDS
        assert dataclasses.is_dataclass(form.data)


def test_decision_says_which_paper() -> None:
    """A paper that a decision can order has a form on the days on which it is in use."""
    for row in load_tables(shipped_tables())["papers"].rows(NOW.date()):
        form = find_decided_form(row.text("code"), NOW.date())
        assert (form is None) == (row.text("code") == "none")
    assert find_decided_form("eligibility_notice", NOW.date().replace(month=7)) is None
    assert find_decided_form("", NOW.date().replace(year=1990)) is None


def test_certificates_come_from_decisions_and_carry_its_id() -> None:
    for form in DRAWN:
        if form.numbered:
            assert form.source == "decision"
            assert {"decision_id", "certificate_number"} <= {
                field.name for field in dataclasses.fields(form.data)
            }


@pytest.mark.req("FORM-04", "CON-07")
@pytest.mark.parametrize(("form_id", "which"), CASES)
def test_every_form_is_drawn_and_proved(press: Press, form_id: str, which: str) -> None:
    data, training = example(form_id, which), which == "oddest"
    rendered = press.render(form_id, data, training=training, now=NOW)
    report = press.prove(rendered, data)
    assert report.inked >= 3
    assert report.barcodes >= 1
    assert not rendered.missing
    again = press.render(form_id, data, training=training, now=NOW)
    assert (again.pdf, again.digest) == (rendered.pdf, rendered.digest)
    assert rendered.record.training is training


def test_full_certificate_shows_every_item(press: Press) -> None:
    rendered = press.render("FORM-04", FULL_CERTIFICATE, training=True, now=NOW)
    press.prove(rendered, FULL_CERTIFICATE)
    shown = {field.name: field.text for field in rendered.record.fields if field.name}
    assert shown == {item.name: item.text for item in printed_items(FULL_CERTIFICATE)}
    assert shown["provisional"] == "見込み"
    assert not any("＊＊＊" in field.text for field in rendered.record.fields)


def test_card_cut_out_of_a_training_notice_carries_the_sample_mark(press: Press) -> None:
    rendered = press.render("FORM-N1", NOTICE, training=True, now=NOW)
    marks = [field for field in rendered.record.fields if field.weight is Weight.BACKDROP]
    assert [mark.text for mark in marks] == ["見本", "見本"]
    assert (marks[1].box.width, marks[1].box.height) == CARD
    press.prove(rendered, NOTICE)


def test_provisional_notice_is_marked(press: Press) -> None:
    rendered = press.render("FORM-N1", PROVISIONAL_NOTICE, training=False, now=NOW)
    press.prove(rendered, PROVISIONAL_NOTICE)
    assert [field.text for field in rendered.record.named("provisional")] == ["見込み"] * 2


def test_empty_items_are_blocked_out(press: Press) -> None:
    rendered = press.render("FORM-04", CERTIFICATE, training=False, now=NOW)
    blocked = [field for field in rendered.record.fields if field.text == "＊＊＊"]
    assert len(blocked) == 5


@pytest.mark.parametrize(("form_id", "which"), CASES)
def test_named_fields_do_not_overlap(press: Press, form_id: str, which: str) -> None:
    rendered = press.render(form_id, example(form_id, which), training=False, now=NOW)
    fields = [field for field in rendered.record.fields if field.weight is not Weight.BACKDROP]
    for one, other in combinations(fields, 2):
        if one.page == other.page and (one.name or other.name):
            a, b = one.box, other.box
            apart = (
                a.right <= b.left + 0.01
                or b.right <= a.left + 0.01
                or a.bottom <= b.top + 0.01
                or b.bottom <= a.top + 0.01
            )
            assert apart, (one.name or one.text, other.name or other.text)


@pytest.mark.parametrize("form_id", IDS)
def test_nothing_is_smaller_than_legible(press: Press, form_id: str) -> None:
    rendered = press.render(form_id, EXAMPLES[form_id], training=False, now=NOW)
    seal = set("架空県後期高齢者医療広域連合長之印")
    for field in rendered.record.fields:
        if not (field.weight is Weight.LABEL and len(field.text) == 1 and field.text in seal):
            assert field.size * field.stretch >= 3.8, field.text
            assert field.size >= 5.5, field.text
        if field.name in {"insured_number", "name", "copay_ratio"}:
            assert field.size >= 11


def test_acceptance_slip_says_that_it_is_no_certificate(press: Press) -> None:
    rendered = press.render("FORM-N2", ACCEPTANCE_SLIP, training=False, now=NOW)
    labels = {field.text: field.size for field in rendered.record.fields if not field.name}
    warning = "これは資格確認書ではありません"
    assert labels[warning] >= 14
    names = {field.name for field in rendered.record.fields}
    assert not names & {"insured_number", "copay_ratio", "expires_on"}


@pytest.mark.parametrize("seal", [SealOmitted(), SealOmitted("公印省略")])
def test_seal_may_be_omitted_in_words(press: Press, seal: SealOmitted) -> None:
    data = replace(CERTIFICATE, seal=seal)
    rendered = press.render("FORM-04", data, training=False, now=NOW)
    press.prove(rendered, data)
    assert seal.wording in {field.text for field in rendered.record.fields}


def test_seal_may_be_an_image(press: Press) -> None:
    data = replace(CERTIFICATE, seal=SealImage(_png((200, 30, 30, 255))))
    first = press.render("FORM-04", data, training=False, now=NOW)
    press.prove(first, data)
    assert first.digest == press.render("FORM-04", data, training=False, now=NOW).digest


@pytest.mark.parametrize("form_id", ["FORM-04", "FORM-N10"])
def test_the_image_of_a_seal_is_seen_on_paper(press: Press, form_id: str) -> None:
    """Also on the first page of a file, whose wording is written before it; a paper that lost it
    is refused."""
    data = replace(example(form_id, "typical"), seal=SealImage(_png((200, 30, 30, 255))))
    rendered = press.render(form_id, data, training=False, now=NOW)
    press.prove(rendered, data)
    pixels = np.frombuffer(preview(rendered.pdf, 0, 75).rgba, np.uint8).reshape(-1, 4)
    red = (pixels[:, 0] > 150) & (pixels[:, 1] < 80) & (pixels[:, 2] < 80)
    assert red.sum() > 300
    lost = replace(data, seal=SealImage(_png((255, 255, 255, 0))))
    with pytest.raises(ProofFailed) as refused:
        press.prove(press.render(form_id, lost, training=False, now=NOW), lost)
    assert refused.value.check is Check.PICTURE


def _png(colour: tuple[int, int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (60, 60), colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"insured_number": "1234567"}, "forms.item_shape", "insured_number"),
        ({"insured_number": "０１２３４５６７"}, "forms.item_shape", "insured_number"),
        ({"copay_ratio": "4割"}, "forms.item_shape", "copay_ratio"),
        ({"name": ""}, "forms.item_missing", "name"),
        ({"expires_on": " "}, "forms.item_missing", "expires_on"),
        ({"decision_id": ""}, "forms.item_missing", "decision_id"),
        ({"name": "山" * 140}, "forms.overflow", "name"),
        ({"name": "葛\U000e01ef"}, "forms.sequence_missing", "name"),
    ],
)
def test_what_must_not_be_printed_is_refused(press: Press, change, code: str, field: str) -> None:
    with pytest.raises(UserError) as caught:
        press.render("FORM-04", replace(CERTIFICATE, **change), training=False, now=NOW)
    assert caught.value.code == code
    assert caught.value.field == field
    assert f"「{TITLES[field]}」" in caught.value.message


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("アレクサンドラ　マリア　デ・ラ・クルス", 11),
        ("ＡＬＥＸＡＮＤＲＡ　ＭＡＲＩＡ　ＤＥ　ＬＡ　ＣＲＵＺ　ＧＯＮＺＡＬＥＺ", 8),
        ("齋藤" * 30, 7.5),
    ],
)
def test_long_names_are_set_whole_over_lines(press: Press, name: str, least: float) -> None:
    data = replace(CERTIFICATE, name=name)
    rendered = press.render("FORM-04", data, training=False, now=NOW)
    press.prove(rendered, data)
    (field,) = rendered.record.named("name")
    assert field.size >= least
    assert field.text == name


def test_unmapped_character_prints_as_substitute_and_is_listed(press: Press) -> None:
    data = replace(CERTIFICATE, name="山\ue123田")
    rendered = press.render("FORM-04", data, training=False, now=NOW)
    press.prove(rendered, data)
    assert rendered.record.named("name")[0].text == "山〓田"
    assert [(item.codes, item.field) for item in rendered.missing] == [("U+E123", "name")]


def test_form_is_refused_on_a_day_when_it_is_not_in_use(press: Press) -> None:
    before = datetime(2026, 7, 31, 23, 59, tzinfo=JST)
    with pytest.raises(UserError) as caught:
        press.render("FORM-N1", NOTICE, training=False, now=before)
    assert caught.value.code == "forms.not_in_use"
    press.render("FORM-N1", NOTICE, training=False, now=datetime(2026, 8, 1, tzinfo=JST))


@pytest.mark.req("CON-24", "FORM-01", "FORM-02", "FORM-03", "FORM-07", "FORM-09")
def test_papers_of_former_years_are_known_by_name_and_never_printed(press: Press) -> None:
    undrawn = [form for form in FORMS if form.draw is None]
    former = [form for form in undrawn if form.valid_to is not None]
    assert len(former) == 5
    assert {form.id for form in undrawn if form.valid_to is None} == {"FORM-N24"}  # the union's
    with pytest.raises(UserError, match="印刷"):
        press.render("FORM-N24", get_form("FORM-N24").data(), training=False, now=NOW)
    for form in former:
        assert form.title and form.valid_to == date(2024, 12, 1)
        for moment in (NOW, datetime(2024, 12, 1, tzinfo=JST), datetime(2024, 12, 2, tzinfo=JST)):
            with pytest.raises(UserError) as caught:
                press.render(form.id, form.data(), training=False, now=moment)
            assert caught.value.code in {"forms.never_printed", "forms.not_in_use"}
        assert find_decided_form(form.decided, date(2024, 12, 1)) is form
        assert find_decided_form(form.decided, date(2024, 12, 2)) is None


@pytest.mark.req("ADD-13")
@pytest.mark.parametrize("form_id", [form.id for form in DRAWN if form.kind == "application"])
def test_a_filled_example_stands_behind_every_application(press: Press, form_id: str) -> None:
    rendered = press.render(form_id, EXAMPLES[form_id], training=False, now=NOW)
    (first, second) = (
        {field.text for field in rendered.record.fields if field.page == page} for page in (0, 1)
    )
    assert "記入例" in second - first
    if "個人番号" in first:
        assert any(len(text) == 1 and text.isdigit() for text in second)
    assert not any(len(text) == 1 and text.isdigit() for text in first), "no number is filled in"
    assert [code.text for code in rendered.record.barcodes] == [EXAMPLES[form_id].token]


def test_unknown_form_and_foreign_data_are_our_mistake(press: Press) -> None:
    with pytest.raises(Bug) as caught:
        press.render("FORM-99", CERTIFICATE, training=False, now=NOW)
    assert caught.value.code == "forms.unknown_form"
    with pytest.raises(Bug) as caught:
        press.render("FORM-N1", CERTIFICATE, training=False, now=NOW)
    assert caught.value.code == "forms.wrong_data"


def test_new_form_is_one_entry(fonts: FontSet) -> None:
    """A form added to a copy of the registry is drawn and proved with nothing else changed."""
    added = replace(get_form("FORM-N3"), id="FORM-N99", title="別の票")
    press = Press(fonts, load_tables(shipped_tables()), (*FORMS, added))
    data = EXAMPLES["FORM-N3"]
    rendered = press.render("FORM-N99", data, training=False, now=NOW)
    assert press.prove(rendered, data).fields > 0
