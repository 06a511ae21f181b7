"""What the terminal sees in a keyed notification before it is sent (SEC-01 … 05, 11, 17)."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from app.cases import checks
from app.cases.entry import FieldKind
from app.core.tables import Tables, load_tables, shipped_tables
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.rules.values.reader import Reader
from app.wire.bodies.move_in import MoveIn

TODAY = date(2026, 11, 20)
FIELDS = MOVE_IN.fields

GOOD = {
    "kana": "かとう はな",
    "name": "加藤 花",
    "birth_written": "S20.5.3",
    "sex": "2",
    "person_kind": "1",
    "event_on": "R8.11.19",
    "notified_on": "R8.11.20",
    "accepted_on": "2026-11-20",
    "processed_on": "R8.11.20",
    "atena_number": "000000000012345",
    "household_number": "000000000054321",
    "relation": "母",
    "is_head": "0",
    "postal_code": "９９９－０００１",
    "address": "架空県みほん市本町一丁目1番1号",
    "former_municipality_code": "142051",
    "former_address": "神奈川県藤沢市朝日町1番地の1",
    "former_insured_number": "00123455",
    "channel": "counter",
    "notifier": "person",
    "identity_check": "number_card",
    "number_check": "number_card",
    "my_number": "123456789018",
    "purpose_explained": "1",
    "copay_paper": "1",
    "copay_paper_on": "R8.11.10",
    "copay_taxed": "0",
    "copay_taxable_income": "0",
    "copay_revenue": "1,200,000",
    "copay_pension_other": "1200000",
    "copay_base_income": "0",
    "copay_all_income_zero": "0",
    "card_use": "not_registered",
    "delivery": "counter",
}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load_tables(shipped_tables())


def found(tables: Tables, **changed: str) -> dict[tuple[str, str], str]:
    entered = checks.as_entered(MOVE_IN, {**GOOD, **changed}, tables, TODAY)
    seen = checks.check_all(MOVE_IN, entered)
    return {(f.field, f.code): f.level for f in seen}


def test_a_complete_entry_has_nothing_to_say(tables: Tables) -> None:
    assert found(tables) == {}


@pytest.mark.req("SEC-11", "SEC-12", "FLOW-103")
def test_the_form_has_exactly_the_fields_of_its_definition() -> None:
    keyed = {name for name, field in FIELDS.items() if not field.kept_here}
    columns = {field.name for field in fields(MoveIn)}
    made_by_the_program = {
        *("case_id", "kind", "body", "body_version", "municipality_code"),
        *("birth_sort", "birth_precision", "warnings"),
    }
    assert keyed | made_by_the_program == columns


@pytest.mark.parametrize("name", sorted(n for n, f in FIELDS.items() if f.required))
def test_each_required_field_is_asked_for(tables: Tables, name: str) -> None:
    assert (name, "missing") in found(tables, **{name: ""})


@pytest.mark.req("SEC-01", "SEC-02", "SEC-03", "SEC-17")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"identity_check": ""}, "identity_check"),
        ({"number_check": ""}, "number_check"),
        ({"notifier": "proxy", "proxy_basis": ""}, "proxy_basis"),
        ({"purpose_explained": "0"}, "purpose_explained"),
        ({"channel": "post", "identity_check": "post_copies", "copies_received": "0",
          "delivery": "post"}, "copies_received"),
    ],
)  # fmt: skip
def test_identification_cannot_be_left_out(
    tables: Tables, changed: dict[str, str], field: str
) -> None:
    assert (field, "missing") in found(tables, **changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"event_on": "R8.11.21"}, ("event_on", "in_future", "error")),
        ({"birth_written": "R8.11.21"}, ("birth_written", "birth_future", "error")),
        ({"event_on": "S20.5.2"}, ("event_on", "before_birth", "error")),
        ({"notified_on": "R8.11.18"}, ("notified_on", "order", "error")),
        ({"accepted_on": "R8.11.19"}, ("notified_on", "order", "error")),
        ({"event_on": "R8.11.5"}, ("notified_on", "late", "warning")),
        ({"birth_written": "S27.1.1"}, ("birth_written", "under_75", "warning")),
        ({"birth_written": "昭和20年頃"}, ("birth_written", "birth_unknown", "warning")),
        ({"postal_code": "999000"}, ("postal_code", "value.postal.length", "error")),
        ({"kana": "加藤"}, ("kana", "value.kana.not_kana", "error")),
        ({"my_number": "123456789010"}, ("my_number", "number.my_number.check_digit", "error")),
        ({"former_insured_number": "00123450"}, ("former_insured_number", "insured_digit",
                                                 "warning")),
        ({"facility_code": "F001"}, ("facility_code", "facility", "warning")),
        ({"copay_paper": "0"}, ("copay_paper", "income_unknown", "warning")),
        ({"number_check": "none", "my_number_absent": "forgotten"},
         ("number_check", "number_absent", "warning")),
        ({"copay_revenue": "百万"}, ("copay_revenue", "value.amount.not_digits", "error")),
        ({"identity_check": "post_copies"}, ("identity_check", "manner", "error")),
        ({"sex": "7"}, ("sex", "value.code.unknown", "error")),
    ],
)  # fmt: skip
def test_each_fault_is_told_at_its_field(
    tables: Tables, changed: dict[str, str], expected: tuple[str, str, str]
) -> None:
    field, code, level = expected
    assert found(tables, **changed).get((field, code)) == level


def test_fourteen_days_are_still_in_time(tables: Tables) -> None:
    assert found(tables, event_on="R8.11.6") == {}


def test_fourteen_days_that_end_on_a_saturday_end_on_monday(tables: Tables) -> None:
    monday = {"notified_on": "R8.11.16", "accepted_on": "R8.11.16", "event_on": "R8.10.31"}
    tuesday = {"notified_on": "R8.11.17", "accepted_on": "R8.11.17", "event_on": "R8.10.31"}
    assert found(tables, **monday) == {}
    assert found(tables, **tuesday) == {("notified_on", "late"): "warning"}


def test_a_year_without_its_holidays_is_told_and_does_not_break_the_entry(tables: Tables) -> None:
    said = found(tables, event_on="H31.1.10", notified_on="H31.1.25", accepted_on="H31.1.25")
    assert said == {("notified_on", "days.year_unknown"): "error"}


@pytest.mark.parametrize(
    ("birth", "said"),
    [("S26.11.20", {}), ("S26.11.21", {("birth_written", "under_75"): "warning"})],
)
def test_75_on_the_birthday_itself(
    tables: Tables, birth: str, said: dict[tuple[str, str], str]
) -> None:
    assert found(tables, birth_written=birth) == said


@pytest.mark.req("SEC-02")
def test_weak_identification_leads_to_posting_and_not_to_refusal(tables: Tables) -> None:
    at_once = found(tables, identity_check="known")
    by_post = found(tables, identity_check="known", delivery="post")
    assert at_once == {("delivery", "weak_identity"): "error"}
    assert by_post == {}


def test_disability_papers_answer_for_those_under_75(tables: Tables) -> None:
    said = found(tables, birth_written="S27.1.1", disability_paper="1", disability_on="R7.4.1")
    assert said == {}


def test_names_are_sent_exactly_as_typed(tables: Tables) -> None:
    reader = Reader.of(tables, TODAY)
    for name in ("葛\U000e0102城", "髙﨑 \U00020bb7", "\ufa19谷"):
        assert checks.normal_form(FIELDS["name"], name, reader) == name
    assert checks.normal_form(FIELDS["kana"], "ｶﾄｳ はな", reader) == "カトウ　ハナ"
    assert checks.normal_form(FIELDS["postal_code"], "９９９－０００１", reader) == "9990001"
    assert checks.normal_form(FIELDS["is_head"], "", reader) == "0"


@pytest.mark.parametrize("name", sorted(n for n, f in FIELDS.items() if f.required))
@pytest.mark.parametrize("typed", [" ", "\u3000", "\u200b", "\ufeff\u00ad"])
def test_what_shows_nothing_does_not_fill_a_field(tables: Tables, name: str, typed: str) -> None:
    assert (name, "missing") in found(tables, **{name: typed})


BY_PHONE = {"heard_kana", "heard_birth", "heard_postal", "called_back"}


@pytest.mark.parametrize(
    "name",
    sorted(n for n, f in FIELDS.items() if f.kind not in (FieldKind.FLAG, FieldKind.CHOICE)),
)
@pytest.mark.parametrize("typed", ["・", "-", "‐", "−", "ー", "〜", "？"])
def test_a_sign_alone_is_no_value_of_any_field(tables: Tables, name: str, typed: str) -> None:
    changed = {"disability_paper": "1", "disability_on": "R7.4.1", "disease_paper": "1",
               "disease_kind": "1", "disease_on": "R7.4.1", "dependant_paper": "1",
               "dependant_until": "R7.4.1", "person_kind": "2", name: typed}  # fmt: skip
    if name in BY_PHONE:
        changed |= {"channel": "phone", "identity_check": "three_facts"}
    assert "error" in {level for (field, _), level in found(tables, **changed).items()
                       if field == name}  # fmt: skip


def test_a_foreign_resident_may_have_no_kana_and_nobody_else(tables: Tables) -> None:
    foreign = {"name": "SMITH JOHN", "kana": "", "person_kind": "2"}
    assert found(tables, **foreign) == {}
    assert found(tables, **foreign, alias="見本　真理", alias_kana="みほん　まり") == {}
    assert found(tables, kana="") == {("kana", "missing"): "error"}
    assert found(tables, kana="", person_kind="3") == {("kana", "missing"): "error"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"copay_taxable_income": "1,200,001"}, ("copay_taxable_income",
                                                 "copay_taxable_income_above_revenue")),
        ({"copay_base_income": "1,200,001"}, ("copay_base_income",
                                              "copay_base_income_above_revenue")),
        ({"copay_taxable_income": "1", "copay_all_income_zero": "1"},
         ("copay_all_income_zero", "income_not_zero")),
        ({"copay_taxable_income": "1,200,000"}, None),
        ({"copay_paper": "0", "copay_taxable_income": "9,999,999"}, ("copay_paper",
                                                                     "income_unknown")),
    ],
)  # fmt: skip
def test_incomes_that_cannot_stand_beside_each_other_are_found(
    tables: Tables, changed: dict[str, str], said: tuple[str, str] | None
) -> None:
    assert found(tables, **changed) == ({said: "warning"} if said else {})


def test_a_negative_amount_is_refused_and_never_turned_round(tables: Tables) -> None:
    for typed in ("-2,000,000", "−2000000", "△2,000,000", "ー2000000"):
        assert found(tables, copay_pension_other=typed) == {
            ("copay_pension_other", "value.amount.negative"): "error"
        }


def test_what_is_typed_is_said_back(tables: Tables) -> None:
    said = checks.understood(FIELDS["birth_written"], "s20.5.3", TODAY, tables)
    assert said == "→ 昭和20年5月3日（1945-05-03・81歳）"
    assert "1,200,000 円" in checks.understood(FIELDS["copay_revenue"], "1200000", TODAY, tables)
    assert checks.understood(FIELDS["event_on"], "あした", TODAY, tables)
