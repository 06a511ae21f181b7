"""The municipal system's own tables: residents, taxes, premiums as collected, what the union said.

``made_in`` is the id of the file in which a row last went out, "" before; a row that changes goes
out again.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

METADATA = MetaData()
VERSION = 2
"""``PRAGMA user_version`` of the file; a newer one is refused."""


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


# 住民記録: one row a person. ``special``: registered_reason and days of the 住登外 (個人区分 3).
resident = Table(
    "resident",
    METADATA,
    Column("atena_number", Text, primary_key=True),
    *(
        _text(name)
        for name in (
            "household_number",
            "relation",
            "is_head",
            "person_kind",
            "name",
            "kana",
            "alias",
            "alias_kana",
            "birth_written",
            "birth_sort",
            "birth_precision",
            "sex",
            "phone",
            "my_number",
            "state",
            "state_on",
            "postal_code",
            "address",
            "building",
            "support_measure",
            "nationality",
            "resident_since",
        )
    ),
    Index("ix_resident_household", "household_number"),
)

# 異動: one row for each event; the person's row is as after it.
movement = Table(
    "movement",
    METADATA,
    Column("number", Integer, primary_key=True),
    *(
        _text(name)
        for name in (
            "atena_number",
            "event",
            "event_on",
            "processed_on",
            "notified_on",
            "former_municipality_code",
            "former_address",
            "next_municipality_code",
            "next_address",
            "made_in",
        )
    ),
)

# 課税: one row a person and year.
tax = Table(
    "tax",
    METADATA,
    Column("atena_number", Text, primary_key=True),
    Column("tax_year", Text, primary_key=True),
    *(
        _text(name)
        for name in ("state", "taxed", "pension_revenue", "other", "taxable", "revenue", "cause")
    ),
    _text("made_in"),
    _text("pension"),
    _text("total"),
)
ADDED_BY = {2: (("tax", "pension"), ("tax", "total"))}
"""Table and column that each version has more than the one before."""

# 宛名 (送付先など) and 障害: one row a fact.
addressee = Table(
    "addressee",
    METADATA,
    Column("number", Integer, primary_key=True),
    *(_text(name) for name in ("atena_number", "change", "changed_on", "send_name")),
    *(_text(name) for name in ("send_postal_code", "send_address", "phone", "made_in")),
)
disability = Table(
    "disability",
    METADATA,
    Column("atena_number", Text, primary_key=True),
    *(_text(name) for name in ("proof", "grade", "issued_on", "valid_until", "made_in")),
)

# 期割, 収納: what the municipality makes of a premium.
instalment = Table(
    "instalment",
    METADATA,
    Column("notice_number", Text, primary_key=True),
    Column("period", Integer, primary_key=True),
    *(_text(name) for name in ("atena_number", "insured_number", "levy_year")),
    *(_text(name) for name in ("method", "month", "due_on", "fixed_on", "cause")),
    Column("amount", Integer, nullable=False),
    Column("provisional", Integer, nullable=False, server_default="0"),
    Column("demanded", Text, nullable=False, server_default=""),
    _text("made_in"),
)
collection = Table(
    "collection",
    METADATA,
    Column("entry_id", Text, primary_key=True),
    *(_text(name) for name in ("notice_number", "kind", "received_on", "credited_on", "place")),
    Column("period", Integer, nullable=False),
    Column("amount", Integer, nullable=False),
    _text("made_in"),
)

# What came back from the union, and what goes on to the resident register (FILE-43).
insured = Table(
    "insured",
    METADATA,
    Column("atena_number", Text, primary_key=True),
    Column("acquired_on", Text, primary_key=True),
    *(_text(name) for name in ("insured_number", "lost_on", "copay_ratio", "limit_class")),
    _text("record"),  # the whole line as canonical JSON
    _text("read_in"),
    _text("made_in"),
)
address_exception = Table(
    "address_exception",
    METADATA,
    Column("atena_number", Text, primary_key=True),
    Column("began_on", Text, primary_key=True),
    *(_text(name) for name in ("insured_number", "ended_on", "record", "read_in")),
)
premium = Table(
    "premium",
    METADATA,
    Column("levy_id", Text, primary_key=True),
    *(_text(name) for name in ("atena_number", "insured_number", "levy_year", "record", "read_in")),
    Column("amount", Integer, nullable=False),
)
on_register = Table(
    "on_register",
    METADATA,
    Column("atena_number", Text, primary_key=True),
    *(_text(name) for name in ("insured_number", "acquired_on", "lost_on", "read_in")),
)

# Every file that was made or read.
file_log = Table(
    "file_log",
    METADATA,
    Column("id", Text, primary_key=True),
    *(_text(name) for name in ("file_id", "direction", "business_on", "name", "digest", "at")),
    *(_text(name) for name in ("mistake", "state", "cause")),
    Column("edition", Integer, nullable=False),
    Column("count", Integer, nullable=False),
)

fact = Table(
    "fact",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
