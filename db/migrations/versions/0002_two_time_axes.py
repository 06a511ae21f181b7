"""History on two time axes; aliases with kana; papers that a correction made untrue.

What version 1 knew is carried over: every person gets the file or the decision that brought
what stands here, and where a decision added a period of eligibility to a person whom a file had
brought before, that order becomes history.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from db.search import rebuild_keys

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# as in db.tables.history on the day of this version; a stored version never changes with it
GUARDS = (
    "CREATE TRIGGER fact_stays BEFORE UPDATE ON fact WHEN OLD.known_until <> ''"
    " OR NEW.known_until = '' OR NEW.person_id IS NOT OLD.person_id"
    " OR NEW.kind IS NOT OLD.kind OR NEW.subject IS NOT OLD.subject"
    " OR NEW.number IS NOT OLD.number OR NEW.value IS NOT OLD.value"
    " OR NEW.true_from IS NOT OLD.true_from OR NEW.true_until IS NOT OLD.true_until"
    " OR NEW.known_from IS NOT OLD.known_from OR NEW.origin IS NOT OLD.origin"
    " OR NEW.line IS NOT OLD.line OR NEW.replaces IS NOT OLD.replaces"
    " OR NEW.carried IS NOT OLD.carried OR NEW.reason IS NOT OLD.reason"
    " OR NEW.found_by IS NOT OLD.found_by"
    " BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END",
    "CREATE TRIGGER fact_goes_with_person BEFORE DELETE ON fact"
    " WHEN EXISTS (SELECT 1 FROM person WHERE person.id = OLD.person_id)"
    " BEGIN SELECT RAISE(ABORT, 'history goes with its person'); END",
    "CREATE TRIGGER origin_stays BEFORE UPDATE ON origin"
    " BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END",
)
_END = "~"
_PERIOD = ("insured_number", "insurer_number", "acquired_on", "acquisition_reason")


def upgrade() -> None:
    _tables()
    connection = op.get_bind()
    _origins(connection)
    _later_decisions(connection)
    _unstage(connection)
    for statement in GUARDS:
        op.execute(statement)
    # the way names are folded for the search is the program's, not the version's
    rebuild_keys(connection)


def _tables() -> None:
    op.create_table(
        "origin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        _empty("reason"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin")),
    )
    op.create_table(
        "fact",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("true_from", sa.Text(), nullable=False),
        sa.Column("true_until", sa.Text(), nullable=False),
        sa.Column("known_from", sa.Text(), nullable=False),
        _empty("known_until"),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), server_default="0", nullable=False),
        _empty("replaces"),
        sa.Column("carried", sa.Boolean(), server_default="0", nullable=False),
        _empty("reason"),
        _empty("found_by"),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_fact_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", "subject", "number", name=op.f("pk_fact")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_kind_found_by", "fact", ["kind", "found_by"], unique=False)
    op.add_column("person", _empty("alias_kana"))
    op.add_column("person", _empty("alias_kana_key"))
    op.add_column("person", sa.Column("origin", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_person_alias_kana_key",
        "person",
        ["alias_kana_key", "birth_sort"],
        unique=False,
        sqlite_where=sa.text("alias_kana_key <> ''"),
    )
    op.add_column("certificate", _empty("untrue_at"))
    op.add_column("certificate", _empty("untrue_items"))


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _origins(connection: sa.Connection) -> None:
    """Files and decisions in the order in which they came. A person whom neither brought is
    known since before anybody can say."""
    run = connection.exec_driver_sql
    run(
        "INSERT INTO origin(kind, ref, staff_id, at, reason)"
        " SELECT kind, ref, 'system', at, '' FROM ("
        "  SELECT 'earlier' AS kind, '1' AS ref, '' AS at"
        "  UNION ALL SELECT 'file', CAST(batch AS TEXT), applied_at FROM inbox"
        "   WHERE batch IS NOT NULL AND file_id = 'FILE-17'"
        "  UNION ALL SELECT 'decision', id, received_at FROM decision"
        "   WHERE outcome = 'accepted' AND person_id IS NOT NULL"
        " ) ORDER BY at, kind DESC, ref"
    )
    run("CREATE TEMP TABLE brought (kind TEXT, ref TEXT, id INTEGER, PRIMARY KEY (kind, ref))")
    run("INSERT INTO brought SELECT kind, ref, id FROM origin")
    run("CREATE TEMP TABLE decided (person_id TEXT PRIMARY KEY, id INTEGER)")
    run(
        "INSERT INTO decided SELECT d.person_id, min(b.id) FROM decision d"
        " JOIN brought b ON b.kind = 'decision' AND b.ref = d.id GROUP BY d.person_id"
    )
    run(
        "UPDATE person SET origin = coalesce("
        " (SELECT id FROM brought WHERE kind = 'file' AND ref = CAST(person.batch AS TEXT)),"
        " (SELECT id FROM decided WHERE person_id = person.id),"
        " (SELECT id FROM brought WHERE kind = 'earlier'))"
    )
    run("DROP TABLE brought")
    run("DROP TABLE decided")


def _later_decisions(connection: sa.Connection) -> None:
    rows = connection.exec_driver_sql(
        "SELECT d.person_id, d.record, o.id, o.at, p.origin, e.at FROM decision d"
        " JOIN origin o ON o.kind = 'decision' AND o.ref = d.id"
        " JOIN person p ON p.id = d.person_id JOIN origin e ON e.id = p.origin"
        " WHERE o.at > e.at ORDER BY d.person_id, o.at"
    ).fetchall()
    for person_id, group in groupby(rows, key=lambda row: str(row[0])):
        _person(connection, person_id, list(group))


def _person(connection: sa.Connection, person_id: str, decisions: list[Any]) -> None:
    """The periods that stood here before the first of the decisions, then each decision's."""
    periods = [
        dict(row._mapping)
        for row in connection.execute(
            sa.text("SELECT * FROM insured WHERE person_id = :id ORDER BY acquired_on"),
            {"id": person_id},
        )
    ]
    brought = {}
    for _, record, origin, at, _, _ in decisions:
        said = json.loads(record)
        brought[(said["insured_number"], said["acquired_on"])] = (origin, at)
    added = [row for row in periods if row["batch"] == 0 and _key(row) in brought]
    first, known = decisions[0][4], decisions[0][5]
    for kind, spans_of in (("eligibility", _covered), ("copay", _ratio), ("limit", _class)):
        line = _Line(connection, person_id, kind)
        line.know(_whole(spans_of([row for row in periods if row not in added])), first, known)
        for row in added:
            earlier = [one for one in periods if one not in added or one is row]
            origin, at = brought[_key(row)]
            line.know(_whole(spans_of(earlier)), origin, at)


def _unstage(connection: sa.Connection) -> None:
    """Staged records are rows in the layout of version 1: their containers, which lie verified
    on the disk, are read again."""
    connection.exec_driver_sql("DELETE FROM staged_record")
    connection.exec_driver_sql("UPDATE inbox SET state = 'verified' WHERE state = 'staged'")


def _key(row: dict[str, Any]) -> tuple[str, str]:
    return row["insured_number"], row["acquired_on"]


Span = tuple[str, str, str]


def _covered(periods: Iterable[dict[str, Any]]) -> Iterator[Span]:
    for row in periods:
        until = row["lost_on"] or _END
        yield _text({name: row[name] for name in _PERIOD}), row["acquired_on"], until
    ended = [row for row in periods if row["lost_on"]]
    starts = sorted(row["acquired_on"] for row in periods)
    for row in ended:
        following = next((day for day in starts if day >= row["lost_on"]), _END)
        yield _text({"loss_reason": row["loss_reason"]}), row["lost_on"], following


def _ratio(periods: Iterable[dict[str, Any]]) -> Iterator[Span]:
    for row in periods:
        if row["copay_ratio"]:
            value = {"ratio": row["copay_ratio"], "provisional": "1" if row["provisional"] else "0"}
            yield _text(value), row["copay_from"] or row["acquired_on"], row["lost_on"] or _END


def _class(periods: Iterable[dict[str, Any]]) -> Iterator[Span]:
    for row in periods:
        if row["limit_class"]:
            start = row["limit_from"] or row["acquired_on"]
            yield _text({"limit_class": row["limit_class"]}), start, row["lost_on"] or _END


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _whole(spans: Iterable[Span]) -> list[Span]:
    line: list[Span] = []
    at = ""
    for value, first, until in sorted(spans, key=lambda span: span[1]):
        first = max(first, at)
        if first >= until:
            continue
        if first > at:
            line.append(("", at, first))
        line.append((value, first, until))
        at = until
    if at != _END:
        line.append(("", at, _END))
    return line


class _Line:
    """The history of one fact: spans that say the same go on being known."""

    def __init__(self, connection: sa.Connection, person_id: str, kind: str) -> None:
        self._connection = connection
        self._names = {"person_id": person_id, "kind": kind}
        self._known: dict[Span, int] = {}
        self._number = 0

    def know(self, line: list[Span], origin: int, at: str) -> None:
        gone = [span for span in self._known if span not in line]
        ended = {span: self._known.pop(span) for span in gone}
        for number in ended.values():
            self._connection.execute(
                sa.text(
                    "UPDATE fact SET known_until = :at WHERE person_id = :person_id"
                    " AND kind = :kind AND subject = '' AND number = :number"
                ),
                {**self._names, "at": at, "number": number},
            )
        for span in line:
            if span not in self._known:
                self._add(span, ended, origin, at)

    def _add(self, span: Span, ended: dict[Span, int], origin: int, at: str) -> None:
        value, first, until = span
        over = {old: n for old, n in ended.items() if old[1] < until and first < old[2]}
        self._number += 1
        self._known[span] = self._number
        said = json.loads(value) if value else {}
        self._connection.execute(
            sa.text(
                "INSERT INTO fact(person_id, kind, subject, number, value, true_from, true_until,"
                " known_from, known_until, origin, replaces, carried, found_by) VALUES (:person_id,"
                " :kind, '', :number, :value, :first, :until, :at, '', :origin, :replaces,"
                " :carried, :found_by)"
            ),
            {
                **self._names,
                "number": self._number,
                "value": value,
                "first": first,
                "until": "" if until == _END else until,
                "at": at,
                "origin": origin,
                "replaces": " ".join(map(str, over.values())),
                "carried": bool(over) and all(old[0] == value for old in over),
                "found_by": said.get("insured_number", ""),
            },
        )
