"""The printing line: print log, posting book, hand-over, stock, returns, applications, batches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _print_line()
    _mail_item()
    _hand_over()
    _stock_move()
    _paper_return()
    _application_token()
    _print_batch()
    _batch_item()


def _print_line() -> None:
    op.create_table(
        "print_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("copies", sa.Integer(), server_default="1", nullable=False),
        sa.Column("my_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_line")),
    )
    op.create_index("ix_print_line_at", "print_line", ["at"], unique=False)


def _mail_item() -> None:
    op.create_table(
        "mail_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("no_forward", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("prepared_at", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.Text(), server_default="", nullable=False),
        sa.Column("post_number", sa.Text(), server_default="", nullable=False),
        sa.Column("posted_on", sa.Text(), server_default="", nullable=False),
        sa.Column("posted_by", sa.Text(), server_default="", nullable=False),
        sa.Column("returned_on", sa.Text(), server_default="", nullable=False),
        sa.Column("return_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_how", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_number"],
            ["certificate.number"],
            name=op.f("fk_mail_item_certificate_number_certificate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_item")),
    )
    op.create_index("ix_mail_item_person_id", "mail_item", ["person_id"], unique=False)
    op.create_index("ix_mail_item_posted_on", "mail_item", ["posted_on"], unique=False)
    op.create_index("ix_mail_item_state", "mail_item", ["state"], unique=False)


def _hand_over() -> None:
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("given_to", sa.Text(), server_default="", nullable=False),
        sa.Column("carried_by", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_number"],
            ["certificate.number"],
            name=op.f("fk_hand_over_certificate_number_certificate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sa.UniqueConstraint("certificate_number", name=op.f("uq_hand_over_certificate_number")),
    )


def _stock_move() -> None:
    op.create_table(
        "stock_move",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_move")),
    )
    op.create_index("ix_stock_move_stock", "stock_move", ["stock"], unique=False)


def _paper_return() -> None:
    op.create_table(
        "paper_return",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("certificate_number", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("brought_by", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_return")),
    )
    op.create_index("ix_paper_return_person_id", "paper_return", ["person_id"], unique=False)


def _application_token() -> None:
    op.create_table(
        "application_token",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Text(), nullable=False),
        sa.Column("read_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_application_token")),
    )


def _print_batch() -> None:
    op.create_table(
        "print_batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("judged_year", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("source_digest", sa.Text(), nullable=False),
        sa.Column("sampled_by", sa.Text(), server_default="", nullable=False),
        sa.Column("sampled_by_2", sa.Text(), server_default="", nullable=False),
        sa.Column("file_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("released_at", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_batch")),
    )


def _batch_item() -> None:
    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("part", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["print_batch.id"], name=op.f("fk_batch_item_batch_id_print_batch")
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_item")),
        sa.UniqueConstraint("batch_id", "person_id", name=op.f("uq_batch_item_batch_id_person_id")),
    )
    op.create_index("ix_batch_item_person_id", "batch_item", ["person_id"], unique=False)
