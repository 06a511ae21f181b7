"""台紙: the same card on an A4 sheet to be cut or peeled off, proved like the bare one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.tables import Replaced, Tables, load_tables, shipped_tables
from forms.catalog import get_form
from forms.certificates.eligibility_certificate import certificate_of
from forms.fonts import load_fonts
from forms.letters import WINDOW
from forms.practices import practice_day
from forms.press import Press, Rendered
from forms.record import Box, DrawnField
from forms.spool import paper_of, turned_over
from tests.support.form_examples import NOW

CARD, LEFT, TOP = (91.0, 128.0), 59.0, 156.0
SENT = {"postal_code": "000-0001", "mail_address": "架空県見本市中央町一丁目2番3号"}


@cache
def tables(kind: str = "cut") -> Tables:
    """Those of a union whose cards lie on A4 sheets."""
    path = shipped_tables() / "paper_practices.toml"
    text = path.read_text(encoding="utf-8").replace('carrier = "none"', f'carrier = "{kind}"')
    return load_tables(shipped_tables(), Replaced(1, {"paper_practices": text}))


def drawn(form_id: str, kind: str = "cut", which: str = "typical") -> tuple[Rendered, Any]:
    examples = get_form(form_id).examples
    assert examples is not None
    data = replace(getattr(examples, which), **SENT)
    press = Press(load_fonts(), tables(kind))
    rendered = press.render(form_id, data, training=False, now=NOW)
    press.prove(rendered, data)
    return rendered, data


@pytest.mark.parametrize("form_id", ["FORM-04", "FORM-08"])
@pytest.mark.parametrize("which", ["typical", "longest", "oddest"])
def test_the_card_lies_on_an_a4_sheet_and_stands_the_proof(form_id: str, which: str) -> None:
    rendered, data = drawn(form_id, which=which)
    assert paper_of(rendered.pdf) == "210x297" and turned_over(rendered.pdf) == "long_edge"
    card = Box(LEFT, TOP, *CARD)
    back = Box(210 - LEFT - CARD[0], TOP, *CARD)
    (insured,) = rendered.record.named("insured_number")
    assert card.holds(insured.box)
    (address,) = rendered.record.named("mail_address")
    assert WINDOW.holds(address.box) and address.text == data.mail_address
    codes = {(one.symbology, card.holds(one.box)) for one in rendered.record.barcodes}
    assert len(codes) == 2, "one on the card, one beside it for the inserting machine"
    assert all(back.holds(one.box) for one in rendered.record.fields if one.page == 1)


def test_the_card_itself_is_the_same_as_the_bare_one() -> None:
    """Every text and glyph of the bare card stands on the sheet, at the same place of the card."""
    rendered, data = drawn("FORM-04", "peel")
    bare = replace(data, postal_code="", mail_address="")
    press = Press(load_fonts(), load_tables(shipped_tables()))
    alone = press.render("FORM-04", bare, training=False, now=NOW).record
    left = (LEFT, 210 - LEFT - CARD[0])
    found = {
        (one.name, one.page, one.text, round(one.size, 2), *_first(one, left[one.page], TOP))
        for one in rendered.record.fields
    }
    wanted = [
        (one.name, one.page, one.text, round(one.size, 2), *_first(one, 0.0, 0.0))
        for one in alone.fields
    ]
    assert len(wanted) > 60 and [one for one in wanted if one not in found] == []


def _first(field: DrawnField, left: float, top: float) -> tuple[float, float]:
    glyph = field.glyphs[0]
    return round(glyph.x - left, 2), round(glyph.baseline - top, 2)


def test_many_in_one_file_are_proved_each(which: str = "typical") -> None:
    """Batches too: what stands around the card is drawn once, the address for each."""
    _, data = drawn("FORM-04")
    papers = [
        replace(data, certificate_number=f"T01-1-20261121-{n:05d}", mail_address=f"見本町{n}番")
        for n in range(3)
    ]
    press = Press(load_fonts(), tables())
    part = press.render_batch("FORM-04", papers, training=True, now=NOW)
    press.prove_batch(part, papers, [1])
    assert [one.named("mail_address")[0].text for one in part.records] == [
        "見本町0番",
        "見本町1番",
        "見本町2番",
    ]


def decision(**changed: str) -> Any:
    items = {
        "decision_id": "U-1",
        "insurer_number": "39999997",
        "insurer_name": "架空県後期高齢者医療広域連合",
        "insured_number": "01234567",
        "name": "見本　花子",
        "kana": "ミホン　ハナコ",
        "birth_written": "昭和20年5月3日",
        "person_kind": "1",
        "sex": "2",
        "address": "見本市中央町1番",
        "building": "",
        "postal_code": "9500001",
        "address_printed": "0",
        "acquired_on": "2020-05-03",
        "copay_ratio": "1",
        "copay_from": "2026-08-01",
        "issue_on": "2026-11-16",
        "expires_on": "2027-07-31",
        "delivery": "post",
        **changed,
    }

    class Decided(SimpleNamespace):
        def __getattr__(self, name: str) -> str:
            return ""

    return Decided(**items)


def test_the_letter_goes_where_letters_go() -> None:
    """送付先, not the address of the register; nothing for a paper that is handed over, nothing on
    a bare card."""
    own = certificate_of(decision(), "N-1", tables())
    assert (own.postal_code, own.mail_address, own.addressee) == ("950-0001", "見本市中央町1番", "")
    to = {"send_name": "見本　太郎", "send_address": "隣市東町2番", "send_postal_code": "9600002"}
    other = certificate_of(decision(**to), "N-1", tables())
    assert (other.postal_code, other.mail_address) == ("960-0002", "隣市東町2番")
    assert other.addressee == "見本　太郎"
    assert certificate_of(decision(delivery="counter"), "N-1", tables()).mail_address == ""
    assert certificate_of(decision(), "N-1", load_tables(shipped_tables())).mail_address == ""


def test_the_stock_is_that_of_the_papers_own_year() -> None:
    """In July next year's paper goes onto next year's sheet, this year's onto this year's."""
    july = date(2027, 7, 20)
    assert practice_day(july, "2028-07-31") == date(2027, 8, 1)
    assert practice_day(july, "2027-07-31") == july
    assert practice_day(july, "") == july
