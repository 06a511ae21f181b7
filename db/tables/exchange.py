"""Outbox, inbox and staging (DESIGN 6). Only the engine moves ``sending`` and later."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from db.tables.base import METADATA

# ``state``: prepared, confirmed, sending, sent, accepted, rejected, withdrawn.
outbox = Table(
    "outbox",
    METADATA,
    Column("id", Text, primary_key=True),  # the idempotency id, fixed at ``prepared``
    Column("file_id", Text, nullable=False),
    Column("route", Text, nullable=False),  # online, up, medium
    Column("stream", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sequence", Integer, nullable=True),  # given when the container is built
    Column("payload", LargeBinary, nullable=False),  # encoded file, sealed where it holds 個人番号
    Column("payload_digest", Text, nullable=False),  # SHA-256 of the plain file, hex
    Column("record_count", Integer, nullable=False),
    # As it was when the row was prepared: a newer program writes a newer one beside it.
    Column("layout_version", Integer, nullable=False, server_default="0"),
    Column("business_on", Text, nullable=False, server_default=""),  # of a file with a head
    Column("edition", Integer, nullable=False, server_default="0"),
    Column("container", LargeBinary, nullable=True),
    Column("state", Text, nullable=False),
    Column("offset", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_cause", Text, nullable=False, server_default=""),
    Column("next_try_at", Text, nullable=False, server_default=""),
    Column("case_id", Text, nullable=True),
    Column("prepared_by", Text, nullable=False),
    Column("prepared_at", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False, server_default=""),
    Column("receipt", LargeBinary, nullable=True),  # the peer's signed receipt
    Column("settled_at", Text, nullable=False, server_default=""),
    # What became of one that the union did not take, by hand: code table sending_dispositions.
    Column("disposition", Text, nullable=False, server_default=""),
    Column("disposed_by", Text, nullable=False, server_default=""),
    Column("disposed_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("stream", "epoch", "sequence"),
    Index("ix_outbox_state", "state"),
    # Settled copies by age, so that those whose time is over are found alone.
    Index("ix_outbox_file_id_settled_at", "file_id", "settled_at"),
    Index("ix_outbox_file_id_business_on", "file_id", "business_on"),
)

# 抜き取り: some records of a sending for whoever confirms it, until nobody confirms it any more.
sending_sample = Table(
    "sending_sample",
    METADATA,
    Column("outbox_id", Text, primary_key=True),
    Column("place", Integer, primary_key=True),  # of the record in the file, from 1
    Column("municipality_code", Text, nullable=False, server_default=""),
    Column("atena_number", Text, nullable=False, server_default=""),
    Column("record", Text, nullable=False),  # canonical JSON, individual number taken out
)

# 回収: a sending that was accepted and is wrong, asked back by two persons. ``outcome``: "" until
# the union has answered, then recalled, used or unknown.
recall = Table(
    "recall",
    METADATA,
    Column("outbox_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),  # both, joined by a space
    Column("asked_at", Text, nullable=False),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("answer", LargeBinary, nullable=True),  # the union's signed word
    Column("answered_at", Text, nullable=False, server_default=""),
)

# ``state``: announced, fetching, verified, staged, applied, quarantined.
inbox = Table(
    "inbox",
    METADATA,
    Column("id", Text, primary_key=True),  # the sender's idempotency id
    Column("file_id", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("offset", Integer, nullable=False, server_default="0"),
    Column("container_digest", Text, nullable=False, server_default=""),
    Column("container", LargeBinary, nullable=True),
    Column("record_count", Integer, nullable=False, server_default="0"),
    Column("dropped_count", Integer, nullable=False, server_default="0"),  # SEC-54
    Column("layout_version", Integer, nullable=False, server_default="0"),  # 0: not verified
    Column("business_on", Text, nullable=False, server_default=""),
    Column("edition", Integer, nullable=False, server_default="0"),
    Column("batch", Integer, nullable=True),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("announced_at", Text, nullable=False),
    Column("applied_at", Text, nullable=False, server_default=""),
    # What became of a file that was set aside, by hand: code table file_dispositions.
    Column("disposition", Text, nullable=False, server_default=""),
    Column("disposed_by", Text, nullable=False, server_default=""),
    Column("disposed_at", Text, nullable=False, server_default=""),
    UniqueConstraint("stream", "epoch", "sequence"),
    Index("ix_inbox_state", "state"),
    # The newest file of a kind and the newest batch, without reading all that were applied.
    Index("ix_inbox_file_id_state_applied_at", "file_id", "state", "applied_at"),
    Index("ix_inbox_batch", "batch"),
)

staged_record = Table(
    "staged_record",
    METADATA,
    Column("inbox_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("record", Text, nullable=False),  # canonical JSON, individual number taken out
    Column("sealed_number", LargeBinary, nullable=True),
)

# What is wrong with a file that was refused (SEC-112); never a value. ``subject`` is the id of
# its row in the inbox or of what was moved in.
file_fault = Table(
    "file_fault",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("line", Integer, nullable=False),
    Column("column", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rule", Text, nullable=False),
)

# 文字リスト: what a peer's character set could not write or read, and what stands instead.
character_line = Table(
    "character_line",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("line", Integer, nullable=False),
    Column("column", Text, nullable=False),
    Column("signs", Text, nullable=False),  # U+XXXX of each
    Column("put", Text, nullable=False),
    Column("noted_at", Text, nullable=False),
)

# What the other desks of the municipality said (DESK-01 … 03), as they last said it.
desk_case = Table(
    "desk_case",
    METADATA,
    Column("case_id", Text, primary_key=True),
    Column("desk", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("municipality_code", Text, nullable=False),
    Column("atena_number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("next_step", Text, nullable=False),
    Column("next_on", Text, nullable=False),
    Column("said_at", Text, nullable=False),
    Index("ix_desk_case_person", "municipality_code", "atena_number"),
)
desk_issue = Table(
    "desk_issue",
    METADATA,
    Column("certificate_number", Text, primary_key=True),
    Column("desk", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("municipality_code", Text, nullable=False),
    Column("atena_number", Text, nullable=False),
    Column("insured_number", Text, nullable=False),
    Column("decision_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("said_at", Text, nullable=False),
    Index("ix_desk_issue_person", "municipality_code", "atena_number"),
)
desk_draft = Table(
    "desk_draft",
    METADATA,
    Column("draft_id", Text, primary_key=True),
    Column("desk", Text, nullable=False),
    Column("function_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("prepared_by", Text, nullable=False),
    Column("prepared_at", Text, nullable=False),
    Column("valid_until", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("said_at", Text, nullable=False),
)

# What this desk last told the others of each thing, so that only what changed is told again.
desk_told = Table(
    "desk_told",
    METADATA,
    Column("file_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),  # SHA-256 of the record without its moment
    Column("told_at", Text, nullable=False),
)

# Readers see batches up to the watermark; moving it is the applying.
watermark = Table(
    "watermark",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("moved_at", Text, nullable=False),
)

# Next sequence and last digest of each stream, both directions (DESIGN 6).
stream_state = Table(
    "stream_state",
    METADATA,
    Column("direction", Text, primary_key=True),  # up or down
    Column("peer", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("digest", Text, nullable=False),
)

# 帳票 that the union delivered (FILE-23), put together and proved; sealed copies stay in the inbox.
union_paper = Table(
    "union_paper",
    METADATA,
    Column("id", Text, primary_key=True),  # 帳票番号
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),  # code table document_kinds
    Column("made_on", Text, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("media_type", Text, nullable=False),  # code table document_forms
    Column("digest", Text, nullable=False),  # SHA-256 of the content
    Column("content", LargeBinary, nullable=False),
    Column("arrived_at", Text, nullable=False),
    Index("ix_union_paper_kind", "kind", "made_on"),
)
