"""A restricted person who is named in what is told of somebody else is hidden there."""

from __future__ import annotations

import json

import pytest

from app.catalog import CASES
from app.persons.facts import KINDS
from app.wire.layout import columns
from db.items import HIDDEN, hidden_text, is_private
from db.named import NOBODY, Names, hidden_entry, hidden_fact, hidden_line, hidden_others

HER = Names.of(("髙橋　タケ", "タカハシ　タケ", None, "000000000004567"))
CLOSED = json.dumps(["髙橋　タケ\nタカハシ　タケ\n\n000000000004567"])

HEIR = {
    "name": "見本　一郎",
    "address": "見本市1",
    "heir_name": "高橋タケ",
    "heir_relation": "妻",
    "heir_address": "かくれが1",
    "heir_phone": "0250112233",
    "payer_name": "別の　方",
    "payer_phone": "0250999999",
}


@pytest.mark.req("SEC-94")
def test_whoever_is_named_is_hidden_with_what_belongs_to_her_and_nothing_else() -> None:
    assert hidden_others(HEIR, HER) == {
        **HEIR,
        "heir_name": HIDDEN,
        "heir_address": HIDDEN,
        "heir_phone": HIDDEN,
    }
    assert hidden_others(HEIR, NOBODY) == HEIR


@pytest.mark.req("SEC-94")
@pytest.mark.parametrize(
    "written",
    ["髙橋　タケ", "高橋 タケ", "高橋たけ", "ﾀｶﾊｼ ﾀｹ", "タカハシタケ（妻）", "妻 髙橋タケ方"],
)
def test_she_is_found_however_her_name_is_written(written: str) -> None:
    assert hidden_others({"ground": written}, HER) == {"ground": HIDDEN}
    assert hidden_line(f"世帯主 {written} と違います。", CLOSED) != f"世帯主 {written} と違います。"


@pytest.mark.req("SEC-94")
def test_by_her_number_and_with_her_account_and_her_letters() -> None:
    paid = {"paid_by_atena_number": "000000000004567", "paid_by_phone": "0250", "note": "1"}
    assert hidden_others(paid, HER) == {
        "paid_by_atena_number": HIDDEN,
        "paid_by_phone": HIDDEN,
        "note": "1",
    }
    assert hidden_others({"members": "1 000000000004567 2"}, HER) == {"members": HIDDEN}
    paid = {"holder_kana": "タカハシ　タケ", "account_number": "1234567", "new_address": "見本市1"}
    assert hidden_others(paid, HER) == {
        "holder_kana": HIDDEN,
        "account_number": HIDDEN,
        "new_address": "見本市1",
    }
    sent = {"addressee": "髙橋タケ", "to_address": "かくれが1", "to_postal_code": "9990001"}
    assert set(hidden_others(sent, HER).values()) == {HIDDEN}


def test_somebody_of_the_same_name_sees_her_own_entry() -> None:
    own = {"name": "髙橋　タケ", "kana": "タカハシ　タケ", "new_address": "見本市1"}
    assert hidden_others(own, HER) == own


def test_facts_of_a_role_a_payment_and_a_note_hide_her_and_a_name_stays() -> None:
    role = {"role": "heir", "name": "高橋タケ", "phone": "0250", "relation": "妻"}
    told = json.loads(hidden_fact("role", json.dumps(role, ensure_ascii=False), CLOSED) or "")
    assert told == {**role, "name": HIDDEN, "phone": ""}
    name = json.dumps({"name": "髙橋　タケ"}, ensure_ascii=False)
    assert hidden_fact("name", name, CLOSED) == name
    assert hidden_fact("role", json.dumps(role), None) == json.dumps(role)


@pytest.mark.req("SEC-94")
def test_every_kind_of_fact_that_tells_of_others_is_known() -> None:
    """Texts of facts: those of the person and those by which others are named."""
    of_others = {"role": {"name", "phone"}, "payment": {"payee"}, "note": {"text"}}
    value = json.dumps(dict.fromkeys(("name", "phone", "payee", "text"), "髙橋　タケ"))
    for kind in KINDS:
        plain = value.encode().decode("unicode_escape")
        told = json.loads(hidden_fact(kind, plain, CLOSED) or "{}")
        assert {k for k, v in told.items() if v != "髙橋　タケ"} == of_others.get(kind, set())


@pytest.mark.req("SEC-94")
def test_every_item_by_which_somebody_is_named_takes_along_where_that_one_is() -> None:
    """Over every kind: whoever is named, no address, phone or account of the same block is told."""
    blocks = 0
    for kind in CASES.values():
        items = {*kind.fields, *(column.name for column in columns(kind.answer.record))}
        for name in items:
            begin = name.removesuffix("_name").removesuffix("_kana")
            if begin == name or begin in ("former", "new", "insurer", "facility", "heard", "alias"):
                continue
            told = hidden_others({**dict.fromkeys(items, "x"), name: "髙橋タケ"}, HER)
            block = {one for one in items if one.startswith(f"{begin}_") and is_private(one)}
            assert {one for one in block if told[one] != HIDDEN} == set(), (kind.code, name)
            blocks += 1
    assert blocks > 12


@pytest.mark.parametrize("text", ["[]", "not json", '"見本町1"'])
def test_what_is_no_entry_is_told_when_it_names_nobody(text: str) -> None:
    assert hidden_entry(text, CLOSED) == text
    assert hidden_entry(text + "髙橋　タケ", CLOSED) == "{}"
    assert hidden_entry(None, CLOSED) is None


def test_a_short_name_hides_nothing() -> None:
    """Two signs stand in too many words; the person's own rows are hidden whatever the name."""
    assert Names.of(("林", "李 明")) == NOBODY


@pytest.mark.parametrize(
    "text",
    ['{"heir_name":"別の　方","heir_phone":"0250"}', '{ "b": 1,\n"a":"\\u898b" }', "{}"],
)
def test_an_entry_in_which_nothing_is_hidden_comes_to_the_byte(text: str) -> None:
    """A decision has a digest: read by who is not concerned it is still the one that came."""
    assert hidden_entry(text, CLOSED) == text
    if "heir" not in text:
        assert hidden_text(text) == text
