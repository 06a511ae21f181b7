"""LEDGERS: every ledger that is written entry by entry, collected; nothing else.

To add one: a ``Ledger`` in a module here and its name below. Functions, menu, screen, search,
print, day board and manual follow (``app.functions.records.ledgers.functions``).
"""

from __future__ import annotations

from app.functions.records.ledgers.counter import (
    APPOINTMENTS,
    ARRIVALS,
    CONTACTS,
    ORIGINALS,
    RESERVED,
    UNCLAIMED,
)
from app.functions.records.ledgers.declared import Ledger
from app.functions.records.ledgers.erasing import ERASURES, HOLDS
from app.functions.records.ledgers.inside import REQUESTS, TRAINING, USES
from app.functions.records.ledgers.outside import (
    DISCLOSURES,
    HANDINGS,
    LENDINGS,
    REPORTS,
    WORKS,
)
from app.functions.records.ledgers.people_outside import INCIDENTS, QUESTIONS

LEDGERS: dict[str, Ledger] = {
    ledger.id: ledger
    for ledger in (
        *(QUESTIONS, DISCLOSURES, INCIDENTS, REQUESTS, USES, LENDINGS, HANDINGS),
        *(WORKS, REPORTS, TRAINING, ERASURES, HOLDS),
        *(CONTACTS, RESERVED, ARRIVALS, APPOINTMENTS, ORIGINALS, UNCLAIMED),
    )
}
