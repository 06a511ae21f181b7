"""Cases at the counter: the draft being keyed, the notification sent, the decision received."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from db.tables.base import METADATA

# One visit's case (受付). ``state``: app.cases.state.CaseState, which alone writes the table.
case_file = Table(
    "case_file",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # the notification's kind, e.g. move_in
    Column("state", Text, nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=True),
    Column("payer_id", Text, nullable=True),  # who pays for person_id
    Column("sitting", Text, nullable=False, server_default=""),  # first case of the visit
    Column("begun_from", Text, nullable=False, server_default=""),  # a case's or follow-up's id
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("keyed_by", Text, nullable=False, server_default=""),  # staff ids joined by a space
    Column("draft", Text, nullable=False, server_default="{}"),  # canonical JSON, no 個人番号
    Column("step", Text, nullable=False, server_default=""),  # where the clerk was
    Column("outbox_id", Text, nullable=True),
    Column("decision_id", Text, nullable=True),
    Column("compared_by", Text, nullable=False, server_default=""),  # SEC-119 画面確認
    Column("compared_at", Text, nullable=False, server_default=""),
    Column("second_look_by", Text, nullable=False, server_default=""),  # SEC-13
    Column("second_look_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_case_file_state", "state"),
)

# 決定: the union's answer as received; certificates are drawn from nothing else (CON-07).
decision = Table(
    "decision",
    METADATA,
    Column("id", Text, primary_key=True),  # the union's decision number
    Column("case_id", Text, ForeignKey("case_file.id"), nullable=True, index=True),
    Column("supersedes", Text, nullable=False, server_default=""),
    Column("outcome", Text, nullable=False),  # accepted, refused, pending
    Column("record", Text, nullable=False),  # FILE-16 record as canonical JSON
    Column("digest", Text, nullable=False),  # SHA-256 of ``record``, hex
    Column("came_in", Integer, nullable=False, server_default="0"),  # journal line that vouches
    Column("received_at", Text, nullable=False),
    Column("person_id", Text, nullable=True, index=True),
    Column("current", Boolean, nullable=False, server_default="1"),
)

# What comes after a case (後に続くこと): a line of the day board until somebody settles it.
follow_up = Table(
    "follow_up",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("case_file.id"), nullable=False, index=True),
    Column("person_id", Text, nullable=True),
    Column("code", Text, nullable=False),  # as the kind of case declares it
    Column("since", Text, nullable=False),
    Column("due_on", Text, nullable=False, server_default=""),
    Column("settled_at", Text, nullable=False, server_default=""),
    Column("settled_by", Text, nullable=False, server_default=""),
    Column("how", Text, nullable=False, server_default=""),  # done, not_needed, or the case's id
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_follow_up_settled_at", "settled_at"),
)

# リスト処理: one list as the union delivered it, work until every line of it is done.
delivered_list = Table(
    "delivered_list",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # code table delivered_lists
    Column("title", Text, nullable=False),  # as it was called when it came
    Column("arrived_at", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("opened_by", Text, nullable=False, server_default=""),
    Column("opened_at", Text, nullable=False, server_default=""),
    Column("closed_by", Text, nullable=False, server_default=""),  # who did its last line
    Column("closed_at", Text, nullable=False, server_default=""),
    Index("ix_delivered_list_closed_at", "closed_at"),
)

# 確認リスト: what contradicts is listed, never overwritten (SEC-108 … 110).
check_entry = Table(
    "check_entry",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("origin", Text, nullable=False),  # union (FILE-24) or terminal
    Column("cause", Text, nullable=False),  # code table check_causes
    Column("person_id", Text, nullable=True),
    Column("case_id", Text, nullable=True),
    Column("list_id", Text, nullable=True, index=True),  # delivered_list; none: found here
    Column("municipality_code", Text, nullable=False, server_default=""),
    Column("atena_number", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False),  # Japanese, no 個人番号
    Column("listed_at", Text, nullable=False),
    # ok, notified, remake; true_again: a later correction settled it, and no person
    Column("disposition", Text, nullable=False, server_default=""),
    Column("disposed_by", Text, nullable=False, server_default=""),
    Column("disposed_at", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_check_entry_disposition", "disposition"),
)
