"""What the views hide of restricted persons: every table and every item is decided upon."""

from __future__ import annotations

import json

import pytest

from app.catalog import CASES
from app.rules.values.reader import ValueKind
from app.wire.layout import Kind, columns
from db.items import HIDDEN, hidden, hidden_text, is_private, kept
from db.shown import GUARDED, NOT_OF_PERSONS
from db.tables import METADATA

TOLD = frozenset(
    (
        # the person's own name, birth and numbers, which every paper of the case bears
        *("name", "kana", "alias", "alias_kana", "former_name", "former_name_kana"),
        *("new_name", "new_kana", "atena_number", "municipality_code", "paper_number"),
        *("birth_written", "birth_sort"),
        # an amount in its currency
        "amount_abroad",
        # how somebody stands to her, without a name
        *("relation", "heir_relation", "mourner_relation", "payer_relation", "payee_relation"),
        *("paid_by_relation", "former_relation", "paid_by_atena_number", "heard_kana"),
        # of the law and of the union's own judgement, about nobody else
        *("article", "disability_degree", "judged_year", "reasons"),
    )
)
"""Texts of entries and decisions that are shown of a restricted person too."""

_TEXTS_KEYED = (
    *(ValueKind.TEXT, ValueKind.NAME, ValueKind.KANA, ValueKind.ADDRESS, ValueKind.POSTAL),
    *(ValueKind.PHONE, ValueKind.FACILITY, ValueKind.HOUSEHOLD, ValueKind.MUNICIPALITY),
    ValueKind.PAPER,
)
_TEXTS_SENT = (
    *(Kind.TEXT, Kind.KANA, Kind.PHONE, Kind.FACILITY, Kind.RESIDENT, Kind.RESIDENTS, Kind.JSON),
    *(Kind.MUNICIPALITY, Kind.PAPER),
)


@pytest.mark.req("SEC-94")
def test_every_table_is_guarded_or_tells_nothing_of_where_somebody_is() -> None:
    tables = set(METADATA.tables)
    assert set(GUARDED) | NOT_OF_PERSONS == tables, "decide for the new table in db/shown.py"
    assert not set(GUARDED) & NOT_OF_PERSONS
    for name, guarded in GUARDED.items():
        assert set(guarded.shows) <= set(METADATA.tables[name].columns.keys())
        assert guarded.shows or guarded.drops


@pytest.mark.req("SEC-94")
def test_every_text_of_an_entry_and_of_a_decision_is_hidden_or_may_be_told() -> None:
    keyed = {
        name
        for kind in CASES.values()
        for name, field in kind.fields.items()
        if field.kind in _TEXTS_KEYED
    }
    decided = {
        column.name
        for kind in CASES.values()
        for column in columns(kind.answer.record)
        if column.kind in _TEXTS_SENT
    }
    undecided = {name for name in keyed | decided if not is_private(name)} - TOLD
    assert undecided == set(), "decide for the new item in db/shown.py, or tell it here"
    assert not {name for name in TOLD if is_private(name)}


def test_hidden_values_come_back_as_they_were_stored() -> None:
    stored = {
        "name": "髙橋　タケ",
        "address": "見本町1",
        "phone": "0250",
        "building": "",
        "ratio": "1",
    }
    shown = hidden(stored)
    assert shown == {**stored, "address": HIDDEN, "phone": HIDDEN}
    assert kept({**shown, "phone": "0251"}, stored) == {**stored, "phone": "0251"}
    assert kept({**shown, "address": ""}, stored)["address"] == "", "emptied on purpose"


@pytest.mark.parametrize("text", ["[]", "not json", '"見本町1"'])
def test_what_is_no_entry_is_all_hidden(text: str) -> None:
    assert hidden_text(text) == "{}"
    assert hidden_text(None) == "{}"


def test_a_code_is_told_where_the_same_item_is_free_text_elsewhere() -> None:
    assert hidden({"ground": "wish"}) == {"ground": "wish"}
    assert hidden({"ground": "夫の名"}) == {"ground": HIDDEN}
    assert json.loads(hidden_text('{"ground":"夫の名"}')) == {"ground": HIDDEN}
