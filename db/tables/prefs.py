"""What one member of staff chose for the screen (letter size, contrast): no personal data
of the insured, but it lies in the store so that nothing rests outside it."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from db.tables.base import METADATA

preference = Table(
    "preference",
    METADATA,
    Column("staff_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
