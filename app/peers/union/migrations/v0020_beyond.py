"""Version 20: inquiries of other bodies go to 中間サーバー and come back (FLOW-901 … 931)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False, server_default="") for name in names]


def upgrade(op: Operations) -> None:
    """Add the tables; nothing went there before."""
    op.create_table(
        "beyond_body",
        *_texts("name"),
        sa.Column("card", sa.LargeBinary(), nullable=False),
        *_texts("address", "trusted_by", "trusted_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_beyond_body")),
    )
    op.create_table(
        "beyond_parcel",
        *_texts("direction", "peer", "file_id"),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("digest"),
        sa.Column("count", sa.Integer(), nullable=False),
        *_texts("at"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "direction", "peer", "file_id", "epoch", "sequence", name=op.f("pk_beyond_parcel")
        ),
    )
    op.create_table(
        "information_inquiry",
        *_texts("notification_id"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        *_texts("municipality", "procedure", "item", "number", "asked", "digest", "state"),
        *_texts("wanted_at", "sent_in", "settled_at", "outcome"),
        sa.PrimaryKeyConstraint("notification_id", name=op.f("pk_information_inquiry")),
    )
    op.create_index("ix_information_inquiry_state", "information_inquiry", ["state"])
    op.create_table(
        "member_branch",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("branch"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_member_branch")),
    )
    op.create_table(
        "identity_search",
        *_texts("id"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        *_texts("by", "ground", "operator", "asked_at", "outcome", "found", "settled_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_search")),
    )
