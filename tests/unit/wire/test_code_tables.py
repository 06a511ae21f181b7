"""Every code table that a column names is shipped, and says what the counter needs of it."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.tables import load_tables, shipped_tables
from app.wire.files import FILES

TODAY = date(2026, 11, 20)
NAMED = sorted({c.codes for spec in FILES.values() for c in spec.all_columns if c.codes})


@pytest.fixture(scope="module")
def tables():
    return load_tables(shipped_tables())


@pytest.mark.req("SEC-112")
@pytest.mark.parametrize("name", NAMED)
def test_a_named_code_table_is_shipped_with_labels(tables, name):
    codes = tables[name].codes(TODAY)
    assert codes
    assert all(tables[name].label(code, TODAY) for code in codes)


@pytest.mark.req("SEC-02", "SEC-18")
def test_weak_identification_is_marked_for_posting(tables):
    rows = {row.text("code"): row for row in tables["identity_checks"].rows(TODAY)}
    assert not rows["number_card"].flag("weak")
    assert not rows["photo_one"].flag("weak")
    assert rows["known"].flag("weak")
    assert rows["post_copies"].text("manner") == "post"


@pytest.mark.req("SEC-05")
def test_looking_the_number_up_needs_a_right(tables):
    needing = {
        row.text("code") for row in tables["number_checks"].rows(TODAY) if row.flag("needs_right")
    }
    assert needing == {"atena_system", "juki_net"}


@pytest.mark.req("FILE-03")
def test_every_resident_event_has_an_effect(tables):
    rows = tables["resident_events"].rows(TODAY)
    assert all(row.text("effect") for row in rows)
    assert {"number_request", "undone_gain", "undone_loss"} <= {row.text("code") for row in rows}
