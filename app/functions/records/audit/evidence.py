"""What the ledgers show an auditor (SEC-165): where each record stands, without its free words.

A free text may name anybody; days, choices, counts and staff numbers cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.functions.records.ledgers import LEDGERS
from app.functions.records.ledgers.book import read_records
from app.functions.records.ledgers.declared import Form, Ledger
from app.functions.records.ledgers.functions import ENTRY_READS
from app.functions.records.ledgers.record import Record
from app.security.evidence import Evidence, Row, Span, within
from app.security.gate.gate import ViewWork
from app.security.spec import Catalog


def _of(ledger: Ledger) -> Callable[[ViewWork, Span, Catalog], Iterator[Row]]:
    def rows(work: ViewWork, days: Span, _catalog: Catalog) -> Iterator[Row]:
        for record in reversed(read_records(work, ledger)):
            written = [one for one in record.entries if within(one.at, days)]
            if written or (not record.closed and record.began[:10] <= days[1].isoformat()):
                yield (record.id, _said(ledger, record), record.began[:10], str(len(written)))

    return rows


def _said(ledger: Ledger, record: Record) -> str:
    due = f"（{record.due_on}まで）" if record.due_on else ""
    values = record.values
    plain = [
        f"{item.label} {item.word(values[item.name])}"
        for item in ledger.items
        if item.form is not Form.TEXT and values.get(item.name)
    ]
    return "　".join((f"{record.state}{due}", *plain))


EVIDENCE = tuple(
    Evidence(f"ledger-{ledger.id}", f"{ledger.title}（数は記入）", ENTRY_READS, _of(ledger))
    for ledger in LEDGERS.values()
)
