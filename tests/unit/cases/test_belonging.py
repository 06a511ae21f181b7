"""Whose a thing is, as the entry alone shows it: a table over every field of every kind that names
an account, a number of an insured person, a paper or a resident."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from app.cases import belonging, checks
from app.cases.about import PAYER_KNOWN, Newcomer
from app.cases.entry import EntryField, FieldKind, Finding, Thing
from app.cases.kind import CaseKind
from app.cases.whom import Related, Whom
from app.catalog import CASES
from tests.support.claim_entries import CLAIMED
from tests.support.world import shared_tables
from tests.unit.functions.test_identification import HER

TODAY = date(2026, 11, 20)
HUSBAND = Related("P-2", "髙橋　茂", "タカハシ　シゲル", "昭和8年1月2日", "夫", "4568", "insured")
NEXT_VISITOR = "サトウ　ハナコ"


@dataclass(frozen=True)
class Row:
    """A field that names a thing, and in whose entry: who is keyed, whose name is said, and what
    belongs to that person."""

    kind: str
    field: str
    hers: str
    named: str
    keyed: tuple[tuple[str, str], ...] = ()
    payer: Related | None = None


CLAIMS = (("payee_name", "見本　一郎"), ("payee_kana", "ミホン　イチロウ"))
PAYS = (("paid_by_name", "見本　次郎"), ("paid_by_kana", "ミホン　ジロウ"))
ASKS = (("claimant_name", "見本　一郎"), ("claimant_kana", "ミホン　イチロウ"))
PAYS_HER = (("payee", "self"), ("account_from", "keyed"))
ROWS = (
    Row("account", "holder_kana", "たかはし　たけ", "髙橋　タケ"),
    Row("direct_debit", "holder_kana", "ﾀｶﾊｼ ﾀｹ", "髙橋　タケ"),
    Row(
        "direct_debit_payer",
        "holder_kana",
        "タカハシ　シゲル",
        "髙橋　茂",
        ((PAYER_KNOWN, "1"),),
        HUSBAND,
    ),
    Row("direct_debit_payer", "holder_kana", "ミホン　ジロウ", "見本　次郎", PAYS),
    Row("refund_claim", "holder_kana", "ミホン　イチロウ", "見本　一郎", ASKS),
    Row("funeral", "holder_kana", "ミホン　イチロウ", "見本　一郎", CLAIMS),
    Row("paper_back", "paper_number", "０１２３４５６５", "髙橋　タケ"),
    Row("paper_back_dead", "paper_number", "01234565", "髙橋　タケ"),
    Row("paper_found", "paper_number", "01234565", "髙橋　タケ"),
    *(Row(code, "holder_kana", "たかはし　たけ", "髙橋　タケ", PAYS_HER) for code in CLAIMED),
)
ANOTHERS = {Thing.ACCOUNT_HOLDER: NEXT_VISITOR, Thing.PAPER: "01234573"}


def found(kind: CaseKind, keyed: dict[str, str], whom: Whom, name: str) -> list[Finding]:
    entered = checks.as_entered(kind, keyed, shared_tables(), TODAY, whom)
    codes = ("holder_differs", "number_differs")
    return [
        one for one in checks.check_all(kind, entered) if one.field == name and one.code in codes
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}-{row.named}")
def test_somebody_elses_thing_is_asked_about_by_name(row: Row) -> None:
    kind = CASES[row.kind]
    whom = replace(HER, payer=row.payer)
    field = kind.fields[row.field]
    assert field.belongs is not None
    assert found(kind, {**dict(row.keyed), row.field: row.hers}, whom, row.field) == []
    other = ANOTHERS[field.belongs.thing]
    (asked,) = found(kind, {**dict(row.keyed), row.field: other}, whom, row.field)
    assert asked.level == "warning" and row.named in asked.message and other in asked.message
    assert "別の" in asked.remedy and "確かめてください" in asked.remedy


def test_the_table_has_every_field_that_the_entry_alone_can_tell() -> None:
    told = {
        (kind.code, field.name)
        for kind in CASES.values()
        for field in kind.fields.values()
        if field.belongs is not None and not isinstance(kind.about, Newcomer)
    }
    assert told == {(row.kind, row.field) for row in ROWS}


def _names_a_thing(field: EntryField) -> bool:
    kinds = (FieldKind.INSURED, FieldKind.ATENA)
    return field.kind in kinds or field.name in ("holder_kana", "paper_number")


def test_no_field_that_names_a_thing_forgets_whose_it_is() -> None:
    silent = {
        (kind.code, field.name)
        for kind in CASES.values()
        for field in kind.fields.values()
        if _names_a_thing(field) and field.belongs is None
    }
    # another union's number may be the same as somebody's here by chance
    assert silent == {("move_in", "former_insured_number")}


def test_an_account_is_never_asked_for_without_its_holder() -> None:
    for kind in CASES.values():
        assert ("account_number" in kind.fields) == ("holder_kana" in kind.fields), kind.code


def test_who_claims_and_is_not_keyed_yet_is_asked_about_nothing() -> None:
    assert found(CASES["funeral"], {"holder_kana": NEXT_VISITOR}, HER, "holder_kana") == []
    assert belonging.looks(CASES["paper_back"].pages[0])
    assert not belonging.looks(CASES["account"].pages[0])
