"""The store's tables, one module a subject. ``METADATA`` is what Alembic compares with.

Conventions: ids made here are text ``<terminal>-<epoch>-<number>`` (``db.work`` hands them
out), so that no two terminals make the same one; moments are ISO text with offset, days ISO
text ``YYYY-MM-DD``; structured content is canonical JSON text; ``version`` counts changes of a
row and is what an act compares (DESIGN 5). Nothing here holds an individual number in clear.
"""

from __future__ import annotations

from db.tables import (
    cases,
    certificates,
    control,
    exchange,
    history,
    media,
    money,
    persons,
    prefs,
    printing,
    records,
)
from db.tables.base import METADATA

__all__ = [
    "METADATA",
    "cases",
    "certificates",
    "control",
    "exchange",
    "history",
    "media",
    "money",
    "persons",
    "prefs",
    "printing",
    "records",
]
