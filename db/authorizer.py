"""The second wall: what a function declared is all that its unit of work can touch.

SQLite asks an authorizer about every table, column, function and command of a statement
while compiling it. What is not declared is denied, so a forgotten declaration shows as an
error at once instead of as a silent NULL (DESIGN 3, ``reads`` and ``writes``).
"""

from __future__ import annotations

# Only the numbers of SQLite's interface are taken from the standard library; they are the
# same for every build of SQLite. Stores are never opened with it.
import secrets
import sqlite3 as numbers
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from app.core.errors import Bug
from db import shown
from db.tables import METADATA

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]

FUNCTIONS_ALLOWED = frozenset(
    {
        *("abs", "char", "coalesce", "format", "glob", "hex", "ifnull", "iif", "instr"),
        *("length", "like", "lower", "ltrim", "match", "nullif", "printf", "quote", "replace"),
        *("round", "rtrim", "substr", "substring", "trim", "typeof", "unicode", "upper"),
        *("avg", "count", "group_concat", "max", "min", "sum", "total"),
        *("dense_rank", "first_value", "lag", "last_value", "lead", "rank", "row_number"),
        *("json_array_length", "json_extract", "json_valid", "->", "->>"),
    }
)
"""SQL functions a unit of work may call: none reads a file, a clock or a key."""

FACTS = "store_fact"
"""Facts of the store are declared one by one: ``"store_fact.profile"``, or ``"store_fact.line.*"``
for all whose names begin so. A statement may touch the table itself only where all of it is
declared; everybody else asks the unit of work by name (``Facts``)."""

OWN_TABLES = frozenset({"counter", FACTS})
"""Tables that the unit of work's own statements reach (``Wall.own``), whatever was declared."""

_OF_A_VIEW = (numbers.SQLITE_SELECT, numbers.SQLITE_READ, numbers.SQLITE_FUNCTION)

NAME_INDEX = "name_grams"
"""The name index is read by who may read ``person.name``, and written with ``person``."""

_NAME_INDEX_PARTS = frozenset(
    NAME_INDEX + part for part in ("", "_data", "_idx", "_docsize", "_config", "_content")
)


@dataclass(frozen=True, slots=True)
class Declared:
    """Tables and columns as the authorizer needs them; ``*`` stands for all columns."""

    reads: frozenset[tuple[str, str]]
    updates: frozenset[tuple[str, str]]
    rows: frozenset[str]  # tables in which rows may be inserted and deleted


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of the store that a unit of work may read and write, by name."""

    read: frozenset[str]
    written: frozenset[str]

    def may_read(self, name: str) -> bool:
        """Whether this fact was declared."""
        return _covers(self.read | self.written, name)

    def may_write(self, name: str) -> bool:
        """Whether this fact was declared under ``writes``."""
        return _covers(self.written, name)


def _covers(declared: frozenset[str], name: str) -> bool:
    return any(
        one in ("*", name) or (one.endswith(".*") and name.startswith(one[:-1])) for one in declared
    )


@lru_cache(maxsize=512)
def facts_of(reads: tuple[str, ...], writes: tuple[str, ...]) -> Facts:
    """The facts among what a function declares."""
    return Facts(_facts(reads), _facts(writes))


def _facts(names: tuple[str, ...]) -> frozenset[str]:
    tables = (name.partition(".") for name in names)
    return frozenset(fact or "*" for table, _, fact in tables if table == FACTS)


class Wall:
    """The authorizer of one unit of work: what was declared, and inside ``own`` the tables of the
    unit's own statements too.

    SQLite asks once for each statement that it compiles and keeps. So the text of an own statement
    must be one that nobody else writes, else it would be let pass because it was compiled before;
    and every statement of the unit carries ``mark``, which only a wall of the same declaration has.
    """

    def __init__(
        self, reads: tuple[str, ...], writes: tuple[str, ...], *, update: bool, whole: bool = False
    ) -> None:
        self._judge = authorizer(reads, writes, update=update, whole=whole)
        self.mark = mark_of(reads, writes, update=update, whole=whole)
        self._update = update
        self._inside = False

    def __call__(
        self,
        action: int,
        first: str | None,
        second: str | None,
        schema: str | None,
        via: str | None,
    ) -> int:
        """SQLite's question."""
        if self._inside and first in OWN_TABLES and (self._update or action not in _CHANGES):
            return numbers.SQLITE_OK
        return self._judge(action, first, second, schema, via)

    @contextmanager
    def own(self) -> Iterator[None]:
        """While a statement of the unit of work itself runs."""
        self._inside = True
        try:
            yield
        finally:
            self._inside = False


_CHANGES = (numbers.SQLITE_INSERT, numbers.SQLITE_UPDATE, numbers.SQLITE_DELETE)


class Gatekeeper:
    """The one authorizer of a connection: the wall of the unit of work that runs on it now. It is
    never exchanged, because SQLite would compile every statement it keeps anew."""

    def __init__(self) -> None:
        self.wall: Wall | None = None

    def __call__(
        self,
        action: int,
        first: str | None,
        second: str | None,
        schema: str | None,
        via: str | None,
    ) -> int:
        """SQLite's question. Between units of work the engine's own BEGIN, COMMIT and ROLLBACK
        pass."""
        if self.wall is None:
            return numbers.SQLITE_OK
        return self.wall(action, first, second, schema, via)

    def marked(self, statement: str) -> str:
        """A statement of the unit that runs now, with its wall's mark."""
        return statement if self.wall is None else f"{statement} /*{self.wall.mark}*/"


@lru_cache(maxsize=512)
def mark_of(
    reads: tuple[str, ...], writes: tuple[str, ...], *, update: bool, whole: bool = False
) -> str:
    """What the statements compiled under one declaration carry in this process: nobody can know
    it, so nobody gets a statement that was let pass for another."""
    return secrets.token_hex(16)


@lru_cache(maxsize=512)
def authorizer(
    reads: tuple[str, ...], writes: tuple[str, ...], *, update: bool, whole: bool = False
) -> Authorizer:
    """The callback for one function's declaration. A view reads what ``db.shown`` guards through
    its views alone, unless it may read it ``whole``.

    Names are tables (``"person"``) or columns (``"person.name"``). A column in ``writes``
    permits UPDATE of that column; inserting and deleting rows needs the whole table. What is
    written may be read; the primary key and ``version`` of every named table may be read.
    Raises ``Bug`` ``store.unknown_declaration`` for a name that no table has.
    """
    declared = _resolve(reads, writes, update=update)
    guarded = not update and not whole
    answer: dict[int, Callable[[str, str], bool]] = {
        numbers.SQLITE_SELECT: lambda first, second: True,
        numbers.SQLITE_RECURSIVE: lambda first, second: True,
        numbers.SQLITE_READ: lambda first, second: _may_read(declared, first, second),
        numbers.SQLITE_FUNCTION: lambda first, second: second.lower() in FUNCTIONS_ALLOWED,
        numbers.SQLITE_UPDATE: lambda first, second: _may(declared.updates, first, second),
        numbers.SQLITE_INSERT: lambda first, second: first in declared.rows,
        numbers.SQLITE_DELETE: lambda first, second: first in declared.rows,
        # the full-text index asks whether another connection changed it
        numbers.SQLITE_PRAGMA: lambda first, second: first == "data_version" and not second,
    }

    def callback(
        action: int, first: str | None, second: str | None, schema: str | None, via: str | None
    ) -> int:
        if via in shown.GUARDED and not update:
            # the view itself, which this program wrote: what it reads is its own
            return numbers.SQLITE_OK if action in _OF_A_VIEW else numbers.SQLITE_DENY
        if guarded and schema == "main" and first in shown.GUARDED and second:
            return numbers.SQLITE_DENY
        judge = answer.get(action)
        if judge is not None and judge(first or "", second or ""):
            return numbers.SQLITE_OK
        return numbers.SQLITE_DENY

    return callback


def _may(allowed: frozenset[tuple[str, str]], table: str, column: str) -> bool:
    return (table, "*") in allowed or (table, column) in allowed


def _may_read(declared: Declared, table: str, column: str) -> bool:
    if column in ("", "ROWID"):  # count(*), or the row's own number
        return any(name == table for name, _ in declared.reads)
    return _may(declared.reads, table, column)


def _resolve(reads: tuple[str, ...], writes: tuple[str, ...], *, update: bool) -> Declared:
    readable = {_split(name) for name in reads if not name.startswith(f"{FACTS}.")}
    named = {_split(name) for name in writes if not name.startswith(f"{FACTS}.")}
    written = named if update else set()
    readable |= written
    knows_names = bool(readable & {("person", "*"), ("person", "name")})
    for table in {table for table, _ in readable}:
        readable |= _key_columns(table)
    for table in {table for table, _ in written}:
        readable |= _foreign_key_columns(table)
    rows = {table for table, column in written if column == "*"}
    if knows_names:
        readable |= {(part, "*") for part in _NAME_INDEX_PARTS}
    if "person" in rows:
        written |= {(part, "*") for part in _NAME_INDEX_PARTS}
        rows |= _NAME_INDEX_PARTS
    return Declared(frozenset(readable), frozenset(written), frozenset(rows))


def _split(name: str) -> tuple[str, str]:
    table, _, column = name.partition(".")
    known = METADATA.tables.get(table)
    if known is None or (column and column not in known.columns):
        raise Bug(
            "store.unknown_declaration",
            f"機能の宣言にある {name} は保存データの表にありません。",
            "表示された番号を添えてシステム管理者に連絡してください。",
        )
    return table, column or "*"


def _key_columns(table: str) -> set[tuple[str, str]]:
    known = METADATA.tables[table]
    keys = {(table, column.name) for column in known.primary_key.columns}
    if "id" in known.columns:
        keys.add((table, "id"))
    return keys | ({(table, "version")} if "version" in known.columns else set())


def _foreign_key_columns(table: str) -> set[tuple[str, str]]:
    """What the engine itself reads to keep references whole, on both sides of ``table``."""
    needed = set()
    for other in METADATA.tables.values():
        for key in other.foreign_keys:
            if other.name == table:
                needed.add((key.column.table.name, key.column.name))
            elif key.column.table.name == table:
                needed.add((other.name, key.parent.name))
    return needed
