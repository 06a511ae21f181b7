"""Entries of the ledgers (台帳): incidents, questions, training, requests and what follows them
(docs/decisions/026-ledgers.md).

An entry is written once. What was wrong is corrected by another entry that names it; an entry
goes only with its record, when the record's term of keeping is over.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

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

# 消去: one run over what is out of its term, ordered by two persons. ``state``: ordered, done,
# clean (the store's file was written anew, so that no page holds a stale copy).
erasure = Table(
    "erasure",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("record_id", Text, nullable=False),  # of the ledger of erasures
    Column("state", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("ordered_at", Text, nullable=False),
    Column("counts", Text, nullable=False, server_default="{}"),  # canonical JSON, by kind
    Column("ended_at", Text, nullable=False, server_default=""),
)

STALE = ("ordered", "done", "rewriting")
"""States of a run in which a page of the file may hold a stale copy of who was erased."""

# What a run still has before it. ``kept``: why it stays after all, found when its turn came.
erasure_item = Table(
    "erasure_item",
    METADATA,
    Column("erasure_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kept", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

# Who was erased, so that a restored backup is erased again: HMAC-SHA256 of our id, nothing else.
erased = Table(
    "erased",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)
