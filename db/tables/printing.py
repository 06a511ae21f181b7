"""The printing line (帳票): what was printed, posted, handed over, returned, and the batches."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from db.tables.base import METADATA

# 印刷記録: one row for every sheet that went to the spool, of certificates and of lists alike.
# ``reason``: first, reprint, test, list, batch. ``my_number``: 1 when the sheet shows one.
print_line = Table(
    "print_line",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False, index=True),
    Column("staff_id", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("number", Text, nullable=False, server_default=""),  # 発行番号
    Column("reason", Text, nullable=False),
    Column("copies", Integer, nullable=False, server_default="1"),
    Column("my_number", Integer, nullable=False, server_default="0"),
    Column("digest", Text, nullable=False, server_default=""),
)

# 郵送簿: one letter. ``state``: waiting, checked (letter and envelope belong together), posted,
# returned (返戻), settled, stopped (発送止め). ``method`` is a code of ``mail_methods``.
mail_item = Table(
    "mail_item",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("certificate_number", Text, ForeignKey("certificate.number"), nullable=False),
    Column("person_id", Text, nullable=False, index=True),
    Column("method", Text, nullable=False),
    Column("no_forward", Integer, nullable=False, server_default="0"),  # 転送不要
    Column("state", Text, nullable=False, index=True),
    Column("prepared_by", Text, nullable=False),
    Column("prepared_at", Text, nullable=False),
    Column("checked_by", Text, nullable=False, server_default=""),
    Column("checked_at", Text, nullable=False, server_default=""),
    Column("post_number", Text, nullable=False, server_default=""),  # 引受番号
    Column("posted_on", Text, nullable=False, server_default="", index=True),
    Column("posted_by", Text, nullable=False, server_default=""),
    Column("returned_on", Text, nullable=False, server_default=""),
    Column("return_reason", Text, nullable=False, server_default=""),
    Column("settled_at", Text, nullable=False, server_default=""),
    Column("settled_how", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)

# 交付: who gave the paper to whom. ``how``: counter, branch, post.
hand_over = Table(
    "hand_over",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("certificate_number", Text, ForeignKey("certificate.number"), nullable=False),
    Column("how", Text, nullable=False),
    Column("given_to", Text, nullable=False, server_default=""),  # 続柄, never a name
    Column("carried_by", Text, nullable=False, server_default=""),  # 職員番号 of who carried it
    Column("at", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    UniqueConstraint("certificate_number"),
)

# 用紙の受払: ``change`` is +received, -used, -spoilt, ±counted; ``cause`` says which.
stock_move = Table(
    "stock_move",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("stock", Text, nullable=False, index=True),  # a code of ``paper_stocks``
    Column("change", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reference", Text, nullable=False, server_default=""),
    Column("at", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
)

# 返還: an old paper that came back, or cannot (``state``: returned, unable).
paper_return = Table(
    "paper_return",
    METADATA,
    Column("id", Text, primary_key=True),  # 受領番号
    Column("person_id", Text, nullable=False, index=True),
    Column("form_id", Text, nullable=False),
    Column("certificate_number", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("brought_by", Text, nullable=False, server_default=""),
    Column("at", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
)

# A prefilled application that was given out. The token itself is nowhere: only its digest.
application_token = Table(
    "application_token",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("until_on", Text, nullable=False),
    Column("read_at", Text, nullable=False, server_default=""),
)

# 一括印刷: ``state``: made, building, built, released, ended. ``judged_year`` is the year of the
# papers, chosen by a person (DOMAIN 5.3). ``source_id`` is the received file. ``seal`` is the age
# identity under which its parts rest on the disk; gone when the batch is ended.
print_batch = Table(
    "print_batch",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("judged_year", Integer, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("source_digest", Text, nullable=False),
    Column("source_id", Text, nullable=False, server_default=""),
    Column("seal", Text, nullable=False, server_default=""),
    Column("sampled_by", Text, nullable=False, server_default=""),
    Column("sampled_by_2", Text, nullable=False, server_default=""),
    Column("file_digest", Text, nullable=False, server_default=""),
    Column("released_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)

# One person's paper of a batch. ``state``: waiting, built, held (``cause`` says why), left_out (it
# was released, but stopped before its part was printed: no paper bears its number).
batch_item = Table(
    "batch_item",
    METADATA,
    Column("batch_id", Text, ForeignKey("print_batch.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("person_id", Text, nullable=False, index=True),
    Column("record", Text, nullable=False),
    Column("number", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("part", Integer, nullable=False, server_default="0"),
    UniqueConstraint("batch_id", "person_id"),
)

# A part that stands on the disk: SHA-256 (hex) of its PDF and of its sealed file, and which of its
# positions were picked as samples (a blank between). ``sent_how``: printer, contractor.
batch_part = Table(
    "batch_part",
    METADATA,
    Column("batch_id", Text, ForeignKey("print_batch.id"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("sheets", Integer, nullable=False),
    Column("samples", Text, nullable=False),
    Column("pdf_digest", Text, nullable=False),
    Column("file_digest", Text, nullable=False),
    Column("built_at", Text, nullable=False),
    Column("sent_at", Text, nullable=False, server_default=""),
    Column("sent_how", Text, nullable=False, server_default=""),
)
