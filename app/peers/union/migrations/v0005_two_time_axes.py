"""Version 5: what was ever known of persons, on two time axes, and what brought it.

Nobody wrote down what version 4 came to know when: it is known since before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

_FIXED = (
    "person_id",
    "kind",
    "subject",
    "number",
    "value",
    "true_from",
    "true_until",
    "known_from",
    "origin",
    "line",
    "replaces",
    "carried",
    "reason",
)


def upgrade(op: Operations) -> None:
    """History begins."""
    op.create_table(
        "origin",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _text("kind"),
        _text("ref"),
        _text("by"),
        _text("at"),
        _text("since"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin")),
    )
    op.create_table(
        "fact",
        sa.Column("person_id", sa.Integer(), nullable=False),
        _text("kind"),
        _text("subject"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _text("value"),
        _text("true_from"),
        _text("true_until"),
        _text("known_from"),
        _empty("known_until"),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), server_default="0", nullable=False),
        _empty("replaces"),
        sa.Column("carried", sa.Integer(), server_default="0", nullable=False),
        _empty("reason"),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_fact_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", "subject", "number", name=op.f("pk_fact")),
    )
    op.add_column("person", sa.Column("brought", sa.Integer(), server_default="1", nullable=False))
    op.execute(
        "INSERT INTO origin(id, kind, ref, by, at, since) VALUES (1, 'earlier', '', '', '', '')"
    )
    guard = _postgresql if op.get_bind().dialect.name == "postgresql" else _sqlite
    for statement in guard():
        op.execute(statement)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _sqlite() -> tuple[str, ...]:
    fixed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _FIXED)
    return (
        "CREATE TRIGGER fact_stays BEFORE UPDATE ON fact"
        f" WHEN OLD.known_until <> '' OR NEW.known_until = '' OR {fixed}"
        " BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END",
        "CREATE TRIGGER fact_goes_with_person BEFORE DELETE ON fact"
        " WHEN EXISTS (SELECT 1 FROM person WHERE person.id = OLD.person_id)"
        " BEGIN SELECT RAISE(ABORT, 'history goes with its person'); END",
    )


def _postgresql() -> tuple[str, ...]:
    fixed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED)
    return (
        "CREATE FUNCTION fact_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF OLD.known_until <> '' OR NEW.known_until = '' OR {fixed}"
        " THEN RAISE EXCEPTION 'history is not rewritten'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER fact_stays BEFORE UPDATE ON fact"
        " FOR EACH ROW EXECUTE FUNCTION fact_stays()",
        "CREATE FUNCTION fact_goes_with_person() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF EXISTS (SELECT 1 FROM person WHERE person.id = OLD.person_id)"
        " THEN RAISE EXCEPTION 'history goes with its person'; END IF; RETURN OLD; END $$",
        "CREATE TRIGGER fact_goes_with_person BEFORE DELETE ON fact"
        " FOR EACH ROW EXECUTE FUNCTION fact_goes_with_person()",
    )
