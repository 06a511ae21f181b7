"""The intermediary's own tables (中間サーバー); nobody else writes them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()
VERSION = 1


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False, default="", server_default="")


fact = Table("fact", METADATA, _text("name", key=True), _text("value"))

insurer = Table("insurer", METADATA, _text("name", key=True), _text("number"), _text("card"))
"""The unions it serves: the name on the wire, 保険者番号, and the card (hex)."""

parcel = Table(
    "parcel",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("direction"),  # in, out
    _text("peer"),
    _text("file_id"),
    Column("epoch", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    _text("digest"),
    Column("count", Integer, nullable=False),
    _text("at"),
    # the last one that went out in its stream, in case it is lost on the way
    Column("body", LargeBinary, nullable=False, default=b""),
    UniqueConstraint("direction", "peer", "file_id", "epoch", "sequence"),
)
"""What came and went, each in its place."""

member = Table(
    "member",
    METADATA,
    _text("branch", key=True),
    _text("insurer"),
    _text("member"),
    _text("my_number"),
    _text("code"),
    Column("no_automatic", Integer, nullable=False, default=0),
    UniqueConstraint("insurer", "member"),
)
"""加入者 of an insurer by 被保険者枝番; ``code`` is 情報提供用個人識別符号, which leaves this table
for nobody but the network (SEC-132). ``no_automatic``: 自動応答不可 (SEC-125)."""

permitted = Table(
    "permitted",
    METADATA,
    _text("number", key=True),
    _text("item", key=True),
    _text("asker", key=True),
    _text("permit"),
    _text("valid_from"),
    _text("valid_to"),
)
"""照会許可用照合リスト (FILE-41)."""

asked = Table(
    "asked",
    METADATA,
    _text("insurer", key=True),
    _text("request_id", key=True),
    _text("branch"),
    _text("number"),
    _text("asked"),
    _text("digest"),
    _text("state"),  # registered, refused, held, answered, given, erased
    _text("reason"),
    _text("permit"),
    _text("outcome"),
    _text("provider"),
    _text("content"),
    _text("asked_at"),
    _text("answered_at"),
    _text("given_at"),
    Index("ix_asked_state", "state"),
)
"""情報照会: what was asked, and what came of it."""

release = Table(
    "release",
    METADATA,
    _text("insurer", key=True),
    _text("request_id", key=True),
    _text("operator", key=True),
    _text("role"),  # 担当者, 責任者
    _text("at"),
)
"""Who looked a held answer through before it was given (SEC-125)."""

holding = Table(
    "holding",
    METADATA,
    _text("my_number", key=True),
    _text("item", key=True),
    _text("provider", key=True),
    _text("content"),
    Column("no_automatic", Integer, nullable=False, default=0),
)
"""What the bodies behind the network hold of a person: the simulated 情報提供者."""

resident = Table(
    "resident",
    METADATA,
    _text("my_number", key=True),
    _text("name"),
    _text("kana"),
    _text("address"),
    _text("birth_sort"),
    _text("sex"),
    Index("ix_resident_facts", "birth_sort", "sex"),
)
"""本人確認情報 of 地方公共団体情報システム機構, as far as this peer plays it."""

log = Table(
    "log",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("at"),
    _text("operator"),
    _text("act"),
    _text("subject"),
    _text("detail"),
)
"""What it did, refusals included (SEC-123); no name and no number."""
