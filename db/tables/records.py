"""Entries of the ledgers (台帳): incidents, questions, training, requests and what follows them
(docs/decisions/026-ledgers.md).

An entry is written once. What was wrong is corrected by another entry that names it; an entry
goes only with its record, when the record's term of keeping is over.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from db.tables.base import METADATA

ledger_entry = Table(
    "ledger_entry",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("record_id", Text, nullable=False),  # the id of the record's first entry
    Column("ledger", Text, nullable=False),  # app.functions.records.ledgers
    Column("step", Text, nullable=False),  # 段階
    Column("corrects", Text, nullable=False, server_default=""),  # the entry it stands for
    Column("why", Text, nullable=False, server_default=""),  # of a correction
    Column("cells", Text, nullable=False),  # canonical JSON: item → what was written
    Column("person_id", Text, nullable=False, server_default=""),  # whom it is about, "" nobody
    Column("written_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False, server_default=""),
    Column("at", Text, nullable=False),
    Column("line", Integer, nullable=False),  # of the journal, under which it was written
    Index("ix_ledger_entry_record_id", "record_id"),
    Index("ix_ledger_entry_ledger", "ledger", "at"),
    Index("ix_ledger_entry_person_id", "person_id"),
)

LEDGER_GUARDS = (
    "CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry"
    " BEGIN SELECT RAISE(ABORT, 'an entry is corrected by another'); END",
)
"""The engine itself keeps what was written from being written over."""
