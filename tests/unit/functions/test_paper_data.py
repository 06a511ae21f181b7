"""What a decision says stands on the paper in the paper's own words, whatever it decides."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import date

import pytest

from app.core.tables import Tables, load_tables, shipped_tables
from app.wire.bodies.coverage import Coverage
from forms.catalog import find_decided_form
from forms.certificates.eligibility_certificate import EligibilityCertificateData, certificate_of
from forms.fonts import load_fonts
from forms.press import Press
from tests.support.form_examples import NOW

TODAY = date(2026, 11, 21)

DECIDED = {
    "decision_id": "U-2026-0000123",
    "outcome": "accepted",
    "person_kind": "1",
    "name": "葛\U000e0102城　美智子",
    "kana": "カツラギ　ミチコ",
    "birth_written": "昭和20年5月3日",
    "birth_sort": "1945-05-03",
    "sex": "2",
    "address": "架空県見本市中央区桜が丘三丁目12番34号",
    "insured_number": "01234567",
    "insurer_number": "39999997",
    "insurer_name": "架空県後期高齢者医療広域連合",
    "acquired_on": "2026-11-16",
    "copay_ratio": "1",
    "copay_from": "2026-11-16",
    "paper": "eligibility_certificate",
    "expires_on": "2027-07-31",
    "issue_on": "2026-11-21",
    "limit_printed": "1",
    "limit_from": "2026-11-16",
}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load_tables(shipped_tables())


@pytest.fixture(scope="module")
def press(tables: Tables) -> Press:
    return Press(load_fonts(), tables)


@pytest.fixture
def decision() -> Coverage:
    empty = {field.name: "" for field in dataclasses.fields(Coverage)}
    return Coverage(**{**empty, **DECIDED})


def limit_codes() -> list[str]:
    return [str(code) for code in load_tables(shipped_tables())["limit_classes"].codes(TODAY)]


@pytest.mark.req("FORM-04", "CON-07")
@pytest.mark.parametrize("code", limit_codes())
def test_every_limit_class_prints_in_the_wording_of_the_certificate(
    tables: Tables, press: Press, decision: Coverage, code: str
) -> None:
    data = certificate_of(replace(decision, limit_class=code), "T01-1-000042", tables)
    assert isinstance(data, EligibilityCertificateData)
    wording = tables["limit_classes"].at(TODAY, code=code).text("wording")
    assert data.limit_class == wording
    press.prove(press.render("FORM-04", data, training=False, now=NOW), data)


def test_limit_class_is_left_out_when_the_decision_does_not_print_it(
    tables: Tables, decision: Coverage
) -> None:
    quiet = replace(decision, limit_class=limit_codes()[-1], limit_printed="0")
    data = certificate_of(quiet, "T01-1-000042", tables)
    assert isinstance(data, EligibilityCertificateData)
    assert (data.limit_class, data.limit_from) == ("", "")


@pytest.mark.req("FORM-04")
def test_every_specified_disease_prints(tables: Tables, press: Press, decision: Coverage) -> None:
    for code in tables["specified_diseases"].codes(TODAY):
        record = replace(decision, disease_kind=str(code), disease_from="2024-04-01")
        data = certificate_of(record, "T01-1-000042", tables)
        press.prove(press.render("FORM-04", data, training=False, now=NOW), data)


def test_paper_of_the_decision_is_the_form_of_the_catalogue(
    tables: Tables, press: Press, decision: Coverage
) -> None:
    for paper in ("eligibility_certificate", "eligibility_notice"):
        form = find_decided_form(paper, TODAY)
        assert form is not None
        data = form.fill(replace(decision, paper=paper), "T01-1-000042", tables)
        press.prove(press.render(form.id, data, training=True, now=NOW), data)
