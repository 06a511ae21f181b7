"""Effective-dated tables: the only home of amounts, rates, codes and calendars (DESIGN 1.2).

One TOML file is one table. Its head declares what a row is; the rows follow::

    [table]
    name = "copay_thresholds"        # the file's name without ".toml"
    title = "一部負担金の割合の基準"   # shown in messages
    key = ["union"]                  # columns that together with a day find one row; may be []
    gaps = false                     # false: the rows of one key follow each other without a gap
    covers_from = 2020-01-01         # optional: every key has rows from this day on …
    covers_to = 2030-12-31           # … to this day

    [table.columns]
    union = { type = "text", references = "unions" }
    line = { type = "int", min = 0 }
    note = { type = "text", optional = true }

    [table.defaults]                 # optional: what rows do not say themselves
    source = "高確法令7条"
    confirmed = true

    [[row]]
    valid_from = 2022-10-01          # absent: from ever
    valid_to = 2025-09-30            # inclusive; absent: open
    union = "15"
    line = 280_000

Column types: ``text``, ``int``, ``bool``, ``date``, ``decimal`` (a TOML number with a point, read
exactly) and lists of ``text`` or ``int`` (``"text[]"``, ``"int[]"``). Restrictions: ``optional``,
``one_of``, ``min``, ``max``, ``pattern`` (whole value), ``references`` (the value stands as the
single key in that table). Every row says its ``source`` and whether it is ``confirmed``: true
only where the source is the law, an ordinance, or a page of the body that decides. What was read
at second hand (二次資料) or not at all is ``confirmed = false``, and whatever reckons with it
names it (``Unconfirmed``).

A change of law is a new row. A day without a row is refused (``NoRowError``): nobody ever gets last
year's figure.
"""

from __future__ import annotations

import copyreg
import dataclasses
import functools
import hashlib
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from app.core.errors import EnvironmentFault, UserError
from app.core.table_checks import (
    Head,
    Value,
    check_coverage,
    fault,
    read_head,
    read_row_values,
    row_place,
)
from app.core.version import VERSION

T = TypeVar("T")


def _view(values: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(values)


# The processes that draw a batch get the tables that are in force: rows are views of dictionaries.
copyreg.pickle(MappingProxyType, lambda view: (_view, (dict(view),)))


class NoRowError(UserError):
    """No row of ``table`` holds for ``key`` on ``day`` (code ``tables.no_row``)."""

    def __init__(self, table: str, title: str, key: Mapping[str, Value], day: date) -> None:
        shown = "・".join(f"{name} {value}" for name, value in key.items())
        of_key = f"（{shown}）" if shown else ""
        super().__init__(
            "tables.no_row",
            f"{title}{of_key}に、{day:%Y-%m-%d} に使える行がありません。",
            f"表 {table} にその日を含む行が登録されるまで処理できません。"
            "日付に誤りがないか確かめ、正しければシステム管理者に連絡してください。",
        )
        self.table = table
        self.key = dict(key)
        self.day = day


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A row that was used although no official text confirms it (確認待ち): its table, the
    table's title as a clerk reads it, and where the figure comes from.
    """

    table: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its values, its period (inclusive; None = open), its source.

    Read values by ``row["column"]`` or by the typed readers; a loop that runs a million times
    resolves its row once and turns it into its own dataclass with ``into``.
    """

    table: str
    values: Mapping[str, Value]
    valid_from: date | None
    valid_to: date | None
    source: str
    confirmed: bool
    title: str = ""

    @property
    def unconfirmed(self) -> tuple[Unconfirmed, ...]:
        """Empty when the law, an ordinance or the body's own page says what the row says."""
        return () if self.confirmed else (Unconfirmed(self.table, self.title, self.source),)

    def __getitem__(self, column: str) -> Value:
        return self.values[column]

    def holds_on(self, day: date) -> bool:
        """True when ``day`` lies in the row's period."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def text(self, column: str) -> str:
        """The value of a text column that is filled."""
        return self._typed(column, str)

    def number(self, column: str) -> int:
        """The value of an int column that is filled."""
        return self._typed(column, int)

    def flag(self, column: str) -> bool:
        """The value of a bool column that is filled."""
        return self._typed(column, bool)

    def day(self, column: str) -> date:
        """The value of a date column that is filled."""
        return self._typed(column, date)

    def rate(self, column: str) -> Decimal:
        """The value of a decimal column that is filled, exact."""
        return self._typed(column, Decimal)

    def texts(self, column: str) -> tuple[str, ...]:
        """The value of a ``text[]`` column that is filled."""
        return tuple(str(item) for item in self._typed(column, tuple))

    def numbers(self, column: str) -> tuple[int, ...]:
        """The value of an ``int[]`` column that is filled."""
        return tuple(int(item) for item in self._typed(column, tuple))

    def text_or_none(self, column: str) -> str | None:
        """The value of an optional text column."""
        return None if self.values[column] is None else self.text(column)

    def number_or_none(self, column: str) -> int | None:
        """The value of an optional int column."""
        return None if self.values[column] is None else self.number(column)

    def day_or_none(self, column: str) -> date | None:
        """The value of an optional date column."""
        return None if self.values[column] is None else self.day(column)

    def into(self, kind: type[T]) -> T:
        """A frozen dataclass filled from the columns of the same names as its fields; a field
        ``unconfirmed`` takes what the row's own property says.

        Raises TypeError for a field that the table does not have: that is a mistake of ours.
        """
        known: dict[str, object] = {"unconfirmed": self.unconfirmed, **self.values}
        names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
        missing = [name for name in names if name not in known]
        if missing:
            raise TypeError(f"table {self.table} has no column {missing} for {kind.__name__}")
        return kind(**{name: known[name] for name in names})

    def _typed(self, column: str, kind: type[T]) -> T:
        value = self.values[column]
        if not isinstance(value, kind):
            raise TypeError(f"table {self.table}: {column} holds {type(value).__name__}")
        return value


def unconfirmed_among(rows: Iterable[Row]) -> tuple[Unconfirmed, ...]:
    """What is unconfirmed among the rows that were used, each once, in their order."""
    return joined(*(row.unconfirmed for row in rows))


def joined(*named: tuple[Unconfirmed, ...]) -> tuple[Unconfirmed, ...]:
    """What several values name as unconfirmed, each once, in their order."""
    return tuple(dict.fromkeys(one for each in named for one in each))


class Table:
    """All rows of one declared table, found by key and day. Immutable once loaded."""

    def __init__(self, head: Head, rows: tuple[Row, ...]) -> None:
        self.name = head.name
        self.title = head.title
        self.key = head.key
        self.columns = head.columns
        self._rows = rows
        by_key: dict[tuple[Value, ...], list[Row]] = {}
        for row in rows:
            by_key.setdefault(tuple(row.values[column] for column in head.key), []).append(row)
        self._by_key = {
            key: tuple(sorted(found, key=lambda row: row.valid_from or date.min))
            for key, found in by_key.items()
        }
        self._starts = {
            key: [row.valid_from or date.min for row in found]
            for key, found in self._by_key.items()
        }

    def find(self, day: date, **key: Value) -> Row | None:
        """The row of ``key`` that holds on ``day``, or None. All key columns must be named."""
        wanted = self._key_tuple(key)
        starts = self._starts.get(wanted)
        if starts is None:
            return None
        index = bisect_right(starts, day) - 1
        if index < 0:
            return None
        row = self._by_key[wanted][index]
        return row if row.valid_to is None or day <= row.valid_to else None

    def at(self, day: date, **key: Value) -> Row:
        """The row of ``key`` that holds on ``day``; raises NoRowError when there is none."""
        row = self.find(day, **key)
        if row is None:
            raise NoRowError(self.name, self.title, key, day)
        return row

    def rows(self, day: date | None = None, **key: Value) -> tuple[Row, ...]:
        """Rows in file order: all, or those holding on ``day``, or those with these values.

        ``key`` may name any columns, not only key columns.
        """
        return tuple(
            row
            for row in self._rows
            if (day is None or row.holds_on(day))
            and all(row.values[column] == value for column, value in key.items())
        )

    def has(self, code: Value) -> bool:
        """True when ``code`` is a key of this code table (a table with one key column)."""
        return (code,) in self._by_key

    def label(self, code: Value, day: date) -> str:
        """The column ``label`` of ``code`` on ``day``; raises NoRowError for an unknown code."""
        return self.at(day, **{self._code_column(): code}).text("label")

    def codes(self, day: date) -> tuple[Value, ...]:
        """The codes that hold on ``day``, in file order."""
        column = self._code_column()
        return tuple(row.values[column] for row in self.rows(day))

    def offered(self, day: date) -> tuple[Value, ...]:
        """The codes that a person may choose on ``day``: all but those of rows that say
        ``offered = false``."""
        column = self._code_column()
        some = "offered" in self.columns
        rows = (row for row in self.rows(day) if not some or row.flag("offered"))
        return tuple(row.values[column] for row in rows)

    def _code_column(self) -> str:
        if len(self.key) != 1:
            raise TypeError(f"table {self.name} is not a code table: its key is {self.key}")
        return self.key[0]

    def _key_tuple(self, key: Mapping[str, Value]) -> tuple[Value, ...]:
        if len(key) != len(self.key):
            raise TypeError(f"table {self.name} is read by {self.key}, not by {tuple(key)}")
        return tuple(key[column] for column in self.key)


class Tables(Mapping[str, Table]):
    """All tables by name. Handed to the rules as a value. ``version`` says which ones they are:
    the program's version, eight digits over what it shipped, and the package put over them."""

    def __init__(self, tables: Mapping[str, Table], version: str = "") -> None:
        self._tables = MappingProxyType(dict(tables))
        self.version = version

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def unconfirmed(self) -> tuple[Row, ...]:
        """Rows that somebody must still confirm before release (DOMAIN 10)."""
        return tuple(
            row for table in self._tables.values() for row in table.rows() if not row.confirmed
        )


def shipped_tables() -> Path:
    """The folder of tables that comes with the program."""
    return Path(__file__).resolve().parents[2] / "resources" / "tables"


@dataclass(frozen=True, slots=True)
class Replaced:
    """Whole tables that stand in the place of shipped ones: which package (第何号), and the
    content of each by the table's name."""

    number: int
    contents: Mapping[str, str]


def load_tables(directory: Path, replaced: Replaced | None = None) -> Tables:
    """Read and prove every ``*.toml`` in ``directory``, with what ``replaced`` puts in its place.

    Raises EnvironmentFault (``tables.missing``, ``tables.syntax``, ``tables.head``,
    ``tables.columns``, ``tables.type``, ``tables.period``, ``tables.overlap``, ``tables.gap``,
    ``tables.reference``, and ``tables.shape`` for a replaced one): each names file and row and
    says what to do. Nothing is loaded then.
    """
    files = sorted(directory.glob("*.toml")) if directory.is_dir() else []
    if not files:
        raise EnvironmentFault(
            "tables.missing",
            f"コード表のフォルダー {directory} が見つからないか、空です。",
            "プログラムを入れ直してください。",
        )
    shipped = {file: _content(file) for file in files}
    contents = {} if replaced is None else dict(replaced.contents)
    for name in sorted(contents.keys() - {file.stem for file in files}):
        raise fault("shape", f"{name}.toml", "このプログラムにはない表です。")
    heads: dict[str, Head] = {}
    loaded: dict[str, Table] = {}
    for file, content in shipped.items():
        head, rows = _read(file, contents.get(file.stem, content))
        if file.stem in contents:
            _check_shape(_read(file, content)[0], head)
        heads[head.name] = head
        loaded[head.name] = Table(head, rows)
    for head in heads.values():
        _check_references(head, loaded)
    version = _version(shipped)
    return Tables(loaded, version if replaced is None else f"{version}+{replaced.number}")


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as cause:
        raise fault("syntax", file.name, f"読み取れません（{cause}）。") from cause


def _version(shipped: Mapping[Path, str]) -> str:
    """Over names and contents, so that no change of a table goes unnamed."""
    digest = hashlib.sha256()
    for file, content in shipped.items():
        for part in (file.name.encode(), content.encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return f"{VERSION}-{digest.hexdigest()[:8]}"


def _check_shape(shipped: Head, put: Head) -> None:
    """The program reads the columns that it shipped, and relies on what they promise."""
    for what in ("key", "columns", "gaps", "covers_from"):
        if getattr(shipped, what) != getattr(put, what):
            raise fault("shape", put.file, f"{what} がこのプログラムの表と違います。")


@functools.lru_cache(maxsize=256)
def _read(file: Path, content: str) -> tuple[Head, tuple[Row, ...]]:
    """Head and rows of a file with this very content: several parts of the program load the
    tables, and all of them may have the same rows."""
    try:
        document = tomllib.loads(content, parse_float=Decimal)
    except tomllib.TOMLDecodeError as cause:
        raise fault("syntax", file.name, f"読み取れません（{cause}）。") from cause
    head = read_head(file, document)
    rows = []
    for number, raw in enumerate(document.get("row", []), start=1):
        values, period = read_row_values(head, number, {**head.defaults, **raw})
        rows.append(Row(head.name, MappingProxyType(values), *period, title=head.title))
    check_coverage(head, [(row.values, row.valid_from, row.valid_to) for row in rows])
    return head, tuple(rows)


def _check_references(head: Head, loaded: Mapping[str, Table]) -> None:
    for column in head.columns.values():
        if column.references is None:
            continue
        target = loaded.get(column.references)
        if target is None or len(target.key) != 1:
            raise fault(
                "reference",
                head.file,
                f"列 {column.name} が参照する表 {column.references} が、"
                "ないか、キーが1列ではありません。",
            )
        for number, row in enumerate(loaded[head.name].rows(), start=1):
            value = row.values[column.name]
            for single in value if isinstance(value, tuple) else (value,):
                if single is not None and not target.has(single):
                    raise fault(
                        "reference",
                        row_place(head.file, number),
                        f"列 {column.name} の「{single}」が表 {column.references} にありません。",
                    )
