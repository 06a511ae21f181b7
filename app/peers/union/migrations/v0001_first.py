"""Version 1: the union's tables as they first stood."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Create everything."""
    _terminals(op)
    _exchange(op)
    _persons(op)
    _decisions(op)
    _operators(op)


def _terminals(op: Operations) -> None:
    op.create_table(
        "credential",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("signing", sa.LargeBinary(), nullable=False),
        sa.Column("signing_key", sa.Text(), nullable=False),
        sa.Column("receiving", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_credential")),
    )
    op.create_index("ix_credential_terminal", "credential", ["terminal"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("terminal_name", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), server_default="", nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("requested_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    op.create_table(
        "enrolment_approval",
        sa.Column("enrolment", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("enrolment", "operator", name=op.f("pk_enrolment_approval")),
    )
    op.create_table(
        "municipality",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("insurer_number", sa.Text(), nullable=False),
        sa.Column("archive_recipient", sa.Text(), nullable=False),
        sa.Column("archive_identity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_municipality")),
    )
    op.create_table(
        "terminal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_by", sa.Text(), server_default="", nullable=False),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal")),
    )


def _exchange(op: Operations) -> None:
    op.create_table(
        "control_row",
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "position", name=op.f("pk_control_row")),
    )
    op.create_table(
        "down_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.Text(), server_default="", nullable=False),
        sa.Column("settlement", sa.Text(), server_default="", nullable=False),
        sa.Column("acknowledgement", sa.LargeBinary(), nullable=True),
        sa.Column("erase_after", sa.Integer(), server_default="0", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_down_item")),
        sa.UniqueConstraint(
            "terminal",
            "stream",
            "epoch",
            "sequence",
            name=op.f("uq_down_item_terminal_stream_epoch_sequence"),
        ),
    )
    op.create_index(
        "ix_down_item_terminal_position", "down_item", ["terminal", "position"], unique=False
    )
    op.create_table(
        "journal_head",
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("terminal", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "stream_state",
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("direction", "terminal", "stream", name=op.f("pk_stream_state")),
    )
    op.create_table(
        "upload",
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("settlement", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("terminal", "id", name=op.f("pk_upload")),
    )


def _persons(op: Operations) -> None:
    op.create_table(
        "card_use",
        sa.Column("my_number", sa.Text(), nullable=False),
        sa.Column("registered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("visits_year", sa.Integer(), server_default="0", nullable=False),
        sa.Column("visits_quarter", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("my_number", name=op.f("pk_card_use")),
    )
    op.create_table(
        "facility",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("small_regional", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paid_home", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_facility")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("atena_number", sa.Text(), nullable=False),
        sa.Column("household_number", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("is_head", sa.Integer(), server_default="0", nullable=False),
        sa.Column("person_kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kana", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), server_default="", nullable=False),
        sa.Column("birth_written", sa.Text(), nullable=False),
        sa.Column("birth_sort", sa.Text(), nullable=False),
        sa.Column("birth_precision", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_on", sa.Text(), server_default="", nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("building", sa.Text(), server_default="", nullable=False),
        sa.Column("facility_code", sa.Text(), server_default="", nullable=False),
        sa.Column("support_from", sa.Text(), server_default="", nullable=False),
        sa.Column("support_until", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("touched", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint(
            "municipality_code",
            "atena_number",
            name=op.f("uq_person_municipality_code_atena_number"),
        ),
    )
    op.create_index(
        "ix_person_household", "person", ["municipality_code", "household_number"], unique=False
    )
    op.create_index("ix_person_touched", "person", ["municipality_code", "touched"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("insured_number", sa.Text(), nullable=False),
        sa.Column("acquired_on", sa.Text(), nullable=False),
        sa.Column("acquisition_reason", sa.Text(), nullable=False),
        sa.Column("lost_on", sa.Text(), server_default="", nullable=False),
        sa.Column("loss_reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_coverage_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
    )
    op.create_index("ix_coverage_insured_number", "coverage", ["insured_number"], unique=False)
    op.create_index("ix_coverage_person_id", "coverage", ["person_id"], unique=False)
    op.create_table(
        "former_atena",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("atena_number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_former_atena_person_id_person")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "atena_number", name=op.f("pk_former_atena")),
    )
    op.create_index("ix_former_atena_person_id", "former_atena", ["person_id"], unique=False)
    op.create_table(
        "income",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("taxed", sa.Integer(), nullable=True),
        sa.Column("taxable_income", sa.Integer(), nullable=True),
        sa.Column("revenue", sa.Integer(), nullable=True),
        sa.Column("pension_other", sa.Integer(), nullable=True),
        sa.Column("base_income", sa.Integer(), nullable=True),
        sa.Column("income_zero", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_income_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "year", name=op.f("pk_income")),
    )
    op.create_table(
        "number",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("my_number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_number_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_number")),
        sa.UniqueConstraint("my_number", name=op.f("uq_number_my_number")),
    )
    op.create_table(
        "share",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("copay_ratio", sa.Integer(), nullable=False),
        sa.Column("copay_from", sa.Text(), nullable=False),
        sa.Column("limit_class", sa.Text(), nullable=False),
        sa.Column("limit_from", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Integer(), server_default="0", nullable=False),
        sa.Column("income_state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_share_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_share")),
    )


def _decisions(op: Operations) -> None:
    op.create_table(
        "check_entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("atena_number", sa.Text(), nullable=False),
        sa.Column("insured_number", sa.Text(), server_default="", nullable=False),
        sa.Column("case_id", sa.Text(), server_default="", nullable=False),
        sa.Column("items", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.Text(), nullable=False),
        sa.Column("delivered_in", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_entry")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notification_id", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), server_default="", nullable=False),
        sa.Column("supersedes", sa.Text(), server_default="", nullable=False),
        sa.Column("provisional", sa.Integer(), server_default="0", nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_notification_id", "decision", ["notification_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("atena_number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(
        "ix_notification_atena", "notification", ["municipality_code", "atena_number"], unique=False
    )
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("notification_id", sa.Text(), nullable=False),
        sa.Column("to_municipality", sa.Text(), server_default="", nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_inquiry_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
    )


def _operators(op: Operations) -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "operator_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_log")),
    )
