"""Version 14: a share for each day from which one holds, incomes by kind, and yearly runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


_SHARE = ("person_id", "copay_ratio", "copay_from", "limit_class", "limit_from", "provisional",
          "income_state")  # fmt: skip


def upgrade(op: Operations) -> None:
    """What stands in force goes on; nobody has incomes by kind yet, nor a run."""
    _share_by_day(op)
    for column in (_flag("younger"), _flag("older"), _empty("assessed")):
        op.add_column("income", column)
    op.create_index("ix_decision_person_id", "decision", ["person_id"])
    op.create_table(
        "yearly_run",
        *(_text(name) for name in ("id", "kind", "municipality", "day", "asked_by", "asked_at")),
        *(_empty(name) for name in ("confirmed_by", "confirmed_at", "household")),
        *(_flag(name) for name in ("total", "done", "made", "listed")),
        _empty("finished_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yearly_run")),
        sa.UniqueConstraint(
            "kind", "municipality", "day", name=op.f("uq_yearly_run_kind_municipality_day")
        ),
    )


def _share_by_day(op: Operations) -> None:
    """The key gains a column: SQLite can only build the table anew."""
    op.execute("CREATE TABLE share_before AS SELECT * FROM share")
    op.drop_table("share")
    op.create_table(
        "share",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("copay_ratio", sa.Integer(), nullable=False),
        *(_text(name) for name in ("copay_from", "limit_class", "limit_from")),
        _flag("provisional"),
        _text("income_state"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_share_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "copay_from", name=op.f("pk_share")),
    )
    names = ", ".join(_SHARE)
    op.execute(f"INSERT INTO share ({names}) SELECT {names} FROM share_before")
    op.drop_table("share_before")
