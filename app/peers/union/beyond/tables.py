"""What the union keeps of its dealings with 中間サーバー."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from app.peers.union.tables import METADATA


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False, server_default="")


# The intermediary as its card says, and where it answers ("" for a medium only).
beyond_body = Table(
    "beyond_body",
    METADATA,
    _text("name", key=True),
    Column("card", LargeBinary, nullable=False),
    _text("address"),
    _text("trusted_by"),
    _text("trusted_at"),
)

beyond_parcel = Table(
    "beyond_parcel",
    METADATA,
    _text("direction", key=True),
    _text("peer", key=True),
    _text("file_id", key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _text("digest"),
    Column("count", Integer, nullable=False),
    _text("at"),
    # what was packed, until it is answered: a carrier that lost it gets the same bytes again
    Column("body", LargeBinary, nullable=False, default=b""),
)

# An inquiry on its way: wanted, sent, registered, settled. ``asked`` is the very text that the
# terminal sent, ``branch`` the 被保険者枝番 under which the intermediary knows the person.
information_inquiry = Table(
    "information_inquiry",
    METADATA,
    _text("notification_id", key=True),
    Column("person_id", Integer, nullable=False),
    _text("municipality"),
    _text("procedure"),
    _text("item"),
    _text("number"),
    _text("asked"),
    _text("digest"),
    _text("state"),
    _text("wanted_at"),
    _text("sent_in"),
    _text("settled_at"),
    _text("outcome"),
    Index("ix_information_inquiry_state", "state"),
)

member_branch = Table(
    "member_branch",
    METADATA,
    Column("person_id", Integer, primary_key=True, autoincrement=False),
    _text("branch"),
)

# 本人確認情報の検索: who was searched for, by what, and what was found, until it is settled.
identity_search = Table(
    "identity_search",
    METADATA,
    _text("id", key=True),
    Column("person_id", Integer, nullable=False),
    _text("by"),
    _text("ground"),
    _text("operator"),
    _text("asked_at"),
    _text("outcome"),
    _text("found"),  # JSON of what was found, "" where nothing was or it was taken over
    _text("settled_at"),
)
