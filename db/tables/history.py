"""What was ever known of persons, on two time axes, and what brought each piece of it.

The tables of ``persons`` hold what is known now. A fact has rows here from its first change
on, all of them, what is known now included; until then its row there is its whole history,
known since the person's ``origin`` (docs/decisions/010-two-time-axes.md).
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from db.tables.base import METADATA

# What brought knowledge: one row for a file, a decision, an act; never changed.
origin = Table(
    "origin",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # file, decision, act, earlier (before version 2)
    Column("ref", Text, nullable=False),  # batch of the file, decision number, journal line
    Column("staff_id", Text, nullable=False),
    Column("at", Text, nullable=False),  # ISO moment
    Column("reason", Text, nullable=False, server_default=""),
)

# One span of one fact. The rows of a (person, kind, subject) that share a moment of knowing
# cover all days once. ``known_until`` is the only column that is ever written again, once.
fact = Table(
    "fact",
    METADATA,
    # deferred, so that a person's history can go after the person (消去) and not before
    Column(
        "person_id",
        Text,
        ForeignKey("person.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    Column("kind", Text, primary_key=True),  # app.persons.facts
    Column("subject", Text, primary_key=True),  # which one, where there are several
    Column("number", Integer, primary_key=True),  # 1, 2, 3 … in order of being written
    Column("value", Text, nullable=False),  # canonical JSON; "" nothing holds
    Column("true_from", Text, nullable=False),  # YYYY-MM-DD, "" since ever
    Column("true_until", Text, nullable=False),  # the first day on which no more, "" for ever
    Column("known_from", Text, nullable=False),  # ISO moment, "" before version 2
    Column("known_until", Text, nullable=False, server_default=""),  # "" known so now
    Column("origin", Integer, nullable=False),
    Column("line", Integer, nullable=False, server_default="0"),  # record of the file
    Column("replaces", Text, nullable=False, server_default=""),  # numbers joined by a space
    Column("carried", Boolean, nullable=False, server_default="0"),  # only on fewer days
    Column("reason", Text, nullable=False, server_default=""),
    Column("found_by", Text, nullable=False, server_default=""),  # household, insured number
    Index("ix_fact_kind_found_by", "kind", "found_by"),
    sqlite_with_rowid=False,
)

# The engine itself keeps history from being rewritten; a person's goes only after the person.
_FIXED = " OR ".join(
    f"NEW.{column.name} IS NOT OLD.{column.name}"
    for column in fact.columns
    if column.name != "known_until"
)
HISTORY_GUARDS = (
    "CREATE TRIGGER fact_stays BEFORE UPDATE ON fact"
    f" WHEN OLD.known_until <> '' OR NEW.known_until = '' OR {_FIXED}"
    " BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END",
    "CREATE TRIGGER fact_goes_with_person BEFORE DELETE ON fact"
    " WHEN EXISTS (SELECT 1 FROM person WHERE person.id = OLD.person_id)"
    " BEGIN SELECT RAISE(ABORT, 'history goes with its person'); END",
    "CREATE TRIGGER origin_stays BEFORE UPDATE ON origin"
    " BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END",
)
