"""Certificates (資格確認書 …): numbers, sheets and what became of each (DESIGN 7)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from db.tables.base import METADATA

# ``state``: reserved, issued, void. A reserved number that is not issued becomes void with
# its cause; a number is never used again.
certificate = Table(
    "certificate",
    METADATA,
    Column("number", Text, primary_key=True),  # 発行番号
    Column("form_id", Text, nullable=False),
    Column("case_id", Text, ForeignKey("case_file.id"), nullable=True, index=True),
    Column("decision_id", Text, ForeignKey("decision.id"), nullable=False, index=True),
    Column("person_id", Text, nullable=True, index=True),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("reserved_by", Text, nullable=False),
    Column("reserved_at", Text, nullable=False),
    Column("pdf_digest", Text, nullable=False, server_default=""),
    Column("issued_by", Text, nullable=False, server_default=""),
    Column("issued_at", Text, nullable=False, server_default=""),
    Column("delivery", Text, nullable=False, server_default=""),  # counter 手渡し, post 郵送
    # Since when it is known that the paper was wrong on the day of its issue, and in what.
    Column("untrue_at", Text, nullable=False, server_default=""),
    Column("untrue_items", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)

# One printed sheet. ``state``: spooled, confirmed, spoilt.
sheet = Table(
    "sheet",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("certificate_number", Text, ForeignKey("certificate.number"), nullable=False),
    Column("copy", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("printed_by", Text, nullable=False),
    Column("printed_at", Text, nullable=False),
    Column("settled_at", Text, nullable=False, server_default=""),
    UniqueConstraint("certificate_number", "copy"),
)
