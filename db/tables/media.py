"""Registered media (電子媒体), their prior approvals and the ledger (媒体管理簿, FORM-75), the
couriers at the municipal system's side, and the relay's standing orders (DESIGN 6)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from db.tables.base import METADATA

# ``state``: registered, disposed. ``mark`` is the signed mark that the medium itself carries.
medium = Table(
    "medium",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("serial", Text, nullable=False),  # the hardware's, as the system's device list says
    Column("model", Text, nullable=False),
    Column("label", Text, nullable=False),  # 媒体番号, as written on the medium
    Column("encrypts", Boolean, nullable=False),  # パスワード認証機能付: the hardware encrypts
    Column("mark", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("registered_by", Text, nullable=False),
    Column("registered_at", Text, nullable=False),
    Column("disposed_by", Text, nullable=False, server_default=""),
    Column("disposed_at", Text, nullable=False, server_default=""),
    Column("disposed_how", Text, nullable=False, server_default=""),  # SEC-86
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_medium_serial", "serial"),
)

# A prior approval (SEC-61, SEC-80): this file, this way, this medium, between two days.
medium_approval = Table(
    "medium_approval",
    METADATA,
    Column("id", Text, primary_key=True),  # 承認番号
    Column("medium_id", Text, ForeignKey("medium.id"), nullable=False),
    Column("direction", Text, nullable=False),  # in (移入) or out (移出)
    Column("file_id", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", Text, nullable=False),
    Column("withdrawn_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_medium_approval_medium_id", "medium_id", "direction", "file_id"),
)

# The ledger: a line before the first byte is read or written (SEC-77). ``state``: scanned (the
# virus check is noted), begun, done, refused, broken (it did not come to its end), given_up.
medium_use = Table(
    "medium_use",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("medium_id", Text, ForeignKey("medium.id"), nullable=False),
    Column("direction", Text, nullable=False),
    Column("file_id", Text, nullable=False),
    Column("name", Text, nullable=False),  # the file's name on the medium
    Column("digest", Text, nullable=False),  # SHA-256 of the file on the medium, hex
    Column("record_count", Integer, nullable=False, server_default="0"),
    Column("approval_id", Text, nullable=False, server_default=""),
    Column("purpose", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("scan", Text, nullable=False, server_default=""),  # what checked it, or by hand
    Column("scanned_at", Text, nullable=False, server_default=""),
    Column("used_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False, server_default=""),
    Column("begun_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False, server_default=""),
    Column("sending", Text, nullable=False, server_default=""),  # outbox ids, joined by a space
    Column("inbox_id", Text, nullable=False, server_default=""),
    Column("wipe", Text, nullable=False, server_default=""),  # "", owed, wiped, destroyed
    Column("wiped_at", Text, nullable=False, server_default=""),
    Column("wiped_by", Text, nullable=False, server_default=""),
    Column("wiped_how", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_medium_use_medium_id", "medium_id"),
    Index("ix_medium_use_state", "state"),
    Index("ix_medium_use_wipe", "wipe"),
    Index("ix_medium_use_digest", "digest"),
)

# Who seals and opens on the other side (``madoguchi courier``). ``role``: system (the municipal
# system's side), print (a contractor who prints, ADD-06).
courier = Table(
    "courier",
    METADATA,
    Column("id", Text, primary_key=True),  # the name that its containers carry
    Column("name", Text, nullable=False),
    Column("signing", LargeBinary, nullable=False),
    Column("receiving", Text, nullable=False),
    Column("registered_by", Text, nullable=False),
    Column("registered_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("role", Text, nullable=False, server_default="system"),
)

# What was sealed here for the other side and lies in ``Paths.leaving`` until it leaves, unopened,
# over a medium. ``about`` is what it was made of (a batch). ``state``: sealed, stale (somebody in
# it was stopped before it left: it never leaves), left, received (the receipt is noted).
sealed_out = Table(
    "sealed_out",
    METADATA,
    Column("id", Text, primary_key=True),  # 封の番号, the container's own
    Column("file_id", Text, nullable=False),
    Column("about", Text, nullable=False, index=True),
    Column("to_id", Text, ForeignKey("courier.id"), nullable=False),
    Column("epoch", Integer, nullable=False),  # its place in the stream to this receiver
    Column("sequence", Integer, nullable=False),
    Column("record_count", Integer, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the container, hex
    Column("state", Text, nullable=False),
    Column("sealed_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("sealed_at", Text, nullable=False),
    Column("received_on", Text, nullable=False, server_default=""),
    Column("received_by", Text, nullable=False, server_default=""),  # as the receipt says
    Column("noted_by", Text, nullable=False, server_default=""),
    Column("noted_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)

# What the unattended relay may do, and until when (常時の指示); two persons gave it.
standing_order = Table(
    "standing_order",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("files_up", Text, nullable=False),  # file ids joined by a space
    Column("files_down", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("ordered_at", Text, nullable=False),
    Column("withdrawn_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)
