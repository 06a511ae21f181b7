"""Every table and every column of a person is either shown to her or held back for a reason."""

from __future__ import annotations

import pytest

from app.core.tables import load_tables, shipped_tables
from app.functions.records.disclosure.declared import HELD_BACK, NEVER, OTHERS, SHOWN
from app.functions.records.disclosure.service import _items
from db.erasing import GOES
from db.tables import METADATA


def test_every_table_that_is_a_persons_is_decided_upon() -> None:
    personal = {*GOES, "person", "fact", "ledger_entry"}
    assert set(SHOWN) | set(HELD_BACK) == personal and not set(SHOWN) & set(HELD_BACK)
    assert all(HELD_BACK.values())


@pytest.mark.parametrize("table", SHOWN)
def test_every_column_is_shown_or_never(table: str) -> None:
    shown = SHOWN[table]
    columns = {column.name for column in METADATA.tables[table].columns}
    told = {*shown.columns, *filter(None, (shown.document, shown.when))}
    assert told <= columns
    assert columns - told <= NEVER
    assert set(shown.codes) | set(shown.words) <= set(shown.columns)
    assert set(shown.codes.values()) <= set(load_tables(shipped_tables()))


OWN = frozenset(
    (
        *("name", "kana", "phone", "address", "relation", "alias_kana", "insurer_name"),
        *("former_name", "former_name_kana", "former_address", "facility_name", "new_name"),
        *("new_kana", "new_address", "to_address", "new_phone"),
    )
)
"""Names, telephones and addresses that are the person's own or an institution's."""


def test_an_item_that_names_somebody_is_her_own_or_is_never_shown() -> None:
    """A new item of an entry or a decision that names a person must be decided upon here."""
    ends = ("name", "kana", "phone", "address", "relation")
    naming = {name for name in _items() if name.endswith(ends)}
    assert naming <= OWN
    assert not [name for name in naming if name.startswith(OTHERS)]
