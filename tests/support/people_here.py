"""Whom of the synthetic municipality a story is about."""

from __future__ import annotations

from tests.support.stories import Desk


def insured_here(desk: Desk, *, insured: bool = True, state: str = "1") -> str:
    """The id of somebody who lives here and whom the store and the union know; insured or not."""
    from db.tables.persons import insured as periods
    from db.tables.persons import person, restriction

    now = {row.person_id for row in desk.rows(periods) if not row.lost_on}
    ever = {row.person_id for row in desk.rows(periods)}
    hidden = {row.person_id for row in desk.rows(restriction)}
    for row in desk.rows(person):
        fits = row.id in now if insured else row.id not in ever
        if row.state == state and fits and row.id not in hidden:
            return str(row.id)
    raise AssertionError("nobody of this kind in the municipality")
