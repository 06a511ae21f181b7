"""What travels: the version of a layout beside each sending and each received file, what is wrong
with a refused one, the list of characters, and what the other desks say.

In version 6 a container was built with the newest version of its layout, whenever its content was
prepared. What was prepared by then was prepared in these versions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VERSIONS = {"FILE-01": 2, "FILE-10": 1, "FILE-03": 1}
"""The layouts of version 6 that a terminal could send."""


def upgrade() -> None:
    _outbox()
    for column in (_number("layout_version"), _empty("business_on"), _number("edition")):
        op.add_column("inbox", column)
    for file_id, version in {"FILE-16": 2, "FILE-17": 1, "FILE-21": 1, "FILE-24": 1}.items():
        inbox = sa.table("inbox", sa.column("file_id"), sa.column("layout_version"))
        op.execute(
            sa.update(inbox).where(inbox.c.file_id == file_id).values(layout_version=version)
        )
    _lists()
    _desks()


def _outbox() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(_number("layout_version"))
        outbox.add_column(_empty("business_on"))
        outbox.add_column(_number("edition"))
        outbox.create_index("ix_outbox_file_id_business_on", ["file_id", "business_on"])
    rows = sa.table("outbox", sa.column("file_id"), sa.column("layout_version"))
    for file_id, version in VERSIONS.items():
        op.execute(sa.update(rows).where(rows.c.file_id == file_id).values(layout_version=version))


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _lists() -> None:
    op.create_table(
        "file_fault",
        *_texts("subject"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        *_texts("column", "kind", "rule"),
        sa.PrimaryKeyConstraint("subject", "number", name=op.f("pk_file_fault")),
    )
    op.create_table(
        "character_line",
        *_texts("subject"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        *_texts("column", "signs", "put", "noted_at"),
        sa.PrimaryKeyConstraint("subject", "number", name=op.f("pk_character_line")),
    )


def _desks() -> None:
    person = ("municipality_code", "atena_number")
    op.create_table(
        "desk_case",
        *_texts("case_id", "desk", "kind", *person, "state", "since"),
        *_texts("next_step", "next_on", "said_at"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_desk_case")),
    )
    op.create_index("ix_desk_case_person", "desk_case", list(person))
    op.create_table(
        "desk_issue",
        *_texts("certificate_number", "desk", "form_id", *person, "insured_number"),
        *_texts("decision_id", "state", "issued_at", "delivery", "said_at"),
        sa.PrimaryKeyConstraint("certificate_number", name=op.f("pk_desk_issue")),
    )
    op.create_index("ix_desk_issue_person", "desk_issue", list(person))
    op.create_table(
        "desk_draft",
        *_texts("draft_id", "desk", "function_id", "state", "prepared_by", "prepared_at"),
        *_texts("valid_until", "digest", "said_at"),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_desk_draft")),
    )
    op.create_table(
        "desk_told",
        *_texts("file_id", "key", "digest", "told_at"),
        sa.PrimaryKeyConstraint("file_id", "key", name=op.f("pk_desk_told")),
    )
