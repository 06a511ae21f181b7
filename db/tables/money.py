"""What the files of premiums and their collection said (FILE-20, 07, 08, 09; DATA-29, 30).

A record is kept as it was said and never written over: the next word of the same key gets the next
number. Which of them counts is read off ``standing`` and the record's own days.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from db.tables.base import METADATA

premium_record = Table(
    "premium_record",
    METADATA,
    Column("file_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),  # the columns of FileSpec.key, joined by a space
    Column("number", Integer, primary_key=True),  # from 1, in the order of arrival
    Column("municipality_code", Text, nullable=False),
    Column("atena_number", Text, nullable=False),
    Column("year", Text, nullable=False),  # 相当年度: the year that the premium is for
    Column("record", Text, nullable=False),  # canonical JSON of all its columns
    Column("standing", Text, nullable=False),  # kept, or contradicts: then it counts for nothing
    Column("batch", Integer, nullable=False),
    Column("line", Integer, nullable=False),  # of the file
    Column("arrived_at", Text, nullable=False),
    Index("ix_premium_record_person", "municipality_code", "atena_number"),
)

PREMIUM_GUARDS = (
    "CREATE TRIGGER premium_record_stays BEFORE UPDATE ON premium_record"
    " BEGIN SELECT RAISE(ABORT, 'what a file said is not written over'); END",
)
"""The engine itself keeps what was said from being written over."""
